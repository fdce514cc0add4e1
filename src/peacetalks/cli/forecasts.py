"""The commands about one scenario's forecast: `forecast`, `explain`; and how good such forecasts were: `backtest`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from peacetalks.cli import options
from peacetalks.cli.results import cached_answers, deliver
from peacetalks.forecasting.settings import BELIEF_POINTS, EXPLAINED_PERIODS


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (forecast, explain, backtest):
        app.command()(command)


def forecast(
    scenario: options.ScenarioName,
    periods: Annotated[int | None, typer.Option(help="Months to forecast (36, or the scenario's own).")] = None,
    draws: Annotated[int, typer.Option(help="Draw the ranges this many times; shows 50% and 90% bands.")] = 0,
    belief_points: options.BeliefPoints = BELIEF_POINTS,
    jobs: options.Jobs = None,
    certify: options.Certify = True,
    no_cache: options.NoCache = False,
    as_json: options.AsJson = False,
    timings: options.Timings = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV: period, view, level, outcome, probability.")
    ] = False,
    output: Annotated[Path | None, options.output(".html, .svg, .csv or .json")] = None,
) -> None:
    """Forecast a scenario: the model alone, past conflicts and best estimate; every outcome, the terms."""
    from peacetalks.forecasting.jobs import processes
    from peacetalks.forecasting.outlook import outlook
    from peacetalks.pages import files, forecast_page, forecast_screen
    from peacetalks.pages.printable import printable
    from peacetalks.pages.progress import progress
    from peacetalks.scenario.scenario import load

    if output is not None:
        files.check(output, forecast_page.MAKERS, [Path(scenario)])
    found = load(scenario)
    with (
        cached_answers(no_cache or not draws) as answers,
        progress("Consulting past conflicts, solving the game") as bar,
    ):
        o = outlook(
            found,
            periods=periods,
            draws=draws,
            belief_points=belief_points,
            progress=bar,
            jobs=processes(jobs),
            answers=answers,
            certify=certify,
        )
    if as_csv and output is None:
        print(printable(forecast_page.csv(o)), end="")
    else:
        deliver(forecast_page.makers(o), lambda: forecast_screen.show(o), as_json, output)


def explain(
    scenario: options.ScenarioName,
    periods: Annotated[int, typer.Option(help="Months over which paths are followed.")] = EXPLAINED_PERIODS,
    belief_points: options.BeliefPoints = BELIEF_POINTS,
    as_json: options.AsJson = False,
    timings: options.Timings = False,
) -> None:
    """Explain a scenario's game: states, stages, strategies at the start, the most likely paths in words."""
    from peacetalks.forecasting.explain import explain as explanation_of
    from peacetalks.pages import explain_screen, files
    from peacetalks.pages.progress import progress
    from peacetalks.scenario.scenario import load

    found = load(scenario)
    with progress("Solving the game"):
        e = explanation_of(found, periods=periods, belief_points=belief_points)
    makers = {".json": lambda: files.json_text(e.to_dict())}
    deliver(makers, lambda: explain_screen.show(e), as_json, None)


def backtest(
    as_json: options.AsJson = False,
    output: Annotated[Path | None, options.output(".html, .md or .json")] = None,
) -> None:
    """Score forecasts made at past dates with what was known then: skill, calibration, the case book."""
    from peacetalks import backtests
    from peacetalks.pages import backtest_page, files
    from peacetalks.pages.backtest_text import markdown

    if output is not None:
        files.check(output, backtest_page.SUFFIXES)
    found = backtests.backtest()
    deliver(backtest_page.makers(found), lambda: print(markdown(found), end=""), as_json, output)
