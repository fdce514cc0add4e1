"""The command `serve`: pages in a browser, on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from peacetalks.cli import interrupt


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(serve)


Folder = Annotated[
    Path | None,
    typer.Argument(help="A folder with scenario files of your own, and perhaps `archive`.", show_default=False),
]


def serve(
    folder: Folder = None,
    port: Annotated[int, typer.Option(help="Port; 0: any that is free.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to serve on; beyond this machine only with --read-only.")] = (
        "127.0.0.1"
    ),
    name: Annotated[
        list[str] | None, typer.Option(help="A further host name that browsers may use; may be given several times.")
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Save nothing: for an instance that others use.")
    ] = False,
    budget: Annotated[float, typer.Option(help="Seconds that one computation may take.")] = 900.0,
    solvers: Annotated[int, typer.Option(help="Users whose games are solved at once.")] = 1,
) -> None:
    """Serve pages on this machine: forecasts, what-ifs with sliders, accounts, the record, an editor."""
    from peacetalks.web import serve as run
    from peacetalks.web.settings import settings_for

    settings = settings_for(folder, host, port, tuple(name or ()), read_only, budget, solvers)
    interrupt.when_interrupted(lambda: "the server has ended; what was solved is in the cache.")
    run(settings)
