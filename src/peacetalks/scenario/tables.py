"""The tables of a scenario, one per mechanism: what an analyst may write, with bounds and meanings.

Units: the stake, the present value of everything contested, is 1; costs and gains are fractions of it, flows are per
period, and shares belong to side 1 unless a key says otherwise.  A mechanism whose table is left out is not in the
game.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from peacetalks.scenario.quantity import LEFT_OUT, Bounds, Number, identified
from peacetalks.text_files import shorten


def whole(raw: Any) -> int:
    """Return a whole number, which may be written 3.0; raise `ValueError` for anything else."""
    if isinstance(raw, bool) or not isinstance(raw, int | float) or raw != raw // 1:
        raise ValueError(f"a whole number is expected, got {shorten(raw)}")
    return int(raw)


def _label(text: str) -> str:
    """Return a name that a table or a chart can show on a line; raise `ValueError` for another."""
    if not text.strip() or "\n" in text or "\t" in text:
        raise ValueError(f"a name on one line is expected, got {shorten(text)}")
    return text


Probability = Annotated[Number, Bounds(0, 1)]
Positive = Annotated[Number, Bounds(0)]
Weight = Annotated[Number, Bounds(1e-9)]
Discount = Annotated[Number, Bounds(0, 0.9999)]
Whole = Annotated[int, BeforeValidator(whole)]
SideNumber = Annotated[Literal[1, 2], BeforeValidator(whole)]
Label = Annotated[str, Field(max_length=200), AfterValidator(_label)]
MAX_OFFERS, MAX_FRONT = 1001, 401


class Part(BaseModel):
    """A table of a scenario: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def plain(value: Any) -> Any:
    """Return a value as a file has it: tables and numbers of a scenario, also in lists and tables, as they are written.

    >>> plain(Part.model_validate({})), plain([Number.parse({"low": 0, "mode": 1, "high": 2})])
    ({}, [{'low': 0, 'mode': 1, 'high': 2}])
    """
    if isinstance(value, Number):
        return value.written()
    if isinstance(value, BaseModel):
        written = {name: getattr(value, name) for name in type(value).model_fields if name in value.model_fields_set}
        return {name: plain(part) for name, part in written.items() if part is not None and part is not LEFT_OUT}
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, list | tuple) else value


class SideType(Part):
    """A type of a side: what its opponents cannot see."""

    share: Probability = Field(description="Prior probability of this type; the types of a side sum to 1.")
    war_cost: Positive = identified("Cost of a period of full fighting, in units of the stake.")
    escalation_cost: Positive = Field(Number(0.0), description="Cost of answering a probe, in units of the stake.")
    humiliation_cost: Positive = Field(
        Number(0.0), description="Cost of leaving a probe unanswered, in units of the stake."
    )


class Side(Part):
    """A side of the conflict."""

    label: Label = Field(description="Name shown in reports.")
    discount: Discount = Field(description="Discount factor per period.")
    types: dict[Label, SideType] = Field(min_length=1, max_length=4, description="Hidden types, one to four.")

    @model_validator(mode="after")
    def _shares_sum_to_one(self) -> Side:
        total = sum(t.share for t in self.types.values())
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the shares of the types sum to {total:.6g}, not 1")
        return self


class Battlefield(Part):
    """The front and how it moves."""

    positions: Whole = Field(21, ge=3, le=MAX_FRONT, description="Front positions, from none of it to all of it.")
    front: Probability = Field(description="Share of what is contested that side 1 holds now.")
    mobility: Probability = identified("Chance per period that the front moves a position when both fight fully.")
    strength: Probability = Field(description="Side 1's chance that a move goes its way at equal effort.")
    decisive: Probability = identified("Chance per period of a decision by force when both fight fully.")
    restraint: Probability = Field(
        Number(0.4), description="Effort (and cost) of restrained fighting; full fighting is 1."
    )


