"""The three lines on the pages of `compare` and `infer`: cells and ranges of every view, and what the record says of itself.

In columns of numbers "-" is unknown: nobody in the record was followed so long. A view that cannot speak has no row, and the
notes give the reason in the words of a forecast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.outcomes import ENDS
from peacetalks.pages.screen import outside_lines, pooled_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr

    from peacetalks.forecasting.views import ThreeLines

EVERY = "every account"
KINDS = {"inside": "end", "pooled": "pooled"}


def kind(view: str) -> str:
    """Return the kind of row that a view is (`screen.STYLES`).

    >>> kind("inside"), kind("outside [2]"), kind("pooled")
    ('end', 'record', 'pooled')
    """
    return KINDS.get(view, "record")


def cell(a: xr.DataArray, end: str, month: int) -> str:
    """Return the probability of an end in a month, "-" where unknown.

    >>> a = xr.DataArray([[0.25], [np.nan]], {"period": [12, 24], "end": ["peace"]}, ("period", "end"))
    >>> cell(a, "peace", 12), cell(a, "peace", 24)
    ('0.250', '-')
    """
    p = float(a.sel(end=end, period=month))
    return f"{p:.3f}" if np.isfinite(p) else "-"


def ranges(
    lines: Mapping[str, Mapping[str, ThreeLines]], dates: Sequence[int]
) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Return rows (account, view, month, each end) of the ranges of the outside and the pooled view, and their kinds.

    The outside view's are its 95% intervals, the pool's those of `PooledView`. `lines` is account -> forecast -> lines; the
    forecasts of an account differ in the inside view only. What is the same for every account is told once.
    """
    record = {name: _record(next(iter(told.values())), dates) for name, told in lines.items()}
    shared = len(set(record.values())) == 1
    rows = [("interval", (EVERY, *r)) for r in next(iter(record.values()))] if shared else []
    for name, told in lines.items():
        rows += [] if shared else [("interval", (name, *r)) for r in record[name]]
        for forecast, three in told.items():
            rows += [("range", (name, f"pooled {forecast}".rstrip(), *r)) for r in _pooled(three, dates)]
    return tuple(r for _, r in rows), tuple(k for k, _ in rows)


def _record(three: ThreeLines, dates: Sequence[int]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (f"outside [{i}]", str(m), *(_span(v.low[e][v.months.index(m)], v.high[e][v.months.index(m)]) for e in ENDS))
        for i, v in enumerate(three.outside, 1)
        for m in dates
        if v.ends
    )


def _pooled(three: ThreeLines, dates: Sequence[int]) -> list[tuple[str, ...]]:
    p = three.pooled
    if p.low is None or p.high is None:
        return []
    return [(str(m), *(_span(*(float(a.sel(end=e, period=m)) for a in (p.low, p.high))) for e in ENDS)) for m in dates]


def _span(low: float | None, high: float | None) -> str:
    known = low is not None and high is not None and np.isfinite([low, high]).all()
    return f"{low:.3f} to {high:.3f}" if known else "-"


def notes(lines: Mapping[str, ThreeLines]) -> tuple[str, ...]:
    """Return what the record's rows are, what was pooled or why nothing was; by account where accounts differ in it."""
    told: dict[tuple[str, ...], list[str]] = {}
    for name, three in lines.items():
        told.setdefault((*outside_lines(three), *pooled_lines(three)), []).append(name)
    if len(told) == 1:
        return next(iter(told))
    return tuple(line for text, names in told.items() for line in (f"For {', '.join(names)}:", *text))
