"""Scenario: all that an analyst may write about a conflict, and nothing else.

A scenario is one TOML file.  Unknown keys are refused with a hint, every number may be a point, a range or a
distribution with its source (`quantity.py`), and a mechanism that is not written is not in the game.  Units: the
stake, the present value of everything contested, is 1; flows are per period; shares belong to side 1.
"""

from __future__ import annotations

import copy
import hashlib
import json
import math
import os
from collections.abc import Callable, Mapping
from html import escape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from pydantic import BaseModel, BeforeValidator, Field, PrivateAttr, model_validator

from peacetalks.errors import NothingChanges, SpecError, did_you_mean
from peacetalks.scenario import paths
from peacetalks.scenario.conflict_table import ConflictTable, check_conflict
from peacetalks.scenario.dates import Day
from peacetalks.scenario.political_tables import Agenda, Guarantor, Ratification, ThirdParty, Turnover
from peacetalks.scenario.quantity import Bounds, Number
from peacetalks.scenario.tables import (
    Audience,
    Battlefield,
    Ceasefire,
    Challengers,
    Credibility,
    Deal,
    Inspection,
    Label,
    Linked,
    Loyalty,
    Observers,
    Pact,
    Part,
    Rent,
    Sanctions,
    Side,
    Talks,
    Window,
    plain,
    whole,
)
from peacetalks.scenario.validation import read_table
from peacetalks.text_files import clip, read_text, read_toml, shorten, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

BUNDLED = resources.files("peacetalks.scenario") / "bundled"
Filler = Callable[["Scenario"], Mapping[str, Any]]  # from a scenario to {dotted path: number as in a file}
ADVICE = ". Check with `peacetalks check`; every key is explained by `peacetalks new`."


