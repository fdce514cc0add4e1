"""The commands about rival readings: `compare`, `infer`, `audit`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from peacetalks.errors import SpecError

ScenarioArg = Annotated[str, typer.Argument(help="A bundled scenario's name, or the path of a .toml file.")]
Points = Annotated[int, typer.Option(help="Belief-grid points per side.")]
Jobs = Annotated[int | None, typer.Option(help="Processes that solve; default: the CPUs that may be used, at most 8.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Output = Annotated[Path | None, typer.Option("-o", help="Write a .html, .csv, .json (infer: also .svg) file.")]
Extra = Annotated[list[Path], typer.Option("--account", help="A further account's file; may be given several times.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (compare, infer, audit):
        app.command()(command)


def compare(
    scenario: ScenarioArg,
    account: Extra = [],
    dates: Annotated[str, typer.Option(help="Months compared, separated by commas.")] = "12,24",
    drivers: Annotated[bool, typer.Option(help="Split each difference over the account's entries.")] = True,
    belief_points: Points = 5,
    jobs: Jobs = None,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Set the accounts of a scenario side by side: ends, outcomes, terms, what differs and what drives it."""
    from peacetalks.forecasting.jobs import processes
    from peacetalks.pages import question_page as pages
    from peacetalks.questions import compare as comparison
    from peacetalks.scenario import accounts
    from peacetalks.scenario.scenario import load

    found = accounts.accounts(scenario, tuple(account))
    with pages.progress("Comparing") as bar:
        c = comparison.compare(load(scenario), found, _dates(dates), drivers, belief_points, bar, processes(jobs))
    _out(pages.comparison(c), c.to_dict(), as_json, output)


def infer(
    scenario: ScenarioArg,
    events: Annotated[
        Path | None, typer.Option(help="Event record (.toml or .csv); default: the scenario's own.")
    ] = None,
    acts: Annotated[
        Path | None, typer.Option(help="Table of acts; default: the scenario's own, or the shipped one.")
    ] = None,
    account: Extra = [],
    method: Annotated[str, typer.Option(help="Evidence over the ranges: sobol, nested or none.")] = "sobol",
    points: Annotated[int, typer.Option(help="Solves an account for sobol; most likelihoods for nested.")] = 16,
    dates: Annotated[str, typer.Option(help="Months of the updated forecast, separated by commas.")] = "12,24",
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 20250520,
    belief_points: Points = 5,
    jobs: Jobs = None,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """What a record of public acts says: beliefs after each event, accounts weighed, the forecast updated."""
    from peacetalks.forecasting.jobs import processes
    from peacetalks.pages import question_page as pages
    from peacetalks.questions import events as records
    from peacetalks.questions import infer as inference
    from peacetalks.scenario import accounts
    from peacetalks.scenario.scenario import load

    record, table = records.record(scenario, events), records.acts(scenario, acts)
    found = accounts.accounts(scenario, tuple(account))
    with pages.progress("Inferring") as bar:
        i = inference.infer(
            load(scenario),
            record,
            table,
            found,
            belief_points,
            method,
            points,
            _dates(dates),
            seed,
            bar,
            processes(jobs),
        )
    _out(pages.inference(i), i.to_dict(), as_json, output)


def audit(
    scenario: ScenarioArg,
    claims: Annotated[Path | None, typer.Option(help="Claims (.toml); default: the scenario's own.")] = None,
    account: Extra = [],
    draws: Annotated[int, typer.Option(help="Draws of the ranges for the intervals; 0: central values only.")] = 4,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 20250520,
    belief_points: Points = 5,
    jobs: Jobs = None,
    keep: Annotated[
        Path | None, typer.Option(help="Keep answers in this file as they come; a later run solves only what it lacks.")
    ] = None,
    claimreview: Annotated[Path | None, typer.Option(help="Also write schema.org ClaimReview (JSON-LD) here.")] = None,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Evaluate claims under every account: number, margin, interval over the ranges, verdict."""
    from peacetalks.errors import NoRecord
    from peacetalks.forecasting.jobs import processes
    from peacetalks.pages import question_page as pages
    from peacetalks.pages.claim_review import claim_review
    from peacetalks.questions import claims as claim
    from peacetalks.questions import events as records
    from peacetalks.scenario import accounts
    from peacetalks.scenario.scenario import load

    base, found = load(scenario), accounts.accounts(scenario, tuple(account))
    asked, table = claim.claims(scenario, claims), records.acts(scenario)
    try:
        record = records.record(scenario)
    except NoRecord:
        record = None
    with pages.progress("Auditing") as bar:
        a = claim.audit(base, asked, found, record, table, draws, belief_points, seed, bar, processes(jobs), keep)
    if claimreview is not None:
        claimreview.write_text(json.dumps(claim_review(a), indent=1), encoding="utf-8")
        print(f"Wrote {claimreview}", file=sys.stderr)
    _out(pages.audit(a), a.to_dict(), as_json, output)


def _dates(text: str) -> tuple[int, ...]:

    parts = [p.strip() for p in text.split(",")]
    if not all(p.isdigit() and int(p) >= 1 for p in parts) or [*map(int, parts)] != sorted(set(map(int, parts))):
        raise SpecError(f"--dates must be months >= 1 in ascending order, such as 12,24; got {text!r}")
    return tuple(map(int, parts))


def _out(page: Any, plain: dict[str, Any], as_json: bool, output: Path | None) -> None:
    from peacetalks.pages import question_page as pages

    if output is not None:
        pages.write(page, plain, output)
        print(f"Wrote {output}", file=sys.stderr)
    elif as_json:
        print(json.dumps(plain, indent=1))
    else:
        pages.show(page)
