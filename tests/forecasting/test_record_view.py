"""The record's views of a scenario: the question that is put, which view anchors, and what each view rests on."""

import datetime as dt
import json

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.evidence.question import answers
from peacetalks.forecasting.record_view import (
    ANSWER_DRAWS,
    FEW,
    NOTHING_ASKED,
    RecordView,
    anchor,
    record_views,
    record_views_of,
    situation_of,
)
from peacetalks.outcomes import ENDS

BUNDLED = ("korea-1951", "russia-ukraine-2025", "sri-lanka-2002", "iran-nuclear-2025", "colombia-2012")
MONTHS = (1, 12)


@pytest.fixture(scope="module")
def korea():
    return pt.load("korea-1951")


@pytest.fixture(scope="module")
def views(korea):
    return record_views(korea, MONTHS)


def without_table(scenario, classes):
    return scenario.model_copy(update={"conflict": None, "reference_classes": classes})


def test_the_first_view_is_the_answer_to_the_question_at_hand(korea, views):
    answer = answers(situation_of(korea), MONTHS, ANSWER_DRAWS, beside=False)[0]
    assert anchor(views) == (1, "")
    view = views[0]
    assert [view.ends[e] for e in ENDS] == [pytest.approx(answer.ends[:, i]) for i in range(3)]
    assert (view.n, view.level, view.method, view.events) == (answer.n, 0.9, "regression", answer.events)
    assert view.runs.shape == (ANSWER_DRAWS, 2, 3)
    assert [v.reference_class for v in views[-2:]] == korea.reference_classes
    assert [v.anchors for v in views] == [True, *[False] * (len(views) - 1)]


@pytest.mark.parametrize("name", BUNDLED)
def test_every_bundled_scenario_is_asked_in_its_own_state(name):
    scenario = pt.load(name)
    s = situation_of(scenario)
    assert s.as_of == scenario.as_of
    assert (s.state == "truce") == (name == "sri-lanka-2002")
    assert s.kind == ("civil" if name in ("sri-lanka-2002", "colombia-2012") else "interstate")
    assert s.classes == tuple(scenario.reference_classes)


def test_a_truce_is_not_compared_with_fighting():
    """A truce signed today: peace above 80 % after a month, where the class of fighting episodes says below 2 %."""
    found = record_views(pt.load("sri-lanka-2002"), (1, 12))
    assert found[0].anchors
    assert found[0].ends["peace"][0] > 0.8
    assert found[-1].ends["peace"][0] < 0.02
    assert "the state of this one is truce, so it answers another question" in found[-1].note


def test_without_the_table_kind_and_age_follow_from_the_classes(korea):
    old = situation_of(without_table(korea, ["war_type=interstate, intensity=war, reached=1y"]))
    assert (old.kind, old.intensity, (korea.as_of - old.start).days) == ("interstate", "war", 365)
    assert (old.major_power, old.previous, old.ceasefires) == (None, None, None)


def test_where_the_record_has_no_answer_nothing_anchors_and_the_reason_is_given(korea):
    found = record_views(without_table(korea, ["intensity=war"]), MONTHS)
    number, reason = anchor(found)
    assert number is None
    assert "civil or interstate: add kind to the table [conflict]" in reason
    assert (found[0].ends, found[0].runs) == ({}, None)
    assert found[0].table() is None
    assert found[1].ends  # the class that the scenario names is still shown
    assert anchor(()) == (None, NOTHING_ASKED)


def test_the_record_knows_nothing_later_and_says_where_data_are_insufficient(korea):
    early, late = (
        record_views(korea.model_copy(update={"as_of": korea.as_of.replace(year=y)}), (1, 12)) for y in (1951, 2020)
    )
    assert all(v.n < w.n for v, w in zip(early[-2:], late[-2:], strict=True))
    assert early[0].n < late[0].n
    assert all("More conflict is a lower bound" in v.note for v in early[-2:])
    assert all(v.coverage_end is None or v.coverage_end <= korea.as_of for v in early)
    thin = korea.model_copy(
        update={"reference_classes": ["war_type=interstate, reached=1y", "war_type=interstate, reached=40y"]}
    )
    few, none = record_views(thin, (12,))[-2:]
    assert 0 < few.n < FEW
    assert few.ends == {}
    assert "too few for an estimate" in few.note
    assert none.n == 0
    assert "nothing can be estimated from it" in none.note


def test_views_are_plain_json_without_their_draws_and_keep_the_keys_that_they_had(views):
    for view in views:
        d = json.loads(json.dumps(view.to_dict(), allow_nan=False))
        assert set(d) >= {
            "reference_class",
            "conditions",
            "months",
            "n",
            "weight",
            "ends",
            "low",
            "high",
            "source",
            "note",
        }
        assert set(d) >= {"anchors", "method", "level", "clusters", "events", "cases", "dropped", "coverage_end"}
        assert "runs" not in d
        assert d["months"] == list(MONTHS)


def test_cases_are_used_or_left_out_for_a_reason():
    found = record_views(pt.load("sri-lanka-2002"), (12,))
    for view in found:
        assert view.n + sum(x.n for x in view.dropped) == view.cases, view.reference_class
    assert sum(x.n for x in found[0].dropped) > 100  # ceasefires of unknown fate


def test_intervals_hold_the_point_and_every_row_sums_to_one(views):
    for view in views:
        if not view.ends:
            continue
        table = np.array([view.ends[e] for e in ENDS])
        assert table.sum(axis=0) == pytest.approx(np.ones(2))
        for e in ENDS:
            assert all(a <= p <= b for a, p, b in zip(view.low[e], view.ends[e], view.high[e], strict=True))


def test_accounts_that_ask_the_same_share_views_and_none_brings_in_a_later_date(korea, views):
    later = korea.model_copy(update={"as_of": dt.date(2020, 1, 1)})
    other = korea.model_copy(update={"reference_classes": ["war_type=intrastate"]})
    found = record_views_of({"base": korea, "late": later, "other": other}, MONTHS, korea.as_of)
    assert found["base"] is found["late"]
    assert found["base"] == views
    assert found["other"] != views
    with pytest.raises(pt.SpecError, match=r"account 'x': .*reference_classes.1 \('wartype=interstate'\)"):
        record_views_of({"x": without_table(korea, ["wartype=interstate"])}, MONTHS, korea.as_of)


def test_the_table_of_a_view_is_labelled(views):
    table = views[0].table()
    assert (table.dims, table.period.values.tolist(), table.end.values.tolist()) == (
        ("period", "end"),
        [1, 12],
        list(ENDS),
    )
    assert RecordView("x", 0, (1,), 0, 0.0, {}, {}, {}, "", "").table() is None


def test_a_class_has_no_more_states_than_cases():
    found = record_views(pt.load("colombia-2012"), (12,))
    assert len(found) > 2
    for view in found:
        assert 0 < view.clusters <= view.n, view.reference_class
