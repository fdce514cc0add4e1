r"""The mapping: what was known of a conflict at a date becomes a scenario, the same way for every conflict.

Side 1 is UCDP's side A (in a civil conflict the government), side 2 is side B.  Factors are those of the calibration
known at the date (`peacetalks.evidence.calibration`); without outcomes to estimate them on each is 1.

=====================  ===============================================================================================
strength               of side 1 (`covariates.strength`)
hazard of victory      the factor `decisive` times the hazard recorded of the kind at the age that is one year ahead.
                       The game's victories, by force at once and at the edges of the front together, have this hazard
                       over two years of fighting at the reference measure of postures: victory is counted once
mobility               0.2 between states, 0.1 within one (judgement), times `mobility`; at most what lets the edges
                       decide `EDGES` of the victories
cost of fighting       0.006 (resolute) and 0.018 (irresolute) of the stake a month (judgement), times `cost`, times
                       2(1 - strength) for side 1 and 2 strength for side 2: the weaker side bears more.  Where deaths
                       per head are known, `cost_deaths` moves it
share of resolute      1 - exp(-age/5 years)/2 on both sides: half at the start, and higher the longer the conflict,
                       because long fighting reveals resolve (Slantchev 2003)
front                  0.5 between states; 0.75 within one, where the government holds most (judgement)
talks                  open only where the record says so; offers 0.3 times `offer`; asking for a truce 0.1 and closing
                       a deal 0.08 times `reach`; proposing to talk 0.3 times `reopen` (judgements times factors)
truce                  agreed to with hazard 0.15 times `reach`; an incident ends it with chance 0.05, 0.35 or 0.65
                       (none, one or both violate) times `incident`
settlement             fails by accident with the hazard recorded of agreements and treaties; nobody rearms.  One in
                       force at the start is a truce that fails so, for the standard game starts in no settlement
all else               judgement, the same for every conflict
=====================  ===============================================================================================

References
----------
Slantchev, B. L. (2003). The principle of convergence in wartime negotiations. American Political Science Review 97(4),
621-632.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import exp
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.conflicts.covariates import Covariates, covariates
from peacetalks.conflicts.facts import facts
from peacetalks.errors import EvidenceError
from peacetalks.evidence.calibration import FACTORS, Z90, Calibration
from peacetalks.evidence.calibration import calibration as shipped
from peacetalks.evidence.catalogue import cards
from peacetalks.evidence.talks import COVERAGE
from peacetalks.scenario.quantity import FAR, Number
from peacetalks.scenario.scenario import Scenario, from_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peacetalks.conflicts.conflict import Conflict

RATIONALITY, DISCOUNT, RESTRAINT = 20.0, 0.99, 0.6
COSTS = {"resolute": 0.006, "irresolute": 0.018}  # a month of full fighting at equal strength, as a share of the stake
FRONT = {"civil": 0.75, "interstate": 0.5}
MOBILITY = {"civil": 0.1, "interstate": 0.2}
OFFER, ASK, WALK, ACCEPT, REOPEN = 0.3, 0.1, 0.05, 0.08, 0.3
TRUCE = {"gain": 0.003, "harm": 0.004, "violate": 0.3}
INCIDENTS = {"incident": 0.05, "incident_one": 0.35, "incident_both": 0.65}  # both comply, one violates, both do
AGREE = 0.15
EDGES = 0.8  # largest share of the hazard of victory that the edges of the front may have
EFFORT = 0.45 * RESTRAINT + 0.45  # mean effort of the reference measure of postures
HORIZON = 24  # months over which the hazard of victory is matched
SAME = "judgement: the same for every conflict"
BY_KIND = "judgement: by kind of conflict"
LOWERED = f", lowered so that the front's edges decide at most {100 * EDGES:.0f}% of victories"
RANGE = "; 90% range "  # ends the source of a number with a range
FAILURES = "failures of agreements and of peace by treaty in their first two years, known at the date (ucdppa, fortna)"


@dataclass(frozen=True)
class Size:
    """Size of the game that is solved: front positions, terms on offer, belief points a side."""

    positions: int = 7
    offers: int = 5
    belief_points: int = 9


IDENTIFIED: dict[str, tuple[str, ...]] = {  # patterns of paths of numbers, and the factors that set them
    "sides.*.types.*.war_cost": ("cost",),
    "battlefield.mobility": ("mobility",),
    "battlefield.decisive": ("decisive",),
    "talks.offer": ("offer",),
    "talks.ask": ("reach",),
    "talks.stall": ("offer", "reach"),
    "talks.accept": ("reach",),
    "talks.reopen": ("reopen",),
    "ceasefire.accept": ("reach",),
    "ceasefire.incident": ("incident",),
    "ceasefire.incident_one": ("incident",),
    "ceasefire.incident_both": ("incident",),
}


def from_conflict(conflict: Conflict, calibration: Calibration | None = None, size: Size | None = None) -> Scenario:
    """Return the scenario of a conflict at a date.

    Parameters
    ----------
    conflict : Conflict
    calibration : Calibration, optional
        Default: the shipped one as it was known at the conflict's date.
    size : Size, optional
        Of the game that is solved.

    Returns
    -------
    Scenario

    Raises
    ------
    EvidenceError
        The conflict is over, or a crisis short of fighting: the standard game has no such start.
    """
    table = scenario_table(conflict, calibration, size)
    return from_table(table, f"scenario of {conflict.name} on {conflict.as_of.isoformat()}")


def scenario_table(
    conflict: Conflict,
    calibration: Calibration | None = None,
    size: Size | None = None,
    strength: float | None = None,
) -> dict[str, Any]:
    """Return the scenario of a conflict as a plain table in the shape of a scenario file, every number with its source.

    Parameters, errors: as of `from_conflict`; `strength` of side 1 where an analyst knows it, in place of the record's.
    A number that a calibrated parameter sets carries value and range.

    References
    ----------
    Slantchev, B. L. (2003). The principle of convergence in wartime negotiations. American Political Science Review
    97(4), 621-632.
    """
    if conflict.state in ("over", "crisis"):
        what = "is over" if conflict.state == "over" else "is a crisis short of fighting"
        raise EvidenceError(
            f"{conflict.name} {what} on {conflict.as_of.isoformat()}: a scenario starts in fighting, a truce or a "
            "settlement. Choose a date at which it was fought, or write a scenario file of your own."
        )
    known = shipped(conflict.as_of) if calibration is None else calibration
    found = covariates(conflict)
    if strength is not None:
        found = replace(found, strength=min(max(strength, 0.1), 0.9), strength_source="given")
    resting = conflict.state in ("truce", "settlement")
    factors = {name: known.log_factor(name, found.slopes()) for name in FACTORS}
    if conflict.state == "settlement":
        factors["incident"] = (float(np.log(found.failure / INCIDENTS["incident"])), 0.0)
    table = game_table(conflict.kind, found, factors, conflict.talks or resting, resting, size, known.source)
    if conflict.state == "settlement":
        nobody = "judgement: nobody violates a settlement, its failures are counted as accidents"
        table["ceasefire"] |= {"incident": _point(found.failure, FAILURES), "violate": _point(1e-9, nobody)}
    a, b = _labels(conflict)
    table["sides"][0]["label"], table["sides"][1]["label"] = a, b
    return _head(conflict) | table | {"reference_classes": reference_classes(conflict)}


def game_table(
    kind: str,
    found: Covariates,
    factors: Mapping[str, tuple[float, float]],
    talks: bool,
    truce: bool,
    size: Size | None = None,
    source: str = "given",
) -> dict[str, Any]:
    """Return the tables of the game for covariates and the logarithms (mean, sd) of the factors.

    `source` is that of the factors; `talks` and `truce` say whether talks are open and a truce is in force.
    """
    size = size or Size()
    mean = {name: exp(m) for name, (m, _) in factors.items()}

    def estimated(value: float, name: str, high: float, *, of: str, then: str = "") -> dict[str, Any]:
        return _ranged(value, factors[name][1], high, f"{of}, times {mean[name]:.3g} ({name}: {source}){then}")

    # Positions that lie closer together are passed sooner: the front keeps its speed.
    pace = min(MOBILITY[kind] * mean["mobility"] * (size.positions - 1) / (Size.positions - 1), 1.0)
    field = battlefield(found.hazard * mean["decisive"], pace, found.strength, FRONT[kind], size.positions)
    lowered = "" if field[0] == pace else LOWERED
    offer, ask = min(OFFER * mean["offer"], 0.6), min(ASK * mean["reach"], 0.3)
    return {
        "rationality": _point(RATIONALITY, "judgement: the unit of payoffs, fixed"),
        "sides": [
            _side(found, burden * mean["cost"], estimated) for burden in (2 * (1 - found.strength), 2 * found.strength)
        ],
        "battlefield": {
            "positions": size.positions,
            "front": _point(FRONT[kind], BY_KIND),
            "mobility": estimated(field[0], "mobility", 1.0, of=BY_KIND, then=lowered),
            "strength": _point(found.strength, found.strength_source),
            "decisive": estimated(
                field[1], "decisive", 1.0, of="hazard of victory recorded at this age (ucdp2021) less the front's edges"
            ),
            "restraint": _point(RESTRAINT, SAME),
        },
        "talks": {
            "open": talks,
            "offers": size.offers,
            "proposer": _point(0.5, SAME),
            "offer": estimated(offer, "offer", 1e9, of=SAME),
            "ask": estimated(ask, "reach", 1e9, of=SAME),
            "stall": _point(1 - WALK - offer - ask, f"judgement: the rest of the mass at the table ({source})"),
            "walk": _point(WALK, SAME),
            "reopen": estimated(min(REOPEN * mean["reopen"], 0.95), "reopen", 1e9, of=SAME),
            "accept": estimated(min(ACCEPT * mean["reach"], 0.95), "reach", 1e9, of=SAME),
        },
        "ceasefire": {"in_force": truce}
        | {k: _point(v, SAME) for k, v in TRUCE.items()}
        | {k: estimated(min(v * mean["incident"], 0.95), "incident", 1.0, of=SAME) for k, v in INCIDENTS.items()}
        | {
            "accept": estimated(min(AGREE * mean["reach"], 0.95), "reach", 1e9, of=SAME),
        },
        "deal": _deal(found.failure),
    }


def battlefield(
    hazard: float, mobility: float, strength: float, front: float, positions: int = 7
) -> tuple[float, float]:
    """Return mobility and chance of a decision at once for which victory has a given hazard in all.

    Parameters
    ----------
    hazard : float
        Of victory per month, at the edges of the front or at once, over `HORIZON` months of fighting at the reference
        measure of postures.
    mobility : float
        Chance per period of full fighting that the front moves; lowered where the edges alone would have more than
        `EDGES` of the hazard.
    strength, front : float
        Side 1's chance that a move goes its way, and its share at the start.
    positions : int
        Front positions.

    Returns
    -------
    (mobility, decisive)

    Examples
    --------
    >>> battlefield(0.01, 0.0, 0.5, 0.5)[1] > 0.01  # not all fight fully
    True
    """
    most = np.exp(-EDGES * HORIZON * hazard)
    if _undecided(mobility, strength, front, positions) < most:
        low, high = 0.0, mobility
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (low, middle) if _undecided(middle, strength, front, positions) < most else (middle, high)
        mobility = low
    at_edges = -np.log(_undecided(mobility, strength, front, positions)) / HORIZON
    return mobility, float(min((1 - np.exp(-(hazard - at_edges))) / EFFORT, 0.5))


def _undecided(mobility: float, strength: float, front: float, positions: int) -> float:
    """Return the chance that the front has reached no edge after `HORIZON` months."""
    up, down = (EFFORT * mobility * p for p in (strength, 1 - strength))
    step = np.diag(np.full(positions, 1 - up - down))
    step += np.diag(np.full(positions - 1, up), 1) + np.diag(np.full(positions - 1, down), -1)
    exact = front * (positions - 1)
    low = min(int(exact), positions - 2)
    at = np.zeros(positions)
    at[low], at[low + 1] = 1 - (exact - low), exact - low
    return float((at @ np.linalg.matrix_power(step, HORIZON)).sum())


def reference_classes(conflict: Conflict) -> list[str]:
    """Return the reference classes of a conflict that is fought, the narrowest first; none for others."""
    if conflict.state != "fighting":
        return []
    parts = ["war_type=interstate" if conflict.kind == "interstate" else "war_type!=interstate"]
    parts += ["intensity=war"] if conflict.war else []
    parts += [f"reached={int(conflict.age)}y"] if conflict.age >= 1 else []
    return [", ".join(parts[:k]) for k in range(len(parts), 0, -1)]


def _head(conflict: Conflict) -> dict[str, Any]:
    day, talks = conflict.as_of.isoformat(), _named(conflict.talks_source or "not recorded")
    where = f" since {conflict.since.isoformat()}" if conflict.since else ""
    return {
        "name": f"conflict-{conflict.id}-{day}",
        "title": f"{conflict.name}, {day}",
        "as_of": conflict.as_of,
        "conflict": facts(conflict),
        "summary": f"UCDP conflict {conflict.id} ({conflict.incompatibility}), fought since "
        f"{conflict.start.isoformat()}; on {day}: {conflict.state}{where}. Talks: {talks}. Made from "
        "the historical record by the fixed mapping; nothing else of the case has entered.",
        "hindsight": "Datasets were coded later; no number uses what happened after the date.",
    }


def _named(source: str) -> str:
    """Return the source of talks with the titles of the datasets that it names."""
    return re.sub(r"[\w-]+", lambda word: cards()[word[0]].title if word[0] in COVERAGE else word[0], source)


def _labels(conflict: Conflict) -> tuple[str, str]:
    """Return the labels of the sides: on one line, and different."""
    a, b = (
        " ".join(text.split())[:80] or default for text, default in ((conflict.side_a, "A"), (conflict.side_b, "B"))
    )
    return (a, b) if a != b else (f"{a} (side A)", f"{b} (side B)")


def _side(found: Covariates, burden: float, estimated: Any) -> dict[str, Any]:
    resolute = round(1 - 0.5 * exp(-found.age / 5), 9)
    shares = {"resolute": resolute, "irresolute": round(1 - resolute, 9)}
    deaths = "" if found.deaths_known else "; deaths per head are not known"
    return {
        "label": "side",
        "discount": _point(DISCOUNT, SAME),
        "types": {
            name: {
                "share": _point(share, "judgement: rises with the years of fighting (Slantchev 2003)"),
                "war_cost": estimated(COSTS[name] * burden, "cost", 1e9, of=f"judgement by type and strength{deaths}"),
            }
            for name, share in shares.items()
        },
    }


def _deal(failure: float) -> dict[str, Any]:
    """Return the table of a settlement that fails only by accident."""
    never = {"cost": 0.0, "detection": 1.0, "shift": 0.0, "rearm": 1e-9, "attack": 1e-9}
    nobody = "judgement: nobody rearms, failures are counted as accidents"
    return {k: _point(v, nobody) for k, v in never.items()} | {"incident": _point(failure, FAILURES)}


def _point(value: float, source: str) -> dict[str, Any]:
    return {"value": float(value), "source": source}


def _ranged(value: float, sd: float, high: float, source: str) -> dict[str, Any]:
    """Return a number with the range that the sd of its logarithm gives; its median is the value.

    It is log-normal.  Where that passes `high`, which is then 1, the sd is that of its log odds: for a small chance the
    two are close.  A chance of 1 has a triangle below it, as far as the log-normal's 5% point.
    """
    value = float(value)
    if sd < 1e-6 or value <= 0:
        return _point(value, source)
    raw = {"dist": "lognormal", "median": value, "sigma": sd, "source": source}
    if value >= high:
        return with_range({"low": value * exp(-Z90 * sd), "mode": value, "high": value, "source": source})
    if Number.parse(raw).quantile(1 - FAR) > high:
        raw["dist"] = "logitnormal"
    return with_range(raw)


def with_range(raw: dict[str, Any]) -> dict[str, Any]:
    """Return a number as in a file whose source ends with its 90% range, as it is drawn; a point as it is.

    >>> with_range({"low": 0.1, "mode": 0.2, "high": 0.3, "source": "judgement; 90% range 0 to 1"})["source"]
    'judgement; 90% range 0.132 to 0.268'
    """
    number = Number.parse(raw)
    if not number.uncertain:
        return raw
    low, high = number.interval(0.9)
    return raw | {"source": f"{raw['source'].split(RANGE)[0]}{RANGE}{low:.3g} to {high:.3g}"}
