"""Conflict-years as arrays: inputs at parameters by hand, nothing later, colonial wars left out."""

from __future__ import annotations

from math import log

import numpy as np
import polars as pl
import pytest

from peacetalks.calibration.design import INPUTS, ORDER
from peacetalks.calibration.posterior import known_by
from peacetalks.calibration.rows import FROM, PARAMETERS, SLOPE_COVARIATES, rows_of
from peacetalks.conflicts.conflict_years import conflict_of_year, conflict_years
from peacetalks.conflicts.covariates import covariates
from peacetalks.evidence.calibration import prior

EARLY = conflict_years().filter(pl.col("year") <= 1970)
ROWS = rows_of(EARLY)


def test_nothing_known_later_is_in_the_rows_of_an_earlier_day():
    then = conflict_years("1970-12-31")
    assert then.select("episode", "year").equals(EARLY.select("episode", "year"))
    rows = rows_of(then)
    assert np.array_equal(rows.base, ROWS.base)
    assert np.array_equal(rows.slopes, ROWS.slopes)
    assert np.array_equal(known_by(rows, 1970), known_by(ROWS, 1970))
    assert known_by(ROWS, 1970).sum() > 100
    assert known_by(ROWS, 1960).sum() < known_by(ROWS, 1970).sum()


def test_a_row_holds_what_the_mapping_takes():
    i = EARLY.with_row_index().filter(pl.col("kind") == "interstate")["index"][3]
    row = EARLY.row(i, named=True)
    found = covariates(conflict_of_year(row))
    base = dict(zip(INPUTS, ROWS.base[i], strict=True))
    assert base["strength"] == found.strength
    assert base["log_hazard"] == pytest.approx(log(found.hazard))
    assert base["log_failure"] == pytest.approx(log(found.failure))
    assert base["cost"] == base["reach"] == 0
    assert ROWS.slopes[i, SLOPE_COVARIATES.index("interstate")] == 1
    assert ROWS.slopes[i, SLOPE_COVARIATES.index("era")] == pytest.approx((row["year"] + 1 - 1990) / 10, abs=0.01)
    outcome = [ORDER.index(row[f"out{m}"]) if row[f"out{m}"] else -1 for m in (12, 24)]
    assert ROWS.outcome[i].tolist() == outcome


def test_parameters_move_their_inputs_as_the_calibration_moves_the_factors_of_a_scenario():
    theta = {name: 0.1 * (k + 1) for k, name in enumerate(PARAMETERS)}
    known = prior()
    for name, x in theta.items():
        p = known.parameters[name]
        known.parameters[name] = type(p)(name, x, p.sd, p.prior_sd, p.meaning)
    moved = ROWS.inputs(theta) - ROWS.base
    for i in (0, len(ROWS) // 2, len(ROWS) - 1):
        slopes = covariates(conflict_of_year(EARLY.row(i, named=True))).slopes()
        for factor in ("cost", "reach", "offer", "reopen", "mobility", "incident"):
            assert moved[i, INPUTS.index(factor)] == pytest.approx(known.log_factor(factor, slopes)[0])
        assert moved[i, INPUTS.index("log_hazard")] == pytest.approx(known.log_factor("decisive", slopes)[0])
        assert not moved[i, : INPUTS.index("log_hazard")].any()


def test_rows_that_the_calibration_uses():
    colonial = (EARLY["war_type"] == "extrasystemic").to_numpy()
    assert colonial.sum() > 20
    assert not ROWS.used[colonial].any()
    assert ROWS.year[ROWS.used].min() == FROM
    assert (ROWS.outcome[ROWS.used] >= 0).any(axis=1).all()
    assert ROWS.last_known == 1970 + 3  # what became of 1970 by the end of 1972 was known a year later
