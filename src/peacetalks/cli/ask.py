"""The command `ask`: questions with dates about a scenario, or a conflict of the record."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from peacetalks.cli import options
from peacetalks.cli.forecasts import chosen
from peacetalks.cli.results import check_output, deliver
from peacetalks.cli.solving import solving
from peacetalks.errors import QueryError
from peacetalks.forecasting.settings import BELIEF_POINTS, SEED


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(ask)


Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SCENARIO QUESTION",
        help="A scenario's name or file (not with --conflict), then questions, such as 'ceasefire by 2026-01-01'.",
        show_default=False,
    ),
]
Questions = Annotated[
    Path | None, typer.Option("--file", help="Questions from a .csv or .json file: id, question, date.")
]
Draws = Annotated[int, typer.Option(help="Draw the scenario's ranges this many times; the interval then holds them.")]


def ask(
    words: Words = None,
    file: Questions = None,
    conflict: options.ConflictName = None,
    as_of: options.ConflictDate = None,
    draws: Draws = 0,
    seed: options.Seed = SEED,
    belief_points: options.BeliefPoints = BELIEF_POINTS,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    no_cache: options.NoCache = False,
    as_json: options.AsJson = False,
    timings: options.Timings = False,
    output: Annotated[Path | None, options.output(".csv or .json")] = None,
) -> None:
    """Answer dated questions: best estimate, interval, model alone, past conflicts, what would count as yes.

    `by` asks whether something begins at any time up to a day, `on` whether it is in force that day: ceasefire by
    2026-01-01, peace deal signed by 2026-01-01, ceasefire in force on 2026-01-01, war ends within 90 days.
    """
    from peacetalks.pages import ask_page
    from peacetalks.pages.printable import printable
    from peacetalks.questions.ask import ask_all
    from peacetalks.questions.ask_file import read_questions

    given = list(words or ())
    scenario = given.pop(0) if given and conflict is None else None
    check_output(output, ask_page.SUFFIXES, scenario, file)
    questions = [*_whole(given), *(read_questions(file) if file is not None else [])]
    if not questions:
        first = " (the scenario comes first)" if " " in (scenario or "") else ""
        raise QueryError(
            f"no question{first}: write one after the scenario, such as 'ceasefire by 2026-01-01', or give --file "
            "QUESTIONS.csv"
        )
    found, notes = chosen(scenario, conflict, as_of)
    with solving("Answering", jobs, cluster, no_cache) as run:
        a = ask_all(found, questions, draws, seed, belief_points, *run)
    a = replace(a, answers=tuple(replace(each, notes=tuple(dict.fromkeys((*each.notes, *notes)))) for each in a))
    if len(a) or as_json or output is not None:
        deliver(ask_page.makers(a), lambda: ask_page.show(a), as_json, output)
    for line in ask_page.refusals(a):
        print(printable(line), file=sys.stderr)
    if a.refused:
        raise typer.Exit(QueryError.exit_code)


def _whole(asked: list[str]) -> list[str]:
    """Return questions as they are given; words without quotes around them are one question.

    >>> _whole(["ceasefire", "by", "2026-01-01"])
    ['ceasefire by 2026-01-01']
    """
    return [" ".join(asked)] if len(asked) > 1 and not any(" " in q for q in asked) else asked
