"""`estimate`: the parameters that made the data come back; scores are the derivatives; settings and what is refused."""

import pickle

import numpy as np
import polars as pl
import pytest
from support import simulated_plays as plays

import peacetalks as pt
from peacetalks.errors import EstimationError, NotConverged
from peacetalks.estimation.bind import bind
from peacetalks.estimation.bootstrap import Sample, estimate_sample

KINDS = [("probit", "agent"), ("logit", "agent"), ("probit", "private")]
GAMES = ["egame12", "egame122", "egame123"]
SIMPLE = "act + fight ~ x | 0 | 1 | y"


def simulated(game, link, error, rows, seed=3):
    return getattr(plays, game)(rows, seed, link, error)


def cases(rows=400, seed=5):
    """Cases of two decisions with covariates x, y, a factor and a cluster."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, rows))
    act = (0.3 - 0.5 * x + 1.4 * rng.normal(size=rows) > 0).astype(int)
    fight = act * (0.2 + 0.8 * y + 1.4 * rng.normal(size=rows) > 0)
    return {"act": act, "fight": fight, "x": x, "y": y, "regime": rng.choice(["b", "a", "c"], rows), "pair": act * 0}


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize(("link", "error"), KINDS)
def test_the_parameters_of_simulated_plays_come_back(game, link, error):
    made = simulated(game, link, error, 2500)
    found = pt.estimate(made.formula, made.cases, game, link=link, error=error, starts=1)
    assert set(found.parameters) == set(made.truth)
    off = (found.values - [made.truth[name] for name in found.parameters]) / found.standard_errors
    assert np.abs(off).max() < 4
    assert 0.4 < np.sqrt(np.mean(off**2)) < 1.6  # neither far off nor better than chance allows


def test_the_parameters_of_simulated_offers_come_back():
    made = plays.ultimatum(800, 7)
    found = pt.estimate(made.formula, made.cases, "ultimatum", max_offer=15, starts=2)
    off = (found.values - [made.truth[name] for name in found.parameters]) / found.standard_errors
    assert np.abs(off).max() < 4
    only = pt.estimate(made.formula.replace(" + accept", ""), made.cases, "ultimatum", max_offer=15, starts=1)
    assert only.model.observed is None
    assert (only.standard_errors > found.standard_errors).sum() >= 4  # answers inform as well


SCALED = [
    ("egame12", {}, "x1 - 1"),
    ("egame12", {"error": "private"}, ("x1 - 1", "x2 - 1")),
    ("egame122", {"error": "private"}, "x3 - 1"),
    ("egame123", {"link": "logit"}, ("x1 - 1", "x2 - 1", "x3 - 1")),
    ("egame123", {"error": "private"}, "x2 - 1"),
]


@pytest.mark.parametrize(("game", "kind", "scale"), SCALED)
def test_scores_are_the_derivatives_of_the_likelihood(game, kind, scale):
    made = simulated(game, "probit", "agent", 60)
    model = bind(made.formula, made.cases, game, scale=scale, **kind).model
    check_scores(model, np.random.default_rng(1).normal(size=len(model.parameters)) / 2)


def test_scores_of_offers_inside_and_at_the_bounds():
    made = plays.ultimatum(80, 2, s1=6.0)
    assert min(made.cases["offer"]) == 0
    made.cases["offer"][:5] = 15.0
    model = bind(made.formula, made.cases, "ultimatum", max_offer=15).model
    check_scores(model, np.array([5, 2, 7, -1.5, 1.8, 0.2]))


def check_scores(model, theta):
    scores, step = model.scores(theta), 1e-6
    for k in range(len(theta)):
        up, down = (model.log_likelihood(theta + sign * step * np.eye(len(theta))[k]) for sign in (1, -1))
        np.testing.assert_allclose((up - down) / (2 * step), scores[:, k], atol=2e-7 * max(1, np.abs(scores).max()))
    by_scores = np.array(
        [(model.scores(theta + d) - model.scores(theta - d)).sum(axis=0) / 2e-5 for d in 1e-5 * np.eye(len(theta))]
    )
    np.testing.assert_allclose(model.hessian(theta), by_scores, rtol=1e-5, atol=1e-5 * np.abs(by_scores).max())


@pytest.mark.parametrize("game", GAMES)
def test_information_is_the_mean_of_the_hessian(game):
    made = simulated(game, "probit", "private", 40)
    model = bind(made.formula, made.cases, game, error="private").model
    theta = np.random.default_rng(2).normal(size=len(model.parameters)) / 2
    chances, expected = model.probabilities(theta), np.zeros((len(theta), len(theta)))
    for k in range(len(model.outcomes)):
        came = type(model)(model.game, model.parts, model.data, model.matrices, np.full(model.rows, k))
        scores = came.scores(theta)
        expected += scores.T @ (scores * chances[:, [k]])
    np.testing.assert_allclose(model.information(theta), expected, rtol=1e-9, atol=1e-12)


def test_formulas_by_payoff_and_names_of_r():
    data = cases()
    whole = pt.estimate("act + fight ~ x + regime | 0 | 1 | y", data, starts=1)
    by = {"outcome": "act + fight", "u1(~act)": "x + regime", "u1(act,fight)": "1", "u2(act,fight)": "~ y"}
    np.testing.assert_array_equal(pt.estimate(by, data, starts=1).values, whole.values)
    assert whole.parameters[:4] == tuple(f"u1(~act):{x}" for x in ("(Intercept)", "x", "regimeb", "regimec"))


def test_rows_that_miss_a_value_are_left_out_and_counted():
    data = cases()
    data["x"][:3] = np.nan
    found = pt.estimate(SIMPLE, data, starts=1)
    assert (found.rows, found.dropped) == (397, 3)
    assert found.notes == ("3 rows were left out because a value is missing",)
    rest = pt.estimate(SIMPLE, {name: column[3:] for name, column in data.items()}, starts=1)
    np.testing.assert_array_equal(found.values, rest.values)


def test_an_answer_that_nobody_was_asked_for_is_not_missing():
    data = cases()
    asked = [None if a == 0 else f for a, f in zip(data["act"].tolist(), data["fight"].tolist(), strict=True)]
    found = pt.estimate(SIMPLE, data | {"fight": asked}, starts=1)
    assert found.dropped == 0
    np.testing.assert_array_equal(found.values, pt.estimate(SIMPLE, data, starts=1).values)


def test_frames_of_polars_and_pandas_and_files_give_the_same(tmp_path):
    data = cases()
    frame = pl.DataFrame(data)
    frame.write_csv(tmp_path / "cases.csv")
    forms = [data, frame, frame.to_dict(as_series=False), tmp_path / "cases.csv", str(tmp_path / "cases.csv")]
    import pandas as pd

    forms.append(pd.DataFrame(data))
    found = [pt.estimate("act + fight ~ x | 0 | regime | y", form, starts=1) for form in forms]
    for other in found[1:]:
        np.testing.assert_allclose(other.values, found[0].values, rtol=1e-12)


def test_an_outcome_column_has_the_order_that_is_given():
    data = cases()
    names = np.array(["peace", "concession", "war"])
    data["end"] = names[data["act"] + data["fight"]]
    found = pt.estimate("end ~ x | 0 | 1 | y", data, outcomes=tuple(names), starts=1)
    np.testing.assert_array_equal(found.values, pt.estimate(SIMPLE, data, starts=1).values)
    assert found.parameters[0] == "u1(peace):(Intercept)"
    ordered = pl.DataFrame(data).with_columns(pl.col("end").cast(pl.Enum(names.tolist())))
    np.testing.assert_array_equal(pt.estimate("end ~ x | 0 | 1 | y", ordered, starts=1).values, found.values)


def test_fixed_payoffs_and_coefficients():
    data = cases()
    free = pt.estimate(SIMPLE, data, starts=1)
    value = free["u1(~act):x"]
    held = pt.estimate(SIMPLE, data, starts=1, fixed={"u1(~act):x": value})
    np.testing.assert_allclose(held.values, free.values, atol=1e-6)
    k = held.parameters.index("u1(~act):x")
    assert held.free == free.free - 1
    assert np.isnan(held.standard_errors[k])
    assert not held.covariance[k].any()
    scaled = pt.estimate("act + fight ~ 1", data, fixed=[-0.3, 0, 0.2, 0.4], scale="by player", starts=1)
    assert scaled.parameters[-2:] == ("log(sigma1)", "log(sigma2)")


def test_clusters_of_one_row_are_the_robust_sandwich():
    data = cases()
    data["row"] = np.arange(400)
    found = pt.estimate(SIMPLE, data, starts=1, errors="cluster", cluster="row")
    plain = pt.estimate(SIMPLE, data, starts=1)
    scores = plain.model.scores(plain.values)
    sandwich = plain.covariance @ scores.T @ scores @ plain.covariance * 400 / 399
    np.testing.assert_allclose(found.covariance, sandwich, rtol=1e-9)
    outer = pt.estimate(SIMPLE, data, starts=1, errors="outer")
    np.testing.assert_allclose(outer.covariance, np.linalg.inv(scores.T @ scores), rtol=1e-9)
    np.testing.assert_allclose(outer.standard_errors, plain.standard_errors, rtol=0.15)


def test_the_bootstrap_is_near_the_hessian_and_seeded():
    made = simulated("egame12", "probit", "agent", 400)
    asked = {"starts": 1, "errors": "bootstrap"}
    found = pt.estimate(made.formula, made.cases, seed=4, draws=30, **asked)
    assert found.replicates.shape == (30, len(found.parameters))
    plain = pt.estimate(made.formula, made.cases, starts=1)
    np.testing.assert_allclose(found.standard_errors, plain.standard_errors, rtol=0.6)
    again = pt.estimate(made.formula, made.cases, seed=4, draws=3, **asked)
    other = pt.estimate(made.formula, made.cases, seed=5, draws=3, **asked)
    np.testing.assert_array_equal(again.replicates, found.replicates[:3])
    assert (other.replicates != again.replicates).all()


def test_a_sample_gives_the_same_in_another_process_and_whole_clusters_are_drawn():
    data = cases(200)
    model = bind("act + fight ~ x | 0 | regime | y", data, "egame12").model
    pairs = np.arange(200) // 2
    sample = Sample(model, model.start(), np.zeros(7, bool), pairs, np.random.SeedSequence(3))
    sent = pickle.loads(pickle.dumps(sample))
    np.testing.assert_array_equal(estimate_sample(sent), estimate_sample(sample))
    drawn = sample.rows()
    np.testing.assert_array_equal(drawn[::2] + 1, drawn[1::2])
    assert len(np.unique(drawn)) < 200


def test_progress_counts_starts_and_samples():
    seen = []
    asked = {"starts": 2, "errors": "bootstrap", "draws": 3, "progress": lambda *x: seen.append(x)}
    pt.estimate(SIMPLE, cases(), **asked)
    assert seen == [(1, 2), (2, 2), (1, 3), (2, 3), (3, 3)]


def test_a_separated_outcome_is_said():
    data = cases()
    data["ally"] = np.where(data["fight"] == 1, 0, np.random.default_rng(1).integers(2, size=400))
    with pytest.raises(NotConverged, match="'act,fight' never occurs where ally is 1"):
        pt.estimate("act + fight ~ x | 0 | 1 | ally", data)


WRONG = [
    ({"formula": "act + fight ~ x | 0 | 1 | z"}, "no column 'z'"),
    ({"formula": "act + fight ~ x | 0 | 1 | regim"}, "Did you mean 'regime'"),
    ({"formula": "act + fight ~ x | 0 | 1"}, "4 parts on the right of ~"),
    ({"formula": "x | 0 | 1 | y"}, "left side must name"),
    ({"formula": "act + fought ~ x | 0 | 1 | y"}, "no column 'fought'"),
    ({"formula": "act + fight ~ x | 0 | 1 | y + (x"}, "cannot be read"),
    ({"formula": "act + fight ~ x | 0 | 1 | ."}, "write out the columns"),
    ({"formula": "act + fight ~ x | 0 | 1 | y + I(2 * y)"}, "collinear with"),
    ({"formula": "act + fight ~ x | 1 | 1 | y"}, r"\(Intercept\) stands in every payoff of player 1"),
    ({"formula": "act ~ x | 0 | 1 | y"}, "3 outcomes"),
    ({"formula": "regime ~ x | 0 | 1 | y"}, "order of its outcomes"),
    ({"formula": "fight + act ~ x | 0 | 1 | y"}, "was not reached contradicts"),
    ({"formula": "act + x ~ x | 0 | 1 | y"}, "expected an action as 0 or 1"),
    ({"formula": "act + fight ~ x | 0 | 1 | log(y)"}, "is not a finite number in row"),
    ({"formula": {"outcome": "act + fight", "u1(act)": "x"}}, "no payoff 'u1\\(act\\)'"),
    ({"model": "egame13"}, "no model 'egame13'"),
    ({"link": "logit", "error": "private"}, "needs link='probit'"),
    ({"errors": "robust"}, "errors: expected"),
    ({"errors": "cluster"}, "needs the column"),
    ({"errors": "cluster", "cluster": "pair"}, "two clusters or more"),
    ({"cluster": "pair"}, "is used by"),
    ({"fixed": {"u1(~act):z": 1}}, "no parameter 'u1\\(~act\\):z'"),
    ({"fixed": [1, 2]}, "a value for each"),
    ({"scale": "y"}, "no payoff is fixed to hold the unit"),
    ({"scale": ["y - 1"]}, "for each of 2 players"),
    ({"start": [1.0]}, "expected 5 values"),
    ({"starts": 0}, "at least 1"),
    ({"max_offer": 5}, "belongs to the model"),
    ({"outcomes": ("a", "b", "c")}, "order of the decisions"),
    ({"model": "ultimatum"}, "largest offer"),
    ({"errors": "bootstrap", "draws": 1}, "at least 2"),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_what_cannot_be_estimated_is_refused(change, message):
    asked = {"formula": SIMPLE, "data": cases(), "starts": 1, **change}
    with np.errstate(all="ignore"), pytest.raises(EstimationError, match=message):
        pt.estimate(**asked)


@pytest.mark.parametrize(("data", "message"), [("none.csv", "no file"), ({}, "no rows"), (3, "expected a polars")])
def test_data_that_are_no_table_are_refused(data, message):
    with pytest.raises(EstimationError, match=message):
        pt.estimate(SIMPLE, data)


def test_a_level_that_the_estimate_has_not_seen_is_refused():
    found = pt.estimate("act + fight ~ x | 0 | regime | y", cases(), starts=1)
    other = pl.DataFrame({"x": [0.0], "y": [0.0], "regime": ["d"]})
    with pytest.raises(EstimationError, match=r"not seen: .*'d'"):
        found.model.rebind(other)
    known = found.model.rebind(other.with_columns(regime=pl.lit("c")))
    assert known.observed is None
    assert known.probabilities(found.values).sum() == pytest.approx(1)
    with pytest.raises(EstimationError, match="no outcomes"):
        known.log_likelihood(found.values)
