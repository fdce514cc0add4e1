"""The stored forecasts of the conflict-years belong to the record, the rival and the calibration as they are."""

import json

import numpy as np
import pytest

from peacetalks.backtests import rival, year_tables
from peacetalks.backtests.case_outcomes import MONTHS
from peacetalks.backtests.conflict_year_arrays import ConflictYears, inputs
from peacetalks.backtests.negotiations import table_text
from peacetalks.backtests.record_answers import record, situation_of_year
from peacetalks.conflicts.conflict_years import conflict_years
from peacetalks.evidence.calibration import calibration
from peacetalks.evidence.tables import digests

STALE = "make the tables anew: `peacetalks.backtests.rebuild()`"


@pytest.fixture(scope="module")
def rows():
    return ConflictYears.of(conflict_years())


@pytest.fixture(scope="module")
def stored(rows):
    return year_tables.read(rows)


def test_the_card_names_the_tables_as_they_are():
    card = json.loads(table_text(year_tables.CARD))
    assert card["rests_on"] == digests(year_tables.SOURCES), STALE
    for strengths in card["ridge_strengths"].values():
        assert sum(strengths.values()) > 50


@pytest.mark.parametrize("year", [1960, 1988, 2012])
def test_stored_answers_are_those_of_the_record(rows, stored, year):
    here = np.flatnonzero(rows.frame["year"].to_numpy() == year)[:6]
    for i in here:
        found = record(situation_of_year(rows.frame.row(int(i), named=True)))
        for k, months in enumerate(MONTHS):
            assert np.allclose(stored[months][0].record[i], found[k], atol=2e-5), STALE


@pytest.mark.parametrize(("year", "months"), [(1965, 12), (1999, 24)])
def test_stored_forecasts_of_the_rival_are_a_fit_to_what_was_known(rows, stored, year, months):
    """One of the strengths gives them, fitted to the outcomes known that day and to no others."""
    x, y, now = inputs(rows)[0], rows.outcome(months), rows.frame["year"].to_numpy() == year
    past = rows.past(months, int(rows.made[now][0]))
    z = rival.standardised(x, past)
    found = [rival.probabilities(z[now], rival.fit(z[past], y[past], c)) for c in rival.STRENGTHS]
    assert any(np.allclose(stored[months][1][now], p, atol=2e-5) for p in found), STALE
    late = [rival.probabilities(z[now], rival.fit(z[y >= 0], y[y >= 0], c)) for c in rival.STRENGTHS]
    assert not any(np.allclose(stored[months][1][now], p, atol=2e-5) for p in late)


def test_the_calibrated_model_knows_nothing_later(rows, stored):
    """A version is known by the day; before the first, the model is the one at its prior."""
    year = rows.frame["year"].to_numpy()
    days = dict(zip(year.tolist(), rows.dates, strict=True))
    for months in MONTHS:
        given = stored[months][0]
        for y, day in days.items():
            known = calibration(day).known_on
            same = np.allclose(given.model[year == y], given.uncalibrated[year == y], atol=1e-9)
            assert same == (known is None), (y, known)
            assert known is None or known <= day


def test_missing_rows_are_missing(rows, stored):
    more = ConflictYears.of(rows.frame.with_columns(episode=rows.frame["episode"] + 10**6))
    for given, ridge in year_tables.read(more).values():
        assert np.isnan(given.record).all()
        assert np.isnan(given.model).all()
        assert np.isnan(ridge).all()
    for given, _ in stored.values():
        assert np.isfinite(given.model + given.typical + given.uncalibrated).all()
        assert np.allclose(given.model.sum(axis=1), 1)
