"""The table `[conflict]`: what may stand in it, and what follows where it says nothing."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peacetalks.errors import SpecError
from peacetalks.scenario.conflict_class import known_class, resolved
from peacetalks.scenario.files import play_key
from peacetalks.scenario.scenario import load, patch


def korea(**entries):
    return patch(load("korea-1951"), {"conflict": entries or None, "summary": "A case.", "reference_classes": []})


def test_state_and_since_follow_from_the_ceasefire():
    truce = patch(korea(), {"ceasefire.in_force": True})
    assert (resolved(korea()).state, resolved(korea()).since) == ("fighting", None)
    assert (resolved(truce).state, resolved(truce).since) == ("truce", truce.as_of)


def test_what_is_written_counts_before_what_follows():
    s = patch(
        korea(kind="civil", start=date(1949, 1, 2), intensity="minor"),
        {"reference_classes": ["war_type=interstate, reached=1y", "intensity=war"]},
    )
    facts = resolved(s)
    assert (facts.kind, facts.start, facts.intensity) == ("civil", date(1949, 1, 2), "minor")


@pytest.mark.parametrize(
    ("classes", "kind", "start", "intensity"),
    [
        (["war_type=interstate, reached=1y"], "interstate", date(1950, 7, 10), None),
        (["intensity=war", "war_type=intrastate , reached=30d"], "civil", date(1951, 6, 10), "war"),
        (["war_type=internationalised"], "civil", None, None),
        (["incompatibility=territory"], None, None, None),
        (["reached=9999y"], None, None, None),
        (["war_type=interstate", "war_type=intrastate"], "interstate", None, None),
        (["civil, reached=1y"], "civil", date(1950, 7, 10), None),
        (["war_type=civil", "war"], "civil", None, "war"),
        (["war_type=intrastate|internationalised"], "civil", None, None),
        (["war_type=intrastate|interstate"], None, None, None),
        (["Interstate"], "interstate", None, None),
    ],
)
def test_reference_classes_say_kind_age_and_intensity(classes, kind, start, intensity):
    facts = resolved(patch(korea(), {"reference_classes": classes, "title": "other"}))
    assert (facts.kind, facts.start, facts.intensity) == (kind, start, intensity)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"state": "truce"}, r"conflict.state is truce: the table ceasefire needs in_force = true"),
        ({"start": date(1951, 7, 11)}, r"conflict.start \(1951-07-11\) lies after as_of \(1951-07-10\)"),
        ({"state": "fighting", "since": date(1951, 1, 1)}, "the state is fighting: leave since out"),
        ({"start": date(1951, 1, 2), "since": date(1951, 1, 1)}, "lies before start"),
        ({"kind": "interstate", "internationalised": True}, "leave it out"),
        ({"kind": "intrastate"}, "conflict.kind: Input should be 'civil' or 'interstate'"),
        ({"strt": date(1950, 1, 1)}, r"unknown key \(did you mean 'start'\?\)"),
        ({"previous": -1}, "conflict.previous"),
    ],
)
def test_facts_that_contradict_each_other_are_refused(entries, message):
    with pytest.raises(SpecError, match=message):
        korea(**entries)


def test_a_truce_that_is_not_called_one_is_refused():
    with pytest.raises(SpecError, match=r"conflict.state must be truce or settlement, not fighting"):
        patch(korea(state="fighting"), {"ceasefire.in_force": True})


def test_what_to_add_is_said_where_the_class_is_not_known():
    with pytest.raises(SpecError, match=r'add to the table \[conflict\]: kind = "civil" or "interstate", start = '):
        known_class(korea())
    with pytest.raises(SpecError, match=r"\[conflict\]: start = the day on which the fighting began"):
        known_class(korea(kind="civil"))


def test_play_does_not_depend_on_the_facts():
    assert play_key(korea(kind="civil")) == play_key(korea())


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 400), st.sampled_from("dwmy"))
def test_a_class_dates_the_start_back_by_its_age(number, unit):
    days = round(number * {"d": 1, "w": 7, "m": 365.25 / 12, "y": 365.25}[unit])
    facts = resolved(patch(korea(), {"reference_classes": [f"war_type=interstate, reached={number}{unit}"]}))
    assert facts.start is not None
    assert (date(1951, 7, 10) - facts.start).days == days
