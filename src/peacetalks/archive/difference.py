"""Two forecasts compared: what changed, and what each change did to the answer.

Both are read at the same calendar dates where the earlier one reaches them (the question "by 20 May 2026" is then the
same question), else at the same number of months after each.  The difference of the best estimate, and of the model
alone, is split into parts that sum to it:

* the groups of entries that changed, and the date (time passed, and what the record held by then): with v(S) the
  answer when the groups S are as in B, Shapley values where there are few (`shapley.py`), else each group changed by
  itself, in the order of the file, and what is left as the interaction;
* the program, its data and settings: how far the answers that were saved differ from those that this version of the
  program gives for the same two scenarios.

References
----------
Shapley, L. S. (1953). A value for n-person games. *Contributions to the Theory of Games II*, 307-317.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.archive.answer import DatedAnswer, Horizon, Solver, horizon, saved_answer
from peacetalks.archive.changes import DATE, EXACT, ChangedEntry, between, changed_entries, partition, sets_of
from peacetalks.archive.provenance import ProgramChange, program_changes
from peacetalks.errors import NotSolved, SpecError
from peacetalks.forecasting.settings import BELIEF_POINTS
from peacetalks.forecasting.size import check_size
from peacetalks.outcomes import ENDS
from peacetalks.questions.shapley import shapley

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from peacetalks.archive.subject import Subject
    from peacetalks.evidence.arrays import Floats
    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.forecasting.jobs import Progress

PROGRAM, INTERACTION = "program, data and settings", "interaction of the changes"
BY_SHAPLEY = "Shapley values over the changed groups"
BY_ONE = "each group changed by itself from A; what is left is the interaction"
BY_NAME = "only one group of entries changed, so what they did is its part"
NOT_ASKED = "not asked for"
ALL_PROGRAM = (
    "no entry that can move the forecast changed, so the whole difference is the program's, its data's or its settings'"
)


@dataclass(frozen=True)
class Part:
    """What one thing did to the answer."""

    name: str
    kind: str  # "entries", "date", "program" or "interaction"
    best: Floats | None  # [date, end] change of the best estimate; None where there is none on either side
    model: Floats  # [date, end] change of the model alone

    def to_dict(self) -> dict[str, Any]:
        """Return plain values by outcome class."""
        return {
            "name": self.name,
            "kind": self.kind,
            "best": None if self.best is None else columns(self.best),
            "model": columns(self.model),
        }


@dataclass(frozen=True)
class Difference:
    """Two forecasts, what changed between them and what it did; made by `difference`."""

    a: Subject
    b: Subject
    entries: tuple[ChangedEntry, ...]
    program: tuple[ProgramChange, ...]
    horizon: Horizon
    answers: tuple[DatedAnswer, DatedAnswer] | None  # None where one was not saved, and nothing was solved
    parts: tuple[Part, ...] | None  # None where the difference was not split (`reason`)
    method: str  # how it was split
    reason: str  # why it was not; else ""
    settings: dict[str, Any]

    def __repr__(self) -> str:
        """Return what is compared, and how many entries differ."""
        n = len(self.entries)
        parts = "not split" if self.parts is None else f"{len(self.parts)} parts"
        return f"Difference of {self.a!r} and {self.b!r}: {n} entr{'y' if n == 1 else 'ies'}, {parts}"

    @property
    def best(self) -> Floats | None:
        """The change of the best estimate [date, end]; None where it is not known on both sides."""
        a, b = (None, None) if self.answers is None else (x.best for x in self.answers)
        return None if a is None or b is None else b - a

    @property
    def model(self) -> Floats | None:
        """The change of the model alone [date, end]; None where it was not computed."""
        return None if self.answers is None else self.answers[1].model - self.answers[0].model

    def to_dict(self) -> dict[str, Any]:
        """Return the plain table that `--json` prints, but for the finding."""
        return {
            "a": _subject_to_dict(self.a),
            "b": _subject_to_dict(self.b),
            "aligned": self.horizon.aligned,
            "dates": {x: [d.isoformat() for d in days] for x, days in zip("ab", self.horizon.days, strict=True)},
            "entries": [e.to_dict() for e in self.entries],
            "program": [p.to_dict() for p in self.program],
            "best": self._both("best", self.best),
            "best_interval": None if self.answers is None else {x: a.intervals() for x, a in self._named()},
            "model": self._both("model", self.model),
            "record": self._both("record", None),
            "parts": None if self.parts is None else [p.to_dict() for p in self.parts],
            "method": self.method or None,
            "reason": self.reason or None,
            "settings": self.settings,
        }

    def _named(self) -> list[tuple[str, DatedAnswer]]:
        return [] if self.answers is None else list(zip("ab", self.answers, strict=True))

    def _both(self, view: str, change: Floats | None) -> dict[str, Any] | None:
        """Return a view of both, and its change, by outcome class."""
        if self.answers is None:
            return None
        found = {x: getattr(a, view) for x, a in self._named()}
        if view == "record":
            pair = [t for t in found.values() if t is not None]
            change = pair[1] - pair[0] if len(pair) == 2 else None
        found["change"] = change
        return {x: None if t is None else columns(t) for x, t in found.items()}


def difference(
    a: Subject,
    b: Subject,
    attribute: bool = True,
    belief_points: int | None = None,
    progress: Progress | None = None,
    jobs: int = 1,
    answers: AnswerCache | None = None,
) -> Difference:
    """Return what differs between two forecasts, and what each change did.

    Parameters
    ----------
    a, b : Subject
        A saved forecast, or a scenario that is forecast now; see `subject`.
    attribute : bool
        Split the difference; games are solved for it. Without it only saved answers are compared.
    belief_points : int, optional
        Of the games that are solved; default: that of B where it was saved, else of A, else 5.
    progress : function, optional
        Called as `progress(done, all)` after every solve.
    jobs : int
        Most processes that solve.
    answers : AnswerCache, optional
        Games solved before are read from it.

    Raises
    ------
    SpecError
        Belief points out of range, or a game that is too large.
    NotSolved
        The game of a scenario that was not saved has no solution within tolerance.
    """
    points = belief_points
    if points is None:
        points = _saved_points(b) or _saved_points(a) or BELIEF_POINTS
    at, settings = horizon(a, b), {"belief_points": points, "solves": 0}
    entries, program = changed_entries(a, b), program_changes(a.saved, b.saved)
    found = Difference(a, b, entries, program, at, _saved_answers(a, b, at), None, "", NOT_ASKED, settings)
    if not attribute:
        return found
    check_size(b.scenario, points, 1)
    groups = partition(a, b)
    if a.saved is not None and b.saved is not None and not program and len(groups) <= 1:
        return _without_solving(found, next(iter(groups), None))
    try:
        return _split(found, groups, Solver(at, points, jobs, answers, progress))
    except (NotSolved, SpecError) as e:
        if found.answers is None:
            raise
        return replace(found, reason=str(e))


def _saved_answers(a: Subject, b: Subject, at: Horizon) -> tuple[DatedAnswer, DatedAnswer] | None:
    """Return the answers of two saved forecasts; None where one was not saved."""
    if a.saved is None or b.saved is None:
        return None
    return saved_answer(a.saved, at.days[0]), saved_answer(b.saved, at.days[1])


def _without_solving(found: Difference, group: str | None) -> Difference:
    """Return the difference of two saved forecasts between which at most one group, or only settings, changed."""
    whole = replace(found, reason="")
    assert whole.model is not None
    name, kind = (PROGRAM, "program") if group is None else (group, "date" if group == DATE else "entries")
    part = Part(name, kind, whole.best, whole.model)
    moved = bool(np.abs(part.model).max(initial=0.0) > 0) or bool(whole.best is not None and whole.best.any())
    parts = (part,) if group is not None or moved else ()
    return replace(whole, parts=parts, method=ALL_PROGRAM if group is None else BY_NAME)


def _split(found: Difference, groups: dict[str, tuple[str, ...]], solver: Solver) -> Difference:
    """Return the difference, split over the groups and the program."""
    a, b, names = found.a, found.b, list(groups)
    solved = solver.answers_of({chosen: between(a, b, groups, chosen) for chosen in sets_of(names)})
    ends = [solved[frozenset()], solved[frozenset(names)]]
    both = (_of(a, ends[0], found.horizon.days[0]), _of(b, ends[1], found.horizon.days[1]))
    whole = replace(found, answers=both, reason="")
    stacked = {s: _stacked(x) for s, x in solved.items()}
    parts = [
        _part(name, "date" if name == DATE else "entries", effect)
        for name, effect in zip(names, _effects(stacked, names), strict=True)
    ]
    among = stacked[frozenset(names)] - stacked[frozenset()]
    if len(names) > EXACT:
        parts.append(_part(INTERACTION, "interaction", among - sum(_effects(stacked, names))))
    if a.saved is not None or b.saved is not None:
        parts.append(_part(PROGRAM, "program", _stacked(both[1]) - _stacked(both[0]) - among))
    method = (BY_SHAPLEY if len(names) <= EXACT else BY_ONE) if len(names) > 1 else BY_NAME if names else ALL_PROGRAM
    return replace(whole, parts=tuple(parts), method=method, settings={**found.settings, "solves": solver.solves})


def _of(s: Subject, now: DatedAnswer, days: Sequence[date]) -> DatedAnswer:
    """Return the answer that was saved, or else the one that was found now."""
    return now if s.saved is None else saved_answer(s.saved, days)


def _effects(stacked: dict[frozenset[str], Floats], names: list[str]) -> list[Floats]:
    """Return the part of each group [view, date, end]."""
    if not names:
        return []
    if len(names) > EXACT:
        return [stacked[frozenset({name})] - stacked[frozenset()] for name in names]
    return list(shapley(lambda s: stacked[s], names, exact_up_to=EXACT).credit)


def _stacked(x: DatedAnswer) -> Floats:
    """Return best estimate and model [view, date, end]; NaN where there is no best estimate."""
    return np.stack([np.full_like(x.model, np.nan) if x.best is None else x.best, x.model])


def _part(name: str, kind: str, effect: Floats) -> Part:
    best = None if np.isnan(effect[0]).all() else effect[0]
    return Part(name, kind, best, effect[1])


def _saved_points(s: Subject) -> int | None:
    """Return the belief points with which a forecast was saved."""
    found = None if s.saved is None else s.saved.numbers.settings.get("belief_points")
    return found if isinstance(found, int) else None


def _subject_to_dict(s: Subject) -> dict[str, Any]:
    return {
        "name": s.name,
        "scenario": s.scenario.name,
        "title": s.scenario.title,
        "as_of": s.as_of.isoformat(),
        "digest": s.scenario.digest,
        "saved": None if s.saved is None else s.saved.moment.isoformat(),
    }


def columns(table: Floats) -> dict[str, list[float | None]]:
    """Return a table [date, end] by outcome class; what is not known is None."""
    return {end: [float(p) if np.isfinite(p) else None for p in table[:, k]] for k, end in enumerate(ENDS)}
