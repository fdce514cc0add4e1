"""Scenarios from answers: valid, filled by the record, and what was asked is what the model does where it says so."""

import datetime as dt

import pytest

import peacetalks as pt
from peacetalks.conflicts.asked import asked_file, numbers_set, starting_table
from peacetalks.conflicts.fill import filled
from peacetalks.conflicts.from_record import FILL_IN, record_scenario
from peacetalks.errors import SpecError
from peacetalks.forecasting.explain import explain
from peacetalks.forecasting.settings import MAX_SWEEPS, TOLERANCE
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.mechanisms.state import label
from peacetalks.scenario.interview_answers import answered
from peacetalks.scenario.interview_table import AT_TABLE
from peacetalks.scenario.scenario import parse
from peacetalks.scenario.sources import count_sources, not_judged_entries

DAY = dt.date(2024, 5, 1)
FACTS = {"sides": "A; B", "over": "government", "since": "2019-04-01, 1500", "now": "talks"}
SMALL = {"battlefield.positions": 3, "talks.offers": 3, "periods": 6}


def made(change=None, **answers):
    """The filled scenario from answers, solved small with further changes."""
    text = asked_file(starting_table(None, DAY), answered({**FACTS, **answers}), DAY)
    return pt.patch(filled(parse(text)), SMALL | (change or {}))


def at_the_start(scenario, stage, move):
    """The chances of a move by each type of each mover in the opening state."""
    found = explain(scenario, periods=2, belief_points=2).strategies
    return [moves[move] for s in found if s.stage == stage for moves in s.moves.values() if move in moves]


def test_what_is_left_out_is_filled_and_counts_as_estimated():
    s = made()
    count = count_sources(s)
    assert (count.starter, count.without, count.data) == (0, 0, 0)
    assert (count.estimated, count.judgement, count.not_judged) == (15, 3, 12)
    assert count.total == len(s.numbers())
    more = made(walk="1 of ten", ground="7, 6")
    assert set(not_judged_entries(s)) - set(not_judged_entries(more)) == {
        "talks.walk",
        "battlefield.front",
        "battlefield.strength",
    }
    masses = sum(float(n) for n in (s.talks.offer, s.talks.ask, s.talks.stall))
    assert masses == pytest.approx(AT_TABLE, abs=1e-9)  # what the formula of `walk` counts on


@pytest.mark.parametrize("said", ["1 of ten", "4 of ten"])
def test_walking_out_is_what_was_asked_where_all_moves_are_worth_the_same(said):
    found = at_the_start(made({"rationality": 0.0}, walk=said), "table", "walk out")
    assert len(found) >= 2
    assert found == pytest.approx([int(said[0]) / 10] * len(found), abs=1e-3)


def test_at_the_usual_precision_walking_out_stays_near_what_was_asked_and_better_terms_are_signed_sooner():
    s = made(walk="1 of ten", sign="1 of ten")
    found = at_the_start(s, "table", "walk out")
    assert found == pytest.approx([0.1] * len(found), rel=0.25)
    by_terms = {}
    for strategy in explain(s, periods=2, belief_points=2).strategies:
        if strategy.situation.startswith("B: offer"):
            by_terms[strategy.situation] = strategy.moves["resolute"]["accept"]
    worst, half, best = by_terms.values()  # side 1 is offered none, half or all
    assert worst < 0.1 < half < best
    assert 0.1 < half < 0.3


def test_signing_is_what_was_asked_of_a_side_that_is_indifferent():
    found = at_the_start(made({"rationality": 0.0}, sign="2 of ten"), "answer", "accept")
    assert found == pytest.approx([0.2] * len(found), abs=1e-9)
    assert found


def test_the_model_starts_from_the_beliefs_that_were_asked():
    game = pt.build(made(resolute="4, 7", ground="8, 6"))
    assert game.types == {"A": {"resolute": 0.4, "irresolute": 0.6}, "B": {"resolute": 0.7, "irresolute": 0.3}}
    assert sum(chance * state.front for state, chance in game.start.items()) == pytest.approx(0.8 * 2)


