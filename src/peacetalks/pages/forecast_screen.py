"""A forecast on a terminal of 80 columns: outcome classes in every view, outcomes by date, terms and durations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from peacetalks.pages.forecast_rows import dates, forecast_rows
from peacetalks.pages.forecast_text import fact_lines, headlines, settings_line, view_lines
from peacetalks.pages.printable import styled
from peacetalks.pages.styles import BEST_ESTIMATE, END_STYLES, MODEL_ALONE, PAST_CONFLICTS, RowKind

if TYPE_CHECKING:
    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.pages.forecast_rows import Row


def show(o: Outlook, out: Console | None = None) -> None:
    """Print a forecast.

    Parameters
    ----------
    o
        The forecast, as `peacetalks.outlook` returns it.
    out
        Where to print; standard output if left out.
    """
    out = out or Console()
    views = f"the {MODEL_ALONE}, {PAST_CONFLICTS} beside it, and the {BEST_ESTIMATE} of both"
    out.print(styled(o.scenario.title, style="bold"))
    out.print(styled(f"as of {o.scenario.as_of}; {views}"))
    for line in headlines(o):
        out.print(styled(line))
    out.print(_table(o))
    if float(o.outcomes.max("period").min()) == 0:
        out.print(styled("- : the scenario holds no mechanism that leads there"))
    for line in view_lines(o):
        out.print(styled(line))
    out.print()
    for line in fact_lines(o):
        out.print(styled(line))
    out.print()
    out.print(styled(settings_line(o), style="dim"))


def _table(o: Outlook) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    table.add_column("probability", overflow="fold", width=38)
    for m in dates(o):
        table.add_column(f"{m} mo", justify="right", no_wrap=True, width=7)
    for row in forecast_rows(o):
        if row.kind is RowKind.END:
            table.add_section()
        table.add_row(Padding(styled(row.name), (0, 0, 0, 2 * row.kind.depth)), *row.cells, style=_style(row))
    return table


def _style(row: Row) -> str:
    return f"bold {END_STYLES[row.end]}" if row.kind is RowKind.END and row.end else row.kind.style
