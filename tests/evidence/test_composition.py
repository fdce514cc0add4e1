"""What a rate is made of: every case is counted once, by hand and for every event, and nothing later enters."""

import datetime as dt
import json

import polars as pl
import pytest
from typer.testing import CliRunner

from peacetalks.cli import app as cli
from peacetalks.errors import EvidenceError
from peacetalks.evidence import base_rate, cases, classes, outside_forecast, rates
from peacetalks.evidence.asof import known_at
from peacetalks.evidence.case_tables import AGREEMENTS_TO
from peacetalks.evidence.classes import CaseFilter, prepared
from peacetalks.evidence.composition import FOLLOWED_TO, class_summary, coverage, sort_out, unplaced
from peacetalks.evidence.follow_up import followed
from peacetalks.evidence.grammar import EVENTS, parse
from peacetalks.evidence.tables import STORED, read_cases

DAY = dt.date
UNDATED = [1024, 1470, 1471, 1472, 1476, 1478]


def asked(event):
    return event.name + ("" if event.how == "share" else " within 2 years")


def whole(c):
    """Check that the parts of a composition add up, and return it."""
    assert c.events + c.competing + c.censored + c.interval_censored + c.going_on == c.used
    assert c.used + sum(x.n for x in c.dropped) == c.cases
    assert all(x.n > 0 for x in c.dropped)
    assert len({x.reason for x in c.dropped}) == len(c.dropped)
    return c


@pytest.mark.parametrize("as_of", [None, "2005-03-01"])
@pytest.mark.parametrize("event", EVENTS, ids=lambda e: e.name)
def test_every_case_of_every_event_is_counted_once(event, as_of):
    r = base_rate(asked(event), as_of=as_of)
    own = whole(r.own)
    assert own.used == r.n
    assert own.frequency == r.observed
    population = prepared(event.kind, as_of)
    placed = own.cases + sum(x.n for x in r.unplaced)
    if not event.where:
        assert own.cases == population.height
    elif event.where.startswith(("fixed_term", "imposed")):
        column = event.where.split("=")[0]
        other = population.filter(pl.col(column) == 1 - int(event.where[-1])).height
        assert placed + other == population.height
    assert r.coverage
    assert all(x.followed_to <= DAY(2005, 3, 1) for x in r.coverage) or as_of is None


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("ceasefire fails within 30 days", "mediated, monitored"),
        ("agreement fails within 1 year", "kind=partial"),
        ("peace fails within 5 years", "peacekeepers"),
        ("crisis recurs", "mediation=occurred, since=1945"),
        ("war ends within 1 year", "interstate, reached=1y"),
        ("conflict recurs within 5 years", "interstate"),
    ],
)
def test_a_class_and_its_parent_are_counted_and_weighed(question, where):
    r = base_rate(question, where)
    own, parent = whole(r.own), whole(r.parent_class)
    assert own.cases <= parent.cases
    assert (own.frequency, own.used, parent.frequency) == (r.observed, r.n, r.parent)
    n = r.effective_n
    kappa = n * (1 - r.weight) / r.weight
    assert r.probability == pytest.approx((n * own.frequency + kappa * parent.frequency) / (n + kappa), abs=2e-3)


def test_ceasefires_by_hand():
    """Of 967 open-ended ceasefires 280 have a known end, 17 of them on an unknown day; the rest by reason, by hand."""
    frame = read_cases("ceasefires").filter(pl.col("fixed_term") == 0)
    r = base_rate("ceasefire fails within 30 days")
    assert (r.own.cases, r.own.used, r.own.where) == (frame.height, 280, "fixed_term=0")
    assert r.own.interval_censored == frame.filter(pl.col("ended_by").is_not_null()).height == 17
    end, seen, how = pl.col("end"), pl.col("seen"), pl.col("ending")
    never = how.eq_missing("never_in_force")
    by_hand = {
        "declared but never in force": never,
        "of unknown fate (neither an end nor that they still go on is recorded)": end.is_null()
        & seen.is_null()
        & how.is_null(),
        "that ended on a day that is not recorded": ~never
        & end.is_null()
        & seen.is_null()
        & pl.col("ended_by").is_null()
        & how.is_not_null(),
        "of which it is not recorded how they ended": end.is_not_null() & how.is_null(),
    }
    assert {x.reason: x.n for x in r.own.dropped} == {k: frame.filter(e).height for k, e in by_hand.items()}
    days = (end - pl.col("start")).dt.total_days()
    assert r.own.events == frame.filter(how == "terminated", days <= 30).height
    assert {x.reason: x.n for x in r.unplaced} == {"of which 'fixed_term' is not recorded": 36}
    assert [x.n for x in r.coverage[0].left_out] == [202]  # no exact first day: 2,203 declared, 2,001 in the table