def test_the_more_often_they_would_walk_out_the_less_talks_are_open():
    talks = []
    for said in ("0.5 of ten", "2", "4"):
        solution = solve_scenario(made(walk=said), 2, tolerance=TOLERANCE, max_sweeps=MAX_SWEEPS)
        talks.append(pt.forecast(solution, outcome=label, periods=6).sel(outcome="talks").values)
    assert (talks[0] > talks[1]).all()
    assert (talks[1] > talks[2]).all()


def test_with_a_conflict_the_record_answers_what_is_not_asked():
    start = starting_table("Colombia", "2012-10-18")
    plain = filled(parse(asked_file(start, {}, dt.date(2012, 10, 18))))
    record, _ = record_scenario("Colombia", "2012-10-18")
    numbers = plain.numbers()
    for path, n in record.numbers().items():
        assert float(numbers[path]) == pytest.approx(float(n), rel=1e-6), path
    assert (plain.conflict, plain.reference_classes) == (record.conflict, record.reference_classes)
    text = asked_file(start, answered({"sides": "Government; FARC-EP", "walk": "1", "ground": "8, 7"}))
    assert f"{FILL_IN}where the front" not in text
    assert f"{FILL_IN}how far the fighting" in text
    s = parse(text)
    assert (s.sides[1].label, s.conflict.ucdp, float(s.battlefield.front)) == ("FARC-EP", 289, 0.8)
    assert "what has been known since the date may have entered" in s.hindsight
    assert s.talks.walk.source.endswith("walk '1', fairly sure")


def test_other_facts_than_the_records_leave_its_classes_out():
    s = parse(
        asked_file(starting_table("Colombia", "2012-10-18"), answered({"since": "2011-01-01, 1200", "now": "fighting"}))
    )
    assert s.reference_classes == []
    assert (s.conflict.start.year, s.talks.open) == (2011, False)
    assert s.conflict.source.endswith("since '2011-01-01, 1200', now 'fighting'")


def test_a_watched_settlement_keeps_the_recorded_failures_beside_it():
    s = parse(asked_file(starting_table("Colombia", "2012-10-18"), answered({"watched": "3"})))
    assert float(s.deal.detection) == 0.3
    assert "ucdppa" in s.deal.incident.source
    assert filled(s).left_out() == []


def test_what_is_missing_or_lies_after_the_date_is_refused():
    start = starting_table(None, DAY)
    with pytest.raises(SpecError, match=r"needed: sides \(such as .*\); over .*; since .*; now"):
        asked_file(start, {})
    with pytest.raises(
        SpecError, match=r"since: 2024-06-01 lies after the scenario's date, 2024-05-01: give an earlier"
    ):
        asked_file(start, answered({**FACTS, "since": "2024-06-01"}))
    with pytest.raises(SpecError, match=r"the scenario from these answers: .*since \(2018-01-01\) lies before start"):
        asked_file(start, answered({**FACTS, "now": "truce, 2018-01-01"}))
    with pytest.raises(SpecError, match=r"--as-of: '1.5.2024' is no date .* did you mean 2024-05-01\?"):
        starting_table(None, "1.5.2024")


def test_the_numbers_that_answers_set_are_named():
    answers = answered({**FACTS, "walk": "2", "rent": "0", "ground": "8, 60%"})
    lines = numbers_set(parse(asked_file(starting_table(None, DAY), answers, DAY)), answers)
    assert lines[0].startswith("walk '2': talks.walk = 0.237 (0.")
    assert lines[1].startswith("ground '8, 60%': battlefield.front = 0.8 (")
    assert lines[2] == "rent '0': none, the table is left out"


def test_the_name_and_the_title_of_a_made_file_have_no_date_so_that_it_may_move_on():
    s, _ = record_scenario("Colombia", "2012-10-18")
    assert (s.name, s.title) == ("conflict-289", "Colombia: government")
    assert s.as_of == dt.date(2012, 10, 18)
