"""The commands about changes of a scenario: `whatif`, and `drivers` that changes one number at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from peacetalks.cli import options
from peacetalks.cli.results import check_output, deliver
from peacetalks.cli.solving import solving
from peacetalks.forecasting.settings import BELIEF_POINTS, SEED


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (whatif, drivers):
        app.command()(command)


Changes = Annotated[
    list[str],
    typer.Argument(
        metavar="KEY=VALUE",
        help="As in a file: talks.walk=0.2, talks.open=off; rent=off takes a mechanism out, "
        "sides.2.war_cost*=1.5 and talks.offer+=0.1 change a number by so much.",
        show_default=False,
    ),
]


def whatif(
    scenario: options.ScenarioName,
    changes: Changes,
    periods: options.Periods = None,
    draws: Annotated[int, typer.Option(help="Draw the ranges this many times, the same before and after.")] = 0,
    belief_points: options.BeliefPoints = BELIEF_POINTS,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    no_cache: options.NoCache = False,
    as_json: options.AsJson = False,
    timings: options.Timings = False,
    output: options.PageFile = None,
) -> None:
    """What changes of a scenario do to its forecast: before, after, difference; each by itself where several."""
    from peacetalks.conflicts.fill import load
    from peacetalks.forecasting.what_if_forecast import whatif as forecast_with
    from peacetalks.pages import table_page, whatif_screen
    from peacetalks.pages.whatif_page import whatif_page
    from peacetalks.scenario.changes import parse_changes

    check_output(output, table_page.SUFFIXES, scenario)
    change, found = parse_changes(changes), load(scenario)
    with solving("Solving the game before and after", jobs, cluster, no_cache) as run:
        w = forecast_with(found, change, periods, draws, belief_points, *run)
    page = whatif_page(w)
    deliver(table_page.makers(page, w.to_dict()), lambda: whatif_screen.show(w), as_json, output)


def drivers(
    scenario: options.ScenarioName,
    periods: options.Periods = None,
    draws: Annotated[
        int, typer.Option(help="Also say where the answer comes from, from so many draws of all ranges; 128 are usual.")
    ] = 0,
    seed: options.Seed = SEED,
    belief_points: options.BeliefPoints = BELIEF_POINTS,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    no_cache: options.NoCache = False,
    as_json: options.AsJson = False,
    timings: options.Timings = False,
    output: options.PageFile = None,
) -> None:
    """What drives a forecast: each number by itself over its range, the largest effect on peace first."""
    from peacetalks.conflicts.fill import load
    from peacetalks.forecasting.axes import ranges
    from peacetalks.forecasting.changed import as_written
    from peacetalks.forecasting.drivers import drivers_of
    from peacetalks.forecasting.emulator import check_draws
    from peacetalks.forecasting.outlook import outlook
    from peacetalks.pages import table_page
    from peacetalks.pages.drivers_page import drivers_page, plain, show

    check_output(output, table_page.SUFFIXES, scenario)
    found = load(scenario)
    if draws:
        check_draws(draws, seed, sum(1 for _ in ranges(as_written(found))))
    with solving("Moving one number at a time over its range", jobs, cluster, no_cache) as run:
        o = outlook(found, periods, belief_points=belief_points, certify=False)
        o = replace(o, drivers=drivers_of(o, *run, draws, seed))
    page = drivers_page(o)
    deliver(table_page.makers(page, plain(o)), lambda: show(o), as_json, output)
