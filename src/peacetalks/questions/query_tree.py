"""The parts of a query as typed values; made from text by `query.parse`, answered by `evaluate.Evaluator`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Node = Any  # a `Literal`, `Binary` or `Effect`, or a part that is looked up (`atoms`)


class EventKind(StrEnum):
    """What has a probability: in force at a month, reached within it, broken within it, or terms of a size."""

    BY = "by"
    WITHIN = "within"
    BROKEN = "broken"
    TERMS = "terms"


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
    months: int | None
    compare: str = ""  # of terms
    size: float = 0.0  # of terms


@dataclass(frozen=True)
class InForce:
    """A condition: one of the labels is in force by a month (None: at any month)."""

    labels: tuple[str, ...]
    months: int | None


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
    months: int | None
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
