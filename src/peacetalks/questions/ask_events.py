r"""The probability of an event within each outcome class, exactly, by the forward pass of a solved scenario.

With E an event by month t and c(t) the outcome class in force then, the passes give :math:`P(E \cap c(t))` and
:math:`P(c(t))`.  What is *in force* is a sum over public states.  What has *begun* is one minus the mass that was never
in the event's states at a month's end (a first passage: Kemeny and Snell 1960); what has *broken*, one minus the mass
that never left peace for fighting.  What begins and ends within one month is not seen.

:math:`P(E \mid c(t))` moves from the model to the best estimate by Jeffrey's rule (`ask`).  Where the model gives a
class no chance, nothing is known of how it would come: its outcomes are taken as equally likely, and a beginning at
some earlier month as at least as likely as not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xarray as xr

from peacetalks.equilibrium.forward import trajectory
from peacetalks.equilibrium.transitions import advance, opening_distribution
from peacetalks.forecasting.accuracy import finer_grid_estimate
from peacetalks.forecasting.readout import boundary_labels, ends_of, outcomes_of
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.outcomes import ENDS
from peacetalks.questions.ask_phrases import WON
from peacetalks.questions.evaluate import of_size, quantity
from peacetalks.questions.query_tree import Event, EventKind
from peacetalks.scenario.files import play_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from peacetalks.equilibrium.solution import Solution
    from peacetalks.scenario.scenario import Scenario

PARTS = (WON, tuple(x for x in ENDS["more_conflict"] if x not in WON))  # of more conflict: by force, and the rest
NONE = 1e-9  # probability of a class below which the model is taken to give it no chance


class EventTables(NamedTuple):
    """What a solved scenario says of some events; month 0 is the scenario's date."""

    ends: np.ndarray  # [month, end] probability of each outcome class
    given: np.ndarray  # [event, month, end] probability of the event, given the class
    more: np.ndarray  # [event, month, part] probability of the event, given each part of more conflict (`PARTS`)
    finer_ends: np.ndarray  # the same, estimated for a finer belief grid; empty where there is no coarser one
    finer_given: np.ndarray
    finer_more: np.ndarray
    residual: float


def solve_events(
    periods: int, events: tuple[Event, ...], belief_points: int, base: Scenario, s: Scenario
) -> EventTables:
    """Solve a variant of `base` and return what it says of the events; of `base` itself also on a coarser grid."""
    central = play_key(s) == play_key(base)
    solved = solve_scenario(s, belief_points, refine=central, near=None if central else base)
    ends, given, more = found = tables(s, solved, events, periods)
    finer = np.zeros((0, 0)), np.zeros((0, 0, 0)), np.zeros((0, 0, 0))
    if solved.coarser is not None:
        coarser = tables(s, solved.coarser, events, periods)
        finer = tuple(_finer(a, b, solved) for a, b in zip(found, coarser, strict=True))
    return EventTables(ends, given, more, finer[0], finer[1], finer[2], solved.residual)


def _finer(here: np.ndarray, coarser: np.ndarray, s: Solution) -> np.ndarray:
    """Return probabilities as a finer belief grid may give them."""
    found = finer_grid_estimate(xr.DataArray(here), xr.DataArray(coarser), s)
    return np.clip(found.values, 0.0, 1.0)


def tables(
    s: Scenario, solved: Solution, events: tuple[Event, ...], periods: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the outcome classes [month, end] and the probability of each event given the class [event, month, end].

    The third is that given each part of more conflict [event, month, part].

    Examples
    --------
    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2})
    >>> begun, standing = (Event(kind, ("ceasefire",), None) for kind in (EventKind.WITHIN, EventKind.BY))
    >>> ends, given, more = tables(small, solve_scenario(small, 2), (begun, standing), 2)
    >>> chances = (given * ends).sum(axis=-1)  # [event, month]
    >>> bool(chances[0, 2] > chances[1, 2])
    True
    """
    names = boundary_labels(solved)
    cells = (*ENDS.values(), *PARTS)
    inside = np.stack([np.isin(names, labels) for labels in cells], axis=1).astype(float)  # [boundary, cell]
    t = trajectory(solved, periods)
    opening = opening_distribution(solved)
    mass = np.concatenate([opening[None], t.mass]).sum(axis=2)  # [month, boundary]
    classes = mass @ inside
    ends = np.concatenate([classes[:1, : len(ENDS)], ends_of(outcomes_of(t)).values])
    given = np.empty((len(events), periods + 1, len(cells)))
    for i, event in enumerate(events):
        if event.kind in (EventKind.WITHIN, EventKind.BROKEN):
            joint = classes - _never(solved, event, names, periods) @ inside
        else:
            joint = (mass * holds(s, solved, event, names)) @ inside
        unknown = classes <= NONE
        given[i] = np.clip(np.divide(joint, classes, out=np.zeros_like(joint), where=~unknown), 0.0, 1.0)
        given[i] = np.where(unknown, where_impossible(event, cells), given[i])
    return ends, given[..., : len(ENDS)], given[..., len(ENDS) :]


def holds(s: Scenario, solved: Solution, event: Event, names: np.ndarray) -> np.ndarray:
    """Return whether an event holds in each public state [boundary]."""
    if event.kind not in (EventKind.TERMS, EventKind.FRONT):
        return np.isin(names, event.labels)
    return of_size(event, quantity(s, solved, names, event.kind.value))


def where_impossible(event: Event, cells: Iterable[tuple[str, ...]] = tuple(ENDS.values())) -> np.ndarray:
    """Return the probability [cell] that is taken for an event in a class to which the model gives no chance."""
    if event.kind in (EventKind.TERMS, EventKind.FRONT, EventKind.BROKEN):
        return np.full(len(tuple(cells)), 0.5)
    share = np.array([np.isin(labels, event.labels).mean() for labels in cells])
    return share if event.kind is EventKind.BY else np.maximum(share, 0.5)


def _never(s: Solution, event: Event, names: np.ndarray, periods: int) -> np.ndarray:
    """Return the mass [month, boundary] of the paths on which the event has not come by then."""
    target = np.isin(names, event.labels)
    mass = opening_distribution(s)
    out = np.empty((periods + 1, len(names)))
    if event.kind is EventKind.WITHIN:
        mass = np.where(target[:, None], 0.0, mass)
    out[0] = mass.sum(axis=1)
    for t in range(periods):
        if event.kind is EventKind.WITHIN:
            mass = np.where(target[:, None], 0.0, advance(s, mass, t))
        else:  # what leaves peace is taken out
            stays = np.where(target[:, None], advance(s, np.where(target[:, None], mass, 0.0), t), 0.0)
            mass = stays + advance(s, np.where(target[:, None], 0.0, mass), t)
        out[t + 1] = mass.sum(axis=1)
    return out