class Talks(Part):
    """Negotiations: who proposes, what, and how readily."""

    open: bool = Field(description="Whether talks are open at the start.")
    offers: Whole = Field(11, ge=2, le=MAX_OFFERS, description="Terms on offer, evenly spaced from 0 to 1.")
    proposer: Probability = Field(Number(0.5), description="Chance that side 1 proposes in a period.")
    offer: Weight = identified("Reference mass of making an offer (over all terms).")
    ask: Weight = identified("Reference mass of asking for a ceasefire.")
    stall: Weight = identified("Reference mass of talking on without an offer.")
    walk: Weight = Field(Number(0.03), description="Reference hazard of walking out, per period.")
    reopen: Weight = identified("Reference hazard of proposing to talk again, per period.")
    accept: Weight = identified("Reference hazard of closing a deal on offer, per period.")


class Ceasefire(Part):
    """A truce: what breaks it and who sees."""

    in_force: bool = Field(False, description="Whether a ceasefire is in force at the start.")
    gain: Positive = Field(description="What a side gains by violating for a period, in units of the stake.")
    harm: Positive = Field(description="What the other side's violation costs, in units of the stake.")
    incident: Probability = identified("Chance per period of an incident that ends the truce, both complying.")
    incident_one: Probability = identified("The same, with one side violating (better monitoring: higher).")
    incident_both: Probability = identified("The same, with both violating.")
    violate: Weight = Field(Number(0.3), description="Reference mass of violating, against complying.")
    accept: Weight = identified("Reference hazard of agreeing to a ceasefire asked for, per period.")


class Sanctions(Part):
    """An outside power that threatens, imposes and relieves sanctions on one side and aids the other."""

    label: Label = Field(description="The outside power.")
    on: SideNumber = Field(description="Side that is sanctioned; the other one is aided.")
    level: Annotated[Literal[0, 1, 2], BeforeValidator(whole)] = Field(
        0, description="At the start: 0 none, 1 threatened, 2 imposed."
    )
    bite: Positive = Field(description="Cost of imposed sanctions to their target, per period.")
    aid: Probability = Field(Number(0.0), description="Share of the other side's war cost that aid takes over.")
    upkeep: Positive = Field(description="Cost of imposed sanctions and aid to the outside power, per period.")
    peace_value: Positive = Field(description="What a period without fighting is worth to the outside power.")
    bluff_cost: Positive = Field(Number(0.0), description="Cost of withdrawing a threat, to the outside power.")
    discount: Discount = Field(Number(0.99), description="Discount factor per period.")
    change: Weight = Field(Number(0.1), description="Reference hazard of changing the level, per period.")


class Rent(Part):
    """Negotiators' rent: what those at the table gain from talks going on; nobody's welfare."""

    weight: Positive = Field(
        description="Gain per period of open talks to those who move at the table, in units of the stake."
    )
    welfare: Probability = Field(Number(1.0), description="Weight of the side's own flow of costs in their choices.")


class Challengers(Part):
    """Small powers that test a side's resolve, one after another."""

    label: Label = Field("small powers", description="Who they are.")
    tests: SideNumber = Field(description="Side whose resolve is tested.")
    chance: Probability = Field(description="Chance that an occasion to probe arises in a period.")
    gain: Positive = Field(description="What an unanswered probe is worth to the challenger.")
    loss: Positive = Field(description="What an answered probe costs the challenger.")
    wider_war: Probability = Field(description="Chance that an answered probe becomes a wider war.")
    wider_cost: Positive = Field(description="Cost of a wider war to each side, in units of the stake.")
    probe: Weight = Field(Number(0.5), description="Reference mass of probing, against refraining.")


class Audience(Part):
    """Domestic audience of a side: public demands that are dear to give up, and support worn down by humiliations."""

    side: SideNumber = Field(description="The side whose audience it is (the same as in the table loyalty).")
    cost: Positive = Field(description="Cost of backing down from a public demand, in units of the stake.")
    demand: Probability = Field(description="Share of the stake for this side that it demands in public.")
    exposure: Positive = Field(
        Number(0.0), description="By how much a standing demand raises the cost of an unanswered probe."
    )
    commit: Weight = Field(
        Number(0.05), description="Reference hazard of a public demand (or of giving it up), per period."
    )
    wear: Probability = Field(Number(0.0), description="Chance that an unanswered probe wears support down.")
    discontent: Positive = Field(Number(0.0), description="Cost of worn-down support to the side, per period.")
    mend: Probability = Field(Number(0.1), description="Chance per period that worn-down support recovers.")


