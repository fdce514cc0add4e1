"""What the numbers of a scenario rest on: data, an estimate on the record, a judgement, or the starter.

The source of a number says it: `estimated on ...` wherever it stands; `judgement: ...` at the beginning, or the prior
of a calibration, which is one; `starter: ...` until somebody has changed the entry.  Any other source names data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from peacetalks.scenario.scenario import Scenario

STARTER = "starter"  # begins the sources and texts that a starter file leaves to its user


@dataclass(frozen=True)
class SourceCount:
    """How many numbers of a scenario rest on what; `without` have no source at all."""

    data: int
    estimated: int
    judgement: int
    starter: int
    without: int

    @property
    def total(self) -> int:
        """All numbers that are written or estimated."""
        return self.data + self.estimated + self.judgement + self.starter + self.without

    def __str__(self) -> str:
        """Return the counts as a line.

        >>> print(SourceCount(data=3, estimated=8, judgement=20, starter=0, without=0))
        31 numbers, of them 3 data / 8 estimated / 20 judgement / 0 still the starter's
        """
        line = (
            f"{self.total} numbers, of them {self.data} data / {self.estimated} estimated / {self.judgement} judgement"
            f" / {self.starter} still the starter's"
        )
        return f"{line} / {self.without} without a source" if self.without else line


def basis(source: str | None) -> str:
    """Return what a number with this source rests on, by the name of its field in `SourceCount`.

    >>> [basis(text) for text in ("nmc: share of the CINC", "judgement: by kind", "starter: change it", None)]
    ['data', 'judgement', 'starter', 'without']
    >>> basis("judgement: by kind of conflict, times 0.3 (mobility: estimated on 1,800 conflict-years known by ...)")
    'estimated'
    """
    if not source:
        return "without"
    if source.startswith(STARTER):
        return "starter"
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
    return SourceCount(*(found.count(name) for name in ("data", "estimated", "judgement", "starter", "without")))


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
