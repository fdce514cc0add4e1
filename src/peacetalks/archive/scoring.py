"""How saved forecasts did: proper scores against what came true, and against the record by itself.

Each saved forecast that covers a resolved day is scored once for that day, in every view that was saved with it: the
best estimate, the model alone and the record.  Scores are those of `evidence.score`: the Brier score over the three
outcome classes (0 to 2), the logarithmic score and the ranked probability score (peace, still no settlement, more
conflict, in this order); lower is better.

Forecasts of one conflict fail and succeed together, so each scenario counts once, by the mean of its scores, and the
interval is a bootstrap over scenarios; with fewer than `FEW` scenarios there are too few to say.  A forecast that was
saved after the day that it is scored for is no evidence: who saved it could know.

References
----------
Brier (1950), Monthly Weather Review 78, 1-3.
Gneiting and Raftery (2007), Journal of the American Statistical Association 102, 359-378.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.archive.matching import Match, matches
from peacetalks.archive.saved import VIEWS
from peacetalks.backtests.measures import difference
from peacetalks.evidence import score
from peacetalks.outcomes import ENDS

if TYPE_CHECKING:
    from peacetalks.archive.folder import Archive, Refused
    from peacetalks.archive.matching import Unscored
    from peacetalks.archive.resolved import Resolved, UnusedRow
    from peacetalks.evidence.arrays import Floats
    from peacetalks.evidence.score import Calibration, Skill

RULES = {"brier": score.brier, "log": score.log_score, "rps": score.rps}
FEW = 5  # scenarios below which there is no interval
ENOUGH = 30  # forecasts from which the calibration is shown
BINS = 5
DRAWS, SEED = 1000, 7  # of the bootstrap over scenarios
REFERENCES = ("record", "model")  # that the best estimate is compared with


@dataclass(frozen=True)
class ScoredForecast:
    """One forecast of one day, with its scores in every view."""

    match: Match
    scores: dict[str, dict[str, float]]  # view -> rule -> score

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; a logarithmic score that is infinite is None, and said to be."""
        scores = {
            view: {rule: x if np.isfinite(x) else None for rule, x in of.items()}
            | {"log_infinite": bool(np.isinf(of["log"]))}
            for view, of in self.scores.items()
        }
        return {**self.match.to_dict(), "scores": scores}


@dataclass(frozen=True)
class Average:
    """The mean of a score of a view, every scenario once, with a 95% interval where there are enough scenarios."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class ScenarioMean:
    """The mean scores of one scenario's forecasts."""

    scenario: str
    n: int
    brier: dict[str, float]  # view -> mean Brier score


