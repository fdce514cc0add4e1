"""What the numbers of a scenario rest on: data, an estimate on the record, a judgement, a default, or the starter.

The source of a number says it: `estimated on ...` wherever it stands; `judgement: ...` at the beginning, or the prior
of a calibration, which is one; `NOT_ASKED` where questions were answered, and none about this number;
`starter: ...` until somebody has changed the entry.  Any other source names data.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from peacetalks.scenario.scenario import Scenario

STARTER = "starter"  # begins the sources and texts that a starter file leaves to its user
NOT_ASKED = "judgement: not asked; the same for every conflict"  # of numbers about which no question was answered


@dataclass(frozen=True)
class SourceCount:
    """How many numbers of a scenario rest on what; `without` have no source, `not_judged` are for every conflict."""

    data: int
    estimated: int
    judgement: int
    starter: int
    without: int
    not_judged: int = 0

    @property
    def total(self) -> int:
        """All numbers that are written or estimated."""
        return self.data + self.estimated + self.judgement + self.starter + self.without + self.not_judged

    def __str__(self) -> str:
        """Return the counts as a line.

        >>> print(SourceCount(data=3, estimated=8, judgement=20, starter=0, without=0))
        31 numbers, of them 3 data / 8 estimated / 20 judgement / 0 still the starter's
        """
        parts = [f"{self.data} data", f"{self.estimated} estimated", f"{self.judgement} judgement"]
        parts += [f"{self.not_judged} that nobody judged for this conflict"] if self.not_judged else []
        line = f"{self.total} numbers, of them {' / '.join(parts)} / {self.starter} still the starter's"
        return f"{line} / {self.without} without a source" if self.without else line


def basis(source: str | None) -> str:
    """Return what a number with this source rests on, by the name of its field in `SourceCount`.

    >>> [basis(text) for text in ("nmc: share of the CINC", "judgement: by kind", "starter: change it", None)]
    ['data', 'judgement', 'starter', 'without']
    >>> basis(NOT_ASKED)
    'not_judged'
    >>> basis("judgement: by kind of conflict, times 0.3 (mobility: estimated on 1,800 conflict-years known by ...)")
    'estimated'
    """
    if not source:
        return "without"
    if source.startswith(STARTER):
        return "starter"
    if source == NOT_ASKED:
        return "not_judged"
    if "estimated on" in source:
        return "estimated"
    return "judgement" if source.startswith("judgement") or "(judgement)" in source else "data"


def count_sources(scenario: Scenario) -> SourceCount:
    """Return how many numbers of a scenario rest on what.

    >>> from peacetalks.scenario.scenario import load
    >>> count_sources(load("korea-1951")).starter
    0
    """
    found = [basis(n.source) for n in scenario.numbers().values()]
    return SourceCount(**{field.name: found.count(field.name) for field in fields(SourceCount)})


def not_judged_entries(scenario: Scenario) -> list[str]:
    """Return the dotted paths of the numbers about which nobody was asked: they are the same for every conflict.

    >>> from peacetalks.scenario.scenario import load, patch
    >>> not_judged_entries(patch(load("korea-1951"), {"battlefield.front": {"value": 0.5, "source": NOT_ASKED}}))
    ['battlefield.front']
    """
    return [path for path, n in scenario.numbers().items() if basis(n.source) == "not_judged"]


def starter_entries(scenario: Scenario) -> list[str]:
    """Return the dotted paths of the entries, numbers and texts, that are still those of a starter file.

    >>> from peacetalks.scenario.scenario import load, patch
    >>> starter_entries(patch(load("korea-1951"), {"sides.2.label": "starter: side 2"}))
    ['sides.2.label']
    """
    texts = {key: getattr(scenario, key) for key in ("name", "title", "summary", "hindsight")}
    texts["conflict.source"] = (scenario.conflict and scenario.conflict.source) or ""
    texts |= {f"sides.{i}.label": side.label for i, side in enumerate(scenario.sides, 1)}
    found = [path for path, text in texts.items() if text.strip().startswith(STARTER)]
    return found + [path for path, n in scenario.numbers().items() if basis(n.source) == "starter"]
