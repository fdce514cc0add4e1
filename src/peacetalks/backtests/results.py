"""The backtest: every view scored on every question, against climatology, with intervals and with what was left out."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from peacetalks.backtests.inside import MONTHS, ORDER, CaseBook, run
from peacetalks.backtests.inside import VIEWS as BOOK_VIEWS
from peacetalks.backtests.occasions import Occasions, Tables, occasions
from peacetalks.backtests.views import BURN_IN, VIEWS, Forecasts, forecast
from peacetalks.evidence import score
from peacetalks.evidence.pool import Fit, shipped

if TYPE_CHECKING:
    from peacetalks.evidence.score import Calibration, Decomposition, Skill

Floats = NDArray[np.float64]
REFERENCE = "climatology"
DRAWS, SEED = 1000, 7


@dataclass(frozen=True)
class Scores:
    """A view's mean scores on a question and their skill against climatology (95 %, bootstrap over clusters)."""

    view: str
    brier: float
    log: float
    rps: float | None  # None for a yes-or-no question
    brier_skill: Skill
    log_skill: Skill
    rps_skill: Skill | None

    @property
    def main_skill(self) -> Skill:
        """The skill by which a question is judged: of the RPS for ordered answers, else of the Brier score."""
        return self.rps_skill or self.brier_skill


@dataclass(frozen=True)
class Bound:
    """What if every unrecorded fate had been `label`."""

    label: str
    n: int
    frequency: float  # of the event
    skill: dict[str, Skill]  # view -> Brier skill


@dataclass(frozen=True)
class Result:
    """A question, scored."""

    key: str
    title: str
    family: str
    labels: tuple[str, ...]
    n: int
    clusters: int
    first: date  # of the forecasts scored
    last: date
    frequency: dict[str, float]  # label -> share of the occasions scored
    left_out: dict[str, int]  # reason -> occasions
    scores: tuple[Scores, ...]
    calibration: dict[str, Calibration]  # view -> of the event (yes, or "something changed")
    decomposition: dict[str, Decomposition]  # view -> parts of the Brier score of the event, ten bins
    fit: Fit | None  # last pool
    bounds: tuple[Bound, ...] = ()

    def of(self, view: str) -> Scores:
        """Return the scores of a view."""
        return next(s for s in self.scores if s.view == view)


