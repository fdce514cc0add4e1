"""Questions from files: the forms of forecasting sites, and no row dropped."""

import json

import pytest

from peacetalks.errors import SpecError
from peacetalks.questions.ask import Entry
from peacetalks.questions.ask_answer import Refused
from peacetalks.questions.ask_file import read_questions


def read(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_questions(path)


@pytest.mark.parametrize(
    "head",
    ["id,question,date", "qid,Title,Close Time", "market_id;Question Text;resolution_date", "id\tname\tdeadline"],
)
def test_columns_have_the_names_that_are_usual(tmp_path, head):
    mark = next(x for x in ",;\t" if x in head)
    (entry,) = read(tmp_path, "q.csv", f"{head}\n7{mark}ceasefire{mark}2026-01-01T04:59:00Z\n")
    assert (entry.id, entry.text, entry.line) == ("7", "ceasefire", 2)
    assert entry.when.day.isoformat() == "2026-01-01"


def test_the_day_of_resolution_counts_before_that_on_which_a_question_closes(tmp_path):
    text = "question,close_date,resolve_date,votes\nceasefire,2025-12-01,2026-01-01,7\npeace,2025-12-01,,8\n"
    one, two = read(tmp_path, "q.csv", text)
    assert (one.when.day.isoformat(), two.when.day.isoformat()) == ("2026-01-01", "2025-12-01")


def test_a_row_that_cannot_be_read_is_refused_with_its_line_and_the_others_stand(tmp_path):
    text = "id,question,date\n1,ceasefire,2026-01-01\n2,ceasefire,01/02/2026\n3,,2026-01-01\n4,a,b,c\n5,peace by 12,\n"
    found = read(tmp_path, "q.csv", text)
    assert [type(x) for x in found] == [Entry, Refused, Refused, Refused, Entry]
    assert [x.line for x in found] == [2, 3, 4, 5, 6]
    reasons = [x.reason for x in found if isinstance(x, Refused)]
    assert "'01/02/2026' is no date of the form YYYY-MM-DD: did you mean" in reasons[0]
    assert reasons[1] == "no question; write what is asked"
    assert "the row has 4 cells, but there are 3 columns" in reasons[2]
    assert found[-1].when is None


def test_a_later_row_with_the_same_identifier_has_a_note(tmp_path):
    found = read(tmp_path, "q.csv", "id,question,date\na,peace,12\n,peace,12\n,peace,12\na,ceasefire,12\n")
    notes = [e.note for e in found]
    assert notes == ["", "", "", "Line 5: the identifier 'a' stands in line 2 already."]


@pytest.mark.parametrize("key", [None, "questions", "results"])
def test_json_is_a_list_or_a_table_with_one(tmp_path, key):
    rows = [{"id": 7, "title": "ceasefire", "scheduled_resolve_time": "2026-01-01T00:00:00Z"}, "peace by 12", 5]
    text = json.dumps(rows if key is None else {"count": 3, key: rows})
    one, two, three = read(tmp_path, "q.json", text)
    assert (one.id, one.text, one.when.day.isoformat()) == ("7", "ceasefire", "2026-01-01")
    assert (two.text, two.when) == ("peace by 12", None)
    assert (three.place, three.reason) == ("entry 3", "a question is a text or a table, got 5")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("q.txt", "x", "questions are read from .csv and .json files"),
        ("q.csv", "id,questoin,date\n1,ceasefire,2026-01-01\n", "no column 'question' (did you mean 'question'?)"),
        ("q.csv", "id,date\n1,2026-01-01\n", "no column 'question'; there are 'id', 'date'"),
        ("q.csv", "id,question\n", "holds no question"),
        ("q.json", "[]", "holds no question"),
        ("q.json", '{"a": 1}', "a list of questions is needed"),
        ("q.json", "[", "not valid JSON"),
        ("q.csv", "question\n" + "peace\n" * 2001, "2,001 questions, at most 2,000 are read"),
    ],
)
def test_a_file_without_questions_is_refused(tmp_path, name, text, words):
    with pytest.raises(SpecError) as e:
        read(tmp_path, name, text)
    assert words in str(e.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SpecError, match="no file"):
        read_questions(tmp_path / "none.csv")
