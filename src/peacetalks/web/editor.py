"""The editor of scenarios: what is wrong with a text and on which line, what it rests on, and what a save would change.

A message about an entry names its dotted path; the line is that on which the entry, or the nearest table above it,
begins in the text.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from peacetalks.conflicts.fill import filled
from peacetalks.conflicts.named_classes import check_classes
from peacetalks.errors import EvidenceError, SpecError
from peacetalks.pages.check_text import check_values
from peacetalks.scenario.plausibility import implausible
from peacetalks.scenario.scenario import Scenario
from peacetalks.scenario.validation import problems
from peacetalks.text_files import check_values as check_plain
from peacetalks.text_files import decode, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

ERROR, WARNING = "error", "warning"
ENTRY = re.compile(r"\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
LINE = re.compile(r"\bline (\d+)\b")
MOST_MESSAGES, MOST_LINES = 50, 2000
LONGEST_TEXT, LONGEST_LINE, MOST_KEYS = 64_000, 2000, 8  # characters, and parts of a dotted key: a check stays quick
CONTEXT = 2  # lines around a change


@dataclass(frozen=True)
class Message:
    """What is said of a text."""

    level: str  # "error" or "warning"
    words: str
    line: int | None = None  # from 1; None where it is about the whole


@dataclass(frozen=True)
class CheckedText:
    """A text of the editor, checked; made by `check`."""

    messages: tuple[Message, ...]
    name: str | None  # of the scenario; None where it is not valid
    about: dict[str, Any] | None  # as `peacetalks check --json` prints it

    @property
    def valid(self) -> bool:
        """Whether it can be used as a scenario."""
        return self.about is not None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"valid": self.valid, "messages": [asdict(m) for m in self.messages], "about": self.about}


def check(text: str) -> CheckedText:
    """Return what is wrong with the text of a scenario, or what it rests on; nothing is solved.

    >>> [(m.line, m.words) for m in check('name = "x"\\nrationality = 3\\nwindwo = 1').messages][0]
    (3, "windwo: unknown key (did you mean 'window'?)")
    """
    if found := _too_large(text):
        return _wrong([found])
    try:
        text = decode(text.encode("utf-8", "surrogatepass"), "the text")
        raw = read_toml(text, "the text")
        check_plain(raw, "the text")
    except SpecError as e:
        return _wrong([Message(ERROR, _bare(e), _line_said(str(e)))])
    found = problems(raw, Scenario)
    if not isinstance(found, Scenario):
        lines = lines_of(text)
        return _wrong([Message(ERROR, str(p), nearest_line(lines, p.path)) for p in found])
    return _checked(found.written_as(raw), lines_of(text))


def _too_large(text: str) -> Message | None:
    """Return what is said of a text that would take long to read; None of any that a scenario may be."""
    lines = text.split("\n")
    if len(text) > LONGEST_TEXT or len(lines) > MOST_LINES:
        return Message(
            ERROR,
            f"the text has {len(text):,} characters on {len(lines):,} lines; the editor takes {LONGEST_TEXT:,} on "
            f"{MOST_LINES:,}. Edit the file in the folder.",
        )
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE:
            return Message(ERROR, f"the line has {len(line):,} characters; the editor takes {LONGEST_LINE:,}", number)
        if line.split("=")[0].count(".") >= MOST_KEYS and "=" in line:
            return Message(ERROR, f"the key has more than {MOST_KEYS} parts", number)
    return None


def _checked(scenario: Scenario, lines: dict[tuple[str, ...], int]) -> CheckedText:
    """Return what is to be said of a valid scenario: that it cannot be filled, or warnings and what it rests on."""
    try:
        full = filled(scenario)
        check_classes(full)
    except (SpecError, EvidenceError) as e:
        return _wrong([Message(ERROR, _bare(e))])
    warnings = [Message(WARNING, str(w), nearest_line(lines, tuple(w.path.split(".")))) for w in implausible(full)]
    return CheckedText(tuple(warnings), scenario.name, check_values(full, None, None))


def _wrong(messages: list[Message]) -> CheckedText:
    more = len(messages) - MOST_MESSAGES
    rest = [Message(ERROR, f"and {more} more")] if more > 0 else []
    return CheckedText((*messages[:MOST_MESSAGES], *rest), None, None)


def _bare(e: Exception) -> str:
    return str(e).removeprefix("the text: ")


def _line_said(words: str) -> int | None:
    """Return the line that a message names."""
    found = LINE.search(words)
    return int(found[1]) if found else None


def lines_of(text: str) -> dict[tuple[str, ...], int]:
    r"""Return the line on which each entry and table of a TOML text begins, by its path; lists count from 1.

    >>> lines_of('a = 1\n[[sides]]\nlabel = "x"\n[sides.types.one]\nshare = 1')[("sides", "1", "types", "one", "share")]
    5
    """
    out: dict[tuple[str, ...], int] = {}
    counts: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in _code(text):
        if header := _header(line):
            several, keys = header
            if several:
                counts[keys] = counts.get(keys, 0) + 1
            table = _counted(keys, counts)
            out.setdefault(table, number)
        elif entry := ENTRY.match(line):
            path = (*table, *_keys(entry[1]))
            out.setdefault(path, number)
            for key in re.findall(r"[{,]\s*([A-Za-z0-9_-]+)\s*=", line):
                out.setdefault((*path, key), number)
    return out


def _header(line: str) -> tuple[bool, tuple[str, ...]] | None:
    """Return whether a line begins a table of a list, and the table's keys; None where it begins none."""
    inner, closed, rest = line.strip().partition("]")
    several = inner.startswith("[[")
    rest = (rest[1:] if several else rest).strip()
    if not closed or not inner.startswith("[") or (rest and not rest.startswith("#")):
        return None
    keys = tuple(_keys(inner.lstrip("[")))
    return (several, keys) if keys else None


