"""Text files: one reader for every file that a user gives, whatever program wrote it.

Text is UTF-8, with or without a byte-order mark, or UTF-16 with one.  What cannot be read as meant is refused with the
file, the place and how to mend it: another encoding, control characters (a terminal would obey them), keys or columns
given twice, numbers that no float holds, lists in lists without end.  Nothing is guessed and nothing is left out.
"""

from __future__ import annotations

import codecs
import csv
import json
import math
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peacetalks.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

SHOWN = 200  # characters of a value that a message shows
DEEPEST = 100  # tables and lists within one another
WHOLE, LARGEST = 2**63, 2**1024 - 2**970  # whole numbers in TOML, and those that a float holds, lie below
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
MARKS = (  # longest first
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SAVE = "save it as UTF-8 (in a spreadsheet 'CSV UTF-8', in an editor 'Save with encoding: UTF-8') and try again"
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
CELL = 2**31 - 1  # characters that a cell may hold
BRACKETS = r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<digits>\d[\d_]{399,})"
JSON_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)' + BRACKETS, re.DOTALL)
TOML_TOKENS = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\Z)'
    r"|'''.*?(?:'''|\Z)"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|\#[^\n]*+" + BRACKETS,
    re.DOTALL,
)


def shorten(value: object, most: int = SHOWN) -> str:
    """Return a value as a message shows it: its `repr`, at most `most` characters of it, then how long it is.

    >>> shorten("abc"), shorten("a" * 1000, 10)
    ("'abc'", "'aaaaaaaaa... (1,002 characters)")
    """
    if isinstance(value, int) and value.bit_length() > 2000:
        return f"an integer of about {value.bit_length() * math.log10(2):,.0f} digits"
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # digits or nesting without end
        return f"a {type(value).__name__} too large to show"
    return clip(text, most)


def clip(text: str, most: int = SHOWN) -> str:
    r"""Return at most `most` characters of a text, on one line, then how long it is.

    >>> clip("a\tb"), clip("abc", 2)
    ('a\\tb', 'ab... (3 characters)')
    """
    if not text.isprintable():
        text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return text if len(text) <= most else f"{text[:most]}... ({len(text):,} characters)"


def shown(path: Traversable | Path) -> str:
    """Return a path as messages name it; one that a terminal cannot show as it stands is escaped."""
    text = str(path) if isinstance(path, Path) else path.name
    return clip(text if text.isprintable() else ascii(text)[1:-1], 2 * SHOWN)


