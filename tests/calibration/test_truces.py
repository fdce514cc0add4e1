"""Truces: breaks and months by hand, unknown fates, states as clusters, nothing later."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import numpy as np
import polars as pl
import pytest

from peacetalks.calibration.design import INPUTS, Point, group, read_solved
from peacetalks.calibration.emulator import fit
from peacetalks.calibration.rows import PARAMETERS
from peacetalks.calibration.truces import USUAL, BreakHazard, solve_truce, truce_design, truce_record
from peacetalks.evidence.tables import read_cases

DAY = date(2000, 1, 1)


def frame(rows: list[dict]) -> pl.DataFrame:
    """Return ceasefires of the given start, end, ending and cluster."""
    base = {"id": 0, "name": "x", "cluster": "A", "side": "bilateral", "seen": None, "end": None, "ending": None}
    schema = {"start": pl.Date, "end": pl.Date, "seen": pl.Date, "ending": pl.String}
    return pl.DataFrame([base | r for r in rows], schema_overrides=schema)


def test_breaks_and_months_by_hand():
    table = frame(
        [
            {"start": date(1990, 1, 1), "end": date(1990, 1, 31), "ending": "terminated"},  # 30 days, broken
            {"start": date(1990, 1, 1), "end": date(1990, 3, 2), "ending": "superseded"},  # 60 days, held
            {"start": date(1990, 1, 1), "end": date(1995, 1, 1), "ending": "terminated"},  # a year is counted, held
            {"start": date(1990, 1, 1)},  # unknown fate: adds nothing
            {"start": date(1990, 1, 1), "end": date(1990, 2, 1), "ending": "terminated", "side": "unilateral"},
            {"start": date(1990, 1, 1), "end": date(1990, 1, 1), "ending": "never_in_force"},
        ]
    )
    found = truce_record(DAY, table)
    assert (found.broken, found.ceasefires, found.unknown) == (1, 3, 1)
    assert found.months == pytest.approx((30 + 60 + 365) / 30.4375)


def test_a_truce_that_is_still_in_force_at_the_date_counts_until_then():
    table = frame([{"start": date(1999, 10, 2), "end": date(2005, 1, 1), "ending": "terminated"}])
    found = truce_record(DAY, table)
    assert (found.broken, found.ceasefires) == (0, 1)
    assert found.months == pytest.approx(91 / 30.4375)


def test_the_likelihood_peaks_at_breaks_per_month():
    table = read_cases("ceasefires")
    found = truce_record(date(2020, 12, 31), table)
    grid = np.linspace(0.001, 0.3, 3000)
    best = grid[np.argmax(found.log_likelihood(grid))]
    assert best == pytest.approx(found.broken / found.months, rel=0.01)


def test_ceasefires_of_one_state_weigh_less_than_those_of_many():
    rows = [
        {"start": date(1990, 1, 1), "end": date(1990, 2 + i % 9, 1), "ending": "terminated", "cluster": "A"}
        for i in range(20)
    ]
    held = [
        {"start": date(1990, 1, 1), "end": date(1990, 12, 1), "ending": "expired", "cluster": "B"} for _ in range(20)
    ]
    together = truce_record(DAY, frame(rows + held))
    apart = truce_record(DAY, frame([r | {"cluster": f"s{i}"} for i, r in enumerate(rows + held)]))
    assert together.weight < 0.3
    assert apart.weight > 0.8


def test_nothing_later_enters():
    table = read_cases("ceasefires")
    changed = table.with_columns(
        ending=pl.when(pl.col("end") > DAY).then(pl.lit("terminated")).otherwise("ending"),
        end=pl.when(pl.col("end") > DAY).then(pl.lit(date(2000, 1, 2))).otherwise("end"),
    )
    now, before = truce_record(DAY, changed), truce_record(DAY, table)
    assert now.months == pytest.approx(before.months, rel=1e-12)
    assert (now.broken, now.ceasefires, now.unknown) == (before.broken, before.ceasefires, before.unknown)
    assert truce_record(date(2000, 6, 1), changed).broken > truce_record(date(2000, 6, 1), table).broken


@pytest.mark.slow
def test_the_emulated_hazard_is_near_that_of_the_game():
    theta = np.zeros(len(PARAMETERS))
    theta[PARAMETERS.index("cost")], theta[PARAMETERS.index("incident")] = -1.5, -1.0
    text = (files("peacetalks.calibration") / "tables" / "truces.csv").read_text(encoding="utf-8")
    points = truce_design()
    hazard = BreakHazard(fit(group(points, read_solved(text, points), "civil", True)))
    inputs = USUAL | {"cost": -1.5, "incident": -1.0}
    solved = solve_truce(Point(0, "civil", True, tuple(inputs.get(n, 0.0) for n in INPUTS)))
    assert float(hazard.at(theta)) == pytest.approx(1 - solved[0, 0], rel=0.15)
    both = hazard.at(np.array([theta, theta + 0.5 * (np.arange(len(PARAMETERS)) == PARAMETERS.index("incident"))]))
    assert both[0] == pytest.approx(float(hazard.at(theta)))
    assert both[1] > both[0]  # more incidents, more breaks
