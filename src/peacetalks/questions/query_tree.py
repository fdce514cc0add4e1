"""The parts of a query as typed values; made from text by `query.parse`, answered by `evaluate.Evaluator`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from peacetalks.questions.when import When, mixed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

Node = Any  # a `Literal`, `Binary` or `Effect`, or a part that is looked up (`atoms`)


class EventKind(StrEnum):
    """What has a probability: in force at a date, begun by it, broken by it, or terms or the front of a size at it."""

    BY = "by"
    WITHIN = "within"
    BROKEN = "broken"
    TERMS = "terms"
    FRONT = "front"  # of questions only (`ask`)


@dataclass(frozen=True)
class Literal:
    """A number as written."""

    value: float


@dataclass(frozen=True)
class Binary:
    """Two numbers and an arithmetic sign."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Event:
    """What has a probability."""

    kind: EventKind
    labels: tuple[str, ...]  # outcome labels
    months: int | When | None
    compare: str = ""  # of terms
    size: float = 0.0  # of terms


@dataclass(frozen=True)
class InForce:
    """A condition: one of the labels is in force by a month (None: at any month)."""

    labels: tuple[str, ...]
    months: int | When | None


@dataclass(frozen=True)
class IsType:
    """A condition: a side is of a type."""

    side: str
    type_name: str


@dataclass(frozen=True)
class Believed:
    """A condition: the public belief that a side is of a type."""

    side: str
    type_name: str
    compare: str
    size: float


Condition = InForce | IsType | Believed


@dataclass(frozen=True)
class Chance:
    """P(event | conditions)."""

    event: Event
    given: tuple[Condition, ...]
    column: int


@dataclass(frozen=True)
class Mean:
    """E(quantity at month | conditions)."""

    what: str
    months: int | When | None
    given: tuple[Condition, ...]
    column: int


@dataclass(frozen=True)
class Play:
    """How often a move is made at a stage where it can be made, over the first months."""

    stage: str
    move: str
    player: str | None
    months: int
    given: tuple[Condition, ...]
    column: int


@dataclass(frozen=True)
class Rate:
    """A base rate from the historical record."""

    question: str
    where: str | None
    column: int


@dataclass(frozen=True)
class Param:
    """A number of the scenario."""

    path: str
    column: int


@dataclass(frozen=True)
class Welfare:
    """Welfare expected at the opening by a player (of a type)."""

    player: str
    type_name: str | None
    column: int


@dataclass(frozen=True)
class Loglik:
    """Log-likelihood of the event record under an account (None: the one at hand)."""

    account: str | None
    column: int


@dataclass(frozen=True)
class Effect:
    """By how much a number changes when an entry of the scenario goes from one setting to another."""

    path: str
    before: float | str
    after: float | str
    on: Node
    column: int


@dataclass(frozen=True)
class Query:
    """A query: a number, or a comparison of two."""

    text: str
    left: Node
    compare: str | None
    right: Node | None


MODEL = (Chance, Mean, Play, Welfare, Loglik)  # atoms that need a solved game


def atoms(node: Node) -> Iterator[Any]:
    """Yield every part of a query that is looked up."""
    if isinstance(node, Query):
        yield from atoms(node.left)
        if node.right is not None:
            yield from atoms(node.right)
    elif isinstance(node, Binary):
        yield from atoms(node.left)
        yield from atoms(node.right)
    elif isinstance(node, Effect):
        yield from atoms(node.on)
    elif not isinstance(node, Literal):
        yield node


def only_rates(node: Node) -> bool:
    """Return whether a query asks the historical record only: base rates, numbers and arithmetic.

    >>> only_rates(Rate("ceasefire fails within 30 days", None, 1)), only_rates(Param("rent.weight", 1))
    (True, False)
    """
    if isinstance(node, Query):
        return only_rates(node.left) and (node.right is None or only_rates(node.right))
    if isinstance(node, Binary):
        return only_rates(node.left) and only_rates(node.right)
    return isinstance(node, Rate | Literal)


def at_month_ends(atom: Any, as_of: date) -> Iterator[tuple[float, Any]]:
    """Yield the weight and the part of a query with every date as a month end, for each between which its dates lie.

    Parameters
    ----------
    atom : Chance, Mean or another part
        One without a date in days or of the calendar is yielded as it stands, with weight 1.
    as_of : date
        From which months are counted.

    Raises
    ------
    QueryError
        A date is not after `as_of`, or too late.

    Examples
    --------
    >>> from datetime import date
    >>> half = Mean("front", When(day=date(2025, 6, 16)), (), 1)
    >>> [(weight, mean.months) for weight, mean in at_month_ends(half, date(2025, 6, 1))]
    [(0.5, 0), (0.5, 1)]
    """
    found = next((when for when in _dates(atom) if isinstance(when, When)), None)
    if found is None:
        yield 1.0, atom
        return
    found.checked(as_of)
    for month, weight in mixed(found, as_of):
        for more, part in at_month_ends(_dated(atom, found, month), as_of):
            yield weight * more, part


def _dates(atom: Any) -> Iterator[int | When | None]:
    """Yield the dates of a part of a query."""
    if isinstance(atom, Chance):
        yield atom.event.months
    elif isinstance(atom, Mean):
        yield atom.months
    yield from (g.months for g in getattr(atom, "given", ()) if isinstance(g, InForce))


def _dated(atom: Any, when: When, month: int) -> Any:
    """Return a part of a query with a month in the place of a date."""

    def moved(x: Any) -> Any:
        return replace(x, months=month) if getattr(x, "months", None) == when else x

    given = tuple(moved(g) if isinstance(g, InForce) else g for g in atom.given)
    if isinstance(atom, Chance):
        return replace(atom, event=moved(atom.event), given=given)
    return replace(moved(atom), given=given)
