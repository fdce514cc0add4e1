"""The command that estimates the mapping from record to scenario anew: `calibrate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from peacetalks.cli import options
from peacetalks.cli.solving import on_cluster


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(calibrate)


def calibrate(
    data: Annotated[Path | None, typer.Option("--data", help="Folder with the raw files of the record.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", help="Folder for the tables and the solved design; left out, the package's.")
    ] = None,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
) -> None:
    """Estimate the mapping from record to scenario on conflict-years, and write the tables of the calibration.

    With --data the tables of the record are made from the raw files first, and must be the committed ones.
    """
    from peacetalks.calibration.rebuild import calibrate as rebuild
    from peacetalks.forecasting.jobs import processes
    from peacetalks.pages.progress import progress

    with on_cluster(cluster, jobs), progress("Calibrating", "pieces") as bar:
        paths = rebuild(data, output, processes(jobs), report=bar.step)
    for path in paths:
        print(path)
