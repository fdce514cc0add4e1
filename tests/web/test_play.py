"""Play in a browser: a room is opened, two sit down at one link, and neither sees what the other hides."""

import re
import time

import pytest
from starlette.testclient import TestClient
from support.tiny import KPA, UN

from peacetalks.web.app import application

LOCAL = "http://127.0.0.1:8000"


@pytest.fixture
def people(settings, monkeypatch):
    monkeypatch.setattr("peacetalks.web.play_rooms.BELIEF_POINTS", 2)
    monkeypatch.setattr("peacetalks.web.site.Site.start", lambda self: None)  # no worker processes are needed
    with TestClient(application(settings), base_url=LOCAL, raise_server_exceptions=False) as client:
        yield client


def open_room(client, **form):
    answer = client.post(
        "/play", data={"scenario": "tiny.toml", "months": "2", "seed": "4", **form}, follow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def sit(client, room, side):
    answer = client.post(f"{room}/sit", data={"side": side}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def ready(client, seat):
    """The page of a seat once the game is solved."""
    for _ in range(300):
        page = client.get(seat)
        if "being solved" not in page.text:
            return page.text
        time.sleep(0.1)
    raise AssertionError("not solved")


def test_the_form_names_scenarios_and_types(people):
    assert "tiny.toml" in people.get("/play").text
    page = people.get("/play?scenario=tiny.toml").text
    assert UN in page
    assert "a person, resolute" in page


def test_two_people_on_one_link_play_to_the_debrief(people):
    room = open_room(people, side1="drawn", side2="resolute")
    one, two = sit(people, room, UN), sit(people, room, KPA)
    assert people.post(f"{room}/sit", data={"side": UN}).status_code == 422
    page = ready(people, one)
    assert "fight fully" in page
    assert "resolute</b>; only you know" in people.get(two).text
    before = people.get(f"{one}.json").json()
    assert (before["seed"], [s["side"] for s in before["seats"]]) == (None, [UN])
    step = re.search(r'name="step" value="(\d+)"', page)[1]
    assert people.post(one, data={"move": "full", "step": step}, follow_redirects=False).status_code == 303
    assert f"Waiting for {KPA}" in people.get(one).text
    assert "fights fully" not in people.get(two).text
    for _ in range(60):
        for seat in (one, two):
            page = people.get(seat).text
            move = re.search(r'name="move" value="([^"]+)"', page)
            if move:
                step = re.search(r'name="step" value="(\d+)"', page)[1]
                people.post(seat, data={"move": move[1], "step": step})
        if "Debrief" in people.get(one).text:
            break
    page = people.get(one).text
    assert "Who they were" in page
    assert "Best estimate at the start" in page
    whole = people.get(f"{one}.json").json()
    assert whole["over"]
    assert whole["seed"] == 4
    assert len(whole["debrief"]["moves"]) >= 2


def test_a_move_that_is_sent_twice_counts_once(people):
    seat = sit(people, room := open_room(people, side1="drawn", side2="model"), UN)
    step = re.search(r'name="step" value="(\d+)"', ready(people, seat))[1]
    for _ in range(2):
        people.post(seat, data={"move": "full", "step": step})
    made = people.get(f"{seat}.json").json()["moves"]
    assert made[:1] == [{"side": UN, "move": "full"}]
    assert len(made) == 1
    assert room in people.get(seat).text


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"side1": "model", "side2": "model"}, "choose at least one side"),
        ({"side1": "brave"}, "has no type"),
        ({"side1": "drawn", "months": "99"}, "months must lie between 1 and 12"),
        ({"side1": "drawn", "seed": "x"}, "the seed must be a whole number"),
    ],
)
def test_a_room_that_cannot_be_is_refused_in_words(people, form, says):
    answer = people.post("/play", data={"scenario": "tiny.toml", **form})
    assert answer.status_code == 422
    assert says in answer.text


def test_links_that_lead_nowhere(people):
    assert people.get("/play/none").status_code == 404
    room = open_room(people, side1="drawn")
    assert people.get(f"{room}/guessed").status_code == 422
    assert (
        people.post(room + "/guessed", data={"move": "full"}, headers={"origin": "http://evil.example"}).status_code
        == 403
    )
