"""What the historical record says, and what each rate is made of, as lines of text for a terminal."""

from __future__ import annotations

from datetime import date
from math import isnan
from typing import TYPE_CHECKING, Any

from peacetalks.evidence.dates import years_between
from peacetalks.pages.cells import percent_range, whole_percent
from peacetalks.pages.styles import END_NAMES
from peacetalks.text_files import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from peacetalks.evidence.composition import ClassSummary, Composition, Coverage, Left
    from peacetalks.evidence.outside import OutsideForecast
    from peacetalks.evidence.outside_composition import OutsideComposition


def outside_lines(f: OutsideForecast) -> list[str]:
    """Return what became of conflicts of a class by month, with intervals, and what the data do not say."""
    lines = [f"{f.reference_class} (n = {f.n} of {f.n_scope}, {f.method}, weight {whole_percent(f.weight)})"]
    for i, m in enumerate(f.horizons_months):
        chances = (
            f"{END_NAMES[end].lower()} {whole_percent(f.end_probability[i, j])} "
            f"({percent_range(f.end_low[i, j], f.end_high[i, j])})"
            for j, end in enumerate(f.ends)
        )
        lines.append(f"{m} months: {', '.join(chances)}")
    not_coded = [f"Not coded ({label}): {why}" for label, why in f.silent.items()]
    parts = _outside_parts(f, f.made_of) if f.made_of else []
    return [*lines, f.definition, *parts, *not_coded, *coverage_lines(f.coverage), f"Source: {f.source}"]


def _outside_parts(f: OutsideForecast, made_of: OutsideComposition) -> list[str]:
    """Return what an outside view is made of."""
    last = max(f.horizons_months)
    at = f.horizons_months.index(last)
    lines = composition_lines(f"Class, ended in any way within {last} months", made_of.own)
    lines.append(f"Class alone at {last} months: {_ends(f, made_of.own_end_frequency[at])}")
    if made_of.parent_class:
        lines += composition_lines("Parent class, the same", made_of.parent_class)
        lines.append(f"Parent class alone at {last} months: {_ends(f, made_of.parent_end_frequency[at])}")
        fitted = f"Fitted on the {f.n_scope} cases of the parent class with their traits, averaged over the class."
        lines.append(weight_line(f.weight) if f.method == "class" else fitted)
    for r in made_of.returns:
        chance = "no case followed, taken as 0" if r.frequency is None else f"frequency {whole_percent(r.frequency)}"
        lines.append(
            f"Fighting again within {last} months of an end in {r.ending} (parent class): {chance}; "
            f"{r.returned} of {r.n} returned, {r.censored} followed for less."
        )
    share = f"weight {whole_percent(1 / (f.clusters + 1))}, one state's worth beside {f.clusters} states"
    lines.append(f"Mixed with ignorance, a third for each end: {share}.")
    return [*lines, *left_lines("In no such class", made_of.unplaced)]


def _ends(f: OutsideForecast, row: Sequence[float]) -> str:
    said = ("unknown" if isnan(p) else whole_percent(p) for p in row)
    return ", ".join(f"{END_NAMES[e].lower()} {p}" for e, p in zip(f.ends, said, strict=True))


def cases_lines(c: ClassSummary) -> list[str]:
    """Return how many cases a class has, which cases are in no such class, and where the record ends."""
    of = f"the {c.of} {c.kind} that were known"
    which = f"All of {of} are listed" if c.where == "all" else f"{c.cases} of {of} are in the class {c.where}"
    still = "" if c.going_on is None else f", {c.going_on} of them still going on when last followed"
    found = [f"{which}{still}."]
    if c.interval_censored:
        found.append(f"{c.interval_censored} ended on an unknown day, by the one in `ended_by` (interval-censored).")
    found += left_lines("Of the class, in no rate over time", c.untimed)
    return [*found, *left_lines("In no such class", c.unplaced), *coverage_lines(c.coverage)]


def composition_lines(title: str, c: Composition) -> list[str]:
    """Return what the rate of a class is made of, before any shrinkage, and which cases were left out."""
    own = "unknown" if c.frequency is None else whole_percent(c.frequency)
    parts = [
        f"{n} {what}"
        for n, what in (
            (c.events, "with the event"),
            (c.competing, "with another end before"),
            (c.censored, "followed for less (censored)"),
            (c.interval_censored, "with it on an unknown day (interval-censored)"),
            (c.going_on, "without it"),
        )
        if n
    ]
    of = f": {', '.join(parts)}" if parts else ""
    line = f"{title} ({c.where}): own frequency {own}, {c.used} of {c.cases} cases used{of}; effective N"
    return [f"{line} {c.effective_n:g}.", *left_lines(f"{title}, left out", c.dropped)]


def weight_line(weight: float) -> str:
    """Return the weights of a class's own cases and of its parent class."""
    own, parent = whole_percent(weight), whole_percent(1 - weight)
    return f"Weight of the class's own frequency {own}, of the parent class's {parent}."


def left_lines(title: str, left: Sequence[Left]) -> list[str]:
    """Return one line of the cases left out by reason; none without any."""
    return [f"{title}: {'; '.join(f'{x.n} {x.reason}' for x in left)}."] if left else []


def coverage_lines(ends: Sequence[Coverage]) -> list[str]:
    """Return where each dataset ends."""
    lines = []
    for x in ends:
        lines.append(f"The record of {x.gives} is followed to {x.followed_to.isoformat()} ({x.title}).")
        lines += left_lines("Not in the table, whatever their date", x.left_out)
    return lines


def age_lines(ends: Sequence[Coverage], as_of: str | None) -> list[str]:
    """Return how old the record of the cases was at the date of the question, if it ended before."""
    if as_of is None or not ends or (age := years_between(ends[0].followed_to, date.fromisoformat(as_of))) <= 0:
        return []
    return [f"That record was {age:.1f} years old on {as_of}."]


def conflict_rows(found: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the conflicts of `conflicts.find.conflicts` as plain values, ready for JSON."""
    return [{k: v.isoformat() if isinstance(v, date) else v for k, v in r.items()} for r in found.iter_rows(named=True)]


CODED_LATER = (
    "* rests on an end that the record codes only where the next calendar year had fewer than 25 battle deaths: at the "
    "date nobody could know that it would hold."
)


def conflict_lines(found: pl.DataFrame, text: str, as_of: str | None, coverage_end: date) -> list[str]:
    """Return one line for each conflict; `text` and `as_of` are as they were asked."""
    day = as_of or coverage_end.isoformat()
    if found.is_empty():
        return [f"No conflict that had begun by {day} has {text!r} in its name, parties or territory."]
    many = "conflict" if found.height == 1 else "conflicts"
    head = f"{found.height} {many} that had begun by {day}; the record ends on {coverage_end.isoformat()}."
    lines = [head, f"{'id':>6}  {'years':9}  {'kind':10}  {'level':5}  {'state':22}  conflict: parties"]
    for r in found.iter_rows(named=True):
        state = r["state"] if r["since"] is None else f"{r['state']} {r['since'].isoformat()}"
        state += "*" * r["coded_later"]
        years = f"{r['first']}-{r['last']}"
        parties = f"{clip(r['side_a'], 50)} against {clip(r['side_b'], 60)}"
        lines.append(f"{r['id']:>6}  {years:9}  {r['kind']:10}  {r['intensity']:5}  {state:22}  {r['name']}: {parties}")
    return [*lines, CODED_LATER] if found["coded_later"].any() else lines
