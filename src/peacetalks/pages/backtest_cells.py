"""Names and cells that the pages of the backtest share: views by name, skills and differences with their intervals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from peacetalks.pages.cells import signed
from peacetalks.pages.styles import (
    BEST_ESTIMATE,
    END_NAMES,
    MODEL_ALONE,
    OWN_RECORD,
    PAST_CONFLICTS,
    VIEW_COLOURS,
    view_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from peacetalks.backtests.results import Result
    from peacetalks.evidence.score import Skill

RIVAL = "ridge logit without a game"
POOL = "pool of class and own record"
CALIBRATED, UNCALIBRATED = "model, calibrated", "model, not calibrated"
NAMES = {
    "ridge": RIVAL,
    "record": PAST_CONFLICTS,
    "model": CALIBRATED,
    "model uncalibrated": UNCALIBRATED,
    "best": BEST_ESTIMATE,
    "outside": "reference class",
    "pooled": POOL,
}

COLOURS = {
    CALIBRATED: VIEW_COLOURS[MODEL_ALONE],
    UNCALIBRATED: "#a6a6a6",
    PAST_CONFLICTS: VIEW_COLOURS[PAST_CONFLICTS],
    BEST_ESTIMATE: VIEW_COLOURS[BEST_ESTIMATE],
    RIVAL: "#1b7837",
    NAMES["outside"]: "#4393c3",
    OWN_RECORD: VIEW_COLOURS[OWN_RECORD],
    POOL: "#d6604d",
}


def name_of(view: str) -> str:
    """Return what a view of the backtest is called, from its key in JSON.

    >>> name_of("model"), name_of("climatology")
    ('model, calibrated', 'climatology')
    """
    return NAMES.get(view) or view_name(view)


def interval(s: Skill | None, form: str = ".2f") -> str:
    """Return a skill with its 95% interval."""
    if s is None:
        return "–"
    if math.isnan(s.low):
        return signed(s.value)
    value, low, high = (signed(x, form) for x in (s.value, s.low, s.high))
    return f"{value} ({low} to {high})"


def observed(q: Result) -> str:
    """Return how often each answer to a question came true."""
    if len(q.labels) == 2:
        return f"{q.frequency[q.labels[1]]:.1%}"
    return ", ".join(f"{END_NAMES.get(k, k).lower()} {v:.1%}" for k, v in q.frequency.items())


def left_out(q: Result) -> str:
    """Return how many occasions are not scored, by reason."""
    return "; ".join(f"{n} {reason}" for reason, n in q.left_out.items()) or "none"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table.

    >>> print(table(["view", "RPS"], [["climatology", "0.2"]]))
    | view | RPS |
    | --- | --- |
    | climatology | 0.2 |
    """
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows))
