"""The numbers of a scenario that can move, each over its range, and the scenario with several of them moved at once.

An axis measures a number in shares of its range: 0 at the low end, 1 at the high end.  Where the scenario gives a
distribution the range is its central 90%, and a share is a share of that probability; where it gives none the range is
declared, from half to double (or half and double the odds of a probability), and shares are equal steps of the
logarithm (of the log-odds).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from peacetalks.errors import NothingChanges, SpecError, did_you_mean
from peacetalks.scenario.changes import with_changes
from peacetalks.scenario.paths import SHARE
from peacetalks.scenario.quantity import Bounds
from peacetalks.scenario.scenario import Scenario
from peacetalks.scenario.validation import model_at
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from peacetalks.scenario.distributions import Distribution

FACTOR = 2.0  # of a number, or of the odds of a probability, where the scenario gives no range
HALF = "declared: from half to double, since the scenario gives no range"
HALF_THE_ODDS = "declared: from half to double the odds, since the scenario gives no range"
TAIL = 0.05  # of a distribution, left out at either end
LEFT = 1e-9  # the least that one of several shares leaves to the others


@dataclass(frozen=True)
class Axis:
    """A number of a scenario over its range; made by `axes_of`.

    Examples
    --------
    >>> odds = Axis("battlefield.front", 0.5, 1 / 3, 2 / 3, HALF_THE_ODDS, None)
    >>> odds.value(0.5), round(odds.share(0.5), 12)
    (0.5, 0.5)
    """

    path: str
    centre: float  # the scenario's value
    low: float
    high: float
    source: str  # of the range
    distribution: Distribution | None  # None where the scenario gives no range

    def value(self, share: float) -> float:
        """Return the number at a share of its range."""
        if share in (0.0, 1.0):
            return self.high if share else self.low
        if self.distribution is not None:
            return float(self.distribution.ppf(TAIL + (1 - 2 * TAIL) * share))
        low, high = self._scaled(self.low), self._scaled(self.high)
        x = low + share * (high - low)
        return 1 / (1 + math.exp(-x)) if self.by_odds else math.copysign(math.exp(x), self.low)

    def share(self, value: float) -> float:
        """Return at which share of its range a number within it stands."""
        if self.distribution is not None:
            return min(max((self.distribution.cdf(value) - TAIL) / (1 - 2 * TAIL), 0.0), 1.0)
        low, high = self._scaled(self.low), self._scaled(self.high)
        return min(max((self._scaled(value) - low) / (high - low), 0.0), 1.0)

    @property
    def by_odds(self) -> bool:
        """Whether the number is a probability without a range."""
        return self.source == HALF_THE_ODDS

    def _scaled(self, x: float) -> float:
        """Return the log-odds or the logarithm of a number, with its sign, in which a declared range is even."""
        return math.log(x / (1 - x)) if self.by_odds else math.log(abs(x))


def ranges(s: Scenario) -> Iterator[tuple[str, float, float, str]]:
    """Yield (path, low, high, source) of every number that can move: both ends of its range, and whose range it is.

    Of the shares of a side with two types the first is enough; a share of all and a probability of 0 or 1 stay.
    """
    numbers = s.numbers()
    for path, n in numbers.items():
        if found := SHARE.match(path):
            types = list(s.sides[int(found["side"]) - 1].types)
            if len(types) == 1 or (len(types) == 2 and found["type"] != types[0]):
                continue
        if n.uncertain:
            low, high = n.interval()
            source = n.source or "range without a source"
        else:
            low, high, source = _declared(path, float(n))
        if low < high:
            yield path, low, high, source


def axes_of(s: Scenario, paths: Iterable[str] | None = None) -> tuple[Axis, ...]:
    """Return the axes of the numbers that can move: of all, or of those at `paths`, in that order.

    Raises `SpecError` for a path of no number that can move, or one given twice.

    >>> from peacetalks.conflicts.fill import load
    >>> walk = axes_of(load("korea-1951"), ["talks.walk"])[0]
    >>> walk.value(0.0) == walk.low, round(walk.value(walk.share(0.06)), 12)
    (True, 0.06)
    """
    numbers = s.numbers()
    found = {p: Axis(p, float(numbers[p]), low, high, of, numbers[p].frozen) for p, low, high, of in ranges(s)}
    if paths is None:
        return tuple(found.values())
    asked = list(paths)
    for path in asked:
        if path not in found:
            why = "cannot move: it has no range" if path in numbers else "is no number of the scenario"
            raise SpecError(f"{shorten(path)} {why}{did_you_mean(path, found)}")
        if asked.count(path) > 1:
            raise SpecError(f"{path} is given twice; keep one")
    return tuple(found[path] for path in asked)


def at_values(base: Scenario, values: Mapping[str, float]) -> Scenario | None:
    """Return a scenario, as written, with numbers at other values; None where they cannot be together.

    Of a side with three or more types a share at another value means: that share if it were moved by itself, the others
    keeping their proportions.  Several at once multiply the odds of each, and all are scaled to sum to 1.

    >>> from peacetalks.conflicts.fill import load
    >>> float(at_values(load("korea-1951"), {"talks.walk": 0.07}).talks.walk)
    0.07
    """
    try:
        return with_changes(base, _sharing(base, values)).scenario
    except NothingChanges:
        return base
    except SpecError:
        return None


def _sharing(base: Scenario, values: Mapping[str, float]) -> dict[str, float]:
    """Return values with the shares of a side's types scaled to sum to 1, where several of them can move."""
    out, numbers = dict(values), base.numbers()
    for i, side in enumerate(base.sides, 1):
        centres = {p: float(numbers[p]) for p in (f"sides.{i}.types.{name}.share" for name in side.types)}
        moved = {p: values[p] for p in centres if p in values}
        if len(centres) > 2 and len(moved) > 1:
            moved = {p: c if p not in moved else _weight(moved[p], c) for p, c in centres.items()}
        if moved and len(moved) == len(centres):
            total = sum(moved.values())
            out |= {p: w / total for p, w in moved.items()}
    return out


