"""Files of public acts: delimited text, dates, codes, and that nothing counts twice."""

import datetime as dt

import pytest
from support.records import ASK, D1, D2, D3, events
from support.tiny import KPA, UN, tiny

import peacetalks as pt
from peacetalks.equilibrium.belief_filter import Filter
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.pages.infer_page import infer_page
from peacetalks.questions import event_csv
from peacetalks.questions.events import Acts, Event, acts, place, record
from peacetalks.questions.filter_record import RecordFilter
from peacetalks.questions.infer import infer

HEAD = '# scenario = "korea-1951"\n# start = 1951-05-10\n# summary = "none"\n# hindsight = "none"\n'


@pytest.fixture(scope="module")
def base():
    return tiny()


@pytest.fixture(scope="module")
def solved(base):
    return solve_scenario(base, 3)


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a record for korea-1951 below the head and reads it."""

    def run(rows, name="events.csv", head=HEAD):
        path = tmp_path / name
        path.write_bytes((head + rows).encode() if isinstance(rows, str) else head.encode() + rows)
        return record("korea-1951", path)

    return run


def refusal(call, *args):
    with pytest.raises(pt.SpecError) as e:
        call(*args)
    return str(e.value)


# -- delimited text --------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "marked"])
def test_delimiters_line_ends_and_marks_read_alike(delimiter, end, mark, tmp_path):
    rows = [
        ["date", "actor", "act", "source"],
        ["1951-05-20", UN, ASK, '"a, b; c\t""d"""'],
        ["19510620", KPA, "decline", "x y z"],
    ]
    text = HEAD + "".join(delimiter.join(row) + "\n" for row in rows)
    path = tmp_path / "events.csv"
    path.write_bytes((mark + text.replace("\n", end)).encode())
    found = record("korea-1951", path)
    assert [(e.date, e.actor, e.act, e.source) for e in found.event] == [
        (D1, UN, ASK, 'a, b; c\t"d"'),
        (D2, KPA, "decline", "x y z"),
    ]
    assert [e.place(i) for i, e in enumerate(found.event)] == ["line 6", "line 7"]


def test_bad_rows_are_all_named_with_their_lines(written):
    rows = "".join(f"{d},{UN},{ASK},a test\n" for d in ("3/13/1951", "1951-05-20", "1951", ""))
    said = refusal(written, "date,actor,act,source\n" + rows)
    assert "line 6: date: '3/13/1951' is no date of the form YYYY-MM-DD: did you mean 1951-03-13?" in said
    assert "line 8: date: '1951' is no date" in said
    assert "line 9: date: missing, but required" in said
    assert "line 7" not in said
    many = refusal(written, "date,actor,act,source\n" + f"soon,{UN},{ASK},a test\n" * 30)
    assert "and 10 more rows" in many


def test_long_cells_are_read_and_not_repeated(written):
    long = "x" * 200_000
    assert written(f"date,actor,act,source\n1951-05-20,{UN},{ASK},{long}\n").event[0].source == long
    assert len(refusal(written, f"date,actor,act,source\n{long},{UN},{ASK},a test\n")) < 500


def test_the_head_stands_above_the_columns(written):
    rows = f"date,actor,act,source\n1951-05-20,{UN},{ASK},a test\n"
    assert "line 7: complete belongs to the head" in refusal(written, rows + "# complete = [1]\n")
    assert "line 7: state belongs to the head" in refusal(written, rows + "# [[state]]\n")
    assert written(rows + "# a remark = none\n").event == written(rows).event  # a comment
    quoted = written(f'date,actor,act,source\n1951-05-20,{UN},{ASK},"a test\n# complete = [1]\n"\n')
    assert quoted.event[0].source == "a test\n# complete = [1]"  # within quotes it is text
    said = refusal(written, rows, "events.csv", "# start = 1951-05-10\n\n# scenario = \n# summary = 1\n")
    assert "the head (lines that begin with #): not valid TOML" in said
    assert "at line 3" in said  # of the file


def test_columns_of_other_names_and_double_columns(written):
    said = refusal(written, "SQLDATE,Actor1Name,EventCode,Actor2Name,SOURCEURL,lat\n19510520,a,b,c,d,1\n")
    for theirs, ours in (("SQLDATE", "date"), ("Actor1Name", "actor"), ("EventCode", "act"), ("SOURCEURL", "source")):
        assert f"unknown column '{theirs}' (did you mean '{ours}'?)" in said
    assert "unknown column 'lat'" in said
    assert "no column" not in said  # each needed one is there under another name
    assert "two columns are called 'act'" in refusal(written, "date,actor,act,act,source\n1951-05-20,a,b,c,d\n")


