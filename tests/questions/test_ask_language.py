"""What people type as questions: which event it is, and what is said where it is none."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peacetalks as pt
from peacetalks.errors import QueryError
from peacetalks.questions import ask_phrases as phrases
from peacetalks.questions.ask_language import read_question
from peacetalks.questions.ask_words import event_words, notes_of, what_counts
from peacetalks.questions.query import parse

PEACE, WON = ("settlement", "ceasefire"), ("victory_1", "victory_2")
DOCS = Path(__file__).parents[2] / "docs" / "claims.md"


@pytest.fixture(scope="module")
def scenario():
    return pt.load("russia-ukraine-2025")


@pytest.mark.parametrize(
    ("text", "kind", "labels", "negated"),
    [
        ("ceasefire by 2026-01-01", "within", ("ceasefire",), False),
        ("Will there be a ceasefire between Russia and Ukraine by January 1, 2026?", "within", ("ceasefire",), False),
        ("Will Ukraine and Russia sign a peace deal before 2026-01-02?", "within", ("settlement",), False),
        ("Russia-Ukraine ceasefire in force on 2026-01-01", "by", ("ceasefire",), False),
        ("truce in force by 2026-01-01", "by", ("ceasefire",), False),
        ("peace on 1 January 2026", "by", PEACE, False),
        ("peace by 2026-01-01", "within", PEACE, False),
        ("settlement or ceasefire within 226 days", "within", PEACE, False),
        ("war ends by 2026-01-01", "within", (*PEACE, *WON), False),
        ("the war will be over on 2026-01-01", "by", (*PEACE, *WON), False),
        ("talks open on 2026-01-01", "by", ("talks",), False),
        ("one side wins by 2026-01-01", "within", WON, False),
        ("Russia wins by 2026-01-01", "within", ("victory_1",), False),
        ("victory of Ukraine by 2026-01-01", "within", ("victory_2",), False),
        ("no settlement by 2026-01-01", "within", ("settlement",), True),
        ("still no settlement on 2026-01-01", "by", ("talks", "fighting"), False),
        ("fighting goes on until 2026-01-01", "within", (*PEACE, *WON), True),
        ("ceasefire holds until 2026-01-01", "broken", PEACE, True),
        ("ceasefire holds for 226 days", "broken", PEACE, True),
        ("truce breaks by 2026-01-01", "broken", PEACE, False),
        ("fighting resumes by 2026-01-01", "broken", PEACE, False),
        ("truce broken on 2026-01-01", "by", ("broken",), False),
        ("more_conflict on 2026-01-01", "by", (*WON, "wider_war", "broken"), False),
        ("wider war by 2026-01-01", "within", ("wider_war",), False),
        ("P(ceasefire begun by 2026-01-01)", "within", ("ceasefire",), False),
        ("P(ceasefire by 2026-01-01)", "by", ("ceasefire",), False),
        ("P(ceasefire within 226 days)", "within", ("ceasefire",), False),
    ],
)
def test_what_people_type_is_the_event_they_mean(scenario, text, kind, labels, negated):
    q = read_question(text, scenario)
    assert (q.event.kind, q.event.labels, q.negated) == (kind, labels, negated)
    assert q.day(scenario) == dt.date(2026, 1, 1)


@pytest.mark.parametrize(
    ("text", "kind", "sign", "size"),
    [
        ("front share > .6 on 2026-01-01", "front", ">", 0.6),
        ("front at least 60% on 2026-01-01", "front", ">=", 0.6),
        ("terms below 0.5 on 2026-01-01", "terms", "<", 0.5),
    ],
)
def test_shares(scenario, text, kind, sign, size):
    event = read_question(text, scenario).event
    assert (event.kind, event.compare, event.size) == (kind, sign, size)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "'' is no question: ask such as 'ceasefire by 2026-01-01'"),
        ("ceasefire", "has no date: add `by` or `on` and a day (write 2026-01-01, 12 months or 90 days)"),
        ("ceasefire by 2026", "'2026' is a year: write 2026-01-01 for its first day, 2026-12-31 for its last"),
        ("ceasefire by 01/02/2026", "did you mean 2026-01-02 or 2026-02-01?"),
        ("ceasefire between 2026-01-01 and 2027-01-01", "`between` two days is not understood. Ask for each"),
        ("ceasefire in January 2026", "write `by` for any time up to a day, `on` for what is in force on it"),
        ("ceasefire signed on 2026-01-01", "asks for a beginning on one day: write `by`"),
        ("ceasefire signed in force by 2026-01-01", "asks both for a beginning and for what is in force"),
        ("ceasfire by 2026-01-01", "no event is called 'ceasfire' (did you mean 'ceasefire'?)"),
        ("Rusia wins by 2026-01-01", "(did you mean 'russia wins'?)"),
        (
            "oil price by 2026-01-01",
            "the model has no outcome for 'oil price'. It answers questions such as",
        ),
        ("ceasefire holds by 2026-01-01", "what holds does so `until` a day"),
        ("peace until 2026-01-01", "only what lasts is asked for with `until`"),
        ("front share > 0.6 by 2026-01-01", "a share is that of a day"),
        ("front share > 6 on 2026-01-01", "a share lies between 0 and 1 (or 0% and 100%), got 6"),
        ("front share > 0.6.1 on 2026-01-01", "0.6.1 is no number"),
        ("P(peac by 12)", "column 3: no outcome is called 'peac' (did you mean 'peace'?)"),
        ("P(peace by 12) > 0.5", "is no claim about one event: evaluate it with `peacetalks audit`"),
        ("P(peace by 12 | Russia is resolute)", "has a condition, and record and best estimate are not conditional"),
        ("x" * 600, "a question has at most 500 characters, got 600"),
        ("ceasefire\x1b by 2026-01-01", "the question holds the control character U+001B"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_what_can(scenario, text, words):
    with pytest.raises(QueryError) as e:
        read_question(text, scenario)
    assert words in str(e.value)
    assert "\x1b" not in str(e.value)


@pytest.mark.parametrize("example", phrases.EXAMPLES)
def test_every_example_of_the_messages_can_be_asked(scenario, example):
    assert read_question(example, scenario).day(scenario) == dt.date(2026, 1, 1)


@pytest.mark.parametrize("phrase", sorted(phrases.MEANINGS))
def test_every_phrase_is_read_and_has_its_sentences(scenario, phrase):
    how = "until" if phrases.MEANINGS[phrase].special == phrases.HOLDS else "by"
    q = read_question(f"{phrase} {how} 2026-01-01", scenario)
    day = q.day(scenario)
    assert q.event.labels == phrases.MEANINGS[phrase].labels
    assert "1 January 2026" in event_words(q, scenario, day)
    assert what_counts(q, scenario, day).startswith("Yes if ")
    assert what_counts(q, scenario, day).endswith(".")


NAMED = {
    "colombia-2012": [
        ("Will Colombia and FARC sign a peace deal by December 31, 2013?", ("settlement",), ("colombia and farc",)),
        ("bilateral truce signed by end of 2013", ("ceasefire",), ()),
        ("ceasefire in Colombia by 2013-12-31", ("ceasefire",), ("in colombia",)),
        ("final peace agreement with FARC by 2013-12-31", ("settlement",), ("with farc", "final")),
        ("FARC wins by 2013-12-31", ("victory_2",), ()),
        ("the Colombian government wins by 2013-12-31", ("victory_1",), ()),
        ("ceasefire comes into force by 2013-12-31", ("ceasefire",), ()),
    ],
    "korea-1951": [
        ("Will a Korean armistice be signed by 1952-12-31?", ("ceasefire",), ("korean",)),
        (
            "Will the UN Command and the KPA agree a truce by 1952-12-31?",
            ("ceasefire",),
            ("the un command and the kpa",),
        ),
    ],
    "russia-ukraine-2025": [
        ("Russian-Ukrainian ceasefire by 2026-01-01", ("ceasefire",), ("russian-ukrainian",)),
        ("Will Russia win in Ukraine by 2026-01-01?", ("victory_1",), ("in ukraine",)),
    ],
    "iran-nuclear-2025": [
        ("Will the US and Iran reach a deal by 2025-12-31?", ("settlement",), ("the us and iran",)),
        ("U.S.-Iran deal by 2025-12-31", ("settlement",), ("u.s.-iran",)),
    ],
}


@pytest.mark.parametrize(
    ("name", "text", "labels", "left_out"), [(n, *row) for n, rows in NAMED.items() for row in rows]
)
def test_names_of_sides_and_places_are_left_out_and_named(name, text, labels, left_out):
    s = pt.load(name)
    q = read_question(text, s)
    assert (q.event.labels, q.left_out) == (labels, left_out)
    notes = notes_of(q, s, np.zeros((30, 3)), np.ones((30, 3)) / 3, [(1, 1.0)])
    said = [
        n for n in notes if n.startswith(f"Understood as: {event_words(q, s, q.day(s))}. Left out of the question: '")
    ]
    assert len(said) == bool(left_out)
    assert all(repr(x) in said[0] for x in left_out)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Will Colombia and ELN sign a peace deal by 2013-12-31?", "no event is called 'colombia and eln peace deal'"),
        ("Will FARC declare a ceasefire by 2013-12-31?", "no event is called 'farc ceasefire'"),
        ("unilateral truce by 2013-12-31", "no event is called 'unilateral truce'"),
        ("FARC military victory by 2013-12-31", "no event is called 'farc military victory'"),
        ("not without a ceasefire by 2013-12-31", "no event is called 'not without ceasefire'"),
        ("ceasefire or no settlement by 2013-12-31", "no event is called 'ceasefire or no settlement'"),
        ("ceasefire between North Colombia and FARC by 2013-12-31", "the model has no outcome for"),
        ("ceasefire by 2013-12-31T05:00", "leave the time of day out, 2013-12-31"),
        ("ceasefire by 2013-12-31 somehow", "'2013-12-31 somehow' is no date of the form YYYY-MM-DD: write"),
    ],
)
def test_what_is_not_understood_is_refused(text, words):
    with pytest.raises(QueryError) as e:
        read_question(text, pt.load("colombia-2012"))
    assert words in str(e.value)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        (
            "ceasefire by 2013-06-01 and lasts 30 days",
            "P(ceasefire begun by 2013-06-01) * (1 - P(ceasefire broken within 1 | ceasefire))",
        ),
        (
            "a truce by June 1, 2013 that holds for at least 90 days",
            "P(ceasefire begun by 2013-06-01) * (1 - P(ceasefire broken within 3 | ceasefire))",
        ),
        (
            "ceasefire by 2013-06-01 and peace deal by 2013-12-31",
            "P(ceasefire by 2013-06-01) * P(settlement by 2013-12-31 | ceasefire by 2013-06-01)",
        ),
        (
            "peace if talks open by 2013-12-31",
            "P(ceasefire by 2013-12-31) * P(settlement by 24 | ceasefire by 2013-12-31)",
        ),
        (
            "no ceasefire and no settlement by 6",
            "P(ceasefire by 6 months) * P(settlement by 24 | ceasefire by 6 months)",
        ),
    ],
)
def test_two_conditions_are_for_the_audit_with_the_query(text, query):
    with pytest.raises(QueryError) as e:
        read_question(text, pt.load("colombia-2012"))
    assert "holds more than one condition" in str(e.value)
    assert str(e.value).endswith(query)
    parse(query)


def test_what_counts_as_yes_separates_what_begins_from_what_is_in_force(scenario):
    by, on, no = (
        what_counts(q, scenario, q.day(scenario))
        for q in (read_question(f"{x} 2026-01-01", scenario) for x in ("peace by", "peace on", "no peace on"))
    )
    assert by == (
        "Yes if a settlement is signed or a ceasefire begins at any time up to 1 January 2026, even if fighting is "
        "back by then."
    )
    assert on == "Yes if a settlement or a ceasefire is in force on 1 January 2026, whenever it began."
    assert no == "Yes if on 1 January 2026 it is not so that a settlement or a ceasefire is in force."


def test_every_question_of_the_documents_can_be_asked(scenario):
    block = DOCS.read_text(encoding="utf-8").split("## Questions with dates")[1].split("```")[1]
    asked = [line.split("  ")[0] for line in block.splitlines()[1:] if line.strip()]
    assert len(asked) >= 10
    for text in asked:
        read_question(text, scenario)


WORDS = [
    *phrases.EXAMPLES, *phrases.FILLERS, *phrases.BEGUN_WORDS, *phrases.FORCE_WORDS, "no", "not", "or", "by", "on",
    "in", "until", "before", "within", "2026-01-01", "9999-12-31", "0001-01-01", "0000", "12", "99999", "days", "P(",
    "end of", ")", "|", "front", "terms", ">", "%", "wins", "Russia", "Ukraine", "between", "\u0661", "'", '"', "\\",
]  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)))
@settings(deadline=None, max_examples=300)
def test_any_text_is_a_question_or_a_refusal(scenario, text):
    try:
        q = read_question(text, scenario)
        day = q.day(scenario)
    except QueryError:
        return
    assert day > scenario.as_of
    assert what_counts(q, scenario, day).startswith("Yes if ")
