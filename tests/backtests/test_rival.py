"""The ridge logit: against another fit of the same objective, by hand, and blind to the future."""

import numpy as np
import polars as pl
import pytest
from scipy.optimize import minimize

from peacetalks.backtests import rival
from peacetalks.backtests.conflict_year_arrays import ConflictYears, inputs
from peacetalks.backtests.rival import fit, probabilities, standardised, walk
from peacetalks.conflicts.conflict_years import conflict_years


def other_fit(x, y, strength):
    """The same objective, written out and minimised by another program."""
    counts = np.append(np.ones(len(y)), [0.5] * 3)
    wide, came = np.vstack([x, np.zeros((3, x.shape[1]))]), np.append(y, [0, 1, 2])

    def objective(flat):
        theta = flat.reshape(3, -1)
        q = theta[:, 0] + wide @ theta[:, 1:].T
        log_p = q - np.log(np.exp(q).sum(axis=1, keepdims=True))
        return 0.5 * (theta[:, 1:] ** 2).sum() - strength * (counts * log_p[np.arange(len(came)), came]).sum()

    best = minimize(objective, np.zeros(3 * (1 + x.shape[1])), method="BFGS", options={"gtol": 1e-7})
    theta = best.x.reshape(3, -1)
    return theta[:, 0], theta[:, 1:]


@pytest.mark.parametrize("strength", [0.03, 1.0])
def test_two_fits_of_one_objective(strength):
    rng = np.random.default_rng(5)
    x = rng.standard_normal((80, 3))
    y = (rng.random(80) + 0.3 * x[:, 0] > 0.6).astype(int) + (rng.random(80) > 0.8)
    new = rng.standard_normal((20, 3))
    one, two = (probabilities(new, f(x, y, strength)) for f in (fit, other_fit))
    assert np.allclose(one, two, atol=2e-5)
    assert np.allclose(one.sum(axis=1), 1)


def test_strong_shrinkage_gives_the_frequencies_with_half_a_case():
    rng = np.random.default_rng(2)
    p = probabilities(
        rng.standard_normal((4, 2)), fit(rng.standard_normal((30, 2)), np.array([1] * 24 + [0] * 6), 1e-7)
    )
    assert np.allclose(p, [6.5 / 31.5, 24.5 / 31.5, 0.5 / 31.5], atol=1e-3)


def test_inputs_are_scaled_by_the_past_only():
    x = np.array([[1.0, 5.0], [3.0, 5.0], [np.nan, 5.0], [100.0, 7.0]])
    z = standardised(x, np.array([True, True, True, False]))
    assert z[:, 0].tolist() == [
        -1.0,
        1.0,
        0.0,
        98.0,
    ]  # mean 2, standard deviation 1; what is missing stands at the mean
    assert z[:, 1].tolist() == [0.0] * 4  # constant in the past: nothing is known of it
    assert z[2, 2] > 0 > z[0, 2]  # beside it, that it is missing


def early(last):
    return conflict_years().filter(pl.col("year") <= last)


@pytest.fixture(scope="module")
def small():
    """Two strengths in place of six, which is enough to see a choice."""
    with pytest.MonkeyPatch.context() as m:
        m.setattr(rival, "STRENGTHS", (0.001, 0.03))
        yield


@pytest.mark.usefixtures("small")
def test_another_future_changes_no_forecast_up_to_then():
    last, cut = 1964, 1961
    true = early(last)
    late = pl.col("known12").dt.year() > cut
    false = true.with_columns(out12=pl.when(late).then(pl.lit("peace")).otherwise("out12"))
    both = [ConflictYears.of(f) for f in (true, false)]
    (one, c1), (two, c2) = (walk(r, inputs(r)[0], 12) for r in both)
    before = both[0].frame["year"].to_numpy() <= cut
    assert np.array_equal(one[before], two[before], equal_nan=True)
    assert np.isfinite(one[before]).any()
    assert not np.allclose(one[~before], two[~before])
    assert [c1[d] for d in c1 if d in c2 and d <= both[0].made[before].max()] == [
        c2[d] for d in c1 if d <= both[0].made[before].max()
    ]


@pytest.mark.usefixtures("small")
def test_nothing_before_enough_is_known():
    rows = ConflictYears.of(early(1957))
    p, chosen = walk(rows, inputs(rows)[0], 12)
    for day in np.unique(rows.made):
        enough = rows.past(12, int(day)).sum() >= rival.LEAST
        assert np.isfinite(p[rows.made == day]).all() == enough
        assert (int(day) in chosen) == enough
    assert set(chosen.values()) == {0.001}  # no earlier forecast could be judged yet: the stronger shrinkage
