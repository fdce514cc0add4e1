"""A forecast on a terminal of 80 columns: the card, a table by date, in short; the details only where asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from peacetalks.pages.best_text import best_estimate_lines, why_line
from peacetalks.pages.card import card_of
from peacetalks.pages.forecast_rows import accuracy_rows, answer_rows, day_heads, forecast_rows, information_rows
from peacetalks.pages.forecast_text import fact_lines, past_conflict_lines, settings_line
from peacetalks.pages.printable import styled
from peacetalks.pages.shown import as_of_line, has_best, headline_month, shown_months, shown_view
from peacetalks.pages.styles import BEST_ESTIMATE, END_STYLES, MODEL_ALONE, PAST_CONFLICTS, RowKind
from peacetalks.pages.summary import in_short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.pages.card import Bar, Share
    from peacetalks.pages.forecast_rows import Row

WIDTH = 80
BLOCKS = {"peace": "█", "nowhere": "░", "more_conflict": "▓"}
LETTERS = {"peace": "#", "nowhere": ".", "more_conflict": "x"}  # where the terminal knows no blocks
MORE = (
    "More: --details prints the tables, the classes of past conflicts and the settings; -o page.html draws all of it."
)


def show(o: Outlook, out: Console | None = None, details: bool = False) -> None:
    """Print a forecast.

    Parameters
    ----------
    o
        The forecast, as `peacetalks.outlook` returns it.
    out
        Where to print; standard output if left out.
    details
        Also print what lies behind it: all views and outcomes by date, what they rest on, the settings.
    """
    out = out or Console()
    card = card_of(o)
    out.print(styled(o.scenario.title, style="bold"))
    out.print(styled(as_of_line(o.scenario)))
    out.print()
    out.print(styled(card.headline, style="bold"))
    for line in _bar_lines(card.bar, out):
        out.print(line)
    for line in (card.why, *card.notes):
        out.print(styled(line))
    out.print(_table(shown_view(o), ["\n".join(h.rsplit(" ", 1)) for h in day_heads(o)], answer_rows(o), 32, 8))
    out.print(styled(in_short(o)))
    out.print()
    if details:
        _show_details(o, out)
    else:
        out.print(styled(MORE, style="dim"))


def _bar_lines(bar: Bar, out: Console) -> Iterator[Text]:
    """Yield the bar as characters, and the 90% intervals below it; nothing where they are not known."""
    if not bar.shares:
        return
    symbols = BLOCKS if "utf" in out.encoding.lower() else LETTERS
    line = Text()
    for s, n in zip(bar.shares, _lengths(bar.shares), strict=True):
        line.append(symbols[s.end] * n, END_STYLES[s.end])
    yield line
    spans = (f"{symbols[s.end]} {s.name.lower()}" + (f" {s.span}" if s.span else "") for s in bar.shares)
    yield styled("  ".join(spans) + ("  (90%)" if bar.shares[0].interval else ""))


def _lengths(shares: Sequence[Share], width: int = WIDTH) -> list[int]:
    """Return how many characters each part of a bar takes; they fill the width, and one above nothing has one.

    >>> from peacetalks.pages.card import Share
    >>> _lengths([Share("", "", "", "", 0, p) for p in (0.2, 99.8, 0.0)], 10)
    [1, 9, 0]
    """
    out = [max(round(s.width * width / 100), 1 if s.width > 0 else 0) for s in shares]
    out[out.index(max(out))] += width - sum(out)
    return out


def _show_details(o: Outlook, out: Console) -> None:
    """Print what lies behind the forecast."""
    heads = [f"{m} mo" for m in shown_months(o)]
    rows = [*forecast_rows(o), *accuracy_rows(o)]
    out.print(_table(f"{MODEL_ALONE}, {PAST_CONFLICTS}", heads, rows, 38, 7))
    if float(o.outcomes.max("period").min()) == 0:
        out.print(styled("- : the scenario holds no mechanism that leads there"))
    out.print(_table("what private information changes", heads, information_rows(o), 38, 7))
    why = [why_line(o, headline_month(o))] if has_best(o) and o.pooled.adjusted else []
    parts = {
        BEST_ESTIMATE: [*why, *best_estimate_lines(o)],
        PAST_CONFLICTS: past_conflict_lines(o),
        MODEL_ALONE: fact_lines(o),
        "how this was computed": [settings_line(o)],
    }
    for title, lines in parts.items():
        out.print(styled(title, style="bold"))
        for line in lines:
            out.print(styled(line))
        out.print()


def _table(title: str, heads: Sequence[str], rows: Sequence[Row], wide: int, narrow: int) -> Table:
    """Return a table whose first column, up to `wide`, has the names of the rows, and the others, `narrow`, cells."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    table.add_column(title, overflow="fold", width=beside_cells(wide, narrow, len(heads)), vertical="bottom")
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True, width=narrow)
    for row in rows:
        if row.kind is RowKind.END:
            table.add_section()
        depth = 1 if row.kind is RowKind.RANGE else 0 if row.kind is RowKind.BEST else row.kind.depth
        table.add_row(Padding(styled(row.name), (0, 0, 0, 2 * depth)), *row.cells, style=_style(row))
    return table


def beside_cells(wide: int, narrow: int, number: int) -> int:
    """Return the width of a first column, up to `wide`, beside which cells that are `narrow` stand uncut.

    >>> beside_cells(38, 7, 5), beside_cells(38, 7, 6)
    (38, 30)
    """
    return min(wide, WIDTH - 2 - number * (narrow + 1))


def _style(row: Row) -> str:
    return f"bold {END_STYLES[row.end]}" if row.kind in (RowKind.END, RowKind.BEST) and row.end else row.kind.style