def test_records_are_bounded_before_they_are_read(written, monkeypatch, base):
    rows = f"date,actor,act,source\n1951-05-20,{UN},{ASK},a test\n"
    monkeypatch.setattr(event_csv, "MOST_EVENTS", 2)
    assert "3 events, at most 2 are read" in refusal(written, rows + rows.split("\n")[1] + "\n" + rows.split("\n")[1])
    monkeypatch.setattr(event_csv, "MOST_BYTES", 100)
    monkeypatch.setattr(event_csv, "read_text", lambda *_: pytest.fail("read"))
    assert "more than 100: no record of the acts" in refusal(written, rows)
    assert "more than 100: no record of the acts" in refusal(written, "#" * 200, "events.toml")
    said = refusal(events(start=dt.date(1851, 7, 10)).check, base)
    assert "the record covers 1,200 months from 1851-07-10, at most 600" in said


# -- dates ---------------------------------------------------------------------------------------------


def test_a_month_is_taken_in_the_month_of_the_record_that_holds_most_of_it(base):
    s = base.model_copy(update={"as_of": dt.date(1951, 9, 10)})
    halves = events(("1951-06", UN, ASK), start=dt.date(1951, 5, 16)).check(s)
    assert halves.month_of(halves.event[0], s) == 1  # 15 and 15 days: the later one
    r = events(("1951-06", KPA, "decline"), (D3, UN, ASK), (dt.date(1951, 7, 9), UN, ASK)).check(s)
    placed = place(r, acts(), pt.build(s), s)
    assert [(p.event.when, p.month) for p in placed] == [("1951-06-25", 1), ("1951-07-09", 1), ("1951-06", 1)]


@pytest.mark.parametrize(
    ("month", "words"), [("1951-07", "after the scenario's date"), ("1951-05", "before the record's start")]
)
def test_a_month_that_reaches_beyond_the_record_needs_its_day(month, words, base):
    said = refusal(events((month, UN, ASK)).check, base)
    assert f"the event of {month} (ask for a ceasefire, event 1) is dated {words}" in said
    assert "in part; give the day (YYYY-MM-DD)" in said


def test_dates_in_toml(written):
    head = HEAD.replace("# ", "")
    row = '[[event]]\nid = 7\ndate = {}\nactor = "a"\nact = "talk"\nsource = "a test"\n'
    for date in ("1951-06-20", '"1951-06-20"', "19510620", '"19510620"'):
        e = written(row.format(date), "e.toml", head).event[0]
        assert (e.date, e.precision, e.id) == (D2, "day", "7")
    for text in (row.format('"1951-06"'), row.format("1951-06-20") + 'precision = "month"\n'):
        e = written(text, "e.toml", head).event[0]
        assert (e.when, e.precision, e.last_day) == ("1951-06", "month", dt.date(1951, 6, 30))
    assert "event.1.date: 1741824000 is no date" in refusal(written, row.format("1741824000"), "e.toml", head)
    said = refusal(written, row.format('"1951-06"') + 'precision = "day"\n', "e.toml", head)
    assert "leave `precision` out" in said
    state = '[[state]]\ndate = "1951-06"\nknown = { regime = ["talks"] }\nsource = "a test"\n'
    assert "is a month, and a day is needed here" in refusal(written, state, "e.toml", head)
    assert "start: '10.5.1951' is no date" in refusal(written, "", "e.toml", head.replace("1951-05-10", '"10.5.1951"'))


def test_a_record_survives_a_round_trip_through_json():
    r = events(("1951-06", UN, ASK), (D2, KPA, "decline"))
    assert type(r).model_validate_json(r.model_dump_json()) == r


# -- nothing counts twice --------------------------------------------------------------------------


def test_the_same_event_twice_counts_once_and_is_listed(base, solved):
    once = RecordFilter(events((D1, UN, ASK), (D2, KPA, "walk out")).check(base), acts(), base).run(Filter(solved))
    twice = events((D1, UN, ASK), (D2, KPA, "walk out"), (D2, KPA, "walk out"), (D1, UN, ASK)).check(base)
    found = RecordFilter(twice, acts(), base).run(Filter(solved))
    assert found.log_likelihood == once.log_likelihood
    assert found.posterior == once.posterior
    reasons = {(e.placed.event.act, e.reason) for e in found.events if not e.used}
    assert reasons == {
        (ASK, "the same event as event 1, which counts once"),
        ("walk out", "the same event as event 2, which counts once"),
    }


