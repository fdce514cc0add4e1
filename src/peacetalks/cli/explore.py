"""The commands that explore a scenario: `sweep` over a grid of values, `advise` on levers that somebody holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from peacetalks.cli import options
from peacetalks.cli.results import check_output, deliver
from peacetalks.cli.solving import solving
from peacetalks.forecasting.settings import BELIEF_POINTS


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (sweep, advise):
        app.command()(command)


Values = Annotated[
    list[str],
    typer.Argument(
        metavar="KEY=VALUES",
        help="From, to and how many: talks.walk=0.1:0.5:5; or a list: battlefield.front=0.4,0.5. Several are combined.",
        show_default=False,
    ),
]
PAIRED = 5  # as of `questions.advise`, which is slow to import


def sweep(
    scenario: options.ScenarioName,
    values: Values,
    periods: options.Periods = None,
    belief_points: options.BeliefPoints = BELIEF_POINTS,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    no_cache: options.NoCache = False,
    as_json: options.AsJson = False,
    timings: options.Timings = False,
    output: Annotated[Path | None, options.output(".csv, .parquet or .json")] = None,
) -> None:
    """Forecast a scenario at every combination of values of some of its entries, as one long table."""
    from peacetalks.conflicts.fill import load
    from peacetalks.forecasting.sweep import parse_grid
    from peacetalks.forecasting.sweep import sweep as forecasts
    from peacetalks.pages import sweep_screen

    check_output(output, sweep_screen.SUFFIXES, scenario)
    grid, found = parse_grid(values), load(scenario)
    with solving("Solving every combination", jobs, cluster, no_cache) as run:
        table = forecasts(found, grid, periods, belief_points, run.jobs, run.answers, run.progress)
    deliver(sweep_screen.makers(table), lambda: sweep_screen.show(table), as_json, output)


def advise(
    scenario: options.ScenarioName,
    holder: Annotated[
        str | None,
        typer.Option("--for", metavar="SIDE|mediator|outside", help="Whose levers; a side by number or name."),
    ] = None,
    account: options.Accounts = None,
    accounts: Annotated[bool, typer.Option(help="Compare the sign of each effect between the accounts.")] = True,
    pairs: Annotated[int, typer.Option(help="How many levers, the strongest, are moved in pairs too.")] = PAIRED,
    periods: options.Periods = None,
    belief_points: options.BeliefPoints = BELIEF_POINTS,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    no_cache: options.NoCache = False,
    as_json: options.AsJson = False,
    timings: options.Timings = False,
    output: options.PageFile = None,
) -> None:
    """What the model expects if levers were moved: of peace, of how long a truce holds, and of each side's payoff."""
    from peacetalks.conflicts.fill import load
    from peacetalks.pages import advise_page, table_page
    from peacetalks.questions.advise import advise as expectations
    from peacetalks.scenario.accounts import accounts as beside

    check_output(output, table_page.SUFFIXES, scenario, *(account or ()))
    found = load(scenario)
    rivals = beside(scenario, tuple(account or ())) if accounts else []
    with solving("Moving one lever at a time, then pairs", jobs, cluster, no_cache) as run:
        a = expectations(found, holder, rivals, periods, belief_points, pairs, *run)
    page = advise_page.advise_page(a)
    deliver(table_page.makers(page, a.to_dict()), lambda: advise_page.show(a), as_json, output)
