r"""What a scenario's game is: its states, its stages, how it is played at the start, and where it leads.

The paths are sequences of outcome labels, as seen at the end of each month, reported without their durations: *talks,
then a ceasefire, then a settlement*.  Their probabilities are computed exactly: the forward distribution is split by
the sequence seen so far, :math:`m_{t+1}(h \cdot \ell) = P\,m_t(h)` restricted to the states labelled :math:`\ell`.  A
sequence is dropped only when its mass falls below `RARE` or `MAX_PATHS` others are likelier; the mass that was dropped
is reported.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.transitions import advance, opening_distribution
from peacetalks.errors import GameError, SpecError
from peacetalks.forecasting.readout import boundary_labels, strategies_at
from peacetalks.forecasting.settings import BELIEF_POINTS, EXPLAINED_PERIODS
from peacetalks.forecasting.size import check_size
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.game.language import Chance
from peacetalks.mechanisms.state import NO_PACT, label
from peacetalks.scenario.scenario import check_scenario
from peacetalks.text_files import clip

if TYPE_CHECKING:
    from peacetalks.equilibrium.solution import Solution
    from peacetalks.game.compile import Compiled
    from peacetalks.scenario.scenario import Scenario

TOLERANCE, MAX_SWEEPS = 1e-6, 5000  # finer than a forecast: single strategies are shown
RARE = 1e-4  # sequences below this probability are dropped
MAX_PATHS = 60  # sequences that are followed at once
SHOWN = 10  # paths on a page


@dataclass(frozen=True)
class StageSummary:
    """A stage: its name, who moves there, in how many states, and what can be done."""

    name: str
    movers: tuple[str, ...]
    nodes: int
    moves: tuple[str, ...]


@dataclass(frozen=True)
class StrategySummary:
    """A strategy at the start: {type: {move: probability}} of one player at one stage."""

    stage: str
    situation: str  # what is pending within the period, in words
    player: str
    moves: dict[str, dict[str, float]]


@dataclass(frozen=True)
class OutcomePath:
    """A sequence of outcomes and the probability that the game has gone through exactly it."""

    steps: tuple[str, ...]
    probability: float


@dataclass(frozen=True, repr=False)
class Explanation:
    """A scenario's game and how it is played; made by `explain`."""

    scenario: Scenario
    states: dict[str, int]  # outcome label -> number of public states
    nodes: int
    beliefs: int
    stages: tuple[StageSummary, ...]
    strategies: tuple[StrategySummary, ...]
    paths: tuple[OutcomePath, ...]  # the most likely first
    dropped: float  # probability of the sequences too rare to be followed
    periods: int
    residual: float
    grid_note: str = ""  # what must be known of the belief grid, where something must

    def __repr__(self) -> str:
        """Return the size of the game and the most likely path, in two lines."""
        size = f"{sum(self.states.values()):,} states, {self.nodes:,} nodes, {len(self.stages)} stages"
        likely = [clip(f"  most likely path, {p.probability:.1%}: {', '.join(p.steps)}") for p in self.paths[:1]]
        return "\n".join((f"Explanation of {self.scenario.name}: {size}", *likely))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        left_out = {"scenario"} | ({"grid_note"} if not self.grid_note else set())
        out = {k: v for k, v in self.__dict__.items() if k not in left_out}
        for key in ("stages", "strategies", "paths"):
            out[key] = [asdict(x) for x in out[key]]
        return {"scenario": self.scenario.name, "digest": self.scenario.digest, **out}


def explain(scenario: Scenario, periods: int = EXPLAINED_PERIODS, belief_points: int = BELIEF_POINTS) -> Explanation:
    """Solve the game of `scenario` and describe it.

    Parameters
    ----------
    scenario : Scenario
    periods : int
        Months over which paths are followed.
    belief_points : int
        Points of the belief grid per side.

    Returns
    -------
    Explanation
        States and stages of the game, strategies in the opening state at the prior, and the most likely paths.

    Raises
    ------
    SpecError
        The game is too large, or `periods` is out of range.
    NotSolved
        The game has no solution within tolerance.

    Examples
    --------
    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2})
    >>> e = explain(small, periods=2, belief_points=2)
    >>> [stage.name for stage in e.stages][:2], round(sum(p.probability for p in e.paths) + e.dropped, 12)
    (['posture', 'battle'], 1.0)
    """
    check_scenario(scenario, "explain")
    if scenario.periods is not None and periods > scenario.periods:
        raise SpecError(f"the scenario ends after {scenario.periods} periods; {periods} were asked for")
    check_size(scenario, belief_points, periods)
    s = solve_scenario(scenario, belief_points, tolerance=TOLERANCE, max_sweeps=MAX_SWEEPS)
    found, dropped = paths(s, periods)
    return Explanation(
        scenario=scenario,
        states=dict(Counter(label(state) for state in s.compiled.boundaries)),
        nodes=s.compiled.n_nodes,
        beliefs=s.grid.total,
        stages=stages(s.compiled),
        strategies=strategies(s),
        paths=found,
        dropped=dropped,
        periods=periods,
        residual=s.residual,
    )


