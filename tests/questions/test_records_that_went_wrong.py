"""Event records that went wrong, as the field writes them, and files damaged anew: what is now done with each."""

import random
from importlib import resources
from pathlib import Path

import pytest
from support.damaged import damaged

import peacetalks as pt
from peacetalks.cli import main
from peacetalks.questions.events import acts, place, record

CASES = Path(__file__).parents[1] / "cases" / "events"
NAME = "russia-ukraine-2025"
READ = {  # file -> (date, precision, act, source) of its first event
    "bom_events": ("2025-03-11", "day", "decline", "Reuters 2025"),
    "events_bom": ("2025-03-13", "day", "cameo:12", "machine-coded feed 2025"),
    "events_compact_date": ("2025-03-13", "day", "cameo:12", "machine-coded feed 2025"),
    "events_month_precision": ("2025-03", "month", "cameo:12", "date precision month"),
    "dup_events": ("2025-03-11", "day", "decline", "Reuters 2025"),
    "multiline_events": ("2025-03-11", "day", "decline", "Reuters\n\n# not a comment\n2025"),
}


@pytest.fixture(scope="module")
def ukraine():
    s = pt.load(NAME)
    return s, acts(), pt.build(s)


@pytest.mark.parametrize("name", READ)
def test_a_case_that_is_read(name, ukraine):
    s, table, game = ukraine
    found = record(NAME, CASES / f"{name}.csv").check(s)
    e = found.event[0]
    assert (e.when, e.precision, e.act, e.source) == READ[name]
    first = place(found, table, game, s)[0]
    assert (first.month, first.seen.moves) == (0, ("decline", "reject"))


REFUSED = {
    "events_latin1": ["line 7: 0xe8, in Windows-1252 'è'", "save it as UTF-8"],
    "latin1_events": ["line 6: 0xe9, in Windows-1252 'é'", "save it as UTF-8"],
    "events_semicolon": [
        "line 6: unknown column 'event_date' (did you mean 'date'?)",
        "'actor1' (did you mean 'actor'?)",
        "'event_type' (did you mean 'act'?)",
        "'actor2' (did you mean 'target'?)",
        "Columns are id, date, precision, actor, act, target, source",
    ],
    "events_unquoted_comma": ["line 7 has 6 cells, but there are 5 columns", 'needs quotes around it ("a, b")'],
    "extra_cells_events": ["line 6 has 7 cells, but there are 5 columns", "'boo', 'bar'"],
    "nulbyte_events": ["line 6, column 15 holds the control character U+0000 (NUL"],
    "nocols_events": ["line 5: no column 'source'"],
    "after_events": [
        "the event of 2025-06-11 (decline, line 6) is dated after the scenario's date 2025-05-20",
        "nothing later may enter",
    ],
    "events_cameo_codes": [
        "line 7: '13y' is no code of CAMEO (did you mean '13' (Threaten)?)",
        "line 8: '36' is no code of CAMEO: without its leading zero? (did you mean '036' (Express intent to meet",
        "line 9: '57' is no code of CAMEO: without its leading zero? (did you mean '057' (Sign formal agreement)?)",
        "line 10: '12' may be a code that lost its leading zero, as others here did: write '012' (Make pessimistic",
        "or '120' (Reject, not specified below)",
        "line 11: '12.0' is a number, not a code of CAMEO (did you mean '012' (Make pessimistic comment)",
        "or '12' (Reject)?)",
    ],
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_case_that_is_refused(name, ukraine):
    with pytest.raises(pt.SpecError) as e:
        record(NAME, CASES / f"{name}.csv").check(ukraine[0])
    for words in REFUSED[name]:
        assert words in str(e.value)


def test_an_actor_that_is_not_known_is_listed_with_the_name_meant(ukraine):
    s, table, game = ukraine
    [only] = place(record(NAME, CASES / "unknownactor_events.csv").check(s), table, game, s)
    assert only.seen is None
    assert only.reason == "not modelled: 'Ukrane' is not a player of the game (did you mean 'Ukraine'?)"


def test_each_case_is_tested():
    assert {p.stem for p in CASES.glob("*.csv")} == {*READ, *REFUSED, "unknownactor_events"}


def test_a_refused_file_ends_with_code_2_before_anything_is_solved(capsys, monkeypatch):
    monkeypatch.setattr("peacetalks.questions.account_filter.solve_scenario", lambda *_, **__: pytest.fail("solved"))
    with pytest.raises(SystemExit) as e:
        main(["infer", NAME, "--events", str(CASES / "events_cameo_codes.csv")])
    assert e.value.code == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "'36' is no code of CAMEO" in said
    assert "Traceback" not in said


def test_lines_of_repeated_events_are_named(ukraine):
    s, table, game = ukraine
    placed = place(record(NAME, CASES / "dup_events.csv").check(s), table, game, s)
    assert [p.reason for p in placed] == ["", *["the same event as line 6, which counts once"] * 2]


BITS = [
    *(
        b"\xff",
        b"\x00",
        b"\xef\xbb\xbf",
        b'"',
        b"'",
        b",",
        b";",
        b"\t",
        b"\n",
        b"\r",
        b"#",
        b"[",
        b"]",
        b"{",
        b"=",
        b"\x1b[31m",
    ),
    *(
        b"0",
        b"9" * 400,
        b"1e999",
        b"-1",
        b"nan",
        b"2025-13-45",
        b"0000-00-00",
        b"20250313",
        b"2025-03",
        b"2025-05",
        b"x",
    ),
    *(b"cameo:", b"plover:", b"cameo:12.0", b"cameo:1211", b"[/x]", b"Russia", b"decline", b"none", b" ", b"walk out"),
    *(b"# start = 1\n", b"# opening = { a = [1] }\n", b"# complete = [1]\n", b"\xe9", "\u202e".encode(), "é".encode()),
]


def test_five_hundred_damaged_files_are_read_or_refused(tmp_path, ukraine):
    s, table, game = ukraine
    rng, said = random.Random(12), []
    files = [(CASES / f"{name}.csv").read_bytes() for name in READ]
    toml = (resources.files("peacetalks.scenario") / "bundled" / NAME / "events.toml").read_bytes()
    toml = toml[: toml.index(b"[[event]]", 3000)]
    for k in range(500):
        path = tmp_path / ("e.toml" if k % 5 == 0 else "e.csv")
        path.write_bytes(damaged(toml if k % 5 == 0 else rng.choice(files), rng, BITS, 2, 20))
        try:
            found = record(NAME, path).check(s)
        except pt.SpecError as e:
            said.append(str(e))
            continue
        assert len(place(found, table, game, s)) == len(found.event)
    assert 250 < len(said) < 450  # the others are read
    assert max(map(len, said)) < 4_000