def test_agreements_that_failed_on_an_unknown_day_are_interval_censored():
    r = base_rate("agreement fails within 1 year")
    assert (r.own.cases, r.own.used, r.own.interval_censored, r.own.dropped) == (374, 374, 6, ())
    assert read_cases("agreements").filter(pl.col("ended_by").is_not_null())["id"].to_list() == UNDATED
    f = followed(cases("agreements"), ("ended",))
    assert (~f.exact).sum() == 6
    assert f.after[~f.exact].tolist() == [0] * 6
    without = read_cases("agreements").filter(~pl.col("id").is_in(UNDATED))
    event = parse("agreement fails within 1 year").event
    dropped = rates.rate(event, without, 365)
    most = (dropped.p * dropped.n + 6) / 374  # had all six failed within the year
    assert dropped.p < r.probability < most


def test_a_class_by_age_cannot_place_them():
    got = unplaced(CaseFilter.parse("agreements", "reached=1y"), prepared("agreements"))
    assert [(x.n, x.reason) for x in got] == [(6, "of which it is not known whether they reached that age")]
    assert base_rate("agreement fails within 1 year", "reached=1y").unplaced == got


def test_unknown_days_and_competing_ends_are_refused():
    frame = pl.DataFrame(
        {
            "start": [DAY(2000, 1, 1)] * 2,
            "end": [None, DAY(2001, 1, 1)],
            "seen": [None, None],
            "ended_by": [DAY(2005, 1, 1), None],
            "ending": ["ended", "other"],
        },
        schema_overrides={"end": pl.Date, "seen": pl.Date, "ended_by": pl.Date},
    )
    with pytest.raises(EvidenceError, match="an unknown day and ends that compete cannot be estimated together"):
        followed(frame, ("ended",)).incidence([365])


def test_an_unknown_day_is_known_to_have_passed_only_at_the_end_of_coverage():
    frame = read_cases("agreements").filter(pl.col("id").is_in(UNDATED))
    eve, end = AGREEMENTS_TO - dt.timedelta(1), AGREEMENTS_TO
    before, after = known_at(frame, eve), known_at(frame, end)
    for column in ("ended_by", "ending", "end", "seen"):
        assert before[column].null_count() == 6, column
    assert after.equals(frame)
    r = base_rate("agreement fails within 1 year", as_of=eve)
    assert (r.own.interval_censored, sum(x.n for x in r.own.dropped)) == (0, 6)
    assert base_rate("agreement fails within 1 year", as_of=end).own.interval_censored == 6


@pytest.mark.parametrize("future", ["never said", "ended by a later day"])
def test_another_future_of_them_leaves_the_rate_alone(future, monkeypatch):
    day = DAY(2015, 6, 1)
    before = base_rate("agreement fails within 1 year", "kind=partial", day)
    changed = {
        "never said": {"ended_by": pl.lit(None, pl.Date), "ending": pl.lit(None, pl.String)},
        "ended by a later day": {"ended_by": pl.col("ended_by").dt.offset_by("-900d")},
    }[future]
    late = pl.col("id").is_in(UNDATED)
    frame = read_cases("agreements").with_columns(
        pl.when(late).then(e).otherwise(c).alias(c) for c, e in changed.items()
    )
    assert not frame.equals(read_cases("agreements"))
    monkeypatch.setattr(classes, "read_cases", lambda kind: frame if kind == "agreements" else read_cases(kind))
    assert base_rate("agreement fails within 1 year", "kind=partial", day) == before
    now = base_rate("agreement fails within 1 year", "kind=partial", DAY(2025, 1, 1))
    assert now.own.interval_censored == (0 if future == "never said" else 6)  # or the test shows nothing


