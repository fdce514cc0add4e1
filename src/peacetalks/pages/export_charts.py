"""Each chart of a forecast as a file of its own, as SVG and as PNG, and any SVG as PNG."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from peacetalks.errors import PageError
from peacetalks.pages import files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from peacetalks.forecasting.outlook import Outlook

SCALE = 2.0  # pixels of a PNG per pixel of the page


@dataclass(frozen=True)
class Picture:
    """A chart: its heading, what to see in it, and the SVG."""

    title: str
    caption: str
    svg: str


def png_of_svg(svg: str, scale: float = SCALE) -> bytes:
    """Return an SVG file as PNG, drawn without a network; raise `PageError` where it is too large to be drawn."""
    import vl_convert

    return vl_convert.svg_to_png(svg, scale=scale)


def plain_name(title: str) -> str:
    """Return the name of a file for a heading: lower case, without accents, words joined by hyphens.

    >>> plain_name("What is learnt about each side"), plain_name("Settled: 50%?")
    ('what-is-learnt-about-each-side', 'settled-50')
    """
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def pictures(o: Outlook) -> Iterator[Picture]:
    """Yield the charts of a forecast in the order of the page, drawn for a desk."""
    from peacetalks.pages.chart_parts import WIDE, styled  # Altair is slow to import
    from peacetalks.pages.forecast_charts import CHARTS
    from peacetalks.pages.markup import svg_text

    for title, caption, draw in CHARTS:
        yield Picture(title, caption, svg_text(styled(draw(o, WIDE))))


def write_charts(o: Outlook, folder: Path) -> int:
    """Write each chart as `1-NAME.svg`, `1-NAME.png` and so on into a folder; return how many files were written.

    The folder is made where it does not exist; files of these names are written over, others stay.
    """
    files.check_folder(folder)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as e:
        raise PageError(f"cannot make the folder {str(folder)!r}: {e.strerror}; give another name") from None
    written = 0
    for i, picture in enumerate(pictures(o), 1):
        makers: files.Makers = {".svg": lambda p=picture: p.svg, ".png": lambda p=picture: png_of_svg(p.svg)}
        for suffix in makers:
            files.write(folder / f"{i}-{plain_name(picture.title)}{suffix}", makers)
            written += 1
    return written
