"""Quantal response equilibrium of extensive games of perfect recall: at a precision, over precisions, in the limit.

What is solved is the agent form (McKelvey & Palfrey 1998): every information set is played by an agent of its own with
the player's payoffs, who chooses by logit.  Of several equilibria it is the one on the principal branch (`branch.py`),
where the branch first comes to the precision.  As the precision grows it comes to a sequential equilibrium.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from peacetalks.errors import GameError, NotSolved, did_you_mean
from peacetalks.trees.arrays import lay_out
from peacetalks.trees.branch import TOLERANCE, Point, follow
from peacetalks.trees.equations import Equations
from peacetalks.trees.regret import regrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peacetalks.trees.tree import Tree


LARGEST = 2.0**20  # precision, times the spread of payoffs, at which the search for a limit is given up
STILL = 1e-5  # largest change of a probability while the precision doubles, in the limit
STOPS = 40  # precisions at which the correspondence is solved, beside those that the branch needs


@dataclass(frozen=True)
class TreeSolution:
    """An equilibrium of a tree; made by `solve_tree` and `nash_limit`.

    Attributes
    ----------
    tree : Tree
    rationality : dict
        Precision of each player, in the inverse of the units of payoffs.
    probabilities : tuple of numpy.ndarray
        Of the actions, for each information set of `tree.information_sets`, those of chance among them.
    values : dict
        Payoff that each player expects at the root.
    reach, belief : numpy.ndarray
        Of each node of `tree.nodes`: the probability that play comes there; the belief there of who chooses, NaN where
        nobody does.
    residual : float
        Largest change of log-odds that one more logit response would make (`branch.follow`); at most 1e-9.
    regret : dict
        What each player could gain by a best response to the others, in the units of payoffs; 0 in a Nash equilibrium.
    changed : float or None
        In a limit: the largest change of a probability while the precision doubled to `rationality`.
    """

    tree: Tree
    rationality: dict[str, float]
    probabilities: tuple[np.ndarray, ...]
    values: dict[str, float]
    reach: np.ndarray
    belief: np.ndarray
    residual: float
    regret: dict[str, float]
    changed: float | None = None

    def strategy(self, player: str, number: int) -> dict[str, float]:
        """Return {action: probability} at the information set of a player that has a number in the file."""
        names = self.tree.players
        if player not in names:
            raise GameError(f"no player {player!r}{did_you_mean(player, names)}; players: {', '.join(names)}")
        for at, p in zip(self.tree.information_sets, self.probabilities, strict=True):
            if at.player is not None and names[at.player] == player and at.number == number:
                return dict(zip(at.action_names, p.tolist(), strict=True))
        mine = [str(s.number) for s in self.tree.information_sets if s.player == names.index(player)]
        raise GameError(f"{player} has no information set {number}; there are {', '.join(mine) or 'none'}")


@dataclass(frozen=True)
class Correspondence:
    """The principal branch of a tree: its points in order; made by `correspondence`.

    The precision of the points grows but where the branch turns back.

    Attributes
    ----------
    tree : Tree
    precision : numpy.ndarray
        Of each point [point].
    probabilities : numpy.ndarray
        Of the actions at the information sets with a choice [point, action].
    actions : tuple of (int, int)
        Of each action: the place of its information set in the tree, and its own place there.
    values : numpy.ndarray
        Payoffs expected at the root [point, player].
    residual : numpy.ndarray
        [point], as in `TreeSolution`.
    crossings : numpy.ndarray
        Precisions at which other branches cross [crossing]; beyond the first there are further equilibria.
    limit : TreeSolution or None
        The last point, where the branch was followed until it stood still.
    """

    tree: Tree
    precision: np.ndarray
    probabilities: np.ndarray
    actions: tuple[tuple[int, int], ...]
    values: np.ndarray
    residual: np.ndarray
    crossings: np.ndarray
    limit: TreeSolution | None = None

    @property
    def folds(self) -> np.ndarray:
        """Return the precisions at which the branch turns back or forward again [fold]."""
        signs = np.sign(np.diff(self.precision))
        return self.precision[1:-1][signs[1:] != signs[:-1]]


def solve_tree(tree: Tree, rationality: float | Mapping[str, float] = 20.0) -> TreeSolution:
    """Solve a tree for agent logit quantal response equilibrium on the principal branch.

    Parameters
    ----------
    tree : Tree
        Of perfect recall.
    rationality : float or {player: float}
        Precision: per unit of payoffs, finite, 0 or more.

    Raises
    ------
    GameError
        For a player without perfect recall, or a precision that is no number of 0 or more.
    NotSolved
        Where the branch is lost, or a residual stays above 1e-9.

    Examples
    --------
    Matching pennies, in which the column player wins 2 where both show the first side:

    >>> from peacetalks.trees.tree import InformationSet, Node, Outcome, Tree
    >>> tree = Tree("Pennies", ("A", "B"),
    ...             (Node(-1, 0, 0), Node(0, 0, 1), Node(1, 0, None, 0), Node(1, 1, None, 1),
    ...              Node(0, 1, 1), Node(4, 0, None, 1), Node(4, 1, None, 2)),
    ...             (InformationSet(0, ("H", "T")), InformationSet(1, ("h", "t"))),
    ...             (Outcome((-1, 2)), Outcome((1, 0)), Outcome((-1, 1))))
    >>> {a: round(p, 6) for a, p in solve_tree(tree, 2.0).strategy("A", 1).items()}
    {'H': 0.375834, 'T': 0.624166}
    """
    speed, goal = _speeds(tree, rationality)
    return _solved(tree, speed, lambda e: follow(e, np.array([goal] if goal > 0 else [])))


def nash_limit(tree: Tree) -> TreeSolution:
    """Return the end of the principal branch: the precision has grown until the play stands still.

    The regret of what is found is part of it: how far it is from a Nash equilibrium.

    Raises
    ------
    GameError, NotSolved
        As `solve_tree`; also where play still moves at the largest precision.
    """
    speed, _ = _speeds(tree, 1.0)
    return _solved(tree, speed, _until_still, limit=True)


def correspondence(tree: Tree, low: float = 0.0, high: float = 20.0) -> Correspondence:
    """Return the principal branch from one precision to another, which may be infinite.

    Raises
    ------
    GameError, NotSolved
        As `solve_tree` and `nash_limit`; also for precisions that do not increase.
    """
    if not (np.isfinite(low) and 0 <= low < high):
        raise GameError(f"precisions must increase, from 0 or more: got {low:g} to {high:g}")
    speed, _ = _speeds(tree, 1.0)
    arrays = lay_out(tree)
    equations = Equations(arrays, speed)
    top = high if np.isfinite(high) else LARGEST / arrays.spread
    stops = np.unique([*np.geomspace(min(0.02 / arrays.spread, 0.5 * top), top, STOPS), *([low] if low > 0 else [])])
    with threadpool_limits(1):
        points = list(follow(equations, stops) if np.isfinite(high) else _until_still(equations, stops))
    begin = next(k for k, point in enumerate(points) if point.play.lam >= low)
    points = points[begin:]
    return Correspondence(
        tree,
        np.array([point.play.lam for point in points]),
        np.exp([point.play.log_p for point in points]).reshape(len(points), -1),
        tuple((int(place), k) for place in arrays.place for k in range(len(tree.information_sets[place].actions))),
        np.array([point.play.value[0] for point in points]) + arrays.lowest,
        np.array([point.residual for point in points]),
        np.array([point.play.lam for point in points if point.crossed]),
        None if np.isfinite(high) else _solution(equations, points[-1], speed, _changed(points)),
    )


def _speeds(tree: Tree, rationality: float | Mapping[str, float]) -> tuple[np.ndarray, float]:
    """Return the precision of each player relative to the largest, and that."""
    given = rationality if isinstance(rationality, Mapping) else dict.fromkeys(tree.players, rationality)
    if set(given) != set(tree.players):
        raise GameError(f"rationality must name the players {', '.join(tree.players)}; got {', '.join(given)}")
    lam = np.array([float(given[p]) for p in tree.players])
    if not (np.isfinite(lam).all() and (lam >= 0).all()):
        raise GameError(f"rationality must be finite and 0 or more, got {rationality!r}; for a limit use nash_limit")
    top = float(lam.max(initial=0.0))
    return (lam / top if top > 0 else lam), top


def _solved(
    tree: Tree, speed: np.ndarray, run: Callable[[Equations], Iterator[Point]], limit: bool = False
) -> TreeSolution:
    """Return the solution at the last point of a branch."""
    equations = Equations(lay_out(tree), speed)
    with threadpool_limits(1):  # matrices so small that threads would only wait for each other
        points = list(run(equations))
    return _solution(equations, points[-1], speed, _changed(points) if limit else None)


def _until_still(equations: Equations, stops: np.ndarray | None = None) -> Iterator[Point]:
    """Yield points of the branch until its play stands still; raise `NotSolved` where it does not."""
    top = LARGEST / equations.arrays.spread
    points: list[Point] = []
    for point in follow(equations, np.array([top]) if stops is None else stops):
        points.append(point)
        yield point
        if point.play.lam * equations.arrays.spread > 1e3 and _changed(points) <= STILL:
            return
    if (changed := _changed(points)) > 100 * STILL:
        raise NotSolved(
            f"play has no limit up to precision {top:.3g}: a probability still changes by {changed:.2g} while the "
            "precision doubles; ask for a finite one"
        )


def _changed(points: list[Point]) -> float:
    """Return the largest change of a probability since the precision was half of the last one."""
    last = points[-1].play
    before = [p for p, q in pairwise(points) if p.play.lam <= 0.5 * last.lam < q.play.lam]
    if not before or not len(last.log_p):
        return 0.0 if not len(last.log_p) else np.inf
    return float(np.abs(np.exp(last.log_p) - np.exp(before[-1].play.log_p)).max())


def _solution(equations: Equations, point: Point, speed: np.ndarray, changed: float | None) -> TreeSolution:
    """Return a point of the branch in the words of the tree."""
    a, play = equations.arrays, point.play
    if not point.residual <= TOLERANCE:
        raise NotSolved(f"the residual is {point.residual:.2g}, above {TOLERANCE:g}, at precision {play.lam:g}")
    chosen = (
        dict(zip(a.place.tolist(), np.split(np.exp(play.log_p), a.first[1:-1]), strict=True)) if len(a.place) else {}
    )
    reach, belief = np.zeros(len(a.order)), np.full(len(a.order), np.nan)
    possible = np.ones(len(a.order), bool)
    for run in a.generations[1:]:
        possible[run] = possible[a.parent[run]] & np.isfinite(a.known[run])
    reach[a.order] = np.where(possible, np.exp(play.reach), 0.0)
    belief[a.order] = np.where(a.set_at >= 0, play.belief, np.nan)
    players = a.tree.players
    return TreeSolution(
        a.tree,
        dict(zip(players, (play.lam * speed).tolist(), strict=True)),
        tuple(chosen.get(i, _fixed(a.tree, i)) for i in range(len(a.tree.information_sets))),
        dict(zip(players, (play.value[0] + a.lowest).tolist(), strict=True)),
        reach,
        belief,
        point.residual,
        dict(zip(players, regrets(equations, play), strict=True)),
        changed,
    )


def _fixed(tree: Tree, place: int) -> np.ndarray:
    """Return the probabilities at an information set of chance, or with one action."""
    at = tree.information_sets[place]
    return np.array([float(p / sum(at.probabilities)) for p in at.probabilities]) if at.player is None else np.ones(1)
