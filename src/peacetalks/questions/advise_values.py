"""What the model expects if levers were moved: the values, made by `advise`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peacetalks.forecasting.settings import PROBABILITY_ERROR
from peacetalks.outcomes import ENDS

if TYPE_CHECKING:
    from peacetalks.forecasting.what_if_values import Case
    from peacetalks.scenario.levers import Lever
    from peacetalks.scenario.scenario import Scenario

PEACE = next(iter(ENDS))


@dataclass(frozen=True)
class Effect:
    """A difference that a lever makes, and how far the belief grid may put it off."""

    value: float
    error: float | None  # None where no coarser grid shows it

    @property
    def clear(self) -> bool:
        """Whether the difference is larger than its error, where that is known."""
        return self.error is None or abs(self.value) > self.error

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"value": self.value, "error": self.error, "clear": self.clear}


@dataclass(frozen=True)
class Moved:
    """One lever, or two together, and what the model expects if they are moved."""

    levers: tuple[Lever, ...]
    holders: tuple[str, ...]
    change: dict[str, Any]  # as `with_changes` takes it
    peace: Effect | None  # difference of the model's peace at the month of the headline; None: no forecast (`reason`)
    best: Effect | None  # the same of the best estimate; None where there is none
    broken: float | None  # difference of the chance that a truce breaks within a year; None where none begins
    settled: float | None  # difference of the chance of a settlement by the month of the headline
    welfare: dict[str, Effect]  # difference of each side's expected payoff, in units of the stake
    by_account: dict[str, float | None]  # the model's difference of peace under each account; None: no forecast
    reason: str  # why there is no forecast; else ""

    @property
    def other_sign(self) -> tuple[str, ...]:
        """The accounts under which the effect on peace has the other sign; none where the base's is not clear."""
        if self.peace is None or not self.peace.clear:
            return ()
        least, here = 2 * PROBABILITY_ERROR, self.peace.value
        found = {name: x for name, x in self.by_account.items() if x is not None and abs(x) > least}
        return tuple(name for name, x in found.items() if x * here < 0)

    @property
    def effect(self) -> float:
        """The difference of peace by which levers are ranked: of the model; no forecast comes last."""
        return float("-inf") if self.peace is None else self.peace.value

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "levers": [lever.name for lever in self.levers],
            "words": [lever.words for lever in self.levers],
            "held_by": list(self.holders),
            "change": self.change,
            "sources": [lever.source for lever in self.levers],
            "peace": None if self.peace is None else self.peace.to_dict(),
            "best": None if self.best is None else self.best.to_dict(),
            "truce_broken": self.broken,
            "settled": self.settled,
            "welfare": {name: e.to_dict() for name, e in self.welfare.items()},
            "by_account": self.by_account,
            "other_sign": list(self.other_sign),
            "reason": self.reason or None,
        }


@dataclass(frozen=True, repr=False)
class Advice:
    """What the model expects if levers were moved; made by `advise`."""

    scenario: Scenario
    holder: str | None  # whose levers; None: all
    month: int  # at which peace is compared
    base: Case  # the scenario as it is
    levers: tuple[Moved, ...]  # each by itself, the largest effect on peace first
    pairs: tuple[Moved, ...]
    accounts: tuple[str, ...]  # under which signs are compared
    settings: dict[str, Any]

    def __repr__(self) -> str:
        """Return whose levers, and how many."""
        whose = "all holders" if self.holder is None else self.holder
        return f"Advice on {self.scenario.name}: {len(self.levers)} levers of {whose}, {len(self.pairs)} pairs"

    def alone(self, pair: Moved) -> float | None:
        """Return the sum of the effects on peace that the levers of a pair have by themselves."""
        found = {m.levers[0].name: m.peace for m in self.levers}
        each = [found[lever.name] for lever in pair.levers]
        return sum(e.value for e in each if e is not None) if all(e is not None for e in each) else None

    def to_dict(self) -> dict[str, Any]:
        """Return the plain table that `advise --json` prints (schema: `advise.schema.json`)."""
        peace = self.base.answer.ends.sel(end=PEACE, period=self.month)
        best = self.base.pooled.ends
        return {
            "scenario": self.scenario.name,
            "as_of": self.scenario.as_of.isoformat(),
            "digest": self.scenario.digest,
            "holder": self.holder,
            "month": self.month,
            "peace": float(peace),
            "best": None if best is None else float(best.sel(end=PEACE, period=self.month)),
            "truce_broken": self.base.answer.broken,
            "truce_months": self.base.answer.broken_months,
            "accounts": list(self.accounts),
            "levers": [m.to_dict() for m in self.levers],
            "pairs": [{**m.to_dict(), "peace_of_each": self.alone(m)} for m in self.pairs],
            "settings": self.settings,
        }
