"""The backtest: every view scored on every question, against climatology, with intervals and with what was left out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.backtests import targets
from peacetalks.backtests.best_estimate import from_tables
from peacetalks.backtests.case_book import VIEWS as BOOK_VIEWS
from peacetalks.backtests.case_book import CaseBook
from peacetalks.backtests.case_outcomes import MONTHS, ORDER
from peacetalks.backtests.conflict_year_views import VIEWS as YEAR_VIEWS
from peacetalks.backtests.conflict_year_views import YearViews
from peacetalks.backtests.occasions import Occasions, Question, day_of, occasions
from peacetalks.backtests.scores import REFERENCE, Bootstrap, Bound, Result, Scored, Scores, left_out, result
from peacetalks.backtests.variants import Variant, variants
from peacetalks.backtests.views import BURN_IN, VIEWS, forecast
from peacetalks.equilibrium.watch import report_share
from peacetalks.evidence import score
from peacetalks.evidence.anchor import shipped
from peacetalks.evidence.local_tables import package_only
from peacetalks.evidence.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from peacetalks.evidence.anchor import Weight
    from peacetalks.evidence.arrays import Bools

DRAWS, SEED = 1000, 7
NOWHERE = ORDER.index("nowhere")
EVERY = "all"
GROUPS: dict[str, Callable[[pl.DataFrame], pl.Series]] = {
    EVERY: lambda f: f["year"] > 0,
    "civil": lambda f: f["kind"] == "civil",
    "interstate": lambda f: f["kind"] == "interstate",
    "minor": lambda f: f["intensity"] == "minor",
    "war": lambda f: f["intensity"] == "war",
}


@dataclass(frozen=True)
class Backtest:
    """The whole backtest."""

    years: tuple[YearViews, ...]  # [horizon]
    year_results: tuple[Result, ...]  # of the conflict-years: by horizon and group
    book: CaseBook
    book_result: Result  # of the case book
    compared: tuple[targets.Compared, ...]  # calibrated model and best estimate with the record
    targets: tuple[targets.Target, ...]
    variants: tuple[Variant, ...]  # other ways to join record and model, tried on the conflict-years
    questions: tuple[Result, ...]  # ceasefires, episodes, processes
    weight: Weight  # of the best estimate, as it is shipped
    draws: int
    seed: int

    @property
    def sharpens(self) -> bool:
        """Whether the best estimate scores better than the record alone (`targets.sharpens`)."""
        return targets.sharpens(self.compared)

    def of_years(self, months: int, group: str = EVERY) -> Result:
        """Return the scores of the conflict-years of a group at a horizon."""
        return next(q for q in self.year_results if q.key == _key(months, group))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; what is not finite or not known is None."""
        book = self.book
        cases = [
            {
                "id": c.id,
                "name": c.name,
                "talks": c.talks.isoformat(),
                "months": int(m),
                "came_true": ORDER[y],
                "left_out": r or None,
                **{v: plain(book.views[v][i]) for v in BOOK_VIEWS},
            }
            for i, (c, m, y, r) in enumerate(
                zip(book.cases, book.months, book.outcome, book.reason.tolist(), strict=True)
            )
        ]
        return {
            "conflict_years": [plain(q) for q in self.year_results],
            "targets": [plain(t) for t in self.targets],
            "compared": [plain(c) for c in self.compared],
            "sharpens": self.sharpens,
            "variants": [plain(v) for v in self.variants],
            "questions": [plain(q) for q in self.questions],
            "case_book": {**plain(self.book_result), "cases": cases, "size": asdict(book.size)},
            "weight": plain(self.weight),
            "draws": self.draws,
            "seed": self.seed,
            "burn_in": BURN_IN,
        }