def _code(text: str) -> Iterator[tuple[int, str]]:
    """Yield (number, line) of the lines that are not within a text of several lines."""
    quotes = ""
    for number, line in enumerate(text.split("\n"), 1):
        if not quotes:
            yield number, line
        for mark in re.findall(r'"""|\'\'\'', line):
            quotes = "" if quotes == mark else quotes or mark


def _keys(dotted: str) -> Iterator[str]:
    for key in re.findall(r"\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+", dotted):
        yield key.strip("\"'")


def _counted(keys: tuple[str, ...], counts: dict[tuple[str, ...], int]) -> tuple[str, ...]:
    """Return the path of a table with the position of each list on it."""
    out: list[str] = []
    for i, key in enumerate(keys, 1):
        out.append(key)
        if keys[:i] in counts:
            out.append(str(counts[keys[:i]]))
    return tuple(out)


def nearest_line(lines: dict[tuple[str, ...], int], path: tuple[str, ...]) -> int | None:
    """Return the line of an entry, or of the nearest table above it; None where there is none."""
    for k in range(len(path), 0, -1):
        if path[:k] in lines:
            return lines[path[:k]]
    return None


def diff(before: str, after: str) -> list[tuple[str, str]]:
    r"""Return (kind, line) of what changes between two texts: "add", "cut", "same", "at" for places between.

    >>> diff("a\nb\n", "a\nc\n")
    [('at', 'line 1'), ('same', 'a'), ('cut', 'b'), ('add', 'c')]
    """
    kinds = {"+": "add", "-": "cut", " ": "same"}
    out: list[tuple[str, str]] = []
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=CONTEXT):
        if line.startswith(("---", "+++")) and not out:
            continue
        if line.startswith("@@"):
            out.append(("at", f"line {line.split('+')[1].split(',')[0].split(' ')[0]}"))
        else:
            out.append((kinds[line[0]], line[1:]))
    return out[:MOST_LINES]