class Deal(Part):
    """Durability: a settlement is kept, or used to rearm; left out, a settlement lasts for good."""

    by: list[SideNumber] = Field(
        default_factory=lambda: [1, 2], min_length=1, max_length=2, description="Who may rearm."
    )
    cost: Positive = Field(description="Cost of a period of rearming, in units of the stake.")
    detection: Probability = Field(description="Chance that a period of rearming is detected, which ends the deal.")
    fine: Positive = Field(Number(0.0), description="Cost of being detected, in units of the stake.")
    shift: Probability = Field(description="Share of the stake that the front moves by when a rearmed side attacks.")
    decisive: Probability = Field(Number(0.0), description="Chance that the attack of a rearmed side decides the war.")
    rearm: Weight = Field(Number(0.2), description="Reference mass of rearming, against keeping the deal.")
    attack: Weight = Field(Number(0.1), description="Reference hazard of an attack by a rearmed side, per period.")
    incident: Probability = Field(
        Number(0.0), description="Chance per period that a kept deal breaks down by accident."
    )
    lasting: Probability = Field(Number(0.0), description="Chance per period that a kept deal becomes final.")

    @model_validator(mode="after")
    def _each_side_once(self) -> Deal:
        if len(set(self.by)) < len(self.by):
            raise ValueError(f"by names side {self.by[0]} twice; keep one")
        return self


class Inspection(Part):
    """Inspectors: a move of their own, instead of talks; they raise the chance that a violation is found out."""

    detection: Probability = Field(description="Chance that inspectors detect a period of violating or rearming.")
    cost: Positive = Field(Number(0.0), description="Cost of letting inspectors in, to each side, per period.")
    ask: Weight = Field(Number(0.05), description="Reference hazard of asking for inspectors, per period.")
    accept: Weight = Field(Number(0.2), description="Reference hazard of letting them in when asked.")


class Loyalty(Part):
    """Loyalty of a force that falls under restraint, and mutiny (a global game)."""

    side: SideNumber = Field(description="The side whose force it is (the same as in the table audience).")
    steady: Number = Field(description="Public signal of the regime's strength while loyalty holds.")
    strained: Number = Field(description="The same once loyalty has fallen.")
    public: Weight = Field(Number(4.0), description="Precision of the public signal; at most sqrt(2 pi private).")
    private: Weight = Field(Number(16.0), description="Precision of what each soldier sees.")
    cost: Annotated[Number, Bounds(0.001, 0.999)] = Field(
        Number(0.4), description="Cost of a failed mutiny to who joined."
    )
    occasion: Probability = Field(description="Chance that a restrained period gives occasion for a mutiny.")
    fall: Probability = Field(description="Chance that a restrained period strains loyalty.")
    recover: Probability = Field(Number(0.1), description="Chance that an unrestrained period restores it.")
    setback: Probability = Field(description="Share of the stake that is lost on the front by a mutiny.")
    collapse: Probability = Field(Number(0.0), description="Chance that a mutiny loses the war.")
    loss: Positive = Field(Number(0.0), description="Cost of a mutiny to the side, in units of the stake.")

    @model_validator(mode="after")
    def _strained_is_weaker(self) -> Loyalty:
        if self.strained > self.steady:
            raise ValueError(
                f"strained = {float(self.strained):g} lies above steady = {float(self.steady):g}: the signal of "
                "strength falls as loyalty falls"
            )
        return self


