"""Classic games on a terminal of 80 columns: the list of them, and one solved."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table

from peacetalks import catalog
from peacetalks.pages.catalog_text import (
    CLOSED,
    COMPUTED,
    KNOWN,
    accuracy,
    cells,
    changed,
    finding,
    mistakes,
    number,
    steps,
)
from peacetalks.pages.printable import styled
from peacetalks.pages.table_page import Section

if TYPE_CHECKING:
    from peacetalks.catalog.entry import Entry
    from peacetalks.questions.catalog_game import ClassicGame

WIDTH = 78


def show_list(out: Console | None = None) -> None:
    """Print every game with its sentence and source."""
    out = out or Console()
    for name in catalog.names():
        entry = catalog.entry(name)
        out.print(styled(f"{name}  {entry.source}", style="bold"))
        out.print(styled(textwrap.fill(entry.sentence, WIDTH, initial_indent="  ", subsequent_indent="  ")))
    out.print(styled("\nPlay with one: `peacetalks catalog NAME -o page.html`; `--set KEY=VALUE` changes a number."))


def show(g: ClassicGame, out: Console | None = None) -> None:
    """Print a classic game, solved."""
    out = out or Console()
    out.print(styled(f"{g.name}: {g.entry.source}", style="bold"))
    out.print(styled(g.entry.sentence))
    out.print(styled(finding(g), style="bold"))
    if g.changes:
        out.print(styled(f"With {changed(g)}."))
    for line in filter(None, (g.remark, accuracy(g))):
        out.print(styled(line))
    out.print()
    for section in sections(g):
        if section.rows:
            out.print(styled(section.title, style="bold"))
            out.print(_table(section))
            for note in section.notes:
                out.print(styled(note))
            out.print()
    for work in g.entry.references:
        out.print(styled(work, style="dim"))


def _table(s: Section) -> Table:
    """Return the table of a section: numbers to the right, words to the left."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    for i, head in enumerate(s.head):
        table.add_column(head, justify="right" if s.numbers and i else "left", overflow="fold")
    for row in s.rows:
        table.add_row(*map(styled, row))
    return table


def sections(g: ClassicGame) -> list[Section]:
    """Return the tables of a solved game: measures, mistakes, how it is played, values, parameters."""
    return [_measures(g), _mistakes(g), _path(g), _values(g), _ends(g), _parameters(g.entry, g.changes)]


def _measures(g: ClassicGame) -> Section:
    head, rows = ("", COMPUTED, KNOWN, CLOSED), [cells(m) for m in g.measured]
    if not g.informed:
        head, rows = (head[0], head[1], head[3]), [(a, b, d) for a, b, _, d in rows]
    return Section("What happens", head, tuple(rows), numbers=True)


def _mistakes(g: ClassicGame) -> Section:
    head = ("rationality", *(f"{level.rationality:g}" for level in g.levels))
    rows = []
    for i, m in enumerate(g.measured):
        found = [None if level.measured is None else level.measured[i] for level in g.levels]
        rows.append((m.measure.words, *(number(m.measure, x and x.computed) for x in found)))
        if m.known is not None:
            rows.append(("  the same, types known", *(number(m.measure, x and x.known) for x in found)))
    failed = tuple(f"At rationality {x.rationality:g} not solved: {x.reason}" for x in g.levels if not x.measured)
    notes = tuple(filter(None, (mistakes(g), *failed)))
    return Section("What noise does", head, tuple(rows) if g.levels else (), notes=notes, numbers=True)


def _path(g: ClassicGame) -> Section:
    rows = tuple(steps(g.path))
    if not any(types for _, types in rows):
        return Section("How it is played: the likeliest move at every step", ("move",), tuple((a,) for a, _ in rows))
    return Section("How it is played: the likeliest move at every step", ("move", "of each type"), rows)


def _values(g: ClassicGame) -> Section:
    rows = []
    for player, own in g.values.items():
        for kind, x in own.items():
            rows.append((player if len(own) == 1 else f"{player}, {kind}", f"{x:.3f}"))
    return Section("What each side expects at the start", ("side", "payoff"), tuple(rows), numbers=True)


def _ends(g: ClassicGame) -> Section:
    ranked = sorted(g.ends.items(), key=lambda item: -item[1])
    shown = tuple((name, f"{p:.1%}") for name, p in ranked)
    return Section("Where it ends", ("end", "chance"), shown if len(shown) > 1 else (), numbers=True)


def _parameters(entry: Entry, changes: dict[str, Any]) -> Section:
    rows = []
    for p in entry.parameters:
        span = ", ".join(map(str, p.choices)) or f"{p.low:g} to {p.high:g}"
        at = changes.get(p.key, entry.default(p.key))
        rows.append((p.key, p.words, f"{at:.4g}" if isinstance(at, float) else str(at), span))
    fixed = ", ".join(f"{key} = {value}" for key, value in entry.settings.items())
    notes = (f"Sizes of grids: {fixed}; --set changes them too.",) if fixed else ()
    return Section("Parameters", ("key", "what it is", "here", "range"), tuple(rows), notes=notes)
