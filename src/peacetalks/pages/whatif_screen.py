"""A what-if on a terminal of 80 columns: the finding, the outcome classes before and after, terms and welfare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from peacetalks.pages.forecast_screen import beside_cells
from peacetalks.pages.printable import styled
from peacetalks.pages.styles import BEST_ESTIMATE, MODEL_ALONE
from peacetalks.pages.table_page import numbers_table
from peacetalks.pages.whatif_page import ERROR, INTERVAL, beside, classes, each
from peacetalks.pages.whatif_text import BEFORE, error_line, finding, leads
from peacetalks.scenario.dates import day_name

if TYPE_CHECKING:
    from peacetalks.forecasting.what_if_values import WhatIf
    from peacetalks.pages.table_page import Cells, Section

WIDE, NARROW = 27, 7  # characters of the names of outcome classes, and of cells


def show(w: WhatIf, out: Console | None = None) -> None:
    """Print a what-if; `out` is where, standard output if left out."""
    out = out or Console()
    out.print(styled(w.scenario.title, style="bold"))
    out.print(styled(f"What if, as of {day_name(w.as_of)}"))
    out.print(styled(finding(w), style="bold"))
    for line in leads(w):
        out.print(styled(line))
    out.print(_classes(classes(w, MODEL_ALONE if w.difference.best is None else BEST_ESTIMATE)))
    for section in (beside(w), *([each(w)] if w.each else [])):
        out.print(numbers_table(section))
    out.print(styled(error_line(w)))
    s = w.settings
    draws = f", {s['draws']} draws" if s["draws"] else ""
    digests = f"scenario {w.scenario.digest}, changed {w.made.scenario.digest}"
    out.print(styled(f"{s['belief_points']} belief points a side{draws}; {digests}.", style="dim"))


def _classes(s: Section) -> Table:
    """Return the outcome classes, each set apart; the error is said below for all of them."""
    rows = [part for row in s.rows if not row[0].endswith(ERROR) for part in _parts(row)]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    width = beside_cells(WIDE, NARROW, len(s.head) - 1)
    table.add_column(s.head[0], width=width, vertical="bottom")
    for head in s.head[1:]:
        table.add_column("\n".join(head.rsplit(" ", 1)), justify="right", no_wrap=True, width=NARROW)
    for i, row in enumerate(rows):
        first = row[0].endswith(BEFORE)
        if i and first:
            table.add_section()
        name = row[0] if first else f"  {row[0].rpartition(', ')[2]}"
        table.add_row(styled(name), *map(styled, row[1:]), style="bold" if first else "")
    return table


def _parts(row: Cells) -> list[Cells]:
    """Return a row, and one of intervals as two, since a column is narrow."""
    if not row[0].endswith(INTERVAL):
        return [row]
    pairs = [cell.split(" to ") if " to " in cell else [cell, cell] for cell in row[1:]]
    low, high = zip(*pairs, strict=True)
    return [(f"{row[0]}: from", *low), ("  to", *high)]
