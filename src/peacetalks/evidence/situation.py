"""What is asked of the record, and what it answers: values that `question` takes and returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from peacetalks.errors import EvidenceError
from peacetalks.evidence.plain import plain
from peacetalks.outcomes import ENDS
from peacetalks.text_files import clip

if TYPE_CHECKING:
    from datetime import date

    from peacetalks.evidence.arrays import Floats
    from peacetalks.evidence.composition import Left

KINDS = ("civil", "interstate")
STATES = ("fighting", "truce", "settlement", "crisis", "over")
Kind = Literal["civil", "interstate"]
State = Literal["fighting", "truce", "settlement", "crisis", "over"]


@dataclass(frozen=True)
class Situation:
    """A conflict at a date, as far as the record can be asked about it; what is not known is None, never 0."""

    kind: Kind | None
    state: State
    as_of: date | None  # nothing dated later, or codable only later, is used; None: all that is recorded
    start: date | None = None  # first day of the fighting, or of the crisis
    since: date | None = None  # first day of the truce or settlement; None: the date itself
    intensity: Literal["minor", "war"] | None = None  # war: 1,000 battle deaths in a year had been reached
    incompatibility: str | None = None  # "territory", "government" or "both"
    internationalised: bool | None = None  # whether troops of another state fight in a civil conflict
    major_power: bool | None = None  # whether a major power is a primary party
    previous: int | None = None  # earlier episodes of the same conflict
    ceasefires: int | None = None  # declared in the three years before
    classes: tuple[str, ...] = ()  # reference classes that the analyst asks about beside; `question` does not read them

    def __post_init__(self) -> None:
        if self.state not in STATES or self.kind not in (*KINDS, None):
            raise EvidenceError(f"kind {self.kind!r}, state {self.state!r}: kinds are {KINDS}, states {STATES}.")
        for name, day in (("start", self.start), ("since", self.since)):
            if day is not None and self.as_of is not None and day > self.as_of:
                raise EvidenceError(f"{name} ({day}) lies after the date of the forecast ({self.as_of}).")

    def days_since(self, day: date | None, today: date) -> float:
        """Return days from a day to the date of the forecast; 0 where the day is not given."""
        return 0.0 if day is None else float((today - day).days)


@dataclass(frozen=True, repr=False)
class RecordAnswer:
    """What the record says of a situation: the outcome classes at some months, with 90 % intervals, and their basis."""

    name: str
    method: str
    months: tuple[int, ...]
    ends: Floats | None  # [month, 3] in order of `outcomes.ENDS`; None where the record gives no answer (`note`)
    low: Floats | None  # [month, 3] 5 % point over draws
    high: Floats | None  # [month, 3] 95 % point
    runs: Floats | None  # [draw, month, 3]
    n: int  # cases used
    clusters: int  # states (or wars, crises) among them
    events: dict[str, int]  # ending -> how often
    definition: str
    counted_from: str
    source: str
    coverage_end: date | None  # last day followed, or the date of the question if that is earlier
    note: str
    anchors: bool = False  # whether it is the answer to the question at hand
    cases: int = 0  # of the class, used or not
    dropped: tuple[Left, ...] = field(default_factory=tuple)  # cases that are not used, by reason

    def __repr__(self) -> str:
        """Return the class, and the outcome classes at the last month or why there is no answer, in two lines."""
        if self.ends is None:
            return clip(f"RecordAnswer {self.name}: no answer. {self.note}")
        at = ", ".join(f"{end} {p:.0%}" for end, p in zip(ENDS, self.ends[-1], strict=True))
        first = f"RecordAnswer {self.name}: n = {self.n}{', the answer to the question at hand' * self.anchors}"
        return f"{clip(first)}\n  within {self.months[-1]} months: {at}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON, without the draws; unknown is None."""
        return plain({k: getattr(self, k) for k in self.__dataclass_fields__ if k != "runs"})


def no_answer(name: str, months: tuple[int, ...], reason: str, n: int = 0) -> RecordAnswer:
    """Return the refusal of an answer, with its reason."""
    return RecordAnswer(name, "none", months, None, None, None, None, n, 0, {}, "", "", "", None, reason)
