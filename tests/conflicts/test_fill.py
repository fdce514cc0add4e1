"""Numbers left out of a scenario take the value that the mapping gives to the conflict that the scenario describes."""

import pickle
import re
from datetime import date
from math import exp

import pytest

from peacetalks.conflicts.covariates import covariates
from peacetalks.conflicts.fill import DEFAULTS, conflict_of, estimates, filled, load
from peacetalks.conflicts.mapping import EFFORT, IDENTIFIED, OFFER, Size, scenario_table
from peacetalks.errors import SpecError
from peacetalks.evidence.calibration import Calibration, Parameter, prior
from peacetalks.scenario.paths import written_at
from peacetalks.scenario.scenario import from_table, patch
from peacetalks.scenario.scenario import load as read

HALVED = Calibration(
    date(1949, 12, 31),
    321,
    7,
    prior().parameters | {"offer": Parameter("offer", -0.6931471805599453, 0.1, 0.8, "half")},
)
FACTS = {"kind": "civil", "start": date(1948, 1, 1), "intensity": "war", "ceasefires": 0}


def korea(**change):
    return patch(read("korea-1951"), {"conflict": FACTS, "title": "A case"} | change)


@pytest.fixture(scope="module")
def bare():
    """The scenario without any number that the record identifies."""
    paths = [p for p in korea().numbers() if any(_matches(p, pattern) for pattern in IDENTIFIED)]
    return korea(**dict.fromkeys(paths))


def _matches(path, pattern):
    return re.fullmatch(pattern.replace(".", r"\.").replace("*", "[^.]+"), path) is not None


def test_every_number_that_the_mapping_identifies_may_be_left_out_and_no_other(bare):
    assert {next(p for p in IDENTIFIED if _matches(path, p)) for path in bare.left_out()} == set(IDENTIFIED)
    with pytest.raises(SpecError, match=r"battlefield.front: missing"):
        korea(**{"battlefield.front": None})


def test_values_are_those_of_the_mapping_for_the_same_conflict(bare):
    full = filled(bare)
    table = scenario_table(conflict_of(bare), size=Size(21, 11), strength=float(bare.battlefield.strength))
    assert full.left_out() == []
    for path in bare.left_out():
        mapped = from_table(table).numbers()[path]
        assert float(full.numbers()[path]) == float(mapped)
        assert full.numbers()[path].source == mapped.source
        assert written_at(table, path) is not None


def test_a_factor_that_is_halved_halves_the_number_and_the_source_says_on_what_it_rests(bare):
    offer = filled(bare, HALVED).talks.offer
    assert float(offer) == pytest.approx(OFFER / 2, rel=1e-9)
    assert "estimated on 321 conflict-years known by 1949-12-31" in (offer.source or "")
    low, high = offer.interval(0.9)
    assert (low / offer, high / offer) == pytest.approx((0.848, 1.179), abs=0.001)


def test_what_is_written_stays_and_counts(bare):
    own = {"value": 0.011, "source": "judgement: a reason of the case"}
    full = filled(patch(bare, {"sides.1.types.resolute.war_cost": own}), HALVED)
    assert float(full.sides[0].types["resolute"].war_cost) == 0.011
    assert "sides.1.types.resolute.war_cost" not in estimates(patch(bare, {"sides.1.types.resolute.war_cost": own}))
    assert filled(korea()) == filled(filled(korea()))
    assert dict(filled(korea()).numbers()) == dict(korea().numbers())


def test_a_patch_of_the_facts_is_estimated_for_the_new_facts(bare):
    old = patch(filled(bare), {"conflict.start": date(1931, 1, 1)})
    assert old.left_out() == []
    assert old.battlefield.decisive < filled(bare).battlefield.decisive  # the hazard of victory falls with age
    assert pickle.loads(pickle.dumps(old)).numbers() == old.numbers()


def test_the_weaker_side_bears_more_of_the_war(bare):
    for kind in ("interstate", "civil"):
        s = patch(bare, {"conflict": FACTS | {"kind": kind}, "battlefield.strength": 0.7})
        one, two = (side.types["resolute"].war_cost for side in filled(s).sides)
        assert two / one == pytest.approx(0.7 / 0.3, rel=1e-9)


def test_a_chance_of_decision_left_out_leaves_room_for_the_edges_of_the_written_front(bare):
    still, moving = (float(filled(patch(bare, {"battlefield.mobility": m})).battlefield.decisive) for m in (1e-6, 0.05))
    c = covariates(conflict_of(bare))
    assert (1 - (1 - still * EFFORT) ** 24) == pytest.approx(1 - exp(-24 * c.hazard), rel=1e-4)
    assert 0 < moving <= still
    middle = {"battlefield.mobility": 0.3, "battlefield.front": 0.5}
    edge = filled(patch(bare, middle | {"battlefield.front": 0.9})).battlefield.decisive
    assert edge < filled(patch(bare, middle)).battlefield.decisive


def test_a_crisis_short_of_war_has_no_estimates(bare):
    with pytest.raises(SpecError, match="is a crisis short of war, and the record of wars identifies no number of it"):
        filled(patch(bare, {"conflict.state": "crisis"}))


def test_what_to_add_is_said(bare):
    nothing = patch(bare, {"conflict": None, "reference_classes": []})
    with pytest.raises(SpecError, match=r'talks.offer.* left out: .* add to the table \[conflict\]: kind = "civil" or'):
        filled(nothing)
    with pytest.raises(SpecError, match=r"add to the table \[conflict\]: start = the day .*; or write the numbers"):
        filled(patch(nothing, {"conflict.kind": "civil"}))
    other = {"share": {"value": 1.0, "source": "judgement"}}
    with pytest.raises(
        SpecError, match=r"types.only.war_cost left out, .* the mapping holds the types resolute, irres"
    ):
        filled(patch(bare, {"sides.1.types": {"only": other}}))


def test_masses_at_the_table_have_defaults_where_nothing_is_said_of_the_conflict():
    said = patch(read("korea-1951"), {"conflict": None, "reference_classes": None})
    found = filled(patch(said, dict.fromkeys(DEFAULTS)))
    for path, value in DEFAULTS.items():
        assert float(found.numbers()[path]) == value
        assert "judgement: default" in found.numbers()[path].source
    with pytest.raises(SpecError, match=r"battlefield\.mobility, talks\.accept left out"):
        filled(patch(said, {"talks.accept": None, "battlefield.mobility": None}))


def test_a_bundled_scenario_is_loaded_filled():
    assert load("korea-1951").left_out() == []
    assert load("korea-1951").digest == read("korea-1951").digest
