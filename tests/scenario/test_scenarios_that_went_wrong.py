"""Every scenario of `tests/cases/scenarios`, each of which once ended in a traceback, with what is now done."""

import datetime as dt
from pathlib import Path

import pytest

import peacetalks as pt
from peacetalks.scenario.accounts import accounts, apply
from peacetalks.scenario.quantity import Number
from peacetalks.text_files import SHOWN

CASES = Path(__file__).parents[1] / "cases" / "scenarios"
REFUSED = {
    "ctrl_label": "sides.1.label holds the control character U+001B (escape: a terminal would obey it) at character 15",
    "deep": "line 1, column 105: more than 100 tables or lists within one another; take some out",
    "dist_table": "battlefield.front: no distribution is called {}; known: normal, lognormal, logitnormal, beta, "
    "uniform",
    "hugeint": "line 41, column 19: a number of 401 digits; write it shorter (1e9)",
    "longlabel": f"sides.1.label: String should have at most 200 characters, got '{'a' * 199}... (20,002 characters)",
    "manydigits": "line 40, column 13: a number of 5,000 digits; write it shorter (1e9)",
}
READ = {
    "colombia-2012": "Government of Colombia",
    "markup_label": "UNC [/north]",
    "markup_type": "United Nations Command",
    "swallow_label": "UNC [north]",
    "markup_title_audit/mini": "United Nations Command",
}


def test_no_case_is_left_out():
    assert {str(p.relative_to(CASES))[:-5] for p in CASES.rglob("*.toml") if len(p.relative_to(CASES).parts) < 3} == {
        *REFUSED,
        *READ,
    }


@pytest.mark.parametrize("name", REFUSED)
def test_a_scenario_that_is_refused(name):
    with pytest.raises(pt.SpecError) as e:
        pt.load(CASES / f"{name}.toml")
    assert str(e.value).startswith(f"{CASES}/{name}.toml: {REFUSED[name]}")
    assert len(str(e.value)) < len(str(CASES)) + 3 * SHOWN


@pytest.mark.parametrize("name", READ)
def test_a_scenario_that_is_read_as_it_is_written(name):
    found = pt.load(CASES / f"{name}.toml")
    assert found.sides[0].label == READ[name]
    if name == "markup_type":
        assert list(found.sides[0].types) == ["hard [/]", "irresolute"]
    if name == "markup_title_audit/mini":
        assert found.title == "[/draft] Korea: armistice talks open, July 1951"


def test_the_files_beside_a_scenario_are_read():
    path = CASES / "markup_title_audit" / "mini.toml"
    base, found = pt.load(path), accounts(path)
    assert [a.name for a in found] == ["hawk", "slow"]
    assert [apply(a, base).digest == base.digest for a in found] == [False, False]


@pytest.fixture
def korea():
    return pt.load("korea-1951")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"periods": 3.0}, lambda s: s.periods), ({"talks.offers": 3.0}, lambda s: s.talks.offers)],
)
def test_whole_floats_are_whole_numbers(korea, change, field):
    found = field(pt.patch(korea, change))
    assert (found, type(found)) == (3, int)


