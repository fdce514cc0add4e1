"""The track record: how the forecasts of all earlier bulletins did, as far as the record knows what became.

Each conflict of each bulletin is scored 12 and 24 months ahead: the Brier score over the three outcome classes (0 to
2), the logarithmic and the ranked probability score of the best estimate, of the model alone and of past conflicts by
themselves.  Forecasts of one conflict fail and succeed together: each conflict counts once, by the mean of its
scores, and the intervals are bootstraps over conflicts (`archive.scoring`).

What was saved after its day could have known, and a bulletin that was made for a date in the past is of this kind even
where nothing dated later enters it: its method was chosen by who knew.  It stands apart (`later`).

References
----------
Brier (1950), Monthly Weather Review 78, 1-3.
Broecker and Smith (2007), Weather and Forecasting 22, 651-661.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.archive.matching import Match
from peacetalks.archive.scoring import BINS, ENOUGH, FEW, score_set
from peacetalks.bulletin.became import became
from peacetalks.evidence import score
from peacetalks.outcomes import ENDS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from peacetalks.archive.scoring import ScoreSet
    from peacetalks.bulletin.values import Bulletin, Entry
    from peacetalks.evidence.score import Calibration

MONTHS = (12, 24)  # ahead, at which forecasts are scored
NO_BEST = "it has no best estimate at the day"
VIEWS = ("best", "record")  # whose calibration is shown


@dataclass(frozen=True)
class OfBulletin:
    """The mean Brier scores of one bulletin, and how many of its forecasts are not resolved."""

    as_of: dt.date
    scored: int
    unresolved: int
    best: float | None  # mean over its conflicts; None where none is scored
    model: float | None
    record: float | None


@dataclass(frozen=True)
class OfState:
    """The mean Brier scores of the forecasts of conflicts that were in one state at their date."""

    state: str  # "fighting", "truce" or "settlement"
    scored: int
    best: float  # mean over forecasts
    model: float
    record: float


@dataclass(frozen=True)
class Group:
    """Forecasts that are scored together."""

    scores: ScoreSet
    calibration: dict[str, dict[str, Calibration]]  # view -> outcome class; empty with too few
    states: tuple[OfState, ...]


@dataclass(frozen=True)
class Ahead:
    """The scores of all earlier bulletins so many months ahead."""

    months: int
    in_time: Group  # saved before the day that they are scored for
    later: Group  # saved after it
    unresolved: dict[str, int]  # reason -> forecasts
    bulletins: tuple[OfBulletin, ...]  # by date

    @property
    def forecasts(self) -> int:
        """How many forecasts there are, scored or not."""
        return sum(b.scored + b.unresolved for b in self.bulletins)


@dataclass(frozen=True)
class TrackRecord:
    """How earlier bulletins did, as was known at a date; made by `track_record`."""

    known_by: dt.date
    ahead: tuple[Ahead, ...]  # by months ahead

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; what is not known is None."""
        return {"known_by": self.known_by.isoformat(), "ahead": [_ahead_to_dict(a) for a in self.ahead]}


def track_record(earlier: Iterable[Bulletin], known_by: dt.date) -> TrackRecord:
    """Return how bulletins did, as far as what became of the conflicts was known at a date.

    Parameters
    ----------
    earlier : iterable of Bulletin
        Those dated after `known_by` are passed over.
    known_by : date
        Nothing that became known later enters.

    Examples
    --------
    >>> import datetime as dt
    >>> track_record([], dt.date(2020, 1, 1)).ahead[0].forecasts
    0
    """
    found = sorted((b for b in earlier if b.as_of < known_by), key=lambda b: b.as_of)
    return TrackRecord(known_by, tuple(_ahead(found, months, known_by) for months in MONTHS))


