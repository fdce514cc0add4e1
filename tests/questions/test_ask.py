"""Questions with dates: laws of probability, the forecast's own best estimate, and a second method for one number."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logit
from support.tiny import J, tiny

import peacetalks as pt
from peacetalks.conflicts.from_record import AS_TRUCE
from peacetalks.errors import QueryError
from peacetalks.evidence.first_passage import first_passage
from peacetalks.forecasting.record_view import situation_of
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.mechanisms.state import label
from peacetalks.outcomes import ENDS
from peacetalks.questions.ask import Entry, ask_all
from peacetalks.questions.ask_words import outside_both
from peacetalks.questions.evaluate import Evaluator
from peacetalks.questions.query import parse
from peacetalks.questions.query_tree import atoms
from peacetalks.questions.when import When
from peacetalks.scenario.dates import months_later

WAR = {"kind": "interstate", "start": dt.date(1950, 6, 25), "intensity": "war"}
PERIODS = 8
STATES = (
    "one side wins", "settlement", "ceasefire", "peace", "nowhere", "more conflict", "talks open",
    "fighting without talks",
)  # fmt: skip
BEGUN = ("settlement", "ceasefire", "peace", "war ends", "one side wins", "more conflict", "ceasefire broken")
SMALLER = [  # events, each within the next
    ("settlement", "peace"), ("ceasefire", "peace"), ("peace", "war ends"), ("one side wins", "war ends"),
    ("one side wins", "more conflict"),
]  # fmt: skip


@pytest.fixture(scope="module")
def small():
    return tiny(periods=PERIODS, conflict=WAR)


@pytest.fixture(scope="module")
def days(small):
    """Every end of a month, and days between."""
    ends = [months_later(small.as_of, k) for k in range(1, PERIODS + 1)]
    return sorted({*ends, *(small.as_of + dt.timedelta(k) for k in (1, 20, 45, 100, 200))})


@pytest.fixture(scope="module")
def answers(small, days):
    """{(event, "by" or "on", day): answer}, all from one solve."""
    asked = {(x, "on", d): f"{x} on {d}" for x in STATES for d in days}
    asked |= {(x, "by", d): f"{x} by {d}" for x in BEGUN for d in days}
    asked |= {(x, "not by", d): f"no {x} by {d}" for x in ("settlement", "ceasefire") for d in days}
    found = ask_all(small, list(asked.values()), belief_points=2)
    assert found.refused == ()
    return dict(zip(asked, found, strict=True))


@pytest.fixture(scope="module")
def looked(small):
    return pt.outlook(small, periods=PERIODS, belief_points=2, certify=False)


places = st.integers(0, 12)


def at(days, place):
    return days[place % len(days)]


# -- laws ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("month", [1, 3, PERIODS])
@pytest.mark.parametrize(("end", "words"), [(end, end.replace("_", " ")) for end in ENDS])
def test_what_is_asked_of_an_outcome_class_has_exactly_the_best_estimate_of_the_forecast(
    answers, looked, small, month, end, words
):
    a, best = answers[words, "on", months_later(small.as_of, month)], looked.pooled
    where = {"period": month, "end": end}
    assert a.best == float(best.ends.sel(where))
    assert a.best_interval == (float(best.low.sel(where)), float(best.high.sel(where)))
    assert a.model == pytest.approx(float(looked.ends.sel(where)), abs=1e-15)
    assert a.record.same
    assert a.record.probability == pytest.approx(float(best.record.sel(where)), abs=1e-15)


@given(place=places)
@settings(deadline=None, max_examples=30)
def test_the_classes_sum_to_one_and_so_do_an_event_and_its_opposite(answers, days, place):
    day = at(days, place)
    for view in ("best", "model"):
        every = [getattr(answers[x, "on", day], view) for x in ("peace", "nowhere", "more conflict")]
        assert sum(every) == pytest.approx(1, abs=1e-12)
        for x in ("settlement", "ceasefire"):
            pair = [getattr(answers[x, how, day], view) for how in ("by", "not by")]
            assert sum(pair) == pytest.approx(1, abs=1e-12)
    low, high = answers["settlement", "by", day].best_interval
    assert answers["settlement", "not by", day].best_interval == pytest.approx((1 - high, 1 - low), abs=1e-12)


@given(place=places, pair=st.sampled_from(SMALLER))
@settings(deadline=None, max_examples=60)
def test_an_event_within_another_is_no_likelier(answers, days, place, pair):
    day = at(days, place)
    part, whole = (answers[x, "by", day] for x in pair)
    assert part.best <= whole.best + 1e-12
    assert part.model <= whole.model + 1e-12


@given(place=places, event=st.sampled_from(("settlement", "ceasefire", "peace")))
@settings(deadline=None, max_examples=40)
def test_what_is_in_force_has_begun(answers, days, place, event):
    day = at(days, place)
    assert answers[event, "on", day].best <= answers[event, "by", day].best + 1e-12
    assert answers[event, "on", day].model <= answers[event, "by", day].model + 1e-12


@given(one=places, two=places, event=st.sampled_from(BEGUN))
@settings(deadline=None, max_examples=80)
def test_what_has_begun_by_a_day_has_begun_by_a_later_one(answers, days, one, two, event):
    early, late = sorted((at(days, one), at(days, two)))
    assert answers[event, "by", early].best <= answers[event, "by", late].best
    assert answers[event, "by", early].model <= answers[event, "by", late].model


@given(place=places)
@settings(deadline=None, max_examples=20)
def test_the_parts_of_a_class_sum_to_it(answers, days, place):
    day = at(days, place)
    for parts, whole in ((("settlement", "ceasefire"), "peace"), (("talks open", "fighting without talks"), "nowhere")):
        for view in ("best", "model"):
            split = sum(getattr(answers[x, "on", day], view) for x in parts)
            assert split == pytest.approx(getattr(answers[whole, "on", day], view), abs=1e-12)


@given(place=places, event=st.sampled_from(STATES))
@settings(deadline=None, max_examples=40)
def test_the_interval_holds_the_best_estimate(answers, days, place, event):
    a = answers[event, "on", at(days, place)]
    assert a.best_interval[0] <= a.best <= a.best_interval[1]


@given(place=places, event=st.sampled_from(["settlement", "ceasefire"]))
@settings(deadline=None, max_examples=20)
def test_the_interval_of_a_part_of_a_class_is_as_wide_as_that_of_past_conflicts(answers, days, place, event):
    a = answers[event, "by", at(days, place)]
    (low, high), (past_low, past_high) = logit(a.best_interval), logit(a.record.interval)
    assert high - logit(a.best) >= past_high - logit(a.record.probability) - 1e-9
    assert logit(a.best) - low >= logit(a.record.probability) - past_low - 1e-9


def test_between_the_ends_of_months_a_probability_is_linear(answers, small):
    first, second = (months_later(small.as_of, k) for k in (1, 2))
    day = small.as_of + dt.timedelta(45)
    share = (day - first) / (second - first)
    for event, how in (("peace", "on"), ("settlement", "by")):
        ends = [answers[event, how, d].best for d in (first, second)]
        assert answers[event, how, day].best == pytest.approx((1 - share) * ends[0] + share * ends[1], abs=1e-12)
    start = answers["settlement", "by", small.as_of + dt.timedelta(1)]
    assert start.best == pytest.approx(answers["settlement", "by", first].best / (first - small.as_of).days)
    assert start.month == pytest.approx(1 / (first - small.as_of).days)


# -- a second method -------------------------------------------------------------------------------


def test_first_passage_agrees_with_sample_paths(answers, small):
    n = 400
    paths = pt.simulate(solve_scenario(small, 2), n, seed=11, periods=PERIODS)
    labels = np.array([label(state) for state in paths.states])[paths.at]  # [path, month from 0]
    for month in (2, PERIODS):
        day = months_later(small.as_of, month)
        for event, names in (("ceasefire", ["ceasefire"]), ("one side wins", ["victory_1", "victory_2"])):
            share = np.isin(labels[:, : month + 1], names).any(axis=1).mean()
            exact = answers[event, "by", day].model
            assert abs(share - exact) < 4 * np.sqrt(exact * (1 - exact) / n) + 1e-3
        peaceful = np.isin(labels, ["settlement", "ceasefire"])
        left = (peaceful[:, :month] & ~peaceful[:, 1 : month + 1]).any(axis=1).mean()
        exact = answers["ceasefire broken", "by", day].model
        assert abs(left - exact) < 4 * np.sqrt(exact * (1 - exact) / n) + 1e-3


def test_first_passage_agrees_with_the_claims(answers, small):
    evaluator = Evaluator(small, solve_scenario(small, 2))
    for event in ("ceasefire", "settlement"):
        (atom,) = atoms(parse(f"P({event} within {PERIODS})"))
        found = evaluator.answer(atom, "")
        assert answers[event, "by", months_later(small.as_of, PERIODS)].model == pytest.approx(found, abs=1e-12)


def test_jeffreys_rule_by_long_hand(answers, small, looked):
    """A settlement on a day: the best estimate of peace, times the model's share of settlements in peace."""
    for month in (1, PERIODS):
        day = months_later(small.as_of, month)
        outcomes = looked.outcomes.sel(period=month)
        share = float(outcomes.sel(outcome="settlement") / outcomes.sel(outcome=["settlement", "ceasefire"]).sum())
        peace = float(looked.pooled.ends.sel(period=month, end="peace"))
        assert answers["settlement", "on", day].best == pytest.approx(peace * share, rel=1e-9)


