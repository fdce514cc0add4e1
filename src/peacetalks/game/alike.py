"""States that a stage does not distinguish are expanded once.

A stage reads a few fields of a state: who answers a proposal, and what follows, does not depend on where the front
stands.  So it is asked for its moves with a *traced* state: a field that is read gives its value and is noted, and one
that is not is carried into the next states as a place holder.  What comes out holds for every state in which all that
was read is the same: labels, weights and payoffs as they are, next states with the place holders filled in, for many
states at a time (`codes.py`).

Only stages that say so (`alike`) are treated in this way.  They read a state, a named tuple, by the names of its
fields, and derive others from it with `_replace` and `_make`.
"""

from __future__ import annotations

from array import array
from functools import cache
from itertools import accumulate, combinations, compress, repeat
from operator import is_not, ne
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from peacetalks.errors import GameError
from peacetalks.game.codes import packed
from peacetalks.game.expand import Node, check_hashable, expand

if TYPE_CHECKING:
    from peacetalks.game.codes import Codes
    from peacetalks.game.language import Game, Stage

_UNKNOWN, _APART = -2, -1  # in place of the number of a pattern: none is known, and there is none
_PLAIN = {dict, type(None)}  # types of a payment that is no function
_CARRIED = -1  # in place of a number in the row of a next state: that of the state


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
        if dict in map(type, node.to):
            self.entries = [len(to) if type(to) is dict else 1 for to in node.to]
            self.prob = [p for to in node.to for p in (to.values() if type(to) is dict else (1.0,))]
        else:
            self.entries, self.prob = [1] * len(node.to), [1.0] * len(node.to)
        others = {*map(type, node.payoff), *map(type, node.incentive)} - _PLAIN
        self.pays_by_types = bool(others) and any(x and by_types(x) for x in (*node.payoff, *node.incentive))

    def lotteries(self) -> list[tuple[int, int]]:
        """Return the first entry, and the one after the last, of each profile that leads to several."""
        if len(self.prob) == len(self.entries):
            return []
        return [(end - n, end) for n, end in zip(self.entries, accumulate(self.entries), strict=True) if n > 1]


def by_types(pay: Any) -> bool:
    """Return whether a payment is a function of the types of all players."""
    return type(pay) is not dict and callable(pay)


def next_states(node: Node) -> list[Any]:
    """Return lottery entry -> the next state."""
    if dict not in map(type, node.to):
        return node.to
    return [target for to in node.to for target in (to if type(to) is dict else (to,))]


class Expansions(NamedTuple):
    """What can happen in states."""

    pattern: np.ndarray  # [state] number of the pattern
    entries: np.ndarray  # [state] number of lottery entries
    to: np.ndarray  # [entry, field] rows of the next states


