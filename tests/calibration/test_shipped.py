"""The committed tables of the calibration: whole, from the design, near direct solves, and nothing before its time."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from peacetalks.calibration.design import ORDER, design, ends_of, read_solved
from peacetalks.calibration.forecasts import VIEWS, table_text
from peacetalks.calibration.report import markdown
from peacetalks.calibration.rows import PARAMETERS
from peacetalks.conflicts.conflict_years import conflict_of_year, conflict_years
from peacetalks.conflicts.mapping import Size, scenario_table
from peacetalks.evidence.calibration import PRIORS, calibration, prior, versions
from peacetalks.evidence.tables import digests
from peacetalks.evidence.tables import table_text as table_text_of_record

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "src" / "peacetalks" / "calibration" / "tables"
FORECASTS = pl.read_csv(table_text().encode())


def test_early_forecasts_take_the_prior_and_late_ones_the_last_version():
    assert calibration(date(1960, 6, 1)) == prior()
    assert "prior" in calibration(date(1960, 6, 1)).source
    assert calibration(date(2026, 1, 1)) == calibration() == versions()[-1]
    assert calibration(date(1995, 6, 30)).known_on == date(1994, 12, 31)
    assert calibration(date(1995, 12, 31)).known_on == date(1995, 12, 31)


def test_versions_grow_and_narrow():
    found = versions()
    assert [c.rows for c in found] == sorted(c.rows for c in found)
    assert all(tuple(c.parameters) == PARAMETERS == tuple(PRIORS) for c in found)
    first, last = (found[i].parameters["reach"].sd for i in (0, -1))
    assert last < first < PRIORS["reach"][0]
    low, high = calibration().parameters["reach"].interval
    assert 0.05 < low < high < 1  # agreements are rarer than the judgement had it
    for c in found:
        for p in c.parameters.values():
            assert p.identified or (p.mean, p.sd) == (0, p.prior_sd)


def test_the_solved_design_is_that_of_the_code():
    points = design()
    done = read_solved((TABLES / "design.csv").read_text(encoding="utf-8"), points)
    assert set(done) == {p.number for p in points}
    assert sum(np.isnan(v).any() for v in done.values()) <= 0.01 * len(points)


def test_forecasts_of_every_conflict_year_are_distributions():
    keys = conflict_years().select("episode", "year")
    for months in (12, 24):
        rows = FORECASTS.filter(pl.col("months") == months).select("episode", "year")
        assert rows.sort("episode", "year").equals(keys.sort("episode", "year"))
    for view in VIEWS:
        p = FORECASTS.select(f"{view}_{e}" for e in ORDER).to_numpy()
        assert p.min() >= 0
        assert p.sum(axis=1) == pytest.approx(np.ones(len(p)), abs=3e-5)
    early = FORECASTS.filter(pl.col("year") < versions()[0].known_on.year)
    for e in ORDER:
        assert early[f"calibrated_{e}"].equals(early[f"uncalibrated_{e}"].alias(f"calibrated_{e}"))


@pytest.mark.parametrize(
    ("kind", "talks", "year"),
    [("civil", False, 1999), ("civil", True, 2010), ("interstate", False, 1986)],
)
def test_emulated_forecasts_are_near_the_scenario_solved(kind, talks, year):
    frame = conflict_years().filter(pl.col("kind") == kind, pl.col("talks") == talks, pl.col("year") == year)
    row = frame.sort("episode").row(0, named=True)
    table = scenario_table(conflict_of_year(row), None, Size(7, 5))
    tables = {k: table[k] for k in ("rationality", "sides", "battlefield", "talks", "ceasefire", "deal")}
    solved = ends_of(tables, 24, Size(7, 5, 3))
    for months in (12, 24):
        stored = FORECASTS.filter(
            pl.col("episode") == row["episode"], pl.col("year") == year, pl.col("months") == months
        ).select(f"calibrated_{e}" for e in ORDER)
        assert stored.row(0) == pytest.approx(tuple(solved[months - 1]), abs=0.04)


def test_the_page_is_made_from_the_card():
    stored = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    assert stored == markdown(), "run `python -m peacetalks.calibration.report docs/calibration.md`"


def test_the_calibration_rests_on_the_committed_record():
    card = json.loads(table_text_of_record("calibration.json"))
    now = digests(card["rests_on"])
    changed = [n for n, d in card["rests_on"].items() if now[n] != d]
    assert changed == [], "the record has changed: run `peacetalks calibrate`, and make the page and the scores anew"
    last = card["last_version"]
    assert last["effective_samples"] > 100
    assert min(v["effective_samples"] for v in card["versions"]) > 100
    assert card["direct_solves"]["emulator_largest"] < 0.08
