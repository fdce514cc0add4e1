"""The sides exchanged, with everything that concerns them, exchange the forecast: no mechanism prefers a side."""

import numpy as np

import peacetalks as pt
from peacetalks.mechanisms.state import label

SHARES = (("battlefield", "front"), ("battlefield", "strength"), ("talks", "proposer"), ("window", "terms"))
CONCERNS = (
    ("sanctions", "on"),
    ("challengers", "tests"),
    ("audience", "side"),
    ("loyalty", "side"),
    ("window", "side"),
    ("linked", "held_by"),
    ("pact", "side"),
    ("observers", "of"),
    ("ratification", "side"),
    ("turnover", "side"),
)


def mirrored(scenario):
    raw = scenario.written()
    change = {"sides.1": raw["sides"][1], "sides.2": raw["sides"][0]}
    for table, key in SHARES:
        change[f"{table}.{key}"] = 1 - float(getattr(getattr(scenario, table), key))
    for table, key in CONCERNS:
        if table not in raw:
            continue
        change[f"{table}.{key}"] = 3 - raw[table][key]
    change["linked.terms"] = [1 - x for x in raw["linked"]["terms"]]
    change |= {"linked.worth_1": raw["linked"]["worth_2"], "linked.worth_2": raw["linked"]["worth_1"]}
    change["deal.by"] = [3 - side for side in raw["deal"]["by"]]
    return pt.patch(scenario, change)


def both(scenario, periods=3):
    out = []
    for one in (scenario, mirrored(scenario)):
        s = pt.solve(pt.build(one), rationality=20.0, belief_points=2)
        found = pt.forecast(s, outcome=label, periods=periods)[-1].to_series()
        out.append((found, {p: s.value(p) for p in s.game.players}))
    return out


def test_mirror(small, tables):
    power = {
        "label": "power",
        "on": 1,
        "level": 1,
        "bite": 0.01,
        "aid": 0.3,
        "upkeep": 0.001,
        "peace_value": 0.01,
        "change": 0.2,
    }
    alone = {
        "sides.1.types": {"one": {"share": 1.0, "war_cost": 0.02, "escalation_cost": 0.05, "humiliation_cost": 0.03}}
    }
    tiny = {"periods": 3, "battlefield.positions": 3, "battlefield.decisive": 0.02}
    every = pt.patch(small, alone | tiny | {"sanctions": power} | tables | {"deal.by": [1], "pact.formed": True})
    for scenario in (every, pt.patch(every, {"window.variant": "prestige", "sanctions": None})):
        (found, values), (other, mirror) = both(scenario)
        swapped = other.rename({"victory_1": "victory_2", "victory_2": "victory_1"})
        assert np.abs(found - swapped.reindex(found.index)).max() < 1e-9
        assert abs(found["victory_1"] - found["victory_2"]) > 1e-3  # not symmetric by itself
        assert all(abs(values[p] - mirror[p]) < 1e-9 for p in values)