def test_what_cannot_be_used_is_told_for_one_reason_by_hand():
    frame = pl.DataFrame(
        {
            "start": [DAY(2000, 1, 1), None, DAY(2000, 1, 1), DAY(2000, 1, 1), DAY(2000, 1, 1)],
            "end": [DAY(2000, 1, 9), None, None, None, DAY(1999, 1, 1)],
            "seen": [None, None, None, None, None],
            "ending": ["substantive", None, None, "substantive", "substantive"],
        },
        schema_overrides={"seen": pl.Date},
    )
    used, dropped = sort_out(parse("talks succeed within 1 year").event, frame, 365)
    assert used.height == 1
    assert [(x.n, x.reason) for x in dropped] == [
        (1, "without a recorded first day"),
        (1, "of unknown fate (neither an end nor that they still go on is recorded)"),
        (1, "that ended on a day that is not recorded"),
        (1, "over before the question's first day"),
    ]


@pytest.mark.parametrize("kind", STORED)
def test_coverage_is_no_earlier_than_the_cases_and_ends_at_the_date(kind):
    first, *_ = coverage(kind)
    frame = read_cases(kind)
    last = [frame[c].max() for c in ("end", "seen") if c in frame.columns and frame[c].max()]
    assert all(d <= first.followed_to for d in last)
    assert {c.followed_to for c in coverage(kind, DAY(1990, 5, 1))} == {DAY(1990, 5, 1)}
    assert first.dataset not in FOLLOWED_TO or first.followed_to == FOLLOWED_TO[first.dataset]


@pytest.mark.parametrize(("method", "where"), [("class", "interstate, reached=3y"), ("regression", "interstate")])
def test_an_outside_view_says_what_it_is_made_of(method, where):
    f = outside_forecast(where, [60, 12], "2019-03-01", draws=1, method=method)
    own, parent = whole(f.made_of.own), whole(f.made_of.parent_class)
    assert (own.used, parent.used) == (f.n, f.n_scope)
    assert own.interval_censored == parent.interval_censored == 0
    for table in (f.made_of.own_end_frequency, f.made_of.parent_end_frequency):
        assert table.shape == (2, 3)
        assert table.sum(axis=1) == pytest.approx(1)
    if method == "class":  # the forecast is the two mixed by the weight, and with ignorance
        c = f.clusters
        mixed = f.weight * f.made_of.own_end_frequency + (1 - f.weight) * f.made_of.parent_end_frequency
        assert f.end_probability == pytest.approx((c * mixed + 1 / 3) / (c + 1))
    for r in f.made_of.returns:
        assert r.returned + r.censored <= r.n
        assert r.returned / r.n - 1e-12 <= r.frequency <= (r.returned + r.censored) / r.n + 1e-12
    assert {x.dataset: x.followed_to for x in f.coverage} == {
        "ucdp-termination-conflict": DAY(2019, 3, 1),
        "ucdp-acd": DAY(2019, 3, 1),
        "cow-majors": DAY(2016, 12, 31),
    }
    json.dumps(f.to_dict(), allow_nan=False)


def test_the_frequency_of_having_ended_is_one_less_what_goes_on():
    f = outside_forecast("interstate", [24], draws=1)
    from peacetalks.evidence import base_rate

    r = base_rate("conflict ends within 24 months", "interstate")
    assert f.made_of.own.frequency == pytest.approx(r.observed)
    assert f.made_of.parent_class.frequency == pytest.approx(r.parent)


def run(*args):
    return CliRunner().invoke(cli.app, ["evidence", *args])


