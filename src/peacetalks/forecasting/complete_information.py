"""The complete-information benchmark: the same scenario with both sides' types known.

Quantal responses are noisy even where every type is known, so the benchmark's probabilities are not those of certain
play.  What private information moves is the difference between the forecast and the benchmark at the same precision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.scenario.quantity import Number

if TYPE_CHECKING:
    from peacetalks.scenario.scenario import Scenario

TYPE_COSTS = ("war_cost", "escalation_cost", "humiliation_cost")


def complete_information(scenario: Scenario) -> Scenario:
    """Return the scenario with every type known: each side is of one type, the mean of its types by their shares."""
    if all(len(side.types) == 1 for side in scenario.sides):
        return scenario
    sides = []
    for side in scenario.sides:
        types = list(side.types.values())
        shares = np.array([float(t.share) for t in types])
        means = {cost: Number(float(shares @ [float(getattr(t, cost)) for t in types])) for cost in TYPE_COSTS}
        mean = types[0].model_copy(update={**means, "share": Number(1.0)})
        sides.append(side.model_copy(update={"types": {"mean": mean}}))
    return scenario.model_copy(update={"sides": sides})
