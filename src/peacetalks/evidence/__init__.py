"""The outside view: what the historical record says of a conflict, and how it enters the best estimate.

Datasets (`catalogue`, `loading`, `intake`) are derived into tables (`derive`, `tables`; the user's own: `update`). From
these come base rates of reference classes (`rates`), the outside view of a class (`outside`), the record's answer about
a conflict in its present state (`question`), the calibration (`calibration`), the best estimate (`anchor`) and scores
(`score`).

`questions` lists the base rates that can be asked for, `related_rates` gives what stands beside one, `cards` the
datasets. Importing this package is cheap: each name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from peacetalks.errors import EvidenceError, EvidenceMissing

if TYPE_CHECKING:
    from peacetalks.evidence.catalogue import Card, card, cards
    from peacetalks.evidence.classes import CaseFilter, cases
    from peacetalks.evidence.crosswalk import LABEL_DEFINITIONS, NOT_CODED
    from peacetalks.evidence.derive import compare, rebuild
    from peacetalks.evidence.frames import to_pandas
    from peacetalks.evidence.intake import Added, add
    from peacetalks.evidence.loading import load
    from peacetalks.evidence.names import NAMED
    from peacetalks.evidence.outside import OutsideForecast, outside_forecast
    from peacetalks.evidence.rates import BaseRate, base_rate, questions
    from peacetalks.evidence.related import RelatedRate, related_rates

_HOME = {
    "Card": "catalogue",
    "card": "catalogue",
    "cards": "catalogue",
    "CaseFilter": "classes",
    "cases": "classes",
    "rebuild": "derive",
    "to_pandas": "frames",
    "Added": "intake",
    "add": "intake",
    "load": "loading",
    "BaseRate": "rates",
    "base_rate": "rates",
    "questions": "rates",
    "RelatedRate": "related",
    "related_rates": "related",
    "compare": "derive",
    "NAMED": "names",
    "LABEL_DEFINITIONS": "crosswalk",
    "NOT_CODED": "crosswalk",
    "OutsideForecast": "outside",
    "outside_forecast": "outside",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)


__all__ = [
    "LABEL_DEFINITIONS",
    "NAMED",
    "NOT_CODED",
    "Added",
    "BaseRate",
    "Card",
    "CaseFilter",
    "EvidenceError",
    "EvidenceMissing",
    "OutsideForecast",
    "RelatedRate",
    "add",
    "base_rate",
    "card",
    "cards",
    "cases",
    "compare",
    "load",
    "outside_forecast",
    "questions",
    "rebuild",
    "related_rates",
    "to_pandas",
]
