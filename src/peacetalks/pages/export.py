"""What a forecast can be written as: each suffix of a file's name, and what it needs.

`.pdf` and `.docx` are a brief of one page and need the extra `report`; whether it is installed is checked before
anything is computed.
"""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from peacetalks.errors import PageError
from peacetalks.pages import files, forecast_page
from peacetalks.pages.export_charts import write_charts
from peacetalks.pages.markup import png_of_svg
from peacetalks.pages.summary import summary_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from peacetalks.forecasting.outlook import Outlook

__all__ = ["MAKERS", "check", "makers", "write_charts"]
NEEDED = {
    ".pdf": ("typst", "typst"),
    ".docx": ("docx", "python-docx"),
}  # module, package


def png(o: Outlook) -> bytes:
    """Return all charts, one below the other, as a PNG."""
    return png_of_svg(forecast_page.svg(o))


def pdf(o: Outlook) -> bytes:
    """Return the brief as a PDF of one page (extra `report`)."""
    from peacetalks.pages import brief, brief_pdf

    return brief_pdf.pdf(brief.brief(o))


def docx(o: Outlook) -> bytes:
    """Return the brief as a DOCX (extra `report`)."""
    from peacetalks.pages import brief, brief_docx

    return brief_docx.docx(brief.brief(o))


MAKERS: dict[str, Callable[[Outlook], str | bytes]] = {
    **forecast_page.MAKERS,
    ".txt": summary_text,
    ".png": png,
    ".pdf": pdf,
    ".docx": docx,
}


def check(path: Path | None, charts: Path | None = None, others: Iterable[Path] = ()) -> None:
    """Raise `PageError` for a file or a folder of charts that cannot be written, so that nothing is computed in vain.

    As `files.check`, and for a suffix that needs an extra which is not installed.
    """
    if path is not None:
        files.check(path, MAKERS, others)
        module, name = NEEDED.get(path.suffix, ("", ""))
        if module and find_spec(module) is None:
            raise PageError(
                f"cannot write {path.name!r}: that takes {name}, which is not installed; install it with "
                "`pip install 'peacetalks[report]'`, or write a .html file and print it"
            )
    if charts is not None:
        files.check_folder(charts)


def makers(o: Outlook) -> files.Makers:
    """Return what each suffix of a file would be written with."""
    return {suffix: partial(make, o) for suffix, make in MAKERS.items()}
