"""What differs between two scenarios as they were written: entry by entry, with what each is in words.

An entry is a number with its range and source, a switch, a text, a date, or a whole table that one of the two does not
have.  Entries whose change cannot move a forecast (titles, sources, ranges around the same central value) have no
group; the others are bundled as in accounts: the shares of a side's types count as one, and so do the facts by which
the record is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from peacetalks.conflicts.fill import filled
from peacetalks.errors import SpecError
from peacetalks.evidence.plain import plain
from peacetalks.forecasting.labels import label_of
from peacetalks.forecasting.record_view import situation_of
from peacetalks.questions.compare import WrittenNumber
from peacetalks.scenario.change_keys import RECORD_KEYS
from peacetalks.scenario.files import play_key
from peacetalks.scenario.paths import counted_with, write, written_at
from peacetalks.scenario.quantity import DISTRIBUTIONS, RANGE
from peacetalks.scenario.scenario import Scenario, from_table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from peacetalks.archive.subject import Subject

DATE, FACTS, TOGETHER = "time passed and the record at the new date", "facts of the conflict", "all entries together"
EXACT = 4  # groups up to which the split is that of Shapley (16 scenarios)
MOST = 12  # groups that are changed one at a time
NAMES = ("name", "title", "summary", "hindsight", "label")  # last keys of entries that only name or explain
NUMBER_KEYS = {"value", "dist", *RANGE, *(key for keys in DISTRIBUTIONS.values() for key in keys)}


@dataclass(frozen=True)
class ChangedEntry:
    """An entry that differs."""

    path: str
    words: str  # what it is
    kind: str  # "value", "range", "source", "text", "added", "removed" or "estimated"
    a: WrittenNumber | Any | None  # a number, another value as it is written, or None: not in the file
    b: WrittenNumber | Any | None
    group: str | None = None  # whose part of the difference it shares in; None: it cannot move the forecast

    @property
    def source_changed(self) -> bool:
        """Whether the number rests on another source."""
        return _source(self.a) != _source(self.b)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        both = {"a": self.a, "b": self.b}
        shown = {k: dict(v.__dict__) if isinstance(v, WrittenNumber) else plain(v) for k, v in both.items()}
        more = {"source_changed": self.source_changed, "group": self.group}
        return {"path": self.path, "words": self.words, "kind": self.kind, **shown, **more}


def changed_entries(a: Subject, b: Subject) -> tuple[ChangedEntry, ...]:
    """Return what differs between what is written, in the order of the file, then what the record estimated anew."""
    groups = {path: group for group, paths in partition(a, b).items() for path in paths}
    found = [_entry(path, a, b, groups.get(path)) for path in changed_paths(a.written, b.written)]
    both = [path for path in a.estimated if path in b.estimated and a.estimated[path] != b.estimated[path]]
    return (*found, *(_entry(path, a, b, None) for path in both))


def changed_paths(a: Any, b: Any, path: str = "") -> list[str]:
    """Return the dotted paths of entries that differ between two plain tables.

    >>> changed_paths({"rent": {"weight": 1.0, "low": 2}, "x": [1]}, {"rent": {"weight": 1.5, "low": 2}, "deal": {}})
    ['rent.weight', 'x', 'deal']
    """
    if a == b:
        return []
    if _is_table(a) and _is_table(b):
        inner = [(str(key), a.get(key), b.get(key)) for key in [*a, *(k for k in b if k not in a)]]
    elif _are_tables(a) and _are_tables(b) and len(a) == len(b):
        inner = [(str(i), *pair) for i, pair in enumerate(zip(a, b, strict=True), 1)]
    else:
        return [path]
    return [p for key, x, y in inner for p in changed_paths(x, y, f"{path}.{key}" if path else key)]


def partition(a: Subject, b: Subject) -> dict[str, tuple[str, ...]]:
    """Return the groups that the difference is split over: {group: paths}, the date last.

    What the split asks about must be scenarios that can be read: every set of the groups where there are at most
    `EXACT`, else each by itself.  Where one is not, or there are more than `MOST` groups (two unlike conflicts), the
    entries of a table go together, then all of them.
    """
    paths = changed_paths(a.written, b.written)
    for bundle in (_bundle, _table_bundle, lambda _: TOGETHER):
        groups: dict[str, list[str]] = {}
        for path in paths:
            groups.setdefault(bundle(path), []).append(path)
        try:
            entering = {g: tuple(p) for g, p in groups.items() if _enters(a, b, p)}
            if len(entering) > MOST:
                continue
            for chosen in sets_of(entering):
                between(a, b, entering, chosen)
        except SpecError:
            continue
        return dict(sorted(entering.items(), key=lambda item: item[0] == DATE))
    return {TOGETHER: tuple(paths)}


def sets_of(names: Collection[str]) -> list[frozenset[str]]:
    """Return the sets of groups whose answers the split needs, the smaller first; none and all are among them.

    >>> len(sets_of("abcd")), len(sets_of("abcde"))
    (16, 7)
    """
    every = len(names)
    sizes = range(every + 1) if every <= EXACT else (0, 1, every)
    return [frozenset(chosen) for size in sizes for chosen in combinations(names, size)]


def between(a: Subject, b: Subject, groups: Mapping[str, Iterable[str]], chosen: frozenset[str]) -> Scenario:
    """Return scenario A with the chosen groups as in B: A itself for none, B itself for all.

    Raises `SpecError` where that is no scenario.
    """
    if not chosen:
        return a.scenario
    if len(chosen) == len(groups):
        return b.scenario
    return _with_entries(a, b, [path for g in groups if g in chosen for path in groups[g]])


def _with_entries(a: Subject, b: Subject, paths: Iterable[str]) -> Scenario:
    """Return scenario A with the entries at `paths` as in B; raise `SpecError` where that is no scenario."""
    raw = a.scenario.written()
    for path in paths:
        write(raw, path, written_at(b.scenario.written(), path))
    return filled(from_table(raw, f"{a.name}, changed"))


def _enters(a: Subject, b: Subject, paths: list[str]) -> bool:
    """Return whether changing entries can move the forecast: the game differs, or what the record is asked."""
    if all(path.rpartition(".")[2] in NAMES for path in paths):
        return False
    changed = _with_entries(a, b, paths)
    return play_key(changed) != play_key(a.scenario) or situation_of(changed) != situation_of(a.scenario)


def _bundle(path: str) -> str:
    """Return the group of an entry."""
    if path == "as_of":
        return DATE
    return FACTS if path.split(".", maxsplit=1)[0] in RECORD_KEYS else counted_with(path)


def _table_bundle(path: str) -> str:
    """Return the table of an entry; the date goes with the facts of the conflict."""
    first = path.split(".", maxsplit=1)[0]
    return FACTS if first in RECORD_KEYS else first


def _entry(path: str, a: Subject, b: Subject, group: str | None) -> ChangedEntry:
    x, y = a.written_at(path), b.written_at(path)
    words = label_of(path, b.scenario if y is not None else a.scenario)
    return ChangedEntry(path, words, _kind(path, a, b, x, y), x, y, group)


def _kind(path: str, a: Subject, b: Subject, x: Any, y: Any) -> str:
    """Return in what way an entry differs."""
    if written_at(a.written, path) is None and written_at(b.written, path) is None:
        return "estimated"
    if isinstance(x, WrittenNumber) and isinstance(y, WrittenNumber):
        if x.value != y.value:
            return "value"
        return "range" if (x.low, x.high) != (y.low, y.high) else "source"
    if x is None or y is None:
        return "added" if x is None else "removed"
    return "text" if path.rpartition(".")[2] in (*NAMES, "source") else "value"


def _source(x: Any) -> str | None:
    return x.source if isinstance(x, WrittenNumber) else None


def _is_table(x: Any) -> bool:
    return isinstance(x, dict) and not (set(x) - {"source"} and set(x) <= {*NUMBER_KEYS, "source"})


def _are_tables(x: Any) -> bool:
    return isinstance(x, list) and bool(x) and all(map(_is_table, x))
