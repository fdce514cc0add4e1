"""Scenario: all that an analyst may write about a conflict, and nothing else.

A scenario is one TOML file.  Unknown keys are refused with a hint, every number may be a point, a range or a
distribution with its source (`numbers.py`), and a mechanism that is not written is not in the game.  Units: the
pie is 1, the present value of everything contested; flows are per period; shares belong to side 1.
"""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from peacetalks.numbers import Bounds, Number

Probability = Annotated[Number, Bounds(0, 1)]
Positive = Annotated[Number, Bounds(0)]
Weight = Annotated[Number, Bounds(1e-9)]
MAX_OFFERS, MAX_FRONT = 1001, 401


class SpecError(ValueError):
    """A scenario that cannot be read: what is wrong, where, and how to mend it."""


class Part(BaseModel):
    """A table of a scenario: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Kind(Part):
    """A type of a side: what its opponents cannot see."""

    share: Probability = Field(description="Prior probability of this type; the types of a side sum to 1.")
    war_cost: Positive = Field(description="Cost of a period of full fighting, in pies.")
    escalation_cost: Positive = Field(Number(0.0), description="Cost of answering a probe, in pies.")
    humiliation_cost: Positive = Field(Number(0.0), description="Cost of leaving a probe unanswered, in pies.")


class Side(Part):
    """A side of the conflict."""

    label: str = Field(description="Name shown in reports.")
    discount: Annotated[Number, Bounds(0, 0.9999)] = Field(description="Discount factor per period.")
    types: dict[str, Kind] = Field(min_length=1, max_length=4, description="Hidden types, one to four.")

    @model_validator(mode="after")
    def _prior(self) -> Side:
        total = sum(k.share for k in self.types.values())
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the shares of the types sum to {total:.6g}, not 1")
        return self


class Battlefield(Part):
    """The front and how it moves."""

    positions: int = Field(21, ge=3, le=MAX_FRONT, description="Front positions, from none of it to all of it.")
    front: Probability = Field(description="Share of what is contested that side 1 holds now.")
    mobility: Probability = Field(description="Chance per period that the front moves a position when both fight fully.")
    strength: Probability = Field(description="Side 1's chance that a move goes its way at equal effort.")
    decisive: Probability = Field(description="Chance per period of a decision by force when both fight fully.")
    restraint: Probability = Field(
        Number(0.4), description="Effort (and cost) of restrained fighting; full fighting is 1."
    )


class Talks(Part):
    """Negotiations: who proposes, what, and how readily."""

    open: bool = Field(description="Whether talks are open at the start.")
    offers: int = Field(11, ge=2, le=MAX_OFFERS, description="Terms on offer, evenly spaced from 0 to 1.")
    proposer: Probability = Field(Number(0.5), description="Chance that side 1 proposes in a period.")
    offer: Weight = Field(Number(0.3), description="Reference mass of making an offer (over all terms).")
    ask: Weight = Field(Number(0.2), description="Reference mass of asking for a ceasefire.")
    stall: Weight = Field(Number(0.47), description="Reference mass of talking on without an offer.")
    walk: Weight = Field(Number(0.03), description="Reference hazard of walking out, per period.")
    reopen: Weight = Field(Number(0.15), description="Reference hazard of proposing to talk again, per period.")
    accept: Weight = Field(Number(0.1), description="Reference hazard of closing a deal on offer, per period.")


class Ceasefire(Part):
    """A truce: what breaks it and who sees."""

    in_force: bool = Field(False, description="Whether a ceasefire is in force at the start.")
    gain: Positive = Field(description="What a side gains by violating for a period, in pies.")
    harm: Positive = Field(description="What the other side's violation costs, in pies.")
    incident: Probability = Field(description="Chance per period of an incident that ends the truce, both complying.")
    incident_one: Probability = Field(description="The same, with one side violating (better monitoring: higher).")
    incident_both: Probability = Field(description="The same, with both violating.")
    violate: Weight = Field(Number(0.3), description="Reference mass of violating, against complying.")
    accept: Weight = Field(Number(0.3), description="Reference hazard of agreeing to a ceasefire asked for, per period.")


class Sanctions(Part):
    """An outside power that threatens, imposes and relieves sanctions on one side and aids the other."""

    label: str = Field(description="The outside power.")
    on: Literal[1, 2] = Field(description="Side that is sanctioned; the other one is aided.")
    level: Literal[0, 1, 2] = Field(0, description="At the start: 0 none, 1 threatened, 2 imposed.")
    bite: Positive = Field(description="Cost of imposed sanctions to their target, per period.")
    aid: Probability = Field(Number(0.0), description="Share of the other side's war cost that aid takes over.")
    upkeep: Positive = Field(description="Cost of imposed sanctions and aid to the outside power, per period.")
    peace_value: Positive = Field(description="What a period without fighting is worth to the outside power.")
    bluff_cost: Positive = Field(Number(0.0), description="Cost of withdrawing a threat, to the outside power.")
    discount: Annotated[Number, Bounds(0, 0.9999)] = Field(Number(0.99), description="Discount factor per period.")
    change: Weight = Field(Number(0.1), description="Reference hazard of changing the level, per period.")


class Rent(Part):
    """Negotiators' rent: what those at the table gain from talks going on; nobody's welfare."""

    weight: Positive = Field(description="Gain per period of open talks to those who move at the table, in pies.")
    welfare: Probability = Field(Number(1.0), description="Weight of the side's own flow of costs in their choices.")


class Challengers(Part):
    """Small powers that test a side's resolve, one after another."""

    label: str = Field("small powers", description="Who they are.")
    tests: Literal[1, 2] = Field(description="Side whose resolve is tested.")
    chance: Probability = Field(description="Chance that an occasion to probe arises in a period.")
    gain: Positive = Field(description="What an unanswered probe is worth to the challenger.")
    loss: Positive = Field(description="What an answered probe costs the challenger.")
    wider_war: Probability = Field(description="Chance that an answered probe becomes a wider war.")
    wider_cost: Positive = Field(description="Cost of a wider war to each side, in pies.")
    probe: Weight = Field(Number(0.5), description="Reference mass of probing, against refraining.")


