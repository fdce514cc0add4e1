"""A base rate with the rates beside it, and what can be asked, as lines of text for a terminal."""

from __future__ import annotations

from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from peacetalks.evidence.grammar import EVENTS
from peacetalks.evidence.names import in_names
from peacetalks.pages.cells import percent_range, whole_percent
from peacetalks.pages.evidence_screen import composition_lines, coverage_lines, left_lines, weight_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.evidence.rates import BaseRate
    from peacetalks.evidence.related import RelatedRate

OF_KIND = {  # kind of case -> what its events are about
    "ceasefires": "ceasefires of civil conflicts",
    "agreements": "peace agreements",
    "spells": "peace after civil wars",
    "processes": "peace talks that led to a text",
    "mediations": "mediation in civil wars",
    "episodes": "armed conflicts",
    "wars": "interstate wars, by the day",
    "crises": "international crises",
    "sanctions": "sanctions",
}
SHRUNK = (
    "Where a weight stands, rate and interval are shrunk towards the parent class, whose rate is taken as known: an "
    "interval is narrow even for few cases, and may be narrower than the parent's. Beside them stands the class's own "
    "frequency before that, with the cases known to have it (others were followed for less), and its weight."
)
TITLES = {
    "horizon": "Other lengths of time",
    "class": "Other classes",
    "complement": "The complement, and other events",
    "event": "The complement, and other events",
}


def base_rate_lines(asked: str, r: BaseRate, related: Sequence[RelatedRate] = ()) -> list[str]:
    """Return a base rate with its interval, the rates beside it, its composition and source; `asked` as it was."""
    lines = [] if same_words(asked, r) else [understood(r)]
    if r.probability is None or r.interval is None:
        lines.append(f"{asked}: unknown (n = {r.n}: no cases, or none followed that long)")
    else:
        interval = percent_range(*r.interval)
        lines.append(f"{asked}: {whole_percent(r.probability)} (95% interval {interval}, n = {r.n})")
        if r.parent_class:
            own = _own(r.observed, r.own.known(r.complement), r.n)
            lines.append(f"Shrunk towards the parent class ({whole_percent(r.parent)}): {own}, weight {_weight(r)}.")
    if r.bounds:
        what = "Bounds of the class's own frequency" if r.parent_class else "Bounds"
        lines.append(f"{what}: {percent_range(*r.bounds)}. {r.caution}")
    elif r.caution:
        lines.append(r.caution)
    lines += [r.definition, *related_lines(related), ""]
    if r.complement:
        lines.append("The event itself, of which this is the complement:")
    lines += composition_lines("Class", r.own)
    if r.parent_class:
        lines += [*composition_lines("Parent class", r.parent_class), weight_line(r.weight)]
    return [*lines, *left_lines("In no such class", r.unplaced), *coverage_lines(r.coverage), f"Source: {r.source}"]


def same_words(asked: str, r: BaseRate) -> bool:
    """Return whether a question was asked in the words of the record itself."""
    return " ".join(asked.lower().strip(" ?.").split()) == r.question


def understood(r: BaseRate) -> str:
    """Return how the words of a question were understood."""
    return f"Understood as: {r.question}" + ("" if r.where == "all" else f"; class: {in_names(r.where)}")


def related_lines(related: Sequence[RelatedRate]) -> list[str]:
    """Return the rates beside a base rate as a table, each with its interval and number of cases."""
    if not related:
        return []
    rows = [(TITLES[r.relation], _what(r), r) for r in related]
    width = max(len(what) for _, what, _ in rows)
    lines = ["", "Related rates, each with its 95% interval and number of cases:"]
    for title, group in groupby(rows, key=lambda row: row[0]):
        lines.append(f"  {title}")
        for _, what, r in group:
            rate = f"{whole_percent(r.probability):>4}  {percent_range(*r.interval):>8}"
            own = f"  {_own(r.observed, r.events, r.n)}, weight {_weight(r)}" if r.weight < 1 else ""
            lines.append(f"    {what:{width}}  {rate}  n = {r.n}{own}")
    if any(r.weight < 1 for r in related):
        lines += wrap(SHRUNK, 110, initial_indent="  ", subsequent_indent="  ")
    later = [r.probability for r in related if r.relation == "horizon"]
    if sorted(later) != later and sorted(later, reverse=True) != later:
        lines.append("  Each is shrunk to its parent class by itself, so that small ones need not rise with time.")
    return lines


def related_values(asked: str, r: BaseRate, related: Sequence[RelatedRate]) -> dict[str, Any]:
    """Return a base rate and the rates beside it, as `--json` prints them."""
    return {"asked": asked, **r.to_dict(), "related": [x.to_dict() for x in related]}


def askable_lines() -> list[str]:
    """Return every event that can be asked for by kind of case, and how to write a question."""
    lines = ["What can be asked, by kind of case:"]
    for kind, about in OF_KIND.items():
        names = [f"{e.name}{' *' * (e.how == 'share')}" for e in EVENTS if e.kind == kind]
        lines += wrap(f"{kind} ({about}): {'; '.join(names)}", 110, initial_indent="  ", subsequent_indent="    ")
    return [
        *lines,
        "Write 'EVENT within 6 months' (days, weeks, months, years); an event with * is a share and takes no time.",
        "Other words do too: 'truce broken in 90 days', 'civil war lasts a year', 'peace deal signed in 2 years'.",
        "Which cases count: --class civil, interstate, mediated, reached=3y, since=1990 ...",
    ]


def _own(observed: float | None, events: int, n: int) -> str:
    """Return a class's own frequency with the number of its cases in which it is known to have come."""
    return "own frequency unknown" if observed is None else f"own {whole_percent(observed)} ({events} of {n})"


def _weight(r: BaseRate | RelatedRate) -> str:
    """Return the weight of a class's own frequency."""
    return whole_percent(r.weight)


def _what(r: RelatedRate) -> str:
    """Return in what a rate differs from the one it stands beside."""
    if r.relation == "class":
        return in_names(r.where)
    if r.relation == "horizon":
        return f"within {r.question.rpartition(' within ')[2]}"
    return r.question
