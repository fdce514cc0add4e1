"""Answers to questions on a terminal and as CSV, from values made here: nothing is solved."""

import csv
import datetime as dt
import io

import pytest
from support.schemas import fitting
from support.screens import on_screen

import peacetalks as pt
from peacetalks.pages import ask_page
from peacetalks.questions.ask_answer import Answer, Answers, Refused
from peacetalks.questions.ask_record import RecordedEvent

RECORD = RecordedEvent(
    event="an agreement ends the fighting",
    same=False,
    differs="Only what ended the fighting counts.",
    probability=0.08,
    interval=(0.02, 0.2),
    reference_class="interstate wars",
    method="regression",
    n=95,
    clusters=90,
    definition="When wars ended",
    counted_from="the date of the forecast",
    source="COW",
    coverage_end=dt.date(2007, 12, 31),
    note="The record ends on 2007-12-31.",
)
NOTHING = RecordedEvent("", False, "", None, None, note="No event comes close.")


def answer(**more):
    return Answer(
        **{
            "id": "q1",
            "question": "settlement by 12",
            "event": "a settlement is signed by 20 May 2026",
            "yes": "Yes if a settlement is signed at any time up to 20 May 2026.",
            "as_of": dt.date(2025, 5, 20),
            "date": dt.date(2026, 5, 20),
            "month": 12.0,
            "best": 0.144,
            "best_interval": (0.05, 0.3),
            "model": 0.25,
            "record": RECORD,
            "grid_error": 0.001,
            "reason": "",
            "notes": (),
            **more,
        }
    )


@pytest.fixture(scope="module")
def scenario():
    return pt.load("russia-ukraine-2025")


def shown(scenario, *answers, refused=(), **settings):
    return " ".join(
        on_screen(lambda a, out: ask_page.show(a, out), Answers(scenario, answers, refused, settings)).split()
    )


def test_a_single_answer_opens_with_the_best_estimate_and_says_what_counts(scenario):
    text = shown(scenario, answer())
    assert "A settlement is signed by 20 May 2026: 14% (90% interval 5-30%). Yes if a settlement is signed" in text
    assert "Model alone 25%; past conflicts 8% (2-20%)." in text
    assert "Past conflicts count the closest recorded event: an agreement ends the fighting. Only what ended" in text
    assert (
        "[interstate wars, N 95 in 90 clusters]: When wars ended. Counted from the date of the forecast. The rec"
        in text
    )
    assert "only with --draws" in text
    assert "only with --draws" not in shown(scenario, answer(), draws=8)
    assert "finer belief grid" not in text
    assert "A finer belief grid may move this by 1.2 points." in shown(scenario, answer(grid_error=0.012))


def test_without_a_best_estimate_the_model_does_not_take_its_place(scenario):
    text = shown(scenario, answer(best=None, best_interval=None, record=NOTHING, reason="The record has no class."))
    assert "20 May 2026: no best estimate; model alone 25%." in text
    assert "Model alone 25%; past conflicts: nothing comparable." in text
    assert "Past conflicts: No event comes close. The record has no class." in text


def test_an_interval_that_is_a_point_is_not_shown(scenario):
    assert "20 May 2026: 100%. Yes if" in shown(scenario, answer(best=1.0, best_interval=(1.0, 1.0)))


def test_an_interval_next_to_0_or_1_is_shown_with_decimals(scenario):
    assert "<1% (90% interval 0.03-0.40%)" in shown(scenario, answer(best=0.0008, best_interval=(0.0003, 0.004)))
    text = shown(scenario, answer(best=0.9992, best_interval=(0.9961, 0.9997)), answer(notes=("A note.",)))
    assert ">99% (90% interval 99.61-99.97%)" in text
    assert repr(answer(best=0.0008, best_interval=(0.0003, 0.004))).endswith(": 0.080% (0.030% to 0.40%)")


def test_what_several_answers_share_is_said_once(scenario):
    other = answer(id="", event="peace by 20 May 2026", yes="Yes if peace.")
    text = shown(scenario, answer(), other, answer(record=NOTHING))
    assert text.count("When wars ended") == 1
    assert "[1, 2] Past conflicts [interstate wars" in text
    assert "[1] q1: a settlement is signed by 20" in text
    assert "14% 25% 8%*" in text
    assert "* the closest recorded event, which is another (below)" in text
    assert "[3] A settlement is signed" in text


def test_the_csv_has_a_row_for_every_question(scenario):
    refused = (Refused("q9", "nonsense", "no such event", 7), Refused("", "", "no question", 8))
    noted = answer(reason="A reason.", notes=("A note.", "Another."))
    a = Answers(scenario, (noted, answer(best=None, best_interval=None, record=NOTHING, grid_error=None)), refused, {})
    rows = list(csv.DictReader(io.StringIO(ask_page.csv(a))))
    assert len(rows) == 4
    assert (rows[0]["best"], rows[0]["best_low"], rows[0]["record_n"]) == ("0.144", "0.05", "95")
    assert [rows[1][k] for k in ("best", "best_low", "record", "record_n", "grid_error")] == [""] * 5
    assert (rows[2]["id"], rows[2]["line"], rows[2]["refused"]) == ("q9", "7", "no such event")
    assert [row["note"] for row in rows] == ["A reason. A note. Another.", "", "", ""]
    assert rows[3]["model"] == ""
    assert ask_page.refusals(a) == ["Not answered: 2 of 4.", "  line 7 (q9): no such event", "  line 8: no question"]
    assert ask_page.refusals(Answers(scenario, (answer(),))) == []
    found = fitting("ask", ask_page.makers(a)[".json"]())
    assert [x["record"] for x in found["answers"]] == [0.08, None]
    assert found["answers"][0]["reason"] == "A reason."