TERMS = {"label": "x", "held_by": 1, "worth_1": 0.1, "worth_2": 0.1, "terms": [0.5, 0.25, 0.5]}
DEAL = {"by": [1.0, 1], "cost": 0.1, "detection": 0.1, "shift": 0.1}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"periods": 3.5}, "periods: a whole number is expected, got 3.5"),
        ({"periods": True}, "periods: a whole number is expected, got True"),
        ({"periods": "3"}, "periods: a whole number is expected, got '3'"),
        ({"periods": float("nan")}, "periods: a whole number is expected, got nan"),
        ({"periods": 10**30}, f"periods: Input should be less than or equal to 600, got {10**30}"),
        (
            {"periods": 10**400},
            f"periods: beyond what a number can hold (1.8e308), got 1{'0' * 199}... (401 characters)",
        ),
        ({"deal": DEAL | {"by": [True]}}, "deal.by.1: a whole number is expected, got True"),
        ({"deal": DEAL}, "deal: by names side 1 twice; keep one"),
        ({"linked": TERMS}, "linked: terms lists 0.5 twice; keep one"),
        ({"reference_classes": ["a=1", " a=1"]}, "reference_classes lists 'a=1' twice; keep one"),
        ({"as_of": 0}, "as_of: 0 is no"),
        ({"title": "a\nb"}, "title: a name on one line is expected, got 'a\\nb'"),
        ({"sides.2.label": " "}, "sides.2.label: a name on one line is expected, got ' '"),
        ({"sides.2.label": "a\x9bb"}, "sides.2.label holds the control character U+009B at character 2; remove it"),
        (
            {"sides.1.types." + "a" * 300: {"share": 0, "war_cost": 0}},
            "String should have at most 200 characters, got 'aaa",
        ),
        ({"summary": 5}, "summary: Input should be a valid string, got 5"),
        ({"a" * 500: 1}, f"{'a' * 200}... (500 characters): unknown key"),
        ({"sides.²": 1}, "patch 'sides.²': '²' must be a number from 1 to 2"),
        ({"sides." + "9" * 5000: 1}, "(5,002 characters) must be a number from 1 to 2"),
        ({"battlefield.front": {"x" * 500: 1}}, f"got {'x' * 200}... (500 characters)"),
        ({"battlefield.front": "x" * 500}, f"got '{'x' * 199}... (502 characters)"),
        ({"battlefield.front": {"dist": ["normal"]}}, "no distribution is called ['normal']"),
        ({"battlefield.front": {"low": {}, "mode": 1, "high": 1}}, "low: a finite number is expected, got {}"),
        ({"battlefield.front": {"value": "1"}}, "value: a finite number is expected, got '1'"),
        (
            {"battlefield.front": {"dist": "normal", "mean": 0.5, "sd": True}},
            "sd: a finite number is expected, got True",
        ),
    ],
)
def test_a_value_that_no_scenario_may_hold(korea, change, message):
    with pytest.raises(pt.SpecError) as e:
        pt.patch(korea, change)
    assert message in str(e.value)
    assert len(str(e.value)) < 4 * SHOWN


@pytest.mark.parametrize(
    "raw",
    [
        {"low": -1e308, "mode": 0, "high": 1e308},
        {"dist": "lognormal", "median": 1e300, "sigma": 100},
        {"dist": "normal", "mean": 1e308, "sd": 1e308},
    ],
)
def test_a_distribution_that_floats_cannot_hold(raw):
    with pytest.raises(ValueError, match=r"the distribution reaches beyond what a number can hold \(1.8e308\)"):
        Number.parse(raw)


def test_a_number_that_no_float_holds():
    with pytest.raises(ValueError, match=r"value: beyond what a number can hold \(1.8e308\), got 1000"):
        Number.parse({"value": 10**400})


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("x" * 5000, f"no bundled scenario is called '{'x' * 199}... (5,002 characters)"),
        ("x" * 5000 + ".toml", "cannot be read (File name too long)"),
        ("a\0.toml", "a\\x00.toml: cannot be read (embedded null byte)"),
        ("\x1b[31m.toml", "no file '\\x1b[31m.toml'"),
    ],
)
def test_a_name_that_no_file_can_have(name, message):
    with pytest.raises(pt.SpecError) as e:
        pt.load(name)
    assert message in str(e.value)
    assert "\x1b" not in str(e.value)


def test_a_date_that_is_written_as_a_text_is_a_date(korea):
    assert pt.patch(korea, {"as_of": "1951-07-11"}).as_of == dt.date(1951, 7, 11)


def test_files_beside_a_scenario_come_through_the_same_reader(tmp_path):
    (tmp_path / "mini" / "accounts").mkdir(parents=True)
    here = CASES / "markup_title_audit"
    text = (here / "mini" / "accounts" / "hawk.toml").read_text(encoding="utf-8")
    file = tmp_path / "mini" / "accounts" / "hawk.toml"
    file.write_bytes(text.encode("utf-16"))
    assert [a.name for a in accounts(tmp_path / "mini.toml")] == ["hawk"]
    file.write_bytes(text.replace("A reading", "Une idée").encode("latin-1"))
    with pytest.raises(pt.SpecError, match=r"hawk.toml: cannot be read as UTF-8 text \(byte 29, line 2: 0xe9"):
        accounts(tmp_path / "mini.toml")
    file.write_text(text.replace("because", "be\\u001bcause"), encoding="utf-8")
    with pytest.raises(pt.SpecError, match=r"hawk.toml: change.1.reason holds the control character U\+001B"):
        accounts(tmp_path / "mini.toml")
    file.write_text(text.replace("battlefield.decisive", "a" * 201), encoding="utf-8")
    with pytest.raises(pt.SpecError, match=r"change.1.path: String should have at most 200 characters, got 'aaa"):
        accounts(tmp_path / "mini.toml")
