"""The commands about one scenario's forecast: `forecast`, `explain`; and how good such forecasts were: `backtest`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from peacetalks.cli import options
from peacetalks.cli.archive import Save, check_save, save_forecast
from peacetalks.cli.results import check_output, deliver, report_written
from peacetalks.cli.solving import solving
from peacetalks.errors import SpecError
from peacetalks.forecasting.settings import BELIEF_POINTS, EXPLAINED_PERIODS

if TYPE_CHECKING:
    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.forecasting.jobs import Progress
    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.scenario.accounts import Account
    from peacetalks.scenario.scenario import Scenario


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (forecast, explain, backtest):
        app.command()(command)


ScenarioOrNone = Annotated[
    str | None, typer.Argument(help="A bundled scenario's name, or the path of a .toml file.", show_default=False)
]
Draws = Annotated[int, typer.Option(help="Draw the ranges this many times; shows 50% and 90% bands.")]
Details = Annotated[
    bool, typer.Option("--details", help="Also print every view and outcome by date, what they rest on, the settings.")
]
Drivers = Annotated[
    bool, typer.Option("--drivers", help="Also move each number by itself over its range: what the answer hangs on.")
]
WithAccounts = Annotated[
    bool, typer.Option("--accounts", help="Also forecast the scenario's rival accounts, and show them beside it.")
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Forecast with a change, as `whatif` takes it; may be given several times.",
        show_default=False,
    ),
]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV: period, view, level, outcome, probability.")]
Charts = Annotated[
    Path | None, typer.Option(help="Also write each chart as .svg and .png into this folder.", show_default=False)
]
Output = Annotated[Path | None, options.output(".html, .pdf or .docx (a brief), .txt, .png, .svg, .csv or .json")]


def forecast(
    scenario: ScenarioOrNone = None,
    conflict: options.ConflictName = None,
    as_of: options.ConflictDate = None,
    periods: options.Periods = None,
    changes: Changes = None,
    draws: Draws = 0,
    drivers: Drivers = False,
    accounts: WithAccounts = False,
    belief_points: options.BeliefPoints = BELIEF_POINTS,
    quick: options.Quick = False,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    certify: options.Certify = True,
    no_cache: options.NoCache = False,
    as_json: options.AsJson = False,
    timings: options.Timings = False,
    as_csv: AsCsv = False,
    details: Details = False,
    charts: Charts = None,
    save: Save = None,
    output: Output = None,
) -> None:
    """Forecast a scenario, or a conflict of the record: best estimate, model alone, past conflicts, terms."""
    from peacetalks.forecasting.quick import noted_outlook, with_reader_notes
    from peacetalks.pages import export, forecast_page, forecast_screen
    from peacetalks.pages.printable import printable
    from peacetalks.scenario.changes import parse_changes

    export.check(output, charts, [Path(scenario)] if scenario else [])
    check_save(save)
    rivals = rivals_of(scenario) if accounts else []
    found, notes = chosen(scenario, conflict, as_of)
    single = not (draws or drivers or accounts)  # one game, which is not cached
    with solving("Forecasting", jobs, cluster, no_cache or single, "steps") as run:
        o = noted_outlook(
            found,
            quick,
            belief_points,
            certify,
            periods=periods,
            draws=draws,
            progress=run.progress,
            jobs=run.jobs,
            answers=run.answers,
            changes=parse_changes(changes) if changes else None,
        )
        o = with_reader_notes(with_more(o, rivals, drivers, *run), notes)
    save_forecast(o, save)
    if charts is not None:
        report_written(charts, export.write_charts(o, charts))
    if as_csv and output is None:
        print(printable(forecast_page.csv(o)), end="")
    else:
        deliver(export.makers(o), lambda: forecast_screen.show(o, details=details), as_json, output)


def rivals_of(scenario: str | None) -> list[Account]:
    """Return the accounts beside a scenario's file; raise `SpecError` where there are none."""
    from peacetalks.scenario.accounts import accounts

    found = [] if scenario is None else accounts(scenario)
    if not found:
        raise SpecError(
            f"--accounts: {scenario or 'a conflict of the record'} has no rival accounts. Put account files into the "
            "folder `accounts` beside the scenario, or leave --accounts out"
        )
    return found


