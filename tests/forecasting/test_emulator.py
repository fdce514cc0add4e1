"""An emulator of a forecast: near what is solved, as near as it says, and refused where it is not."""

import pickle
import time
from dataclasses import replace

import numpy as np
import pytest
from support.tiny import tiny

import peacetalks as pt
from peacetalks.errors import EmulatorError, SpecError
from peacetalks.forecasting.answers import AnswerCache
from peacetalks.forecasting.axes import at_values
from peacetalks.forecasting.emulator import design, emulate
from peacetalks.forecasting.short_forecast import short_forecasts

pytestmark = pytest.mark.slow
PATHS = ("talks.walk", "talks.accept", "battlefield.front", "sides.2.types.resolute.share")
POINTS, DRAWS, SEED = 2, 32, 5


@pytest.fixture(scope="module")
def base():
    return tiny(periods=3)


@pytest.fixture(scope="module")
def o(base):
    return pt.outlook(base, belief_points=POINTS, certify=False)


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    return AnswerCache.open(tmp_path_factory.mktemp("answers"))


@pytest.fixture(scope="module")
def made(o, answers):
    return emulate(o, PATHS, DRAWS, SEED, answers=answers)


@pytest.fixture(scope="module")
def elsewhere(made, base, answers):
    """Numbers at ten points of the ranges that were not solved, and the exact forecasts there."""
    shares = np.random.default_rng(8).uniform(size=(10, len(PATHS)))
    values = [{a.path: a.value(float(u)) for a, u in zip(made.axes, row, strict=True)} for row in shares]
    return values, short_forecasts([at_values(base, v) for v in values], base, 3, POINTS, answers)


def test_it_predicts_new_points_as_closely_as_it_says(made, elsewhere):
    values, exact = elsewhere
    off = np.stack([made.predict(v).values - f.ends.values for v, f in zip(values, exact, strict=True)])
    root = np.sqrt((off**2).mean(axis=0))
    assert (root < 3 * made.error.values + 1e-5).all()
    assert made.largest_error < 0.01
    assert float(made.explained.min()) > 0.9
    terms = [made.predict_terms(v) - f.terms for v, f in zip(values, exact, strict=True)]
    assert np.sqrt(np.mean(np.square(terms))) < 3 * made.terms_error + 1e-5


def test_predictions_are_probabilities(made, elsewhere):
    for v in elsewhere[0]:
        p = made.predict(v)
        assert p.dims == ("period", "end")
        np.testing.assert_allclose(p.sum("end"), 1, rtol=0, atol=1e-12)
        assert float(p.min()) >= 0


def test_what_is_not_moved_stays(made, o):
    months = list(made.months)
    np.testing.assert_allclose(made.predict({}), o.ends.sel(period=months), rtol=0, atol=5 * made.largest_error)
    same = {a.path: a.centre for a in made.axes}
    assert (made.predict(same) == made.predict({})).all()


def test_the_best_estimate_is_moved_by_what_is_predicted(made, base, elsewhere):
    values = elsewhere[0][0]
    after = pt.whatif(base, values, belief_points=POINTS).after.pooled.ends
    found = made.predict_best(values)
    assert (found is None) == (after is None)
    if after is not None:
        np.testing.assert_allclose(found, after, rtol=0, atol=0.01)


def test_a_prediction_takes_less_than_20_milliseconds(made):
    made.predict({"talks.walk": 0.05})
    times = []
    for _ in range(9):
        start = time.perf_counter()
        made.predict({"talks.walk": 0.05})
        times.append(time.perf_counter() - start)
    assert sorted(times)[4] < 0.02


def test_it_is_a_value(made, elsewhere):
    again = pickle.loads(pickle.dumps(made))
    for v in elsewhere[0][:2]:
        assert (again.predict(v) == made.predict(v)).all()
    assert made.settings == {
        "draws": DRAWS, "seed": SEED, "solved": DRAWS + 2 * len(PATHS) + 1, "unsolved": 0, "impossible": 0,
        "lost_at": None, "periods": 3, "belief_points": POINTS,
    }  # fmt: skip
    assert "4 numbers, 32 draws" in repr(made)


def test_a_second_time_it_comes_from_the_cache_and_is_the_same(made, o, answers, elsewhere):
    before = answers.added
    again = emulate(o, PATHS, DRAWS, SEED, answers=answers)
    assert answers.added == before
    assert (again.error == made.error).all()
    assert (again.predict(elsewhere[0][0]) == made.predict(elsewhere[0][0])).all()


def test_it_is_refused_where_it_is_not_close_enough(made):
    assert made.refusal() == ""
    made.check()
    with pytest.raises(EmulatorError, match=r"misses the probability of \w+ at \d months by .* more than 32 draws"):
        made.check(1e-6)
    far = replace(made, error=made.error + 0.05)
    assert "3.0 are allowed" in far.refusal()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"talks.wlak": 0.1}, "'talks.wlak' is not emulated .did you mean 'talks.walk'"),
        ({"talks.stall": 0.5}, "'talks.stall' is not emulated"),
        ({"talks.walk": 0.9}, "talks.walk: 0.9 lies outside the range 0.0309"),
    ],
)
def test_other_values_are_refused(made, values, message):
    with pytest.raises(SpecError, match=message):
        made.predict(values)


@pytest.mark.parametrize(
    ("paths", "draws", "message"),
    [
        (["talks.wlak"], 16, "is no number of the scenario .did you mean 'talks.walk'"),
        (["talks.walk", "talks.walk"], 16, "given twice"),
        (["sides.1.types.one.share"], 16, "cannot move"),
        (["talks.walk"], 15, "draws must lie between 16 and"),
        ([], 16, "no number can move"),
        (None, 16, "16 draws are too few for 26 numbers that move: 52 or more are needed .2 a number"),
    ],
)
def test_what_cannot_be_emulated_is_refused(o, paths, draws, message):
    with pytest.raises(SpecError, match=message):
        emulate(o, paths, draws)


def test_draws_without_a_solution_are_counted(o, monkeypatch, made, answers):
    real = short_forecasts

    def some(*args):
        return [f if i % 3 else pt.NotSolved("made up") for i, f in enumerate(real(*args))]

    monkeypatch.setattr("peacetalks.forecasting.emulator.short_forecasts", some)
    found = emulate(o, PATHS, DRAWS, SEED, answers=answers)
    assert (found.settings["unsolved"], found.settings["solved"]) == (14, 27)
    monkeypatch.setattr("peacetalks.forecasting.emulator.short_forecasts", lambda v, *_: [pt.NotSolved("x")] * len(v))
    with pytest.raises(EmulatorError, match="0 of 32 draws have a solution"):
        emulate(o, PATHS, DRAWS, SEED, answers=answers)


def test_the_design(made):
    x = design(made.axes, 16, 1)
    assert x.shape == (16 + 2 * len(PATHS) + 1, len(PATHS))
    assert (x[:16] > 0).all()
    assert (x[:16] < 1).all()
    centre = x[16]
    assert [a.value(u) for a, u in zip(made.axes, centre, strict=True)] == pytest.approx([a.centre for a in made.axes])
    assert ((x[17:] != centre).sum(axis=1) <= 1).all()
    assert (np.sort((16 * x[:16]).astype(int), axis=0) == np.arange(16)[:, None]).all()  # once in each sixteenth
    assert (design(made.axes, 16, 1) == x).all()
    assert (design(made.axes, 16, 2) != x).any()
