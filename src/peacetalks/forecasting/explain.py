r"""What a scenario's game is, in words: its states, its stages, how it is played at the start, and where it leads.

The paths are sequences of outcome labels, as seen at the end of each month, told without their durations: *talks, then a
ceasefire, then a settlement*.  Their probabilities are computed exactly: the public measure is split by the sequence seen
so far, :math:`m_{t+1}(h \cdot \ell) = P\,m_t(h)` restricted to the states labelled :math:`\ell`, and a sequence is dropped
only when its mass falls below `RARE` or `KEPT` others are likelier (the mass dropped is reported).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.solve import solve
from peacetalks.errors import GameError, SpecError
from peacetalks.forecasting.durations import advance_map, opening_mass
from peacetalks.forecasting.size import check
from peacetalks.game.language import Chance
from peacetalks.mechanisms.standard_game import build
from peacetalks.mechanisms.state import NO_PACT, label

if TYPE_CHECKING:
    from peacetalks.equilibrium.solution import Solution
    from peacetalks.game.compile import Compiled
    from peacetalks.scenario.scenario import Scenario

RARE = 1e-4  # sequences below this probability are dropped
KEPT = 60  # sequences still moving that are followed at once
SHOWN = 10


@dataclass(frozen=True)
class StageTold:
    """A stage: its place, who moves there, in how many states, and what can be done."""

    name: str
    movers: tuple[str, ...]
    nodes: int
    moves: tuple[str, ...]


@dataclass(frozen=True)
class StrategyTold:
    """A strategy at the start: {type: {move: probability}} of one player at one stage."""

    stage: str
    situation: str
    player: str
    moves: dict[str, dict[str, float]]


@dataclass(frozen=True)
class Path:
    """A sequence of outcomes and the probability that the game has gone through exactly it."""

    steps: tuple[str, ...]
    probability: float


@dataclass(frozen=True)
class Explanation:
    """What `explain` tells; made by `explain`."""

    scenario: Scenario
    states: dict[str, int]  # outcome label -> number of public states
    nodes: int
    beliefs: int
    stages: tuple[StageTold, ...]
    strategies: tuple[StrategyTold, ...]
    paths: tuple[Path, ...]
    dropped: float  # probability of the sequences too rare to be followed
    periods: int
    residual: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        out = {k: v for k, v in self.__dict__.items() if k != "scenario"}
        for key in ("stages", "strategies", "paths"):
            out[key] = [asdict(x) for x in out[key]]
        return {"scenario": self.scenario.name, "digest": self.scenario.digest, **out}


def explain(scenario: Scenario, periods: int = 24, belief_points: int = 5) -> Explanation:
    """Solve the game of `scenario` and tell what it is and how it goes over `periods` periods.

    Raises `SpecError` for a game too large or periods out of range, `NotSolved` where it has no solution.
    """
    if scenario.periods is not None and periods > scenario.periods:
        raise SpecError(f"the scenario ends after {scenario.periods} periods; {periods} were asked for")
    check(scenario, belief_points, periods)
    s = solve(build(scenario), rationality=float(scenario.rationality), belief_points=belief_points, tolerance=1e-6)
    found, dropped = paths(s, periods)
    return Explanation(
        scenario,
        dict(Counter(label(state) for state in s.compiled.boundaries)),
        s.compiled.n_nodes,
        s.grid.total,
        stages(s.compiled),
        strategies(s),
        found,
        dropped,
        periods,
        s.residual,
    )


def stages(c: Compiled) -> tuple[StageTold, ...]:
    """Return the stages in order, with who moves and what can be done at their nodes."""
    told = []
    for k, stage in enumerate(c.game.stages):
        span = range(int(c.stage_ptr[k]), int(c.stage_ptr[k + 1]))
        movers = Counter(m for node in span for m in c.movers(node))
        moves = Counter(str(m) for node in span for part in c.labels[node] for m in part)
        told.append(StageTold(stage.name, tuple(movers), len(span), tuple(moves)))
    return tuple(told)


def strategies(s: Solution) -> tuple[StrategyTold, ...]:
    """Return what each player does in the first period, at the prior, should its turn come in the opening state.

    Where a pact is decided on at the opening, all later stages are told as they are without it.
    """
    start: Any = max(s.game.starts().items(), key=lambda item: item[1])[0]
    openings = (start, start._replace(pact=NO_PACT))
    told = []
    for k, state in s.compiled.nodes:
        stage = s.game.stages[k]
        if isinstance(stage, Chance) or state._replace(pending=None) not in openings:
            continue
        try:
            found = s.strategy(stage.name, state)
        except GameError:  # not reached in any period
            continue
        situation = "" if state.pending is None else _situation(s, state.pending)
        if any(not isinstance(next(iter(v.values())), dict) for v in found.values()):
            found = {s.compiled.movers(s.compiled.node_index[(k, state)])[0]: found}
        for player, kinds in found.items():
            if player != "nature":
                moves = {str(kind): {str(m): p for m, p in play.items()} for kind, play in kinds.items()}
                told.append(StrategyTold(stage.name, situation, player, moves))
    return tuple(told)


def _situation(s: Solution, pending: Any) -> str:
    """Return what is pending within a period, in words."""
    if isinstance(pending, tuple) and len(pending) == 2 and isinstance(pending[0], int):
        what = f"offer {pending[1]:g}" if isinstance(pending[1], float) else str(pending[1])
        return f"{s.game.players[pending[0]]}: {what}"
    return f"{s.game.players[pending]} proposes" if isinstance(pending, int) else str(pending)


def paths(s: Solution, periods: int) -> tuple[tuple[Path, ...], float]:
    """Return the sequences of outcomes over `periods` periods, the most likely first, and the mass dropped."""
    advance, names = advance_map(s), np.array([label(state) for state in s.compiled.boundaries])
    over = absorbing(s)
    first = opening_mass(s)
    moving = {(str(n),): np.where((names == n)[:, None], first, 0.0) for n in np.unique(names[first.any(axis=1)])}
    done: dict[tuple[str, ...], float] = defaultdict(float)
    dropped = 0.0
    for t in range(periods):
        after: dict[tuple[str, ...], np.ndarray] = {}
        for seen, here in moving.items():
            moved = advance(here, t)
            for n in np.unique(names[moved.any(axis=1)]):
                key = seen if seen[-1] == n else (*seen, str(n))
                part = np.where((names == n)[:, None], moved, 0.0)
                done[key] += float(part[over].sum())
                part[over] = 0.0
                after[key] = after[key] + part if key in after else part
        ranked = sorted(after.items(), key=lambda item: -item[1].sum())
        moving = {key: m for key, m in ranked[:KEPT] if m.sum() >= RARE}
        dropped += sum(float(m.sum()) for key, m in ranked if key not in moving)
    for key, m in moving.items():
        done[key] += float(m.sum())
    found = sorted((Path(key, p) for key, p in done.items() if p > 0), key=lambda path: -path.probability)
    return tuple(found), dropped


def absorbing(s: Solution) -> np.ndarray:
    """Return which public states [boundary] are never left: a whole period passes through them to themselves."""
    edge = s.compiled.layout.edge_slot
    return edge == s.compiled.n_nodes + np.arange(len(edge))
