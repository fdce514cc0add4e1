"""The committed forecasts of the conflict-years: record and rival from this room's table, the model's from calibration.

Record and rival are computed once and stored, because some 60 fits each take minutes; the card holds the digests of the
tables that they rest on, so that a change is noticed.  `remake` makes both.
"""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from peacetalks.backtests import rival
from peacetalks.backtests.case_outcomes import MONTHS, ORDER
from peacetalks.backtests.conflict_year_arrays import inputs
from peacetalks.backtests.conflict_year_views import Given
from peacetalks.backtests.negotiations import table_text
from peacetalks.backtests.record_answers import record_of_years
from peacetalks.evidence.tables import digests

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.backtests.conflict_year_arrays import ConflictYears
    from peacetalks.evidence.arrays import Floats

NAME, CARD = "conflict_years.csv", "conflict_years.json"
STORED = ("record", "ridge")
SOURCES = ("conflict_years.csv", "cases_episodes.csv", "cases_wars.csv")  # tables on which they rest
MODEL = ("uncalibrated", "calibrated", "typical")  # views of the model in the table of the calibration
DIGITS = 5


def columns(view: str) -> list[str]:
    """Return the columns of a view, by outcome class.

    >>> columns("ridge")
    ['ridge_peace', 'ridge_nowhere', 'ridge_more_conflict']
    """
    return [f"{view}_{e}" for e in ORDER]


def made(rows: ConflictYears, progress: Callable[[int, int], None] | None = None) -> dict[str, str]:
    """Return the table and its card, by file name, computed anew.

    `progress` is called with the number of rows of which the record was asked, and of all rows.
    """
    record, x = record_of_years(rows, progress), inputs(rows)[0]
    parts, strengths = [], {}
    for months in MONTHS:
        ridge, chosen = rival.walk(rows, x, months)
        strengths[months] = {f"{c:g}": sum(v == c for v in chosen.values()) for c in rival.STRENGTHS}
        parts.append(_block(rows, months, {"record": record[months], "ridge": ridge}))
    return {NAME: pl.concat(parts).sort("episode", "year", "months").write_csv(), CARD: _card(strengths)}


def read(rows: ConflictYears) -> dict[int, tuple[Given, Floats]]:
    """Return the committed forecasts by horizon: those of record and model, and the rival's [row, class].

    A conflict-year that is not in the tables has NaN.
    """
    own, model = _parsed(table_text(NAME)), _parsed(_model_text())
    out = {}
    for months in MONTHS:
        record, ridge = (_aligned(rows, own, months, v) for v in STORED)
        uncalibrated, calibrated, typical = (_aligned(rows, model, months, v) for v in MODEL)
        out[months] = Given(record, uncalibrated, calibrated, typical), ridge
    return out


def _parsed(text: str) -> pl.DataFrame:
    return pl.read_csv(BytesIO(text.encode()), infer_schema_length=None)


def _aligned(rows: ConflictYears, table: pl.DataFrame, months: int, view: str) -> Floats:
    """Return the forecasts [row, class] of a view, normalised."""
    there = table.filter(pl.col("months") == months).select("episode", "year", *columns(view))
    both = rows.frame.select("episode", "year").join(there, on=["episode", "year"], how="left", maintain_order="left")
    p = both.select(pl.col(columns(view)).cast(pl.Float64).fill_null(float("nan"))).to_numpy()
    return p / p.sum(axis=1, keepdims=True)


def _block(rows: ConflictYears, months: int, views: dict[str, Floats]) -> pl.DataFrame:
    numbers = {
        c: pl.Series(np.round(p[:, k], DIGITS)).fill_nan(None)
        for v, p in views.items()
        for k, c in enumerate(columns(v))
    }
    keys = rows.frame.select("episode", "year", months=pl.lit(months, pl.Int64))
    return keys.with_columns(**numbers)


def _card(strengths: dict[int, dict[str, int]]) -> str:
    card = {
        "title": "Forecasts of record and rival on the conflict-years, by walk-forward",
        "columns": "probabilities of the outcome classes; empty where there is no forecast",
        "record": "the historical record asked about each conflict-year (peacetalks.evidence.question)",
        "ridge": "ridge multinomial logit on the same inputs (peacetalks.backtests.rival)",
        "ridge_strengths": {str(m): s for m, s in strengths.items()},
        "rests_on": digests(SOURCES),
    }
    return json.dumps(card, indent=1) + "\n"


def _model_text() -> str:
    from peacetalks.calibration.forecasts import table_text as model_text

    return model_text()
