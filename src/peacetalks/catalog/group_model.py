r"""The group decision model of Bueno de Mesquita, as rebuilt by Scholz, Calbert & Smith (2011): a benchmark.

Not an equilibrium of any game: stakeholders with capability :math:`c`, salience :math:`s` and a position :math:`x` on a
line of length :math:`X` make one another offers, round by round.

*Votes.*  In a contest of positions :math:`a,b` actor :math:`k` casts
:math:`c_ks_k(|x_k-b|^{r_k}-|x_k-a|^{r_k})/X^{r_k}`; :math:`P_{ij}` is the weight of those for :math:`i` over all
votes cast in all contests.  *Expected utility* of :math:`i` challenging :math:`j`, with
:math:`U_\pm=2-4(\tfrac12\mp\tfrac12|x_i-x_j|/X)^{r}` for winning and losing and :math:`U_0=2-4\cdot2^{-r}` for the
status quo:  :math:`E_{ij}=s_j(P_{ij}U_++(1-P_{ij})U_-)+(1-s_j)U_+-QU_0`.  *Risk.*  :math:`\sigma_i=\sum_jE_{ji}` (at
:math:`r=1`) rescaled to [-1, 1] gives :math:`R_i` and :math:`r_i=(1-R_i/3)/(1+R_i/3)`.  *Offers* to :math:`i`, all
seen through :math:`r_i`:  confrontation if :math:`E_{ji}>E_{ij}>0` (go to :math:`x_j`); compromise if
:math:`E_{ji}>|E_{ij}|`, :math:`E_{ij}<0` (go the share :math:`|E_{ij}/E_{ji}|` of the way); capitulation if
:math:`0<E_{ji}\le|E_{ij}|`, :math:`E_{ij}<0`.  An actor takes the first kind that it is offered, and of that kind the
nearest; of compromises the published code takes the one with the smallest weighted position, the text the smallest
move (`nearest`).

References
----------
Scholz, J. B., Calbert, G. J. & Smith, G. A. (2011). Unravelling Bueno de Mesquita's group decision model. Journal of
Theoretical Politics 23(4), 510-531.
Bueno de Mesquita, B. & Stokman, F. N. (eds) (1994). European Community Decision Making. Yale University Press.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.errors import GameError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Actor:
    """A stakeholder: its capability, its position on the issue and how much it cares, in [0, 1]."""

    name: str
    capability: float
    position: float
    salience: float


@dataclass(frozen=True, slots=True)
class Round:
    """The positions, their mean weighted by capability x salience, and the position no other beats (None: a cycle)."""

    positions: tuple[float, ...]
    mean: float
    median: float | None


# Positions: years until cars must meet the standard (Bueno de Mesquita & Stokman 1994, table of Scholz et al. 2011).
EMISSION = (
    Actor("Netherlands", 0.08, 4, 0.8),
    Actor("Belgium", 0.08, 7, 0.4),
    Actor("Luxembourg", 0.03, 4, 0.2),
    Actor("Germany", 0.16, 4, 0.8),
    Actor("France", 0.16, 10, 0.6),
    Actor("Italy", 0.16, 10, 0.6),
    Actor("United Kingdom", 0.16, 10, 0.9),
    Actor("Ireland", 0.05, 7, 0.1),
    Actor("Denmark", 0.05, 4, 1.0),
    Actor("Greece", 0.08, 7, 0.7),
)


def group_model(
    actors: Sequence[Actor] = EMISSION, rounds: int = 3, nearest: bool = False, status_quo: float = 1.0
) -> list[Round]:
    """Return round 0 (the positions as given) and the rounds of offers that follow.

    Parameters
    ----------
    actors : sequence of Actor
        At least two positions.
    rounds : int
        Number of rounds of offers.
    nearest : bool
        Take the compromise with the smallest move (the paper's text) instead of its published code's choice.
    status_quo : float
        Q, the weight of the status quo.

    Raises `GameError` where all actors hold one position.

    Examples
    --------
    >>> [round(r.mean, 4) for r in group_model(rounds=1)]
    [7.39, 7.4613]
    """
    x = np.array([a.position for a in actors], float)
    salience = np.array([a.salience for a in actors])
    weight = salience * np.array([a.capability for a in actors])
    out = [_round(x, weight)]
    for _ in range(rounds):
        if np.ptp(x) == 0:
            raise GameError("all actors hold the same position; there is nothing to bargain over")
        gaps = np.abs(x[:, None] - x[None, :]) / np.ptp(x)  # [actor, position]
        even = np.ones(len(x))
        calm = _utilities(gaps, salience, _wins(gaps, weight, even), even, status_quo)
        security = calm.sum(axis=0) - np.diag(calm)
        scaled = (2 * security - security.max() - security.min()) / np.ptp(security)
        risk = (1 - scaled / 3) / (1 + scaled / 3)
        chances = _wins(gaps, weight, risk)
        x = np.array([_move(i, x, gaps, salience, chances, risk[i], status_quo, nearest) for i in range(len(x))])
        out.append(_round(x, weight))
    return out


def _round(x: np.ndarray, weight: np.ndarray) -> Round:
    return Round(tuple(x.tolist()), float(weight @ x / weight.sum()), condorcet(x, weight))


def condorcet(x: np.ndarray, weight: np.ndarray) -> float | None:
    """Return the smallest position that no other beats by weighted votes, None in a cycle.

    >>> condorcet(np.array([4.0, 7.0, 10.0]), np.array([0.248, 0.093, 0.336]))
    7.0
    """
    places = np.unique(x)
    votes = np.abs(x[:, None] - places[None, :])  # [actor, position]
    for j, place in enumerate(places):
        if (weight @ (votes - votes[:, [j]]) >= -1e-12).all():
            return float(place)
    return None


def _wins(gaps: np.ndarray, weight: np.ndarray, risk: np.ndarray) -> np.ndarray:
    """Return P[i, j], the chance that i's position carries against j's."""
    loss = gaps ** risk[:, None]  # [voter, position]
    votes = weight[:, None, None] * (loss[:, None, :] - loss[:, :, None])  # [voter, i, j]
    return np.maximum(votes, 0).sum(axis=0) / np.abs(votes).sum()


def _utilities(gaps: np.ndarray, salience: np.ndarray, wins: np.ndarray, risk: np.ndarray, quo: float) -> np.ndarray:
    """Return E[i, j], the expected utility of i challenging j, seen with the risk exponent of row i."""
    r = risk[:, None]
    won, lost, same = 2 - 4 * (0.5 - 0.5 * gaps) ** r, 2 - 4 * (0.5 + 0.5 * gaps) ** r, 2 - 4 * 0.5**r
    return salience * (wins * won + (1 - wins) * lost) + (1 - salience) * won - quo * same


def _move(
    i: int,
    x: np.ndarray,
    gaps: np.ndarray,
    salience: np.ndarray,
    wins: np.ndarray,
    risk: float,
    quo: float,
    nearest: bool,
) -> float:
    """Return where actor i goes."""
    seen = _utilities(gaps, salience, wins, np.full(len(x), risk), quo)
    confront, compromise, capitulate = [], [], []
    for j in np.flatnonzero(x != x[i]).tolist():
        mine, theirs, far = seen[i, j], seen[j, i], abs(x[j] - x[i])
        if theirs > mine > 0:
            confront.append((far, x[j]))
        elif theirs > 0 > mine and theirs > -mine:
            to = x[i] + (x[j] - x[i]) * abs(mine / theirs)
            midway = (abs(mine) * x[i] + abs(theirs) * x[j]) / (abs(mine) + abs(theirs))
            compromise.append((abs(to - x[i]) if nearest else midway, to))
        elif theirs > 0 > mine:
            capitulate.append((far, x[j]))
    for offers in (confront, compromise, capitulate):
        if offers:
            return float(min(offers, key=lambda o: o[0])[1])
    return float(x[i])
