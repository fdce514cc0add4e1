"""The standard peace-talks game: a scenario becomes a game, one mechanism a module.

Order within a period: pact (once), outside power, challengers probe, the tested side answers and calls on its pact,
postures, battle with what follows in domestic support, incidents, guarantor, conduct and fate of a deal, proposer (or a
wider agreement), responder, ratification, third party, rent, change of government.  A mechanism that the scenario
leaves out adds no stage, no state and no player.

States.  With F front positions, L levels of sanctions (3, or 1 without them) and X terms on offer, the bare game has FL
states in each of war, talks, truce and broken truce, X settlements and the ends.  The other mechanisms add, at most:

===============  ==========================================================================================
audience         home: one level (a public demand) in talks; one (worn down) in talks and war if probes wear
loyalty          home: one level (strained) in talks and war, the same one as the audience's
window           lever: none (an occasion within the period); prestige: home: one level (fresh) in talks and war
pact             doubles talks and war (in force or not), two states to start from
deal             3X states (nobody, side 1 or side 2 ahead), no front, no sanctions
inspection       F states (an inspected truce, sanctions suspended)
linked           X becomes X + bundles, for terms agreed
observers        none (a number fixed before the solve)
credibility      none (a discount)
ratification     none (what is signed is ratified or voted down in the same month)
turnover         twice the states in which a month begins; times 1 + steps to a dated election, nodes too
agenda           talks and truces: times the distinct (points closed, share under them), at most 1 + T + T^2 + ...
                 with T terms a point, 1 + 2 + ... + K with two terms and K points alike; offers are T instead of X
guarantor        doubles the states of a deal
third party      doubles all states but the final ones; a third axis of beliefs multiplies what a state costs
===============  ==========================================================================================

So talks have at most (1 + demand + strained [+ fresh]) x 2 times their bare states and war (1 + strained [+ fresh]) x
2; truces and broken truces have none more, because the flags are reset there.  Levels of `home` exclude one another
and belong to one side.  Measured on russia-ukraine-2025 (F = 21, L = 3, X = 11): 6,741 nodes bare, 26,909 with every
mechanism.

The solution concept is the agent quantal response equilibrium with public beliefs (McKelvey & Palfrey 1998): see
`peacetalks.equilibrium`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peacetalks.errors import SpecError
from peacetalks.game.language import Game, Stage
from peacetalks.mechanisms import (
    battlefield,
    ceasefire,
    challengers,
    credibility,
    deal,
    domestic_support,
    guarantee,
    loyalty,
    observers,
    pact,
    ratification,
    rent,
    sanctions,
    talks,
    territory,
    third_party,
    turnover,
)
from peacetalks.mechanisms.reads import recorded
from peacetalks.mechanisms.state import CEASEFIRE, DEAL, FIGHTING, OPEN, TALKS, WAR, World
from peacetalks.scenario.scenario import check_scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.scenario.scenario import Scenario


def build(s: Scenario) -> Game:
    """Build the standard game of a scenario.

    Parameters
    ----------
    s : Scenario
        Central values count; draw a range with `Scenario.at` before.

    Returns
    -------
    Game
        Players are the two sides by label, then the outside power, the challengers and the members of a pact where the
        scenario has them; states are `World` tuples; stationary unless the scenario sets `periods`.

    Raises
    ------
    SpecError
        Numbers that the record identifies are left out, and not estimated: a scenario from `peacetalks.load` is filled.

    Examples
    --------
    >>> from peacetalks.scenario.scenario import load
    >>> [stage.name for stage in build(load("korea-1951")).stages][-2:]
    ['table', 'answer']
    """
    check_scenario(s, "build")
    if missing := s.left_out():
        raise SpecError(
            f"{s.name}: {', '.join(missing)} left out and not estimated; load the scenario with peacetalks.load, which "
            "estimates them on the record, or write them"
        )
    players, discount = seats(s)
    return Game(
        players=tuple(players),
        types=priors(s),
        start=opening(s),
        stages=tuple(recorded(mechanism, s) for mechanism in order_of_play(s)),
        periods=s.periods,
        discount=discount,
        value=keep_what_you_hold(s),
        redraw=turnover.redraw(s),
    )


def priors(s: Scenario) -> dict[str, dict[str, float]]:
    """Return the common prior over the types of the sides, and of a third party."""
    out = {side.label: {name: float(t.share) for name, t in side.types.items()} for side in s.sides}
    return out | ({s.third_party.label: third_party.types(s)} if s.third_party else {})


def order_of_play(s: Scenario) -> list[Callable[[Scenario], Stage]]:
    """Return the mechanisms of a period, each of which makes a stage, in the order in which they are played."""
    found: list[Callable[[Scenario], Stage]] = [turnover.takes_office] if s.turnover else []
    if s.pact and not s.pact.formed:
        found.append(pact.formation)
    if s.sanctions:
        found.append(sanctions.lever)
    if s.challengers:
        found += [challengers.occasions, challengers.probes, challengers.answers]
    if s.pact and s.challengers and s.pact.side == s.challengers.tests:
        found.append(pact.call)
    found += [battlefield.postures, battlefield.battle]
    if s.ceasefire:
        found.append(ceasefire.incidents)
    if s.deal:
        found += [guarantee.stands_by] if s.guarantor else []
        found += [deal.conduct, deal.fate]
    found += [talks.recognition, talks.table, talks.answer]
    if s.ratification:
        found.append(ratification.vote)
    if s.third_party:
        found += [third_party.conduct, third_party.table, third_party.answer]
    if s.rent:
        found.append(rent.collect)
    if s.turnover:
        found.append(turnover.change)
    return found


def seats(s: Scenario) -> tuple[list[str], dict[str, float]]:
    """Return the players and their discount factors per period; challengers consider one period only (0)."""
    discount = {side.label: float(side.discount) for side in s.sides}
    if s.sanctions:
        discount[s.sanctions.label] = float(s.sanctions.discount)
    if s.challengers:
        discount[s.challengers.label] = 0.0
    if s.third_party:
        discount[s.third_party.label] = float(s.third_party.discount)
    if s.guarantor:
        discount[s.guarantor.label] = float(s.guarantor.discount)
    if s.pact:
        discount |= dict.fromkeys(s.pact.members, float(s.pact.discount))
    return list(discount), discount


def opening(s: Scenario) -> dict[World, float]:
    """Return the states at the start with their probabilities: two where the front lies between two positions."""
    regime = TALKS if s.talks.open else WAR
    if s.ceasefire and s.ceasefire.in_force:
        regime = CEASEFIRE
    level = s.sanctions.level if s.sanctions else 0
    at = World(
        regime,
        level=level,
        home=domestic_support.opening(s, regime),
        pact=pact.opening(s, regime in FIGHTING),
        clock=turnover.opening(s, regime),
        third=int(s.third_party is not None),
    )
    return {at._replace(front=front): p for front, p in territory.standing_at(s, float(s.battlefield.front)).items()}


def keep_what_you_hold(s: Scenario) -> Callable[[Any], dict[str, float]]:
    """Return the function that values a state at the horizon: each side keeps what it holds, for good.

    In a stationary game it is the value from which the iteration starts.
    """

    def value(state: World) -> dict[str, float]:
        if state.regime == DEAL:
            return deal.at_horizon(s, state)
        if state.regime not in OPEN:
            return {}
        y = territory.share(s, state.front)
        return {s.sides[0].label: y, s.sides[1].label: 1 - y}

    return value


def derived(s: Scenario) -> dict[str, float]:
    """Return the numbers that mechanisms fix before the solve, for the output (those of mechanisms in the scenario).

    Keys: `credibility` (capability x belief in use), `observers_belief` (that the judged side is able),
    `mutiny_hazard_steady` and `mutiny_hazard_strained` (per restrained period), `ratified_at_front` (the chance that a
    vote ratifies terms that give each side what it holds at the start), `government_changes_within_12` (months, unless
    the sides settle before).

    >>> from peacetalks.scenario.scenario import load, patch
    >>> derived(patch(load("korea-1951"), {"credibility": {"capability": 0.9, "belief_in_use": 0.2}}))
    {'credibility': 0.18000000000000002}
    """
    out = {}
    if s.credibility:
        out["credibility"] = credibility.of(s)
    if s.observers:
        out["observers_belief"] = observers.belief(s)
    if s.loyalty:
        out["mutiny_hazard_steady"] = loyalty.hazard(s.loyalty, False)
        out["mutiny_hazard_strained"] = loyalty.hazard(s.loyalty, True)
    if s.ratification:
        out["ratified_at_front"] = ratification.approval(s, float(s.battlefield.front))
    if s.turnover:
        out["government_changes_within_12"] = turnover.changes_within(s.turnover, 12)
    return out
