"""The whole calibration on made solves, twice: the same bytes; and what it makes of the record's frequencies."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from peacetalks.calibration import checks, rebuild, truces
from peacetalks.calibration import design as design_module
from peacetalks.calibration.design import INPUTS, Point
from peacetalks.calibration.emulator import probabilities
from peacetalks.calibration.rebuild import Settings, calibrate
from peacetalks.cli.app import main
from peacetalks.conflicts.conflict_years import conflict_years
from peacetalks.errors import EvidenceError
from peacetalks.evidence.calibration import parse_versions

FEW = Settings(
    groups=(
        (("civil", False), 30),
        (("civil", True), 30),
        (("interstate", False), 30),
        (("interstate", True), 30),
    ),
    every=60,
    rounds=(40, 60),
    cases=3,
    finer=1,
)


def cheap(point: Point, *_) -> np.ndarray:
    """Return the ends of a made game in which reach brings peace and the hazard of victory brings decisions."""
    x = dict(zip(INPUTS, point.inputs, strict=True))
    peace = -0.5 + x["reach"] + 0.5 * x["offer"] + point.talks
    more = x["log_hazard"] + np.log(12.0)
    return probabilities(np.array([[peace, more, peace + 0.6, more + 0.6]]))[0]


def cheap_truce(point: Point) -> np.ndarray:
    """Return the ends of a made truce, which breaks the more often the larger the factor on incidents."""
    broken = 0.1 * np.exp(dict(zip(INPUTS, point.inputs, strict=True))["incident"])
    return np.array([[1 - broken, broken / 2, broken / 2], [1 - 2 * broken, broken, broken]])


@pytest.fixture
def _made_solves(monkeypatch):
    for module in (design_module, checks):
        monkeypatch.setattr(module, "solve_point", cheap)
    monkeypatch.setattr(truces, "solve_truce", cheap_truce)


@pytest.mark.slow
@pytest.mark.usefixtures("_made_solves")
def test_the_same_bytes_come_out_twice_and_the_model_meets_the_record(tmp_path):
    seen = []
    first = calibrate(None, tmp_path / "a", settings=FEW, report=lambda *step: seen.append(step))
    second = calibrate(None, tmp_path / "b", settings=FEW)
    assert [p.name for p in first] == [
        "design.csv",
        "truces.csv",
        "forecasts.csv",
        "calibration.csv",
        "calibration.json",
    ]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    assert {name for name, *_ in seen} == {
        "solving the design",
        "solving the design of truces",
        "modes of the posterior",
        "sampling the posterior",
        "direct solves",
    }
    card = json.loads(first[4].read_text())
    versions = parse_versions(first[3].read_text())
    assert versions[0].rows >= 200
    assert versions[-1].parameters["reach"].identified
    assert versions[-1].rows == card["last_version"]["conflict_years"]
    table = pl.read_csv(first[2])
    assert table.height == 2 * conflict_years().height
    late = table.filter(pl.col("months") == 12, pl.col("year").is_between(2000, 2018))
    came = conflict_years().select("episode", "year", "out12").drop_nulls()
    both = late.join(came, on=["episode", "year"])
    for view, near in (("calibrated", True), ("uncalibrated", False)):
        off = abs(both[f"{view}_peace"].mean() - (both["out12"] == "peace").mean())
        assert (off < 0.03) == near


def test_raw_files_that_give_another_record_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(
        rebuild, "compare", lambda data: dict.fromkeys(rebuild.RESTS_ON, True) | {"cases_spells.csv": False}
    )
    with pytest.raises(EvidenceError, match=r"cases_spells.csv: the raw files give another table"):
        calibrate(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_says_which_raw_file_is_missing(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["calibrate", "--data", str(tmp_path), "-o", str(tmp_path / "out")])
    assert stopped.value.code == 4
    said = capsys.readouterr().err
    assert "peacetalks evidence add FILE" in said
