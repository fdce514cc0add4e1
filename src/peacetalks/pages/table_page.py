"""A page of tables, as `compare`, `infer` and `audit` give it: on a terminal, as HTML, CSV, JSON and SVG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Column, Table

from peacetalks.pages import files, markup
from peacetalks.pages.printable import styled

if TYPE_CHECKING:
    from peacetalks.pages.styles import RowKind

Cells = tuple[str, ...]
SUFFIXES = (".html", ".csv", ".json")
HYPHENATED = {"settlement": "settle-\nment"}  # words of headings too long for a narrow column of numbers


@dataclass(frozen=True)
class Section:
    """A heading with a table and perhaps a chart; without rows it is not shown.

    Rows with `kinds` show forecast views, grouped by their first cell, the account.
    """

    title: str
    head: Cells = ()
    rows: tuple[Cells, ...] = ()
    text: str = ""
    svg: str = ""
    kinds: tuple[RowKind, ...] = ()  # [row], or none
    notes: tuple[str, ...] = ()  # below the table
    csv: tuple[Cells, ...] = ()  # heading and rows of a CSV file, where they differ from what is shown


@dataclass(frozen=True)
class Page:
    """What is printed or written."""

    title: str
    text: str
    sections: tuple[Section, ...]
    lead: tuple[str, ...] = ()  # what comes first


def show(page: Page, out: Console | None = None) -> None:
    """Print a page on a terminal of 80 columns."""
    out = out or Console()
    out.print(styled(page.title, style="bold"))
    for line in page.lead:
        out.print(styled(line, style="bold"))
    for s in page.sections:
        if not s.rows:
            continue
        out.print(_views_table(s) if s.kinds else _plain_table(s))
        for line in (s.text, *s.notes):
            if line:
                out.print(styled(line))


def _plain_table(s: Section) -> Table:
    columns = [Column(styled(h), overflow="fold") for h in s.head]
    table = Table(*columns, title=styled(s.title, "table.title"), title_justify="left")
    for row in s.rows:
        table.add_row(*map(styled, row))
    return table


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


def makers(page: Page, plain: dict[str, Any]) -> files.Makers:
    """Return what each suffix is written with: the page, its first table, its numbers, its first chart if any."""
    svg = next((s.svg for s in page.sections if s.svg), "")
    found: dict[str, Any] = {
        ".html": lambda: html(page),
        ".csv": lambda: csv(page.sections[0]),
        ".json": lambda: files.json_text(plain),
    }
    return found | ({".svg": lambda: svg} if svg else {})


def html(page: Page) -> str:
    """Return one self-contained page."""
    return markup.fill("tables", page=page)


def csv(section: Section) -> str:
    """Return a section's table as CSV."""
    return files.csv_text(section.csv or (section.head, *section.rows))
