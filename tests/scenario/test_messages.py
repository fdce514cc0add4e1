"""What a refusal says: which entry, what was got, and how to mend it; and what a number's distribution gives."""

import math

import pytest

import peacetalks as pt
from peacetalks.scenario.quantity import Number
from peacetalks.scenario.scenario import BUNDLED, from_table, parse
from peacetalks.scenario.validation import SHOWN
from peacetalks.scenario.what_if import setting

Z95 = 1.6448536269514722  # the 95% quantile of the standard normal


@pytest.fixture
def korea():
    return pt.load("korea-1951")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sides.3.label": "C"}, "patch 'sides.3.label': '3' must be a number from 1 to 2"),
        ({"sides.one": {}}, "patch 'sides.one': 'one' must be a number from 1 to 2"),
        ({"talks.open.x": 1}, "patch 'talks.open.x': nothing lies below 'talks.open'"),
        ({"sides.2.label": "United Nations Command"}, "both sides are called 'United Nations Command'"),
        ({"sides.1.types.resolute.shar": 0.1}, r"types.resolute.shar: unknown key \(did you mean 'share'\?\)"),
        ({"sides.1.types.one": {}}, "sides.1.types.one.share: missing, but required"),
        (
            {"ceasefire.in_force": True, "talks.open": False},
            "a ceasefire in force at the start needs talks.open = true",
        ),
    ],
)
def test_a_patch_that_leads_nowhere_or_to_no_scenario(korea, change, message):
    with pytest.raises(pt.SpecError, match=message):
        pt.patch(korea, change)


def test_at_most_five_errors_are_shown_and_unknown_keys_come_first(korea):
    raw = korea.written()
    del raw["battlefield"]
    raw["talks"] |= {f"key{i}": 1 for i in range(SHOWN + 1)}
    with pytest.raises(pt.SpecError) as e:
        from_table(raw, "mine.toml")
    text = str(e.value)
    assert text.startswith("mine.toml: talks.key0: unknown key")
    assert text.count("unknown key") == SHOWN
    assert "; and 2 more. Check with `peacetalks check`" in text


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (True, r"a number is expected \(a point, \{low, mode, high\} or \{dist = ...\}\), got True"),
        ({"value": 1, "source": " "}, "`source` must be a text, got ' '"),
        ({"value": float("inf")}, "a finite number is expected, got inf"),
        ({"low": 1, "high": 2}, "expected value, or low/mode/high, or dist with its parameters; got low, high"),
        ({"low": 2, "mode": 1, "high": 3}, "a range needs low <= mode <= high, got 2, 1, 3"),
        ({"dist": "gamma", "a": 1}, "called 'gamma'; known: normal, lognormal, logitnormal, beta, uniform"),
        ({"dist": "normal", "mean": 1}, "normal needs mean, sd; got mean"),
        ({"dist": "beta", "a": 0, "b": 1}, "beta needs positive parameters, got 0, 1"),
        ({"dist": "logitnormal", "median": 1, "sigma": 1}, "logitnormal needs a median below 1, got 1"),
        ({"dist": "uniform", "low": 2, "high": 1}, "uniform needs low < high, got 2, 1"),
    ],
)
def test_a_number_that_is_none(raw, message):
    with pytest.raises(ValueError, match=message):
        Number.parse(raw)


@pytest.mark.parametrize(
    ("dist", "expected"),
    [
        ({"dist": "lognormal", "median": 2.0, "sigma": 0.1}, (2 * math.exp(-0.1 * Z95), 2 * math.exp(0.1 * Z95))),
        ({"dist": "uniform", "low": 0.0, "high": 10.0}, (0.5, 9.5)),
        ({"low": 0.0, "mode": 0.0, "high": 1.0}, (1 - math.sqrt(0.95), 1 - math.sqrt(0.05))),  # falls: 1 - (1 - x)^2
    ],
)
def test_the_ninety_percent_interval_in_closed_form(dist, expected):
    assert Number.parse(dist).interval(0.9) == pytest.approx(expected, abs=1e-6)


def test_what_ifs_that_cannot_be(korea):
    with pytest.raises(
        pt.SpecError, match=r"sides.1.types.hard.share: no such type; known: sides.1.types.resolute.share"
    ):
        setting(korea, korea, "sides.1.types.hard.share", 0.5)
    one = pt.patch(korea, {"sides.1.types": {"one": {"share": 1.0, "war_cost": 0.01}}})
    with pytest.raises(pt.SpecError, match="cannot change: the side has no other type to take the rest"):
        setting(one, one, "sides.1.types.one.share", 0.5)


