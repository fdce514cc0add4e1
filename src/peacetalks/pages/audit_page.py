"""The page of `audit`: the claims as queries, and a verdict on each under every account."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from peacetalks.pages.best_text import listed
from peacetalks.pages.cells import decimal, decimal_range
from peacetalks.pages.findings import audit_finding
from peacetalks.pages.shown import as_of_line
from peacetalks.pages.table_page import Page, Section
from peacetalks.questions.claims import Verdict

if TYPE_CHECKING:
    from peacetalks.pages.table_page import Cells
    from peacetalks.questions.claims import Audit, Finding

CAPTION = "How many claims hold, fail and are undecided under each account."
VERDICTS = (
    "claim",
    "rows",
    "account",
    "value",
    "against",
    "margin",
    "interval (5-95%)",
    "error of the grid",
    "verdict",
)


def audit_page(a: Audit) -> Page:
    """Return the page of an audit."""
    from peacetalks.pages.forecast_charts import Plot  # Altair is slow to import
    from peacetalks.pages.verdicts_chart import verdicts

    queries = tuple((c.id, c.sentence, c.attributed_to, c.query) for c in a.claims)
    rows = tuple(map(_verdict, a.findings))
    sections = (
        Section("Verdicts by account", plot=Plot("Verdicts by account", CAPTION, partial(verdicts, a)), half=True),
        _by_account(a),
        _by_claim(a),
        Section("Each verdict with its numbers", VERDICTS, rows, _method(a), csv=(VERDICTS, *rows), folded=True),
        Section("The claims as queries", ("claim", "sentence", "held by", "query"), queries, folded=True),
    )
    return Page(
        f"{a.scenario.title}: claims audited",
        f"Claims are quoted as queries, not asserted. {_method(a)}",
        sections,
        finding=audit_finding(a),
        subtitle=as_of_line(a.scenario),
    )


def _by_account(a: Audit) -> Section:
    """Return the claims whose verdict depends on the account, with the accounts of each verdict."""
    rows = []
    for c in a.claims:
        under = {v: [f.account for f in a.findings if f.claim.id == c.id and f.verdict is v] for v in Verdict}
        if sum(map(bool, under.values())) > 1:
            by_verdict = (f"{v} under {listed(names)}" for v, names in under.items() if names)
            rows.append((c.sentence, "; ".join(by_verdict)))
    return Section("What depends on the account", ("claim", "verdict"), tuple(rows), half=True)


def _by_claim(a: Audit) -> Section:
    """Return the verdict on each claim under every account."""
    accounts = list(dict.fromkeys(f.account for f in a.findings))
    found = {(f.claim.id, f.account): str(f.verdict) for f in a.findings}
    rows = tuple((c.id, c.sentence, *(found[c.id, account] for account in accounts)) for c in a.claims)
    return Section("Each claim under every account", ("claim", "sentence", *accounts), rows)


def _verdict(f: Finding) -> Cells:
    return (
        f.claim.id,
        ", ".join(map(str, f.claim.rows)),
        f.account,
        decimal(f.value, "n/a"),
        decimal(f.against, ""),
        decimal(f.margin, "n/a", "+.3f"),
        decimal_range(*(f.interval or (None, None)), unknown="", form="+.3f"),
        decimal(f.grid_error, ""),
        f.verdict,
    )


def _method(a: Audit) -> str:
    """Return how the verdicts were reached, and what could not be solved."""
    draws, unsolved = a.settings["draws"], a.settings["unsolved"]
    lines = [
        f"Intervals over {draws} draws of the ranges."
        if draws
        else "No draws: the verdict is that of the central values."
    ]
    if unsolved:
        lines.append(
            f"{unsolved} of the games asked for were not solved; draws that need one are left out, and a claim whose "
            "central values need one is not solved."
        )
    return " ".join(lines)
