"""The forecasts of the model on every conflict-year, by walk-forward, as a committed table.

Columns, by outcome class: `uncalibrated` (every factor 1, every slope 0), `calibrated` (the parameters that a scenario
of that day takes) and `typical` (calibrated, in the typical case of the class that day).  All are emulated;
`docs/calibration.md` has the errors.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from peacetalks.calibration.design import MONTHS, ORDER
from peacetalks.calibration.rows import PARAMETERS, rows_of
from peacetalks.conflicts.typical import typical_conflict
from peacetalks.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peacetalks.calibration.posterior import Model
    from peacetalks.calibration.rows import Rows
    from peacetalks.evidence.arrays import Floats

TABLE = "forecasts.csv"
VIEWS = ("uncalibrated", "calibrated", "typical")


def table_text() -> str:
    """Return the text of the committed forecasts.

    Raises
    ------
    EvidenceError
        The package holds none.
    """
    path = files("peacetalks.calibration") / "tables" / TABLE
    if not path.is_file():
        raise EvidenceError(f"no table {TABLE} is in the package: make it with `peacetalks calibrate --data DIR`.")
    return path.read_text(encoding="utf-8")


def forecasts(frame: pl.DataFrame, model: Model, values: Mapping[int, Floats]) -> dict[str, Floats]:
    """Return the views [row, month, end] of the conflict-years in `frame`.

    `values` are the parameters that a scenario takes by the year of the version; before the first one all are 0.
    """
    typical = replace(model, rows=typical_rows(frame))
    out = {"uncalibrated": model.ends(np.zeros(len(PARAMETERS)))}
    rest = {name: np.empty_like(out["uncalibrated"]) for name in VIEWS[1:]}
    year = model.rows.year
    for y in np.unique(year):
        now = year == y
        known = [v for v in values if v <= y]
        theta = values[max(known)] if known else np.zeros(len(PARAMETERS))
        rest["calibrated"][now] = model.choose(now).ends(theta)
        rest["typical"][now] = typical.choose(now).ends(theta)
    return out | rest


def typical_rows(frame: pl.DataFrame) -> Rows:
    """Return, for every conflict-year, the typical case of its class that day, as rows."""
    cases = [
        typical_conflict(kind, intensity, "fighting", day).conflict
        for kind, intensity, day in frame.select("kind", "intensity", "day").iter_rows()
    ]
    names = [c for c in frame.columns if c in type(cases[0]).__dataclass_fields__]
    columns = {n: [getattr(c, n) for c in cases] for n in names}
    schema = {n: frame.schema[n] for n in names}
    schema |= {n: pl.Float64() for n in ("deaths", "population") if n in names}
    return rows_of(frame.with_columns(pl.Series(n, v, dtype=schema[n]) for n, v in columns.items()))


def forecasts_csv(frame: pl.DataFrame, views: Mapping[str, Floats]) -> str:
    """Return the table of forecasts: one row for each conflict-year and horizon, by episode, year and months."""
    head = ["episode", "year", "months", *(f"{v}_{e}" for v in VIEWS for e in ORDER)]
    keys = list(frame.select("episode", "year").iter_rows())
    lines = []
    for i in sorted(range(len(keys)), key=lambda i: keys[i]):
        for m, months in enumerate(MONTHS):
            cells = [f"{p:.5f}" for v in VIEWS for p in views[v][i, m]]
            lines.append(",".join([str(keys[i][0]), str(keys[i][1]), str(months), *cells]))
    return "\n".join([",".join(head), *lines]) + "\n"
