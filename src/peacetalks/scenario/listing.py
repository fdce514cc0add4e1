"""The scenarios that are at hand: those bundled, and those in a folder, broken ones with what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from peacetalks.errors import SpecError
from peacetalks.scenario.files import folder as beside
from peacetalks.scenario.scenario import bundled, load
from peacetalks.text_files import shown

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True)
class Listed:
    """A scenario file in short; all that is read from it is None where it is broken (`error`)."""

    name: str  # by which it is loaded: of a bundled one its name, else its path
    bundled: bool
    title: str | None
    as_of: date | None
    sides: tuple[str, str] | None
    accounts: int  # files beside it: accounts, records of events, claims
    events: int
    claims: int
    error: str | None


def listed(folder: str | Path | None = None) -> tuple[Listed, ...]:
    """Return the bundled scenarios, then those of a folder, by name.

    Raises `SpecError` where there is no such folder.

    >>> [s.name for s in listed() if s.bundled and s.accounts]
    ['russia-ukraine-2025']
    """
    paths: list[Path] = []
    if folder is not None:
        where = Path(folder)
        if not where.is_dir():
            what = "is a file; give the folder that it lies in" if where.exists() else "there is no such folder"
            raise SpecError(f"'{shown(where)}': {what}")
        try:
            paths = sorted(p for p in where.iterdir() if p.suffix == ".toml" and p.is_file())
        except OSError as e:
            raise SpecError(f"{shown(where)}: cannot be read ({e.strerror})") from None
    return (*(_listed(name, True) for name in bundled()), *(_listed(str(p), False) for p in paths))


def _listed(name: str, is_bundled: bool) -> Listed:
    accounts, events, claims = _files_beside(name)
    try:
        found = load(name)
    except SpecError as e:
        return Listed(shown(Path(name)), is_bundled, None, None, None, accounts, events, claims, str(e))
    sides = (found.sides[0].label, found.sides[1].label)
    return Listed(shown(Path(name)), is_bundled, found.title, found.as_of, sides, accounts, events, claims, None)


def _files_beside(name: str) -> tuple[int, int, int]:
    """Return the number of accounts, records of events and files of claims beside a scenario."""
    there = beside(name)
    accounts = there / "accounts"
    found = [f for f in accounts.iterdir() if f.name.endswith(".toml")] if accounts.is_dir() else []
    events = sum((there / n).is_file() for n in ("events.toml", "events.csv"))
    return len(found), events, int((there / "claims.toml").is_file())
