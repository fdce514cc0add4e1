"""The model's forecasts of the cases of the case book: the game that the mapping makes of each, solved.

Each case is solved with the parameters of the mapping as they were calibrated on what was known the day talks began,
with every parameter at its prior, and as its typical case: the twin of the calibrated scenario.  The forecasts are
stored in a committed table with the digest of their scenarios, so that a change of the mapping, of the calibration, of
the historical record or of the size is noticed.  `remake` makes the table.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.backtests.case_conflicts import conflict_of
from peacetalks.backtests.case_outcomes import MONTHS, ORDER
from peacetalks.backtests.negotiations import table_text
from peacetalks.conflicts.mapping import Size, from_conflict
from peacetalks.conflicts.twin import twin
from peacetalks.equilibrium.forward import forecast
from peacetalks.errors import EvidenceError
from peacetalks.evidence.calibration import prior
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.mechanisms.state import label
from peacetalks.outcomes import ENDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from peacetalks.backtests.negotiations import Negotiation
    from peacetalks.evidence.arrays import Floats
    from peacetalks.scenario.scenario import Scenario

VERSIONS = ("calibrated", "uncalibrated", "typical")
Inside = dict[tuple[int, str], "Floats"]  # (case, version) -> [month of `MONTHS`, class of `ORDER`]


def scenario(case: Negotiation, version: str, years: pl.DataFrame, size: Size | None = None) -> Scenario:
    """Return the scenario of a case.

    Parameters
    ----------
    case
        A case of the case book.
    version
        One of `VERSIONS`.
    years
        The conflict-years, for what the calendar year before the talks recorded.
    size
        Of the game; default `Size()`.
    """
    found = from_conflict(conflict_of(case, years), prior() if version == "uncalibrated" else None, size or Size())
    return twin(found) if version == "typical" else found


def digest(found: Scenario, size: Size) -> str:
    """Return the digest of all that determines a forecast: the scenario's numbers (to nine digits) and the size."""
    numbers = {k: f"{float(v):.9g}" for k, v in sorted(found.numbers().items())}
    text = json.dumps([numbers, found.talks.open, size.positions, size.offers, size.belief_points])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def solve_case(found: Scenario, size: Size) -> Floats:
    """Return the model's forecast [month of `MONTHS`, class of `ORDER`] of a case's scenario.

    Raises `NotSolved` where there is no solution within tolerance.
    """
    f = forecast(solve_scenario(found, size.belief_points), outcome=label, periods=max(MONTHS))
    known = [[n for n in ENDS[e] if n in f.outcome.values] for e in ORDER]
    return np.array([[float(f.sel(period=m, outcome=names).sum()) for names in known] for m in MONTHS])


def inside_csv(solved: Iterable[tuple[int, str, Floats, str]], size: Size) -> str:
    """Return the table of (case, version, forecast, digest); a forecast that is NaN has empty cells."""
    lines = ["id,months,version,peace,nowhere,more_conflict,positions,offers,belief_points,digest"]
    for case, version, table, key in solved:
        for months, p in zip(MONTHS, table, strict=True):
            cells = ",".join("" if np.isnan(v) else f"{v:.6f}" for v in p)
            lines.append(f"{case},{months},{version},{cells},{size.positions},{size.offers},{size.belief_points},{key}")
    return "\n".join(lines) + "\n"


@cache
def inside_table() -> tuple[Inside, Size, dict[tuple[int, str], str]]:
    """Return the committed forecasts and scenario digests by (case, version), and the size they were solved at."""
    return parse_inside(table_text("inside.csv"))


def parse_inside(text: str) -> tuple[Inside, Size, dict[tuple[int, str], str]]:
    """Return what `inside_table` does from the text of such a table; rows sum to 1 as far as they are rounded.

    Raises `EvidenceError` for a case that has not one row for each month of `MONTHS`, in order, in each version.
    """
    rows = list(csv.DictReader(io.StringIO(text)))
    given: dict[tuple[int, str], list[int]] = {}
    views: dict[tuple[int, str], list[list[float]]] = {}
    for r in rows:
        key = int(r["id"]), r["version"]
        p = np.array([float(r[e] or "nan") for e in ORDER])
        given.setdefault(key, []).append(int(r["months"]))
        views.setdefault(key, []).append(p.tolist())
    for (case, version), months in given.items():
        if tuple(months) != MONTHS or version not in VERSIONS:
            raise EvidenceError(
                f"inside.csv: case {case} ({version}) has rows for months {months}, not one for each of {list(MONTHS)}:"
                " make the table anew."
            )
    size = Size(*(int(rows[0][k]) for k in ("positions", "offers", "belief_points")))
    return {k: np.array(v) for k, v in views.items()}, size, {(int(r["id"]), r["version"]): r["digest"] for r in rows}