class Scenario(Part):
    """A conflict as an analyst sees it at a date."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="Short name, lower case with hyphens.")
    title: str = Field(description="Title of reports.")
    as_of: dt.date = Field(description="Nothing dated later enters.")
    summary: str = Field(description="What the scenario is about and how it was coded, in neutral words.")
    hindsight: str = Field(description="What in the coding rests on later knowledge; 'none' if nothing does.")
    period: Literal["month"] = Field("month", description="Length of a period.")
    periods: int | None = Field(None, ge=1, le=600, description="Last period; left out: stationary.")
    rationality: Annotated[Number, Bounds(0, 1000)] = Field(description="Precision lambda of choices, per pie.")
    sides: list[Side] = Field(min_length=2, max_length=2, description="Side 1, then side 2.")
    battlefield: Battlefield
    talks: Talks
    ceasefire: Ceasefire | None = None
    sanctions: Sanctions | None = None
    rent: Rent | None = None
    challengers: Challengers | None = None
    reference_classes: list[str] = Field(
        default_factory=list,
        description="Classes of past episodes for the outside view, such as 'war_type=interstate, reached=3y'.",
    )

    _raw: dict[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> Scenario:
        if self.ceasefire and self.ceasefire.in_force and self.talks.open is False:
            raise ValueError("a ceasefire in force at the start needs talks.open = true: terms are discussed under it")
        if self.sides[0].label == self.sides[1].label:
            raise ValueError(f"both sides are called {self.sides[0].label!r}")
        return self

    @property
    def digest(self) -> str:
        """Return the digest of what is written, for accounts that build on it."""
        text = json.dumps(self.written(), sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def written(self) -> dict[str, Any]:
        """Return the scenario as the plain table it was written as."""
        return copy.deepcopy(self._raw)

    def numbers(self) -> dict[str, Number]:
        """Return every number that was written, by its dotted path."""
        return dict(_numbers(self, ""))

    def at(self, values: Mapping[str, float]) -> Scenario:
        """Return the scenario with numbers replaced, by dotted path; shares of a side's types are rescaled to 1."""
        out = cast(Scenario, _replace(self, dict(values), ""))
        sides = []
        for side in out.sides:
            total = sum(k.share for k in side.types.values())
            kinds = {n: k.model_copy(update={"share": Number(k.share / total)}) for n, k in side.types.items()}
            sides.append(side.model_copy(update={"types": kinds}))
        return out.model_copy(update={"sides": sides})


def _numbers(part: Any, path: str) -> Iterator[tuple[str, Number]]:
    if isinstance(part, Number):
        yield path, part
    elif isinstance(part, BaseModel):
        for name in part.model_fields_set:
            yield from _numbers(getattr(part, name), f"{path}.{name}" if path else name)
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from _numbers(value, f"{path}.{key}")
    elif isinstance(part, list):
        for i, value in enumerate(part):
            yield from _numbers(value, f"{path}.{i + 1}")


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
    """Return the names of the bundled scenarios."""
    folder = resources.files("peacetalks") / "scenarios"
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml"))