class Scenario(Part):
    """A conflict as an analyst sees it at a date, read with `load` and changed with `patch`.

    Its attributes are the keys and tables of the file; a mechanism whose table is None is not in the game.  Numbers are
    floats (their central values) that carry range and source.  The stake is 1 and a period is a month.  Numbers that
    the record identifies may be left out of a file (`left_out`); they are estimated when the scenario is filled.
    """

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=200, description="Short name, lower case with hyphens."
    )
    title: Label = Field(description="Title of reports.")
    as_of: Day = Field(description="Nothing dated later enters.")
    conflict: ConflictTable | None = None
    summary: str = Field(description="What the scenario is about and how it was coded, in neutral words.")
    hindsight: str = Field(description="What in the coding rests on later knowledge; 'none' if nothing does.")
    period: Literal["month"] = Field("month", description="Length of a period.")
    periods: Annotated[int, Field(ge=1, le=600), BeforeValidator(whole)] | None = Field(
        None, description="Last period; left out: stationary."
    )
    rationality: Annotated[Number, Bounds(0, 1000)] = Field(
        description="Precision lambda of choices, per unit of the stake."
    )
    sides: list[Side] = Field(min_length=2, max_length=2, description="Side 1, then side 2.")
    battlefield: Battlefield
    talks: Talks
    ceasefire: Ceasefire | None = None
    sanctions: Sanctions | None = None
    rent: Rent | None = None
    challengers: Challengers | None = None
    audience: Audience | None = None
    deal: Deal | None = None
    inspection: Inspection | None = None
    loyalty: Loyalty | None = None
    window: Window | None = None
    linked: Linked | None = None
    pact: Pact | None = None
    observers: Observers | None = None
    credibility: Credibility | None = None
    ratification: Ratification | None = None
    turnover: Turnover | None = None
    agenda: Agenda | None = None
    guarantor: Guarantor | None = None
    third_party: ThirdParty | None = None
    reference_classes: list[Label] = Field(
        default_factory=list,
        description="Classes of past episodes that are shown beside the record's answer, such as "
        "'war_type=interstate, reached=3y'.",
    )

    _raw: dict[str, Any] = PrivateAttr(default_factory=dict)
    _filler: Filler | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _consistent(self) -> Scenario:
        if self.ceasefire and self.ceasefire.in_force and self.talks.open is False:
            raise ValueError("a ceasefire in force at the start needs talks.open = true: terms are discussed under it")
        if self.sides[0].label == self.sides[1].label:
            raise ValueError(f"both sides are called {self.sides[0].label!r}")
        if self.conflict:
            check_conflict(self.conflict, self.as_of, bool(self.ceasefire and self.ceasefire.in_force))
        self._check_mechanisms()
        self._check_names()
        return self

    def _check_mechanisms(self) -> None:
        if self.inspection and not self.ceasefire:
            raise ValueError("inspection needs the table ceasefire: what inspectors watch over is a truce")
        if self.guarantor and not self.deal:
            raise ValueError("guarantor needs the table deal: without it a settlement cannot be broken")
        if self.audience and self.loyalty and self.audience.side != self.loyalty.side:
            raise ValueError(
                f"audience concerns side {self.audience.side} and loyalty side {self.loyalty.side}: they share the "
                "levels of domestic support; name the same side in both, or leave one out"
            )
        if self.loyalty and self.loyalty.public**2 > 2 * math.pi * self.loyalty.private:
            raise ValueError(
                "loyalty: the public signal is too precise for a single equilibrium; keep public <= sqrt(2 pi private) "
                f"= {math.sqrt(2 * math.pi * self.loyalty.private):.3g}"
            )

    def _check_names(self) -> None:
        named = [side.label for side in self.sides]
        named += [part.label for part in (self.sanctions, self.challengers, self.guarantor, self.third_party) if part]
        named += self.pact.members if self.pact else []
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            raise ValueError(
                f"two players are called {twice[0]!r}; every side, power and pact member needs its own name"
            )
        classes = [" ".join(c.split()) for c in self.reference_classes]
        if again := next((c for c in classes if classes.count(c) > 1), None):
            raise ValueError(f"reference_classes lists {shorten(again)} twice; keep one")

    def __repr__(self) -> str:
        """Return title, date, sides, mechanisms and numbers in four lines."""
        sides = " and ".join(f"{side.label} (types: {', '.join(side.types)})" for side in self.sides)
        tables = [name for name, value in self if isinstance(value, Part) and name not in ("conflict",)]
        numbers, left = self.numbers(), len(self.left_out())
        ranges = sum(n.uncertain for n in numbers.values())
        lines = (
            f"Scenario {self.name}: {self.title}, as of {self.as_of}",
            f"  sides: {sides}",
            f"  mechanisms: {', '.join(tables)}",
            f"  {len(numbers)} numbers, {ranges} of them with a range{f', {left} left out' if left else ''}; "
            f"digest {self.digest}",
        )
        return "\n".join(map(clip, lines))

    __str__ = __repr__

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"

    @property
    def digest(self) -> str:
        """The digest of what is written, which accounts name as their base: 16 hexadecimal digits of a SHA-256."""
        return table_digest(self._raw)

    def written_as(self, raw: dict[str, Any], filler: Filler | None = None) -> Scenario:
        """Remember the plain table that this scenario was read from, and what filled it; return the scenario."""
        self._raw, self._filler = copy.deepcopy(raw), filler
        return self

    def written(self) -> dict[str, Any]:
        """Return the scenario as the plain table it was written as."""
        return copy.deepcopy(self._raw)

    def numbers(self) -> dict[str, Number]:
        """Return every number that was written, by its dotted path, in the order of the fields.

        >>> load("korea-1951").numbers()["sides.1.types.resolute.share"].uncertain
        True
        """
        return {path: n for path, n in _numbers(self, "", written=True) if not math.isnan(n)}

    def left_out(self) -> list[str]:
        """Return the dotted paths of the numbers that are left out and not yet estimated, in the order of the fields.

        >>> patch(load("korea-1951"), {"talks.accept": None}).left_out()
        ['talks.accept']
        """
        return [path for path, n in _numbers(self, "", written=False) if math.isnan(n)]

    def filled_by(self, filler: Filler) -> Scenario:
        """Return the scenario with the numbers that are left out as `filler` gives them: {path: number as in a file}.

        What `written` returns, and so the digest, stays as it was.  A patch of the result is filled in the same way.
        """
        raw, found = self.written(), filler(self)
        for path, value in found.items():
            paths.write(raw, path, value)
        full = read_table(raw, Scenario, f"{self.name}, estimated") if found else self.model_copy()
        return full.written_as(self._raw, filler)

    def fill(self, other: Scenario) -> Scenario:
        """Return `other` filled as this scenario was; unchanged where this one was not filled."""
        return other if self._filler is None else other.filled_by(self._filler)

    def at(self, values: Mapping[str, float]) -> Scenario:
        """Return the scenario with numbers replaced, by dotted path.

        The shares of each side's types are rescaled to sum to 1.  What `written` returns stays as it was.

        >>> float(load("korea-1951").at({"battlefield.mobility": 0.25}).battlefield.mobility)
        0.25
        """
        out = cast("Scenario", _replace(self, dict(values), ""))
        sides = []
        for side in out.sides:
            total = sum(t.share for t in side.types.values())
            types = {n: t.model_copy(update={"share": Number(t.share / total)}) for n, t in side.types.items()}
            sides.append(side.model_copy(update={"types": types}))
        return out.model_copy(update={"sides": sides})


def _numbers(part: Any, path: str, written: bool) -> Iterator[tuple[str, Number]]:
    """Yield the numbers below a path: those that are written, or with those that have their default."""
    if isinstance(part, Number):
        yield path, part
    elif isinstance(part, BaseModel):
        names = [n for n in type(part).model_fields if not written or n in part.model_fields_set]  # a set has no order
        for name in names:
            yield from _numbers(getattr(part, name), f"{path}.{name}" if path else name, written)
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from _numbers(value, f"{path}.{key}", written)
    elif isinstance(part, list):
        for i, value in enumerate(part):
            yield from _numbers(value, f"{path}.{i + 1}", written)


