"""Levers: what somebody can move in a scenario, who holds it, and how far it is moved (`levers.toml`).

Each mechanism names its own.  A lever is a change of a scenario as `with_changes` makes it.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from peacetalks.errors import SpecError, did_you_mean
from peacetalks.scenario.files import read
from peacetalks.scenario.tables import Label, Part
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from peacetalks.scenario.scenario import Scenario

SIDES, MEDIATOR, OUTSIDE = "sides", "mediator", "outside"
HOLDERS = (SIDES, MEDIATOR, OUTSIDE)


class Lever(Part):
    """What somebody can move."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    table: Label
    absent: bool = False
    needs: Label | None = None
    words: Label = Field(min_length=3)
    held_by: Label
    numbers: list[Label] = Field(min_length=1)
    odds: float | None = Field(None, gt=0)
    times: float | None = Field(None, gt=0)
    set: float | int | None = None
    source: Label = Field(min_length=3)

    @model_validator(mode="after")
    def _one_move(self) -> Lever:
        if sum(x is not None for x in (self.odds, self.times, self.set)) != 1:
            raise ValueError(f"{self.name}: give odds, times or set, one of them")
        if self.held_by not in HOLDERS and not self.held_by.startswith(f"{self.table}."):
            raise ValueError(f"{self.name}: held_by is {', '.join(HOLDERS)} or an entry of {self.table}")
        return self

    def holder(self, s: Scenario) -> str:
        """Return who holds the lever: "sides", "mediator", "outside", or the label of a side."""
        if self.held_by in HOLDERS:
            return self.held_by
        table, entry = self.held_by.split(".")
        return s.sides[getattr(getattr(s, table), entry) - 1].label

    def change(self, s: Scenario) -> dict[str, Any]:
        """Return what the lever changes in a scenario, as `with_changes` takes it; empty where it has nothing to move.

        >>> from peacetalks.scenario.scenario import load
        >>> korea = load("korea-1951")
        >>> [lever.change(korea) for lever in levers() if lever.name == "staying-at-the-table"]
        [{'talks.walk': 0.025}]
        """
        if self.absent:
            there = getattr(s, self.table) is not None or (self.needs and getattr(s, self.needs) is None)
            return {} if there else dict.fromkeys(self.numbers, self.set)
        if getattr(s, self.table) is None:
            return {}
        table = {f"{self.table}.{k}": v for k, v in getattr(s, self.table)} | dict(s.numbers())
        found = {p: float(x) for pattern in self.numbers for p, x in table.items() if fnmatchcase(p, pattern)}
        return {path: new for path, x in found.items() if (new := self._moved(x)) != x}

    def _moved(self, x: float) -> float:
        """Return a number as the lever moves it."""
        if self.set is not None:
            return self.set
        if self.times is not None:
            return float(f"{x * self.times:.12g}")
        assert self.odds is not None
        return float(f"{self.odds * x / (1 - x + self.odds * x):.12g}")


class Levers(Part):
    """The levers of all mechanisms."""

    lever: list[Lever] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Levers:
        names = [lever.name for lever in self.lever]
        if twice := sorted({n for n in names if names.count(n) > 1}):
            raise ValueError(f"two levers are called {twice[0]!r}; rename one")
        return self


@cache
def levers() -> tuple[Lever, ...]:
    """Return the levers of all mechanisms, in the order of `levers.toml`.

    >>> {lever.held_by for lever in levers()} >= {"sides", "mediator", "outside"}
    True
    """
    return tuple(read(resources.files("peacetalks.scenario") / "levers.toml", Levers).lever)


def levers_of(s: Scenario, holder: str | None = None) -> list[Lever]:
    """Return the levers that a scenario has: all, or those of a holder.

    Parameters
    ----------
    s : Scenario
    holder : str, optional
        "mediator", "outside", or a side by its number or label; a side also holds what both hold together.

    Raises
    ------
    SpecError
        Nobody of that name holds levers.

    Examples
    --------
    >>> from peacetalks.scenario.scenario import load
    >>> sorted({lever.table for lever in levers_of(load("korea-1951"), "mediator")})
    ['ceasefire', 'talks']
    """
    found = [lever for lever in levers() if lever.change(s)]
    if holder is None:
        return found
    name = holder_name(s, holder)
    both = (name, SIDES) if name not in HOLDERS else (name,)
    return [lever for lever in found if lever.holder(s) in both]


def holder_name(s: Scenario, holder: str) -> str:
    """Return "mediator", "outside" or the label of a side; raise `SpecError` for anybody else.

    >>> from peacetalks.scenario.scenario import load
    >>> holder_name(load("korea-1951"), "1")
    'United Nations Command'
    """
    labels = [side.label for side in s.sides]
    by_name = {MEDIATOR: MEDIATOR, OUTSIDE: OUTSIDE, "1": labels[0], "2": labels[1]}
    by_name |= {label.lower(): label for label in labels}
    if (found := by_name.get(str(holder).strip().lower())) is None:
        raise SpecError(
            f"{shorten(holder)} holds no levers{did_you_mean(holder, [MEDIATOR, OUTSIDE, *labels])}; known: "
            f"{MEDIATOR}, {OUTSIDE}, 1 ({labels[0]}), 2 ({labels[1]})"
        )
    return found
