"""Every number of a scenario: what it is in words, its range, its source, and where docs/model.md explains it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from peacetalks.forecasting.labels import label_of

if TYPE_CHECKING:
    from peacetalks.scenario.quantity import Number
    from peacetalks.scenario.scenario import Scenario

SECTIONS = {  # table of a scenario: the heading in docs/model.md that explains its numbers
    "sides": "3 The standard game of peace talks",
    "battlefield": "Battlefield",
    "talks": "Talks",
    "ceasefire": "Ceasefire",
    "inspection": "Inspection",
    "sanctions": "Sanctions and aid",
    "credibility": "Sanctions and aid",
    "rent": "Negotiators' rent",
    "challengers": "Challengers",
    "audience": "Domestic audience",
    "deal": "Deal",
    "loyalty": "Loyalty",
    "window": "Grand bargain and linked issue",
    "linked": "Grand bargain and linked issue",
    "pact": "Pact",
    "observers": "Observers",
    "ratification": "Ratification",
    "turnover": "Change of government",
    "agenda": "Agenda",
    "guarantor": "Guarantors",
    "third_party": "Third armed party",
}
ELSEWHERE = "2 How it is played"


class NumberRow(NamedTuple):
    """A number as the page shows it."""

    path: str
    words: str
    value: str
    source: str


class NumberTable(NamedTuple):
    """The numbers of one table of a scenario."""

    name: str
    section: str  # heading in docs/model.md
    rows: tuple[NumberRow, ...]


def number_tables(s: Scenario) -> list[NumberTable]:
    """Return every number of a scenario by its table, in the order of the file."""
    found = groupby(s.numbers().items(), key=lambda item: item[0].partition(".")[0])
    return [
        NumberTable(name, SECTIONS.get(name, ELSEWHERE), tuple(_row(path, n, s) for path, n in items))
        for name, items in found
    ]


def _row(path: str, n: Number, s: Scenario) -> NumberRow:
    low, high = n.interval() if n.uncertain else (float(n), float(n))
    span = f" ({low:.3g} to {high:.3g})" if n.uncertain else ""
    return NumberRow(path, label_of(path, s), f"{float(n):.4g}{span}", n.source or "no source given")
