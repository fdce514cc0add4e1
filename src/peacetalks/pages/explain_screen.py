"""The explanation of a scenario's game on a terminal of 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from peacetalks.forecasting.explain import SHOWN
from peacetalks.pages.cells import percent
from peacetalks.pages.forecast_rows import outcome_names
from peacetalks.pages.printable import styled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.forecasting.explain import Explanation, StrategySummary

STEPS = 6  # steps shown of a path


def show(e: Explanation, out: Console | None = None) -> None:
    """Print an explanation, as `explain` returns it; on standard output where `out` is left out."""
    out = out or Console()
    out.print(styled(e.scenario.title, style="bold"))
    out.print(styled(f"as of {e.scenario.as_of}; scenario {e.scenario.digest}; residual {e.residual:.1e}"))
    if e.grid_note:
        out.print(styled(e.grid_note, style="bold"))
    out.print(styled("\nStates", style="bold"))
    names = outcome_names(e.scenario)
    counts = ", ".join(f"{names[n]} {k}" for n, k in e.states.items())
    out.print(styled(f"{sum(e.states.values())} public states at the start of a period: {counts}."))
    out.print(styled(f"{e.nodes} nodes (a stage in a state) at {e.beliefs} public beliefs."))
    out.print(styled("\nStages of a period, in order", style="bold"))
    out.print(_stages(e))
    out.print(styled("Strategies at the start, at the prior", style="bold"))
    out.print(styled("what each type would do, should its turn come in the opening state", style="dim"))
    for group in _grouped(e.strategies):
        out.print(_strategy(group))
        out.print()
    out.print(styled("Most likely paths", style="bold"))
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right")
    for share, words in path_rows(e):
        grid.add_row(share, styled(words))
    out.print(grid)
    method = "Computed exactly by the forward pass, not simulated."
    seen = f"Over {e.periods} months, as seen at the end of each; durations are left out."
    out.print(styled(f"{seen} {method}", style="dim"))


def path_rows(e: Explanation) -> list[tuple[str, str]]:
    """Return the most likely paths as (probability, outcomes in words); the last rows are what remains."""
    names = outcome_names(e.scenario)
    rows = [(percent(p.probability), _path([names[n] for n in p.steps])) for p in e.paths[:SHOWN]]
    rest = [p.probability for p in e.paths[SHOWN:]]
    if rest:
        rows.append((percent(sum(rest)), f"{len(rest)} other paths"))
    if e.dropped > 0:
        rows.append((percent(e.dropped), "paths too rare to be followed to the end"))
    return rows


def _path(steps: list[str]) -> str:
    """Return the steps of a path in words.

    >>> _path(["talks"]), _path(["talks", "ceasefire"]), _path(list("abcdefgh"))
    ('talks, throughout', 'talks > ceasefire', 'a > b > c > d > e > ... (2 more) > h')
    """
    if len(steps) == 1:
        return f"{steps[0]}, throughout"
    if len(steps) > STEPS:
        steps = [*steps[: STEPS - 1], f"... ({len(steps) - STEPS} more)", steps[-1]]
    return " > ".join(steps)


def _stages(e: Explanation) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("stage", width=20)
    table.add_column("who moves", width=22)
    table.add_column("nodes", justify="right", width=6)
    table.add_column("moves", width=28)
    names = outcome_names(e.scenario)
    for i, s in enumerate(e.stages, 1):
        who = ", ".join("chance" if m == "nature" else m for m in s.movers) or "nobody (passed through)"
        moves = shortened(tuple(names.get(m, m) for m in s.moves))
        table.add_row(styled(f"{i} {s.name}"), styled(who), f"{s.nodes}", styled(moves))
    return table


def shortened(moves: tuple[str, ...]) -> str:
    """Return moves in a few words: all offers as one range.

    >>> shortened(("offer 0", "offer 0.5", "offer 1", "stall"))
    'offer 0 to 1 (3), stall'
    """
    offers = [m for m in moves if m.startswith("offer ")]
    rest = [m for m in moves if m not in offers]
    if len(offers) > 1:
        offers = [f"offer {offers[0][6:]} to {offers[-1][6:]} ({len(offers)})"]
    return ", ".join([*offers, *rest])


def _grouped(strategies: tuple[StrategySummary, ...]) -> list[list[StrategySummary]]:
    """Return strategies in tables: answers to the offers of one side together."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[StrategySummary]] = {}
    for s in strategies:
        moves = tuple(next(iter(s.moves.values())))
        key = (s.stage, s.player, moves if len(moves) == 2 else (*moves, s.situation))
        groups.setdefault(key, []).append(s)
    return list(groups.values())


def _strategy(group: list[StrategySummary]) -> Table:
    """Return the table of one player at one stage: a row per move, or per situation where the choice is yes or no."""
    first = group[0]
    moves, by_situation = list(next(iter(first.moves.values()))), len(group) > 1
    who = first.player
    if not by_situation and first.situation:
        who = first.situation if first.situation.startswith(who) else f"{who}, {first.situation}"
    table = Table(
        title=styled(f"{first.stage}: {who}", style="italic"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        show_edge=False,
    )
    table.add_column(styled(f"chance of: {moves[0]}" if by_situation else "move"), width=44)
    for each_type in first.moves:
        table.add_column(styled("" if each_type == "only" else each_type), justify="right")
    for name, chances in _choices(group, moves, by_situation):
        table.add_row(styled(name), *map(percent, chances))
    return table


def _choices(group: list[StrategySummary], moves: list[str], by_situation: bool) -> Iterator[tuple[str, list[float]]]:
    """Yield the rows of a strategy's table: a situation or a move, and its chance for each type."""
    if by_situation:
        for s in group:
            yield s.situation, [play[moves[0]] for play in s.moves.values()]
    else:
        for m in moves:
            yield m, [play[m] for play in group[0].moves.values()]
