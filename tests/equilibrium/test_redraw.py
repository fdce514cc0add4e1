"""Types that are drawn again: against the same game with a second player in the first one's place, and by sampling."""

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.equilibrium.belief_filter import Filter, Seen
from peacetalks.equilibrium.position import after, choice_at, opening
from peacetalks.game.compile import compile_game
from peacetalks.game.variant import compile_variant

STRONG, WEAK = 0.35, 0.65  # the prior over A's types
COST = {"strong": 0.1, "weak": 0.45}
LAMBDA = 6.0


def move(state, who, pay):
    """A's move in a period: fight or yield; B sees which."""
    for act in ("fight", "yield"):
        yield pt.Move(act, to=(*state, act), pay=pay(who, act))


def reward(a, act, doubt):
    """What A gets: fighting costs its type, and B doubts or trusts."""
    return (0.5 if act == "fight" else 0.2) - (0.3 if doubt == "doubt" else 0.0)


def own(who, act):
    return {(who, k): -c for k, c in COST.items()} if act == "fight" else {}


def respond(a, extra=None):
    """B doubts or trusts after A's move; trusting a fighter costs B."""

    def moves(state):
        act = state[-1]
        for answer in ("doubt", "trust"):
            pay = {
                a: reward(a, act, answer),
                "B": 0.3 - 0.25 * (answer == "doubt") - 0.4 * (answer == "trust" and act == "fight"),
            }
            yield pt.Move(answer, to=(*state, answer), pay=pay | (extra(act, answer) if extra else {}))

    return moves


def pass_on(state):
    return [pt.Move("-", to=state)]


def period_of(state):
    return len(state) // 2


@pytest.fixture(scope="module")
def again():
    """Two periods; where the first one ends, A's type is drawn again."""
    a = pt.Decision("A moves", "A", lambda s: move(s, "A", own))
    b = pt.Decision("B answers", "B", respond("A"))
    return pt.Game(
        players=("A", "B"),
        types={"A": {"strong": STRONG, "weak": WEAK}},
        start=(),
        stages=(a, b),
        periods=2,
        discount=0.8,
        redraw=lambda state: ["A"] if len(state) == 2 else [],
    )


@pytest.fixture(scope="module")
def successor():
    """The same with a player C in A's place in the second period, whose payoffs A has too, whatever C's type is."""

    def both(who, act):
        if who == "A":
            return own("A", act)
        return lambda types: {"C": -COST[types["C"]], "A": -COST[types["C"]]} if act == "fight" else {}

    def answers(state):
        second = period_of(state) == 1 and len(state) == 3
        if not second:
            return respond("A")(state)
        return respond("C", lambda act, doubt: {"A": reward("A", act, doubt)})(state)

    a = pt.Decision(
        "A moves", lambda s: "A" if len(s) == 0 else "C", lambda s: move(s, "A" if len(s) == 0 else "C", both)
    )
    b = pt.Decision("B answers", "B", answers)
    prior = {"strong": STRONG, "weak": WEAK}
    return pt.Game(("A", "B", "C"), (), (a, b), {"A": prior, "C": prior}, periods=2, discount=0.8)


@pytest.fixture(scope="module")
def solved(again):
    return pt.solve(again, LAMBDA, belief_points=41)


def test_it_is_the_game_with_a_successor(solved, successor):
    other = pt.solve(successor, LAMBDA, belief_points=41)
    for kind in ("strong", "weak"):
        assert solved.value("A", kind) == pytest.approx(other.value("A", kind), abs=1e-9)
    assert solved.value("B") == pytest.approx(other.value("B"), abs=1e-9)
    ours, theirs = solved.strategy("A moves", ()), other.strategy("A moves", ())
    for kind in ("strong", "weak"):
        assert ours[kind] == pytest.approx(theirs[kind], abs=1e-9)
    begun = ("fight", "doubt")
    assert solved.strategy("A moves", begun)["weak"] == pytest.approx(
        other.strategy("A moves", begun)["weak"], abs=1e-9
    )
    ours, theirs = pt.forecast(solved, outcome=str), pt.forecast(other, outcome=str)
    assert np.abs(ours[-1] - theirs[-1]).max() < 1e-9


