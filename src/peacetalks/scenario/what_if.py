"""What-ifs: a scenario, or a draw of it, with one entry at another setting, as `effect(...)` in a query compares."""

from __future__ import annotations

from peacetalks.errors import NothingChanges, SpecError
from peacetalks.scenario.paths import SHARE, under
from peacetalks.scenario.scenario import Scenario, patch


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
    if (found := SHARE.match(path)) and to != "off":
        change |= _rest(written, found["side"], found["type"], float(to))
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


def _rest(written: Scenario, side: str, kind: str, share: float) -> dict[str, object]:
    """Return the shares of a side's other types when the type `kind` has `share`."""
    mine = f"sides.{side}.types.{kind}.share"
    shares = {p: float(n) for p, n in written.numbers().items() if (at := SHARE.match(p)) and at["side"] == side}
    if mine not in shares:
        raise SpecError(f"{mine}: no such type; known: {', '.join(shares)}")
    left = sum(x for p, x in shares.items() if p != mine)
    if left <= 0:
        raise SpecError(f"{mine} cannot change: the side has no other type to take the rest")
    return {p: round((1 - share) * x / left, 12) for p, x in shares.items() if p != mine}
