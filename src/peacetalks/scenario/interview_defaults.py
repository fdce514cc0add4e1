"""What stands in a scenario before a question is asked, as an answer to it: the default, and where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peacetalks.scenario.interview_table import PATHS, mass_of_others
from peacetalks.scenario.paths import written_at
from peacetalks.scenario.quantity import Number
from peacetalks.scenario.sources import STARTER, basis
from peacetalks.text_files import clip

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

NEVER = 1e-6  # a reference mass of rearming that stands for nobody (`conflicts.mapping`)
SHOWN = 90  # characters of a source
ESTIMATED = "left to the record"
ACCIDENTS = "a settlement fails only by accident", "as often as agreements in the record"
LASTS = "a settlement lasts", "nobody prepares to break it"


def default(key: str, base: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return what stands in a table as an answer to a question, and its source; None where nothing does.

    Parameters
    ----------
    key : str
        Of the question.
    base : mapping
        The table of the starter, which knows no facts, or of a conflict of the record.

    Returns
    -------
    (answer, source) or None

    Examples
    --------
    >>> default("walk", {"talks": {"walk": {"value": 0.05, "source": "a test"}}})
    ('0.5 of ten', 'a test')
    """
    if key in PATHS:
        return _judgement(key, base)
    known = not str(base["name"]).startswith(STARTER)
    return (_fact(key, base), str(base["conflict"].get("source", "the record"))) if known else None


def _fact(key: str, base: Mapping[str, Any]) -> str:
    """Return a fact of a conflict of the record as it would be answered."""
    facts = base["conflict"]
    if key == "sides":
        return "; ".join(side["label"] for side in base["sides"])
    if key == "over":
        return "interstate" if facts["kind"] == "interstate" else facts.get("incompatibility", "")
    if key == "since":
        return _dated(facts["start"].isoformat(), facts.get("intensity"))
    state, since = facts.get("state", "fighting"), facts.get("since")
    if state == "fighting":
        return "talks" if base["talks"]["open"] else "fighting"
    return _dated(state, since)


def _dated(first: str, second: dt.date | str | None) -> str:
    return first if second is None else f"{first}, {second}"


def _judgement(key: str, base: Mapping[str, Any]) -> tuple[str, str]:
    """Return a number of a table as so many of ten, or what its absence means."""
    if key == "watched":
        if base.get("deal") is None:
            return LASTS
        never = float(Number.parse(base["deal"]["rearm"])) <= NEVER
        return ACCIDENTS if never else (_ten(base["deal"]["detection"]), _source(base, key))
    if key == "rent" and base.get("rent") is None:
        return "0", "no such gain"
    found = [written_at(base, path) for path in PATHS[key]]
    if None in found or any(basis(raw.get("source")) == "estimated" for raw in found):
        return ESTIMATED, "estimated on past conflicts"
    if key == "walk":
        mass = float(Number.parse(found[0]))
        return f"{_in_tens(mass / (mass + mass_of_others(base)))} of ten", _source(base, key)
    if key == "rent":
        return f"{1200 * float(Number.parse(found[0])):.3g}%", _source(base, key)
    return ", ".join(_ten(raw) for raw in found), _source(base, key)


def _ten(raw: dict[str, Any]) -> str:
    return f"{_in_tens(float(Number.parse(raw)))} of ten"


def _in_tens(share: float) -> str:
    return f"{10 * share:.3g}"


def _source(base: Mapping[str, Any], key: str) -> str:
    """Return the source of the number that a question sets, shortened."""
    said = str(written_at(base, PATHS[key][0]).get("source", ""))
    return "the same for every conflict" if said.startswith(STARTER) else clip(said.removeprefix("judgement: "), SHOWN)
