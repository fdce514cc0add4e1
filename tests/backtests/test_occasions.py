"""What is asked, of whom, and what is left out: by hand on small tables, by count on the committed ones."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from peacetalks.backtests.occasions import (
    FATE,
    HOW,
    NEVER,
    PAST,
    ceasefires,
    day_number,
    episodes,
    occasions,
    processes,
)
from peacetalks.evidence.tables import read_cases


def truces(*rows):
    """Rows are (start, end, seen, ending)."""
    dates = {"start": pl.Date, "end": pl.Date, "seen": pl.Date}
    frame = pl.DataFrame(
        [dict(zip((*dates, "ending"), r, strict=True)) for r in rows], schema={**dates, "ending": pl.String}
    )
    return frame.with_columns(
        id=pl.int_range(pl.len()),
        name=pl.lit("X"),
        cluster=pl.lit("X"),
        side=pl.lit("bilateral"),
        fixed_term=pl.lit(0),
        mediated=pl.lit(1),
    )


START = date(2000, 1, 1)


@pytest.mark.parametrize(
    ("end", "seen", "ending", "outcome", "reason"),
    [
        (date(2000, 1, 31), None, "terminated", 1, ""),  # on day 30 itself
        (date(2000, 2, 1), None, "terminated", 0, ""),
        (date(2000, 1, 5), None, "expired", 0, ""),
        (date(2000, 1, 5), None, "superseded", 0, ""),
        (date(2000, 1, 5), None, None, -1, HOW),
        (date(2000, 6, 1), None, None, 0, ""),  # how it ended is unknown, but it had lasted
        (None, date(2020, 12, 31), "still_on", 0, ""),
        (None, None, "terminated", -1, FATE),  # broken, nobody knows when
        (None, None, None, -1, FATE),
        (None, None, "never_in_force", -1, NEVER),
    ],
)
def test_a_truce_after_thirty_days(end, seen, ending, outcome, reason):
    o = ceasefires(truces((START, end, seen, ending)))[1]
    assert o.question.horizon == "30 days"
    assert (o.outcome[0], o.reason[0]) == (outcome, reason)
    assert o.known[0] - o.made[0] == 30


def test_horizons_past_the_data_are_not_no():
    o = ceasefires(truces((date(2020, 12, 20), None, date(2020, 12, 31), "still_on")))
    assert [x.reason[0] for x in o] == ["", PAST, PAST, PAST]
    assert [x.outcome[0] for x in o] == [0, -1, -1, -1]


def test_bounds_fill_what_nobody_recorded_and_nothing_else():
    o = ceasefires(
        truces(
            (START, None, None, None),
            (START, date(2000, 1, 5), None, "terminated"),
            (date(2020, 12, 30), None, date(2020, 12, 31), "still_on"),
        )
    )[1]
    assert o.bound(1).outcome.tolist() == [1, 1, -1]
    assert o.bound(0).outcome.tolist() == [0, 1, -1]


def test_the_share_recorded_as_broken_is_that_of_the_committed_bounds():
    """The lower bounds of evidence's own table, of all ceasefires with an exact first day (2,001)."""
    frame = read_cases("ceasefires")
    for o, share in zip(ceasefires(frame), (0.031, 0.045, 0.054, 0.067), strict=True):
        broken = (pl.col("end") - pl.col("start")).dt.total_days() <= int(o.question.horizon.split()[0])
        every = frame.filter((pl.col("ending") == "terminated") & broken).height
        assert every / 2001 == pytest.approx(share, abs=0.0006)
        assert (o.outcome == 1).sum() <= every
        assert o.made.size == 2001


def wars(*rows):
    """Rows are (start, end, ending, war_year)."""
    frame = pl.DataFrame(
        [dict(zip(("start", "end", "ending", "war_year"), r, strict=True)) for r in rows],
        schema={"start": pl.Date, "end": pl.Date, "ending": pl.String, "war_year": pl.Int64},
    )
    return frame.with_columns(
        id=pl.int_range(pl.len()), name=pl.lit("X"), cluster=pl.lit("X"), war_type=pl.lit("intrastate")
    )


def question(frame, key):
    return next(o for o in episodes(frame) if o.question.key == key)


def test_a_war_is_asked_about_while_it_is_believed_to_go_on():
    won = wars((date(2000, 6, 1), date(2002, 3, 1), "victory_a", 2001))
    o = question(won, "conflict-ends-1y")
    assert o.made.tolist() == [day_number(date(y, 1, 1)) for y in (2001, 2002)]
    assert o.outcome.tolist() == [0, 1]
    assert o.classes.tolist() == ["civil, minor, first year", "civil, war, 1 to 3 years"]  # the war year was not known
    faded = wars((date(2000, 6, 1), date(2002, 3, 1), "low_activity", 2001))
    o = question(faded, "conflict-ends-1y")
    assert o.made.tolist() == [day_number(date(y, 1, 1)) for y in (2001, 2002, 2003)]  # silence is known a year later
    assert o.outcome.tolist() == [0, 1, 1]


def test_how_and_when():
    w = wars(
        (date(1990, 6, 1), date(1995, 3, 1), "agreement", None),
        (date(1990, 6, 1), date(1995, 3, 1), "victory_b", None),
        (date(1990, 6, 1), date(1995, 3, 1), "actor_ceases", None),
        (date(1990, 6, 1), None, None, None),
    )
    first = [0, 1, 2, 3]  # the four on 1 January 1991
    assert question(w, "conflict-how-5y").outcome[first].tolist() == [0, 3, 1, 2]
    assert question(w, "conflict-how-2y").outcome[first].tolist() == [2, 2, 2, 2]
    assert question(w, "conflict-when").outcome[first].tolist() == [2, 2, 2, 3]
    late = question(w, "conflict-ends-5y")
    assert set(late.reason[late.made > day_number(date(2015, 1, 1))]) == {PAST}
    assert (late.known - late.made >= 365 * 6).all()  # that fighting has faded needs a year to be known


def test_processes_by_hand():
    frame = pl.DataFrame(
        {
            "id": [1, 2],
            "name": ["P", "Q"],
            "cluster": ["P", "Q"],
            "level": ["interstate", "intrastate"],
            "start": [date(2000, 1, 1), date(2024, 6, 1)],
            "end": [date(2002, 6, 1), None],
        },
        schema_overrides={"end": pl.Date},
    )
    one, two = processes(frame)
    assert one.outcome[one.name == "P"].tolist() == [0, 0, 1]  # asked at 0, 1 and 2 years
    assert two.outcome[two.name == "P"].tolist() == [0, 1, 1]
    assert one.reason[one.name == "Q"].tolist() == ["", PAST]
    assert two.reason[two.name == "Q"].tolist() == [PAST, PAST]


def test_committed_questions():
    found = {o.question.key: o for o in occasions()}
    assert len(found) == 13
    for o in found.values():
        assert set(np.unique(o.outcome)) <= {-1, *range(len(o.question.labels))}
        assert ((o.outcome == -1) == (o.reason != "")).all()
        assert (o.known >= o.made).all()
        assert (np.diff(o.made) >= 0).all()
    assert found["ceasefire-broken-30d"].made.size == 2001
