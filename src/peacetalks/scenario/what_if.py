"""What-ifs: a scenario, or a draw of it, with one entry at another setting, as `effect(...)` in a query compares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.errors import NothingChanges, SpecError
from peacetalks.scenario.paths import SHARE, under
from peacetalks.scenario.scenario import Scenario, patch

if TYPE_CHECKING:
    from collections.abc import Mapping


def setting(written: Scenario, drawn: Scenario, path: str, to: float | str) -> Scenario:
    """Return `drawn` (a draw of `written`) with the entry at `path` set to a number, "off" or "now" (as it is).

    Parameters
    ----------
    written : Scenario
        The scenario with its ranges.
    drawn : Scenario
        `written.at(...)`: all other numbers keep their values in it.
    path : str
        Dotted path of the entry.  If it is the share of a type, the other types of the side keep their proportions.
    to : float, "off" or "now"
        "off" takes the entry out of the scenario.

    Raises
    ------
    SpecError
        A path that leads nowhere or a value out of range.

    Examples
    --------
    >>> from peacetalks.scenario.scenario import load
    >>> s = load("korea-1951")
    >>> float(setting(s, s, "sides.1.types.resolute.share", 0.9).sides[0].types["irresolute"].share)
    0.1
    """
    return drawn if to == "now" else as_drawn(*changed(written, path, to), drawn)


def changed(written: Scenario, path: str, to: float | str) -> tuple[Scenario, tuple[str, ...]]:
    """Return the scenario as written but for the entry at `path`, and the entries that this sets."""
    change: dict[str, object] = {path: None if to == "off" else to}
    if SHARE.match(path) and to != "off":
        change |= rest_of_shares(written, {path: float(to)})
    try:
        return patch(written, change), tuple(change)
    except NothingChanges:
        return written, tuple(change)


def as_drawn(s: Scenario, entries: tuple[str, ...], drawn: Scenario) -> Scenario:
    """Return `s` with every number but those at `entries` as in `drawn`, where that has it."""
    mine = s.numbers()
    return s.at(
        {p: float(n) for p, n in drawn.numbers().items() if p in mine and not any(under(p, c) for c in entries)}
    )


def rest_of_shares(written: Scenario, given: Mapping[str, float]) -> dict[str, object]:
    """Return the shares of the other types, by path, where some types have the shares `given`, also by path.

    The other types of a side keep their proportions.  Raises `SpecError` for a type that the side does not have, for
    shares that leave less than nothing, and where there is no other type to take the rest.
    """
    numbers, out = written.numbers(), {}
    for side in dict.fromkeys(path.split(".")[1] for path in given):
        shares = {p: float(n) for p, n in numbers.items() if (at := SHARE.match(p)) and at["side"] == side}
        mine = {p: x for p, x in given.items() if p.split(".")[1] == side}
        for path in mine:
            if path not in shares:
                raise SpecError(f"{path}: no such type; known: {', '.join(shares)}")
        left, rest = sum(x for p, x in shares.items() if p not in mine), 1 - sum(mine.values())
        if set(mine) == set(shares) and len(shares) > 1:
            continue  # all are given: what they must sum to is checked with the scenario
        if left <= 0:
            raise SpecError(f"{', '.join(mine)} cannot change: the side has no other type to take the rest")
        if rest < 0:
            raise SpecError(f"{', '.join(mine)}: shares of {1 - rest:.6g} leave less than nothing for the other types")
        out |= {p: round(rest * x / left, 12) for p, x in shares.items() if p not in mine}
    return out
