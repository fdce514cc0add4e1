"""What the model expects if levers were moved: those of what-ifs, ranked, with errors, and signs under accounts."""

import pytest
from support.tiny import KPA, UN, J, account, tiny

import peacetalks as pt
from peacetalks.errors import NotSolved, SpecError
from peacetalks.forecasting.answers import AnswerCache
from peacetalks.forecasting.what_if_games import solve_games
from peacetalks.questions.advise import advise
from peacetalks.questions.advise_values import Effect, Moved

POINTS = 5  # belief points of which a coarser grid shows the error


@pytest.fixture(scope="module")
def base():
    return tiny()


@pytest.fixture(scope="module")
def rivals(base):
    """An account under which offers that suit nobody are made, and one without a ceasefire."""
    return [
        account(base, {"rationality": {"value": 5, **J}}, name="noisy"),
        account(base, {"ceasefire": None}, name="no-ceasefire"),
    ]


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    return AnswerCache.open(tmp_path_factory.mktemp("answers"))


@pytest.fixture(scope="module")
def found(base, rivals, answers):
    return advise(base, "mediator", rivals, belief_points=POINTS, pairs=2, answers=answers)


def by_name(found):
    return {m.levers[0].name: m for m in found.levers}


def test_every_lever_of_the_holder_the_largest_effect_first(found):
    assert set(by_name(found)) == {"offers", "staying-at-the-table", "reopening", "asking-for-a-ceasefire"}
    assert {m.holders for m in found.levers} == {("mediator",)}
    effects = [m.effect for m in found.levers]
    assert effects == sorted(effects, reverse=True)


def test_each_is_a_what_if(found, base):
    m = by_name(found)["offers"]
    w = pt.whatif(base, m.change, belief_points=POINTS)
    d = w.difference
    assert m.peace.value == pytest.approx(float(d.model.sel(end="peace", period=found.month)), abs=1e-12)
    assert m.peace.error == pytest.approx(float(d.model_error.sel(end="peace", period=found.month)), abs=1e-12)
    assert m.broken == pytest.approx(d.broken)
    assert set(m.welfare) == {UN, KPA}
    for side, effect in m.welfare.items():
        assert (effect.value, effect.error) == pytest.approx((d.welfare[side], d.welfare_error[side]))


def test_pairs_are_of_the_strongest_and_stand_beside_the_sum(found, base):
    (pair,) = found.pairs
    strongest = sorted(found.levers, key=lambda m: -abs(m.effect))[:2]
    assert {lever.name for lever in pair.levers} == {m.levers[0].name for m in strongest}
    assert found.alone(pair) == pytest.approx(sum(m.effect for m in strongest))
    w = pt.whatif(base, pair.change, belief_points=POINTS)
    assert pair.effect == pytest.approx(float(w.difference.model.sel(end="peace", period=found.month)), abs=1e-12)


def test_under_accounts(found, base, rivals):
    offers, ceasefire = (by_name(found)[n] for n in ("offers", "asking-for-a-ceasefire"))
    noisy = pt.patch(base, {"rationality": {"value": 5, **J}})
    w = pt.whatif(noisy, {"talks.offer*": 2}, belief_points=POINTS)
    there = float(w.difference.model.sel(end="peace", period=found.month))
    assert offers.by_account["noisy"].value == pytest.approx(there, abs=1e-9)
    assert found.accounts == ("noisy", "no-ceasefire")
    assert ceasefire.by_account["no-ceasefire"] is None  # there is none to ask for


def moved(value, error, **accounts):
    of = {name: None if x is None else Effect(x, 0.001) for name, x in accounts.items()}
    return Moved((), (), {}, Effect(value, error), None, None, None, {}, of, "")


def test_an_error_that_is_not_known_is_not_clear():
    assert [Effect(x, e).clear for x, e in ((0.02, 0.01), (0.02, 0.03), (0.02, None), (0.0, None))] == [
        True, False, None, False,
    ]  # fmt: skip
    assert [Effect(x, e).sign for x, e in ((-0.02, 0.01), (0.02, 0.03), (0.02, None))] == [-1, 0, 0]


def test_a_lever_whose_sign_differs_is_said_to():
    assert moved(0.02, 0.001, a=-0.01, b=0.01, c=None).other_sign == ("a",)
    assert moved(-0.02, None, a=-0.01, b=0.01).other_sign == ("b",)  # not known here: accounts among themselves
    assert moved(0.02, 0.03, a=0.2, b=-0.2).other_sign == ("b",)
    assert moved(0.02, 0.03, a=-0.01).other_sign == ()  # not clear here
    assert moved(0.02, 0.001, a=-7e-5).other_sign == ()  # not clear there


def test_accounts_agree_only_where_every_sign_is_clear():
    assert moved(0.02, 0.001, a=0.01, b=0.03).agreed
    assert not moved(0.02, 0.001, a=0.01, b=None).agreed
    assert not moved(0.02, 0.001, a=0.01, b=1e-4).agreed
    assert not moved(0.02, None, a=0.01).agreed


def test_what_has_no_solution_is_named(base, monkeypatch):
    def without(requests, *rest):
        solved = solve_games(requests, *rest)
        bad = {
            key: NotSolved("made up") for key, r in zip(solved, requests, strict=True) if r.scenario.talks.offer > 0.5
        }
        return solved | bad

    monkeypatch.setattr("peacetalks.questions.advise.solve_games", without)
    found = advise(base, "mediator", belief_points=2, pairs=0)
    last = found.levers[-1]
    assert (last.levers[0].name, last.peace, last.reason) == (
        "offers", None, "its game has no solution within tolerance",
    )  # fmt: skip
    assert found.settings["unsolved"] == 1


def test_a_second_time_it_comes_from_the_cache(found, base, rivals, answers):
    before = answers.added
    again = advise(base, "mediator", rivals, belief_points=POINTS, pairs=2, answers=answers)
    assert answers.added == before
    assert again.to_dict() == found.to_dict()


@pytest.mark.parametrize(
    ("holder", "pairs", "message"),
    [
        ("nobody", 0, "holds no levers"),
        ("mediator", -1, "pairs must be 0"),
        ("1", 0, "holds no lever in this scenario"),
    ],
)
def test_what_cannot_be_asked(base, holder, pairs, message, monkeypatch):
    if "in this scenario" in message:
        monkeypatch.setattr("peacetalks.questions.advise.levers_of", lambda *_: [])
    with pytest.raises(SpecError, match=message):
        advise(base, holder, belief_points=2, pairs=pairs)
