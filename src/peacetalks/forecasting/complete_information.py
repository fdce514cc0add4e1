"""The complete-information benchmark: the same scenario with both sides' types known.

Quantal responses are noisy even where every type is known, so the benchmark's probabilities are not those of certain
play.  What private information moves is the difference between the forecast and the benchmark at the same precision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.scenario.quantity import Number

if TYPE_CHECKING:
    from peacetalks.scenario.political_tables import ThirdParty
    from peacetalks.scenario.scenario import Scenario

TYPE_COSTS = ("war_cost", "escalation_cost", "humiliation_cost")


def complete_information(scenario: Scenario) -> Scenario:
    """Return the scenario with every type known: each side is of one type, the mean of its types by their shares."""
    third = scenario.third_party
    if all(len(side.types) == 1 for side in scenario.sides) and (third is None or len(third.types) == 1):
        return scenario
    sides = []
    for side in scenario.sides:
        types = list(side.types.values())
        shares = np.array([float(t.share) for t in types])
        means = {cost: Number(float(shares @ [float(getattr(t, cost)) for t in types])) for cost in TYPE_COSTS}
        mean = types[0].model_copy(update={**means, "share": Number(1.0)})
        sides.append(side.model_copy(update={"types": {"mean": mean}}))
    return scenario.model_copy(update={"sides": sides, "third_party": _third_party(scenario)})


def _third_party(scenario: Scenario) -> ThirdParty | None:
    """Return the third party with one type, the mean of its types by their shares."""
    part = scenario.third_party
    if part is None:
        return None
    types = list(part.types.values())
    mean = Number(sum(float(t.share) * float(t.war_cost) for t in types) / sum(float(t.share) for t in types))
    return part.model_copy(
        update={"types": {"mean": types[0].model_copy(update={"share": Number(1.0), "war_cost": mean})}}
    )
