"""Base rates asked in other words than the record's: what is understood, and what is refused."""

import polars as pl
import pytest

from peacetalks.errors import UnknownQuestion
from peacetalks.evidence import CaseFilter, EvidenceError, base_rate, cases
from peacetalks.evidence.grammar import EVENTS, negated, parse

CIVIL = "war_type=intrastate|internationalised"
UNDERSTOOD = [
    ("truce broken within six months", "ceasefire fails within 6 months", ""),
    ("Truces break down in 90 days!", "ceasefire fails within 90 days", ""),
    ("ceasefire collapses by 3 months", "ceasefire fails within 3 months", ""),
    ("A cease-fire is violated in 1 month", "ceasefire fails within 1 month", ""),
    ("a mediated ceasefire fails within thirty days", "ceasefire fails within 30 days", "mediated"),
    ("ceasefire lasts a year", "ceasefire does not fail within 1 year", ""),
    ("ceasefire doesn't hold for a month", "ceasefire fails within 1 month", ""),
    ("ceasefire lasts less than half a year", "ceasefire fails within 6 months", ""),
    ("ceasefire is still in force after 1 year", "ceasefire does not fail within 1 year", ""),
    ("armistice ends within 5 years", "ceasefire ends within 5 years", ""),
    ("no ceasefire within 6 months", "conflict does not end in a ceasefire within 6 months", ""),
    ("peace deal signed in 1 year", "conflict ends in an agreement within 1 year", ""),
    ("settlement reached within 6 months", "conflict ends in an agreement within 6 months", ""),
    ("peace agreement holds for 10 years", "agreement does not fail within 10 years", ""),
    ("a partial accord collapses within five years", "agreement fails within 5 years", "kind=partial"),
    ("war ends in 90 days", "war ends within 90 days", ""),
    ("war over within a year", "war ends within 1 year", ""),
    ("Will the civil war end within a year and a half?", "war ends within 18 months", "civil"),
    ("civil wars last more than two years", "war does not end within 2 years", "civil"),
    ("The fighting stops in the next 6 months", "conflict ends within 6 months", ""),
    ("CIVIL WAR ENDS IN CEASEFIRE WITHIN ONE YEAR", "war ends in a ceasefire within 1 year", "civil"),
    ("interstate wars end in 90 days", "interstate war ends within 90 days", ""),
    ("a war between two states lasts a year", "interstate war does not end within 1 year", ""),
    ("war is won within a year", "war ends in victory within 1 year", ""),
    ("conflict fizzles out in a decade", "conflict ends in low activity within 10 years", ""),
    ("civil conflict recurs within 5 years", "conflict recurs within 5 years", "civil"),
    ("return to war within 5 years", "conflict recurs within 5 years", ""),
    ("peace after civil war lasts twenty-four months", "peace does not fail within 24 months", "civil"),
    ("talks fail to reach an agreement in 2 years", "talks do not reach a substantive agreement within 2 years", ""),
    ("negotiations lead to a final peace deal in 2 years", "talks reach a comprehensive agreement within 2 years", ""),
    ("mediation efforts last 3 months", "mediation does not end within 3 months", ""),
    ("crises fade", "crisis fades", ""),
    ("how often does a crisis end in a tacit understanding", "crisis ends in a tacit understanding", ""),
    ("do sanctions work?", "sanctions imposed: target yields", ""),
    ("chance a civil war ends in 12 months", "war ends within 12 months", "civil"),
    ("odds of a ceasefire failing in 30 days", "ceasefire fails within 30 days", ""),
    ("war ends through negotiation in 1 year", "war ends in an agreement within 1 year", ""),
    ("negotiated end to the war in 2 years", "war ends in an agreement within 2 years", ""),
    ("peace agreement ends the war within 1 year", "war ends in an agreement within 1 year", ""),
    ("ceasefire ends the fighting in 90 days", "conflict ends in a ceasefire within 90 days", ""),
    ("agreement ends in war within 5 years", "agreement fails within 5 years", ""),
    ("ceasefire ends in renewed fighting within 90 days", "ceasefire fails within 90 days", ""),
    ("peace agreement signed within 2 years of war start", "war ends in an agreement within 2 years", ""),
    ("truce within 1 year of the outbreak of the conflict", "conflict ends in a ceasefire within 1 year", ""),
    ("agreement fails within 5 years of being signed", "agreement fails within 5 years", ""),
    ("rebels win within 2 years", "civil conflict ends in victory of the rebels within 2 years", ""),
    ("government defeated by rebels in a year", "civil conflict ends in victory of the rebels within 1 year", ""),
    ("insurgency defeated in 2 years", "civil conflict ends in victory of the government within 2 years", ""),
    ("civil war ends in government victory in 1 year", "civil war ends in victory of the government within 1 year", ""),
    ("war over government ends in 2 years", "war ends within 2 years", "government"),
]


