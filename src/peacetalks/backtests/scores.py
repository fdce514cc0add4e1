"""The scores of every view on one question: proper scores, skill against climatology, discrimination, calibration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from peacetalks.backtests.measures import Parts, auc, parts
from peacetalks.evidence import score
from peacetalks.outcomes import ENDS

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from peacetalks.backtests.log_pool import Fit
    from peacetalks.backtests.occasions import Question
    from peacetalks.evidence.anchor import Weight
    from peacetalks.evidence.arrays import Floats, Ints
    from peacetalks.evidence.score import Calibration, Decomposition, Skill

REFERENCE = "climatology"
DISCRIMINATED = ("peace", "more_conflict")  # outcome classes of which the AUC and the calibration are reported


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
    fit: Fit | Weight | None  # last pool, or last weight of the best estimate
    bounds: tuple[Bound, ...] = ()
    auc: dict[str, dict[str, float]] = field(default_factory=dict)  # view -> outcome class -> AUC
    end_calibration: dict[str, dict[str, Calibration]] = field(default_factory=dict)  # view -> outcome class
    parts: dict[str, Parts] = field(default_factory=dict)  # view -> parts of the Brier score of the outcome classes
    mean: dict[str, dict[str, float]] = field(default_factory=dict)  # view -> label -> mean probability

    def of(self, view: str) -> Scores:
        """Return the scores of a view."""
        return next(s for s in self.scores if s.view == view)


class Bootstrap(NamedTuple):
    """Of the skill intervals and the consistency bands."""

    draws: int
    seed: int


@dataclass(frozen=True)
class Scored:
    """The occasions of a question that are scored, with every view of them."""

    question: Question
    views: dict[str, Floats]  # view -> [row, label]
    outcome: Ints  # [row] number of the label
    cluster: NDArray  # [row]
    dates: tuple[date, date]  # of the first and the last forecast
    left_out: dict[str, int]  # reason -> occasions that are not scored
    fit: Fit | Weight | None  # last pool or weight
    shown: tuple[str, ...]  # views of which calibration and decomposition are reported


def left_out(reason: NDArray[np.str_]) -> dict[str, int]:
    """Return how many occasions are not scored, by reason (sorted).

    >>> left_out(np.array(["", "early", "early"]))
    {'early': 2}
    """
    reasons, counts = np.unique(reason[reason != ""], return_counts=True)
    return dict(zip(reasons.tolist(), counts.tolist(), strict=True))


def result(scored: Scored, bootstrap: Bootstrap, bounds: tuple[Bound, ...] = ()) -> Result:
    """Return the scores of the occasions of a question."""
    q, y = scored.question, scored.outcome
    by_view = {v: each(p, y) for v, p in scored.views.items()}
    shares = np.bincount(y, minlength=len(q.labels)) / y.size
    changed, event = {v: 1 - scored.views[v][:, q.same] for v in scored.shown}, (y != q.same).astype(int)
    ends = [q.labels.index(e) for e in DISCRIMINATED] if set(q.labels) == set(ENDS) else []

    def bins(p: Floats, came: Ints) -> Calibration:
        return score.calibration(p, came, draws=bootstrap.draws, seed=bootstrap.seed)

    return Result(
        key=q.key,
        title=q.title,
        family=q.family,
        labels=q.labels,
        n=y.size,
        clusters=np.unique(scored.cluster).size,
        first=scored.dates[0],
        last=scored.dates[1],
        frequency=_by_label(q.labels, shares),
        left_out=scored.left_out,
        scores=tuple(_scores(v, s, by_view[REFERENCE], scored.cluster, bootstrap) for v, s in by_view.items()),
        calibration={v: bins(p, event) for v, p in changed.items()},
        decomposition={v: score.decompose(p, event, bins=10) for v, p in changed.items()},
        fit=scored.fit,
        bounds=bounds,
        auc={v: {q.labels[k]: auc(p[:, k], y == k) for k in ends} for v, p in scored.views.items()} if ends else {},
        end_calibration={
            v: {q.labels[k]: bins(scored.views[v][:, k], (y == k).astype(int)) for k in ends} for v in scored.shown
        },
        parts={v: parts(p, y) for v, p in scored.views.items()} if ends else {},
        mean={v: _by_label(q.labels, p.mean(axis=0)) for v, p in scored.views.items()},
    )


def each(p: Floats, y: Ints) -> dict[str, Floats]:
    """Return the scores of a view [row] by name; the RPS only where there are more than two labels."""
    if p.shape[1] == 2:
        return {"brier": score.brier(p[:, 1], y), "log": score.log_score(p, y)}
    return {"brier": score.brier(p, y), "log": score.log_score(p, y), "rps": score.rps(p, y)}


def _by_label(labels: tuple[str, ...], values: Floats) -> dict[str, float]:
    return {k: float(v) for k, v in zip(labels, values, strict=True)}


def _scores(
    view: str, of: dict[str, Floats], reference: dict[str, Floats], cluster: NDArray, bootstrap: Bootstrap
) -> Scores:
    """Return a view's mean scores and their skill against the reference."""
    skill = {k: score.skill(s, reference[k], cluster, *bootstrap) for k, s in of.items()}
    mean = {k: float(s.mean()) for k, s in of.items()}
    return Scores(view, mean["brier"], mean["log"], mean.get("rps"), skill["brier"], skill["log"], skill.get("rps"))
