"""Each chart of a forecast as a file of its own, as SVG and as PNG."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from peacetalks.errors import PageError
from peacetalks.pages import files
from peacetalks.pages.markup import png_of_svg, svg_text
from peacetalks.scenario.dates import day_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.pages.forecast_charts import Plot

LETTERS = 84  # of a line below the heading


@dataclass(frozen=True)
class Picture:
    """A chart: its heading, what to see in it, and the SVG."""

    title: str
    caption: str
    svg: str


def plain_name(title: str) -> str:
    """Return the name of a file for a heading: lower case, without accents, words joined by hyphens.

    >>> plain_name("How long a truce holds"), plain_name("What is learnt about São Tomé: 50%?")
    ('how-long-a-truce-holds', 'what-is-learnt-about-sao-tome-50')
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def pictures(o: Outlook, small: bool = False) -> Iterator[Picture]:
    """Yield the charts of a forecast in the order of the page.

    They are drawn for a desk, each with its heading, its caption, the scenario and its date; or small, as for half a
    page, and without words that stand beside it there.
    """
    from peacetalks.pages.chart_parts import NARROW, styled  # Altair is slow to import
    from peacetalks.pages.forecast_charts import outcomes_plot, plots

    about = f"{o.scenario.title}; as of {day_name(o.as_of)}."
    for p in (*plots(o), outcomes_plot(o)):
        yield Picture(p.title, p.caption, svg_text(styled(p.draw(NARROW))) if small else svg_by_itself(p, about))


def svg_by_itself(p: Plot, about: str) -> str:
    """Return a chart as an SVG file with its heading, its caption, and what it is about."""
    import altair as alt

    from peacetalks.pages.chart_parts import WIDE, styled

    lines = [*textwrap.wrap(p.caption, LETTERS), *textwrap.wrap(about, LETTERS)]
    title = alt.Title(p.title, subtitle=lines, frame="bounds", subtitlePadding=6)
    return svg_text(styled(p.draw(WIDE).properties(title=title)))


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
