"""Queries without end: what is refused, at which column, and how much of it a message shows."""

import pytest

from peacetalks.errors import QueryError
from peacetalks.questions.query import LONGEST, NAME, parse
from peacetalks.text_files import DEEPEST, SHOWN


def refused(text):
    with pytest.raises(QueryError) as e:
        parse(text)
    return str(e.value)


def test_a_query_is_bounded():
    assert refused("1" * (LONGEST + 1)) == "a query has at most 2,000 characters, got 2,001; make two claims of it"
    words = f"more than {DEEPEST} operations within one another; make the query shorter"
    assert refused("-" * 300 + "1 > 0") == words
    assert refused("+".join(["1"] * 900) + " > 0") == words
    assert parse("+".join(["1"] * 90) + " > 0").compare == ">"
    assert parse("(" * 900 + "1" + ")" * 900 + " > 0").left.value == 1


@pytest.mark.parametrize("text", ["1e999 > 0", "P(terms >= 1e999 | settlement by 2) > 0"])
def test_a_number_that_no_float_holds(text):
    assert f"column {text.index('1e') + 1}: 1e999 is beyond what a number can hold (1.8e308)" in refused(text)


def test_a_name_and_a_number_of_months_are_bounded():
    at_most = f"at most {NAME} characters are expected here, got 300"
    assert f"column 3: {at_most}" in refused(f"P({'a' * 300} by 2) > 0")
    assert f"column 7: {at_most}" in refused(f"param({'a' * 300}) > 0")
    assert f"got {'9' * 60}... (1,500 characters)" in refused(f"P(peace by {'9' * 1500}) > 0")
    assert "at most 400 characters are expected here, got 500" in refused(f"base_rate({'a' * 500}) > 0")


def test_the_column_is_right_where_the_query_breaks_lines():
    text = "P(peace\n  by 24) > P(peece by 24)"
    what, shown, mark = refused(text).split("\n")
    assert what.startswith("column 22: no outcome is called 'peece' (did you mean 'peace'?)")
    assert shown[mark.index("^") :].startswith("peece")


@pytest.mark.parametrize("before", [10, 300, 900])
def test_the_mark_stands_under_the_column_of_a_long_query(before):
    text = " + ".join(["1"] * (before // 4)) + " + zzzz > " + " + ".join(["2"] * 200)
    what, shown, mark = refused(text).split("\n")
    assert shown[mark.index("^") :].startswith(("zzzz", "> "))
    assert len(shown.strip().strip(".")) == SHOWN
    assert f"column {text.index('zzzz') + 1}" in what or f"column {text.index('>') + 1}" in what


def test_a_control_character_does_not_come_back_to_the_terminal():
    message = refused("P(\x1b[2Jpeace by 2) > 0")
    assert message.startswith("the query holds the control character U+001B")
    assert "\x1b" not in message
