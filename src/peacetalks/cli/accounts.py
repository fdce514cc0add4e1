"""The commands about rival accounts of a conflict: `compare`, `infer`, `audit`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from peacetalks.cli import options
from peacetalks.cli.results import check_output, deliver, report_written
from peacetalks.cli.solving import solving
from peacetalks.errors import NoRecord
from peacetalks.forecasting.settings import AUDIT_DRAWS, BELIEF_POINTS, DATES, EVIDENCE_POINTS, PERIODS, SEED

if TYPE_CHECKING:
    from peacetalks.pages.table_page import Page
    from peacetalks.questions.claims import Audit
    from peacetalks.questions.compare import Comparison
    from peacetalks.questions.infer import Inference


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (compare, infer, audit):
        app.command()(command)


Details = Annotated[bool, typer.Option("--details", help="Also print the tables that a page folds.")]
AuditDraws = Annotated[int, typer.Option(help="Draws of the ranges for the intervals; 0: central values only.")]
Events = Annotated[Path | None, typer.Option(help="Event record (.toml or .csv); default: the scenario's own.")]
ActsTable = Annotated[Path | None, typer.Option(help="Table of acts; default: the scenario's own, or the shipped one.")]
Keep = Annotated[
    Path | None,
    typer.Option(help="Keep answers in this file too, as they come; a later run solves only what is missing."),
]


def compare(
    scenario: options.ScenarioName,
    account: options.Accounts = None,
    dates: Annotated[str, typer.Option(help="Months or dates compared, separated by commas.")] = options.joined(DATES),
    drivers: Annotated[bool, typer.Option(help="Split each difference over the account's entries.")] = True,
    belief_points: options.BeliefPoints = BELIEF_POINTS,
    quick: options.Quick = False,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    no_cache: options.NoCache = False,
    details: Details = False,
    as_json: options.AsJson = False,
    timings: options.Timings = False,
    output: options.PageFile = None,
) -> None:
    """Set the accounts of a scenario side by side: outcomes, terms, what differs and what drives it."""
    from peacetalks.conflicts.fill import load
    from peacetalks.pages import table_page
    from peacetalks.pages.compare_page import compare_page
    from peacetalks.questions.compare import compare as comparison_of
    from peacetalks.scenario.accounts import accounts

    check_output(output, table_page.SUFFIXES, scenario, *(account or ()))
    base, found = load(scenario), accounts(scenario, tuple(account or ()))
    months = options.ascending_months(dates, base.as_of)
    beliefs, note = options.belief_setting(base, belief_points, quick, months[-1])
    with solving("Comparing", jobs, cluster, no_cache) as run:
        c = comparison_of(base, found, months, drivers, beliefs, *run)
    _deliver(compare_page(c), c, note, details, as_json, output)


def infer(
    scenario: options.ScenarioName,
    events: Events = None,
    acts: ActsTable = None,
    account: options.Accounts = None,
    method: Annotated[str, typer.Option(help="Evidence over the ranges: sobol, nested or none.")] = "sobol",
    points: Annotated[
        int, typer.Option(help="Solves an account for sobol; most likelihoods for nested.")
    ] = EVIDENCE_POINTS,
    dates: Annotated[str, typer.Option(help="Months or dates of the updated forecast, by commas.")] = options.joined(
        DATES
    ),
    seed: options.Seed = SEED,
    belief_points: options.BeliefPoints = BELIEF_POINTS,
    quick: options.Quick = False,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    no_cache: options.NoCache = False,
    details: Details = False,
    as_json: options.AsJson = False,
    timings: options.Timings = False,
    output: options.PageFile = None,
) -> None:
    """What a record of public acts says: beliefs after each event, accounts weighed, the forecast updated."""
    from peacetalks.conflicts.fill import load
    from peacetalks.pages import table_page
    from peacetalks.pages.infer_page import infer_page
    from peacetalks.questions import events as records
    from peacetalks.questions.infer import infer as inference_of
    from peacetalks.scenario.accounts import accounts

    check_output(output, table_page.SUFFIXES, scenario, events, acts, *(account or ()))
    base = load(scenario)
    months = options.ascending_months(dates, base.as_of)
    record, table = records.record(scenario, events), records.acts(scenario, acts)
    found = accounts(scenario, tuple(account or ()))
    beliefs, note = options.belief_setting(base, belief_points, quick, months[-1])
    with solving("Inferring", jobs, cluster, no_cache) as run:
        i = inference_of(
            base,
            record,
            table,
            found,
            belief_points=beliefs,
            method=method,
            points=points,
            dates=months,
            seed=seed,
            progress=run.progress,
            jobs=run.jobs,
            answers=run.answers,
        )
    _deliver(infer_page(i), i, note, details, as_json, output)


def audit(
    scenario: options.ScenarioName,
    claims: Annotated[Path | None, typer.Option(help="Claims (.toml); default: the scenario's own.")] = None,
    account: options.Accounts = None,
    draws: AuditDraws = AUDIT_DRAWS,
    seed: options.Seed = SEED,
    belief_points: options.BeliefPoints = BELIEF_POINTS,
    quick: options.Quick = False,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    no_cache: options.NoCache = False,
    keep: Keep = None,
    claimreview: Annotated[Path | None, typer.Option(help="Also write schema.org ClaimReview (JSON-LD) here.")] = None,
    details: Details = False,
    as_json: options.AsJson = False,
    timings: options.Timings = False,
    output: options.PageFile = None,
) -> None:
    """Evaluate claims under every account: number, margin, interval over the ranges, verdict."""
    from peacetalks.conflicts.fill import load
    from peacetalks.pages import files, table_page
    from peacetalks.pages.audit_page import audit_page
    from peacetalks.pages.claim_review import claim_review
    from peacetalks.questions import claims as audits
    from peacetalks.questions import events as records
    from peacetalks.scenario.accounts import accounts

    used = (scenario, claims, *(account or ()))
    check_output(output, table_page.SUFFIXES, *used)
    check_output(claimreview, None, *used, output)
    check_output(keep, None, *used, output, claimreview)
    base, found = load(scenario), accounts(scenario, tuple(account or ()))
    asked, table, record = audits.claims(scenario, claims), records.acts(scenario), None
    with suppress(NoRecord):
        record = records.record(scenario)
    beliefs, note = options.belief_setting(base, belief_points, quick, PERIODS)
    with solving("Auditing", jobs, cluster, no_cache, keep=keep) as run:
        a = audits.audit(
            base,
            asked,
            found,
            record,
            table,
            draws=draws,
            belief_points=beliefs,
            seed=seed,
            keep=keep,
            progress=run.progress,
            jobs=run.jobs,
            answers=run.answers,
        )
    if claimreview is not None:
        files.write_text(claimreview, files.json_text(claim_review(a)))
        report_written(claimreview)
    _deliver(audit_page(a), a, note, details, as_json, output)


def _deliver(
    page: Page,
    result: Comparison | Inference | Audit,
    note: str,
    details: bool,
    as_json: bool,
    output: Path | None,
) -> None:
    """Deliver a page and what is on it as JSON, both with what is to be said of the belief grid."""
    from peacetalks.forecasting.quick import with_note
    from peacetalks.pages import table_page

    shown, plain = table_page.noted(page, note), with_note(result, note).to_dict()
    deliver(table_page.makers(shown, plain), lambda: table_page.show(shown, details=details), as_json, output)
