"""The standard game without its later mechanisms, written a second time from its description: both play alike.

`Bare` follows the docstrings of `talks`, `battlefield`, `ceasefire`, `sanctions`, `challengers` and `rent` and uses
nothing of `peacetalks.mechanisms`.  A mechanism that is not in the scenario must therefore leave no trace in the game
that `build` makes: the forecasts agree, period by period, to the accuracy of the solver.
"""

from typing import Any, NamedTuple

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.game.compile import compile_game
from peacetalks.mechanisms.state import label

FIGHTING = ("fighting", "talks", "broken")
RUNNING = (*FIGHTING, "ceasefire")
EFFORTS = ("stand down", "restrained", "full")


class At(NamedTuple):
    """A state: the outcome label of the regime, the front, the level of sanctions, what is pending."""

    regime: str
    front: int = 0
    level: int = 0
    item: Any = None


def stay(state):
    return [pt.Move("stay", state)]


class Bare:
    """The moves of each stage, for a scenario with none of the later mechanisms."""

    def __init__(self, scenario):
        self.s = scenario
        self.sides = [side.label for side in scenario.sides]
        self.delta = [float(side.discount) for side in scenario.sides]
        self.top = scenario.battlefield.positions - 1
        self.effort = dict(zip(EFFORTS, (0.0, float(scenario.battlefield.restraint), 1.0), strict=True))

    def power(self, state):
        """Hold the level, or change it: the hazard is spread evenly over the changes."""
        if state.regime not in RUNNING:
            return stay(state)
        p, out = self.s.sanctions, []
        ways = {0: (0, 1, 2), 1: (1, 2, 0), 2: (2, 0)}[state.level]
        for level in ways:
            worth = p.peace_value * (state.regime == "ceasefire") - p.upkeep * (level == 2)
            worth -= p.bluff_cost * (state.level == 1 and level == 0)
            pay = {p.label: worth, self.sides[p.on - 1]: -p.bite * (level == 2)}
            weight = 1 - p.change if level == state.level else p.change / (len(ways) - 1)
            out.append(pt.Move(level, state._replace(level=level), pay, weight))
        return out

    def occasion(self, state):
        if state.regime not in FIGHTING:
            return stay(state)
        chance = self.s.challengers.chance
        return [pt.Move("yes", state._replace(item="occasion"), weight=chance), pt.Move("no", state, weight=1 - chance)]

    def probe(self, state):
        if state.item != "occasion":
            return stay(state)
        mass, calm = self.s.challengers.probe, state._replace(item=None)
        return [pt.Move("probe", state._replace(item="probe"), weight=mass), pt.Move("no", calm, weight=1 - mass)]

    def reaction(self, state):
        """The tested side ignores a probe or retaliates, at costs of its type and at the risk of a wider war."""
        if state.item != "probe":
            return stay(state)
        c, calm = self.s.challengers, state._replace(item=None)
        tested, wider = c.tests - 1, float(c.wider_war)
        types = self.s.sides[tested].types.items()
        ignored = {(self.sides[tested], k): -t.humiliation_cost for k, t in types} | {c.label: c.gain}
        answered = dict.fromkeys(self.sides, -wider * c.wider_cost) | {c.label: -c.loss}
        answered |= {(self.sides[tested], k): -t.escalation_cost for k, t in types}
        after = {calm: 1 - wider, At("wider_war"): wider}
        return [pt.Move("ignore", calm, ignored), pt.Move("retaliate", after, answered)]

    def postures(self, state):
        if state.regime in FIGHTING:
            return [pt.Move(p, weight=w) for p, w in zip(EFFORTS, (0.1, 0.45, 0.45), strict=True)]
        if state.regime == "ceasefire":
            return [pt.Move("comply"), pt.Move("violate", weight=self.s.ceasefire.violate)]
        return [pt.Move("stay")]

    def chosen(self, state, acts):
        """A period of what each side holds, and the costs of fighting, or what violations gain and harm."""
        if state.regime not in RUNNING:
            return pt.Move("stay", state)
        acts, held = [acts[side] for side in self.sides], state.front / self.top
        pay = {}
        for i, side in enumerate(self.sides):
            flow = (1 - self.delta[i]) * (held if i == 0 else 1 - held)
            if state.regime == "ceasefire":
                c = self.s.ceasefire
                pay[side] = flow + c.gain * (acts[i] == "violate") - c.harm * (acts[1 - i] == "violate")
                continue
            aided = state.level == 2 and self.s.sanctions.on != i + 1
            cost = self.effort[acts[i]] * (1 - self.s.sanctions.aid * aided)
            pay |= {(side, k): flow - t.war_cost * cost for k, t in self.s.sides[i].types.items()}
        return pt.Move(tuple(acts), state._replace(item=tuple(acts)), pay)

    def battle(self, state):
        """The war is decided (d I), or the front moves (m I), or nothing happens."""
        if state.regime not in FIGHTING:
            return stay(state)
        f, calm = self.s.battlefield, state._replace(item=None)
        e1, e2 = (self.effort[a] for a in state.item)
        if e1 + e2 == 0:
            return [pt.Move("quiet", calm)]
        intensity = (e1 + e2) / 2
        p = f.strength * e1 / (f.strength * e1 + (1 - f.strength) * e2)
        decided, moved = f.decisive * intensity, (1 - f.decisive * intensity) * f.mobility * intensity
        tide = (p + state.front / self.top) / 2
        ends = {"up": decided * tide, "down": decided * (1 - tide)}
        steps = {"up": moved * p, "down": moved * (1 - p)}
        out = [pt.Move("same", calm, weight=1 - decided - moved)]
        for i, (way, edge, step) in enumerate((("up", self.top, 1), ("down", 0, -1))):
            won = At(f"victory_{i + 1}", self.top if i == 0 else 0), {self.sides[i]: self.delta[i]}
            if state.front == edge:
                out.append(pt.Move(f"won {way}", *won, ends[way] + steps[way]))
            else:
                out.append(pt.Move(f"won {way}", *won, ends[way]))
                out.append(pt.Move(way, calm._replace(front=state.front + step), weight=steps[way]))
        return [m for m in out if m.weight > 0]

    def incident(self, state):
        if state.regime != "ceasefire":
            return stay(state)
        c, calm = self.s.ceasefire, state._replace(item=None)
        chance = (c.incident, c.incident_one, c.incident_both)[state.item.count("violate")]
        broken = calm._replace(regime="broken")
        return [pt.Move("holds", calm, weight=1 - chance), pt.Move("breaks", broken, weight=chance)]

    def recognition(self, state):
        if state.regime not in RUNNING:
            return stay(state)
        first = self.s.talks.proposer
        return [pt.Move(i, state._replace(item=i), weight=w) for i, w in ((0, first), (1, 1 - first)) if w > 0]

    def table(self, state):
        """Offers with a uniform density (trapezoid weights), and the other acts of the proposer."""
        if state.regime not in RUNNING:
            return stay(state)
        t, calm, n = self.s.talks, state._replace(item=None), self.s.talks.offers - 1

        def put(what):
            return state._replace(item=(state.item, what))

        if state.regime in ("fighting", "broken"):
            return [pt.Move("reopen", put("reopen"), weight=t.reopen), pt.Move("on", calm, weight=1 - t.reopen)]
        out = [pt.Move(k, put(k / n), weight=t.offer / n / (2 if k in (0, n) else 1)) for k in range(n + 1)]
        out.append(pt.Move("stall", calm, weight=t.stall))
        if state.regime == "talks":
            out.append(pt.Move("ask", put("ask"), weight=t.ask))
            out.append(pt.Move("walk", calm._replace(regime="fighting"), weight=t.walk))
        return out

    def answer(self, state):
        """Yes or no, with the reference hazard of a yes; a settlement is worth its terms for good."""
        if state.regime not in RUNNING or not isinstance(state.item, tuple):
            return stay(state)
        what, no = state.item[1], state._replace(item=None)
        yes, hazard, pay = no._replace(regime="talks"), 0.5, {}
        if what == "ask":
            yes, hazard = no._replace(regime="ceasefire"), self.s.ceasefire.accept
        elif what != "reopen":
            p, hazard = self.s.sanctions, self.s.talks.accept
            pay = {self.sides[0]: self.delta[0] * what, self.sides[1]: self.delta[1] * (1 - what)}
            yes, pay[p.label] = At("settlement", item=what), p.peace_value / (1 - p.discount)
        return [pt.Move("yes", yes, pay, hazard), pt.Move("no", no, weight=1 - hazard)]

    def rent(self, state):
        drive = dict.fromkeys(self.sides, float(self.s.rent.weight)) if state.regime == "talks" else None
        return [pt.Move("stay", state, drive=drive)]

    def game(self):
        s, (a, b) = self.s, self.sides
        exact = s.battlefield.front * self.top
        low = int(exact)
        start = {At("talks", low, s.sanctions.level): 1 - (exact - low)}
        start |= {At("talks", low + 1, s.sanctions.level): exact - low} if exact > low else {}

        def value(state):
            held = state.front / self.top
            return {a: held, b: 1 - held} if state.regime in RUNNING else {}

        return pt.Game(
            players=(a, b, s.sanctions.label, s.challengers.label),
            types={side.label: {k: float(t.share) for k, t in side.types.items()} for side in s.sides},
            start=start,
            stages=(
                pt.Decision("power", s.sanctions.label, self.power),
                pt.Chance("occasion", self.occasion),
                pt.Decision("probe", s.challengers.label, self.probe),
                pt.Decision("reaction", self.sides[s.challengers.tests - 1], self.reaction),
                pt.Simultaneous("posture", dict.fromkeys(self.sides, self.postures), self.chosen),
                pt.Chance("battle", self.battle),
                pt.Chance("incident", self.incident),
                pt.Chance("recognition", self.recognition),
                pt.Decision("table", lambda state: self.sides[state.item], self.table),
                pt.Decision("answer", lambda state: self.sides[1 - state.item[0]], self.answer),
                pt.Chance("rent", self.rent),
            ),
            periods=s.periods,
            discount={
                **dict(zip(self.sides, self.delta, strict=True)),
                s.sanctions.label: float(s.sanctions.discount),
                s.challengers.label: 0.0,
            },
            value=value,
        )