def with_more(
    o: Outlook, rivals: list[Account], drivers: bool, progress: Progress | None, jobs: int, answers: AnswerCache | None
) -> Outlook:
    """Return a forecast with that under rival accounts, if any, and with what drives it, where asked for."""
    from peacetalks.forecasting.drivers import drivers_of
    from peacetalks.questions.compare import under_accounts

    if rivals:
        o = replace(o, accounts=under_accounts(o, rivals, progress, jobs, answers))
    return replace(o, drivers=drivers_of(o, progress, jobs, answers)) if drivers else o


def chosen(scenario: str | None, conflict: str | None, as_of: str | None) -> tuple[Scenario, tuple[str, ...]]:
    """Return the scenario that is named, or that of a conflict of the record, and what a reader must know of it.

    That is written to stderr too.
    """
    from peacetalks.conflicts.fill import load
    from peacetalks.conflicts.from_record import record_scenario
    from peacetalks.pages.printable import printable
    from peacetalks.scenario.plausibility import reader_notes

    options.check_date_has_conflict(conflict, as_of)
    if (scenario is None) == (conflict is None):
        quotes = f"; quote a name of several words: --conflict {f'{conflict} {scenario}'!r}" if conflict else ""
        raise SpecError(
            f"give a scenario, or a conflict of the record with --conflict NAME (and --as-of DATE); not both{quotes}"
        )
    if conflict is not None:
        found, of_record = record_scenario(conflict, as_of)
    else:
        found, of_record = load(scenario or ""), ()
    notes = (*reader_notes(found), *of_record)
    for note in notes:
        print(printable(f"Warning: {note}"), file=sys.stderr)
    return found, notes


def explain(
    scenario: options.ScenarioName,
    periods: Annotated[int, typer.Option(help="Months over which paths are followed.")] = EXPLAINED_PERIODS,
    belief_points: options.BeliefPoints = BELIEF_POINTS,
    quick: options.Quick = False,
    as_json: options.AsJson = False,
    timings: options.Timings = False,
) -> None:
    """Explain a scenario's game: states, stages, strategies at the start, the most likely paths in words."""
    from peacetalks.conflicts.fill import load
    from peacetalks.forecasting.explain import explain as explanation_of
    from peacetalks.pages import explain_screen, files
    from peacetalks.pages.progress import progress

    found = load(scenario)
    points, note = options.belief_setting(found, belief_points, quick, periods)
    with progress("Solving the game"):
        e = replace(explanation_of(found, periods=periods, belief_points=points), grid_note=note)
    makers = {".json": lambda: files.json_text(e.to_dict())}
    deliver(makers, lambda: explain_screen.show(e), as_json, None)


Games = Annotated[
    Path | None,
    typer.Option(
        help="In place of scoring: solve every game of the case book anew, and write the table of their forecasts "
        "into this folder.",
        show_default=False,
    ),
]


def backtest(
    games: Games = None,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    no_cache: options.NoCache = False,
    as_json: options.AsJson = False,
    output: Annotated[Path | None, options.output(".html, .md, .svg, .png or .json")] = None,
) -> None:
    """Score forecasts made at past dates with what was known then: skill, calibration, the case book.

    The games behind the scores are solved once and come with the package; --games solves them anew.
    """
    from peacetalks import backtests
    from peacetalks.pages import backtest_page
    from peacetalks.pages.backtest_text import markdown
    from peacetalks.pages.progress import progress

    if games is not None:
        _solve_case_book(games, jobs, cluster, no_cache, as_json, output)
        return
    if jobs is not None or cluster is not None or no_cache:
        raise SpecError("backtest solves nothing: --jobs, --cluster and --no-cache go with --games FOLDER")
    check_output(output, backtest_page.SUFFIXES)
    with progress("Scoring past forecasts"):
        found = backtests.backtest()
    deliver(backtest_page.makers(found), lambda: print(markdown(found), end=""), as_json, output)


def _solve_case_book(
    folder: Path, jobs: int | None, cluster: str | None, no_cache: bool, as_json: bool, output: Path | None
) -> None:
    """Solve the games of the case book and write the table of their forecasts into a folder."""
    from peacetalks.backtests.remake import rebuild_cases

    if as_json or output is not None:
        raise SpecError("--games writes a table into its folder and shows nothing: leave --json and -o out")
    folder.mkdir(parents=True, exist_ok=True)
    with solving("Solving the case book", jobs, cluster, no_cache, "games") as run:
        paths = rebuild_cases(out_dir=folder, progress=run.progress, jobs=run.jobs, answers=run.answers)
    for path in paths:
        report_written(path)
