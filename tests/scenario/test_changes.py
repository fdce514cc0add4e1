"""Changes of a scenario as people write them."""

import pytest

import peacetalks as pt
from peacetalks.errors import NothingChanges
from peacetalks.scenario.changes import by_itself, parse_changes, with_changes


@pytest.fixture(scope="module")
def korea():
    return pt.load("korea-1951")


@pytest.fixture(scope="module")
def russia():
    return pt.load("russia-ukraine-2025")


def made(scenario, *texts):
    return with_changes(scenario, parse_changes(texts))


def test_numbers_switches_mechanisms_and_words(russia):
    out = made(russia, "talks.walk=.2", "talks.open=off", "rent=off", "window.variant=prestige", "pact.formed=on")
    s = out.scenario
    assert (float(s.talks.walk), s.talks.open, s.rent, s.window.variant, s.pact.formed) == (
        0.2, False, None, "prestige", True,
    )  # fmt: skip
    assert [c.path for c in out.changes] == ["talks.walk", "talks.open", "rent", "window.variant", "pact.formed"]
    assert out.changes[2][1:] == ("on", "off")
    assert s.talks.walk.source == "what-if; in the scenario 0.03"
    assert out.base is russia


def test_a_mechanism_is_switched_on_by_its_numbers(korea):
    out = made(korea, "rent.weight=0.01")
    assert float(out.scenario.rent.weight) == 0.01
    assert out.changes[0].before == "off"


def test_a_number_times_and_plus_with_its_range(korea):
    walk = made(korea, "talks.walk*=2").scenario.talks.walk
    assert float(walk) == pytest.approx(2 * korea.talks.walk)
    assert walk.interval() == pytest.approx([2 * x for x in korea.talks.walk.interval()])
    assert float(made(korea, "rationality+=5").scenario.rationality) == 25


def test_every_type_of_a_side_and_stars(korea):
    costs = made(korea, "sides.2.war_cost*=1.5")
    assert {c.path: c.after for c in costs.changes} == pytest.approx(
        {"sides.2.types.resolute.war_cost": 0.009, "sides.2.types.irresolute.war_cost": 0.03}
    )
    assert list(costs.groups) == ["sides.2.war_cost*"]
    assert costs.scenario.digest == made(korea, "sides.2.types.*.war_cost*=1.5").scenario.digest


def test_the_other_types_make_room_whatever_the_order(russia):
    one = "sides.1.types.resolute.share=0.8", "talks.walk=0.2"
    assert made(russia, *one).scenario.digest == made(russia, *one[::-1]).scenario.digest
    shares = [float(t.share) for t in made(russia, *one).scenario.sides[0].types.values()]
    assert shares == pytest.approx([0.8, 0.2])


def test_of_three_types_the_two_given_leave_the_rest(korea):
    three = {n: {"share": p, "war_cost": c} for n, p, c in (("a", 0.5, 0.01), ("b", 0.3, 0.02), ("c", 0.2, 0.03))}
    s = pt.patch(korea, {"sides.1.types": three})
    out = made(s, "sides.1.types.a.share=0.4", "sides.1.types.b.share=0.1")
    assert [float(t.share) for t in out.scenario.sides[0].types.values()] == pytest.approx([0.4, 0.1, 0.5])
    assert list(out.groups) == ["shares of side 1"]
    with pytest.raises(pt.SpecError, match=r"shares of 1.2 leave less than nothing for the other types"):
        made(s, "sides.1.types.a.share=0.9", "sides.1.types.b.share=0.3")


def test_back_again_is_the_scenario_as_it_was(korea):
    there = made(korea, "talks.walk=0.2").scenario
    back = made(there, "talks.walk=0.05")
    assert back.scenario.numbers() == korea.numbers()


def test_a_number_that_the_record_estimates(korea):
    s = pt.patch(korea, {"talks.offer": 0.5})
    assert made(s, "talks.offer=record").changes[0].after == pytest.approx(0.3)
    bare = pt.patch(korea, {"battlefield.decisive": None})
    out = made(bare, "battlefield.mobility=0.4")
    assert [c.path for c in out.also] == ["battlefield.decisive"]
    assert out.also[0].after != out.also[0].before
    assert not made(bare, "battlefield.decisive=0.001").also


def test_each_of_several_by_itself(korea):
    out = made(korea, "talks.walk=0.2", "inspection.detection=0.5", "inspection.cost=0.01")
    assert list(out.groups) == ["talks.walk", "inspection"]
    only = by_itself(out, "inspection")
    assert [c.path for c in only.changes] == ["inspection.detection", "inspection.cost"]
    assert only.scenario.talks.walk == korea.talks.walk


