"""Tables of a scenario about politics beside the talks: ratification, changes of government, the agenda,
guarantors, a third armed party.

Units and meanings as in `tables.py`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from peacetalks.scenario.quantity import Number
from peacetalks.scenario.tables import Discount, Label, Part, Positive, Probability, SideNumber, Weight, whole


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


class Turnover(Part):
    """Change of government on a side, after which its resolve is drawn again and beliefs return to the prior."""

    side: SideNumber = Field(description="The side whose government may change.")
    hazard: Probability = Field(
        Number(0.0), description="Chance per month of a change of government outside the dated election."
    )
    election: Annotated[int, Field(ge=1, le=120), BeforeValidator(whole)] | None = Field(
        None, description="Months to the next dated election; left out: none is dated."
    )
    steps: Annotated[int, Field(ge=1, le=120), BeforeValidator(whole)] | None = Field(
        None, description="Steps that the wait for the election is cut into; left out: one a month, the date is exact."
    )
    loses: Probability = Field(Number(0.0), description="Chance that the dated election brings a change.")

    @model_validator(mode="after")
    def _election_is_dated(self) -> Turnover:
        if self.election is None and (self.loses > 0 or self.steps is not None):
            raise ValueError("loses and steps need election, the months to the dated election")
        if self.election is not None and self.steps is not None and self.steps > self.election:
            raise ValueError(f"steps = {self.steps} exceeds election = {self.election}: at most one step a month")
        return self


class Agenda(Part):
    """Agenda of points, closed one after another in open talks; nothing is agreed until all of them are."""

    points: list[Label] = Field(min_length=2, max_length=6, description="The points, in their order.")
    weights: list[Weight] = Field(
        default_factory=list, max_length=6, description="How much of the stake each covers; left out: all alike."
    )
    terms: list[Probability] = Field(
        min_length=2, max_length=5, description="Terms that may be offered on a point, shares of side 1."
    )
    accept: Weight = Field(description="Reference hazard of closing a point on offer, per period.")

    @model_validator(mode="after")
    def _fits(self) -> Agenda:
        if self.weights and len(self.weights) != len(self.points):
            raise ValueError(f"weights has {len(self.weights)} numbers for {len(self.points)} points; give one each")
        shown = {"points": [repr(p) for p in self.points], "terms": [f"{float(t):g}" for t in self.terms]}
        for name, listed in shown.items():
            if twice := next((x for x in listed if listed.count(x) > 1), None):
                raise ValueError(f"{name} lists {twice} twice; keep one")
        return self


class Guarantor(Part):
    """A guarantor of a settlement: a third party that stands by it at a cost of its own, until it withdraws."""

    label: Label = Field(description="The guarantor.")
    detection: Probability = Field(
        Number(0.0), description="Chance that it detects a period of rearming, beside what the deal itself detects."
    )
    block: Probability = Field(description="Share of what an attack under the deal would gain that it prevents.")
    penalty: Positive = Field(Number(0.0), description="Cost of an attack to the attacker, in units of the stake.")
    intervention: Positive = Field(Number(0.0), description="Cost of an attack to the guarantor, which intervenes.")
    upkeep: Positive = Field(description="Cost of standing by to the guarantor, per period.")
    peace_value: Positive = Field(description="What a period in which the settlement holds is worth to it.")
    withdraw: Weight = Field(Number(0.02), description="Reference hazard of withdrawing for good, per period.")
    discount: Discount = Field(Number(0.99), description="Discount factor per period.")


class ThirdType(Part):
    """A type of the third party: what the sides cannot see."""

    share: Probability = Field(description="Prior probability of this type; the types of the third party sum to 1.")
    war_cost: Positive = Field(description="Cost of a period of fighting to it, in units of the stake.")


class ThirdParty(Part):
    """A third armed party, with a table of its own, that may spoil the peace of the two sides."""

    label: Label = Field(description="The third party.")
    against: SideNumber = Field(description="The side that it fights, and that makes it offers.")
    types: dict[Label, ThirdType] = Field(min_length=1, max_length=2, description="Hidden types, one or two.")
    stake: Positive = Field(description="Worth of the issue between it and the side that it fights.")
    terms: list[Probability] = Field(
        min_length=1, max_length=5, description="Shares of that issue that it may be offered."
    )
    harm: Positive = Field(description="Cost of a period in which it fights, to the side that it fights.")
    excluded: Positive = Field(
        Number(0.0), description="Cost to it of a period in which the two sides have peace without it."
    )
    spoil: Probability = Field(description="Chance that a period in which it fights ends a truce or a deal.")
    fight: Probability = Field(Number(0.5), description="Reference mass of fighting, against lying low.")
    offer: Probability = Field(Number(0.2), description="Reference mass of making it an offer (over all terms).")
    accept: Weight = Field(Number(0.1), description="Reference hazard of accepting an offer, per period.")
    discount: Discount = Field(Number(0.99), description="Discount factor per period.")

    @model_validator(mode="after")
    def _shares_sum_to_one(self) -> ThirdParty:
        total = sum(t.share for t in self.types.values())
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the shares of the types sum to {total:.6g}, not 1")
        values = [float(t) for t in self.terms]
        if (twice := next((t for t in values if values.count(t) > 1), None)) is not None:
            raise ValueError(f"terms lists {twice:g} twice; keep one")
        return self
