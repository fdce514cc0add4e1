"""The command line: parse, call one function, show.

One module a group of commands; `options` are shared by them, `results` is where results go, `app` puts them together.
"""

from __future__ import annotations

import sys


def main(argv: list[str] | None = None) -> None:
    """Run the command line with `argv`, or with the arguments of the process; the entry point `peacetalks`."""
    try:
        from peacetalks.cli.app import main as run
    except KeyboardInterrupt:
        print("Interrupted: nothing was written; the same command starts again.", file=sys.stderr)
        sys.exit(130)
    run(argv)


def __dir__() -> list[str]:
    return ["main"]