def test_what_the_record_is_asked_about(korea):
    assert made(korea, "conflict.intensity=minor").moves_class
    assert not made(korea, "talks.walk=0.2").moves_class


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("talks.walk", r"'talks.walk' is not a change: write KEY=VALUE, such as talks.walk=0.2, rent=off or"),
        ("=0.2", r"'=0.2' is not a change: write KEY=VALUE"),
        ("talks.wlak=0.2", r"'talks.wlak': the scenario has no such key \(did you mean 'talks.walk'\?\)"),
        ("walk=0.2", r"'walk': the scenario has no such key \(did you mean 'talks.walk'\?\)"),
        ("talks.zzz=1", r"'talks.zzz': the scenario has no such key; talks has open, offers, proposer, .*accept$"),
        (
            "mediator=on",
            r"no such key. It has .*; talks \(open, .*; ceasefire \(in.* not in it: sanctions, rent, ",
        ),
        ("discount=0.9", r"did you mean 'sides.1.discount' or 'sides.2.discount' or"),
        ("talks.walk=-1", r"talks.walk: must be above 0, got -1"),
        ("battlefield.front=2", r"battlefield.front: must lie in \[0, 1\], got 2"),
        ("talks.walk=often", r"talks.walk: a number is expected .*, got 'often'"),
        ("talks.walk=nan", r"a finite number is expected, got nan"),
        ("talks.walk.mode=0.2", r"nothing lies below talks.walk; change that as a whole"),
        ("talks.open=maybe", r"talks.open: on or off is expected, got 'maybe'"),
        ("talks.walk=off", r"only a switch or a mechanism can be off \(in this scenario: ceasefire\)"),
        ("talks.offer=off", r"; `record` leaves the number to the record"),
        ("talks=off", r"talks=off: only a switch or a mechanism can be off"),
        ("rent=on", r"rent=on: a mechanism is switched on by its numbers: rent.weight"),
        ("talks.walk=record", r"talks.walk=record: this entry is not estimated on the record; give a value"),
        ("sides.3.discount=0.9", r"'sides.3.discount': the sides are sides.1 and sides.2"),
        ("sides.1.types.hawk.share=0.9", r"no such type; types: resolute, irresolute"),
        ("sides.1.types.resolut.war_cost=0.9", r"no such type \(did you mean 'resolute'\?\)"),
        ("pact.formed*=2", r"pact.formed\*: the scenario has no number there that could be changed so"),
        ("talks.walk*=twice", r"talks.walk\*: a number is expected, got 'twice'"),
        ("x.*=1", r"'x.\*' matches no number of the scenario"),
        ("deal.cost=0.1", r"deal.detection: missing, but required"),
        ("sides.1.types.resolute.share=1.5", r"leave less than nothing for the other types"),
        ("sides.1.types.resolute.share=much", r"share of a type: a number is expected"),
    ],
)
def test_what_cannot_be_changed_so(korea, text, message):
    with pytest.raises(pt.SpecError, match=message):
        made(korea, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("talks.walk=0.05", "nothing changes: talks.walk is 0.05 already"),
        ("talks.open=true", "nothing changes: talks.open is on already"),
        ("title=Another", "nothing changes: title enters no forecast"),
        ("rent=off", "rent=off: it is not in the scenario"),
    ],
)
def test_what_changes_nothing(korea, text, message):
    with pytest.raises(NothingChanges, match=message):
        made(korea, text)


def test_one_entry_is_changed_once(korea):
    with pytest.raises(pt.SpecError, match=r"'talks.walk' is given twice; keep one"):
        parse_changes(["talks.walk=1", "talks.walk=2"])
    with pytest.raises(pt.SpecError, match=r"talks.walk is changed twice; keep one"):
        made(korea, "talks.walk=0.2", "talks.walk*=2")
    with pytest.raises(pt.SpecError, match=r"cannot both be changed: one holds the other; keep one"):
        made(korea, "ceasefire=off", "ceasefire.gain=0.1")
    with pytest.raises(NothingChanges, match="nothing to change is given"):
        with_changes(korea, {})


def test_a_new_range_alone_is_a_change(korea):
    out = made(korea, "talks.walk={low=0.01, mode=0.05, high=0.3}")
    assert not out.moves_play
    assert out.scenario.talks.walk.interval() != korea.talks.walk.interval()
