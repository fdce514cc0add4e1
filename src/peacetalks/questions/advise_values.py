"""What the model expects if levers were moved: the values, made by `advise`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peacetalks.outcomes import PEACE

if TYPE_CHECKING:
    from peacetalks.forecasting.what_if_values import Case
    from peacetalks.scenario.levers import Lever
    from peacetalks.scenario.scenario import Scenario


@dataclass(frozen=True)
class Effect:
    """A difference that a lever makes, and how far the belief grid may put it off."""

    value: float
    error: float | None  # None where no coarser grid shows it

    @property
    def clear(self) -> bool | None:
        """Whether the difference is larger than its error; None where that is not known."""
        if self.value == 0:
            return False
        return None if self.error is None else abs(self.value) > self.error

    @property
    def sign(self) -> int:
        """1 or -1 where the difference is clear, else 0."""
        return 0 if not self.clear else 1 if self.value > 0 else -1

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
    by_account: dict[str, Effect | None]  # the model's difference of peace under each account; None: no forecast
    reason: str  # why there is no forecast; else ""

    @property
    def signs(self) -> dict[str, int]:
        """The sign of the effect on peace under each account: 1, -1, or 0 where it is not clear or not known."""
        return {name: 0 if x is None else x.sign for name, x in self.by_account.items()}

    @property
    def other_sign(self) -> tuple[str, ...]:
        """The accounts under which the effect on peace has clearly another sign.

        Than in the scenario, or where it is not clear there, than under the first account where it is.
        """
        here = 0 if self.peace is None else self.peace.sign
        first = here or next(filter(None, self.signs.values()), 0)
        return tuple(name for name, sign in self.signs.items() if sign * first < 0)

    @property
    def agreed(self) -> bool:
        """Whether the effect on peace has clearly the same sign in the scenario and under every account."""
        here = 0 if self.peace is None else self.peace.sign
        return bool(here) and all(sign == here for sign in self.signs.values())

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
            "by_account": {name: None if x is None else x.to_dict() for name, x in self.by_account.items()},
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