class Window(Part):
    """Grand bargain: a wider agreement, on offer during the war (lever) or earned by a quick victory (prestige)."""

    variant: Literal["lever", "prestige"] = Field(
        description="Worth something while the war is open, or after a quick victory."
    )
    side: SideNumber = Field(description="The side that hopes for it.")
    value: Positive = Field(
        description="Worth of the wider agreement, or of the prestige, to this side, in units of the stake."
    )
    chance: Probability = Field(
        Number(0.0), description="Lever: chance per period of war that the wider agreement is on offer."
    )
    terms: Probability = Field(
        Number(0.5), description="Lever: share of the stake for side 1 under the wider agreement."
    )
    take: Weight = Field(Number(0.5), description="Lever: reference mass of taking it when it is on offer.")
    closing: Probability = Field(
        Number(0.1), description="Prestige: chance per period that a victory no longer counts as quick."
    )

    @model_validator(mode="after")
    def _lever_is_on_offer(self) -> Window:
        if self.variant == "lever" and not self.chance > 0:
            raise ValueError(
                "the lever variant needs chance > 0, the chance per period that the wider agreement is on offer"
            )
        return self


class Linked(Part):
    """A second issue that may be traded against terms, in a few bundle offers."""

    label: Label = Field(description="What the second issue is.")
    held_by: SideNumber = Field(description="Side that has its way on it unless a bundle is agreed.")
    worth_1: Positive = Field(description="What it is worth to side 1, in units of the stake.")
    worth_2: Positive = Field(description="What it is worth to side 2, in units of the stake.")
    terms: list[Probability] = Field(
        min_length=1, max_length=5, description="Terms a bundle may carry, shares of side 1."
    )
    offer: Weight = Field(Number(0.1), description="Reference mass of offering a bundle (over all of them).")

    @model_validator(mode="after")
    def _each_bundle_once(self) -> Linked:
        values = [float(t) for t in self.terms]
        if twice := next((t for t in values if values.count(t) > 1), None):
            raise ValueError(f"terms lists {twice:g} twice; keep one")
        return self


class Pact(Part):
    """A pact of a side with one or two other powers: formed or not at the start, honoured or not when called on."""

    side: SideNumber = Field(1, description="The side that the pact protects.")
    members: list[Label] = Field(min_length=1, max_length=2, description="The other powers.")
    formed: bool = Field(False, description="Whether it is in force at the start; if not, the powers decide then.")
    join: Probability = Field(Number(0.5), description="Reference mass of joining, of each power.")
    security: Positive = Field(Number(0.0), description="Worth of a period under the pact to each member.")
    upkeep: Positive = Field(Number(0.0), description="Cost of a period under the pact to each member.")
    honour: Annotated[Number, Bounds(1e-9, 1 - 1e-9)] = Field(
        description="Reliability: reference mass of honouring a call."
    )
    honour_cost: Positive = Field(Number(0.0), description="Cost of honouring a call, to a member.")
    abandon_cost: Positive = Field(Number(0.0), description="Cost of abandoning the side, to a member.")
    abandoned: Positive = Field(Number(0.0), description="Cost of being abandoned, to the side.")
    backing: Positive = Field(Number(0.0), description="By how much honoured calls raise a challenger's loss.")
    shield: Probability = Field(Number(0.0), description="By how much honoured calls lower the chance of a wider war.")
    support: Positive = Field(
        Number(1.0), description="Factor on the side's odds in battle while the pact is in force."
    )
    discount: Discount = Field(Number(0.99), description="Discount factor of the members per period.")


class Observers(Part):
    """Observers who judge a side's ability by the pace of the war against a benchmark (Beta-Binomial)."""

    of: SideNumber = Field(description="The side that is judged.")
    prior_for: Weight = Field(description="Weight of the prior in favour: as if so many months had seen an advance.")
    prior_against: Weight = Field(description="Weight of the prior against: as if so many months had seen none.")
    advances: Positive = Field(description="Months with an advance of a front position, up to the date.")
    months: Positive = Field(description="Months observed, up to the date.")
    benchmark: Probability = Field(description="Pace of an able power: advances per month.")
    pull: Probability = Field(Number(0.0), description="How strongly the belief moves testers and members.")

    @model_validator(mode="after")
    def _advances_fit(self) -> Observers:
        if self.advances > self.months:
            raise ValueError(
                f"{float(self.advances):g} advances in {float(self.months):g} months: at most one a month counts"
            )
        return self


class Credibility(Part):
    """Credibility of threats: capability times belief in use."""

    capability: Probability = Field(description="Share of the threatened harm that could in fact be done.")
    belief_in_use: Probability = Field(description="Chance that observers give to its being used.")