def _weight(alone: float, centre: float) -> float:
    """Return the weight, beside those of others as they are, by which a share becomes `alone`."""
    alone = min(alone, 1 - LEFT)
    return alone / (1 - alone) * (1 - centre)


def each_alone(axes: Iterable[Axis], values: Mapping[str, float]) -> dict[str, float]:
    """Return values, by path, with shares of one side's types as each would be if it were moved by itself.

    So `at_values` of what is returned has the shares that are given; the rest goes to the other types in proportion.
    Raises `SpecError` where they leave nothing to the others.

    >>> a, b = (Axis(f"sides.1.types.{name}.share", 0.4, 0.2, 0.6, HALF_THE_ODDS, None) for name in "ab")
    >>> found = each_alone([a, b], {a.path: 0.5, b.path: 0.4})
    >>> [round(x, 3) for x in found.values()]
    [0.625, 0.571]
    """
    out = dict(values)
    centres = {axis.path: axis.centre for axis in axes if axis.path in values and SHARE.match(axis.path)}
    for side in {_side(p) for p in centres}:
        given = {p: c for p, c in centres.items() if _side(p) == side}
        left, taken = 1 - sum(given.values()), sum(values[p] for p in given)
        if len(given) > 1:
            if left > LEFT and taken >= 1:
                raise SpecError(f"side {side}: the shares of its types sum to {taken:g}, and others have shares too")
            scale = left / (1 - taken) if left > LEFT else 1.0
            out |= {p: values[p] * scale / (values[p] * scale + 1 - c) for p, c in given.items()}
    return out


def _side(path: str) -> str:
    """Return the side whose types a share is of."""
    found = SHARE.match(path)
    return found["side"] if found else ""


def _declared(path: str, x: float) -> tuple[float, float, str]:
    """Return the ends of the range of a number without one, and what is declared."""
    if 0 < x < 1 and _highest(path) <= 1:
        low, high = (factor * x / (1 - x + factor * x) for factor in (1 / FACTOR, FACTOR))
        return low, min(high, _highest(path)), HALF_THE_ODDS
    low, high = sorted((x / FACTOR, x * FACTOR))
    return low, min(high, _highest(path)), HALF


def _highest(path: str) -> float:
    """Return the upper bound of a number."""
    *above, last = path.split(".")
    model = model_at([key for key in above if not key.isdecimal()], Scenario)
    field = model.model_fields.get(last)
    bounds = [b for b in (field.metadata if field else ()) if isinstance(b, Bounds)]
    return bounds[0].high if bounds else 1.0 if field is None else math.inf  # numbers in a list are terms
