"""The tutorial of a civil war: its commands print what it says, and its table is the bundled scenario."""

import re
from pathlib import Path

import pytest
from support.documents import assert_page

from peacetalks.scenario.scenario import load

PAGE = Path(__file__).parents[2] / "docs" / "tutorial-civil-war.md"
ROW = re.compile(r"^\| `([a-z0-9_.]+)` \| ([0-9.]+) \| ([0-9.]+) \| ([0-9.]+) \| (.+) \|$", re.M)


def test_every_number_of_the_scenario_stands_in_the_table_with_a_reason():
    rows = {path: (float(low), float(mode), float(high)) for path, low, mode, high, _ in ROW.findall(PAGE.read_text())}
    numbers = load("colombia-2012").numbers()
    assert set(rows) == set(numbers)
    for path, n in numbers.items():
        assert (n.quantile(0), float(n), n.quantile(1)) == pytest.approx(rows[path]), path


def test_walking_out_is_three_in_84_months():
    (low, mode, high) = (
        float(x) for x in re.search(r"`talks.walk` \| (\S+) \| (\S+) \| (\S+) \|", PAGE.read_text()).groups()
    )
    assert mode == pytest.approx(0.95 * 3 / (36 + 11 + 37), abs=5e-4)
    assert low < mode < high


@pytest.mark.slow
def test_its_commands_print_what_it_says():
    assert len(assert_page(PAGE)) >= 6
