"""The posterior: importance sampling against a grid, states as clusters, versions by year, nothing later."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from peacetalks.calibration.design import INPUTS
from peacetalks.calibration.emulator import probabilities
from peacetalks.calibration.posterior import (
    PRIOR_SD,
    Model,
    known_by,
    log_likelihoods,
    mode,
    sample,
    version,
    versions,
)
from peacetalks.calibration.rows import PARAMETERS, SLOPE_COVARIATES, Rows, year_end
from peacetalks.calibration.shipped import identified, value, versions_csv
from peacetalks.errors import EvidenceError
from peacetalks.evidence.calibration import parse_versions

REACH = PARAMETERS.index("reach")


class Silent:
    """A hazard of a break that no parameter moves: truces say nothing."""

    def at(self, theta: np.ndarray) -> np.ndarray:
        return np.full(theta.shape[:-1], 0.04)


class Line:
    """An emulator of a known answer: log(peace/nowhere) is reach - 2, log(more/nowhere) the hazard, at both months."""

    def ends(self, x: np.ndarray) -> np.ndarray:
        peace, more = x[:, INPUTS.index("reach")] - 2, x[:, INPUTS.index("log_hazard")] + 3
        return probabilities(np.column_stack([peace, more, peace, more]))


def made(n: int = 300, states: int = 60, seed: int = 1) -> Rows:
    """Return made conflict-years of which a share of about 8% ends in peace."""
    rng = np.random.default_rng(seed)
    base = np.zeros((n, len(INPUTS)))
    base[:, INPUTS.index("log_age")] = 1.0
    base[:, INPUTS.index("strength")] = 0.7
    base[:, INPUTS.index("log_hazard")] = -5.5
    base[:, INPUTS.index("log_failure")] = -4.5
    year = np.sort(rng.integers(1960, 2000, n))
    outcome = rng.choice(3, size=n, p=[0.08, 0.85, 0.07])
    return Rows(
        kind=np.full(n, "civil"),
        talks=np.zeros(n, bool),
        cluster=np.array([f"s{i % states}" for i in range(n)]),
        year=year,
        base=base,
        slopes=np.zeros((n, len(SLOPE_COVARIATES))),
        outcome=np.column_stack([outcome, outcome]),
        known=np.array([[year_end(int(y) + 2).toordinal()] * 2 for y in year]),
        used=np.ones(n, bool),
    )


def model(rows: Rows) -> Model:
    return Model(rows, {("civil", False): Line(), ("civil", True): Line()}, Silent())  # type: ignore[dict-item]


@pytest.fixture(scope="module")
def sampled():
    m = model(made())
    modes = [mode(m, y) for y in (1985, 2005)]
    return m, sample(m, modes, (200, 300), 7)


def test_posterior_of_importance_sampling_is_that_of_a_grid(sampled):
    m, samples = sampled
    found = version(m, samples, 2005)
    assert found.effective > 100
    assert found.weight == samples.modes[-1].weight
    decisive = PARAMETERS.index("decisive")
    a, b = np.meshgrid(np.linspace(-4, 4, 161), np.linspace(-3, 3, 121), indexing="ij")
    p = probabilities(np.stack([a - 2, b - 2.5, a - 2, b - 2.5], axis=-1))[..., 0, :]
    counts = np.bincount(m.rows.outcome[:, 0], minlength=3)
    log_posterior = found.weight * (counts * np.log(p)).sum(axis=-1)
    log_posterior -= 0.5 * ((a / PRIOR_SD[REACH]) ** 2 + (b / PRIOR_SD[decisive]) ** 2)
    w = np.exp(log_posterior - log_posterior.max())
    w /= w.sum()
    mean, sd = (w * a).sum(), np.sqrt((w * a**2).sum() - (w * a).sum() ** 2)
    assert found.mean[REACH] == pytest.approx(mean, abs=0.25 * sd)
    assert np.sqrt(found.covariance[REACH, REACH]) == pytest.approx(sd, rel=0.2)


def test_the_mode_is_where_the_slope_is_zero(sampled):
    m, samples = sampled
    found = samples.modes[-1]
    p = m.ends(found.theta)[:, 0]
    seen = np.bincount(m.rows.outcome[:, 0], minlength=3)
    slope = found.weight * (seen[0] - p[:, 0].sum()) - found.theta[REACH] / PRIOR_SD[REACH] ** 2
    assert abs(slope) < 0.05 * seen[0]


def test_what_no_outcome_speaks_of_stays_at_its_prior(sampled):
    m, samples = sampled
    found = version(m, samples, 2005)
    known = dict(zip(PARAMETERS, identified(found), strict=True))
    assert known["reach"]
    assert not known["cost"]
    assert not known["reach_era"]
    taken = dict(zip(PARAMETERS, value(found), strict=True))
    assert taken["cost"] == 0
    again = parse_versions(versions_csv([found]))[0]
    assert again.parameters["cost"].sd == again.parameters["cost"].prior_sd
    assert again.parameters["reach"].mean == pytest.approx(taken["reach"])
    assert again.known_on == year_end(2005)
    assert "300 conflict-years known by 2005-12-31" in again.source


def test_copies_of_rows_within_their_states_add_nothing():
    rows = made(200, 40, 3)
    twice = replace(rows, **{n: np.concatenate([getattr(rows, n)] * 3) for n in Rows.__dataclass_fields__})
    once, copied = (mode(model(r), 2005) for r in (rows, twice))
    assert copied.weight == pytest.approx(once.weight / 3, rel=0.15)
    widths = [np.sqrt(m.covariance[REACH, REACH]) for m in (once, copied)]
    assert widths[1] == pytest.approx(widths[0], rel=0.1)


def test_outcomes_known_later_change_nothing(sampled):
    m, samples = sampled
    rows = m.rows
    late = rows.known > year_end(1985).toordinal()
    planted = replace(rows, outcome=np.where(late, 0, rows.outcome))
    other = replace(samples, logs=np.array([log_likelihoods(m.ends(t), planted) for t in samples.theta], np.float32))
    before, after = version(m, samples, 1985), version(model(planted), other, 1985)
    assert np.array_equal(before.mean, after.mean)
    assert before.rows == after.rows == int(known_by(rows, 1985).any(axis=1).sum())
    seen = version(model(planted), other, 2005)
    assert seen.mean[REACH] > version(m, samples, 2005).mean[REACH] + 0.5
    assert np.array_equal(mode(m, 1985).theta, mode(model(planted), 1985).theta)


def test_there_is_no_version_before_enough_is_known(sampled):
    m, samples = sampled
    found = versions(m, samples, range(1960, 2006))
    assert found[0].rows >= 200
    assert found[0].year > 1980
    assert [v.year for v in found] == list(range(found[0].year, 2006))


def test_rows_that_may_not_be_used_have_no_weight():
    rows = made(20, 5)
    none = replace(rows, used=np.zeros(20, bool))
    assert known_by(rows, 2010).sum() == pytest.approx(20)
    assert known_by(none, 2010).sum() == 0


def test_a_table_without_a_parameter_is_refused():
    with pytest.raises(EvidenceError, match="has not one row for each parameter"):
        parse_versions("known,rows,states,parameter,value,mean,sd\n2000-12-31,300,40,cost,0,0,1\n")
