"""The backtest: every view scored on every question, against climatology, with intervals and with what was left out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from peacetalks.backtests.case_book import VIEWS as BOOK_VIEWS
from peacetalks.backtests.case_book import CaseBook, case_book
from peacetalks.backtests.case_outcomes import MONTHS, ORDER
from peacetalks.backtests.occasions import Occasions, Question, Tables, occasions
from peacetalks.backtests.views import BURN_IN, VIEWS, Forecasts, forecast
from peacetalks.evidence import score
from peacetalks.evidence.plain import plain
from peacetalks.evidence.pool import Fit, shipped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from peacetalks.evidence.arrays import Floats, Ints
    from peacetalks.evidence.score import Calibration, Decomposition, Skill


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
    """The skill of views had every unrecorded fate been `label`."""

    label: str
    n: int  # occasions scored
    frequency: float  # of the event
    skill: dict[str, Skill]  # view -> Brier skill


@dataclass(frozen=True)
class Result:
    """The scores of every view on one question."""

    key: str
    title: str
    family: str
    labels: tuple[str, ...]
    n: int  # occasions scored
    clusters: int
    first: date  # of the forecasts scored
    last: date
    frequency: dict[str, float]  # label -> share of the occasions scored
    left_out: dict[str, int]  # reason -> occasions
    scores: tuple[Scores, ...]
    calibration: dict[str, Calibration]  # view -> of the event (yes, or any change of the status quo)
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
    book_result: Result  # of the case book
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
                **{v: plain(book.views[v][i]) for v in BOOK_VIEWS},
            }
            for i, (c, m, w, y, r) in enumerate(
                zip(book.cases, book.months, book.reference_class, book.outcome, book.reason.tolist(), strict=True)
            )
        ]
        return {
            "questions": [plain(q) for q in self.questions],
            "case_book": {**plain(self.book_result), "cases": cases, "size": asdict(book.size)},
            "pool": plain(self.weight),
            "draws": self.draws,
            "seed": self.seed,
            "burn_in": BURN_IN,
        }


class _Bootstrap(NamedTuple):
    """Of the skill intervals and the consistency bands."""

    draws: int
    seed: int


@dataclass(frozen=True)
class _Scored:
    """The occasions of a question that are scored, with every view of them."""

    question: Question
    views: dict[str, Floats]  # view -> [row, label]
    outcome: Ints  # [row] number of the label
    cluster: NDArray  # [row]
    dates: tuple[date, date]  # of the first and the last forecast
    left_out: dict[str, int]  # reason -> occasions that are not scored
    fit: Fit | None  # last pool
    shown: tuple[str, ...]  # views of which calibration and decomposition are reported


def backtest(
    tables: Tables | None = None, draws: int = DRAWS, seed: int = SEED, inside: dict[int, Floats] | None = None
) -> Backtest:
    """Return the backtest; it takes well under a minute.

    Parameters
    ----------
    tables
        Case tables by kind (ceasefires, episodes, processes); default the committed ones.
    draws, seed
        Of the bootstrap over clusters and of the consistency bands.
    inside
        Inside views of the case book by episode id [month, class]; default the committed ones.

    Returns
    -------
    Backtest
        Mean Brier, ranked probability and log scores of every view on every question, their skill against climatology
        with 95 % intervals, calibration, and the occasions that are not scored by reason.

    References
    ----------
    Brier (1950), Monthly Weather Review 78, 1-3.
    Epstein (1969), Journal of Applied Meteorology 8, 985-987.
    """
    bootstrap = _Bootstrap(draws, seed)
    questions = tuple(_question(o, bootstrap) for o in occasions(tables))
    book = case_book(inside)
    return Backtest(questions, book, _result(_scored_cases(book), bootstrap), shipped(), draws, seed)


def _question(o: Occasions, bootstrap: _Bootstrap) -> Result:
    """Return the scores of a question; of ceasefires also what if unrecorded fates were known."""
    f = forecast(o)
    days = o.made[f.scored]
    scored = _Scored(
        question=o.question,
        views={v: f.views[v][f.scored] for v in VIEWS},
        outcome=o.outcome[f.scored],
        cluster=o.cluster[f.scored],
        dates=(_date(days.min()), _date(days.max())),
        left_out=_left_out(f.reason),
        fit=f.fits[-1],
        shown=("outside", "pooled"),
    )
    bounds = tuple(_bound(o, i, bootstrap) for i in (0, 1)) if o.question.family == "ceasefires" else ()
    return _result(scored, bootstrap, bounds)


def _scored_cases(book: CaseBook) -> _Scored:
    """Return the rows of the case book that are scored."""
    ok = book.scored
    cases = [c for c, use in zip(book.cases, ok, strict=True) if use]
    title = f"the outcome class {MONTHS[0]} and {MONTHS[1]} months after talks began"
    return _Scored(
        question=Question("case-book", title, ORDER, ORDER.index("nowhere"), "case book", ""),
        views={v: book.views[v][ok] for v in BOOK_VIEWS},
        outcome=book.outcome[ok],
        cluster=np.array([c.cluster for c in cases]),
        dates=(min(c.talks for c in cases), max(c.talks for c in cases)),
        left_out=_left_out(book.reason),
        fit=[f for f in book.fits if f is not None][-1],
        shown=("inside", "outside", "pooled"),
    )


def _left_out(reason: NDArray[np.str_]) -> dict[str, int]:
    """Return how many occasions are not scored, by reason (sorted)."""
    reasons, counts = np.unique(reason[reason != ""], return_counts=True)
    return dict(zip(reasons.tolist(), counts.tolist(), strict=True))


def _result(scored: _Scored, bootstrap: _Bootstrap, bounds: tuple[Bound, ...] = ()) -> Result:
    q, y = scored.question, scored.outcome
    each = {v: _each(p, y) for v, p in scored.views.items()}
    shares = np.bincount(y, minlength=len(q.labels)) / y.size
    changed, event = {v: 1 - scored.views[v][:, q.same] for v in scored.shown}, (y != q.same).astype(int)
    return Result(
        key=q.key,
        title=q.title,
        family=q.family,
        labels=q.labels,
        n=y.size,
        clusters=np.unique(scored.cluster).size,
        first=scored.dates[0],
        last=scored.dates[1],
        frequency={k: float(s) for k, s in zip(q.labels, shares, strict=True)},
        left_out=scored.left_out,
        scores=tuple(_scores(v, s, each[REFERENCE], scored.cluster, bootstrap) for v, s in each.items()),
        calibration={
            v: score.calibration(p, event, draws=bootstrap.draws, seed=bootstrap.seed) for v, p in changed.items()
        },
        decomposition={v: score.decompose(p, event, bins=10) for v, p in changed.items()},
        fit=scored.fit,
        bounds=bounds,
    )


def _each(p: Floats, y: Ints) -> dict[str, Floats]:
    """Return the scores of a view [row] by name; the RPS only where there are more than two labels."""
    if p.shape[1] == 2:
        return {"brier": score.brier(p[:, 1], y), "log": score.log_score(p, y)}
    return {"brier": score.brier(p, y), "log": score.log_score(p, y), "rps": score.rps(p, y)}


def _scores(
    view: str, each: dict[str, Floats], reference: dict[str, Floats], cluster: NDArray, bootstrap: _Bootstrap
) -> Scores:
    """Return a view's mean scores and their skill against the reference."""
    skill = {k: score.skill(s, reference[k], cluster, *bootstrap) for k, s in each.items()}
    mean = {k: float(s.mean()) for k, s in each.items()}
    return Scores(view, mean["brier"], mean["log"], mean.get("rps"), skill["brier"], skill["log"], skill.get("rps"))


def _bound(o: Occasions, label: int, bootstrap: _Bootstrap) -> Bound:
    """Return the Brier skill of two views had every unrecorded fate been `label`."""
    f = forecast(o.bound(label))
    ok, y = f.scored, f.occasions.outcome
    base = score.brier(f.views[REFERENCE][ok, 1], y[ok])
    skills = {
        v: score.skill(score.brier(f.views[v][ok, 1], y[ok]), base, o.cluster[ok], *bootstrap)
        for v in ("outside", "pooled")
    }
    return Bound(o.question.labels[label], int(ok.sum()), float((y[ok] == 1).mean()), skills)


def _date(day: int) -> date:
    return date(1970, 1, 1) + timedelta(int(day))


__all__ = ["Backtest", "Bound", "Forecasts", "Result", "Scores", "backtest"]