def _ahead(bulletins: list[Bulletin], months: int, known_by: dt.date) -> Ahead:
    every: list[Match] = []
    states: dict[str, str] = {}
    unresolved: Counter[str] = Counter()
    rows = []
    for b in bulletins:
        matches, reasons = _of_bulletin(b, months, known_by)
        every += matches
        state_of = {_cluster(e): e.state for e in b.forecasts}
        states |= {_key(m): state_of[m.scenario] for m in matches}
        unresolved.update(reasons)
        means = _means(matches) if matches else (None, None, None)
        rows.append(OfBulletin(b.as_of, len(matches), len(reasons), *means))
    groups = ([m for m in every if not m.hindsight], [m for m in every if m.hindsight])
    in_time, later = (Group(score_set(g), _calibration(g), _by_state(g, states)) for g in groups)
    return Ahead(months, in_time, later, dict(sorted(unresolved.items())), tuple(rows))


def _of_bulletin(b: Bulletin, months: int, known_by: dt.date) -> tuple[list[Match], list[str]]:
    """Return the forecasts of a bulletin that are scored, and of each other one why it is not."""
    matches, reasons = [], []
    for e in b.forecasts:
        what = became(e.conflict, e.state, e.since, b.as_of, months, known_by)
        found = None if what.end is None else _match(b, e, months, what.end)
        if found is None:
            reasons.append(what.reason or NO_BEST)
        else:
            matches.append(found)
    return matches, reasons


def _match(b: Bulletin, e: Entry, months: int, outcome: str) -> Match | None:
    """Return a forecast with what became; None where it has no best estimate to compare with the record."""
    at = e.ahead(months)
    if at is None or at.best is None or at.record is None or at.model is None:
        return None
    views = {view: p.model_dump() for view, p in (("best", at.best), ("model", at.model), ("record", at.record))}
    return Match(e.file, _cluster(e), e.digest, b.as_of, e.saved, at.day, outcome, views)


def _cluster(e: Entry) -> str:
    """Return the name under which forecasts of a conflict count as one, also where the scenario is the user's own."""
    return f"conflict-{e.conflict}"


def _key(m: Match) -> str:
    return f"{m.scenario} {m.as_of}"


def _by_state(matches: list[Match], states: dict[str, str]) -> tuple[OfState, ...]:
    """Return the scores of forecasts by the state of their conflict at their date."""
    found: dict[str, list[Match]] = {}
    for m in matches:
        found.setdefault(states[_key(m)], []).append(m)
    return tuple(OfState(state, len(of), *_means(of)) for state, of in sorted(found.items()))


def _means(matches: list[Match]) -> tuple[float, float, float]:
    """Return the mean Brier score of best estimate, model alone and past conflicts over forecasts."""
    y = _outcomes(matches)
    best, model, record = (float(score.brier(_table(matches, v), y).mean()) for v in ("best", "model", "record"))
    return best, model, record


def _outcomes(matches: list[Match]) -> np.ndarray:
    """Return the number of the outcome class of each forecast [forecast]."""
    return np.array([list(ENDS).index(m.outcome) for m in matches])


def _table(matches: list[Match], view: str) -> np.ndarray:
    """Return the probabilities of a view [forecast, end]."""
    return np.array([[m.views[view][end] for end in ENDS] for m in matches])


def _calibration(matches: list[Match]) -> dict[str, dict[str, Calibration]]:
    """Return the calibration of best estimate and past conflicts; empty with too few forecasts or conflicts."""
    if len(matches) < ENOUGH or len({m.scenario for m in matches}) < FEW:
        return {}
    y = _outcomes(matches)
    return {
        view: {end: score.calibration(_table(matches, view)[:, k], y == k, BINS) for k, end in enumerate(ENDS)}
        for view in VIEWS
    }


def _ahead_to_dict(a: Ahead) -> dict[str, Any]:
    return {
        "months": a.months,
        "forecasts": a.forecasts,
        "unresolved": a.unresolved,
        "bulletins": [{**vars(b), "as_of": b.as_of.isoformat()} for b in a.bulletins],
        "in_time": _group_to_dict(a.in_time),
        "later": _group_to_dict(a.later),
    }


def _group_to_dict(g: Group) -> dict[str, Any]:
    names = ("forecast", "observed", "n", "low", "high")
    tables = {
        v: {e: {k: getattr(c, k).tolist() for k in names} for e, c in of.items()} for v, of in g.calibration.items()
    }
    return {**g.scores.to_dict(), "calibration": tables, "states": [vars(s) for s in g.states]}