def test_the_screen_says_it_in_sentences():
    text = run("base-rate", "agreement fails within 1 year", "--class", "kind=partial").stdout
    partial = read_cases("agreements").filter(pl.col("kind") == "partial")
    failed = partial.filter((pl.col("end") - pl.col("start")).dt.total_days() <= 365).height
    assert f"Class (kind=partial): own frequency 21%, 213 of 213 cases used: {failed} with the event" in text
    assert "6 with it on an unknown day (interval-censored)" in text
    assert "Parent class (all): own frequency 22%, 374 of 374 cases used" in text
    assert "Weight of the class's own frequency 3" in text
    assert "The record of agreements is followed to 2021-12-31 (UCDP Peace Agreement Dataset 22.1)." in text
    text = run("base-rate", "ceasefire fails within 30 days", "--class", "mediated").stdout
    held = read_cases("ceasefires").filter(fixed_term=0, mediated=1)
    never = held.filter(pl.col("ending") == "never_in_force").height
    assert f"Class, left out: {never} declared but never in force; " in text
    assert "In no such class: 36 of which 'fixed_term' is not recorded; " in text
    assert "Bounds of the class's own frequency: " in text
    text = run("outside", "interstate", "reached=3y", "--months", "24,12").stdout
    assert "Class, ended in any way within 24 months (war_type=interstate, reached=1095d): own frequency 43%" in text
    assert "Class alone at 24 months: peace 14%, " in text
    assert "Fighting again within 24 months of an end in agreement (parent class): frequency 7%; 2 of 28" in text
    assert "Mixed with ignorance, a third for each end: weight 1%" in text


@pytest.mark.slow
def test_the_screen_says_what_a_regression_was_fitted_to():
    text = run("outside", "interstate", "--method", "regression").stdout
    assert "Fitted on the 569 cases of the parent class" in text


def test_listed_cases_keep_stdout_for_the_table():
    got = run("cases", "agreements", "--class", "reached=1y")
    assert got.stdout.splitlines()[0].startswith("id,name,cluster,start,end,seen,ended_by,ending")
    assert len(got.stdout.splitlines()) == 290
    assert "289 of the 374 agreements that were known are in the class reached=365d, 238 of them still going on" in (
        got.stderr
    )
    assert "In no such class: 6 of which it is not known whether they reached that age." in got.stderr
    assert "6 ended on an unknown day, by the one in `ended_by`" in run("cases", "agreements").stderr
    assert "still going on" not in run("cases", "sanctions").stderr  # of which only years are recorded


@pytest.mark.parametrize("kind", STORED)
def test_a_summary_counts_the_listed_cases(kind):
    c = class_summary(kind)
    assert c.cases == c.of == cases(kind).height
    assert not c.unplaced


def test_the_json_has_it_as_added_keys():
    got = json.loads(run("base-rate", "ceasefire fails within 30 days", "--class", "mediated", "--json").stdout)
    assert {"probability", "parent", "weight", "own", "parent_class", "unplaced", "coverage"} <= set(got)
    assert {"reason", "n"} == set(got["own"]["dropped"][0])
    assert got["coverage"][0]["followed_to"] == "2020-12-31"
    got = json.loads(run("outside", "interstate", "--months", "12", "--json").stdout)
    assert {"own", "parent_class", "unplaced", "returns"} <= set(got["made_of"])
    assert [r["ending"] for r in got["made_of"]["returns"]] == ["agreement", "ceasefire"]


def test_where_no_settlement_was_followed_the_screen_says_so():
    """By June 1947 no armed conflict had ended in a ceasefire: the chance of return is 0 for want of cases."""
    f = outside_forecast(None, [12], "1947-06-01", draws=1)
    assert [r.n for r in f.made_of.returns] == [1, 0]
    assert f.made_of.returns[1].frequency is None
    text = run("outside", "--months", "12", "--as-of", "1947-06-01").stdout
    assert "an end in ceasefire (parent class): no case followed, taken as 0; 0 of 0 returned" in text
