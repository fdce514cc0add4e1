"""Answers as people write them, and the numbers of a scenario that follow from them."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peacetalks.errors import SpecError
from peacetalks.scenario.interview import Judged, question, questions, read_answer
from peacetalks.scenario.interview_answers import answered, answers_text, read_answers
from peacetalks.scenario.interview_defaults import ACCIDENTS, ESTIMATED, LASTS, default
from peacetalks.scenario.interview_table import AT_TABLE, PATHS, interviewed
from peacetalks.scenario.paths import written_at
from peacetalks.scenario.starter import starter
from peacetalks.text_files import read_toml

DAY, ASKED = dt.date(2024, 5, 1), dt.date(2024, 5, 3)
FACTS = {"sides": "A; B", "over": "territory", "since": "2019-04-01, 1500", "now": "talks"}


@pytest.fixture(scope="module")
def base():
    return read_toml(starter(DAY), "the starter")


def table(base, **more):
    return interviewed(base, answered({**FACTS, **more}), ASKED)


def test_there_are_ten_questions_and_each_accepts_its_own_example():
    assert len(questions()) == 10
    for q in questions():
        assert read_answer(q, q.example).values
        assert bool(q.formula) == bool(q.exact) == q.numeric == (q.key in PATHS)


@pytest.mark.parametrize(
    ("said", "mode"),
    [("3", 0.3), ("3 of ten", 0.3), ("3/10", 0.3), ("1 in 40", 0.025), ("30%", 0.3), ("2-4", 0.3), ("1 to 3", 0.2)],
)
def test_a_number_may_be_said_in_many_ways(said, mode):
    (value,) = read_answer(question("walk"), said).values
    assert value.mode == pytest.approx(mode)
    assert value.low < mode < value.high


def test_a_range_follows_from_how_sure_one_is_or_is_given():
    widths = [read_answer(question("walk"), f"2{how}").values[0] for how in (", sure", "", " (unsure)")]
    assert widths[0].low > widths[1].low > widths[2].low > 0
    assert widths[0].high < widths[1].high < widths[2].high <= 0.5
    assert read_answer(question("walk"), "1-2-5").values == (Judged(0.1, 0.2, 0.5),)
    assert read_answer(question("walk"), "1-2-5").sure == ""  # the range says it
    assert read_answer(question("resolute"), "5, 7 unsure").sure == "unsure"


@pytest.mark.parametrize(
    ("key", "said", "words"),
    [
        ("walk", "0.3", r"walk: '0.3' may be 0.3 of ten or a probability: write '0.3 of ten' or '30%'"),
        ("walk", "9", r"lies between 0.1 and 5 of ten, got 9 of ten: .*say so under 'now'"),
        ("walk", "0", r"lies between 0.1 and 5 of ten, got 0 of ten"),
        ("walk", "many", r"'many' is no number: write 3, 3 of ten, 1 in 40, 30% or 2-4"),
        ("walk", "4-2", r"a range goes from low to high, got '4-2'"),
        ("walk", "3 of 0", r"'3 of 0' is so many of none"),
        ("walk", "2,5", r"a decimal with a point \(2.5\), got '2,5': write it as '1'"),
        ("resolute", "5", r"resolute side 1 and resolute side 2 expected, separated by ','.*write it as '5, 7'"),
        ("resolute", "10, 5", r"nothing is certain: write 0.1 or 9.9"),
        ("rent", "60", r"lies between 0 and 50%, got 60%"),
        ("sides", "A, B", r"side 1 and side 2 expected, separated by ';', got 'A, B'"),
        ("sides", "A; A", r"both sides are called 'A': give each a name of its own"),
        ("sides", "A; " + "B" * 101, r"side 2 has 101 characters: shorten it to 100"),
        ("over", "teritory", r"none of government, territory, both, interstate \(did you mean 'territory'\?\)"),
        ("since", "1.4.2019", r"did you mean 2019-04-01\?"),
        ("since", "2019-04-01, lots", r"a whole number of deaths, or war or minor, is expected, got 'lots'"),
        ("now", "peace", r"'peace' is none of fighting, talks, truce"),
        ("over", "\x1b[A", r"a text without control characters is expected"),
        ("over", "", r"a text without control characters is expected"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_how_to_write_it(key, said, words):
    with pytest.raises(SpecError, match=words):
        read_answer(question(key), said)


@given(st.sampled_from([q.key for q in questions()]), st.text(max_size=30))
def test_any_text_is_an_answer_or_is_refused_in_words(key, said):
    try:
        found = read_answer(question(key), said)
    except SpecError as e:
        words = str(e)
    else:
        words = f"{key}: {len(found.values)} values"
    assert words.startswith(f"{key}: ")


def test_the_facts_are_set_and_say_who_said_them(base):
    t = table(base)
    facts = t["conflict"]
    assert [side["label"] for side in t["sides"]] == ["A", "B"]
    assert (facts["kind"], facts["incompatibility"], facts["start"], facts["intensity"], facts["state"]) == (
        "civil",
        "territory",
        dt.date(2019, 4, 1),
        "war",
        "fighting",
    )
    assert facts["source"].startswith("judgement, asked 2024-05-03: over 'territory', since '2019-04-01, 1500'")
    assert (t["talks"]["open"], t["ceasefire"]["in_force"], t["name"]) == (True, False, "a-b-2024-05-01")
    assert "asked on 2024-05-03: what has been known since the date may have entered" in t["hindsight"]
    assert interviewed(base, answered(FACTS), DAY)["hindsight"] == "none"
    between = table(base, over="interstate", since="2019-04-01", now="truce, 2024-02-01")
    assert {"incompatibility", "intensity"}.isdisjoint(between["conflict"])  # not known is left out
    assert (between["conflict"]["since"], between["ceasefire"]["in_force"]) == (dt.date(2024, 2, 1), True)


def test_each_judgement_sets_its_number_by_its_formula_and_names_the_answer(base):
    t = table(base, walk="2", sign="1", resolute=[5, 7], ground="70%, 6", rent="1.2", watched="2-4")
    mode = {path: written_at(t, path)["mode"] for paths in PATHS.values() for path in paths}
    assert mode["talks.walk"] == pytest.approx(AT_TABLE * 0.2 / 0.8)
    assert mode["talks.accept"] == pytest.approx(0.1)
    assert (mode["sides.1.types.resolute.share"], mode["sides.2.types.resolute.share"]) == (0.5, 0.7)
    assert (mode["battlefield.front"], mode["battlefield.strength"]) == (0.7, 0.6)
    assert mode["rent.weight"] == pytest.approx(0.012 / 12)
    assert written_at(t, "deal.detection")["low"] == pytest.approx(0.2)
    assert written_at(t, "talks.walk")["source"] == "judgement, asked 2024-05-03: walk '2', fairly sure"
    for side in t["sides"]:
        assert sum(kind["share"]["mode"] for kind in side["types"].values()) == pytest.approx(1)


def test_what_is_not_asked_is_left_out_or_is_a_judgement_and_nothing_is_the_starters(base):
    t = table(base)
    assert "accept" not in t["talks"]
    assert "rent" not in t
    assert "deal" not in t
    assert "rent" not in table(base, rent="0")
    assert t["battlefield"]["front"]["source"] == "judgement: not asked; the same for every conflict"
    assert "starter" not in json.dumps(t, default=str)


def test_written_masses_count_in_place_of_the_estimated_ones(base):
    written = {**base, "talks": {**base["talks"], "offer": {"value": 0.2}, "ask": {"value": 0.1}, "stall": 0.5}}
    walk = interviewed(written, answered({**FACTS, "walk": "2"}), ASKED)["talks"]["walk"]
    assert walk["mode"] == pytest.approx(0.8 * 0.2 / 0.8)
    assert default("walk", interviewed(written, answered({**FACTS, "walk": "2"}), ASKED))[0] == "2 of ten"


def test_defaults_are_shown_as_answers(base):
    assert default("sides", base) is None  # the starter knows no facts
    assert default("walk", base) == ("0.5 of ten", "the same for every conflict")
    assert default("sign", base)[0] == ESTIMATED
    assert default("watched", base) == LASTS
    assert default("rent", base)[0] == "0"
    said = {"walk": "2 of ten", "resolute": "5 of ten, 7 of ten", "ground": "7 of ten, 6 of ten", "sign": "1 of ten"}
    t = table(base, **said, rent="1.2%", watched="3 of ten")
    assert {key: default(key, t)[0] for key in said} == said
    assert default("rent", t)[0] == "1.2%"
    assert default("watched", t)[0] == "3 of ten"
    assert default("watched", {"deal": {"rearm": {"value": 1e-9}}}) == ACCIDENTS


def test_answers_are_written_and_read_again(tmp_path):
    found = answered(
        {**FACTS, "walk": 2, "resolute": [5, "60%"], "since": [dt.date(2019, 4, 1), 900], "sure": "unsure"}
    )
    assert found["walk"].sure == "unsure"
    assert found["resolute"].text == "5, 60%, unsure"
    assert found["since"].values == (dt.date(2019, 4, 1), "minor")
    (tmp_path / "a.toml").write_text(answers_text(found))
    assert read_answers(tmp_path / "a.toml") == found
    (tmp_path / "a.json").write_text(json.dumps({key: a.text for key, a in found.items()}))
    assert read_answers(tmp_path / "a.json") == found


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.txt", "", r"a.txt': answers are a .toml or .json file"),
        ("a.json", "[1]", r"a.json: a table of answers by question is expected, got \[1\]"),
        ("a.toml", "wakl = 1", r"a.toml: no question is called 'wakl' \(did you mean 'walk'\?\)"),
        ("a.toml", "walk = true", r"a.toml: walk: an answer is a text, a number or a list of them, got True"),
        ("a.toml", 'sure = "maybe"', r"a.toml: sure: 'maybe' is none of sure, fairly sure, unsure"),
        ("a.toml", "walk = 0.3", r"a.toml: walk: '0.3' may be 0.3 of ten or a probability"),
    ],
)
def test_files_of_answers_that_cannot_be_meant_are_refused(tmp_path, name, text, words):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(SpecError, match=words):
        read_answers(path)


def test_the_page_about_scenarios_names_every_question_and_its_example_is_read():
    page = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` [^|]+\| (.+?) \| .+ \|$", page.split("## Ten questions")[1], re.M))
    assert {q.key for q in questions()} <= set(rows)
    for q in questions():
        first = q.to.split(",")[0].split(":")[0].split(".")[-1]  # label of sides.1.label
        assert first in rows[q.key] or first == "types", q.key
    example = page.split("```toml\n")[1].split("```")[0]
    assert len(answered(read_toml(example, "the example"))) == 6
