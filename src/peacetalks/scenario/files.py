"""What may stand beside a scenario file: accounts, an event record, claims.

The sidecar files of `NAME.toml` lie in the folder `NAME` beside it:

    NAME/accounts/*.toml      interpretations of the same events, each a patch of the scenario
    NAME/events.toml          the record of dated public acts (or events.csv)
    NAME/acts.toml            how acts become moves, where the shipped table does not fit
    NAME/claims.toml          claims, each a sentence and a query
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from peacetalks.errors import SpecError
from peacetalks.scenario.scenario import BUNDLED, Scenario, bundled
from peacetalks.scenario.validation import read_table
from peacetalks.text_files import read_text, read_toml, shorten, shown

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

M = TypeVar("M", bound=BaseModel)
# Entries that play does not depend on.
WORDS = {"name", "title", "summary", "hindsight", "as_of", "conflict", "reference_classes"}


def folder(scenario: str | Path) -> Traversable:
    """Return the folder of a scenario's sidecar files; it need not exist.

    Raises `SpecError` for a path that names no file, or that the system does not take.

    >>> folder("korea-1951").name
    'korea-1951'
    """
    if str(scenario) in bundled():
        return BUNDLED / str(scenario)
    path = Path(scenario)
    if not path.name:
        raise SpecError(
            f"{shorten(str(scenario))} names no scenario; give a bundled scenario's name or the path of a .toml file"
        )
    beside = path.with_suffix("")
    try:
        beside.is_dir()
    except OSError as e:  # such as a name of more characters than a file may have
        raise SpecError(f"{shown(path)}: cannot be read ({e.strerror})") from None
    return beside


def read(path: Traversable | Path, model: type[M]) -> M:
    """Read a TOML file as `model`; raise `SpecError` naming the file, the key and how to mend it."""
    return read_table(table(path), model, shown(Path(path.name)))


def table(path: Traversable | Path) -> dict[str, Any]:
    """Read a TOML file as a plain table; raise `SpecError` naming the file and what is wrong with it."""
    return read_toml(read_text(path), shown(Path(path.name)))


def play_key(scenario: Scenario) -> str:
    """Return a digest of all that play depends on: central values as they stand, drawn or patched; no titles.

    Unlike `Scenario.digest` it differs between draws of one scenario.
    """
    return hashlib.sha256(scenario.model_dump_json(exclude=WORDS).encode()).hexdigest()[:16]
