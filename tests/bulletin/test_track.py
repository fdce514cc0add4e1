"""The track record against scores computed apart, with plain arithmetic, from the JSON that a bulletin writes."""

import datetime as dt
import json

import numpy as np
import pytest
from support.made_bulletins import MOMENT, made_bulletin

from peacetalks.bulletin.track import track_record
from peacetalks.evidence import score
from peacetalks.outcomes import ENDS
from peacetalks.pages.files import json_text

ORDER = list(ENDS)
DAYS = [dt.date(year, 1, 1) for year in range(2001, 2013)]


@pytest.fixture(scope="module")
def bulletins():
    return [made_bulletin(day) for day in DAYS]


@pytest.fixture(scope="module")
def track(bulletins):
    return json.loads(json_text(track_record(bulletins, dt.date(2020, 1, 1)).to_dict()))


def brier(row, view):
    return sum((row[view][end] - (end == row["outcome"])) ** 2 for end in ORDER)


@pytest.mark.parametrize("k", [0, 1])
def test_scores_are_those_computed_apart(track, bulletins, k):
    """Each conflict counts once: the mean over conflicts of the mean over its forecasts."""
    group = track["ahead"][k]["later"]
    by_conflict = {}
    for row in group["scored"]:
        by_conflict.setdefault(row["scenario"], []).append(row)
    means = {
        v: {c: np.mean([brier(r, v) for r in rows]) for c, rows in by_conflict.items()} for v in ("best", "record")
    }
    best, record = (np.array(list(means[v].values())) for v in ("best", "record"))
    assert len(best) > 40
    assert group["averages"]["best"]["brier"]["value"] == pytest.approx(best.mean(), abs=1e-12)
    assert group["averages"]["record"]["brier"]["value"] == pytest.approx(record.mean(), abs=1e-12)
    assert group["skill"]["record"]["brier"]["value"] == pytest.approx(1 - best.mean() / record.mean(), abs=1e-12)
    # the interval: a bootstrap over conflicts, drawn apart with other numbers
    rng = np.random.default_rng(12345)
    draws = rng.integers(0, len(best), (4000, len(best)))
    low, high = np.quantile(best[draws].mean(axis=1), [0.025, 0.975])
    found = group["averages"]["best"]["brier"]
    assert (found["low"], found["high"]) == pytest.approx((low, high), abs=0.15 * (high - low))


def test_what_was_forecast_is_what_the_bulletins_hold(track, bulletins):
    ahead = track["ahead"][0]
    held = {(f"conflict-{e.conflict}", b.as_of.isoformat()): e.at[0] for b in bulletins for e in b.forecasts}
    for row in ahead["later"]["scored"]:
        at = held[row["scenario"], row["as_of"]]
        assert [row["best"][end] for end in ORDER] == at.best.as_list()
        assert [row["record"][end] for end in ORDER] == at.record.as_list()
        assert row["date"] == at.day.isoformat()
    scored = len(ahead["later"]["scored"]) + len(ahead["coded_later"]["scored"])
    assert scored + sum(ahead["unresolved"].values()) == len(held) == ahead["forecasts"]


def test_calibration_is_the_frequency_in_bins_of_equally_many(track):
    group = track["ahead"][0]["later"]
    p = np.array([row["best"]["nowhere"] for row in group["scored"]])
    y = np.array([row["outcome"] == "nowhere" for row in group["scored"]])
    edges = np.quantile(p, np.linspace(0, 1, 6))[1:-1]
    place = (p[:, None] >= edges).sum(axis=1)
    found = group["calibration"]["best"]["nowhere"]
    assert found["n"] == [int((place == k).sum()) for k in range(5)]
    assert found["observed"] == pytest.approx([y[place == k].mean() for k in range(5)])
    assert found["forecast"] == pytest.approx([p[place == k].mean() for k in range(5)])
    assert set(group["calibration"]) == {"best", "record"}


def test_by_bulletin_every_conflict_counts(track):
    rows = track["ahead"][1]["later"]["scored"]
    for b in track["ahead"][1]["bulletins"]:
        of = [r for r in rows if r["as_of"] == b["as_of"]]
        assert b["scored"] == len(of)
        apart = [r for r in track["ahead"][1]["coded_later"]["scored"] if r["as_of"] == b["as_of"]]
        assert b["coded_later"] == len(apart)
        assert b["record"] == pytest.approx(np.mean([brier(r, "record") for r in of]))


def test_a_state_that_was_coded_later_is_scored_apart_and_held_by_construction(track, bulletins):
    """Of every forecast: in the main groups where the state was known at the date, else in a group of its own."""
    marked = {(f"conflict-{e.conflict}", b.as_of.isoformat()): e.coded_later for b in bulletins for e in b.forecasts}
    for ahead in track["ahead"]:
        apart = ahead["coded_later"]["scored"]
        assert len(apart) > 10
        assert all(marked[r["scenario"], r["as_of"]] for r in apart)
        assert not any(marked[r["scenario"], r["as_of"]] for g in ("in_time", "later") for r in ahead[g]["scored"])
        assert {s["state"] for s in ahead["coded_later"]["states"]} == {"settlement", "truce"}
    assert {r["outcome"] for r in track["ahead"][0]["coded_later"]["scored"]} == {"peace"}


