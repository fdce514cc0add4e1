"""Writing a page to a file: the suffix of the file's name says what is written.

Files are checked before anything is computed, and written whole or not at all (`forecasting/whole_file.py`).
"""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING, Any

from peacetalks.errors import PageError
from peacetalks.forecasting.whole_file import check_replaceable, replace_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    Makers = Mapping[str, Callable[[], str | bytes]]  # suffix -> what returns the text, or the bytes of a picture


def check(path: Path, suffixes: Iterable[str] | None = None, others: Iterable[Path] = ()) -> None:
    """Raise `PageError` for a file that cannot be written, so that nothing is computed in vain.

    Parameters
    ----------
    path : Path
    suffixes : iterable of str, optional
        That the name may have; any, if left out.
    others : iterable of Path
        Files that the same command reads or writes, which it must not write over.

    Examples
    --------
    >>> from pathlib import Path
    >>> check(Path("report.pdf"), (".html", ".csv"))
    Traceback (most recent call last):
    peacetalks.errors.PageError: cannot write 'report.pdf': the suffix must be one of .html, .csv
    """
    if suffixes is not None and path.suffix not in suffixes:
        raise PageError(f"cannot write {path.name!r}: the suffix must be one of {', '.join(suffixes)}")
    try:
        if not path.resolve().parent.is_dir():
            raise PageError(f"cannot write {str(path)!r}: there is no folder {str(path.parent)!r}; make it first")
        for other in others:
            if other.resolve() == path.resolve():
                raise PageError(f"cannot write {str(path)!r}: this command uses that file already; give another name")
        check_replaceable(path)
    except (OSError, RuntimeError) as e:
        raise PageError(f"cannot write {str(path)!r}: {_reason(e)}; give another file or folder") from None


def check_folder(folder: Path) -> None:
    """Raise `PageError` for a folder that can neither be written into nor be made.

    Examples
    --------
    >>> from pathlib import Path
    >>> check_folder(Path("nowhere") / "charts")
    Traceback (most recent call last):
    peacetalks.errors.PageError: cannot write 'nowhere/charts': there is no folder 'nowhere'; make it first
    """
    if folder.exists() and not folder.is_dir():
        raise PageError(f"cannot write into {str(folder)!r}: it is a file, not a folder; give another name")
    check(folder / "chart.svg" if folder.is_dir() else folder)


def write(path: Path, makers: Makers) -> None:
    """Write what belongs to the suffix of `path`; raise `PageError` for a suffix that no maker has."""
    check(path, makers)
    made = makers[path.suffix]()
    if isinstance(made, bytes):
        write_bytes(path, made)
    else:
        write_text(path, made)


def write_text(path: Path, text: str) -> None:
    """Write a text to a file, whole or not at all; raise `PageError`, after which the old content stands."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write bytes to a file, whole or not at all; raise `PageError`, after which the old content stands."""
    try:
        replace_file(path, data)
    except (OSError, RuntimeError) as e:
        raise PageError(
            f"cannot write {str(path)!r}: {_reason(e)}; nothing was written, and what stood there before is unchanged"
        ) from None


def _reason(e: OSError | RuntimeError) -> str:
    return (e.strerror if isinstance(e, OSError) else None) or str(e)


def json_text(plain: Any, ensure_ascii: bool = True) -> str:
    r"""Return plain values as JSON; numbers that JSON does not know (NaN, Infinity) are null: they are not known.

    >>> json_text({"a": [float("nan"), 0.5]})
    '{\n "a": [\n  null,\n  0.5\n ]\n}\n'
    """
    return json.dumps(_known(plain), indent=1, allow_nan=False, ensure_ascii=ensure_ascii) + "\n"


def _known(value: Any) -> Any:
    """Return plain values with None for every number that is not finite."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {k: _known(v) for k, v in value.items()}
    return [_known(v) for v in value] if isinstance(value, list | tuple) else value


def csv_text(rows: Iterable[Iterable[Any]]) -> str:
    r"""Return rows as CSV.

    >>> csv_text([("period", "probability"), (1, 0.25)])
    'period,probability\n1,0.25\n'
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
