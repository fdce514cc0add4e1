"""An `Explanation` on a terminal of 80 columns."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from peacetalks.forecasting.explain import SHOWN, Explanation, StrategyTold
from peacetalks.pages.screen import outcome_names, percent

STEPS = 6  # steps told of a path


def show(e: Explanation, out: Console | None = None) -> None:
    """Print the explanation."""
    out = out or Console()
    out.print(Text(e.scenario.title, style="bold"))
    out.print(Text(f"as of {e.scenario.as_of}; scenario {e.scenario.digest}; residual {e.residual:.1e}"))
    out.print(Text("\nStates", style="bold"))
    names = outcome_names(e.scenario)
    counts = ", ".join(f"{names[n]} {k}" for n, k in e.states.items())
    out.print(Text(f"{sum(e.states.values())} public states at the start of a period: {counts}."))
    out.print(Text(f"{e.nodes} nodes (a stage in a state) at {e.beliefs} public beliefs."))
    out.print(Text("\nStages of a period, in order", style="bold"))
    out.print(_stages(e))
    out.print(Text("Strategies at the start, at the prior", style="bold"))
    out.print(Text("what each type would do, should its turn come in the opening state", style="dim"))
    for group in _grouped(e.strategies):
        out.print(_strategy(group))
        out.print()
    out.print(Text("Most likely paths", style="bold"))
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right")
    for share, words in path_rows(e):
        grid.add_row(share, Text(words))
    out.print(grid)
    out.print(
        Text(
            f"Over {e.periods} months, as seen at the end of each; durations are left out. Computed exactly by the "
            "forward pass, not simulated.",
            style="dim",
        )
    )


def path_rows(e: Explanation) -> list[tuple[str, str]]:
    """Return the most likely paths in words, each with its probability; the last rows are what is left."""
    names, out = outcome_names(e.scenario), []
    for p in e.paths[:SHOWN]:
        steps = [names[n] for n in p.steps]
        told = steps if len(steps) <= STEPS else [*steps[: STEPS - 1], f"... ({len(steps) - STEPS} more)", steps[-1]]
        out.append((percent(p.probability), f"{told[0]}, throughout" if len(told) == 1 else " > ".join(told)))
    rest = [p.probability for p in e.paths[SHOWN:]]
    if rest:
        out.append((percent(sum(rest)), f"{len(rest)} other paths"))
    if e.dropped > 0:
        out.append((percent(e.dropped), "paths too rare to be followed to the end"))
    return out


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
        table.add_row(Text(f"{i} {s.name}"), Text(who), f"{s.nodes}", Text(moves))
    return table


def shortened(moves: tuple[str, ...]) -> str:
    """Return moves in a few words: offers told once.

    >>> shortened(("offer 0", "offer 0.5", "offer 1", "stall"))
    'offer 0 to 1 (3), stall'
    """
    offers = [m for m in moves if m.startswith("offer ")]
    rest = [m for m in moves if m not in offers]
    told = [f"offer {offers[0][6:]} to {offers[-1][6:]} ({len(offers)})"] if len(offers) > 1 else offers
    return ", ".join([*told, *rest])


def _grouped(strategies: tuple[StrategyTold, ...]) -> list[list[StrategyTold]]:
    """Return strategies in tables: answers to the offers of one side together."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[StrategyTold]] = {}
    for s in strategies:
        moves = tuple(next(iter(s.moves.values())))
        key = (s.stage, s.player, moves if len(moves) == 2 else (*moves, s.situation))
        groups.setdefault(key, []).append(s)
    return list(groups.values())


def _strategy(group: list[StrategyTold]) -> Table:
    """Return the table of one player at one stage: a row per move, or per situation where the choice is yes or no."""
    first = group[0]
    kinds = list(first.moves)
    who = first.player
    if len(group) == 1 and first.situation:
        who = first.situation if first.situation.startswith(who) else f"{who}, {first.situation}"
    title = Text(f"{first.stage}: {who}", style="italic")
    table = Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False
    )
    moves = list(next(iter(first.moves.values())))
    by_situation = len(group) > 1
    table.add_column(f"chance of: {moves[0]}" if by_situation else "move", width=44)
    for kind in kinds:
        table.add_column("" if kind == "only" else kind, justify="right")
    if by_situation:
        for s in group:
            table.add_row(Text(s.situation), *[percent(s.moves[k][moves[0]]) for k in kinds])
        return table
    for m in moves:
        table.add_row(Text(m), *[percent(first.moves[k][m]) for k in kinds])
    return table