@pytest.mark.parametrize(("asked", "question", "where"), UNDERSTOOD)
def test_other_words_are_understood(asked, question, where):
    found = parse(asked)
    assert (found.text, found.where) == (question, where)
    again = parse(question)
    assert (again.text, again.event, again.days, again.complement) == (
        found.text, found.event, found.days, found.complement,
    )  # fmt: skip


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: e.name)
def test_every_complement_can_be_asked_in_its_own_words(event):
    found = parse(negated(event.name) + ("" if event.how == "share" else " within 1 year"))
    assert (found.event, found.complement) == (event, True)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("truce on Mars within a year", "no base rate for 'truce on mars'. Did you mean "),
        ("side A wins within a year", "no base rate for 'side a wins'"),
        ("peace within a year", "Did you mean 'conflict ends in an agreement'"),
        ("crisis ends in an agreement", "'crisis ends in a formal agreement'"),
        ("war lasts ½ month", "no base rate for "),
        ("guerre civile ends in a year", "no base rate for "),
        ("", "no base rate for ''"),
    ],
)
def test_words_that_are_not_known_are_never_left_out(asked, message):
    with pytest.raises(UnknownQuestion) as error:
        base_rate(asked)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("war " * 200, "a question has at most 400 characters, got 800"),
        ("war ends in 1 year or 2 years", "two lengths of time are given, 'in 1 year' and '2 years'"),
        ("war ends by 2027-01-01", "'2027-01-01' is a date: a base rate needs a length of time"),
        ("ceasefire fails after 3 months", "'after' asks for what comes later than 3 months: write 'within 3 months'"),
        ("truce holds", "'ceasefire does not fail' needs a time: write 'ceasefire does not fail within 1 year'"),
        ("crises fade within 3 days", "'crisis fades' is a share of how cases ended: leave out 'within 3 days'"),
        ("war ends in 99999 decades", "is longer than the record can be followed"),
        ("ceasefire fails within 0 days", "'within 0 days' is less than a day: write 'within 1 day' or a longer time"),
        ("war over in 0.5 days", "'within 0.5 days' is less than a day"),
        ("talks fail in 2 years", "write 'talks do not reach a substantive agreement within 2 years'"),
        (
            "peace talks collapse",
            "'peace talks collapse': the record has the texts that talks reached, and not when talks",
        ),
        ("mediation succeeds in 1 year", "write 'mediation ends within 1 year'"),
        ("civil agreement fails in a year", "'civil' is not defined for agreements, only for episodes, processes"),
    ],
)
def test_times_and_classes_that_are_wrong_are_refused(asked, message):
    with pytest.raises(EvidenceError) as error:
        base_rate(asked)
    assert message in str(error.value)


def test_lasting_is_the_complement():
    fails, lasts = base_rate("ceasefire fails within 1 year", "mediated"), base_rate("mediated truce lasts a year")
    assert lasts.complement
    assert not fails.complement
    assert lasts.probability == pytest.approx(1 - fails.probability)
    assert lasts.interval == pytest.approx((1 - fails.interval[1], 1 - fails.interval[0]))
    assert lasts.bounds == pytest.approx((1 - fails.bounds[1], 1 - fails.bounds[0]))
    assert (lasts.n, lasts.own, lasts.where) == (fails.n, fails.own, "mediated=1")
    assert lasts.definition.startswith("Complement of 'ceasefire fails'. ")


def test_who_won_is_counted_in_conflicts_within_a_state():
    sides = {"government": "victory_a", "rebels": "victory_b"}
    won = [base_rate(f"civil conflict ends in victory of the {side} within 5 years") for side in sides]
    days = pl.col("end") - pl.col("start")
    ended = cases("episodes", CIVIL).filter(days.dt.total_days().is_between(0, 1826))
    assert [r.own.events for r in won] == [(ended["ending"] == end).sum() for end in sides.values()]
    either = base_rate("conflict ends in victory within 5 years", "civil")
    assert sum(r.observed for r in won) == pytest.approx(either.observed)


def test_unknown_stays_unknown_of_a_complement():
    found = base_rate("ceasefire lasts 60 years")
    assert (found.probability, found.interval, found.bounds) == (None, None, None)


def test_words_and_the_class_given_narrow_together():
    r = base_rate("civil war ends within 2 years", "since=1990")
    assert r.where == "war_type=intrastate|internationalised, since=1990"
    assert r.probability == base_rate("war ends within 2 years", "civil, since=1990").probability


@pytest.mark.parametrize("where", ["civil", "Civil", "war_type=civil", "kind=civil", CIVIL])
def test_civil_is_every_conflict_within_a_state(where):
    types = set(cases("episodes", where)["war_type"])
    assert types == {"intrastate", "internationalised"}
    assert str(CaseFilter.parse("episodes", where)) == CIVIL


def test_civil_adds_nothing_where_every_case_is_and_alternatives_are_checked():
    assert cases("ceasefires", "civil").equals(cases("ceasefires"))
    assert cases("wars", "interstate").equals(cases("wars"))
    assert set(cases("processes", "level=civil")["level"]) == {"intrastate", "mixed"}
    with pytest.raises(EvidenceError, match=r"war_type is never 'intrastat'. Did you mean 'intrastate'"):
        cases("episodes", "war_type=interstate|intrastat")


def test_a_return_below_a_year_carries_a_caution():
    assert "dated by calendar year" in base_rate("war recurs within 3 months").caution
    assert base_rate("war recurs within 2 years").caution == ""