def read_text(path: Traversable | Path, error: type[ValueError] = SpecError, hint: str = "") -> str:
    """Return the text of a file, with line ends as `\\n`.

    Parameters
    ----------
    path : Path or Traversable
    error : type of ValueError, optional
        What is raised.
    hint : str, optional
        Follows the message when there is no such file.

    Raises
    ------
    error
        No such file, a folder, no permission; another encoding, with the byte and the line; control characters, with
        line and column.
    """
    where = shown(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise error(f"no file '{where}'{hint}") from None
    except OSError as e:
        raise error(f"{where}: cannot be read ({e.strerror})") from None
    except ValueError as e:  # a NUL in the name
        raise error(f"{where}: cannot be read ({e})") from None
    return decode(data, where, error)


def decode(data: bytes, where: str, error: type[ValueError] = SpecError) -> str:
    """Return bytes as text with line ends as `\\n`; `where` names the file in the error (see `read_text`)."""
    mark, encoding = next(((m, e) for m, e in MARKS if data.startswith(m)), (b"", "utf-8"))
    if not mark and _looks_like_utf16(data):
        raise error(f"{where}: looks like UTF-16 without a byte-order mark (every other byte is 0); {SAVE}")
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as e:
        at, line = e.start + len(mark), e.object[: e.start].count(b"\n") + 1
        raise error(_not_text(where, at, line, data[at], encoding)) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := CONTROL.search(text):
        line, column = place(text, found.start())
        raise error(f"{where}: line {line}, column {column} holds {_control(found[0])}; remove it")
    return text


def place(text: str, at: int) -> tuple[int, int]:
    """Return (line, column), both from 1, of a position in a text."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _looks_like_utf16(data: bytes) -> bool:
    """Return whether at least two in five of the first bytes are zero, all at even or all at odd places."""
    head = data[:1000]
    even, odd = head[::2].count(0), head[1::2].count(0)
    return len(head) > 1 and min(even, odd) == 0 and max(even, odd) >= 0.4 * len(head)


def _not_text(where: str, at: int, line: int, byte: int, encoding: str) -> str:
    """Return the message for a byte that does not belong to the encoding."""
    if encoding != "utf-8":
        return f"{where}: marked as {encoding[:6].upper()}, but cannot be read as such (byte {at}, line {line}); {SAVE}"
    letter = bytes([byte]).decode("cp1252", "replace")
    other = f", in Windows-1252 {letter!r}" if letter.isprintable() and letter != "\ufffd" else ""
    return f"{where}: cannot be read as UTF-8 text (byte {at}, line {line}: 0x{byte:02x}{other}); {SAVE}"


def _control(character: str) -> str:
    """Return words for a character that no text needs."""
    known = {"\0": " (NUL: a damaged file, or no text)", "\x1b": " (escape: a terminal would obey it)"}
    kind = "half a character" if "\ud800" <= character <= "\udfff" else "the control character"
    return f"{kind} U+{ord(character):04X}{known.get(character, '')}"


class _Refused:
    """Stands in parsed JSON for what may not stand there, until its path is known."""

    def __init__(self, why: str) -> None:
        self.why = why


class _Repeated(dict[str, Any]):
    """A table of which a key was given twice."""

    key: str


def read_json(path: Traversable | Path, error: type[ValueError] = SpecError, hint: str = "") -> Any:
    """Return the value in a JSON file; see `read_text` and `parse_json` for what is refused."""
    return parse_json(read_text(path, error, hint), shown(path), error)


def parse_json(text: str, where: str, error: type[ValueError] = SpecError) -> Any:
    """Return the value that JSON text holds; `where` names the text in the error.

    Raises
    ------
    error
        Text that is not JSON, with line and column; with the path: a key given twice, NaN and Infinity, numbers that no
        float holds, control characters in texts; nesting deeper than `DEEPEST`.

    Examples
    --------
    >>> parse_json('{"a": [{"b": 1, "b": 2}]}', "my file")
    Traceback (most recent call last):
    peacetalks.errors.SpecError: my file: a.1: the key 'b' is given twice; keep one
    """
    _check_tokens(text, JSON_TOKENS, where, error)
    try:
        value = json.loads(
            text, object_pairs_hook=_table, parse_constant=_no_number, parse_float=_float, parse_int=_integer
        )
    except json.JSONDecodeError as e:
        raise error(f"{where}: not valid JSON: {e}") from None
    check_values(value, where, error)
    return value


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a table of JSON, marked where a key was given twice."""
    out = dict(pairs)
    if len(out) == len(pairs):
        return out
    marked = _Repeated(out)
    keys = [k for k, _ in pairs]
    marked.key = next(k for k in keys if keys.count(k) > 1)
    return marked


def _no_number(text: str) -> _Refused:
    return _Refused(f"{text} is no number; write a finite one, or leave the entry out")


def _float(text: str) -> float | _Refused:
    x = float(text)
    return x if math.isfinite(x) else _Refused(f"{clip(text)} is beyond what a number can hold (1.8e308)")


def _integer(text: str) -> int | _Refused:
    x = _float(text)
    return x if isinstance(x, _Refused) else int(text)


def _check_tokens(text: str, tokens: re.Pattern[str], where: str, error: type[ValueError]) -> None:
    """Raise `error` for nesting or numbers that no parser should be given, with line and column."""
    depth = 0
    for token in tokens.finditer(text):
        kind = token.lastgroup
        depth += (kind == "open") - (kind == "close")
        if kind == "digits" or depth > DEEPEST:
            line, column = place(text, token.start())
            what = (
                f"a number of {len(token[0]):,} digits; write it shorter (1e9)"
                if kind == "digits"
                else f"more than {DEEPEST} tables or lists within one another; take some out"
            )
            raise error(f"{where}: line {line}, column {column}: {what}")


def read_toml(text: str, where: str) -> dict[str, Any]:
    """Return TOML text as a plain table; `where` names the text in the error.

    Raises
    ------
    SpecError
        Text that is not TOML, with line and column; with the path: integers beyond 64 bits, control characters in
        texts; nesting deeper than `DEEPEST`.

    Examples
    --------
    >>> read_toml('label = "a\\\\u0007b"', "my file")
    Traceback (most recent call last):
    peacetalks.errors.SpecError: my file: label holds the control character U+0007 at character 2; remove it
    """
    _check_tokens(text, TOML_TOKENS, where, SpecError)
    try:
        value = tomllib.loads(text)
    except (ValueError, RecursionError) as e:
        said = s if len(s := str(e)) <= 2 * SHOWN else f"{s[:SHOWN]}...{s[-60:]}"
        line = text.split("\n")[int(at[1]) - 1] if (at := re.search(r"at line (\d+)", s)) else ""
        dated = re.search(r"=\s*\d+([-./ ])\w+\1\d+", line)
        cure = "A date is written 2023-04-15" if dated else "Strings need quotes, tables a [header]"
        raise SpecError(f"{where}: not valid TOML: {said}. {cure}.") from None
    check_values(value, where, whole=WHOLE)
    return value


def check_values(value: Any, where: str, error: type[ValueError] = SpecError, whole: int | None = None) -> None:
    """Raise `error`, with the dotted path, for what may stand in no plain table.

    Refused: control characters and halves of characters in texts and keys, integers that no float holds (or from
    `whole` on), and nesting deeper than `DEEPEST`.  Positions in lists count from 1.
    """
    left: list[tuple[tuple[Any, ...], Any]] = [((), value)]
    while left:
        path, part = left.pop()
        if why := _why_not(part, whole, len(path)):
            at = clip(".".join(str(k) for k in path).encode("unicode_escape").decode(), SHOWN)
            raise error(f"{where}: {at}{why}" if at else f"{where}{why}")
        inner = enumerate(part, 1) if isinstance(part, list | tuple) else part.items() if isinstance(part, dict) else ()
        left += [((*path, k), v) for k, v in reversed(list(inner))]


def _why_not(part: Any, whole: int | None, depth: int) -> str:
    """Return why a value may not stand in a plain table, to follow its path; empty where it may."""
    if depth > DEEPEST:
        return f": more than {DEEPEST} tables or lists within one another; take some out"
    if isinstance(part, _Refused):
        return f": {part.why}"
    if isinstance(part, _Repeated):
        return f": the key {shorten(part.key)} is given twice; keep one"
    if isinstance(part, str) and (found := CONTROL.search(part)):
        return f" holds {_control(found[0])} at character {found.start() + 1}; remove it"
    if isinstance(part, dict):
        for key in part:
            if isinstance(key, str) and (found := CONTROL.search(key)):
                return f": the key {shorten(key)} holds {_control(found[0])}; remove it"
    if isinstance(part, int):
        if whole is not None and not -whole <= part < whole:
            return f": whole numbers lie below {whole} (64 bits), got {shorten(part)}"
        if abs(part) >= LARGEST:
            return f": beyond what a number can hold (1.8e308), got {shorten(part)}"
    return ""


def read_csv(path: Traversable | Path, error: type[ValueError] = SpecError) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a delimited file as [(line number, {column: cell})]; see `parse_csv`."""
    return parse_csv(read_text(path, error), shown(path), error)


def parse_csv(
    text: str, where: str, error: type[ValueError] = SpecError, refused: list[tuple[int, str]] | None = None
) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of delimited text as [(line on which the row begins, {column: cell})].

    The first row names the columns; the delimiter is the one of comma, semicolon and tab that it holds most of.  Blank
    lines, rows of empty cells and lines that begin with `#` are passed over, within quoted cells they are text.  With
    a list `refused`, a row of more or fewer cells than columns is noted there with its line and the others are read.

    Raises
    ------
    error
        No header, a column without a name or named twice, a row with more or fewer cells than columns, a quoted cell
        that is not closed; with the line and how to mend it.

    Examples
    --------
    >>> parse_csv('a;b\\n# a note\\n1;"x;\\n# y"\\n', "my file")
    [(3, {'a': '1', 'b': 'x;\\n# y'})]
    """
    lines = text.split("\n")
    first = next((i for i, x in enumerate(lines) if x.strip(" ") and not x.startswith("#")), None)
    if first is None:
        raise error(f"{where}: holds no row; the first row must name the columns")
    head = re.sub(r'"(?:[^"]|"")*+"', "", "\n".join(lines[first:])).split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=head.count)
    limit = csv.field_size_limit(CELL)
    try:
        (begun, names), *rows = _rows(lines, delimiter, where, error)
    finally:
        csv.field_size_limit(limit)
    columns = _columns([n.strip() for n in names], where, begun, error)
    for line, cells in rows:
        if len(cells) != len(columns):
            what = f"line {line} {_wrong_number(cells, columns, delimiter)}. Got {shorten(cells)}"
            if refused is None:
                raise error(f"{where}: {what}")
            refused.append((line, what))
    return [(line, dict(zip(columns, cells, strict=True))) for line, cells in rows if len(cells) == len(columns)]


