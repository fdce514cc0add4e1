"""How long a settlement lasts: follow-up of conflicts that have not returned, by hand and against curves.csv."""

import datetime as dt
from io import BytesIO
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from peacetalks.evidence import crosswalk, outside_forecast, outside_methods
from peacetalks.evidence.case_tables import RECURRENCE_TO
from peacetalks.evidence.crosswalk import Times
from peacetalks.evidence.dates import DAYS_PER_MONTH
from peacetalks.evidence.endings import ENDINGS, SETTLED, returned_on
from peacetalks.evidence.follow_up import recurrence_followed_to
from peacetalks.evidence.tables import read_cases, table_text

DAY = dt.date


def episodes(*rows):
    """Return episodes of (end, ending, resumed) that began on 1 January 2000."""
    columns = {
        "start": [DAY(2000, 1, 1)] * len(rows),
        "end": [r[0] for r in rows],
        "seen": [None] * len(rows),
        "ending": [r[1] for r in rows],
        "resumed": [r[2] for r in rows],
    }
    return pl.DataFrame(columns, schema_overrides={"seen": pl.Date, "resumed": pl.Int64})


def test_who_has_not_returned_is_followed_to_the_last_year_by_hand():
    frame = episodes(
        (DAY(2001, 1, 1), "agreement", None),
        (DAY(2001, 1, 1), "agreement", 2003),
        (DAY(2001, 1, 1), "ceasefire", 2005),
    )
    now, then = (crosswalk.timed(frame, d) for d in (None, DAY(2010, 12, 31)))
    last = (DAY(RECURRENCE_TO, 12, 31) - DAY(2001, 1, 1)).days
    assert now["r"].to_list() == [
        last,
        (DAY(2003, 7, 1) - DAY(2001, 1, 1)).days,
        (DAY(2005, 7, 1) - DAY(2001, 1, 1)).days,
    ]
    assert now["b"].to_list() == [0, 1, 1]
    assert then["r"][0] == (DAY(2010, 12, 31) - DAY(2001, 1, 1)).days  # the year 2010 has passed on its last day
    agreed, stopped = Times.of(now).returns(crosswalk.grid((60,)))
    assert agreed[[12, 29, 30, 60]] == pytest.approx([0, 0, 0.5, 0.5])  # one of two, 911 days after the end
    assert stopped[[53, 54]] == pytest.approx([0, 1])


def test_one_who_never_returned_weighs_as_much_as_one_who_did_by_hand():
    """One of four is back after two and a half years: a quarter, not the three quarters or all of those followed."""
    rows = [(DAY(2001, 1, 1), "agreement", y) for y in (2003, None, None, None)]
    assert Times.of(crosswalk.timed(episodes(*rows), None)).returns(crosswalk.grid((60,)))[0][60] == pytest.approx(0.25)


def test_an_end_after_the_last_year_followed_says_nothing_of_returns():
    frame = episodes((DAY(2001, 6, 1), "agreement", None), (DAY(2001, 1, 1), "agreement", None))
    got = crosswalk.timed(frame, DAY(2001, 7, 1))  # the year 2000 is the last that has passed
    assert (got["r"] < 0).all()
    assert Times.of(got).returns(crosswalk.grid((12,)))[0].tolist() == [0] * 13


@pytest.mark.parametrize(("day", "year"), [(DAY(1995, 12, 30), 1994), (DAY(1995, 12, 31), 1995), (None, RECURRENCE_TO)])
def test_a_year_is_known_when_it_has_passed(day, year):
    assert recurrence_followed_to(day) == year


def by_calendar_years(ending):
    """Return {calendar years after the end: chance of activity again} from curves.csv."""
    rows = pl.read_csv(BytesIO(table_text("curves.csv").encode())).filter(
        pl.col("table") == "episodes", pl.col("class") == f"ending={ending}", pl.col("event") == "conflict active again"
    )
    return {round(d / 365): p for d, p in rows.select("days", "probability").iter_rows()}


def kaplan_meier(rows, at):
    """Return the share returned by a time from (time, returned), plainly."""
    alive = 1.0
    for t in sorted({t for t, back in rows if back and t <= at}):
        alive *= 1 - sum(back and u == t for u, back in rows) / sum(u >= t for u, _ in rows)
    return 1 - alive


