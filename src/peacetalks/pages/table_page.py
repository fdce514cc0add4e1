"""A page of tables, as `compare`, `infer` and `audit` give it: on a terminal, as HTML, CSV, JSON and SVG."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Column, Table

from peacetalks.errors import PageError
from peacetalks.pages import files, markup
from peacetalks.pages.export_charts import svg_by_itself
from peacetalks.pages.printable import styled

if TYPE_CHECKING:
    from peacetalks.pages.forecast_charts import Drawing, Plot
    from peacetalks.pages.styles import RowKind

Cells = tuple[str, ...]
SUFFIXES = (".html", ".csv", ".json", ".svg", ".png")
FOOTER = "A model's view under stated judgements, not an oracle. Accounts and claims are quoted, not asserted."
WIDTH, NAMES = 80, 16  # characters of a terminal; of the names of rows, at least
FEW, KEY = 4, 13  # columns in which paths stand whole; characters of a path in others
KEYS = re.compile(r"[\w-]+(?:\.[\w*-]+)+")  # paths of entries of a scenario
HYPHENATED = {"settlement": "settle-\nment"}  # words of headings too long for a narrow column of numbers


@dataclass(frozen=True)
class Section:
    """A heading with a table, a chart or both; without rows it is not shown on a terminal.

    Rows with `kinds` show forecast views, grouped by their first cell, the account.
    """

    title: str
    head: Cells = ()
    rows: tuple[Cells, ...] = ()
    text: str = ""
    plot: Plot | None = None  # drawn when a page is written
    kinds: tuple[RowKind, ...] = ()  # [row], or none
    notes: tuple[str, ...] = ()  # below the table
    csv: tuple[Cells, ...] = ()  # heading and rows of a CSV file, where they differ from what is shown
    folded: bool = False  # on a page: shown when it is opened
    half: bool = False  # on a page: beside another one
    numbers: bool = False  # all cells but the first of a row are numbers


@dataclass(frozen=True)
class Page:
    """What is printed or written."""

    title: str
    text: str
    sections: tuple[Section, ...]
    lead: tuple[str, ...] = ()  # what follows the finding
    finding: str = ""  # what comes first: one sentence
    subtitle: str = ""
    footer: str = FOOTER


@dataclass(frozen=True)
class DrawnSection:
    """A section as the template `tables` shows it: with its chart drawn, if it has one."""

    section: Section
    drawing: Drawing | None


def noted(page: Page, note: str) -> Page:
    """Return a page with a note after its finding; as it is where the note is empty."""
    return replace(page, lead=(*page.lead, note)) if note else page


def show(page: Page, out: Console | None = None, details: bool = True) -> None:
    """Print a page on a terminal of 80 columns; without `details` folded sections are only named."""
    out = out or Console()
    out.print(styled(page.title, style="bold"))
    for line in filter(None, (page.finding, *page.lead)):
        out.print(styled(line, style="bold"))
    shown = [s for s in page.sections if s.rows]
    for s in shown:
        if s.folded and not details:
            continue
        out.print()
        out.print(_views_table(s) if s.kinds else _plain_table(s))
        for line in (s.text, *s.notes):
            if line:
                out.print(styled(line))
    folded = [f"{s.title[0].lower()}{s.title[1:]}" for s in shown if s.folded]
    if folded and not details:
        out.print()
        out.print(styled(f"More with --details, or in the page (-o page.html): {'; '.join(folded)}.", style="dim"))


def _plain_table(s: Section) -> Table:
    columns = [Column(styled(h), overflow="fold") for h in s.head]
    table = Table(*columns, title=styled(s.title, "table.title"), title_justify="left")
    for first, *row in s.rows:
        table.add_row(styled(broken_key(first) if len(s.head) > FEW else first), *map(styled, row))
    return table


def broken_key(text: str) -> str:
    """Return the path of an entry broken after dots, for a narrow column; another text as it is.

    >>> broken_key("conflict.coded_later"), broken_key("sides.1.war_cost"), broken_key("no path. At all")
    ('conflict.\\ncoded_later', 'sides.1.\\nwar_cost', 'no path. At all')
    """
    if len(text) <= KEY or not KEYS.fullmatch(text):
        return text
    lines = [""]
    for part in re.findall(r"[^.]+\.?", text):
        if lines[-1] and len(lines[-1] + part) > KEY:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _views_table(s: Section) -> Table:
    """Return a table of views: each account's name on a line of its own, one word of a heading a line."""
    heads = ["\n".join(HYPHENATED.get(word, word) for word in h.split(" ")) for h in s.head[1:]]
    columns = [Column(styled(h), overflow="fold", vertical="bottom") for h in heads]
    title = styled(s.title, "table.title")
    table = Table(*columns, title=title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, padding=0)
    for k, (account, *cells) in enumerate(s.rows):
        if not k or account != s.rows[k - 1][0]:
            if k:
                table.add_section()
            table.add_row(styled(account, style="bold"))
        table.add_row(*map(styled, cells), style=s.kinds[k].style)
    return table


