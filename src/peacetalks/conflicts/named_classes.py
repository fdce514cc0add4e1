"""The reference classes that a scenario names, checked against the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.errors import EvidenceError, SpecError

if TYPE_CHECKING:
    from peacetalks.scenario.scenario import Scenario


def check_classes(scenario: Scenario) -> None:
    """Raise `SpecError` for a reference class that the record does not know."""
    if not scenario.reference_classes:
        return
    from peacetalks.evidence.classes import cases  # the record takes time to load

    for i, where in enumerate(scenario.reference_classes, 1):
        try:
            cases("episodes", where, scenario.as_of)
        except EvidenceError as e:
            raise SpecError(f"{scenario.name}: reference_classes.{i} ({where!r}): {e}") from None