def test_more_conflict_is_decided_by_force_as_often_as_in_the_record(answers, small):
    """The record of fighting says how much of what has become more conflict was won by force: not the model."""
    found = first_passage(situation_of(small), range(1, PERIODS + 1))
    for month in (1, PERIODS):
        day = months_later(small.as_of, month)
        more = answers["more conflict", "on", day]
        share = float(found.ends[month - 1, 2]) / more.record.probability
        assert 0 < share <= 1
        assert answers["one side wins", "on", day].best == pytest.approx(more.best * share, rel=1e-9)
    assert answers["one side wins", "on", day].model < 0.9 * more.model * share


def test_a_best_estimate_outside_model_and_record_always_has_a_note(answers):
    """However little it lies outside; and there is no such note elsewhere."""
    seen = set()
    for a in answers.values():
        p = a.record.probability
        if p is None:
            continue
        outside = not min(a.model, p) - 1e-3 * a.best <= a.best <= max(a.model, p) + 1e-3 * a.best
        noted = any("lies above both" in n or "lies below both" in n for n in a.notes)
        assert noted or not outside, a
        assert not noted or not min(a.model, p) <= a.best <= max(a.model, p), a
        seen.add(noted)
    assert seen == {True, False}


@pytest.mark.parametrize(
    ("best", "model", "record", "words"),
    [
        (0.05, 0.08, 0.06, "The best estimate, 5%, lies below both the model alone, 8%, and past conflicts, 6%:"),
        (0.15, 0.02, 0.11, "The best estimate, 15%, lies above both the model alone, 2%, and past conflicts, 11%:"),
        (0.0206, 0.03, 0.0212, "estimate, 2.06%, lies below both the model alone, 3.00%, and past conflicts, 2.12%:"),
        (
            0.00076,
            0.0018,
            0.0054,
            "estimate, 0.076%, lies below both the model alone, 0.18%, and past conflicts, 0.54%",
        ),
    ],
)
def test_the_note_gives_the_numbers(best, model, record, words):
    assert words in outside_both(best, model, record)[0]


