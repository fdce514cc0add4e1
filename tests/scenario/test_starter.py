"""The starter file explains every key, is valid, and holds no other conflict's numbers or sources."""

import datetime as dt
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peacetalks.conflicts.fill import filled
from peacetalks.scenario.scenario import Scenario, bundled, load, parse
from peacetalks.scenario.sources import basis, count_sources, starter_entries
from peacetalks.scenario.starter import explained, starter
from peacetalks.scenario.toml_text import toml_text

DAY = dt.date(2024, 2, 29)


def test_the_starter_explains_every_key_beside_it_and_is_valid_with_all_of_them():
    text = starter(DAY)
    assert filled(parse(text, "the starter")).left_out() == []
    everything = parse("\n".join(line.removeprefix("#: ") for line in text.splitlines()), "the starter with every key")
    left = [name for name in Scenario.model_fields if name not in everything.model_fields_set]
    assert left == []
    assert {path.split(".")[-1] for path in everything.left_out()} == {"war_cost"}  # shown under the last type only
    lines = text.splitlines()
    tables = (type(getattr(everything, n)) for n in ("battlefield", "conflict", "talks", "ceasefire", "rent"))
    for part in (Scenario, type(everything.sides[0].types["resolute"]), *tables):
        for name, field in part.model_fields.items():
            if field.description and name != "sides":  # a table, explained at its header
                at = [i for i, line in enumerate(lines) if line.removeprefix("#: ").startswith(f"{name} = ")]
                assert any(field.description in lines[i] or field.description in lines[i - 1] for i in at), name


def test_the_starter_holds_no_other_conflicts_sources_or_ranges():
    mine = parse(starter(DAY))
    others = [n for name in bundled() for n in load(name).numbers().values()]
    assert {n.source for n in mine.numbers().values()}.isdisjoint({n.source for n in others})
    ranges = {(float(n), *n.interval()) for n in others if n.uncertain}
    assert ranges.isdisjoint((float(n), *n.interval()) for n in mine.numbers().values() if n.uncertain)


def test_what_must_be_changed_is_counted_until_it_is_changed():
    s = parse(starter(DAY))
    marked = starter_entries(s)
    assert {"name", "title", "summary", "hindsight", "conflict.source", "sides.1.label", "sides.2.label"} < set(marked)
    assert {"battlefield.front", "sides.1.types.resolute.share", "ceasefire.gain"} < set(marked)
    count = count_sources(s)
    assert count.starter == sum(basis(n.source) == "starter" for n in s.numbers().values()) == 12
    assert (count.total, count.without, count.estimated, count.judgement) == (len(s.numbers()), 0, 0, 3)
    changed = starter(DAY).replace('"starter: where the front stands"', '"a map of 2 January 2024"')
    assert "battlefield.front" not in starter_entries(parse(changed))
    assert (count_sources(parse(changed)).starter, count_sources(parse(changed)).data) == (11, 1)


def test_the_numbers_left_out_of_the_starter_are_those_that_the_record_identifies():
    assert len(parse(starter(DAY)).left_out()) == 4 + 2 + 5 + 4


@pytest.mark.parametrize("name", bundled())
def test_a_scenario_written_as_toml_reads_back_as_it_was(name):
    s = load(name)
    again = parse(toml_text(s.written()))
    assert again.digest == s.digest
    assert parse(explained(toml_text(s.written()), "# A copy.\n", s.as_of)).digest == s.digest


def test_marks_stand_once_above_their_key():
    s = load("korea-1951")
    text = explained(toml_text(s.written()), "", s.as_of, {"battlefield.front": "TO FILL IN: where it stands"})
    above, at = text.split("# TO FILL IN: where it stands\n")
    assert at.startswith("front = ")
    assert "Share of what is contested" in above.splitlines()[-1]


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
VALUES = st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
NUMBERS = st.fixed_dictionaries({"value": st.floats(0, 1), "source": TEXTS})
TABLES = st.dictionaries(TEXTS, VALUES | st.dates() | st.lists(VALUES, max_size=3) | NUMBERS, max_size=4)


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(TEXTS, VALUES | TABLES | st.lists(TABLES, min_size=1, max_size=2), max_size=4))
def test_any_table_reads_back_as_it_was(table):
    assert tomllib.loads(toml_text(table)) == table
