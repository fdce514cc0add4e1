"""Accounts: rival interpretations of the same events, each a patch of one scenario.

An account names the digest of the scenario that it was written for.  When the scenario changes, its accounts are
refused until somebody has checked them again: the same patch of a changed scenario could mean something else.

    name = "capacity-limits"
    title = "Restraint reflects cost and ability"
    attributed_to = "who holds this interpretation"
    summary = "..."
    base = "russia-ukraine-2025"
    base_digest = "0123456789abcdef"

    [[change]]
    path = "battlefield.restraint"                                    # as in `patch`
    value = { low = 0.4, mode = 0.6, high = 0.8, source = "judgement: ..." }   # or off = true: not in the game
    reason = "why this interpretation implies it"
    group = "means"                                                   # optional: changed together in attributions

When the difference between two accounts is attributed to their entries (Shapley values), the entries of a group count
as one.  The shares of a side's types are a group unless the entries name another.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from peacetalks.errors import SpecError
from peacetalks.scenario.files import folder, read
from peacetalks.scenario.paths import counted_with, under, written_at
from peacetalks.scenario.scenario import Scenario, patch
from peacetalks.scenario.tables import Label, Part

NAME = r"^[a-z0-9][a-z0-9-]*$"


class Change(Part):
    """One entry of an account."""

    path: Label = Field(min_length=1, description="Dotted path of the entry that changes.")
    value: Any = Field(None, description="The number (point or range, with its source), switch, or whole table.")
    off: bool = Field(False, description="Take the entry out of the scenario.")
    reason: str = Field(min_length=3, description="Why the interpretation implies the change.")
    group: Label | None = Field(
        None, description="Entries of a group count as one when a difference is attributed to them."
    )

    @model_validator(mode="after")
    def _value_or_off(self) -> Change:
        if self.off == (self.value is not None):
            raise ValueError(f"{self.path}: give a value, or off = true")
        return self

    @property
    def bundle(self) -> str:
        """The group that this entry belongs to."""
        return self.group or counted_with(self.path)


class Account(Part):
    """An interpretation of the events: who holds it, and what it changes in the base scenario.

    Examples
    --------
    >>> both = accounts("russia-ukraine-2025")[0]
    >>> both.name, list(both.groups)
    ('both-irresolute', ['shares of side 1', 'shares of side 2', 'ceasefire.accept'])
    """

    name: str = Field(pattern=NAME, max_length=200, description="Short name, lower case with hyphens.")
    title: Label = Field(min_length=3, description="What the interpretation says, in a line.")
    attributed_to: Label = Field(min_length=3, description="Who holds it; no persons.")
    summary: str = Field(min_length=3, description="The interpretation in neutral words.")
    base: Label = Field(description="Name of the scenario it changes.")
    base_digest: Label = Field(description="Digest of that scenario, as printed by `peacetalks check`.")
    change: list[Change] = Field(min_length=1, description="The entries that differ.")

    @property
    def groups(self) -> dict[str, list[Change]]:
        """The entries by group, in the order written."""
        out: dict[str, list[Change]] = {}
        for entry in self.change:
            out.setdefault(entry.bundle, []).append(entry)
        return out


def apply(account: Account, base: Scenario, groups: frozenset[str] | None = None) -> Scenario:
    """Return the base scenario as an account interprets it.

    Parameters
    ----------
    account : Account
    base : Scenario
        The scenario that the account was written for: its name and digest must agree.
    groups : frozenset of str, optional
        Names of the groups of entries that are applied; default: all.

    Returns
    -------
    Scenario
        The base scenario where no entry is applied.

    Raises
    ------
    SpecError
        Another scenario or digest, an unknown path, an entry that is changed twice or to the value it has already, or
        a number without a source.

    Examples
    --------
    >>> from peacetalks.scenario.scenario import load
    >>> base = load("russia-ukraine-2025")
    >>> (essay,) = [a for a in accounts("russia-ukraine-2025") if a.name == "essay"]
    >>> apply(essay, base).digest == base.digest
    False
    """
    _check_base(account, base)
    _check_paths(account)
    chosen = account.groups if groups is None else {g: rows for g, rows in account.groups.items() if g in groups}
    entries = [c for rows in chosen.values() for c in rows]
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
        raise SpecError(f"account {account.name!r} is an interpretation of {account.base!r}, not of {base.name!r}")
    if account.base_digest != base.digest:
        raise SpecError(
            f"account {account.name!r} was written for {base.name} with digest {account.base_digest}; the scenario now "
            f"has digest {base.digest}. Read what changed, adjust the account's entries where they no longer mean what "
            f'they meant, then set base_digest = "{base.digest}" in it.'
        )


def _check_paths(account: Account) -> None:
    paths = [c.path for c in account.change]
    if twice := sorted({p for p in paths if paths.count(p) > 1}):
        raise SpecError(f"account {account.name!r} changes {', '.join(twice)} twice; keep one entry")
    for inner in paths:
        if outer := next((p for p in paths if p != inner and under(inner, p)), None):
            raise SpecError(f"account {account.name!r} changes {inner} and {outer}, which holds it; keep one entry")


def _check_entries(account: Account, base: Scenario, out: Scenario) -> None:
    before, after = base.written(), out.written()
    for entry in account.change:
        if written_at(before, entry.path) == written_at(after, entry.path):
            raise SpecError(f"account {account.name!r}: {entry.path} changes nothing: it has this value already")
        for path, n in out.numbers().items():
            if under(path, entry.path) and not n.source:
                raise SpecError(
                    f"account {account.name!r}: {path} needs a source: "
                    '{ value = ..., source = "judgement: ..." } or low, mode, high and source'
                )


def accounts(scenario: str | Path, also: tuple[Path, ...] = ()) -> list[Account]:
    """Return the accounts beside a scenario, sorted by name, then those in the files `also`.

    Raises `SpecError` for a file that is no account and for two accounts of one name.

    >>> [a.base for a in accounts("korea-1951")]
    []
    """
    beside = folder(scenario) / "accounts"
    found = [read(f, Account) for f in beside.iterdir() if f.name.endswith(".toml")] if beside.is_dir() else []
    found = sorted(found, key=lambda a: a.name) + [read(Path(f), Account) for f in also]
    names = [a.name for a in found]
    if twice := sorted({n for n in names if names.count(n) > 1 or n == "base"}):
        raise SpecError(f"two accounts are called {', '.join(twice)} ('base' is the scenario itself); rename one")
    return found


def interpretations(base: Scenario, found: list[Account]) -> dict[str, Scenario]:
    """Return the scenario under every interpretation: "base" (as it is), then each account by its name."""
    return {"base": base} | {a.name: apply(a, base) for a in found}
