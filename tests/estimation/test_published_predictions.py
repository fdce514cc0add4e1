"""The predictions and tests that the R package games prints for its own data (Kenkel and Signorino 2014).

Needs the raw data and the stored outputs of R (`raw_data.py`); without them these tests are skipped.
"""

import numpy as np
import polars as pl
import pytest
from scipy.optimize import minimize
from scipy.special import log_expit
from scipy.stats import binomtest, norm
from support.raw_data import require

from peacetalks.errors import NotConverged
from peacetalks.estimation.bind import bind
from peacetalks.estimation.comparative import comparative_statics
from peacetalks.estimation.estimate import estimate
from peacetalks.estimation.intervals import Method
from peacetalks.estimation.model import Estimate, Start
from peacetalks.estimation.nonnested import OtherFit, clarke, vuong
from peacetalks.estimation.predictions import predict

FORMULA = "esc + war ~ s_wt_re1 + revis1 | 0 | regime1 | balanc + regime2"
POWER = "esc + war ~ balanc + s_wt_re1 | 0 | balanc | balanc + s_wt_re1"
WAR = "esc,war"
REGIME = "esc + war ~ regime1 | 0 | regime1 + regime2 | regime1 + regime2"


def stored(name):
    path = require().parent / "replication" / name
    if not path.exists():
        pytest.skip(f"{name} is not on this machine")
    return path


@pytest.fixture(scope="module")
def disputes():
    table = pl.read_csv(require() / "games" / "games_war1800.csv", null_values=["NA"], infer_schema_length=None)
    return table.drop_nulls(["regime1", "regime2", "balanc", "s_wt_re1", "revis1"])


@pytest.fixture(scope="module")
def found(disputes):
    return estimate(FORMULA, disputes, starts=1)


def test_predicted_probabilities_of_every_row(found):
    published = np.loadtxt(stored("games_egame12_war1800_m1.predicted.csv"), delimiter=",", skiprows=1)
    ours = predict(found, method=Method("none"))
    assert ours.probability.shape == published.shape
    np.testing.assert_allclose(ours.probability, published, atol=1e-5)


def test_probabilities_as_the_balance_varies(found):
    lines = stored("games_predProbs_war1800.txt").read_text().splitlines()[1:]
    rows = np.array([[float(x) for x in line.split()[1:4]] for line in lines])
    balance = [float(line.split()[9]) for line in lines]
    assert len(rows) == 5
    ours = comparative_statics(found, "balanc", balance)
    np.testing.assert_allclose(ours.probability.value, rows, atol=1e-5)
    first = lines[0].split()
    assert ours.others["s_wt_re1"] == pytest.approx(float(first[6]), abs=1e-9)
    assert [ours.others[k] for k in ("revis1", "regime1", "regime2")] == [int(first[7]), first[8], first[10]]


def at(model, theta):
    """An estimate at given values, which tests of models that are not nested need no more of."""
    total = float(model.log_likelihood(theta).sum())
    k = len(theta)
    start = Start(total, 0.0, 0, converged=False)
    return Estimate(
        model, theta, np.zeros((k, k)), total, model.rows, 0, "hessian", 0.0, (start,), np.zeros(k, bool)
    )  # fmt: skip


def test_predicted_probabilities_at_published_coefficients():
    """Private information about payoffs, 7,240 rows of exchange-rate crises."""
    table = pl.read_csv(require() / "games" / "games_leblang2003.csv", null_values=["NA"], infer_schema_length=None)
    coefficients = pl.read_csv(stored("games_egame12_leblang2003_default.coef.csv"))
    parts = {}
    for term in coefficients["term"]:
        parts.setdefault(term.split(":")[0], []).append(term.split(":")[1])
    texts = [" + ".join("1" if x == "(Intercept)" else x for x in part) for part in parts.values()]
    formula = f"outcome ~ {texts[0]} - 1 | {' | '.join(texts[1:])}"
    model = bind(formula, table, "egame12", error="private", outcomes=("no attack", "devaluation", "defense")).model
    assert model.parameters == tuple(coefficients["term"])
    published = np.loadtxt(stored("games_egame12_leblang2003_default.predicted.csv"), delimiter=",", skiprows=1)
    ours = predict(at(model, coefficients["estimate"].cast(pl.Float64).to_numpy()), method=Method("none"))
    np.testing.assert_allclose(ours.probability, published, atol=1e-12)


def probit(x, y):
    sign = 2 * y - 1
    return minimize(lambda b: -norm.logcdf(sign * (x @ b)).sum(), np.zeros(x.shape[1]), options={"gtol": 1e-8}).x


def two_steps(model):
    """The starting values of the R package: a probit of the second decision, then one of the first."""
    status_quo, gives_in, war, second = model.matrices
    acted, fought = model.observed > 0, model.observed == 2
    b2 = probit(second[acted], fought[acted].astype(float))
    p = norm.cdf(second @ b2)[:, None]
    b1 = probit(np.hstack([-status_quo, (1 - p) * gives_in, p * war]), acted.astype(float))
    return np.sqrt(2) * np.concatenate([b1, b2])


def one_step(model, theta):
    """The first step of a search from there: along the gradient, shortened until the likelihood rises enough."""
    here, gradient, step = model.log_likelihood(theta).sum(), model.scores(theta).sum(axis=0), 1.0
    while model.log_likelihood(theta + step * gradient).sum() < here + 1e-4 * step * gradient @ gradient:
        step *= 0.2
    return theta + step * gradient


def printed():
    """The statistic and p of each printed test, in order, as they are printed."""
    text = stored("games_nonnested_tests.txt").read_text()
    statistics = [line.split(":")[1].split()[0] for line in text.splitlines() if line.startswith("Test statistic")]
    p = [line.split("(p ")[1].rstrip(")").lstrip("= ") for line in text.splitlines() if "(p " in line]
    return list(zip(statistics, p, strict=True))


def test_the_printed_tests_come_out_at_the_values_that_were_compared(disputes):
    """The package's search ended a step from where it began in the first model, whose likelihood has no maximum."""
    power = bind(POWER, disputes, "egame12").model
    first = at(power, one_step(power, two_steps(power)))
    second = estimate(REGIME, disputes, starts=1)
    war = (power.observed == 2).astype(float)
    x = np.column_stack([np.ones(power.rows), disputes["balanc"], disputes["s_wt_re1"]])
    logit = minimize(lambda b: -log_expit((2 * war - 1) * (x @ b)).sum(), np.zeros(3), options={"gtol": 1e-8}).x
    third = OtherFit("logit", log_expit((2 * war - 1) * (x @ logit)), 3, war)
    ours = [
        vuong(first, second),
        clarke(first, second),
        vuong(first, third, WAR),
        clarke(first, third, WAR),
    ]
    for test, (statistic, p) in zip(ours, printed(), strict=True):
        if test is ours[1]:  # one row lies at the threshold: it hangs on the last digits of where the searches ended
            assert abs(test.statistic - float(statistic)) <= 1
            assert f"{binomtest(int(statistic), test.rows).pvalue:.2g}" == p
            continue
        assert f"{test.statistic:.{2 if test.test == 'vuong' else 4}g}" == statistic
        assert test.p < 2e-16 if p.startswith("<") else f"{test.p:.2g}" == p


def test_the_first_of_these_models_has_no_maximum(disputes):
    with pytest.raises(NotConverged):
        estimate(POWER, disputes, starts=1)