def test_without_a_record_there_is_no_such_note():
    assert outside_both(0.1, 0.2, None) == outside_both(None, 0.2, 0.1) == ()


# -- claims, shares, one question ------------------------------------------------------------------


CLAIMS = ("P(peace by 4)", "P(peace begun by 4)", "P(peace on 1951-11-10)")
SHARES = ("front share >= 0 on 3", "front share > 1 on 3", "terms >= 0 on 3", "settlement on 3", "terms > 100% on 3")


@pytest.fixture(scope="module")
def others(small):
    return dict(zip((*CLAIMS, *SHARES), ask_all(small, (*CLAIMS, *SHARES), belief_points=2), strict=True))


def test_a_claim_has_its_own_meaning(answers, others, small):
    by, begun, day = (others[q] for q in CLAIMS)
    end = months_later(small.as_of, 4)
    assert by.best == answers["peace", "on", end].best
    assert begun.best == answers["peace", "by", end].best
    assert day.best == by.best
    assert by.yes == "Yes if a settlement or a ceasefire is in force on 10 November 1951, whenever it began."


def test_shares_of_the_front_and_of_a_settlement(others):
    some, none, any_terms, settlement, no_terms = (others[q] for q in SHARES)
    assert 0 < some.model < 1
    assert none.model == none.best == no_terms.model == 0
    assert any_terms.best == settlement.best
    assert some.record.probability is None
    assert "where fronts stood" in some.record.note


def test_a_single_question_gives_one_answer_or_an_error(small):
    a = pt.ask(small, "peace deal signed by 1951-12-31", belief_points=2)
    assert repr(a).startswith("Answer: a settlement is signed by 31 December 1951: ")
    assert len(repr(a)) < 200
    plain = a.to_dict()
    assert plain["date"] == "1951-12-31"
    assert plain["best"] == a.best
    assert plain["record"] == plain["records"][0]["probability"] < 1
    with pytest.raises(QueryError, match=r"no event is called 'piece' \(did you mean 'peace'\?\)"):
        pt.ask(small, "piece by 1951-12-31")
    with pytest.raises(QueryError, match="the scenario ends on 1952-03-10, after 8 months"):
        pt.ask(small, "peace by 1960-01-01")
    with pytest.raises(QueryError, match="1951-07-10 is not after the scenario's date"):
        pt.ask(small, "peace by 1951-07-10")


def test_what_is_no_question_is_refused(small):
    with pytest.raises(QueryError, match="a question is a text, or a list of texts, got None"):
        pt.ask(small, None)


