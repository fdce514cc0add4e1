"""Answers to questions with a date: frozen values, ready for a page, JSON or a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import floor, log10
from typing import TYPE_CHECKING, Any

from peacetalks.text_files import clip

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from peacetalks.questions.ask_record import RecordedEvent
    from peacetalks.scenario.scenario import Scenario


def fine_percent(p: float) -> str:
    """Return a probability in percent, whole from 1% to 99%, else with two digits of its distance from 0 or 1.

    >>> fine_percent(0.144), fine_percent(0.0998), fine_percent(0.00123), fine_percent(0.99982), fine_percent(1.0)
    ('14%', '10%', '0.12%', '99.982%', '100%')
    """
    near = min(p, 1 - p)
    digits = 1 - floor(log10(100 * near)) if 1e-9 < near < 0.01 else 0
    return f"{100 * p:.{digits}f}%"


def place_of(line: int | None, of: str) -> str:
    """Return where a question stands in its file; empty if it is from none.

    >>> place_of(7, "line"), place_of(None, "line")
    ('line 7', '')
    """
    return "" if line is None else f"{of} {line}"


@dataclass(frozen=True, kw_only=True, repr=False)
class Answer:
    """The answer to one question: the probability of yes; what is not known is None, and `reason` says why."""

    id: str  # as given with the question; "" without
    question: str  # as asked
    event: str  # what is asked, in words
    yes: str  # a sentence: what would count as yes
    as_of: dt.date  # nothing dated later entered
    date: dt.date  # the day of the question
    month: float  # months from `as_of` to it
    best: float | None  # the best estimate
    best_interval: tuple[float, float] | None  # 90%
    model: float  # the model alone
    record: RecordedEvent  # what past conflicts show of the closest event
    grid_error: float | None  # by how much a finer belief grid may move `best` (`model` without one)
    reason: str  # why there is no best estimate, or why it is not adjusted by the model; else ""
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        """Return the event with its probability, on one line."""
        if self.best is None or self.best_interval is None:
            return f"Answer: {clip(self.event, 100)}: no best estimate, model alone {fine_percent(self.model)}"
        low, high = self.best_interval
        return (
            f"Answer: {clip(self.event, 100)}: {fine_percent(self.best)} ({fine_percent(low)} to {fine_percent(high)})"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; unknown is None."""
        return {
            "id": self.id or None,
            "question": self.question,
            "event": self.event,
            "yes": self.yes,
            "date": self.date.isoformat(),
            "month": self.month,
            "best": self.best,
            "best_interval": None if self.best_interval is None else list(self.best_interval),
            "model": self.model,
            "record": self.record.probability,
            "records": [self.record.to_dict()],
            "grid_error": self.grid_error,
            "reason": self.reason or None,
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Refused:
    """A question that cannot be answered, and why."""

    id: str
    question: str
    reason: str
    line: int | None = None  # of the file; None: not from a file
    of: str = "line"  # what `line` counts: "line" of a CSV file, "entry" of a JSON list

    @property
    def place(self) -> str:
        """Return where the question stands in its file; see `place_of`."""
        return place_of(self.line, self.of)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"id": self.id or None, "question": self.question, "line": self.line, "reason": self.reason}


@dataclass(frozen=True, repr=False)
class Answers:
    """The answers to several questions about one scenario; those that cannot be answered are in `refused`."""

    scenario: Scenario
    answers: tuple[Answer, ...]
    refused: tuple[Refused, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return a line for each answer, at most ten."""
        more = [f"  and {len(self.answers) - 10} more"] if len(self.answers) > 10 else []
        refused = [f"  {len(self.refused)} not answered (`refused`)"] if self.refused else []
        head = f"Answers of {self.scenario.name} as of {self.scenario.as_of}"
        return "\n".join([head, *(f"  {repr(a)[8:]}" for a in self.answers[:10]), *more, *refused])

    def __len__(self) -> int:
        """Return how many questions were answered."""
        return len(self.answers)

    def __iter__(self) -> Iterator[Answer]:
        """Yield the answers in the order of the questions."""
        return iter(self.answers)

    def __getitem__(self, place: int) -> Answer:
        """Return an answer by its place."""
        return self.answers[place]

    def to_dict(self) -> dict[str, Any]:
        """Return the plain table that `peacetalks ask --json` prints."""
        return {
            "scenario": self.scenario.name,
            "as_of": self.scenario.as_of.isoformat(),
            "digest": self.scenario.digest,
            "answers": [a.to_dict() for a in self.answers],
            "refused": [r.to_dict() for r in self.refused],
            "settings": self.settings,
        }
