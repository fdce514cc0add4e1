"""What the backtest was to show, fixed before the scores were seen, and whether it does.

Targets on conflict-years compare mean scores by row on the same rows; intervals are those of a bootstrap over states.
A target is judged by its point value.  The reason beside it says where a difference comes from: the level of the
probabilities (reliability, lower is better) or how well they separate cases (resolution, higher is better).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.backtests.measures import Difference, difference
from peacetalks.backtests.scores import Bootstrap, Result, each
from peacetalks.evidence import score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.backtests.case_book import CaseBook
    from peacetalks.backtests.conflict_year_views import YearViews
    from peacetalks.evidence.score import Calibration

CLOSE = {12: 0.01, 24: 0.03}  # months -> most by which the calibrated model's score may exceed the record's
LEAST_SKILL = 0.05  # Brier skill of the calibrated model on the case book
MOST_OUTSIDE = 2  # bins of ten
NAMES = {"brier": "Brier score", "rps": "RPS"}


@dataclass(frozen=True)
class Target:
    """A target, the value reached, and why."""

    what: str
    threshold: str
    value: float
    low: float  # 95 % interval; NaN where there is none
    high: float
    reached: bool
    why: str


@dataclass(frozen=True)
class Compared:
    """Mean score of one view less that of the record on the conflict-years of a horizon."""

    months: int
    view: str
    score: str
    by_row: Difference
    by_episode: float  # the same with each episode counted once, which is not proper (`conflict_year_views`)
    from_start: Difference  # by row, with the rows before the first calibration, in which the model is at its prior


def compared(views: YearViews, view: str, bootstrap: Bootstrap) -> list[Compared]:
    """Return the differences between a view and the record, one for each score of `NAMES`."""
    every, ok = views.scored_or_at_prior, views.scored
    y, cluster = views.rows.outcome(views.months)[every], views.rows.cluster[every]
    mine, record = (each(views.views[v][every], y) for v in (view, "record"))
    here, w = ok[every], views.rows.episode_weight(views.months)[ok]
    out = []
    for name in NAMES:
        a, b = mine[name], record[name]
        by_row = difference(a[here], b[here], cluster[here], *bootstrap)
        by_episode = round(float(np.average((a - b)[here], weights=w)), 6)
        out.append(Compared(views.months, view, name, by_row, by_episode, difference(a, b, cluster, *bootstrap)))
    return out


def year_targets(found: list[Compared], results: dict[int, Result]) -> list[Target]:
    """Return the targets on conflict-years: the model close to the record, the best estimate as good as the record.

    `results` are the scores on all conflict-years by horizon.
    """
    out = []
    for c in found:
        most = CLOSE[c.months] if c.view == "model" else 0.0
        who = "calibrated model" if c.view == "model" else "best estimate"
        threshold = f"at most {most:g}" if most else "not above 0"
        what = f"{NAMES[c.score]} of the {who} less the record's, {c.months} months"
        d = c.by_row
        early = f"; with the rows before the first calibration {c.from_start.value:+.4f}".replace("-", "−")
        why = _why(results[c.months], c.view) + early
        out.append(Target(what, threshold, d.value, d.low, d.high, d.value <= most, why))
    return out


def bins_target(months: int, c: Calibration) -> Target:
    """Return the target on the calibration of the best estimate at a horizon."""
    inside, size = c.n.size - c.outside, c.n.size
    worst = int(np.argmax(np.maximum(c.low - c.observed, c.observed - c.high)))
    why = (
        "all bins lie within"
        if not c.outside
        else f"farthest out: said {c.forecast[worst]:.3f}, came true {c.observed[worst]:.3f}, "
        f"band {c.low[worst]:.3f} to {c.high[worst]:.3f}, N {c.n[worst]}"
    )
    threshold = f"at least {10 - MOST_OUTSIDE} of 10"
    reached = inside >= (10 - MOST_OUTSIDE) / 10 * size
    what = f"bins of the best estimate within their 90% consistency band, any change, {months} months (of {size})"
    return Target(what, threshold, float(inside), float("nan"), float("nan"), reached, why)


def book_target(found: Result, book: CaseBook, bootstrap: Bootstrap) -> Target:
    """Return the target on the case book: the calibrated model's Brier skill against climatology.

    The reason beside it has the skill on the rows from the first calibration on; on the others the model is at its
    prior.
    """
    s = found.of("model").brier_skill
    what = "Brier skill of the calibrated model against climatology, case book"
    ok = book.scored & ~book.at_prior
    model, base = (each(book.views[v][ok], book.outcome[ok])["brier"] for v in ("model", "climatology"))
    cluster = [c.cluster for c, use in zip(book.cases, ok, strict=True) if use]
    later = score.skill(model, base, cluster, *bootstrap)
    why = (
        f"on {int(ok.sum())} rows from the first calibration on {later.value:+.3f} ({later.low:+.3f} to "
        f"{later.high:+.3f}), on the other {int((book.scored & book.at_prior).sum())} the model is at its prior; "
        + _why(found, "model", "climatology")
    ).replace("-", "−")
    return Target(what, f"at least +{LEAST_SKILL:g}", s.value, s.low, s.high, s.value >= LEAST_SKILL, why)


def better(found: Sequence[Compared], view: str) -> list[str]:
    """Return on which comparisons a view scores better than the record, with a 95 % interval below 0."""
    return [f"{NAMES[c.score]} at {c.months} months" for c in found if c.view == view and c.by_row.high < 0]


def sharpens(found: Sequence[Compared]) -> bool:
    """Return whether the best estimate scores better than the record alone on the conflict-years (`better`).

    If it does nowhere, the model explains and compares, and does not sharpen; forecast pages say so.
    """
    return bool(better(found, "best"))


def _why(result: Result, view: str, other: str = "record") -> str:
    """Return how the Brier score of a view differs from another's, part by part."""
    a, b = result.parts[view], result.parts[other]
    who = "the record" if other == "record" else other
    return (
        f"against {who}: reliability {a.reliability:.4f} to {b.reliability:.4f} (lower is better), "
        f"resolution {a.resolution:.4f} to {b.resolution:.4f} (higher is better)"
    )