def test_it_matters(again, solved):
    kept = pt.solve(pt.Game(again.players, (), again.stages, again.types, 2, 0.8), LAMBDA, belief_points=41)
    assert abs(kept.value("A", "strong") - solved.value("A", "strong")) > 0.02
    begun = solved.strategy("A moves", ("fight", "doubt"))
    assert begun == solved.strategy("A moves", ("yield", "doubt"))  # what the first did says nothing about the second


def test_welfare_is_what_is_paid_along_the_forward_distribution(solved):
    assert solved.value("A") == pytest.approx(
        sum(p * solved.value("A", k) for k, p in (("strong", STRONG), ("weak", WEAK))), abs=1e-12
    )
    assert solved.value("A", decision=True) == pytest.approx(solved.value("A"), abs=1e-4)
    begun = ("fight", "doubt")
    same = [solved.value("A", k, state=begun, period=1) for k in ("strong", "weak")]
    assert same[0] == pytest.approx(same[1], abs=1e-12)
    assert same[0] == pytest.approx(solved.value("A", "strong", state=begun, period=1, decision=True), abs=1e-9)


def test_forecasts_given_the_first_type_add_up_and_are_those_of_samples(solved):
    whole = pt.forecast(solved, outcome=str)
    parts = {k: pt.forecast(solved, outcome=str, given={"A": k}) for k in ("strong", "weak")}
    mixed = STRONG * parts["strong"] + WEAK * parts["weak"]
    assert np.abs(mixed - whole).max() < 1e-12
    assert np.abs(parts["strong"].sum("outcome") - 1).max() < 1e-9
    paths = pt.simulate(solved, n=6000, seed=3)
    seen = paths.outcomes(str)[-1].to_series()
    for name, p in whole[-1].to_series().items():
        assert abs(seen.get(name, 0.0) - p) < 4 * np.sqrt(max(p * (1 - p), 1e-6) / 6000), name
    strong = paths.types["A"] == "strong"
    for kind, chosen in (("strong", strong), ("weak", ~strong)):
        worth = paths.payoff["A"][chosen]
        assert abs(worth.mean() - solved.value("A", kind)) < 4 * worth.std() / np.sqrt(len(worth))


def test_the_filter_forgets_what_was_learnt(solved):
    f = Filter(solved)
    one = f.period(f.open(), [Seen("A moves", ("fight",))])
    learnt = f.posterior(one)["A"]["strong"]
    assert abs(learnt - STRONG) > 0.05
    two = f.period(one, [Seen("A moves", ("fight",))], period=1)
    strategy = solved.strategy("A moves", ("fight", "doubt"))
    odds = STRONG / WEAK * strategy["strong"]["fight"] / strategy["weak"]["fight"]
    assert f.posterior(two)["A"]["strong"] == pytest.approx(odds / (1 + odds), abs=1e-9)
    on_grid = Filter(solved, most=0)
    both = on_grid.period(on_grid.period(on_grid.open(), []), [Seen("A moves", ("fight",))], period=1)
    assert on_grid.posterior(both)["A"]["strong"] == pytest.approx(odds / (1 + odds), abs=1e-6)


def test_play_step_by_step_goes_on_from_the_prior(solved):
    types = {"A": "strong", "B": "only"}
    at = opening(solved, ())
    for act in ("fight", "doubt"):
        ((at, _),) = after(solved, choice_at(solved, at), (act,), types).positions
    assert at.beliefs == {"A": {"strong": STRONG, "weak": WEAK}}


def test_a_variant_has_the_same_states_drawn_again(again):
    c = compile_game(again)
    kept = pt.Game(again.players, (), again.stages, again.types, 2, 0.8)
    assert compile_variant(again, c) is not None
    assert compile_variant(kept, c) is None
    assert c.redrawn.sum() == 4
    with pytest.raises(pt.GameError, match=r"redraw names 'AA', who is not a player .did you mean 'A'"):
        compile_game(pt.Game(again.players, (), again.stages, again.types, 2, 0.8, redraw=lambda s: ["AA"]))
