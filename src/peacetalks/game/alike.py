"""States that a stage does not distinguish are expanded once.

A stage reads a few fields of a state: who answers a proposal, and what follows, does not depend on where the front
stands.  So it is asked for its moves with a *traced* state: a field that is read gives its value and is noted, and one
that is not is carried into the next states as a place holder.  What comes out holds for every state in which all that
was read is the same: labels, weights and payoffs as they are, next states with the place holders filled in.

Only stages that say so (`alike`) are treated in this way.  They read a state, a named tuple, by the names of its
fields, and derive others from it with `_replace` and `_make`.
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate, pairwise
from operator import is_, itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from peacetalks.errors import GameError
from peacetalks.game.expand import Node, expand

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from peacetalks.game.language import Game, Stage

ENOUGH = 64  # expansions of a stage, after which it counts how often one serves
RARE = 2.5  # states an expansion, below which the next ones are expanded apart: tracing one takes twice as long


class Form:
    """What the expansions of states that a stage does not distinguish have in common.

    Attributes
    ----------
    node : Node
        The first one's expansion, of which `to` is its own.
    entries : list of int
        Profile -> number of lottery entries.
    prob : list of float
        Lottery entry -> probability.
    pays_by_types : bool
        Whether a profile pays by the types of all players.
    """

    __slots__ = ("entries", "node", "pays_by_types", "prob")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.entries = [len(to) if type(to) is dict else 1 for to in node.to]
        self.prob = [p for to in node.to for p in (to.values() if type(to) is dict else (1.0,))]
        self.pays_by_types = any(x and by_types(x) for x in (*node.payoff, *node.incentive))


def by_types(pay: Any) -> bool:
    """Return whether a payment is a function of the types of all players."""
    return type(pay) is not dict and callable(pay)


def next_states(node: Node) -> list[Any]:
    """Return lottery entry -> the next state."""
    return [target for to in node.to for target in (to if type(to) is dict else (to,))]


class Expansion(NamedTuple):
    """What can happen in a state."""

    form: Form
    to: list[Any]  # lottery entry -> the next state


class Expander:
    """Expands the states of a stage.

    >>> from peacetalks.game.language import Chance, Game, Move
    >>> class At(NamedTuple):
    ...     regime: str
    ...     front: int
    >>> def moves(at):
    ...     yield Move("peace", at._replace(regime="peace") if at.regime == "war" else at)
    >>> end = Chance("end", moves, alike=True)
    >>> expander = Expander(Game(players=("A",), start=At("war", 0), stages=(end,)), end)
    >>> one, other = expander(At("war", 1)), expander(At("war", 2))
    >>> other.to, one.form is other.form
    ([At(regime='peace', front=2)], True)
    """

    def __init__(self, game: Game, stage: Stage) -> None:
        self.game, self.stage = game, stage
        self.known: _Branch | _Pattern | _Apart | None = None
        self.asked = self.learned = 0  # states, and those of them that were expanded

    def __call__(self, state: Any) -> Expansion:
        """Return what can happen in `state`; raise `GameError` as `expand` does."""
        self.asked += 1
        if not self.stage.alike or (self.learned >= ENOUGH and self.asked < RARE * self.learned):
            return self._apart(state)
        at: Any = self.known
        while type(at) is _Branch:
            at = at.after.get(state[at.field])
        if at is None:
            at = self._learn(state)
        return at.expansion(state) or self._apart(state)

    def _apart(self, state: Any) -> Expansion:
        node = expand(self.game, self.stage, state)
        return Expansion(Form(node), next_states(node))

    def _learn(self, state: Any) -> _Pattern | _Apart:
        """Return the pattern of a state, kept under what is read of it."""
        self.learned += 1
        reads: dict[int, Any] = {}
        made = _pattern(self.game, self.stage, state, reads)
        path = list(reads.items())
        if not path:
            self.known = made
            return made
        self.known = self.known or _Branch(path[0][0])
        at: Any = self.known
        for (_, value), (field, _) in pairwise(path):
            at = at.after.setdefault(value, _Branch(field))
        at.after[path[-1][1]] = made
        return made


class _Branch:
    """States by the value of a field, and then by what else is read."""

    __slots__ = ("after", "field")

    def __init__(self, field: int) -> None:
        self.field = field
        self.after: dict[Hashable, _Branch | _Pattern | _Apart] = {}


class _Unread:
    """A field of a traced state that holds its place until it is read."""

    __slots__ = ("field", "reads", "value")

    def __init__(self, field: int, value: Any, reads: dict[int, Any]) -> None:
        self.field, self.value, self.reads = field, value, reads

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        raise TypeError("a field of a state is compared that was not read by its name")

    def __bool__(self) -> bool:
        raise TypeError("a field of a state is judged that was not read by its name")

    def read(self) -> Any:
        """Return the value, and note that it is read."""
        self.reads[self.field] = self.value
        return self.value


def _field(field: int) -> property:
    """Return the property that reads a field of a traced state."""

    def read(state: tuple[Any, ...]) -> Any:
        value = state[field]
        return value.read() if type(value) is _Unread else value

    return property(read)


@cache
def _traced(kind: Any) -> Any:
    """Return the class of traced states of a class of named tuples."""
    fields = {name: _field(i) for i, name in enumerate(kind._fields)}
    return type(kind.__name__, (kind,), {"__slots__": (), **fields})


class _Pattern:
    """How the expansions of states that a stage does not distinguish follow from the states."""

    __slots__ = ("constants", "form", "kind", "several", "to")

    def __init__(self, form: Form, view: Any, kind: Any) -> None:
        self.form, self.kind = form, kind
        self.constants: list[Any] = []  # values that next states have in place of the state's
        self.to = [self._next(target, view) for target in next_states(form.node)]
        ends = accumulate(form.entries)
        self.several = [(end - n, end) for n, end in zip(form.entries, ends, strict=True) if n > 1]

    def _next(self, target: Any, view: Any) -> tuple[Callable[[Any], tuple[Any, ...]] | None, Any]:
        """Return what picks a next state's fields from those of the state and the constants, or None and the state."""
        if type(target) is not type(view):
            return None, target
        fields = list(range(len(view)))
        for i in [i for i, same in enumerate(map(is_, target, view)) if not same]:
            fields[i] = len(view) + len(self.constants)
            self.constants.append(target[i])
        return itemgetter(*fields), None

    def expansion(self, state: Any) -> Expansion | None:
        """Return what can happen in a state, or None where it must be expanded apart."""
        values, new, kind = (*state, *self.constants), tuple.__new__, self.kind
        to = [new(kind, pick(values)) if pick else constant for pick, constant in self.to]
        for low, high in self.several:
            if len(set(to[low:high])) < high - low:
                return None  # a state that was carried along is one that is drawn as well
        return Expansion(self.form, to)


class _Apart:
    """States that must be expanded one by one."""

    @staticmethod
    def expansion(_: Any) -> None:
        """Return nothing."""


def _pattern(game: Game, stage: Stage, state: Any, reads: dict[int, Any]) -> _Pattern | _Apart:
    """Return the pattern of a state and those not distinguished from it; `reads` receives what is read."""
    kind = type(state)
    view = tuple.__new__(_traced(kind), [_Unread(i, value, reads) for i, value in enumerate(state)])
    try:
        form = Form(expand(game, stage, view))
    except (GameError, TypeError):  # said of the state itself when it is expanded apart
        return _Apart()
    if form.pays_by_types:  # by a function, which may read the state later
        return _Apart()
    return _Pattern(form, view, kind)
