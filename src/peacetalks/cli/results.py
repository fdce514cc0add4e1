"""Where results go: to a file, or to standard output as JSON or for people."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from peacetalks.pages.files import Makers


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


def report_written(path: Path) -> None:
    """Say on stderr that a file was written."""
    print(f"Wrote {path}", file=sys.stderr)
