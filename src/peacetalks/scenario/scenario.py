"""Scenario: all that an analyst may write about a conflict, and nothing else.

A scenario is one TOML file.  Unknown keys are refused with a hint, every number may be a point, a range or a
distribution with its source (`quantity.py`), and a mechanism that is not written is not in the game.  Units: the
pie is 1, the present value of everything contested; flows are per period; shares belong to side 1.
"""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import math
import tomllib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from pydantic import BaseModel, Field, PrivateAttr, ValidationError, model_validator

from peacetalks.errors import NothingChanges, SpecError, did_you_mean
from peacetalks.scenario.quantity import Bounds, Number
from peacetalks.scenario.tables import (
    Audience,
    Battlefield,
    Ceasefire,
    Challengers,
    Credibility,
    Deal,
    Inspection,
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
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


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
    audience: Audience | None = None
    deal: Deal | None = None
    inspection: Inspection | None = None
    loyalty: Loyalty | None = None
    window: Window | None = None
    linked: Linked | None = None
    pact: Pact | None = None
    observers: Observers | None = None
    credibility: Credibility | None = None
    reference_classes: list[str] = Field(
        default_factory=list,
        description="Classes of past episodes for the outside view, such as 'war_type=interstate, reached=3y'; the "
        "narrowest that can speak is pooled with the model.",
    )

    _raw: dict[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> Scenario:
        if self.ceasefire and self.ceasefire.in_force and self.talks.open is False:
            raise ValueError("a ceasefire in force at the start needs talks.open = true: terms are discussed under it")
        if self.sides[0].label == self.sides[1].label:
            raise ValueError(f"both sides are called {self.sides[0].label!r}")
        self._mechanisms()
        return self

    def _mechanisms(self) -> None:
        if self.inspection and not self.ceasefire:
            raise ValueError("inspection needs the table ceasefire: what inspectors watch over is a truce")
        if self.audience and self.loyalty and self.audience.side != self.loyalty.side:
            raise ValueError(
                f"audience concerns side {self.audience.side} and loyalty side {self.loyalty.side}: they share one ladder of "
                "support at home; name the same side in both, or leave one out"
            )
        if self.loyalty and self.loyalty.public**2 > 2 * math.pi * self.loyalty.private:
            raise ValueError(
                "loyalty: the public signal is too precise for a single equilibrium; keep public <= sqrt(2 pi private) "
                f"= {math.sqrt(2 * math.pi * self.loyalty.private):.3g}"
            )
        named = [side.label for side in self.sides]
        named += [part.label for part in (self.sanctions, self.challengers) if part]
        named += self.pact.members if self.pact else []
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            raise ValueError(
                f"two players are called {twice[0]!r}; every side, power and pact member needs its own name"
            )

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
        out = cast("Scenario", _replace(self, dict(values), ""))
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
        for name in (n for n in type(part).model_fields if n in part.model_fields_set):  # in order: the set has none
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
    folder = resources.files("peacetalks.scenario") / "bundled"
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
            hint = did_you_mean(str(name_or_path), bundled())
            raise SpecError(
                f"no bundled scenario is called {str(name_or_path)!r}{hint}. Bundled: {', '.join(bundled())}; "
                "or give the path of a .toml file."
            )
        text = (resources.files("peacetalks.scenario") / "bundled" / f"{name_or_path}.toml").read_text(encoding="utf-8")
        return parse(text, str(name_or_path))
    if path.is_dir():
        raise SpecError(f"{str(path)!r} is a folder; give a bundled scenario's name or the path of a .toml file")
    if path.suffix != ".toml" and path.exists():
        raise SpecError(
            f"{str(path)!r} is not a scenario: its name must end in .toml (a JSON game: `peacetalks solve-game`)"
        )
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SpecError(f"no file {str(path)!r}. Make a starter with `peacetalks new`.") from None
    except UnicodeDecodeError as e:
        raise SpecError(
            f"{path}: cannot be read as UTF-8 text (byte {e.start}); save it as UTF-8 and try again"
        ) from None
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
        raise NothingChanges("a patch that changes nothing is refused; name at least one entry")
    raw = scenario.written()
    before = json.dumps(raw, sort_keys=True, default=str)
    for path, value in change.items():
        _set(raw, path.split("."), value, path)
    if json.dumps(raw, sort_keys=True, default=str) == before:
        raise NothingChanges(f"the patch ({', '.join(change)}) changes nothing: the scenario has these values already")
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


def _fields_at(loc: tuple[Any, ...]) -> list[str]:
    """Return the keys that may stand at a place in a scenario."""
    model: Any = Scenario
    for key in loc:
        if isinstance(model, type) and issubclass(model, BaseModel) and key in model.model_fields:
            hint: Any = model.model_fields[key].annotation
            found = [
                a for a in (hint, *getattr(hint, "__args__", ())) if isinstance(a, type) and issubclass(a, BaseModel)
            ]
            model = found[0] if found else model
    return list(model.model_fields)


def _explain(error: ValidationError, raw: Any, where: str) -> str:
    lines = []
    for item in error.errors()[:5]:
        loc = tuple(item["loc"])
        place = ".".join(str(k + 1) if isinstance(k, int) else str(k) for k in loc) or "the scenario"
        if item["type"] == "extra_forbidden":
            hint = did_you_mean(str(loc[-1]), _fields_at(loc[:-1]))
            lines.append(f"{place}: unknown key{hint}")
        elif item["type"] == "missing":
            lines.append(f"{place}: missing; every scenario needs it")
        else:
            lines.append(f"{place}: {item['msg'].removeprefix('Value error, ')}")
    more = error.error_count() - len(lines)
    tail = f"; and {more} more" if more > 0 else ""
    return (
        f"{where}: "
        + "; ".join(lines)
        + tail
        + ". Check with `peacetalks check`; every key is explained by `peacetalks new`."
    )
