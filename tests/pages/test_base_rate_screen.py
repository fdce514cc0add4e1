"""A base rate on screen and as JSON: how it was understood, the rates beside it, what can be asked."""

import re

import pytest
from support.command_line import run
from support.schemas import fits, fitting

from peacetalks.evidence import base_rate, questions, related_rates
from peacetalks.evidence.browse import browse
from peacetalks.pages.base_rate_screen import base_rate_lines, related_lines
from peacetalks.pages.evidence_page import evidence_page


def lines_of(capsys, *args):
    code, out, err = run(capsys, "evidence", "base-rate", *args)
    assert (code, err) == (0, "")
    return out.splitlines()


def test_other_words_are_said_to_be_understood_and_the_records_own_are_not(capsys):
    first, second, *_ = lines_of(capsys, "Civil war lasts a year!")
    assert first == "Understood as: war does not end within 1 year; class: civil"
    assert second.startswith("Civil war lasts a year!: 86% (95% interval ")
    assert lines_of(capsys, "Interstate war ends within 90 days?")[0].startswith(
        "Interstate war ends within 90 days?: 36%"
    )


def test_every_rate_stands_with_its_interval_and_n():
    r, related = base_rate("interstate war ends within 90 days"), related_rates("interstate war ends within 90 days")
    shown = related_lines(related)
    assert "  Other lengths of time" in shown
    assert "    within 12 months" in "\n".join(shown)
    assert sum("n = " in line for line in shown) == len(related)
    assert all("%" in line for line in shown if "n = " in line)
    assert related_lines([]) == []
    assert base_rate_lines("x", r)[0] == "Understood as: interstate war ends within 90 days"


def test_rates_that_fall_with_time_are_explained():
    shown = related_lines(related_rates("civil war ends within 1 year"))
    assert shown[-1] == "  Each is shrunk to its parent class by itself, so that small ones need not rise with time."


def test_json_fits_its_schema_and_holds_the_rates_beside(capsys):
    asked = ("Truce broken within six months", "--as-of", "2015-01-01", "--json")
    code, out, _ = run(capsys, "evidence", "base-rate", *asked)
    assert code == 0
    printed = fitting("evidence-base-rate", out)
    assert (printed["asked"], printed["question"]) == (asked[0], "ceasefire fails within 6 months")
    assert printed["probability"] == base_rate("ceasefire fails within 6 months", as_of="2015-01-01").probability
    assert {r["relation"] for r in printed["related"]} == {"horizon", "class", "complement", "event"}
    assert not fits("evidence-base-rate", {**printed, "related": [{**printed["related"][0], "n": 0}]})


def test_unknown_is_null_and_fits(capsys):
    _, out, _ = run(capsys, "evidence", "base-rate", "ceasefire lasts 60 years", "--json")
    assert fitting("evidence-base-rate", out)["probability"] is None


def test_an_unknown_question_says_how_all_that_can_be_asked_is_listed(capsys):
    code, out, err = run(capsys, "evidence", "base-rate", "truce on Mars within a year")
    assert (code, out) == (2, "")
    assert err.startswith("peacetalks: no base rate for 'truce on mars'. Did you mean 'ceasefire ")
    assert err.splitlines()[1].endswith("`peacetalks evidence base-rate` by itself lists every event.")


def test_without_a_question_all_that_can_be_asked_is_listed(capsys):
    listed = " ".join(" ".join(lines_of(capsys)).split())
    assert all(name in listed for name in questions())
    assert "crisis fades *" in listed
    code, _, err = run(capsys, "evidence", "base-rate", "--json")
    assert code == 2
    assert "no base rate for ''" in err


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("2020", "'2020' is no date of the form YYYY-MM-DD: "),
        ("15 April 2023", "did you mean 2023-04-15?"),
        ("2023-4-5", "did you mean 2023-04-05?"),
        ("2023-02-30", "is no day of the calendar"),
        ("1023-02-20", "as_of is '1023-02-20': the record can be asked about days from"),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        ("evidence", "base-rate", "truce broken in 1 month"),
        ("evidence", "cases", "wars"),
        ("new", "never.toml", "--conflict", "Sri Lanka"),
        ("forecast", "--conflict", "Sri Lanka"),
    ],
    ids=lambda c: c[-1],
)
def test_a_date_that_is_none_says_what_to_write(capsys, command, day, message):
    code, _, err = run(capsys, *command, "--as-of", day)
    assert code == 2
    assert message in err


def test_the_page_of_an_event_shows_the_bounds_that_it_speaks_of():
    lead = evidence_page(browse("ceasefire fails")).lead
    assert "the bounds are the recorded terminations" in lead[-2]
    assert re.match(r"Bounds: \d+-\d+% within 1 month, ", lead[-1])
    assert not any("bounds" in line.lower() for line in evidence_page(browse("crisis fades")).lead)
