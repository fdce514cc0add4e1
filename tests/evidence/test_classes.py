"""Reference classes: filters, messages, what was known at a date, shrinkage."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from peacetalks.evidence import CaseFilter, EvidenceError, base_rate, cases, questions
from peacetalks.evidence import rates as home
from peacetalks.evidence.asof import known_at
from peacetalks.evidence.grammar import EVENTS
from peacetalks.evidence.shrink import design_effect, posterior, precision
from peacetalks.evidence.tables import STORED, read_cases


def test_text_and_mapping_name_the_same_class():
    text = CaseFilter.parse("episodes", "war_type=interstate, reached=2y")
    assert CaseFilter.parse("episodes", {"war_type": "interstate", "reached": "2y"}) == text
    assert str(text) == "war_type=interstate, reached=730d"
    assert str(text.parent) == "reached=730d"


def test_duration_so_far_restarts_the_clock():
    old = cases("episodes", "war_type=interstate, reached=3y")
    whole = cases("episodes", "war_type=interstate")
    assert set(old["id"]) == set(whole.filter(pl.col("days") >= 1095)["id"])
    assert old.filter(pl.col("name") == "Iran - Iraq")["days"].to_list() == [1793]


@pytest.mark.parametrize(("kind", "where", "message"), [
    ("ceasefire", None, "no cases are kept for 'ceasefire'. Did you mean 'ceasefires'"),
    ("ceasefires", "sides=2", "ceasefires have no covariate 'sides'. Did you mean 'side'"),
    ("ceasefires", "side=trilateral", "side is never 'trilateral'. Did you mean 'bilateral'"),
    ("ceasefires", "mediated=maybe", "mediated=maybe: write a whole number, or yes or no"),
    ("ceasefires", "mediated", "condition 'mediated' of ceasefires: write column=value"),
    ("wars", "since=long", "since=long: write a year of four digits"),
    ("wars", "reached=long", "'long' is not a duration"),
])
def test_bad_classes_say_how_to_mend_them(kind, where, message):
    with pytest.raises(EvidenceError) as error:
        cases(kind, where)
    assert message in str(error.value)


@pytest.mark.parametrize(("question", "message"), [
    ("ceasfire fails within 3 days", "Did you mean 'ceasefire fails'"),
    ("ceasefire fails", "needs a time: write 'ceasefire fails within 1 year'"),
    ("crisis fades within 3 days", "leave out 'within 3 days'"),
    ("war ends within soon", "'soon' is not a duration"),
])
def test_bad_questions_say_how_to_mend_them(question, message):
    with pytest.raises(EvidenceError) as error:
        base_rate(question)
    assert message in str(error.value)


def test_bad_date():
    with pytest.raises(EvidenceError, match="as_of is '2020': write a day as YYYY-MM-DD"):
        base_rate("war ends within 2 years", as_of="2020")


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: e.name)
def test_every_event_answers(event):
    r = base_rate(event.name + ("" if event.how == "share" else " within 1 year"))
    low, high = r.interval
    assert 0 <= low <= high <= 1
    assert r.n >= round(r.effective_n) > 0
    assert {"probability", "interval", "n", "definition", "source"} <= set(r.to_dict())
    assert event.name in questions()


@pytest.mark.parametrize(("question", "p", "n"), [  # shared/data/README.md, section 2
    ("ceasefire fails within 30 days", 0.203, 263), ("agreement fails within 1 year", 0.21, None),
    ("talks reach a substantive agreement within 2 years", 0.55, 101), ("peace fails within 1 year", 0.218, 156),
    ("talks reach a comprehensive agreement within 2 years", 0.15, 122), ("conflict recurs within 5 years", 0.385, 525),
    ("sanctions threat: target yields", 0.43, 484), ("interstate war ends within 1 year", 0.68, 95),
])
def test_questions_agree_with_the_tables(question, p, n):
    r = base_rate(question)
    assert r.probability == pytest.approx(p, abs=0.0051)
    assert n in (None, r.n)


def test_a_class_lies_between_its_own_rate_and_its_parents():
    r = base_rate("peace fails within 1 year", "war_ended=truce")
    assert r.parent < r.probability < r.observed
    assert 0 < r.weight < 1


def test_unknown_is_none_and_never_zero():
    nobody = base_rate("peace fails within 1 year", "since=2020")
    assert (nobody.probability, nobody.interval, nobody.n) == (None, None, 0)
    beyond = base_rate("ceasefire fails within 60 years")
    assert beyond.probability is None
    assert beyond.to_dict()["interval"] is None


def test_ceasefires_carry_bounds_and_a_caution():
    r = base_rate("ceasefire fails within 30 days")
    assert r.bounds == pytest.approx((0.053, 0.203), abs=0.001)
    assert "Half of all ceasefires" in r.caution


@pytest.mark.parametrize("kind", STORED)
@pytest.mark.parametrize("as_of", ["1995-06-30", "2010-12-31"])
def test_nothing_dated_later_is_left(kind, as_of):
    day, frame = dt.date.fromisoformat(as_of), cases(kind, as_of=as_of)
    for column in ("start", "end", "seen", "comprehensive"):
        if column in frame.columns:
            assert frame.filter(pl.col(column) > day).is_empty(), column
    for column in ("resumed", "war_year", "start_year"):
        if column in frame.columns:
            assert frame.filter(pl.col(column) > day.year).is_empty(), column
    later = {"ending", "outcome"} & set(frame.columns)
    if "end_year" in frame.columns:
        late = frame.filter(pl.col("end_year") > day.year)
        assert all(late[c].null_count() == late.height for c in later)


def _planted(frame, day):
    """Change every fact after a day: cases are dropped, ends are moved, outcomes are replaced."""
    late = pl.col("end") > day
    other = {"terminated": "superseded", "agreement": "victory_a", "low_activity": "agreement"}
    return frame.filter(pl.col("start") <= day).with_columns(
        end=pl.when(late).then(pl.col("end").dt.offset_by("400d")).otherwise("end"),
        ending=pl.when(late).then(pl.col("ending").replace(other)).otherwise("ending"))


@pytest.mark.parametrize("kind", ["ceasefires", "spells", "agreements", "processes", "wars", "episodes"])
def test_a_planted_future_changes_nothing_known_before(kind):
    day = dt.date(2005, 3, 1)
    frame = read_cases(kind)
    assert known_at(_planted(frame, day), day).equals(known_at(frame, day))


def test_a_planted_future_leaves_base_rates_alone(monkeypatch):
    day = dt.date(2005, 3, 1)
    ask = [("ceasefire fails within 30 days", "side=bilateral"), ("war ends within 2 years", None)]
    before = [base_rate(q, w, day) for q, w in ask]
    from peacetalks.evidence import classes

    def planted(kind):
        return _planted(read_cases(kind), day) if kind in ("ceasefires", "episodes") else read_cases(kind)

    monkeypatch.setattr(classes, "read_cases", planted)
    home._lower.cache_clear()
    assert [base_rate(q, w, day) for q, w in ask] == before
    home._lower.cache_clear()


def test_low_activity_is_not_known_before_a_quiet_year_has_passed():
    case = read_cases("episodes").filter(pl.col("ending") == "low_activity", pl.col("end").dt.year() == 1995)[:1]
    assert known_at(case, dt.date(1996, 12, 30))["ending"].to_list() == [None]
    assert known_at(case, dt.date(1996, 12, 31))["ending"].to_list() == ["low_activity"]


def test_precision_is_high_for_like_siblings_and_low_for_unlike_ones():
    assert precision([20, 20, 20], [100, 100, 100], 0.2) > 1000
    assert precision([2, 50, 90], [100, 100, 100], 0.45) < 10


def test_posterior_moves_from_parent_to_own_rate_with_n():
    means = [posterior(0.6, n, 0.2, 20)[0] for n in (0, 10, 100, 10_000)]
    assert means == sorted(means)
    assert means[0] == pytest.approx(0.2)
    assert means[-1] == pytest.approx(0.6, abs=0.01)


def test_clusters_of_like_cases_count_less():
    like = np.repeat([0.0, 1.0, 0.0, 1.0], 25)
    assert design_effect(like, np.repeat(["a", "b", "c", "d"], 25)) == pytest.approx(25)
    assert design_effect(like, np.tile(["a", "b", "c", "d", "e"], 20)) == pytest.approx(1, abs=0.1)
