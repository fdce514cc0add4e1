"""Tables of a scenario about politics beside the talks: who has to ratify what is signed.

Units and meanings as in `tables.py`.
"""

from __future__ import annotations

from pydantic import Field

from peacetalks.scenario.quantity import Number
from peacetalks.scenario.tables import Label, Part, Positive, Probability, SideNumber, Weight


class Ratification(Part):
    """Ratification: terms that are signed are put to a vote on one side, of a legislature or of all."""

    by: Label = Field(description="Who votes: a legislature, a plebiscite.")
    side: SideNumber = Field(description="The side on which the vote is held.")
    reservation: Probability = Field(
        description="Least share of the stake for this side that the pivotal voter is expected to approve."
    )
    spread: Weight = Field(
        description="How unsure everybody is of that share: its standard deviation, a share of the stake."
    )
    cost: Positive = Field(Number(0.0), description="Cost of a failed vote to the side, in units of the stake.")
    ends: Probability = Field(Number(0.0), description="Chance that a failed vote ends open talks.")