@pytest.mark.parametrize("ending", SETTLED)
def test_returns_agree_with_the_curve_by_calendar_year(ending):
    """The curve of curves.csv counts calendar years, this one days to 1 July of the year of return.

    A return in the n-th calendar year after that of the end comes (n - 1/2) to (n + 1/2) years after the end: after n
    years of days at least all returns of n - 1 calendar years are in, and at most those of n.
    """
    curve = Times.of(outside_methods.sample(None, [60]).whole).returns(crosswalk.grid((60,)))[SETTLED.index(ending)]
    years = by_calendar_years(ending)
    for n in (2, 3):
        assert years[n - 1] - 1e-3 <= curve[12 * n] <= years[n] + 1e-3, n
    four = kaplan_meier(calendar_years(ending), 4)
    assert four - 1e-9 <= curve[60] <= years[5] + 1e-3
    assert kaplan_meier(calendar_years(ending), 5) == pytest.approx(years[5], abs=1e-4)


def calendar_years(ending):
    """Return (calendar years followed, returned) of each case that ended so."""
    cases = read_cases("episodes").filter(pl.col("ending") == ending)
    return [
        ((back or RECURRENCE_TO) - end.year, back is not None)
        for end, back in cases.select("end", "resumed").iter_rows()
    ]


@pytest.mark.parametrize("ending", SETTLED)
def test_returns_are_kaplan_meier_of_the_committed_cases(ending):
    """Computed plainly from the table of cases, without the arrays of the package."""
    last, rows = DAY(RECURRENCE_TO, 12, 31), []
    for end, back in read_cases("episodes").filter(pl.col("ending") == ending).select("end", "resumed").iter_rows():
        returned = returned_on(end, back)
        rows.append((((returned or last) - end).days, returned is not None))
    curve = Times.of(outside_methods.sample(None, [60]).whole).returns(crosswalk.grid((60,)))[SETTLED.index(ending)]
    for months in (12, 24, 60):
        assert curve[months] == pytest.approx(kaplan_meier(rows, months * DAYS_PER_MONTH), abs=1e-12)
    assert 0.15 < curve[60] < 0.45  # of agreements and ceasefires most still held after five years


def test_the_outside_view_is_what_was_concluded_less_what_broke_computed_plainly():
    """Of all episodes: settlements by day of the month less those back by then, summed over months one by one."""
    months, frame = 60, read_cases("episodes")
    f = outside_forecast(None, [months], draws=1)
    times = Times.of(crosswalk.timed(frame, None))
    force = 0.0
    for k, ending in enumerate(SETTLED, 1):
        ends = [plain_incidence(times, k, m * DAYS_PER_MONTH) for m in range(months + 1)]
        last, rows = DAY(RECURRENCE_TO, 12, 31), []
        for end, back in frame.filter(pl.col("ending") == ending).select("end", "resumed").iter_rows():
            returned = returned_on(end, back)
            rows.append((((returned or last) - end).days, returned is not None))
        gone = [kaplan_meier(rows, m * DAYS_PER_MONTH) for m in range(months + 1)]
        new = [ends[0], *(b - a for a, b in pairwise(ends))]
        force += sum(new[m] * (1 - gone[months - m]) for m in range(months + 1))
    c = f.clusters
    assert f.end_probability[0, f.ends.index("peace")] == pytest.approx((c * force + 1 / 3) / (c + 1), abs=1e-9)


def plain_incidence(times, cause, at):
    """Return the Aalen-Johansen incidence of a cause by a day, from its definition."""
    alive, total = 1.0, 0.0
    for t in np.unique(times.t[(times.k > 0) & (times.t <= at)]):
        risk = (times.t >= t).sum()
        total += alive * ((times.t == t) & (times.k == cause)).sum() / risk
        alive *= 1 - ((times.t == t) & (times.k > 0)).sum() / risk
    return total


def test_endings_are_in_the_order_of_their_causes():
    assert ENDINGS[: len(SETTLED)] == SETTLED
