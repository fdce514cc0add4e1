"""Accounts: rival readings of the same events, each a patch of one scenario.

An account names the digest of the scenario it was written for.  When the scenario changes, its accounts are refused
until somebody has read them again: a patch over moved ground would silently mean something else.

    name = "capacity-limits"
    title = "Restraint reflects cost and ability"
    attributed_to = "who holds this reading"
    summary = "..."
    base = "russia-ukraine-2025"
    base_digest = "0123456789abcdef"

    [[change]]
    path = "battlefield.restraint"                                    # as in `patch`
    value = { low = 0.4, mode = 0.6, high = 0.8, source = "judgement: ..." }   # or off = true: not in the game
    reason = "why this reading implies it"
    group = "means"                                                   # optional: moves together in the split

The shares of a side's types move together unless a group says otherwise.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from peacetalks.errors import SpecError
from peacetalks.scenario.files import folder, read
from peacetalks.scenario.scenario import Part, Scenario, patch

SHARE = re.compile(r"^sides\.(\d)\.types\.[^.]+\.share$")


class Change(Part):
    """One entry of an account."""

    path: str = Field(min_length=1, description="Dotted path of the entry that changes.")
    value: Any = Field(None, description="The number (point or range, with its source), switch, or whole table.")
    off: bool = Field(False, description="Take the entry out of the scenario.")
    reason: str = Field(min_length=3, description="Why the reading implies the change.")
    group: str | None = Field(None, description="Entries of a group move together when a difference is split.")

    @model_validator(mode="after")
    def _one(self) -> Change:
        if self.off == (self.value is not None):
            raise ValueError(f"{self.path}: give a value, or off = true")
        return self

    @property
    def bundle(self) -> str:
        """The group this entry moves with."""
        found = SHARE.match(self.path)
        return self.group or (f"shares of side {found[1]}" if found else self.path)


class Account(Part):
    """A reading of the events: who holds it, and what it changes in the base scenario."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="Short name, lower case with hyphens.")
    title: str = Field(min_length=3, description="What the reading says, in a line.")
    attributed_to: str = Field(min_length=3, description="Who holds it; no persons.")
    summary: str = Field(min_length=3, description="The reading in neutral words.")
    base: str = Field(description="Name of the scenario it changes.")
    base_digest: str = Field(description="Digest of that scenario, as printed by `peacetalks check`.")
    change: list[Change] = Field(min_length=1, description="The entries that differ.")

    @property
    def groups(self) -> dict[str, list[Change]]:
        """Entries by the group they move with, in the order written."""
        out: dict[str, list[Change]] = {}
        for entry in self.change:
            out.setdefault(entry.bundle, []).append(entry)
        return out


def apply(account: Account, base: Scenario, groups: frozenset[str] | None = None) -> Scenario:
    """Return the base scenario as the account reads it (with `groups`, only those groups of entries).

    Raises `SpecError` for another scenario or digest, an unknown path, a number without a source, and an entry
    that changes nothing.
    """
    _check_base(account, base)
    wanted = account.groups if groups is None else {g: account.groups[g] for g in account.groups if g in groups}
    entries = [c for changes in wanted.values() for c in changes]
    if not entries:
        return base
    try:
        out = patch(base, {c.path: None if c.off else c.value for c in entries})
    except SpecError as e:
        raise SpecError(f"account {account.name!r}: {e}") from None
    if groups is None:
        _check_entries(account, base, out)
    return out


def _check_base(account: Account, base: Scenario) -> None:
    if account.base != base.name:
        raise SpecError(f"account {account.name!r} is a reading of {account.base!r}, not of {base.name!r}")
    if account.base_digest != base.digest:
        raise SpecError(
            f"account {account.name!r} was written for {base.name} with digest {account.base_digest}; the scenario now has "
            f"digest {base.digest}. Read what changed, adjust the account's entries where they no longer mean what they "
            f'meant, then set base_digest = "{base.digest}" in it.'
        )


def _check_entries(account: Account, base: Scenario, out: Scenario) -> None:
    paths = [c.path for c in account.change]
    if twice := sorted({p for p in paths if paths.count(p) > 1}):
        raise SpecError(f"account {account.name!r} changes {', '.join(twice)} twice; keep one entry")
    before, after = base.written(), out.written()
    for entry in account.change:
        if written_at(before, entry.path) == written_at(after, entry.path):
            raise SpecError(f"account {account.name!r}: {entry.path} changes nothing: it has this value already")
        for path, n in out.numbers().items():
            if (path == entry.path or path.startswith(entry.path + ".")) and not n.source:
                raise SpecError(
                    f"account {account.name!r}: {path} needs a source: "
                    '{ value = ..., source = "judgement: ..." } or low, mode, high and source'
                )


def written_at(table: Any, path: str) -> Any:
    """Return what is written at a dotted path, or None."""
    for key in path.split("."):
        if isinstance(table, list) and key.isdigit() and 1 <= int(key) <= len(table):
            table = table[int(key) - 1]
        elif isinstance(table, dict) and key in table:
            table = table[key]
        else:
            return None
    return table


def accounts(scenario: str | Path, also: tuple[Path, ...] = ()) -> list[Account]:
    """Return the accounts beside a scenario, by name, and those in the files `also`.

    >>> [a.base for a in accounts("korea-1951")]
    []
    """
    room = folder(scenario) / "accounts"
    found = [read(f, Account) for f in room.iterdir() if f.name.endswith(".toml")] if room.is_dir() else []
    found = sorted(found, key=lambda a: a.name) + [read(Path(f), Account) for f in also]
    names = [a.name for a in found]
    if twice := sorted({n for n in names if names.count(n) > 1 or n == "base"}):
        raise SpecError(f"two accounts are called {', '.join(twice)} ('base' is the scenario itself); rename one")
    return found


def readings(base: Scenario, found: list[Account]) -> dict[str, Scenario]:
    """Return the scenario under every reading: "base", then each account."""
    return {"base": base} | {a.name: apply(a, base) for a in found}
