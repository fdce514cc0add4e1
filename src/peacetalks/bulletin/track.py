"""The track record: how the forecasts of all earlier bulletins did, as far as the record knows what became.

Each conflict of each bulletin is scored 12 and 24 months ahead: the Brier score over the three outcome classes (0 to
2), the logarithmic and the ranked probability score of the best estimate, of the model alone and of past conflicts by
themselves.  Forecasts of one conflict fail and succeed together: each conflict counts once, by the mean of its
scores, and the intervals are bootstraps over conflicts (`archive.scoring`).

Published in time is what was made and saved within `GRACE` days of the bulletin's date.  A bulletin that was made for a
date in the past could have known, even where nothing dated later enters it: its method was chosen by who knew.  It
stands apart (`later`).  So do forecasts of conflicts whose state follows from an end that was coded only because the
next calendar year was quiet (`coded_later`; `conflicts.find`): they held by construction, and are in no mean but their
own.

Forecasts of one conflict whose windows lie in the same years have one outcome between them: the bands of the
calibration draw whole conflict-years, with one outcome for all forecasts in them.

References
----------
Brier (1950), Monthly Weather Review 78, 1-3.
Broecker and Smith (2007), Weather and Forecasting 22, 651-661.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
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
GRACE = 31  # days after its date within which a bulletin is made and saved in time
NO_BEST = "it has no best estimate at the day"
VIEWS = ("best", "record")  # whose calibration is shown


@dataclass(frozen=True)
class OfBulletin:
    """The mean Brier scores of one bulletin, and how many of its forecasts are not resolved."""

    as_of: dt.date
    scored: int  # without those whose state was coded later
    coded_later: int  # scored apart, in no mean of this row
    unresolved: int
    best: float | None  # mean over its forecasts; None where none is scored
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
    in_time: Group  # published in time
    later: Group  # made for a date in the past
    coded_later: Group  # of conflicts whose state follows from an end that was coded later; in no other group
    unresolved: dict[str, int]  # reason -> forecasts
    bulletins: tuple[OfBulletin, ...]  # by date

    @property
    def forecasts(self) -> int:
        """How many forecasts there are, scored or not."""
        return sum(b.scored + b.coded_later + b.unresolved for b in self.bulletins)


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
        Those dated at `known_by` or later are passed over.
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


@dataclass(frozen=True)
class _Scored:
    """A forecast that is scored, with what says to which group it belongs."""

    match: Match
    state: str
    coded_later: bool
    in_time: bool


def _ahead(bulletins: list[Bulletin], months: int, known_by: dt.date) -> Ahead:
    every: list[_Scored] = []
    unresolved: Counter[str] = Counter()
    rows = []
    for b in bulletins:
        found, reasons = _of_bulletin(b, months, known_by)
        every += found
        unresolved.update(reasons)
        main = [s.match for s in found if not s.coded_later]
        means = _means(main) if main else (None, None, None)
        rows.append(OfBulletin(b.as_of, len(main), len(found) - len(main), len(reasons), *means))
    known = [s for s in every if not s.coded_later]
    groups = ([s for s in known if s.in_time], [s for s in known if not s.in_time], [s for s in every if s.coded_later])
    in_time, later, coded = (_group(g, months) for g in groups)
    return Ahead(months, in_time, later, coded, dict(sorted(unresolved.items())), tuple(rows))


def _group(of: list[_Scored], months: int) -> Group:
    matches = [s.match for s in of]
    return Group(score_set(matches), _calibration(matches, months), _by_state(of))


def _of_bulletin(b: Bulletin, months: int, known_by: dt.date) -> tuple[list[_Scored], list[str]]:
    """Return the forecasts of a bulletin that are scored, and of each other one why it is not."""
    scored, reasons = [], []
    for e in b.forecasts:
        what = became(e.conflict, b.as_of, months, known_by)
        found = None if what.end is None else _match(b, e, months, what.end)
        if found is None:
            reasons.append(what.reason or NO_BEST)
        else:
            scored.append(_Scored(found, e.state, e.coded_later, in_time(b, e)))
    return scored, reasons


def in_time(b: Bulletin, e: Entry) -> bool:
    """Whether a forecast was made and saved within `GRACE` days of its bulletin's date."""
    return max(b.made.date(), e.saved.date()) <= b.as_of + timedelta(GRACE)


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


def _by_state(of: list[_Scored]) -> tuple[OfState, ...]:
    """Return the scores of forecasts by the state of their conflict at their date."""
    found: dict[str, list[Match]] = {}
    for s in of:
        found.setdefault(s.state, []).append(s.match)
    return tuple(OfState(state, len(matches), *_means(matches)) for state, matches in sorted(found.items()))


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


def _calibration(matches: list[Match], months: int) -> dict[str, dict[str, Calibration]]:
    """Return the calibration of best estimate and past conflicts; empty with too few conflict-years or conflicts."""
    years = [conflict_years(m, months) for m in matches]
    if len(set(years)) < ENOUGH or len({m.scenario for m in matches}) < FEW:
        return {}
    y, tables = _outcomes(matches), {view: _table(matches, view) for view in VIEWS}
    return {
        view: {end: score.calibration(p[:, k], y == k, BINS, groups=years) for k, end in enumerate(ENDS)}
        for view, p in tables.items()
    }


def conflict_years(m: Match, months: int) -> str:
    """Return the conflict and the calendar years of a forecast: as many as it looks ahead, which share an outcome."""
    return f"{m.scenario} {m.as_of.year // max(1, months // 12)}"


def _ahead_to_dict(a: Ahead) -> dict[str, Any]:
    return {
        "months": a.months,
        "forecasts": a.forecasts,
        "unresolved": a.unresolved,
        "bulletins": [{**vars(b), "as_of": b.as_of.isoformat()} for b in a.bulletins],
        "in_time": _group_to_dict(a.in_time),
        "later": _group_to_dict(a.later),
        "coded_later": _group_to_dict(a.coded_later),
    }


def _group_to_dict(g: Group) -> dict[str, Any]:
    names = ("forecast", "observed", "n", "low", "high")
    tables = {
        v: {e: {k: getattr(c, k).tolist() for k in names} for e, c in of.items()} for v, of in g.calibration.items()
    }
    return {**g.scores.to_dict(), "calibration": tables, "states": [vars(s) for s in g.states]}
