"""Scenario files: what is read, what is refused, and what the refusals say."""

import copy

import pytest

import peacetalks as pt
from peacetalks.forecasting.draws import draw
from peacetalks.outcomes import ENDS, LABELS
from peacetalks.scenario.conflict_class import resolved
from peacetalks.scenario.quantity import Number
from peacetalks.scenario.scenario import bundled, from_table, load, parse


@pytest.fixture
def raw():
    return pt.load("korea-1951").written()


def refuse(table):
    with pytest.raises(pt.SpecError) as e:
        from_table(table, "test")
    return str(e.value)


@pytest.mark.parametrize("name", bundled())
def test_every_bundled_number_has_a_source(name):
    numbers = pt.load(name).numbers()
    assert len(numbers) >= 30
    assert [path for path, n in numbers.items() if not n.source] == []


def test_bundled_scenarios_are_listed():
    assert {"korea-1951", "russia-ukraine-2025", "iran-nuclear-2025", "sri-lanka-2002", "colombia-2012"} <= set(
        bundled()
    )


def test_unknown_key_with_hint(raw):
    raw["talks"]["propser"] = 0.4
    assert "talks.propser: unknown key (did you mean 'proposer'?)" in refuse(raw)


def test_probability_outside(raw):
    raw["battlefield"]["front"] = 1.4
    assert "battlefield.front: must lie in [0, 1], got 1.4" in refuse(raw)


def test_prior_not_summing_to_one(raw):
    raw["sides"][0]["types"]["resolute"]["share"] = 0.8
    assert "the shares of the types sum to 1.3, not 1" in refuse(raw)


def test_negative_cost(raw):
    raw["sides"][1]["types"]["resolute"]["war_cost"] = -0.1
    assert "must be at least 0, got -0.1" in refuse(raw)


def test_empty_offer_range(raw):
    raw["talks"]["offers"] = 1
    assert "talks.offers" in refuse(raw)


def test_missing_table(raw):
    del raw["battlefield"]
    assert "battlefield: missing" in refuse(raw)


def test_range_out_of_order(raw):
    raw["rationality"] = {"low": 30, "mode": 20, "high": 40}
    assert "low <= mode <= high" in refuse(raw)


def test_malformed_toml():
    with pytest.raises(pt.SpecError, match=r"not valid TOML.*line 1"):
        parse("name = korea", "x.toml")


def test_missing_file_and_unknown_name():
    with pytest.raises(pt.SpecError, match="peacetalks new"):
        pt.load("nowhere.toml")
    with pytest.raises(pt.SpecError, match="did you mean 'korea-1951'"):
        pt.load("korea-1950")


def test_patch_changes_one_entry_and_refuses_no_change(raw):
    s = pt.load("korea-1951")
    assert float(pt.patch(s, {"talks.walk": 0.2}).talks.walk) == 0.2
    assert pt.patch(s, {"talks.walk": 0.2}).digest != s.digest
    with pytest.raises(pt.SpecError, match="changes nothing"):
        pt.patch(s, {"talks.open": True})
    with pytest.raises(pt.SpecError, match="unknown key"):
        pt.patch(s, {"talks.wlak": 0.2})
    assert s.written() == raw


def test_switching_a_mechanism_off():
    s = pt.load("russia-ukraine-2025")
    second = ("audience", "deal", "inspection", "loyalty", "window", "linked", "pact", "observers", "credibility")
    off = pt.patch(s, dict.fromkeys(("challengers", "sanctions", "rent", *second)))
    assert off.challengers is None
    assert [st.name for st in pt.build(off).stages] == [
        "posture",
        "battle",
        "incident",
        "recognition",
        "table",
        "answer",
    ]


def test_draws_are_seeded_and_within_their_ranges():
    s = pt.load("korea-1951")
    a, b = draw(s, 5, 1), draw(s, 5, 1)
    assert [float(x.rationality) for x in a] == [float(x.rationality) for x in b]
    assert all(15 <= x.rationality <= 30 for x in a)
    assert len({float(x.rationality) for x in a}) == 5
    assert all(abs(sum(k.share for k in side.types.values()) - 1) < 1e-12 for x in a for side in x.sides)


@pytest.mark.parametrize("name", bundled())
def test_numbers_come_in_the_order_of_the_language_so_that_a_seed_gives_the_same_draws_in_every_process(name):
    s = pt.load(name)
    heads = [path.split(".")[0] for path in s.numbers()]
    order = [n for n in type(s).model_fields if n in heads]
    assert list(dict.fromkeys(heads)) == order
    field = list(type(s.battlefield).model_fields)
    parts = [path.split(".")[1] for path in s.numbers() if path.startswith("battlefield.")]
    assert parts == sorted(parts, key=field.index)


def test_numbers_have_quantiles():
    n = Number.parse({"dist": "normal", "mean": 1.0, "sd": 0.1})
    assert abs(n.quantile(0.975) - 1.19599640) < 1e-6
    assert Number.parse(0.5).interval() == (0.5, 0.5)


def test_labels_and_ends_partition():
    named = [x for names in ENDS.values() for x in names]
    assert sorted(named) == sorted(LABELS)


def test_written_is_a_copy():
    s = pt.load("korea-1951")
    copy.copy(s).written()["name"] = "x"
    assert s.written()["name"] == "korea-1951"


def test_bundled_scenarios_say_what_conflict_they_are_about():
    facts = {name: resolved(load(name)) for name in bundled()}
    assert {name: (f.kind, f.state, f.start.year) for name, f in facts.items()} == {
        "colombia-2012": ("civil", "fighting", 1964),
        "iran-nuclear-2025": ("interstate", "crisis", 2025),
        "korea-1951": ("interstate", "fighting", 1950),
        "russia-ukraine-2025": ("interstate", "fighting", 2022),
        "sri-lanka-2002": ("civil", "truce", 1983),
    }
    assert all(load(name).conflict.source for name in bundled())


@pytest.mark.parametrize("name", ["russia-ukraine-2025", "sri-lanka-2002", "colombia-2012"])
def test_bundled_scenarios_leave_costs_offers_and_agreements_to_the_record(name):
    s = load(name)
    assert {"talks.offer", "talks.stall", "talks.accept", "battlefield.decisive"} < set(s.left_out())
    assert not any(path.endswith("war_cost") for path in s.numbers())
    full = pt.load(name).numbers()
    assert all("estimated on" in full[path].source for path in s.left_out())
    ranges = {path: full[path].interval() for path in s.left_out() if full[path].uncertain}
    assert set(s.left_out()) - set(ranges) == {"talks.stall"}
    assert all(low < full[path] < high for path, (low, high) in ranges.items())


def test_a_table_of_another_scenario_is_taken_as_it_is_written_there():
    korea, russia = load("korea-1951"), load("russia-ukraine-2025")
    taken = pt.patch(korea, {"deal": russia.deal})
    as_text = pt.patch(korea, {"deal": russia.written()["deal"]})
    assert taken == as_text
    assert taken.digest == as_text.digest
    back = pt.patch(pt.patch(korea, {"ceasefire": None}), {"ceasefire": korea.ceasefire})
    assert back == korea
    assert back.digest == korea.digest
    assert pt.patch(korea, {"talks.walk": russia.talks.walk}).talks.walk.interval() == russia.talks.walk.interval()


@pytest.mark.parametrize("change", [[], ["rent.weight=1"], {1: 2}, None])
def test_a_patch_is_a_mapping_from_paths(change):
    with pytest.raises(pt.SpecError, match=r'a patch is \{"rent.weight": 0.02\}, got'):
        pt.patch(load("korea-1951"), change)
