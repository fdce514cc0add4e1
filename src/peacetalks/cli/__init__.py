"""The command line: parse, call one function, show."""

from __future__ import annotations


def main() -> None:
    """Run the command line; the entry point `peacetalks`."""
    from peacetalks.cli.app import main as run

    run()
