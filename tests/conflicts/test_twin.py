"""The twin: the typical case of a scenario's class, with the scenario's own mechanisms."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peacetalks.conflicts import typical
from peacetalks.conflicts.conflict_years import conflict_years
from peacetalks.conflicts.fill import filled
from peacetalks.conflicts.mapping import IDENTIFIED, from_conflict
from peacetalks.conflicts.twin import DESCRIBED, departures, twin
from peacetalks.conflicts.typical import typical_conflict
from peacetalks.errors import EmptyClass, EvidenceError, SpecError
from peacetalks.evidence.calibration import prior
from peacetalks.scenario.files import play_key
from peacetalks.scenario.scenario import bundled, load, patch

RENT = {"weight": {"value": 0.01, "source": "judgement"}}
POWERS = {k: {"value": v, "source": "judgement"} for k, v in {"chance": 0.1, "gain": 0.1, "loss": 0.1}.items()} | {
    "wider_war": {"value": 0.1, "source": "judgement"},
    "wider_cost": {"value": 0.1, "source": "judgement"},
    "tests": 1,
}
PACT = {"members": ["an ally"], "honour": {"value": 0.5, "source": "judgement"}}


@pytest.fixture(scope="module")
def ukraine():
    return load("russia-ukraine-2025")


@pytest.mark.parametrize("name", [n for n in bundled() if n != "iran-nuclear-2025"])
def test_the_twin_of_a_twin_is_itself_and_departs_in_nothing(name):
    typical = twin(load(name))
    assert twin(typical) == typical
    assert departures(typical) == []
    assert len(departures(load(name))) > 5


@pytest.mark.parametrize("kind", ["civil", "interstate"])
@pytest.mark.parametrize("intensity", ["minor", "war"])
@pytest.mark.parametrize("state", ["fighting", "truce", "settlement"])
def test_a_scenario_made_from_a_typical_conflict_is_its_own_twin(kind, intensity, state):
    day = date(2015, 6, 30)
    conflict = typical_conflict(kind, intensity, state, day).conflict
    made = from_conflict(conflict)
    assert play_key(twin(made)) == play_key(made)
    assert departures(made) == []


@pytest.mark.parametrize("change", [{"rent": RENT}, {"challengers": POWERS}, {"pact": PACT}])
def test_a_mechanism_that_the_record_knows_nothing_of_stands_in_both(ukraine, change):
    (table,) = change
    without = patch(ukraine, {table: None})
    with_it = patch(without, change)
    assert patch(twin(with_it), {table: None}) == twin(without)
    assert getattr(twin(with_it), table) == getattr(with_it, table)
    assert departures(with_it) == departures(without)


def test_numbers_that_the_record_does_not_describe_keep_the_value_of_the_scenario(ukraine):
    mine, typical = ukraine.numbers(), twin(ukraine).numbers()
    differ = {p for p in mine if float(mine[p]) != float(typical[p])}
    heads = {
        ".".join("*" if k.isdigit() or k in ("resolute", "irresolute") else k for k in p.split(".")) for p in differ
    }
    assert heads <= set(DESCRIBED)
    assert "battlefield.restraint" not in differ
    assert typical["rationality"].source == mine["rationality"].source


@settings(deadline=None, max_examples=6)
@given(
    st.floats(0.05, 0.45),
    st.floats(0.001, 0.5),
    st.booleans(),
    st.sampled_from(["battlefield.front", "talks.accept", "talks.offer", "battlefield.mobility"]),
)
def test_what_the_twin_sets_does_not_depend_on_the_scenarios_own_value(front, value, is_open, path):
    s = load("korea-1951")
    other = patch(s, {path: value, "battlefield.front": front, "talks.open": is_open, "title": "Another"})
    assert play_key(twin(other)) == play_key(twin(s))
    here = {d.path: d for d in departures(other)}
    assert here["battlefield.front"].value == other.battlefield.front
    assert ("talks.open" in here) == is_open


def test_the_stronger_side_is_the_same_in_scenario_and_twin():
    s = load("korea-1951")
    weaker = patch(s, {"battlefield.strength": 0.3})
    assert twin(s).battlefield.strength > 0.5
    assert float(twin(weaker).battlefield.strength) == pytest.approx(1 - float(twin(s).battlefield.strength))


def test_types_of_other_names_keep_their_shares_and_have_the_mean_cost_of_the_typical_case():
    s = load("korea-1951")
    named = {
        "weak": {"share": 0.25, "war_cost": {"value": 0.03, "source": "judgement"}},
        "tough": {"share": 0.75, "war_cost": {"value": 0.002, "source": "judgement"}},
    }
    other = twin(patch(s, {"sides.1.types": named}))

    def mean(side):
        return sum(t.share * t.war_cost for t in side.types.values())

    assert [float(t.share) for t in other.sides[0].types.values()] == [0.25, 0.75]
    assert mean(other.sides[0]) == pytest.approx(mean(twin(s).sides[0]), rel=1e-9)
    assert twin(other) == other


def test_the_calibration_moves_both_what_is_left_out_and_the_twin():
    bare = patch(load("korea-1951"), {"talks.accept": None})
    assert "talks.accept" not in {d.path for d in departures(bare, prior())}
    assert float(filled(bare, prior()).talks.accept) == float(twin(bare, prior()).talks.accept)


def test_nothing_dated_later_enters_the_typical_conflict():
    early, late = (typical_conflict("civil", "war", "fighting", date(y, 12, 31)) for y in (1960, 2019))
    assert early.rows < 60 < late.rows
    assert early.conflict.start.year >= 1946


def test_the_typical_conflict_follows_the_tables_in_use(monkeypatch):
    asked = ("civil", "war", "fighting", date(2015, 6, 30))
    shipped = typical_conflict(*asked)
    with monkeypatch.context() as m:
        m.setattr(typical, "version", lambda: "the user's own")
        m.setattr(typical, "conflict_years", lambda day: conflict_years(day).filter(pl.col("year") < 1960))
        assert typical_conflict(*asked).rows < shipped.rows
    assert typical_conflict(*asked) == shipped


def test_what_the_record_identifies_is_described():
    assert set(IDENTIFIED) <= set(DESCRIBED)


def test_without_a_class_there_is_no_twin():
    with pytest.raises(SpecError, match=r'add to the table \[conflict\]: kind = "civil" or "interstate"'):
        twin(patch(load("korea-1951"), {"conflict": None, "reference_classes": [], "title": "A case"}))
    with pytest.raises(EvidenceError, match="not crises short of war"):
        typical_conflict("interstate", None, "crisis", date(2015, 1, 1))
    with pytest.raises(EmptyClass, match="no conflict-year is known by 1940-01-01"):
        typical_conflict("civil", "war", "fighting", date(1940, 1, 1))


def test_departures_are_said_in_words(ukraine):
    lines = [str(d) for d in departures(ukraine)]
    assert lines[0] == "talks open (typically closed)"
    assert "share of the front held by Russia 0.829 (typically 0.5)" in lines
    assert any(line.startswith("share of the type of Ukraine (irresolute) 0.3 (typically ") for line in lines)
