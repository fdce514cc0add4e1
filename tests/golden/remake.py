"""Stored forecasts of every bundled scenario at a small fixed size; remake: `python tests/golden/remake.py`.

The horizon is finite, so that the solution is exact and another engine must give the same numbers to `TOLERANCE`.
Numbers that a scenario leaves out are those of the calibration's prior: a calibration that is made anew moves nothing.
Remake only after a change that is meant to change forecasts (the standard game, a scenario's numbers), and say so in
the commit.
"""

import json
import sys
from pathlib import Path

import numpy as np

import peacetalks as pt
from peacetalks.conflicts.fill import filled
from peacetalks.evidence.calibration import prior
from peacetalks.scenario.scenario import bundled, load

FOLDER = Path(__file__).parent
SIZE = {"battlefield.positions": 5, "talks.offers": 5, "periods": 8}
BELIEF_POINTS = 3
TOLERANCE = 1e-6
KEPT = ("periods", "ends", "outcomes", "terms", "noise_floor", "information_share", "durations")


def compute(name):
    """Return the small forecast of a bundled scenario as plain values."""
    o = pt.outlook(pt.patch(filled(load(name), prior()), SIZE), periods=SIZE["periods"], belief_points=BELIEF_POINTS)
    told = o.to_dict()
    return {key: told[key] for key in KEPT} | {"beliefs": {side: a.values.tolist() for side, a in o.beliefs.items()}}


def flat(value, path=""):
    """Return {dotted path: number, text or None} of nested plain values."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return {p: v for key, part in items for p, v in flat(part, f"{path}.{key}").items()}
    return {path[1:]: value}


def differences(stored, found):
    """Return a line for every number that differs by more than `TOLERANCE`, or that only one of them has."""
    a, b = flat(stored), flat(found)
    out = [f"{p}: only in one of the two" for p in sorted(set(a) ^ set(b))]
    for p in sorted(set(a) & set(b)):
        numbers = all(isinstance(x, int | float) for x in (a[p], b[p]))
        if (numbers and not np.isclose(a[p], b[p], rtol=0, atol=TOLERANCE)) or (not numbers and a[p] != b[p]):
            out.append(f"{p}: stored {a[p]}, now {b[p]}")
    return out


def written(value, depth=0):
    """Return plain values as JSON: a line for each series of numbers, ten digits each."""
    pad = " " * (depth + 1)
    if isinstance(value, dict):
        rows = [f"{pad}{json.dumps(key)}: {written(part, depth + 1)}" for key, part in value.items()]
        return "{\n" + ",\n".join(rows) + "\n" + " " * depth + "}"
    if isinstance(value, list) and any(isinstance(part, list) for part in value):
        rows = [f"{pad}{written(part, depth + 1)}" for part in value]
        return "[\n" + ",\n".join(rows) + "\n" + " " * depth + "]"
    return json.dumps(json.loads(json.dumps(value), parse_float=lambda x: round(float(x), 10)))


if __name__ == "__main__":
    for name in sys.argv[1:] or bundled():
        (FOLDER / f"{name}.json").write_text(written(compute(name)) + "\n", encoding="utf-8")
        print(f"wrote {name}.json", file=sys.stderr)
