"""A forecast on a terminal of 80 columns: outcome classes in every view, outcomes by date, terms and durations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from peacetalks.pages.best_text import headlines, shown_months
from peacetalks.pages.forecast_rows import best_rows, day_heads, forecast_rows
from peacetalks.pages.forecast_text import fact_lines, settings_line, view_lines
from peacetalks.pages.printable import styled
from peacetalks.pages.styles import BEST_ESTIMATE, END_STYLES, MODEL_ALONE, PAST_CONFLICTS, RowKind

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    out.print(styled(o.scenario.title, style="bold"))
    out.print(styled(f"as of {o.scenario.as_of}"))
    first, *rest = headlines(o)
    out.print(styled(first, style="bold"))
    for line in rest:
        out.print(styled(line))
    if rows := best_rows(o):
        out.print(_table(BEST_ESTIMATE, ["\n".join(h.rsplit(" ", 1)) for h in day_heads(o)], rows, 24, 10))
    behind = f"{MODEL_ALONE}, {PAST_CONFLICTS}"
    out.print(_table(behind, [f"{m} mo" for m in shown_months(o)], forecast_rows(o), 38, 7))
    if float(o.outcomes.max("period").min()) == 0:
        out.print(styled("- : the scenario holds no mechanism that leads there"))
    for line in view_lines(o):
        out.print(styled(line))
    out.print()
    for line in fact_lines(o):
        out.print(styled(line))
    out.print()
    out.print(styled(settings_line(o), style="dim"))


def _table(title: str, heads: Sequence[str], rows: Sequence[Row], wide: int, narrow: int) -> Table:
    """Return a table whose first column, `wide`, has the names of the rows, and the others, `narrow`, their cells."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    table.add_column(title, overflow="fold", width=wide, vertical="bottom")
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True, width=narrow)
    for row in rows:
        if row.kind is RowKind.END:
            table.add_section()
        depth = 1 if row.kind is RowKind.RANGE else 0 if row.kind is RowKind.BEST else row.kind.depth
        table.add_row(Padding(styled(row.name), (0, 0, 0, 2 * depth)), *row.cells, style=_style(row))
    return table


def _style(row: Row) -> str:
    return f"bold {END_STYLES[row.end]}" if row.kind is RowKind.END and row.end else row.kind.style
