"""The filter: the public belief, enumeration of every path under every type, and the engine's own forward pass."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.equilibrium.belief_filter import Filter, ParticleSet, Seen
from peacetalks.errors import GameError
from peacetalks.game.language import Chance, Decision, Move, Simultaneous, lottery


def haggle():
    """Two sides with hidden types offer, answer and fight at once over three periods, with a toss that is public."""
    grid = (0.3, 0.5, 0.7)

    def offers(state):
        if state == "war":
            for x in grid:
                yield Move(f"offer {x}", to=("offer", x))
            yield Move("stall", to="war", weight=2.0)
        else:
            yield Move("-", to=state)

    def answers(state):
        if isinstance(state, tuple) and state[0] == "offer":
            x = state[1]
            yield Move("accept", to="end", pay={"A": 4 * x, "B": 4 * (1 - x)})
            yield Move("reject", to="war")
        else:
            yield Move("-", to=state)

    def toss(state):
        if state == "war":
            yield Move("lull", to="war", weight=0.7)
            yield Move("won", to={"end": 0.5, "war": 0.5}, weight=0.3)
        else:
            yield Move("-", to=state)

    def own(state):
        return [Move("hard"), Move("soft")] if state == "war" else [Move("-")]

    def clash(state, act):
        if state != "war":
            return Move("-", to=state)
        hard = [act["A"] == "hard", act["B"] == "hard"]
        pay = {
            ("A", "t"): -0.1 * hard[0] - 0.2 * hard[1],
            ("A", "w"): -0.5 * hard[0] - 0.2 * hard[1],
            ("B", "t"): -0.1 * hard[1] - 0.2 * hard[0],
            ("B", "w"): -0.6 * hard[1] - 0.2 * hard[0],
        }
        return Move(str(hard), to="war", pay=pay)

    return pt.Game(
        players=("A", "B"),
        types={"A": {"t": 0.4, "w": 0.6}, "B": {"t": 0.3, "w": 0.7}},
        start="war",
        periods=3,
        discount=0.9,
        stages=(
            Decision("table", "A", offers),
            Decision("answer", "B", answers),
            Chance("toss", toss),
            Simultaneous("clash", {"A": own, "B": own}, clash),
        ),
    )


@pytest.fixture(scope="module")
def solved():
    return pt.solve(haggle(), rationality=3.0, belief_points=5)


def enumerate_record(s, months, seen):
    """P(record and types), summed over every path of every pair of types, beliefs updated along the path."""
    game, total = s.game, {}
    for kinds in product(game.type_names("A"), game.type_names("B")):
        types = dict(zip("AB", kinds, strict=True))
        start = (
            game.prior("A")[game.type_names("A").index(kinds[0])]
            * game.prior("B")[game.type_names("B").index(kinds[1])]
        )
        prior = {p: dict(zip(game.type_names(p), game.prior(p), strict=True)) for p in "AB"}
        total[kinds] = start * walk(s, types, "war", prior, 0, 0, months, seen)
    return total


def walk(s, types, state, beliefs, t, k, months, seen):
    if t == months:
        return 1.0
    if k == len(s.game.stages):
        return walk(s, types, state, beliefs, t + 1, 0, months, seen)
    stage, out = s.game.stages[k], 0.0
    if isinstance(stage, Simultaneous):
        alive = state == "war"
        still = {p: {x: {"-": 1.0} for x in "tw"} for p in "AB"}
        play = s.strategy(stage.name, state, period=t, beliefs=beliefs) if alive else still
        for a, b in product(play["A"][types["A"]], play["B"][types["B"]]):
            chance, move = play["A"][types["A"]][a] * play["B"][types["B"]][b], stage.then(state, {"A": a, "B": b})
            after = update(update(beliefs, "A", play["A"], a), "B", play["B"], b) if alive else beliefs
            out += chance * onward(s, types, move, after, t, k, months, seen, ("A", "B"), (a, b))
        return out
    moves = list(stage.moves(state))
    if len(moves) == 1:
        return onward(s, types, moves[0], beliefs, t, k, months, seen, ("?",), (moves[0].label,))
    play = s.strategy(stage.name, state, period=t, beliefs=beliefs)
    who = "nature" if isinstance(stage, Chance) else stage.mover(state)
    for move in moves:
        chance = play["nature" if who == "nature" else types[who]][move.label]
        after = beliefs if who == "nature" else update(beliefs, who, play, move.label)
        out += chance * onward(s, types, move, after, t, k, months, seen, (who,), (move.label,))
    return out


def onward(s, types, move, beliefs, t, k, months, seen, who, labels):
    for one in seen.get(t, []):
        if one.stage == s.game.stages[k].name and not one.agrees(who, labels):
            return 0.0
    return sum(p * walk(s, types, to, beliefs, t, k + 1, months, seen) for to, p in lottery(move.to, "test").items())


def update(beliefs, player, play, label):
    joint = {kind: beliefs[player][kind] * play[kind][label] for kind in beliefs[player]}
    return beliefs | {player: {kind: x / sum(joint.values()) for kind, x in joint.items()}}


RECORDS = {
    "all but the clash": {
        0: [Seen("table", ("offer 0.5",), "A"), Seen("answer", ("reject",), "B")],
        1: [Seen("table", ("stall",))],
    },
    "one move of a pair": {
        0: [Seen("clash", ("hard",), "B")],
        1: [Seen("clash", ("soft",), "A"), Seen("answer", ("reject",))],
    },
    "a gap, then any offer": {1: [Seen("table", ("offer *",), "A")]},
    "nothing": {},
}


@pytest.mark.parametrize("name", RECORDS)
def test_filter_equals_enumeration(solved, name):
    seen, months = RECORDS[name], 2
    f = Filter(solved, most=None)
    particles = f.open()
    for t in range(months):
        particles = f.period(particles, seen.get(t, []), t)
    joint = enumerate_record(solved, months, seen)
    assert particles.mass == pytest.approx(sum(joint.values()), abs=1e-12)
    for i, player in enumerate("AB"):
        for kind, p in f.posterior(particles)[player].items():
            assert p == pytest.approx(sum(x for k, x in joint.items() if k[i] == kind) / sum(joint.values()), abs=1e-12)


def test_the_record_says_something(solved):
    f = Filter(solved, most=None)
    told = f.posterior(f.period(f.open(), [Seen("answer", ("reject",), "B")], 0))
    assert told["B"]["t"] > 0.3 + 0.005


def test_on_the_grid_it_is_the_forward_pass(solved):
    f = Filter(solved, most=0)
    particles, mass = f.open(), []
    for t in range(3):
        particles = f.period(particles, (), t)
        mass.append(particles)
    forward = pt.trajectory(solved, 3)
    for t, c in enumerate(mass):
        assert c.gridded
        for e, state in enumerate(forward.states):
            mine = np.zeros(solved.grid.total)
            if state in c.at:
                _, m, flat = c.at[state]
                mine[flat] = m
            assert np.abs(mine - forward.mass[t, e]).max() < 1e-12


def test_grid_approaches_the_exact_filter():
    seen = RECORDS["all but the clash"]

    def posterior(points, most):
        s = pt.solve(haggle(), rationality=3.0, belief_points=points, certify=False)
        f = Filter(s, most=most)
        particles = f.open()
        for t in range(2):
            particles = f.period(particles, seen.get(t, []), t)
        return f.posterior(particles)["B"]["t"], particles.mass

    coarse, fine, exact = posterior(3, 0), posterior(9, 0), posterior(9, None)
    assert abs(fine[0] - exact[0]) < abs(coarse[0] - exact[0]) + 1e-12
    assert fine[0] == pytest.approx(exact[0], abs=2e-3)
    assert fine[1] == pytest.approx(exact[1], rel=2e-3)


def stage_by_stage(f, particles, seen):
    """The end of a period, every particle pushed forward by itself and put back on the grid after each stage."""
    for k, stage in enumerate(f.s.game.stages):
        exact = f._stage(k, stage, particles, [x for x in seen if x.stage == stage.name], 0)
        particles = ParticleSet({state: f.project(b, m) for state, (b, m, _) in exact.at.items()}, True)
    return particles


@pytest.mark.parametrize("kinds", [{"t": 0.4, "w": 0.6}, {"t": 0.4, "w": 0.4, "m": 0.2}])
def test_sparse_steps_are_the_push_forward_of_single_particles(kinds):
    game = replace(haggle(), types={"A": kinds, "B": {"t": 0.3, "w": 0.7}}, periods=None)
    f = Filter(pt.solve(game, rationality=3.0, belief_points=4, certify=False))
    for seen in [*RECORDS["all but the clash"].values(), *RECORDS["one move of a pair"].values(), []]:
        particles = ParticleSet(f.open().at, gridded=True)
        mine, theirs = f.period(particles, seen), stage_by_stage(f, ParticleSet(particles.at), seen)
        again = f.period(mine, seen), stage_by_stage(f, ParticleSet(theirs.at), seen)
        for one, two in ((mine, theirs), again):
            assert {s for s, x in one.at.items() if len(x[1])} == {s for s, x in two.at.items() if len(x[1])}
            for state, (b, m, flat) in one.at.items():
                assert (flat == two.at[state][2]).all()
                assert np.abs(m - two.at[state][1]).max() < 1e-14
                assert (b == two.at[state][0]).all()


def test_what_was_pushed_forward_is_cached(solved, monkeypatch):
    f, seen = Filter(solved), RECORDS["all but the clash"][0]
    first, pushed = f.period(f.open(), seen), []
    stage = Filter._stage
    monkeypatch.setattr(Filter, "_stage", lambda self, k, *args: pushed.append(k) or stage(self, k, *args))
    assert f.period(f.open(), seen) is first
    assert pushed == []
    f.period(f.open(), [*seen, Seen("toss", ("lull",))])
    assert pushed == [2, 3]  # the table and the answer stood on the same record


def test_impossible_and_unknown_records(solved):
    f = Filter(solved)
    with pytest.raises(GameError, match="probability is zero"):
        f.posterior(f.period(f.open(), [Seen("answer", ("surrender",))]))
    with pytest.raises(GameError, match=r"no stage is called 'anser'.*did you mean 'answer'"):
        f.period(f.open(), [Seen("anser", ("reject",))])
    with pytest.raises(GameError, match="'C', who is not a player"):
        f.period(f.open(), [Seen("answer", ("reject",), "C")])


def test_keep_conditions_on_the_state(solved):
    f = Filter(solved, most=None)
    particles = f.period(f.open())
    war = particles.keep(lambda state: state == "war")
    assert 0 < war.mass < particles.mass
    assert particles.mass == pytest.approx(1.0, abs=1e-12)
