"""The option `--version` of the program itself."""

from __future__ import annotations

from typing import Annotated

import typer


def show(asked: bool) -> None:
    """Print the version and end, where it is asked for."""
    if asked:
        from importlib.metadata import version

        print(f"peacetalks {version('peacetalks')}")
        raise typer.Exit


def options(
    version: Annotated[
        bool, typer.Option("--version", callback=show, is_eager=True, help="Print the version of the program.")
    ] = False,
) -> None:
    """What can we expect from these peace negotiations?"""