def _replace(part: Any, values: dict[str, float], path: str) -> Any:
    if isinstance(part, Number):
        return Number(values[path], part.source) if path in values else part
    if isinstance(part, BaseModel):
        names = part.model_fields_set
        new = {n: _replace(getattr(part, n), values, f"{path}.{n}" if path else n) for n in names}
        return part.model_copy(update=new)
    if isinstance(part, dict):
        return {k: _replace(v, values, f"{path}.{k}") for k, v in part.items()}
    if isinstance(part, list):
        return [_replace(v, values, f"{path}.{i + 1}") for i, v in enumerate(part)]
    return part


def bundled() -> list[str]:
    """Return the names of the bundled scenarios, sorted.

    >>> "korea-1951" in bundled()
    True
    """
    return sorted(f.name.removesuffix(".toml") for f in BUNDLED.iterdir() if f.name.endswith(".toml"))


def load(name_or_path: str | Path) -> Scenario:
    """Load a bundled scenario by name, or a TOML file by path.

    Parameters
    ----------
    name_or_path : str or Path
        A name out of `bundled()`, or the path of a file that ends in `.toml`.

    Returns
    -------
    Scenario
        The scenario, checked: bounds, sums of probabilities, and tables that need one another.

    Raises
    ------
    SpecError
        No such scenario or file, text that is not TOML, or an entry that may not stand there; the message names the
        file and the line or key, and how to mend it.

    Examples
    --------
    >>> load("korea-1951").as_of.year
    1951
    """
    if not isinstance(name_or_path, str | os.PathLike):
        got = "a Scenario, which is loaded already" if isinstance(name_or_path, Scenario) else shorten(name_or_path)
        raise SpecError(f"load takes a bundled scenario's name or the path of a .toml file; got {got}")
    name, path = str(name_or_path), Path(name_or_path)
    if path.suffix != ".toml" and path.name == name:
        if name not in bundled():
            raise SpecError(
                f"no bundled scenario is called {shorten(name)}{did_you_mean(name, bundled())}. "
                f"Bundled: {', '.join(bundled())}; or give the path of a .toml file."
            )
        return parse(read_text(BUNDLED / f"{name}.toml"), name)
    if os.path.isdir(path):
        raise SpecError(f"'{shown(path)}' is a folder; give a bundled scenario's name or the path of a .toml file")
    if path.suffix != ".toml" and os.path.exists(path):
        raise SpecError(
            f"'{shown(path)}' is not a scenario: its name must end in .toml (a JSON game: `peacetalks solve-game`)"
        )
    return parse(read_text(path, hint=". Make a starter with `peacetalks new`."), shown(path))


def table_digest(raw: Mapping[str, Any]) -> str:
    """Return the digest of a scenario that is written as a plain table; a table read back from JSON has the same."""
    text = json.dumps(raw, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def parse(text: str, where: str = "scenario") -> Scenario:
    """Return the scenario that TOML text describes; `where` names the text in the error (`SpecError`)."""
    return from_table(read_toml(text, where), where)


def from_table(raw: dict[str, Any], where: str = "scenario") -> Scenario:
    """Return the scenario that a plain table describes; `where` names the table in the error (`SpecError`)."""
    return read_table(raw, Scenario, where, ADVICE).written_as(raw)


def check_scenario(given: object, function: str) -> None:
    """Raise `SpecError`, with what to write, where `function` was given something else than a scenario.

    >>> check_scenario(load("korea-1951"), "outlook")
    """
    if isinstance(given, Scenario):
        return
    if isinstance(given, str | Path):
        raise SpecError(f"{function} takes a Scenario; did you mean {function}(load({str(given)!r}))?")
    hint = ""
    if type(given).__name__ == "Game":
        hint = ": this is a Game; did you mean solve(game), then forecast(solution, outcome, periods)?"
    raise SpecError(f"{function} takes a Scenario, as load and patch return it{hint or f'; got {shorten(given)}'}")


def patch(scenario: Scenario, change: Mapping[str, Any]) -> Scenario:
    """Return the scenario with entries changed; the scenario itself stays as it is.

    Parameters
    ----------
    scenario : Scenario
    change : {dotted path: value}
        For example `{"rent.weight": 0.02, "sides.1.types.hard.share": 0.4}`, positions in lists counted from 1.  A
        value is written as in a file: a number, a range, a switch or a whole table; a table of another scenario
        (`other.deal`) is taken as it is written there.  None removes the entry; removing a mechanism's table takes the
        mechanism out of the game.

    Returns
    -------
    Scenario
        A new scenario, checked as `load` checks it.

    Raises
    ------
    SpecError
        A path that leads nowhere, or a value that may not stand there.
    NothingChanges
        (A `SpecError`.)  Every value is what it was already.

    Examples
    --------
    >>> s = patch(load("korea-1951"), {"rationality": 25})
    >>> float(s.rationality)
    25.0
    """
    check_scenario(scenario, "patch")
    paths.check_changes(change, 'a patch is {"rent.weight": 0.02}')
    if not change:
        raise NothingChanges("a patch that changes nothing is refused; name at least one entry")
    raw = scenario.written()
    for path, value in change.items():
        paths.write(raw, path, plain(value))
    out = from_table(raw, f"{scenario.name}, patched")
    if out.digest == scenario.digest:
        raise NothingChanges(f"the patch ({', '.join(change)}) changes nothing: the scenario has these values already")
    return scenario.fill(out)
