"""The chart of an audit: how many claims hold, fail and are undecided under each account."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import altair as alt

from peacetalks.pages.chart_parts import NARROW, Chart, base, colour_by, label_axis, legend, wrapped
from peacetalks.pages.styles import INK, SIDE_COLOURS
from peacetalks.questions.claims import Verdict

if TYPE_CHECKING:
    from peacetalks.questions.claims import Audit

COLOURS = {  # not those of the outcome classes
    Verdict.HOLDS: SIDE_COLOURS[0],
    Verdict.FAILS: SIDE_COLOURS[1],
    Verdict.UNDECIDED: "#c9ced6",
    Verdict.NOTHING_COMPARED: "#e9ebee",
    Verdict.NOT_SOLVED: "#8a919b",
}
INKS = {Verdict.HOLDS: "#ffffff", Verdict.FAILS: "#ffffff"}


def verdicts(a: Audit, width: int) -> Chart:
    """Return one bar an account, of its claims by verdict, each part with its number."""
    letters = 34 if width > NARROW else 21
    counts = Counter((f.account, f.verdict) for f in a.findings)
    rows = []
    for account in dict.fromkeys(f.account for f in a.findings):
        start = 0
        for verdict in COLOURS:
            n = counts[account, verdict]
            ink, part = INKS.get(verdict, INK), {"start": start, "end": start + n, "n": n}
            if n:
                rows.append({"account": account, "verdict": str(verdict), "ink": ink, **part})
            start += n
    labels = {r["account"]: wrapped(r["account"], letters) for r in rows}
    chart = base(rows, width, 30 * len(labels))
    shown = {str(v): colour for v, colour in COLOURS.items() if any(r["verdict"] == v for r in rows)}
    y = label_axis("account:N", labels, 230 if width > NARROW else 132)
    axis = alt.Axis(title="claims", format="d", tickMinStep=1, grid=False)
    bars = chart.mark_bar(height=20).encode(
        x=alt.X("start:Q", axis=axis),
        x2="end:Q",
        y=y,
        color=colour_by("verdict:N", shown, legend=legend(width, 5)),
    )
    middle = chart.transform_calculate(middle="(datum.start + datum.end) / 2")
    numbers = middle.mark_text(fontSize=11).encode(x="middle:Q", y=y, text="n:Q", color=alt.Color("ink:N", scale=None))
    return (bars + numbers).resolve_scale(color="independent")