@pytest.fixture(scope="module")
def bare(tables):
    """russia-ukraine-2025 at a small size, with sanctions, challengers and rent and none of the later mechanisms."""
    alone = {"sides.2.types": {"one": {"share": 1.0, "war_cost": 0.01}}} | dict.fromkeys(tables)
    shrunk = {"battlefield.positions": 5, "talks.offers": 5, "periods": 6, "rationality": 20}
    return pt.patch(pt.load("russia-ukraine-2025"), shrunk | alone)


def test_the_bare_game_is_the_one_described(bare, solved):
    built = pt.forecast(solved(bare), outcome=label, periods=6)
    described = pt.solve(Bare(bare).game(), rationality=20.0, belief_points=3, tolerance=1e-6)
    expected = pt.forecast(described, outcome=lambda state: state.regime, periods=6)
    assert set(built.outcome.values) == set(expected.outcome.values)
    assert np.abs(built - expected.sel(outcome=built.outcome)).max() < 1e-9
    assert float(built.sel(outcome="settlement")[-1]) > 0.01


def test_the_bare_game_has_no_flags_and_the_size_that_the_description_gives():
    s = pt.load("korea-1951")  # no outside power, no challengers, no rent
    c = compile_game(pt.build(s))
    assert {(w.home, w.pact, w.ahead) for w in c.boundaries} == {(0, 0, 0)}
    front, offers = s.battlefield.positions, s.talks.offers
    assert len(c.boundaries) == 4 * front + offers + 2  # war, talks, truce, broken; settlements; two victories
    posture = 4 * front
    battle = 3 * front * (9 - 1)  # pairs of postures in the fighting regimes; both standing down moves nothing
    incident = front * 4  # pairs of complying and violating under a truce
    recognition = 4 * front
    table = 2 * 4 * front
    answer = 2 * front * ((offers + 1) + offers + 1 + 1)  # talks: offers and a truce; truce: offers; war, broken: talks
    assert c.n_nodes == posture + battle + incident + recognition + table + answer
