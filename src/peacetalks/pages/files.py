"""Writing a page to a file: the suffix of the file's name says what is written."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from peacetalks.errors import PageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    Makers = Mapping[str, Callable[[], str]]  # suffix -> what returns the text


def check(path: Path, suffixes: Iterable[str]) -> None:
    """Raise `PageError` for a file that cannot be written, so that nothing is computed in vain.

    >>> from pathlib import Path
    >>> check(Path("report.pdf"), (".html", ".csv"))
    Traceback (most recent call last):
    peacetalks.errors.PageError: cannot write 'report.pdf': the suffix must be one of .html, .csv
    """
    if path.suffix not in suffixes:
        raise PageError(f"cannot write {path.name!r}: the suffix must be one of {', '.join(suffixes)}")
    if not path.resolve().parent.is_dir():
        raise PageError(f"cannot write {str(path)!r}: there is no folder {str(path.parent)!r}; make it first")


def write(path: Path, makers: Makers) -> None:
    """Write the text that belongs to the suffix of `path`; raise `PageError` for a suffix that no maker has."""
    check(path, makers)
    path.write_text(makers[path.suffix](), encoding="utf-8")


def json_text(plain: Any, finite: bool = False) -> str:
    """Return plain values as JSON; `finite` refuses numbers that JSON does not know."""
    return json.dumps(plain, indent=1, allow_nan=not finite) + "\n"


def csv_text(rows: Iterable[Iterable[Any]]) -> str:
    r"""Return rows as CSV.

    >>> csv_text([("period", "probability"), (1, 0.25)])
    'period,probability\n1,0.25\n'
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