def numbers_table(s: Section) -> Table:
    """Return the table of a section with its numbers to the right, for a terminal of 80 columns."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), title=styled(s.title), title_justify="left")
    widths = _widths(s)
    for i, (head, width) in enumerate(zip(s.head, widths, strict=True)):
        side = "left" if i == 0 or head == "note" else "right"
        table.add_column(head, justify=side, overflow="fold", width=width)
    for row in s.rows:
        table.add_row(*map(styled, row))
    return table


def _widths(s: Section) -> list[int | None]:
    """Return the widths of columns where all do not fit: headings break between words, the first column has the rest.

    None, for a width that is left open, where all fit, or where the first column would be too narrow even so.

    >>> long = "ceasefires that are asked for are agreed to more readily by both sides"
    >>> _widths(Section("", ("if", "peace, best estimate"), ((long, "+1.8"),)))
    [67, 8]
    >>> _widths(Section("", ("if", "peace"), (("offers are made", "+1.8"),)))
    [None, None]
    """
    columns = list(zip(s.head, *s.rows, strict=True))
    lines = [[len(line) for text in column for line in text.split("\n")] for column in columns]
    free = WIDTH - 2 - 3 * (len(columns) - 1)
    if sum(map(max, lines)) <= free:
        return [None] * len(columns)
    cells = [max(map(len, (*head.split(), *rest)), default=0) for head, *rest in columns[1:]]
    left = min(free - sum(cells), max(lines[0]))
    return [left, *cells] if left >= min(NAMES, max(lines[0])) else [None] * len(columns)


def makers(page: Page, plain: dict[str, Any]) -> files.Makers:
    """Return what each suffix is written with: the page, its first table, its numbers with the finding, its chart."""
    return {
        ".html": lambda: html(page),
        ".csv": lambda: csv(page),
        ".json": lambda: files.json_text({"finding": page.finding, **plain}),
        ".svg": lambda: svg(page),
        ".png": lambda: png(page),
    }


def html(page: Page) -> str:
    """Return one self-contained page."""
    return markup.fill("tables", **values(page))


def values(page: Page) -> dict[str, Any]:
    """Return what the template `tables` shows of a page: its sections with their charts drawn, folded ones apart."""
    from peacetalks.pages.forecast_charts import drawing  # Altair is slow to import

    drawn = [DrawnSection(s, drawing(s.plot, i) if s.plot else None) for i, s in enumerate(page.sections, 1)]
    shown = [d for d in drawn if d.section.rows or d.drawing]
    return {
        "page": page,
        "first": [d for d in shown if not d.section.folded],
        "folded": [d for d in shown if d.section.folded],
    }


def svg(page: Page) -> str:
    """Return the first chart of a page as an SVG file; raise `PageError` where it has none."""
    for s in page.sections:
        if s.plot:
            return svg_by_itself(s.plot, f"{page.title}. {page.subtitle}".rstrip())
    raise PageError("this page has no chart; write .html, .csv or .json")


def png(page: Page) -> bytes:
    """Return the first chart of a page as a PNG."""
    return markup.png_of_svg(svg(page))


def csv(page: Page) -> str:
    """Return the main table of a page as CSV: the first that is meant for it, else the first."""
    s = next((s for s in page.sections if s.csv), None) or next(s for s in page.sections if s.rows)
    return files.csv_text(s.csv or (s.head, *s.rows))
