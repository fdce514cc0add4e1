"""What may stand beside a scenario file: accounts, an event record, claims.

The companions of `NAME.toml` lie in the folder `NAME` beside it:

    NAME/accounts/*.toml      readings of the same events, each a patch of the scenario
    NAME/events.toml          the record of dated public acts (or events.csv)
    NAME/acts.toml            how acts become moves, where the shipped table does not fit
    NAME/claims.toml          claims, each a sentence and a query
"""

from __future__ import annotations

import hashlib
import tomllib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from peacetalks.errors import SpecError, did_you_mean
from peacetalks.scenario.scenario import Scenario, bundled

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

M = TypeVar("M", bound=BaseModel)
WORDS = {"name", "title", "summary", "hindsight", "as_of", "reference_classes"}


def folder(scenario: str | Path) -> Traversable:
    """Return the folder of a scenario's companions; it need not exist.

    >>> folder("korea-1951").name
    'korea-1951'
    """
    if str(scenario) in bundled():
        return resources.files("peacetalks.scenario") / "bundled" / str(scenario)
    return Path(scenario).with_suffix("")


def read(path: Traversable | Path, model: type[M]) -> M:
    """Read a TOML file as `model`; raise `SpecError` naming the file, the key and how to mend it."""
    return read_table(table(path), model, path.name)


def table(path: Traversable | Path) -> dict[str, Any]:
    """Read a TOML file as a plain table."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SpecError(f"no file {str(path)!r}") from None
    except tomllib.TOMLDecodeError as e:
        raise SpecError(f"{path.name}: not valid TOML: {e}. Strings need quotes, tables a [header].") from None
    except (UnicodeDecodeError, OSError) as e:
        raise SpecError(f"{path.name}: cannot be read as UTF-8 text ({e})") from None


def read_table(raw: dict[str, Any], model: type[M], where: str) -> M:
    """Check a plain table against `model`."""
    try:
        return model.model_validate(raw)
    except ValidationError as e:
        found = sorted(
            e.errors(), key=lambda item: item["type"] != "extra_forbidden"
        )  # a slip explains what is missing
        raise SpecError(f"{where}: " + "; ".join(_line(item, model) for item in found[:5])) from None


def _line(item: Any, model: type[BaseModel]) -> str:
    place = ".".join(str(k + 1) if isinstance(k, int) else str(k) for k in item["loc"]) or "the file"
    if item["type"] == "extra_forbidden":
        return f"{place}: unknown key{did_you_mean(str(item['loc'][-1]), _keys(model))}"
    if item["type"] == "missing":
        return f"{place}: missing"
    return f"{place}: {item['msg'].removeprefix('Value error, ')}"


def _keys(model: type[BaseModel]) -> list[str]:
    """Return every key that `model` or a table inside it may have."""
    out = list(model.model_fields)
    for field in model.model_fields.values():
        hints = (field.annotation, *getattr(field.annotation, "__args__", ()))
        out += [
            k for h in hints if isinstance(h, type) and issubclass(h, BaseModel) and h is not model for k in _keys(h)
        ]
    return out


def play_key(scenario: Scenario) -> str:
    """Return a digest of all that play depends on: central values as they stand, drawn or patched; no titles.

    Unlike `Scenario.digest` it tells draws of one scenario apart.
    """
    return hashlib.sha256(scenario.model_dump_json(exclude=WORDS).encode()).hexdigest()[:16]