@dataclass(frozen=True)
class Backtest:
    """The whole backtest."""

    questions: tuple[Result, ...]
    book: CaseBook
    book_result: Result
    weight: Fit  # the pool that is shipped
    draws: int
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; what is not finite or not known is None."""
        book = self.book
        cases = [
            {
                "id": c.id,
                "name": c.name,
                "talks": c.talks.isoformat(),
                "months": int(m),
                "class": w,
                "came_true": ORDER[y],
                "left_out": r or None,
                **{v: _plain(book.views[v][i]) for v in BOOK_VIEWS},
            }
            for i, (c, m, w, y, r) in enumerate(
                zip(book.cases, book.months, book.reference_class, book.outcome, book.reason.tolist(), strict=True)
            )
        ]
        return {
            "questions": [_plain(q) for q in self.questions],
            "case_book": {**_plain(self.book_result), "cases": cases, "size": asdict(book.size)},
            "pool": _plain(self.weight),
            "draws": self.draws,
            "seed": self.seed,
            "burn_in": BURN_IN,
        }


def backtest(
    tables: Tables | None = None, draws: int = DRAWS, seed: int = SEED, inside: dict[int, Floats] | None = None
) -> Backtest:
    """Return the backtest on the committed tables, or on given case `tables` by kind.

    `draws` and `seed` are those of the bootstrap and of the consistency bands; `inside` replaces the committed inside
    views of the case book (by episode id, [month, end]). Takes well under a minute.
    """
    questions = tuple(_question(o, draws, seed) for o in occasions(tables))
    book = run(inside)
    return Backtest(questions, book, _book(book, draws, seed), shipped(), draws, seed)


def _question(o: Occasions, draws: int, seed: int) -> Result:
    f = forecast(o)
    bounds = tuple(_bound(o, i, seed, draws) for i in (0, 1)) if o.question.family == "ceasefires" else ()
    ok, q = f.scored, o.question
    days = o.made[ok]
    reasons, counts = np.unique(f.reason[~ok], return_counts=True)
    return _result(
        q.key,
        q.title,
        q.family,
        q.labels,
        {v: f.views[v][ok] for v in VIEWS},
        o.outcome[ok],
        o.cluster[ok],
        (_date(days.min()), _date(days.max())),
        dict(zip(reasons.tolist(), counts.tolist(), strict=True)),
        q.same,
        f.fits[-1],
        draws,
        seed,
        bounds,
        ("outside", "pooled"),
    )


def _result(
    key: str,
    title: str,
    family: str,
    labels: tuple[str, ...],
    views: dict[str, Floats],
    y: NDArray[np.int64],
    cluster: NDArray,
    span: tuple[date, date],
    left_out: dict[str, int],
    same: int,
    fit: Fit | None,
    draws: int,
    seed: int,
    bounds: tuple[Bound, ...],
    shown: tuple[str, ...],
) -> Result:
    shares = np.bincount(y, minlength=len(labels)) / y.size
    base = _scores(REFERENCE, views[REFERENCE], y, None, cluster, draws, seed)
    every = tuple(_scores(v, p, y, base, cluster, draws, seed)[0] for v, p in views.items())
    changed, event = {v: 1 - views[v][:, same] for v in shown}, (y != same).astype(int)
    return Result(
        key,
        title,
        family,
        labels,
        y.size,
        np.unique(cluster).size,
        *span,
        {k: float(s) for k, s in zip(labels, shares, strict=True)},
        left_out,
        every,
        {v: score.calibration(p, event, draws=draws, seed=seed) for v, p in changed.items()},
        {v: score.decompose(p, event, bins=10) for v, p in changed.items()},
        fit,
        bounds,
    )


def _scores(
    view: str,
    p: Floats,
    y: NDArray[np.int64],
    base: tuple[Scores, dict[str, Floats]] | None,
    cluster: NDArray,
    draws: int,
    seed: int,
) -> tuple[Scores, dict[str, Floats]]:
    """Return a view's scores and its score of each case; `base` are those of the reference (None: itself)."""
    binary = p.shape[1] == 2
    each = {"brier": score.brier(p[:, 1], y) if binary else score.brier(p, y), "log": score.log_score(p, y)}
    if not binary:
        each["rps"] = score.rps(p, y)
    against = base[1] if base else each
    skill = {k: score.skill(s, against[k], cluster, draws, seed) for k, s in each.items()}
    mean = {k: float(s.mean()) for k, s in each.items()}
    return Scores(
        view, mean["brier"], mean["log"], mean.get("rps"), skill["brier"], skill["log"], skill.get("rps")
    ), each


def _bound(o: Occasions, label: int, seed: int, draws: int) -> Bound:
    f = forecast(o.bound(label))
    ok, y = f.scored, f.occasions.outcome
    base = score.brier(f.views[REFERENCE][ok, 1], y[ok])
    skills = {
        v: score.skill(score.brier(f.views[v][ok, 1], y[ok]), base, o.cluster[ok], draws, seed)
        for v in ("outside", "pooled")
    }
    return Bound(o.question.labels[label], int(ok.sum()), float((y[ok] == 1).mean()), skills)


def _book(book: CaseBook, draws: int, seed: int) -> Result:
    ok = book.scored
    cases = [c for c, use in zip(book.cases, ok, strict=True) if use]
    reasons, counts = np.unique(book.reason[~ok], return_counts=True)
    last = [f for f in book.fits if f is not None][-1]
    return _result(
        "case-book",
        f"the three ends {MONTHS[0]} and {MONTHS[1]} months after talks began",
        "case book",
        ORDER,
        {v: book.views[v][ok] for v in BOOK_VIEWS},
        book.outcome[ok],
        np.array([c.cluster for c in cases]),
        (min(c.talks for c in cases), max(c.talks for c in cases)),
        dict(zip(reasons.tolist(), counts.tolist(), strict=True)),
        1,
        last,
        draws,
        seed,
        (),
        ("inside", "outside", "pooled"),
    )


def _date(day: int) -> date:
    return date(1970, 1, 1) + timedelta(int(day))


def _plain(value: Any) -> Any:
    """Return plain values: dataclasses as dicts, arrays as lists, dates as text, what is not finite as None."""
    if is_dataclass(value) and not isinstance(value, type):
        return {k: _plain(getattr(value, k)) for k in value.__dataclass_fields__}
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, date) else value


__all__ = ["Backtest", "Bound", "Forecasts", "Result", "Scores", "backtest"]
