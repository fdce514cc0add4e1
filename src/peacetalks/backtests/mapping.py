r"""The fixed mapping: what was known of a war on the day talks began becomes a scenario, the same way for every case.

Side 1 is UCDP's side A (in a civil war the government), side 2 is side B. The mapping was written before any case was
run and was not changed for any case or result.

=====================  ==================================================================================
strength               between states A's share of the CINC of both sides in the year before (0.5 if null);
                       within a state the share of earlier decided civil wars over the same issue that the
                       government won, (a + 1)/(a + b + 2); kept in [0.1, 0.9]
decisive               monthly hazard of victory in earlier wars of the kind: (victories + 1/2)/months of war
cost of fighting       that of the scenario korea-1951 as first written, times 2(1 - strength) for side 1 and
                       2 strength for side 2: the weaker side bears more
share of resolute      1 - exp(-age/5 years)/2 on both sides: half at the start, and higher the longer the
                       war, because long fighting reveals resolve (Slantchev 2003)
front                  0.5 between states; 0.75 within one, where the government holds most (judgement)
mobility               0.2 between states, 0.1 within one (judgement)
all else               the central values of korea-1951 (judgement)
=====================  ==================================================================================

"Earlier" is what was known the day before, from the committed table of episodes. Losses enter only through the rule
that the war level had been reached, since the deaths of a whole war are known only when it is over.

References
----------
Slantchev (2003), American Political Science Review 97, 621-632.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from math import exp
from typing import TYPE_CHECKING, Any

import polars as pl

from peacetalks.evidence.asof import known_at
from peacetalks.evidence.dates import DAYS_PER_MONTH
from peacetalks.evidence.endings import VICTORY
from peacetalks.evidence.follow_up import followed_days
from peacetalks.evidence.tables import read_cases
from peacetalks.scenario.scenario import Scenario, from_table

if TYPE_CHECKING:
    from peacetalks.backtests.negotiations import Negotiation

RESOLUTE, IRRESOLUTE = 0.006, 0.018  # cost of a month of full fighting at equal strength, as a share of the stake
AS_KOREA = "judgement: as in the first version of the bundled scenario korea-1951"
RECORD = "record of earlier wars known the day before (ucdp2021)"
TALKS = {
    "open": True,
    "offer": 0.3,
    "ask": 0.1,
    "stall": 0.55,
    "walk": 0.05,
    "reopen": 0.3,
    "accept": 0.08,
    "proposer": 0.5,
}
TRUCE = {
    "gain": 0.003,
    "harm": 0.004,
    "incident": 0.05,
    "incident_one": 0.35,
    "incident_both": 0.65,
    "violate": 0.3,
    "accept": 0.15,
}


@dataclass(frozen=True)
class Size:
    """Size of the game that is solved: front positions, terms on offer, belief points a side."""

    positions: int = 7
    offers: int = 5
    belief_points: int = 9


@dataclass(frozen=True)
class EarlierWars:
    """How earlier wars of a kind had ended by a date."""

    won_a: int  # decided wars over the same issue
    won_b: int
    victories: int  # of the kind, over any issue
    months: float  # of war of the kind, over any issue

    @property
    def strength(self) -> float:
        """Side A's share of decided wars, shrunk to a half."""
        return (self.won_a + 1) / (self.won_a + self.won_b + 2)

    @property
    def decisive(self) -> float:
        """Hazard of a victory per month of war."""
        return (self.victories + 0.5) / max(self.months, 12.0)


def earlier_wars(case: Negotiation, frame: pl.DataFrame | None = None) -> EarlierWars:
    """Return how earlier wars of a case's kind had ended, as known the day before its talks.

    `frame` are the episodes to look at; default the committed table.
    """
    eve = case.talks - timedelta(1)
    every = known_at(read_cases("episodes") if frame is None else frame, eve)
    inter = pl.col("war_type") == "interstate"
    kind = every.filter(inter if case.kind == "interstate" else ~inter, pl.col("id") != case.id)
    won = kind.filter(pl.col("ending").is_in(VICTORY))
    same = won.filter(pl.col("incompatibility") == case.incompatibility)
    days = kind.select(followed_days().clip(0).sum()).item() or 0
    a = same.filter(pl.col("ending") == "victory_a").height
    return EarlierWars(a, same.height - a, won.height, days / DAYS_PER_MONTH)


def strength(case: Negotiation, earlier: EarlierWars) -> tuple[float, str]:
    """Return side A's strength (0.1 to 0.9) and its source."""
    if case.kind == "civil":
        return min(max(earlier.strength, 0.1), 0.9), RECORD
    a, b = case.capability_a, case.capability_b
    if a is None or b is None or a + b == 0:
        return 0.5, "judgement: no capability recorded for both sides"
    return min(max(a / (a + b), 0.1), 0.9), "share of the CINC of both sides in the year before (nmc)"


def scenario(case: Negotiation, size: Size | None = None, frame: pl.DataFrame | None = None) -> Scenario:
    """Return the scenario of a case.

    `size` is that of the game (default `Size()`), `frame` the episodes to look back on (default: the committed table).
    """
    size = size or Size()
    earlier = earlier_wars(case, frame)
    kappa, source = strength(case, earlier)
    resolute = 1 - 0.5 * exp(-case.age / 5)
    inter = case.kind == "interstate"
    table: dict[str, Any] = {
        "name": f"case-{case.id}",
        "title": f"{case.name}: talks of {case.talks.isoformat()}",
        "as_of": case.talks,
        "summary": f"First mediated talks ({case.source}) in an armed conflict that began on {case.start.isoformat()}.",
        "hindsight": "The case was chosen and coded from datasets made later; no parameter uses what happened after "
        "the date.",
        "rationality": _number(20.0, AS_KOREA),
        "sides": [_side("Side A", resolute, 2 * (1 - kappa)), _side("Side B", resolute, 2 * kappa)],
        "battlefield": {
            "positions": size.positions,
            "front": _number(0.5 if inter else 0.75, "judgement: by kind of war"),
            "mobility": _number(0.2 if inter else 0.1, "judgement: by kind of war"),
            "strength": _number(kappa, source),
            "decisive": _number(min(earlier.decisive, 0.2), RECORD),
            "restraint": _number(0.6, AS_KOREA),
        },
        "talks": {k: v if k == "open" else _number(v, AS_KOREA) for k, v in TALKS.items()} | {"offers": size.offers},
        "ceasefire": {k: _number(v, AS_KOREA) for k, v in TRUCE.items()},
    }
    return from_table(table, f"case {case.id}")


def digest(case: Negotiation, size: Size | None = None, frame: pl.DataFrame | None = None) -> str:
    """Return the digest of all that determines a case's inside view: its numbers (to nine digits) and the size."""
    size = size or Size()
    s = scenario(case, size, frame)
    numbers = {k: f"{float(v):.9g}" for k, v in sorted(s.numbers().items())}
    text = json.dumps([numbers, s.talks.open, size.positions, size.offers, size.belief_points])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _side(label: str, resolute: float, burden: float) -> dict[str, Any]:
    why = "fixed mapping: age of the war and strength"
    kinds = {"resolute": (resolute, RESOLUTE), "irresolute": (1 - resolute, IRRESOLUTE)}
    return {
        "label": label,
        "discount": _number(0.99, AS_KOREA),
        "types": {
            k: {"share": _number(round(s, 12), why), "war_cost": _number(c * burden, why)}
            for k, (s, c) in kinds.items()
        },
    }


def _number(value: float, source: str) -> dict[str, Any]:
    return {"value": float(value), "source": source}
