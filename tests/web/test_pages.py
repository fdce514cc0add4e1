"""The pages: those that need no work at once, and by a whole server every page and its JSON."""

import datetime as dt
import json
import re
import urllib.error
import urllib.request
from decimal import Decimal

import pytest
from starlette.testclient import TestClient
from support.served import NAME
from support.tiny import tiny
from support.toml import toml

from peacetalks.web import work
from peacetalks.web.app import application
from peacetalks.web.made import Failure, Made
from peacetalks.web.render import Frame
from peacetalks.web.settings import Settings
from peacetalks.web.store import page_key

SCENARIO = f"/scenario/{NAME}"
WORKED = ["forecast", "accounts", "beliefs", "claims"]


def get(address, path, **headers):
    """Return (status, headers, text) of an answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address + path, headers=headers), timeout=400) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.headers, e.read().decode()


def test_the_library_lists_bundled_scenarios_and_those_of_the_folder_broken_ones_with_what_is_wrong(client):
    rows = {s["name"]: s for s in client.get("/library.json").json()["scenarios"]}
    assert rows["korea-1951"]["bundled"]
    assert (rows[NAME]["accounts"], rows[NAME]["events"], rows[NAME]["claims"]) == (1, 1, 1)
    assert "did you mean 'window'" in rows["broken.toml"]["error"]
    page = client.get("/library").text
    assert f'href="{SCENARIO}/forecast"' in page
    assert "did you mean" in page


def test_no_page_names_the_folder_s_path(client, folder):
    for path in (
        "/library",
        "/library.json",
        "/scenario/broken.toml/edit.json",
        "/scenario/nothing.toml/forecast.json",
    ):
        assert str(folder.parent) not in client.get(path).text


def test_the_same_bytes_are_not_sent_twice(client):
    first = client.get("/static/site.js")
    again = client.get("/static/site.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    library = client.get("/library")
    assert client.get("/library", headers={"if-none-match": library.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    "path", ["/nothing", "/scenario/nothing/forecast", f"{SCENARIO}/nothing", f"{SCENARIO}/evidence", "/archive/a/b"]
)
def test_what_is_not_there_is_said_as_a_page_and_as_json(client, path):
    assert client.get(path).status_code == 404
    answer = client.get(f"{path}.json")
    assert answer.status_code == 404
    assert answer.json()["error"]


def test_a_bundled_scenario_without_accounts_says_how_to_add_one(client):
    answer = client.get("/scenario/korea-1951/accounts.json")
    assert answer.status_code == 404
    assert "docs/accounts.md" in answer.json()["error"]


@pytest.mark.parametrize("path", [f"{SCENARIO}/forecast?x=1", f"{SCENARIO}/accounts?drivers=maybe", "/evidence?x=1"])
def test_an_option_that_a_page_does_not_have_is_refused(client, path):
    answer = client.get(path.replace("?", ".json?"))
    assert answer.status_code == 422
    assert "error" in answer.json()


def test_without_a_folder_the_archive_says_how_to_have_one():
    client = TestClient(application(Settings()), base_url="http://127.0.0.1:8000")
    assert "peacetalks serve FOLDER" in client.get("/archive").text
    assert client.get("/archive.json").json()["forecasts"] == []


def test_a_page_that_was_made_before_needs_no_process(client, settings):
    """What stands in the cache of answers is served by a server that has just started."""
    from peacetalks.web.made import Task
    from peacetalks.web.places import digest_of, find
    from peacetalks.web.render import Frame

    place = find(settings, NAME)
    task = Task("claims", (place.source, settings.memory, Frame("claims", NAME, "", True)))
    client.app.app.state.site.store.add(page_key(task, digest_of(settings, place)), Made("<p>made before", '{"a": 1}'))
    other = TestClient(application(settings), base_url="http://127.0.0.1:8000")
    assert other.get(f"{SCENARIO}/claims").text == "<p>made before"
    assert other.get(f"{SCENARIO}/claims.json").json() == {"a": 1}


def test_every_kind_of_work_has_words_for_the_page_that_waits():
    from peacetalks.web.scenario_routes import WORDS
    from peacetalks.web.work import MAKERS

    assert set(WORDS) | {"whatif", "emulator"} == set(MAKERS)  # of these no page waits


class TestWhatIf:
    def test_the_page_has_a_named_slider_for_each_number(self, client):
        page = client.get(f"{SCENARIO}/whatif").text
        sliders = client.get(f"{SCENARIO}/whatif.json").json()["sliders"]
        assert len(sliders) == 10
        for s in sliders:
            assert s["low"] <= s["value"] <= s["high"]
            assert f'name="{s["path"]}"' in page
        assert page.count('<input type="range"') == page.count('<label for="r') == 10
        assert 'aria-live="polite"' in page

    def test_the_address_holds_the_state(self, client):
        page = client.get(f"{SCENARIO}/whatif?talks.walk=0.2&talks.open=off&also=rationality").text
        assert 'name="talks.walk" step="any" value="0.2"' in page
        assert "talks.open=off" in page
        assert "data-working hidden" not in page  # the exact answer is asked for

    def test_values_of_the_scenario_change_nothing(self, client):
        sliders = client.get(f"{SCENARIO}/whatif.json").json()["sliders"]
        query = "&".join(f"{s['path']}={s['value']}" for s in sliders)
        assert client.get(f"{SCENARIO}/whatif.json?{query}").json()["changes"] == []

    def test_the_state_keeps_its_digits(self, client):
        page = client.get(f"{SCENARIO}/whatif?talks.walk=0.123456").text
        assert 'name="talks.walk" step="any" value="0.123456"' in page
        assert "whatif.json?talks.walk=0.123456" in page
        near = client.get(f"{SCENARIO}/whatif?talks.walk=0.050001").text
        assert 'name="talks.walk" step="any" value="0.050001"' in near

    def test_every_slider_can_stand_at_the_scenarios_value(self, client):
        page = client.get(f"{SCENARIO}/whatif").text
        found = re.findall(r'data-base="([^"]+)">.*?min="([^"]+)" max="[^"]+" step="([^"]+)"', page, re.DOTALL)
        assert len(found) == 10
        for base, low, step in found:
            assert (Decimal(base) - Decimal(low)) % Decimal(step) == 0

    def test_a_page_without_scripts_begins_the_exact_work_too(self, client):
        lane = client.app.app.state.site.solving
        page = client.get(f"{SCENARIO}/whatif?talks.walk=0.2").text
        assert '<noscript><meta http-equiv="refresh"' in page
        assert [job.task.kind for job in lane.jobs.values()].count("whatif") == 1

    @pytest.mark.parametrize(
        "query",
        [
            "talks.walk=" + "9" * 400,
            "also=talks.wlak&talks.accept=0.3",
            "talks.wlak=0.2",
            "talks.walk=-1",
            "talks.walk=0.1&talks.walk=0.2",
            "rent=off",
        ],
    )
    def test_changes_that_cannot_be_made_are_refused_in_words(self, client, query):
        answer = client.get(f"{SCENARIO}/whatif.json?{query}")
        assert answer.status_code == 422
        assert "talks" in answer.json()["error"] or "rent" in answer.json()["error"]

    def test_without_an_emulator_there_is_no_quick_answer(self, client):
        assert client.get(f"{SCENARIO}/whatif/about?talks.walk=0.06").status_code == 204
        assert client.get(f"{SCENARIO}/whatif/about.json?talks.walk=0.06").json()["about"] is False


def test_links_that_lead_out_of_the_folder_or_nowhere_are_not_listed(client, folder):
    outside = folder.parent / "outside.toml"
    outside.write_text((folder / NAME).read_text())
    (folder / "out.toml").symlink_to(outside)
    (folder / "nowhere.toml").symlink_to(folder / "missing.toml")
    (folder / "archive").mkdir()
    (folder / "archive" / "x.json").symlink_to(folder / "missing.json")
    names = [s["name"] for s in client.get("/library.json").json()["scenarios"]]
    assert NAME in names
    assert not {"out.toml", "nowhere.toml"} & set(names)
    assert client.get("/archive").status_code < 500


def test_a_failure_of_work_is_a_page_in_words(client, monkeypatch):
    from peacetalks.web.lanes import Job, Lane

    async def submit(self, key, task, owner, **more):
        job = Job(key, task, owner)
        job.finish(Failure(422, "no equilibrium within tolerance: <b>try</b> more sweeps"))
        return job

    monkeypatch.setattr(Lane, "submit", submit)
    answer = client.get(f"{SCENARIO}/forecast")
    assert answer.status_code == 422
    assert "no equilibrium" in answer.text
    assert "<b>try</b>" not in answer.text
    assert client.get(f"{SCENARIO}/forecast.json").json() == {
        "error": "no equilibrium within tolerance: <b>try</b> more sweeps"
    }


@pytest.mark.slow
def test_every_page_of_work_is_served_with_its_json_and_from_the_cache_afterwards(served):
    address, _, _ = served
    for section in WORKED:
        status, _, text = get(address, f"{SCENARIO}/{section}.json")
        assert status == 200, text
        values = json.loads(text)
        assert values["scenario"] == "korea-1951"
        status, headers, page = get(address, f"{SCENARIO}/{section}")
        assert status == 200
        assert f'href="{SCENARIO}/{section}.json"' in page
        assert get(address, f"{SCENARIO}/{section}", **{"if-none-match": headers["etag"]})[0] == 304
    status, _, text = get(address, "/scenario/broken.toml/forecast.json")
    assert status == 422
    assert json.loads(text)["error"].startswith("broken.toml: windwo: unknown key")
    assert {"best", "model", "record"} <= set(json.loads(get(address, f"{SCENARIO}/forecast.json")[2]))


@pytest.mark.slow
def test_the_record_and_saved_forecasts_are_served_with_their_json(served):
    import peacetalks as pt
    from peacetalks.archive import save

    address, _, folder = served
    assert json.loads(get(address, "/archive.json")[2])["forecasts"] == []
    small = pt.load(folder / NAME)
    o = pt.outlook(small, belief_points=2, certify=False)
    for _ in range(2):
        save(o, folder / "archive")
    assert json.loads(get(address, "/archive.json")[2])["forecasts"][0]["count"] == 2
    values = json.loads(get(address, "/archive/korea-1951.json")[2])
    assert len(values["points"]) == 2
    assert get(address, "/archive/korea-1951.json?by=yesterday")[0] == 422
    status, _, text = get(address, "/evidence.json?event=ceasefire%20fails&class=mediated&as_of=2010-01-01")
    values = json.loads(text)
    assert (status, values["event"], values["class"], values["as_of"]) == (
        200,
        "ceasefire fails",
        "mediated",
        "2010-01-01",
    )
    assert len(values["cases"]) == values["classes"]["mediated"]
    assert get(address, "/evidence.json?event=peace%20comes")[0] == 422


@pytest.mark.slow
def test_the_exact_answer_of_a_what_if_is_that_of_the_package(served):
    import peacetalks as pt

    address, _, folder = served
    status, _, text = get(address, f"{SCENARIO}/whatif.json?talks.walk=0.2")
    assert status == 200
    values = json.loads(text)
    w = pt.whatif(pt.load(folder / NAME), {"talks.walk": 0.2}).to_dict()
    assert values["changes"] == json.loads(json.dumps(w["changes"]))
    for of in ("model", "best"):
        for end in ("peace", "nowhere", "more_conflict"):
            assert values["after"][of][end] == pytest.approx(w["after"][of][end], abs=1e-12)
            assert values["difference"][of][end] == pytest.approx(w["difference"][of][end], abs=1e-12)
    news = get(address, f"{SCENARIO}/whatif/exact?talks.walk=0.2")[2]  # solved before: at once
    assert news.startswith("event: done\n")


def test_a_forecast_says_what_a_reader_must_know_of_the_scenario(tmp_path):
    path = tmp_path / "far.toml"
    entries = tiny().written() | {"as_of": dt.date(2090, 1, 1)}
    path.write_text(toml(entries), encoding="utf-8")
    made = work.forecast(str(path), 2**31, Frame("forecast"), lambda done, of: None)
    assert "(as_of = 2090-01-01) lies in the future" in made.html
