"""The option `--version` of the program itself."""

from __future__ import annotations

from typing import Annotated

import typer

from peacetalks import __version__


def show(asked: bool) -> None:
    """Print the version and end, where it is asked for."""
    if asked:
        print(f"peacetalks {__version__}")
        raise typer.Exit


def options(
    version: Annotated[
        bool, typer.Option("--version", callback=show, is_eager=True, help="Print the version of the program.")
    ] = False,
) -> None:
    """What can we expect from these peace negotiations?"""