@pytest.mark.parametrize("name", ["bundled", "no.json"])
def test_a_path_that_is_no_scenario(tmp_path, name):
    path = tmp_path / name
    if "." in name:
        path.write_text("{}")
        message = r"is not a scenario: its name must end in .toml \(a JSON game: `peacetalks solve-game`\)"
    else:
        path.mkdir()
        message = "is a folder; give a bundled scenario's name or the path of a .toml file"
    with pytest.raises(pt.SpecError, match=message):
        pt.load(path)


def test_a_file_that_is_not_utf_8(tmp_path):
    path = tmp_path / "latin.toml"
    path.write_bytes(b'title = "caf\xe9"\n')
    with pytest.raises(
        pt.SpecError,
        match=r"cannot be read as UTF-8 text \(byte 12, line 1: 0xe9, in Windows-1252 'é'\); save it as UTF-8",
    ):
        pt.load(path)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"kind": "intrastate"}, "conflict.kind: Input should be 'civil' or 'interstate', got 'intrastate' (did you "
         "mean 'civil'?)"),
        ({"kind": "Civil war"}, "got 'Civil war' (did you mean 'civil'?)"),
        ({"kind": "international"}, "(did you mean 'interstate'?)"),
        ({"state": "war"}, "'crisis', got 'war' (did you mean 'fighting'?)"),
        ({"state": "armistice"}, "(did you mean 'truce'?)"),
        ({"state": "figting"}, "(did you mean 'fighting'?)"),
        ({"intensity": "high"}, "'minor' or 'war', got 'high' (did you mean 'war'?)"),
        ({"incompatibility": "regime"}, "(did you mean 'government'?)"),
        ({"start": "15 April 1950"}, "conflict.start: '15 April 1950' is no date of the form YYYY-MM-DD: did you mean "
         "1950-04-15?"),
        ({"start": "1950-06"}, "is a month, and a day is needed here"),
    ],
)  # fmt: skip
def test_a_word_that_may_not_stand_there_gets_the_one_that_was_meant(korea, entries, message):
    with pytest.raises(pt.SpecError) as e:
        pt.patch(korea, {f"conflict.{key}": value for key, value in entries.items()})
    assert message in str(e.value)


def test_a_word_that_means_nothing_gets_no_suggestion(korea):
    with pytest.raises(pt.SpecError) as e:
        pt.patch(korea, {"conflict.state": "xyz"})
    assert "did you mean" not in str(e.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[talks]", "[talk]", "talk: unknown key (did you mean 'talks'?); talks: missing, but required"),
        ("[talks]", "[Negotiations]", "Negotiations: unknown key (did you mean 'talks'?)"),
        ("[battlefield]", "[truces]\nx = 1\n[battlefield]", "truces: unknown key (did you mean 'ceasefire'?)"),
        ("[battlefield]", "[ceasefires]\nx = 1\n[battlefield]", "ceasefires: unknown key (did you mean 'ceasefire'?)"),
        ("[conflict]", "walk = 0.2\n[conflict]", "walk: unknown key here: walk belongs to the table talks"),
        ("[battlefield]", "[battlefield]\nwalk = 0.2", "battlefield.walk: unknown key here: walk belongs to the table"),
        ("[conflict]", '"talks.walk" = 0.2\n[conflict]', "talks.walk: unknown key: write walk below [talks]"),
        ("[battlefield]", "[battlefield]\nqqq = 0.2", "battlefield.qqq: unknown key."),
        ("as_of = 1951-07-10", "as_of = 10.07.1951", "A date is written 2023-04-15."),
        ("as_of = 1951-07-10", "as_of = 1951-7-10", "A date is written 2023-04-15."),
        ("as_of = 1951-07-10", "as_of = 10 July 1951", "A date is written 2023-04-15."),
        ("as_of = 1951-07-10", "as_of = 1951", "as_of: 1951 is no date of the form YYYY-MM-DD"),
        ("as_of = 1951-07-10", "as_of = soon", "Strings need quotes, tables a [header]."),
    ],
)
def test_keys_and_tables_that_stand_in_the_wrong_place(old, new, message):
    text = (BUNDLED / "korea-1951.toml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(pt.SpecError) as e:
        parse(text.replace(old, new, 1), "mine.toml")
    assert message in str(e.value)