@package_only()
def backtest(draws: int = DRAWS, seed: int = SEED) -> Backtest:
    """Return the backtest of the committed tables; it takes well under a minute.

    Parameters
    ----------
    draws, seed
        Of the bootstrap over clusters and of the consistency bands.

    Returns
    -------
    Backtest
        Mean Brier, ranked probability and log scores of every view on every question, their skill against climatology
        with 95 % intervals, calibration, discrimination, and the occasions that are not scored by reason.

    References
    ----------
    Brier (1950), Monthly Weather Review 78, 1-3.
    Epstein (1969), Journal of Applied Meteorology 8, 985-987.
    """
    bootstrap = Bootstrap(draws, seed)
    views, book = from_tables()
    report_share(0.57)  # shares of the time (measured)
    scored = tuple(_year_result(v, g, bootstrap) for v in views for g in GROUPS)
    report_share(0.65)
    book_result = result(_scored_cases(book), bootstrap)
    compared = [c for w in ("model", "best") for v in views for c in targets.compared(v, w, bootstrap)]
    every = {m: next(q for q in scored if q.key == _key(m, EVERY)) for m in MONTHS}
    reached = [
        *targets.year_targets(compared, every),
        *(targets.bins_target(m, every[m].calibration["best"]) for m in MONTHS),
        targets.book_target(book_result, book, bootstrap),
    ]
    report_share(0.67)
    questions = tuple(_question(o, bootstrap) for o in occasions())
    report_share(0.98)
    tried = tuple(t for v in views for t in variants(v, bootstrap))
    return Backtest(
        views, scored, book, book_result, tuple(compared), tuple(reached), tried, questions, shipped(), draws, seed
    )


def _key(months: int, group: str) -> str:
    return f"conflict-years-{months}m" + ("" if group == EVERY else f"-{group}")


def _year_result(v: YearViews, group: str, bootstrap: Bootstrap) -> Result:
    """Return the scores of the conflict-years of a group at a horizon."""
    here: Bools = GROUPS[group](v.rows.frame).to_numpy()
    ok = v.scored & here
    dates = [d for d, use in zip(v.rows.dates, ok, strict=True) if use]
    weights = [w for w in v.weights if w is not None]
    which = "all conflict-years" if group == EVERY else f"conflict-years, {group}"
    title = f"the outcome class {v.months} months later, {which}"
    scored = Scored(
        question=Question(_key(v.months, group), title, ORDER, NOWHERE, "conflict-years", f"{v.months} months"),
        views={name: v.views[name][ok] for name in YEAR_VIEWS},
        outcome=v.rows.outcome(v.months)[ok],
        cluster=v.rows.cluster[ok],
        dates=(min(dates), max(dates)),
        left_out=left_out(v.reason[here]),
        fit=weights[-1] if weights else None,
        shown=("ridge", "record", "model", "best") if group == EVERY else ("best",),
    )
    return result(scored, bootstrap)


def _question(o: Occasions, bootstrap: Bootstrap) -> Result:
    """Return the scores of a question; of ceasefires also what if unrecorded fates were known."""
    f = forecast(o)
    days = o.made[f.scored]
    scored = Scored(
        question=o.question,
        views={v: f.views[v][f.scored] for v in VIEWS},
        outcome=o.outcome[f.scored],
        cluster=o.cluster[f.scored],
        dates=(day_of(days.min()), day_of(days.max())),
        left_out=left_out(f.reason),
        fit=f.fits[-1],
        shown=("outside", "pooled"),
    )
    bounds = tuple(_bound(o, i, bootstrap) for i in (0, 1)) if o.question.family == "ceasefires" else ()
    return result(scored, bootstrap, bounds)


def _scored_cases(book: CaseBook) -> Scored:
    """Return the rows of the case book that are scored."""
    ok = book.scored
    cases = [c for c, use in zip(book.cases, ok, strict=True) if use]
    title = f"the outcome class {MONTHS[0]} and {MONTHS[1]} months after talks began"
    return Scored(
        question=Question("case-book", title, ORDER, NOWHERE, "case book", ""),
        views={v: book.views[v][ok] for v in BOOK_VIEWS},
        outcome=book.outcome[ok],
        cluster=np.array([c.cluster for c in cases]),
        dates=(min(c.talks for c in cases), max(c.talks for c in cases)),
        left_out=left_out(book.reason),
        fit=[w for w in book.weights if w is not None][-1],
        shown=("model", "record", "best"),
    )


def _bound(o: Occasions, label: int, bootstrap: Bootstrap) -> Bound:
    """Return the Brier skill of two views had every unrecorded fate been `label`."""
    f = forecast(o.bound(label))
    ok, y = f.scored, f.occasions.outcome
    base = score.brier(f.views[REFERENCE][ok, 1], y[ok])
    skills = {
        v: score.skill(score.brier(f.views[v][ok, 1], y[ok]), base, o.cluster[ok], *bootstrap)
        for v in ("outside", "pooled")
    }
    return Bound(o.question.labels[label], int(ok.sum()), float((y[ok] == 1).mean()), skills)


__all__ = ["Backtest", "Bound", "Result", "Scores", "backtest"]