def stages(c: Compiled) -> tuple[StageSummary, ...]:
    """Return the stages in order, with who moves and what can be done at their nodes."""
    out = []
    for k, stage in enumerate(c.game.stages):
        span = range(int(c.stage_ptr[k]), int(c.stage_ptr[k + 1]))
        movers = Counter(m for node in span for m in c.movers(node))
        moves = Counter(str(m) for node in span for part in c.labels[node] for m in part)
        out.append(StageSummary(stage.name, tuple(movers), len(span), tuple(moves)))
    return tuple(out)


def strategies(s: Solution) -> tuple[StrategySummary, ...]:
    """Return what each player does in the first period, at the prior, should its turn come in the opening state.

    Where a pact is decided on at the opening, all later stages are shown as they are without it.
    """
    start: Any = max(s.game.starts().items(), key=lambda item: item[1])[0]
    openings = (start, start._replace(pact=NO_PACT))
    out = []
    for node, (k, state) in enumerate(s.compiled.nodes):
        stage = s.game.stages[k]
        if isinstance(stage, Chance) or state._replace(pending=None) not in openings:
            continue
        try:
            found = strategies_at(s, node)
        except GameError:  # not reached in any period
            continue
        situation = "" if state.pending is None else _situation(s, state.pending)
        for player, by_type in found.items():
            if player != "nature":
                moves = {str(t): {str(m): p for m, p in play.items()} for t, play in by_type.items()}
                out.append(StrategySummary(stage.name, situation, player, moves))
    return tuple(out)


def _situation(s: Solution, pending: Any) -> str:
    """Return what is pending within a period, in words."""
    if isinstance(pending, tuple) and len(pending) == 2 and isinstance(pending[0], int):
        what = f"offer {pending[1]:g}" if isinstance(pending[1], float) else str(pending[1])
        return f"{s.game.players[pending[0]]}: {what}"
    return f"{s.game.players[pending]} proposes" if isinstance(pending, int) else str(pending)


def paths(s: Solution, periods: int) -> tuple[tuple[OutcomePath, ...], float]:
    """Return the sequences of outcomes over `periods` periods, the most likely first, and the mass dropped."""
    names, final = boundary_labels(s), absorbing(s)
    first = opening_distribution(s)
    moving = {(str(n),): np.where((names == n)[:, None], first, 0.0) for n in np.unique(names[first.any(axis=1)])}
    done: dict[tuple[str, ...], float] = defaultdict(float)
    dropped = 0.0
    for t in range(periods):
        after: dict[tuple[str, ...], np.ndarray] = {}
        for seen, here in moving.items():
            moved = advance(s, here, t)
            for n in np.unique(names[moved.any(axis=1)]):
                key = seen if seen[-1] == n else (*seen, str(n))
                part = np.where((names == n)[:, None], moved, 0.0)
                done[key] += float(part[final].sum())
                part[final] = 0.0
                after[key] = after[key] + part if key in after else part
        ranked = sorted(after.items(), key=lambda item: -item[1].sum())
        moving = {key: m for key, m in ranked[:MAX_PATHS] if m.sum() >= RARE}
        dropped += sum(float(m.sum()) for key, m in ranked if key not in moving)
    for key, m in moving.items():
        done[key] += float(m.sum())
    found = sorted((OutcomePath(key, p) for key, p in done.items() if p > 0), key=lambda path: -path.probability)
    return tuple(found), dropped


def absorbing(s: Solution) -> np.ndarray:
    """Return which public states [boundary] are never left: a whole period passes through them to themselves."""
    slots = s.compiled.layout.boundary_slot
    return slots == s.compiled.n_nodes + np.arange(len(slots))
