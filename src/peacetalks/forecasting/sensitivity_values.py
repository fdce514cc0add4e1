"""Where an answer comes from, in Sobol indices: the value, made by `sensitivity_of`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from peacetalks.outcomes import ENDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peacetalks.forecasting.sobol import Share

BEST, TERMS = "best", "terms"
TARGETS = (*ENDS, BEST, TERMS)
KNOWN, NOT_KNOWN = "can be known", "cannot be known"
LEAST_EXPLAINED = 0.7  # of the variance over draws kept out, below which nothing is ranked
MOST_LOST = 0.1  # of the games without a forecast, above which nothing is ranked: which they are is no accident


@dataclass(frozen=True)
class Sensitivity:
    """Sobol indices of what is forecast, by target: the ends, the best estimate's peace, and the terms.

    The targets are `peace`, `nowhere` and `more_conflict` (the model alone, at `month`), `best` (peace, the best
    estimate), and `terms` (mean share of side 1 given a settlement by the last period).  A target that does not vary,
    or of which too little is known, is missing.
    """

    month: int
    numbers: dict[str, tuple[Share, ...]]  # target -> of every number, by its path
    mechanisms: dict[str, tuple[Share, ...]]  # target -> of the numbers of each table together, by its name
    knowable: dict[str, tuple[Share, ...]]  # target -> of those that an observer can know, and of the others
    explained: dict[str, float]  # target -> share of the variance over draws kept out that the emulator predicts
    error: dict[str, float]  # target -> root mean square error of a draw kept out
    settings: dict[str, Any]  # draws, seed, solved, unsolved, impossible, lost_at, periods, belief_points, rows

    def unranked(self, target: str) -> str:
        """Return why the numbers cannot be ranked for a target at all; "" where they can, as far as `ranks` say."""
        if target not in self.explained:
            return "too few of the draws reach a settlement" if target == TERMS else "there is no such estimate"
        if lost := self._lost():
            return lost
        if (found := self.explained[target]) >= LEAST_EXPLAINED:
            return ""
        return (
            f"predicted from the other draws, {100 * max(found, 0.0):.0f}% of the variance is explained, and "
            f"{100 * LEAST_EXPLAINED:.0f}% is the least: more than {self.settings['draws']} draws are needed"
        )

    def shares(self, of: Mapping[str, tuple[Share, ...]], target: str) -> tuple[Share, ...]:
        """Return what comes from each group of a grouping, such as `numbers`, for a target: the largest share first.

        Where the target cannot be ranked they have no ranks, and stand by name.
        """
        found = of.get(target, ())
        if not self.unranked(target):
            return found
        return tuple(replace(s, ranks=None) for s in sorted(found, key=lambda s: s.name))

    def _lost(self) -> str:
        """Return that too many games have no forecast; "" where few have none."""
        how = self.settings
        lost = how["unsolved"] + how["impossible"]
        asked = lost + how["solved"]
        if lost <= MOST_LOST * asked:
            return ""
        where = f", most of them with {how['lost_at']} of its range" if how.get("lost_at") else ""
        return f"{lost} of {asked} games have no forecast{where}, and {100 * MOST_LOST:.0f}% are the most"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        groupings = {"numbers": self.numbers, "mechanisms": self.mechanisms, "knowable": self.knowable}
        return {
            "month": self.month,
            "targets": [
                {
                    "target": target,
                    "explained": self.explained.get(target),
                    "error": self.error.get(target),
                    "cannot_be_ranked": self.unranked(target) or None,
                    **{name: [_plain(s) for s in self.shares(of, target)] for name, of in groupings.items()},
                }
                for target in TARGETS
            ],
            "settings": self.settings,
        }


def _plain(s: Share) -> dict[str, Any]:
    """Return a share as plain values."""
    return {
        "name": s.name,
        "first": s.first.value,
        "first_interval": [s.first.low, s.first.high],
        "total": s.total.value,
        "total_interval": [s.total.low, s.total.high],
        "ranks": None if s.ranks is None else list(s.ranks),
    }