@dataclass(frozen=True)
class ScoreSet:
    """The scores of some forecasts, together."""

    scored: tuple[ScoredForecast, ...]
    averages: dict[str, dict[str, Average]]  # view -> rule
    skill: dict[str, dict[str, Skill]]  # reference view -> rule: of the best estimate
    scenarios: tuple[ScenarioMean, ...]
    calibration: dict[str, Calibration]  # outcome class -> of the best estimate; empty with too few
    notes: tuple[str, ...]  # what there are too few forecasts for

    @property
    def too_few(self) -> bool:
        """Whether there are too few scenarios for an interval."""
        return len(self.scenarios) < FEW

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; what is not known is None."""
        return {
            "n": len(self.scored),
            "scenarios": [{"scenario": s.scenario, "n": s.n, "brier": s.brier} for s in self.scenarios],
            "averages": {
                v: {r: {"value": _finite(a.value), "low": a.low, "high": a.high} for r, a in of.items()}
                for v, of in self.averages.items()
            },
            "skill": {ref: {r: _skill_to_dict(s) for r, s in of.items()} for ref, of in self.skill.items()},
            "calibration": {
                end: {k: getattr(c, k).tolist() for k in ("forecast", "observed", "n", "low", "high")}
                for end, c in self.calibration.items()
            },
            "scored": [s.to_dict() for s in self.scored],
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Scores:
    """How the forecasts of a folder did; made by `score_archive`."""

    main: ScoreSet
    hindsight: ScoreSet  # forecasts saved after the day: no evidence
    unscored: tuple[Unscored, ...]  # forecasts that are not scored, and why
    unmatched: tuple[UnusedRow, ...]  # rows that no forecast covers
    resolved: Resolved
    damaged: tuple[Refused, ...]  # files left out

    def __repr__(self) -> str:
        """Return how many forecasts were scored, and the mean Brier score of each view."""
        n, k = len(self.main.scored), len(self.main.scenarios)
        means = ", ".join(f"{view} {a['brier'].value:.3f}" for view, a in self.main.averages.items())
        return f"Scores of {n} forecasts of {k} scenarios; mean Brier score: {means or 'none'}"

    def to_dict(self) -> dict[str, Any]:
        """Return the plain table that `--json` prints, but for the finding."""
        r = self.resolved
        return {
            **self.main.to_dict(),
            "hindsight": self.hindsight.to_dict(),
            "unscored": [u.to_dict() for u in self.unscored],
            "unmatched": [p.to_dict() for p in self.unmatched],
            "duplicates": [p.to_dict() for p in r.duplicates],
            "contradictory": [p.to_dict() for p in r.contradictory],
            "unreadable": [p.to_dict() for p in r.unreadable],
            "damaged": [r.to_dict() for r in self.damaged],
        }


def score_archive(archive: Archive, resolved: Resolved) -> Scores:
    """Return how the forecasts of a folder did.

    Parameters
    ----------
    archive : Archive
        From `read_folder`.
    resolved : Resolved
        What came true, from `read_resolved`.

    Returns
    -------
    Scores
        Forecasts saved after the day that they are scored for stand apart; what is not scored is listed with the
        reason.
    """
    found = matches(archive, resolved)
    late = [m for m in found.matches if m.hindsight]
    main = score_set([m for m in found.matches if not m.hindsight])
    return Scores(main, score_set(late), found.unscored, found.unmatched, resolved, archive.refused)


def score_set(found: list[Match]) -> ScoreSet:
    """Return the scores of forecasts with what came true."""
    if not found:
        return ScoreSet((), {}, {}, (), {}, ())
    y = np.array([list(ENDS).index(m.outcome) for m in found])
    p = {view: np.array([[m.views[view][end] for end in ENDS] for m in found]) for view in VIEWS}
    each = {view: {rule: of(p[view], y) for rule, of in RULES.items()} for view in VIEWS}
    scored = tuple(
        ScoredForecast(m, {v: {r: float(x[i]) for r, x in of.items()} for v, of in each.items()})
        for i, m in enumerate(found)
    )
    names, place = np.unique([m.scenario for m in found], return_inverse=True)
    means = {v: {r: _by_scenario(x, place) for r, x in of.items()} for v, of in each.items()}
    averages = {v: {r: _average(x) for r, x in of.items()} for v, of in means.items()}
    skill = {ref: {r: _skill(means["best"][r], means[ref][r]) for r in RULES} for ref in REFERENCES}
    counts = np.bincount(place)
    scenarios = tuple(
        ScenarioMean(str(name), int(counts[k]), {v: float(means[v]["brier"][k]) for v in VIEWS})
        for k, name in enumerate(names)
    )
    enough = len(found) >= ENOUGH and len(names) >= FEW
    calibration = (
        {end: score.calibration(p["best"][:, k], y == k, BINS) for k, end in enumerate(ENDS)} if enough else {}
    )
    return ScoreSet(scored, averages, skill, scenarios, calibration, _notes(len(found), len(names)))


def _notes(n: int, scenarios: int) -> tuple[str, ...]:
    out = []
    if scenarios < FEW:
        out.append(
            f"{scenarios} scenario{'s' * (scenarios != 1)} resolved: too few to say whether the best estimate does "
            f"better; an interval needs {FEW}."
        )
    if n < ENOUGH or scenarios < FEW:
        out.append(f"The calibration needs {ENOUGH} forecasts of {FEW} scenarios; there are {n} of {scenarios}.")
    return tuple(out)


def _by_scenario(x: Floats, place: np.ndarray) -> Floats:
    """Return the mean of scores [forecast] by scenario [scenario]."""
    return np.bincount(place, x) / np.bincount(place)


def _average(means: Floats) -> Average:
    """Return the mean over scenarios, with its interval where there are enough."""
    value = float(means.mean())
    if len(means) < FEW or not np.isfinite(means).all():
        return Average(value, None, None)
    d = difference(means, np.zeros_like(means), np.arange(len(means)), DRAWS, SEED)
    return Average(value, d.low, d.high)


def _skill(best: Floats, reference: Floats) -> Skill:
    return score.skill(best, reference, draws=DRAWS, seed=SEED)


def _skill_to_dict(s: Skill) -> dict[str, Any]:
    """Return a skill as plain values; without an interval where there are too few scenarios."""
    known = s.clusters >= FEW
    low, high = (_finite(x) if known else None for x in (s.low, s.high))
    return {"value": _finite(s.value), "low": low, "high": high, "scenarios": s.clusters}


def _finite(x: float) -> float | None:
    return x if np.isfinite(x) else None
