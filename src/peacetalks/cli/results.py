"""Where results go: to a file, or to standard output as JSON or for people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from peacetalks.pages.files import Makers


def check_output(output: Path | None, suffixes: Iterable[str] | None, *used: str | Path | None) -> None:
    """Raise `PageError` where the file `output` cannot be written, so that nothing is computed in vain.

    It may have one of the `suffixes` (None: any), and is none of the files that the same command uses.
    """
    if output is not None:
        from peacetalks.pages import files

        files.check(output, suffixes, [Path(x) for x in used if x is not None])


def deliver(makers: Makers, show: Callable[[], None], as_json: bool, output: Path | None) -> None:
    """Write a result to the file `output`, or print it as JSON, or show it for people.

    `makers` returns the text for each suffix of a file; that of `.json` is printed too.
    """
    if output is not None:
        from peacetalks.pages import files

        files.write(output, makers)
        report_written(output)
    elif as_json:
        print(makers[".json"](), end="")
    else:
        show()


def report_written(path: Path, number: int | None = None) -> None:
    """Say on stderr that a file was written, or a number of files into a folder."""
    from peacetalks.pages.printable import printable

    what = path if number is None else f"{number} files into {path}"
    print(printable(f"Wrote {what}"), file=sys.stderr)