def test_several_questions_give_answers_and_refusals(small):
    found = pt.ask(small, ["peace by 2", "nonsense by 2"], belief_points=2)
    assert len(found) == len(found.refused) == 1
    assert found[0] is next(iter(found))
    assert repr(found).splitlines()[0] == "Answers of korea-1951 as of 1951-07-10"
    assert repr(found).splitlines()[-1] == "  1 not answered (`refused`)"
    assert len(pt.ask(small, [])) == 0


def test_a_row_of_a_file_says_where_it_contradicts_itself_and_what_is_missing(small):
    day = When(day=dt.date(1951, 12, 31))
    rows = [
        Entry("ceasefire by 1951-11-30", "a", day, 9, note="Line 9: twice."),
        Entry("ceasefire by 1951-12-31", "b", day, 10),
        Entry("ceasefire before 1 Jan 1952", "c", When(day=dt.date(1952, 1, 1)), 11),
        Entry("ceasefire", "d", None, 12),
        Entry("ceasefire"),
    ]
    found = pt.ask(small, rows, belief_points=2)
    assert found[0].notes[:2] == (
        "Line 9: the date beside the question is 31 December 1951; that in the question, 30 November 1951, counts.",
        "Line 9: twice.",
    )
    assert found[0].date == dt.date(1951, 11, 30)
    assert not any("beside the question" in note for a in (found[1], found[2]) for note in a.notes)
    assert [r.place for r in found.refused] == ["line 12", ""]
    assert found.refused[0].reason.endswith("or 90 days), or fill the date column")
    assert found.refused[1].reason.endswith("or 90 days)")


# -- draws, a truce in force, no record ------------------------------------------------------------


def test_draws_of_the_ranges_widen_the_interval(small):
    uncertain = pt.patch(small, {"battlefield.decisive": {"low": 0.001, "mode": 0.02, "high": 0.2, **J}})
    without, with_draws = (ask_all(uncertain, ["one side wins by 6"], draws, belief_points=2)[0] for draws in (0, 2))
    assert with_draws.best == without.best
    width = [high - low for low, high in (a.best_interval for a in (without, with_draws))]
    assert width[1] > width[0]


def test_a_truce_in_force_has_begun_and_may_break():
    truce = pt.patch(pt.load("sri-lanka-2002"), {"battlefield.positions": 3, "talks.offers": 2})
    asked = ["ceasefire by 6", "ceasefire holds until 6 months", "truce broken by 6", "peace on 6"]
    begun, holds, broken, peace = ask_all(truce, asked, belief_points=2)
    assert begun.best == begun.model == 1
    assert "it is so already that a ceasefire is in force" in begun.notes[0]
    assert holds.best + broken.best == pytest.approx(1)
    assert holds.model <= peace.model + 1e-12
    assert broken.record.same
    assert broken.record.probability + holds.record.probability == pytest.approx(1)
    assert holds.yes.startswith("Yes if no ceasefire or settlement that is in force breaks")


def test_where_no_truce_is_in_force_it_is_said_what_holding_and_breaking_mean(small):
    holds, broken = ask_all(small, ["ceasefire holds for 6 months", "truce broken by 6"], belief_points=2)
    assert holds.event == "no ceasefire or settlement has broken by 10 January 1952"
    assert holds.model + broken.model == pytest.approx(1)
    none = "On 10 July 1951 no ceasefire or settlement is in force. One that never begins cannot break: that counts as"
    assert (holds.notes[0], broken.notes[0]) == (f"{none} yes.", f"{none} no.")


def test_a_settlement_in_force_counts_together_with_a_ceasefire(small):
    settled = pt.patch(small, {"conflict.state": "settlement", "ceasefire.in_force": True, "talks.open": True})
    settlement, peace = ask_all(settled, ["settlement in force on 6", "peace on 6"], belief_points=2)
    assert settlement.model == peace.model > 0
    assert settlement.event.startswith("a settlement or a ceasefire is in force")
    assert settlement.notes[0] == AS_TRUCE
    with pytest.raises(QueryError, match=r"a settlement is in force on 10 July 1951.*ask about peace"):
        pt.ask(settled, "ceasefire by 1951-12-01", belief_points=2)


def test_without_a_class_in_the_record_there_is_no_best_estimate(small):
    crisis = pt.patch(small, {"conflict": {"kind": "civil", "state": "crisis"}})
    a = pt.ask(crisis, "ceasefire by 6", belief_points=2)
    assert a.best is None
    assert a.best_interval is None
    assert a.record.probability is None
    assert a.reason
    assert 0 < a.model < 1
    assert repr(a).endswith(f"no best estimate, model alone {a.model:.0%}")
