"""The inside view of the cases of the case book: the game that the fixed mapping makes of each, solved.

The inside views are stored in a committed table with the digest of their scenarios, so that a change of the mapping, of
the historical record or of the size is noticed.  `remake` makes the table.
"""

from __future__ import annotations

import csv
import io
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.backtests.case_outcomes import MONTHS, ORDER
from peacetalks.backtests.mapping import Size, digest, scenario
from peacetalks.backtests.negotiations import table_text
from peacetalks.equilibrium.forward import forecast
from peacetalks.errors import EvidenceError
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.mechanisms.state import label
from peacetalks.outcomes import ENDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.backtests.negotiations import Negotiation
    from peacetalks.evidence.arrays import Floats


def solve_case(case: Negotiation, size: Size | None = None) -> Floats:
    """Return the inside view [month of `MONTHS`, class of `ORDER`] of a case.

    `size` is that of the game (default `Size()`).  Raises `NotSolved` where there is no solution within tolerance.
    """
    size = size or Size()
    solved = solve_scenario(scenario(case, size), size.belief_points)
    f = forecast(solved, outcome=label, periods=max(MONTHS))
    known = [[n for n in ENDS[e] if n in f.outcome.values] for e in ORDER]
    return np.array([[float(f.sel(period=m, outcome=names).sum()) for names in known] for m in MONTHS])


def inside_csv(book: Sequence[Negotiation], solved: Sequence[Floats], size: Size) -> str:
    """Return the table of inside views with the digest of each scenario; a view that is NaN has empty cells."""
    rows = ["id,months,peace,nowhere,more_conflict,positions,offers,belief_points,digest"]
    for case, table in zip(book, solved, strict=True):
        for months, p in zip(MONTHS, table, strict=True):
            cells = ",".join("" if np.isnan(v) else f"{v:.6f}" for v in p)
            rows.append(
                f"{case.id},{months},{cells},{size.positions},{size.offers},{size.belief_points},{digest(case, size)}"
            )
    return "\n".join(rows) + "\n"


@cache
def inside_table() -> tuple[dict[int, Floats], Size, dict[int, str]]:
    """Return the committed inside views by case, the size they were solved at, and the scenario digests."""
    return parse_inside(table_text("inside.csv"))


def parse_inside(text: str) -> tuple[dict[int, Floats], Size, dict[int, str]]:
    """Return what `inside_table` does from the text of such a table.

    Raises `EvidenceError` for a case that has not one row for each month of `MONTHS`, in order.
    """
    rows = list(csv.DictReader(io.StringIO(text)))
    given: dict[int, list[int]] = {}
    for r in rows:
        given.setdefault(int(r["id"]), []).append(int(r["months"]))
    for case, months in given.items():
        if tuple(months) != MONTHS:
            raise EvidenceError(
                f"inside.csv: case {case} has rows for months {months}, not one for each of {list(MONTHS)}: make the "
                "table anew."
            )
    views: dict[int, list[list[float]]] = {}
    for r in rows:
        p = np.array([float(r[e] or "nan") for e in ORDER])
        views.setdefault(int(r["id"]), []).append((p / p.sum()).tolist())
    size = Size(*(int(rows[0][k]) for k in ("positions", "offers", "belief_points")))
    return {k: np.array(v) for k, v in views.items()}, size, {int(r["id"]): r["digest"] for r in rows}