def test_by_state_every_forecast_counts_once(track, bulletins):
    state = {(f"conflict-{e.conflict}", b.as_of.isoformat()): e.state for b in bulletins for e in b.forecasts}
    main, apart = (track["ahead"][0][g] for g in ("later", "coded_later"))
    assert [s["state"] for s in main["states"]] == ["fighting"]
    assert [s["state"] for s in apart["states"]] == ["settlement", "truce"]
    for group, s in ((g, s) for g in (main, apart) for s in g["states"]):
        of = [r for r in group["scored"] if state[r["scenario"], r["as_of"]] == s["state"]]
        assert s["scored"] == len(of)
        assert s["best"] == pytest.approx(np.mean([brier(r, "best") for r in of]))


def test_nothing_that_became_known_later_enters(bulletins):
    """At 1 January 2004 the outcome of a year is known where the next calendar year has passed: bulletins to 2001."""
    t = track_record(bulletins, dt.date(2004, 1, 1))
    assert [b.as_of.year for b in t.ahead[0].bulletins] == [2001, 2002, 2003]
    assert [b.scored > 0 for b in t.ahead[0].bulletins] == [True, False, False]
    assert sum(t.ahead[1].unresolved.values()) == t.ahead[1].forecasts
    assert {m.match.as_of.year for m in t.ahead[0].later.scores.scored} == {2001}


def test_what_was_saved_in_time_stands_apart_from_what_was_made_later():
    day = dt.date(2005, 1, 1)
    early = made_bulletin(day, saved=dt.datetime(2005, 1, 2, tzinfo=dt.UTC))
    late = made_bulletin(dt.date(2006, 1, 1), saved=MOMENT)
    a = track_record([early, late], dt.date(2015, 1, 1)).ahead[0]
    assert {m.match.as_of.year for m in a.in_time.scores.scored} == {2005}
    assert {m.match.as_of.year for m in a.later.scores.scored} == {2006}


@pytest.mark.parametrize(
    ("made", "saved", "timely"),
    [("2017-02-01", "2017-02-01", True), ("2017-02-02", "2017-01-02", False), ("2017-01-02", "2018-12-20", False)],
)
def test_in_time_is_within_31_days_of_the_date_and_not_before_the_day_scored_for(made, saved, timely):
    """A bulletin of 2017 made in December 2018 lies before the day 24 months ahead, and is no forecast of 2017."""
    made, saved = (dt.datetime.fromisoformat(x).replace(tzinfo=dt.UTC) for x in (made, saved))
    b = made_bulletin(dt.date(2017, 1, 1), only=[333, 289], saved=saved, made=made)
    for a in track_record([b], dt.date(2021, 1, 1)).ahead:
        in_time, later = len(a.in_time.scores.scored), len(a.later.scores.scored)
        assert (in_time > 0, later > 0) == (timely, not timely)


def test_the_calibration_takes_conflict_years_and_not_forecasts_for_independent():
    """Quarterly bulletins of two years, whose forecasts share an outcome: bands about twice as wide."""
    made = [made_bulletin(dt.date(year, 1, 1)) for year in (2002, 2003)]
    a = track_record([x for b in made for x in quarters(b)], dt.date(2015, 1, 1)).ahead[0]
    years = {(m.match.scenario, m.match.as_of.year) for m in a.later.scores.scored}
    assert len(a.later.scores.scored) > 3 * len(years) > 90
    found = a.later.calibration["best"]["nowhere"]
    assert sum(found.n) == len(a.later.scores.scored)
    independent = score.calibration(*events(a.later.scores.scored, "nowhere"), bins=5)
    assert np.mean(found.high - found.low) > 1.4 * np.mean(independent.high - independent.low)


def test_many_forecasts_of_few_conflict_years_show_no_calibration():
    b = made_bulletin(dt.date(2003, 1, 1))
    b = b.model_copy(update={"forecasts": [e for e in b.forecasts if not e.coded_later][:10]})
    a = track_record(quarters(b), dt.date(2015, 1, 1)).ahead[0]
    assert len(a.later.scores.scored) >= 36
    assert a.later.calibration == {}


def quarters(b):
    """A bulletin again in every quarter of its year, with the same forecasts."""
    return [b.model_copy(update={"as_of": dt.date(b.as_of.year, month, 1)}) for month in (1, 4, 7, 10)]


def events(scored, end):
    """The chances of an outcome class, and whether it came true."""
    return [s.match.views["best"][end] for s in scored], [s.match.outcome == end for s in scored]


def test_a_forecast_without_a_best_estimate_is_counted_as_not_resolved():
    b = made_bulletin(dt.date(2005, 1, 1), only=[333, 289])
    first = b.forecasts[0]
    bare = first.model_copy(update={"at": [x.model_copy(update={"best": None, "interval": None}) for x in first.at]})
    t = track_record([b.model_copy(update={"forecasts": [bare, *b.forecasts[1:]]})], dt.date(2015, 1, 1))
    assert t.ahead[0].unresolved == {"it has no best estimate at the day": 1}
    assert len(t.ahead[0].later.scores.scored) == len(b.forecasts) - 1


def test_without_earlier_bulletins_there_is_nothing_to_score(bulletins):
    t = track_record(bulletins, DAYS[0])
    assert [a.forecasts for a in t.ahead] == [0, 0]
    assert t.to_dict()["ahead"][0]["later"]["averages"] == {}