def load(name_or_path: str | Path) -> Scenario:
    """Load a bundled scenario by name, or a TOML file by path.

    Raises `SpecError`, naming the file, the line or key, and how to mend it.

    >>> load("korea-1951").as_of.year
    1951
    """
    path = Path(name_or_path)
    if path.suffix != ".toml" and path.name == str(name_or_path):
        if str(name_or_path) not in bundled():
            hint = _closest(str(name_or_path), bundled())
            raise SpecError(
                f"no bundled scenario is called {str(name_or_path)!r}{hint}. Bundled: {', '.join(bundled())}; "
                "or give the path of a .toml file."
            )
        text = (resources.files("peacetalks") / "scenarios" / f"{name_or_path}.toml").read_text(encoding="utf-8")
        return parse(text, str(name_or_path))
    if path.is_dir():
        raise SpecError(f"{str(path)!r} is a folder; give a bundled scenario's name or the path of a .toml file")
    if path.suffix != ".toml" and path.exists():
        raise SpecError(f"{str(path)!r} is not a scenario: its name must end in .toml (a JSON game: `peacetalks solve-game`)")
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SpecError(f"no file {str(path)!r}. Make a starter with `peacetalks new`.") from None
    except UnicodeDecodeError as e:
        raise SpecError(f"{path}: cannot be read as UTF-8 text (byte {e.start}); save it as UTF-8 and try again") from None
    except OSError as e:
        raise SpecError(f"{path}: cannot be read ({e.strerror})") from None
    return parse(text, str(path))


def parse(text: str, where: str = "scenario") -> Scenario:
    """Read a scenario from TOML text."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise SpecError(f"{where}: not valid TOML: {e}. Strings need quotes, tables a [header].") from None
    return from_table(raw, where)


def from_table(raw: dict[str, Any], where: str = "scenario") -> Scenario:
    """Read a scenario from a plain table."""
    try:
        out = Scenario.model_validate(raw)
    except ValidationError as e:
        raise SpecError(_explain(e, raw, where)) from None
    out._raw = copy.deepcopy(raw)
    return out


def patch(scenario: Scenario, change: Mapping[str, Any]) -> Scenario:
    """Return the scenario with entries changed, by dotted path (`rent.weight`, `sides.1.types.hard.share`).

    A value of None removes an entry (a mechanism is switched off).  A patch that changes nothing, or whose path
    leads nowhere, is refused with `SpecError`.

    >>> s = patch(load("korea-1951"), {"rationality": 25})
    >>> float(s.rationality)
    25.0
    """
    if not change:
        raise SpecError("a patch that changes nothing is refused; name at least one entry")
    raw = scenario.written()
    before = json.dumps(raw, sort_keys=True, default=str)
    for path, value in change.items():
        _set(raw, path.split("."), value, path)
    if json.dumps(raw, sort_keys=True, default=str) == before:
        raise SpecError(f"the patch ({', '.join(change)}) changes nothing: the scenario has these values already")
    return from_table(raw, f"{scenario.name}, patched")


def _set(table: Any, keys: list[str], value: Any, path: str) -> None:
    for i, key in enumerate(keys):
        last = i == len(keys) - 1
        if isinstance(table, list):
            if not key.isdigit() or not 1 <= int(key) <= len(table):
                raise SpecError(f"patch {path!r}: {key!r} must be a number from 1 to {len(table)}")
            if last:
                table[int(key) - 1] = value
                return
            table = table[int(key) - 1]
            continue
        if not isinstance(table, dict):
            raise SpecError(f"patch {path!r}: nothing lies below {'.'.join(keys[:i])!r}")
        if last:
            if value is None:
                table.pop(key, None)
            else:
                table[key] = value
            return
        table = table.setdefault(key, {})


def _closest(name: str, known: Any) -> str:
    close = get_close_matches(name, [str(k) for k in known], n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _fields_at(loc: tuple[Any, ...]) -> list[str]:
    """Return the keys that may stand at a place in a scenario."""
    model: Any = Scenario
    for key in loc:
        if isinstance(model, type) and issubclass(model, BaseModel) and key in model.model_fields:
            hint: Any = model.model_fields[key].annotation
            found = [a for a in (hint, *getattr(hint, "__args__", ())) if isinstance(a, type) and issubclass(a, BaseModel)]
            model = found[0] if found else model
    return list(model.model_fields)


def _explain(error: ValidationError, raw: Any, where: str) -> str:
    lines = []
    for item in error.errors()[:5]:
        loc = tuple(item["loc"])
        place = ".".join(str(k + 1) if isinstance(k, int) else str(k) for k in loc) or "the scenario"
        if item["type"] == "extra_forbidden":
            hint = _closest(str(loc[-1]), _fields_at(loc[:-1]))
            lines.append(f"{place}: unknown key{hint}")
        elif item["type"] == "missing":
            lines.append(f"{place}: missing; every scenario needs it")
        else:
            lines.append(f"{place}: {item['msg'].removeprefix('Value error, ')}")
    more = error.error_count() - len(lines)
    tail = f"; and {more} more" if more > 0 else ""
    return f"{where}: " + "; ".join(lines) + tail + ". Check with `peacetalks check`; every key is explained by `peacetalks new`."
