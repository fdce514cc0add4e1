"""The record asked the question at hand: which class answers, known shares, laws, refusals, nothing known later."""

import datetime as dt
import json
import time

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peacetalks.evidence import EvidenceError, cases, classes, fighting, question_sources, standing, war_hazards
from peacetalks.evidence.question import Situation, answers
from peacetalks.evidence.shrink import wilson
from peacetalks.evidence.tables import read_cases

D = dt.date
WAR = Situation("interstate", "fighting", D(2004, 1, 1), D(2003, 12, 2), intensity="war")
TRUCE = Situation("civil", "truce", D(2002, 2, 22), D(1983, 7, 23), since=D(2002, 2, 22), intensity="war")
CIVIL = Situation("civil", "fighting", D(1995, 6, 30), D(1990, 3, 1), intensity="minor", incompatibility="territory")
SETTLED = Situation("civil", "settlement", D(2017, 1, 1), since=D(2016, 11, 24))
BETWEEN = Situation("interstate", "truce", D(1990, 1, 1), since=D(1988, 8, 20))
CRISIS = Situation("interstate", "crisis", D(2012, 5, 1), D(2012, 3, 1))
ALL = (WAR, TRUCE, CIVIL, SETTLED, BETWEEN, CRISIS)


def first(s, months, draws=40, seed=7):
    return answers(s, months, draws, seed, beside=False)[0]


