"""The page of `audit`: the claims as queries, and a verdict on each under every account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.pages.cells import decimal, decimal_range
from peacetalks.pages.table_page import Page, Section

if TYPE_CHECKING:
    from peacetalks.pages.table_page import Cells
    from peacetalks.questions.claims import Audit, Finding

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
    queries = tuple((c.id, c.sentence, c.attributed_to, c.query) for c in a.claims)
    sections = (
        Section("Verdicts", VERDICTS, tuple(map(_verdict, a.findings)), _method(a)),
        Section("The claims as queries", ("claim", "sentence", "held by", "query"), queries),
    )
    return Page(f"{a.scenario.title}: claims audited", "Claims are quoted as queries, not asserted.", sections)


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