def test_infer_shows_a_repeated_event_among_those_not_used(base):
    walk = (D2, KPA, "walk out", "none", "both")
    r = events((D1, UN, ASK), (D1, UN, ASK), walk, walk, ("1951-06", KPA, "cameo:163"))
    i = infer(base, r, acts(), belief_points=2, method="none", dates=(2,))
    d = i.to_dict()
    assert (len(d["filter"]), len(d["not_used"])) == (5, 2)
    assert [x["reason"] for x in d["not_used"]] == [
        "the same event as event 1, which counts once",
        "the same event as event 3, which counts once",
    ]
    assert len(d["codings"]) == 1  # the repeated one is disputed once
    last = d["filter"][-1]
    assert (last["date"], last["precision"], last["month"]) == ("1951-06", "month", 2)
    assert "in version 1.1b3 of CAMEO it is: Impose embargo" in last["remark"]
    assert {x["precision"] for x in d["filter"][:-1]} == {"day"}
    beliefs = next(s for s in infer_page(i).sections if s.title == "What is believed after each event")
    assert "1951-06 (month)" in [row[0] for row in beliefs.rows]
    assert beliefs.notes == (f"1951-06 cameo:163: {last['remark']}.",)


def test_an_opening_that_no_state_can_have_is_refused(base, solved):
    for opening in ({"level": [1]}, {"level": {"a": 1}}, {"a b": 1}, {"_x": 1}):
        with pytest.raises(pt.SpecError, match="the record's opening does not fit the public state"):
            RecordFilter(events(opening=opening).check(base), acts(), base).run(Filter(solved))


def row(**more):
    return Event.model_validate({"date": D1, "actor": UN, "act": ASK, "source": "a test", **more})


def test_what_is_the_same_event():
    of = lambda *rows: events().model_copy(update={"event": [row(**r) for r in rows]}).repeated()
    assert of({}, {}) == {1: 0}
    assert of({}, {"source": "another"}) == {}  # two reports may be of two acts
    assert of({"id": "7"}, {"id": "7", "source": "another"}) == {1: 0}
    assert of({"id": "7"}, {"id": "8"}) == {}  # the ids say that there were two
    assert of({"id": "7"}, {}) == {1: 0}
    assert of({"date": "1951-05"}, {"date": dt.date(1951, 5, 1)}) == {}  # a month is not its first day
    said = refusal(of, {"id": "7"}, {"id": "7", "act": "decline"})
    assert "event 2 and event 1 have the id '7', but are not the same event; give each event an id of its own" in said


# -- codes -----------------------------------------------------------------------------------------


def test_codes_of_disputes_are_checked_and_long_lists_cut(base):
    said = refusal(events((D1, UN, "plover:AGREED", "cameo:0", "both")).check, base)
    assert "event 1: 'AGREED' is no event type of PLOVER (did you mean 'AGREE'?)" in said
    assert "event 1: '0' is no code of CAMEO" in said
    assert "and 5 more" in refusal(events(*[(D1, UN, f"cameo:9{k}99") for k in range(10, 35)]).check, base)
    assert events((D1, UN, "cameo:036"), (D1, UN, "plover:demand"), (D1, UN, "cameo:19")).check(base)


def test_a_word_that_is_nearly_one_of_the_table_is_listed_with_it(base):
    rows = [
        (D1, UN, a) for a in ("Decline", "ask for ceasefire", "036", "REJECT", "mediate", "sign a minerals agreement")
    ]
    reasons = [p.reason for p in place(events(*rows).check(base), acts(), pt.build(base), base)]
    meant = ["'decline'", "'ask for a ceasefire'", "'cameo:036'", "'plover:REJECT'"]
    assert [f"(did you mean {m}?)" in r for m, r in zip(meant, reasons, strict=False)] == [True] * 4
    assert [r.count("did you mean") for r in reasons] == [1, 1, 1, 1, 0, 0]


def test_how_a_code_with_two_meanings_is_read_is_said(base):
    r = events((D1, KPA, "cameo:12"), (D2, KPA, "cameo:163"), (D3, KPA, "cameo:036")).check(base)
    said = [p.remark for p in place(r, acts(), pt.build(base), base)]
    assert said == [
        "read as 12 (Reject); if it lost a leading zero, write '012' (Make pessimistic comment)",
        "read as 163 (Halt negotiations); in version 1.1b3 of CAMEO it is: Impose embargo, boycott, or sanctions",
        "",
    ]


def test_tables_of_acts_hold_codes_of_their_scheme_each_once():
    line = {"name": "a", "stage": "table", "moves": ["stall"]}
    with pytest.raises(ValueError, match="'36' is no code of CAMEO"):
        Acts.model_validate({"act": [{**line, "cameo": ["36"]}]})
    with pytest.raises(ValueError, match="'DEMANDS' is no event type of PLOVER"):
        Acts.model_validate({"act": [{**line, "plover": ["DEMANDS"]}]})
    with pytest.raises(ValueError, match="the name 'a' stands in the table twice; keep one"):
        Acts.model_validate({"act": [line, line]})
    with pytest.raises(ValueError, match="the cameo '036' stands in the table twice"):
        Acts.model_validate({"act": [{**line, "cameo": ["036"]}, {**line, "name": "b", "cameo": ["036"]}]})