@pytest.mark.parametrize(
    ("s", "name"),
    [
        (WAR, "interstate wars (by the day)"),
        (TRUCE, "ceasefires"),
        (CIVIL, "armed conflicts (regression)"),
        (SETTLED, "peace agreements"),
        (BETWEEN, "returns to fighting"),
        (CRISIS, "international crises"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_each_state_is_asked_of_its_own_class(s, name):
    a = first(s, [12])
    assert (a.name, a.anchors) == (name, True)
    assert a.n >= 5
    assert a.source
    assert a.definition
    assert a.counted_from.startswith("the date of the forecast")
    assert a.coverage_end <= s.as_of


def test_a_war_of_thirty_days_ends_as_often_as_wars_that_had_lasted_thirty_days():
    """Of COW wars still going on after 30 days 35 % had ended three months later."""
    wars = read_cases("wars").with_columns(t=(pl.col("end") - pl.col("start")).dt.total_days())
    lasted = wars.filter(pl.col("t") >= 30)["t"].to_numpy() - 30
    share, low, high = wilson(int((lasted <= 91).sum()), lasted.size)
    assert (lasted.size, round(share, 2)) == (82, 0.35)
    a = first(WAR, [3], draws=200)
    assert low < 1 - a.ends[0, 1] < high
    assert a.low[0, 1] < 1 - share < a.high[0, 1]


def test_long_wars_end_more_rarely_than_young_ones():
    young, old = (first(Situation("interstate", "fighting", WAR.as_of, day, intensity="war"), [12]).ends[0, 1]
                  for day in (D(2003, 12, 2), D(1999, 1, 1)))  # fmt: skip
    assert young < old


def test_a_truce_signed_today_holds_for_a_month_and_then_follows_the_survival_of_ceasefires():
    a = first(TRUCE, range(1, 37), draws=100)
    assert a.ends[0, 0] > 0.8
    model = standing.fit_standing(standing.CEASEFIRES, TRUCE.as_of, 100, 7)
    holds = 1 - model.broken_by(0.0, 36)[0]
    c = model.clusters
    assert a.ends[:, 0] == pytest.approx(holds * c / (c + 1) + 1 / (3 * (c + 1)))
    assert a.ends[:, 1] == pytest.approx(np.full(36, 1 / (3 * (c + 1))))  # only ignorance says "nowhere"


def test_a_truce_that_has_held_for_long_may_still_break():
    old = Situation("civil", "truce", D(2015, 1, 1), since=D(1996, 1, 1))
    new = Situation("civil", "truce", D(2015, 1, 1), since=D(2015, 1, 1))
    kept, fresh = (first(s, [12]) for s in (old, new))
    assert 0.0 < kept.ends[0, 2] < fresh.ends[0, 2]
    assert kept.low[0, 2] > 0


def test_a_truce_between_states_is_outside_the_class_of_ceasefires():
    late = Situation("interstate", "truce", D(1996, 1, 1), since=D(1988, 8, 20))
    anchor, *others = answers(late, [12], draws=10)
    assert anchor.name == "returns to fighting"
    beside = next(a for a in others if a.name == "ceasefires")
    assert "a truce between states is outside of this class" in beside.note
    assert not beside.anchors


@pytest.mark.parametrize(
    ("s", "reason"),
    [
        (Situation("civil", "over", D(1990, 1, 1)), "recorded as over"),
        (Situation(None, "fighting", D(1990, 1, 1), D(1989, 1, 1)), "civil or interstate: add kind"),
        (Situation("civil", "fighting", D(1990, 1, 1)), "when the fighting began: add start"),
        (Situation("civil", "crisis", D(1990, 1, 1), D(1989, 12, 1)), "crises between states only"),
        (Situation("civil", "truce", D(1946, 6, 1), since=D(1946, 1, 1)), "Only 0 ceasefires were known"),
        (Situation("interstate", "truce", D(1946, 6, 1), since=D(1946, 1, 1)), "Only 0 settlements"),
        (Situation("civil", "fighting", D(1945, 6, 1), D(1945, 1, 1)), "Only 0 armed conflicts"),
        (Situation("interstate", "crisis", D(1900, 6, 1), D(1900, 1, 1)), "Only 0 crises"),
    ],
)
def test_where_no_class_fits_there_is_no_answer_but_a_reason(s, reason):
    a = answers(s, [12], draws=5)[0]
    assert (a.ends, a.runs, a.anchors) == (None, None, False)
    assert reason in a.note


@pytest.mark.parametrize(("year", "name"), [(1980, "returns to fighting"), (1991, "truces after civil wars")])
def test_before_enough_ceasefires_were_recorded_the_next_class_answers(year, name):
    a = first(Situation("civil", "truce", D(year, 1, 1), since=D(year - 1, 1, 1)), [12])
    assert (a.name, a.anchors) == (name, True)
    assert a.n >= 5


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(EvidenceError, match="give months of 1 or more"):
        answers(WAR, [0])
    with pytest.raises(EvidenceError, match="states \\("):
        Situation("civil", "peace", D(1990, 1, 1))
    with pytest.raises(EvidenceError, match="lies after the date"):
        Situation("civil", "fighting", D(1990, 1, 1), D(1990, 1, 2))


situations = st.builds(
    lambda kind, state, day, age, since, war, flag, number: Situation(
        kind,
        state if not (kind == "civil" and state == "crisis") else "fighting",
        day,
        day - dt.timedelta(age + since),
        since=day - dt.timedelta(since),
        intensity=war,
        internationalised=flag,
        major_power=flag,
        previous=number,
        ceasefires=number,
        incompatibility="territory" if flag else None,
    ),
    st.sampled_from(["civil", "interstate"]),
    st.sampled_from(["fighting", "truce", "settlement", "crisis"]),
    st.sampled_from([D(1960, 5, 1), D(1992, 1, 1), D(2020, 12, 31)]),
    st.integers(0, 20_000),
    st.integers(0, 10_000),
    st.sampled_from([None, "minor", "war"]),
    st.sampled_from([None, True, False]),
    st.one_of(st.none(), st.integers(0, 60)),
)


@settings(max_examples=60, deadline=None)
@given(situations)
def test_ends_are_probabilities_none_of_them_0_or_1(s):
    a = first(s, (1, 6, 24, 60), draws=8)
    if a.ends is None:
        assert a.note
        return
    for table in (a.ends, *a.runs):
        assert table.sum(axis=1) == pytest.approx(np.ones(4))
    assert (a.ends > 1e-4).all()
    assert (a.ends < 1).all()
    assert (a.low <= a.ends).all()
    assert (a.ends <= a.high).all()
    assert a.runs.shape == (8, 4, 3)
    assert a.n + sum(x.n for x in a.dropped) == a.cases


@pytest.mark.parametrize("s", ALL, ids=lambda s: f"{s.kind} {s.state}")
def test_a_month_is_the_same_alone_and_among_others(s):
    alone, among = first(s, [12], draws=20), first(s, range(1, 37), draws=20)
    assert alone.ends[0] == pytest.approx(among.ends[11])
    assert alone.runs[:, 0] == pytest.approx(among.runs[:, 11])


@pytest.mark.parametrize("s", ALL, ids=lambda s: f"{s.kind} {s.state}")
def test_the_point_is_the_same_for_any_number_of_draws_and_the_seed_decides_the_draws(s):
    a, b, c = first(s, [6], draws=5), first(s, [6], draws=30), first(s, [6], draws=30, seed=8)
    assert a.ends.tolist() == b.ends.tolist() == c.ends.tolist()
    assert b.runs.tolist() == first(s, [6], draws=30).runs.tolist() != c.runs.tolist()


def planted(monkeypatch, day):
    """Let every case table be read with each fact after a day changed."""

    def changed(kind):
        frame = read_cases(kind)
        columns = set(frame.columns)
        if "start" in columns:
            frame = frame.filter((pl.col("start") <= day).fill_null(False))
        late = pl.col("end") > day
        frame = frame.with_columns(
            end=pl.when(late).then(pl.col("end").dt.offset_by("700d")).otherwise("end"),
            ending=pl.when(late).then(pl.col("ending").shuffle(seed=1)).otherwise("ending"),
        )
        for c in {"war_year", "resumed"} & columns:
            frame = frame.with_columns(
                pl.when(pl.coalesce(c, 9999) >= day.year).then(day.year + 1).otherwise(c).alias(c)
            )
        for c in {"length", "violence"} & columns:
            frame = frame.with_columns(pl.when(~late.fill_null(False)).then(c).alias(c))
        return frame

    ceasefires = fighting.read_conflict_years()
    later = ceasefires.with_columns(ceasefires=pl.when(pl.col("year") >= day.year).then(99).otherwise("ceasefires"))
    monkeypatch.setattr(classes, "read_cases", changed)
    monkeypatch.setattr(fighting, "read_conflict_years", lambda: later)


@pytest.mark.parametrize("s", ALL, ids=lambda s: f"{s.kind} {s.state}")
def test_a_planted_future_fact_changes_nothing(monkeypatch, s):
    before = first(s, [1, 12, 24], draws=10)
    planted(monkeypatch, s.as_of)
    after = first(s, [1, 12, 24], draws=10)
    assert after.ends.tolist() == before.ends.tolist()
    assert after.runs.tolist() == before.runs.tolist()
    assert (after.n, after.events) == (before.n, before.events)


def test_the_same_plant_before_the_date_does_change_it(monkeypatch):
    before = first(CIVIL, [12], draws=3)
    planted(monkeypatch, D(1990, 1, 1))
    assert first(CIVIL, [12], draws=3).ends.tolist() != before.ends.tolist()


def test_peace_by_agreement_becomes_rarer_when_it_has_become_rarer():
    """Settlements of civil conflicts: 36 in the 1990s, few after; the same conflict is less likely to see one."""
    then, now = (
        first(Situation("civil", "fighting", day, day.replace(year=day.year - 5), intensity="minor"), [12])
        for day in (D(1999, 12, 31), D(2019, 12, 31))
    )
    assert now.ends[0, 0] < 0.9 * then.ends[0, 0]


def test_ceasefires_of_the_last_three_years_raise_the_chance_of_peace():
    none, many = (
        first(Situation("civil", "fighting", D(2010, 1, 1), D(2000, 1, 1), ceasefires=n), [12]).ends[0, 0]
        for n in (0, 5)
    )
    assert many > 1.3 * none


def test_what_is_broken_is_what_was_settled_less_what_still_stands():
    """By hand: a tenth settles in the first month and nothing later; half of it is broken a month after."""
    curve = np.zeros((1, 3, 3))
    curve[0, :, 0] = 0.1
    table = fighting.end_classes(curve, np.array([[0.5, 0.5, 0.5]]))
    assert table[0] == pytest.approx(np.array([[0.1, 0.9, 0.0], [0.05, 0.9, 0.05], [0.05, 0.9, 0.05]]))


def test_the_violence_of_crises_is_counted_once():
    model = war_hazards.fit_crises(None, 2, 7)
    frame = cases("crises").filter(pl.col("start").is_not_null(), pl.col("end").is_not_null())
    assert model.events["serious violence"] == frame["violence"].is_in(["serious", "war"]).sum()
    assert sum(model.events.values()) == pytest.approx(model.n, abs=2)


def test_an_old_record_says_how_old_it_is():
    a = first(Situation("civil", "fighting", D(2025, 6, 30), D(2020, 1, 1)), [12])
    assert "The record ends on 2019-12-31, 5.5 years before the date." in a.note
    assert "before the date" not in first(CIVIL, [12]).note


def test_every_month_of_three_years_is_quick():
    begun = time.perf_counter()
    for s in ALL:
        answers(s, range(1, 37), draws=200, beside=False)
    assert time.perf_counter() - begun < 2 * len(ALL)


def test_answers_are_plain_json_without_their_draws():
    for a in answers(WAR, [3, 12], draws=5):
        d = json.loads(json.dumps(a.to_dict(), allow_nan=False))
        assert "runs" not in d
        assert d["ends"][0] == pytest.approx(a.ends[0])


def test_the_class_shown_beside_is_that_of_kind_intensity_and_age():
    assert question_sources.class_of(WAR) == "war_type=interstate, intensity=war, reached=30d"
    names = [a.name for a in answers(CIVIL, [12], draws=5)]
    assert names == ["armed conflicts (regression)", "war_type=intrastate, reached=1947d"]
