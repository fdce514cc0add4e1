"""The command line: parse, call one function, show.

One module a group of commands; `options` are shared by them, `results` is where results go, `app` puts them together.
"""

from __future__ import annotations


def main(argv: list[str] | None = None) -> None:
    """Run the command line with `argv`, or with the arguments of the process; the entry point `peacetalks`."""
    from peacetalks.cli.app import main as run

    run(argv)
