"""The commands about saved forecasts: `diff`, `score`, `history`; and saving one (`forecast --save`)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from peacetalks.forecasting.outlook import Outlook

Save = Annotated[
    Path | None,
    typer.Option("--save", help="Also save the forecast in this folder, for `diff`, `score` and `history`."),
]


def check_save(folder: Path | None) -> None:
    """Raise `ArchiveError` where a forecast could not be saved in a folder, before anything is computed."""
    from peacetalks.archive.folder import check_folder

    if folder is not None:
        check_folder(folder)


def save_forecast(o: Outlook, folder: Path | None) -> None:
    """Save a forecast where a folder is named, and say on stderr where."""
    from peacetalks.archive.folder import save
    from peacetalks.pages.printable import printable

    if folder is not None:
        print(printable(f"Saved the forecast in {save(o, folder)}"), file=sys.stderr)
