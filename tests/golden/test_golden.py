"""Every bundled scenario still gives its stored forecast (see `remake.py`)."""

import copy
import json

import pytest
from golden.remake import FOLDER, compute, differences

from peacetalks.scenario.scenario import bundled


def stored(name):
    path = FOLDER / f"{name}.json"
    assert path.exists(), f"no stored forecast of {name}: run `python tests/golden/remake.py {name}`"
    return json.loads(path.read_text(encoding="utf-8"))


LARGE = ("russia-ukraine-2025", "iran-nuclear-2025")  # solved by all tests, not by the quick ones
NAMES = [pytest.param(n, marks=pytest.mark.slow) if n in LARGE else n for n in bundled()]


@pytest.mark.parametrize("name", NAMES)
def test_the_forecast_is_the_stored_one(name):
    assert differences(stored(name), compute(name)) == []


def test_a_difference_is_seen():
    table = stored("korea-1951")
    other = copy.deepcopy(table)
    other["ends"]["peace"][3] += 3e-6
    other["terms"]["share_of"] = "nobody"
    del other["durations"]["settled_by"][0]
    found = [line.split(":")[0] for line in differences(table, other)]
    assert found == ["durations.settled_by.7", *_moved(table, other), "ends.peace.3", "terms.share_of"]


def _moved(a, b):
    """Return the settled_by entries that moved up by one place."""
    pairs = zip(a["durations"]["settled_by"], b["durations"]["settled_by"], strict=False)
    return [f"durations.settled_by.{i}" for i, (x, y) in enumerate(pairs) if abs(x - y) > 1e-6]