def _rows(lines: list[str], delimiter: str, where: str, error: type[ValueError]) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) of every row: the header, and those that hold something."""
    begun = 0  # line on which the present row begins; 0 before it has begun

    def source() -> Iterator[str]:
        nonlocal begun
        for number, words in enumerate(lines, 1):
            if begun or (words.strip(" ") and not words.startswith("#")):
                begun = begun or number
                yield words + "\n"

    reader, header = csv.reader(source(), delimiter=delimiter, skipinitialspace=True, strict=True), True
    while True:
        begun = 0
        try:
            cells = next(reader, None)
        except csv.Error as e:
            said = "a quoted cell is not closed" if "unexpected end" in str(e) else str(e)
            cure = 'put quotes (") around the whole cell and write each quote within it twice'
            raise error(f"{where}: line {begun}: {said}; {cure}") from None
        if cells is None:
            return
        if header or any(c.strip() for c in cells):
            yield begun, cells
        header = False


def _columns(names: list[str], where: str, line: int, error: type[ValueError]) -> list[str]:
    """Return the names of the columns, each one given once."""
    if "" in names:
        raise error(f"{where}: line {line}: column {names.index('') + 1} has no name; name it, or take it out")
    if twice := next((n for n in names if names.count(n) > 1), None):
        raise error(f"{where}: line {line}: two columns are called {shorten(twice)}; rename one, or take it out")
    return names


def _wrong_number(cells: list[str], columns: list[str], delimiter: str) -> str:
    """Return what is wrong with a row of more or fewer cells than columns, and how to mend it."""
    name, mark = DELIMITERS[delimiter], delimiter.replace("\t", "<tab>")
    cure = (
        f'a cell that contains a {name} needs quotes around it ("a{mark} b")'
        if len(cells) > len(columns)
        else f"write every cell, an empty one too, with a {name} between cells"
    )
    return f"has {len(cells)} cell{'s' * (len(cells) != 1)}, but there are {len(columns)} columns; {cure}"