class Expander:
    """Expands the states of a stage.

    A *pattern* is how the expansions of states that the stage does not distinguish follow from the states: a form, and
    what the next states have in place of the fields of the state.

    >>> from peacetalks.game.codes import Codes
    >>> from peacetalks.game.language import Chance, Game, Move
    >>> class At(NamedTuple):
    ...     regime: str
    ...     front: int
    >>> def moves(at):
    ...     yield Move("peace", at._replace(regime="peace") if at.regime == "war" else at)
    >>> end = Chance("end", moves, alike=True)
    >>> game = Game(players=("A",), start=At("war", 0), stages=(end,))
    >>> codes = Codes(game)
    >>> found = Expander(game, end, codes)(codes.rows([At("war", 1), At("war", 2)]))
    >>> codes.states(found.to), found.pattern.tolist()
    ([At(regime='peace', front=1), At(regime='peace', front=2)], [0, 0])
    """

    def __init__(self, game: Game, stage: Stage, codes: Codes) -> None:
        self.game, self.stage, self.codes = game, stage, codes
        self.forms: list[Form] = []  # of the patterns
        self._by_types = bytearray()  # pattern -> whether a profile pays by the types of all players
        self._known: dict[tuple[int, ...], dict[bytes, int]] = {}  # fields that are read -> what is read -> pattern
        self._first = array("q", [0])  # pattern -> its first entry
        self._next = array("i")  # [entry, field] of the next state, _CARRIED where it is the state's own
        self._copies = np.empty(0, np.int64), np.empty((0, codes.width), np.int32)
        self._carried = array("i", [_CARRIED]) * codes.width
        self._row_of: dict[int, tuple[array[int], Any]] = {}  # id of a next state of which nothing is carried -> row

    def __call__(self, rows: np.ndarray) -> Expansions:
        """Return what can happen in the states of `rows`; raise `GameError` as `expand` does."""
        pattern = self._patterns(rows)
        first, rows_of_next = self._tables()
        low, entries = first[pattern], first[pattern + 1] - first[pattern]
        ends = np.cumsum(entries)
        entry = np.arange(entries.sum()) + np.repeat(low - (ends - entries), entries)
        to = rows_of_next[entry]
        return Expansions(pattern, entries, np.where(to == _CARRIED, np.repeat(rows, entries, axis=0), to))

    def by_types(self, pattern: np.ndarray) -> np.ndarray:
        """Return which patterns have a profile that pays by the types of all players."""
        return np.frombuffer(bytes(self._by_types), bool)[pattern]

    def single(self, pattern: np.ndarray, entries: np.ndarray) -> np.ndarray:
        """Return which states have one move, which does not pay by the types of others: play passes through them."""
        return (entries == 1) & ~self.by_types(pattern)

    def _tables(self) -> tuple[np.ndarray, np.ndarray]:
        """Return [pattern + 1] the first entry, and [entry, field] of the next state, made anew where there are more.

        They are copies: an array that grows must have no view, and whoever looks at a frame keeps the views in it.
        """
        if len(self._copies[0]) != len(self._first):
            to = np.frombuffer(self._next.tobytes(), np.int32).reshape(-1, self.codes.width)
            self._copies = np.frombuffer(self._first.tobytes(), np.int64), to
        return self._copies

    def _patterns(self, rows: np.ndarray) -> np.ndarray:
        """Return the number of the pattern of each state, learning those that are new."""
        best, left = np.full(len(rows), _UNKNOWN), np.arange(len(rows))
        for fields, known in self._known.items():
            keys = packed(rows[left[:, None], fields])
            found = np.fromiter(map(known.get, keys, repeat(_UNKNOWN)), np.int64, len(left))
            best[left], left = found, left[found == _UNKNOWN]
        if self.stage.alike:
            left = left[self.codes.have_fields(rows[left])]
            best[left] = self._new_patterns(rows[left])
        for i in np.flatnonzero(best < 0).tolist():
            best[i] = self._apart(rows[i].tolist())
        return best

    def _new_patterns(self, rows: np.ndarray) -> list[int]:
        """Return the number of the pattern of each state, of which none is known; `_APART` for those that have none."""
        keys: dict[tuple[int, ...], list[bytes]] = {}
        new: dict[tuple[int, ...], dict[bytes, int]] = {}
        out = []
        for i, row in enumerate(rows.tolist()):
            for fields, known in new.items():
                number = known.get(keys[fields][i])
                if number is not None:
                    break
            else:
                fields, number = self._learn(row)
                if fields not in keys:
                    keys[fields], new[fields] = packed(rows[:, fields]), {}
                new[fields][keys[fields][i]] = number
            out.append(number)
        for fields, known in new.items():
            self._known.setdefault(fields, {}).update(known)
        return out

    def _learn(self, row: list[int]) -> tuple[tuple[int, ...], int]:
        """Return the fields of a state that decide its pattern, and its pattern, `_APART` if it has none."""
        state, reads = self.codes.state(row), {0}
        view = tuple.__new__(_traced(type(state)), [_Unread(i, x, reads) for i, x in enumerate(state, 1)])
        number = _APART
        try:
            form = Form(expand(self.game, self.stage, view))
            to = self._rows(next_states(form.node), view)
        except (GameError, TypeError):  # said of the state itself when it is expanded apart
            pass
        else:
            n = len(row)
            lotteries = [[to[n * i : n * i + n] for i in range(*bounds)] for bounds in form.lotteries()]
            distinct = [self._distinct(entries, row, reads) for entries in lotteries]
            if all(distinct) and not form.pays_by_types:  # by a function, which may read the state later
                number = self._pattern(form, to)
        return tuple(sorted(reads)), number

    def _rows(self, targets: list[Any], state: Any) -> array[int]:
        """Return the rows of next states, `_CARRIED` in place of what is carried into them from a state with fields."""
        codes = self.codes
        if not codes.fields:
            return array("i", map(codes.whole, targets))
        kind, number_of, fields, out = type(state), codes.by_id.get, range(codes.fields), array("i")
        for target in targets:
            if type(target) is kind and len(target) == codes.fields:
                first = len(out) + 1
                out.extend(self._carried)
                for i in compress(fields, map(is_not, target, state)):
                    number = number_of(id(value := target[i]))
                    out[first + i] = codes.number(value) if number is None else number
                    if type(value) is _Unread:
                        raise TypeError("a field of a state is moved that was not read by its name")
                continue
            if id(target) not in self._row_of:
                self._row_of[id(target)] = array("i", codes.row(target)), target  # with it, that its id may last
            out.extend(self._row_of[id(target)][0])
        return out

    def _distinct(self, entries: list[array[int]], row: list[int], reads: set[int]) -> bool:
        """Return whether the entries of a lottery lead to different states; a field by which they do counts as read.

        A state that is carried along may be one that is drawn as well.
        """
        for one, other in combinations(entries, 2):
            differing = []
            for i in compress(range(len(row)), map(ne, one, other)):
                a, b = (row[i] if x == _CARRIED else x for x in (one[i], other[i]))
                if not self.codes.equal(a, b):
                    differing.append(i)
            if not differing:
                return False
            if not any(i in reads or _CARRIED not in (one[i], other[i]) for i in differing):
                reads.add(differing[0])
        return True

    def _apart(self, row: list[int]) -> int:
        """Return the pattern of a state that is expanded by itself; it is that of no other."""
        state = self.codes.state(row)
        has_fields = self.codes.fields and self.codes.have_fields(np.array([row]))[0]
        form = Form(expand(self.game, self.stage, state))
        targets = next_states(form.node)
        try:
            return self._pattern(form, self._rows(targets, state if has_fields else self))
        except TypeError:
            names = [name for name, n in zip(form.node.names, form.entries, strict=True) for _ in range(n)]
            for target, name in zip(targets, names, strict=True):
                check_hashable(target, (self.stage, state, name))
            raise

    def _pattern(self, form: Form, to: array[int]) -> int:
        """Enter a pattern, which has the rows `to` of next states at its lottery entries, and return its number."""
        self._next.extend(to)
        self._first.append(self._first[-1] + len(form.prob))
        self._by_types.append(form.pays_by_types)
        self.forms.append(form)
        return len(self.forms) - 1


class _Unread:
    """A field of a traced state that holds its place until it is read."""

    __slots__ = ("field", "reads", "value")

    def __init__(self, field: int, value: Any, reads: set[int]) -> None:
        self.field, self.value, self.reads = field, value, reads

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        raise TypeError("a field of a state is compared that was not read by its name")

    def __bool__(self) -> bool:
        raise TypeError("a field of a state is judged that was not read by its name")


def _field(field: int) -> property:
    """Return the property that reads a field of a traced state, and notes that it is read."""

    def read(state: tuple[Any, ...]) -> Any:
        value = state[field]
        if type(value) is not _Unread:
            return value
        value.reads.add(value.field)
        return value.value

    return property(read)


@cache
def _traced(kind: Any) -> Any:
    """Return the class of traced states of a class of named tuples."""
    fields = {name: _field(i) for i, name in enumerate(kind._fields)}
    return type(kind.__name__, (kind,), {"__slots__": (), **fields})
