"""The emulator's answer on the what-if page: that of the emulator, quick, marked, and none where it cannot answer."""

import time

import pytest
from starlette.testclient import TestClient
from support.served import NAME

import peacetalks as pt
from peacetalks.forecasting.emulator import emulate
from peacetalks.pages.card import bar_at
from peacetalks.web.made import Built, Task
from peacetalks.web.places import digest_of, find
from peacetalks.web.store import page_key

pytestmark = pytest.mark.slow
WHATIF = f"/scenario/{NAME}/whatif"
PATHS = ["talks.walk", "battlefield.mobility"]
SECONDS = 0.15


def built_into(client: TestClient, settings, built: Built) -> None:
    """Have the application hold an emulator of the scenario."""
    place = find(settings, NAME)
    key = page_key(Task("emulator", (place.source, settings.memory)), digest_of(settings, place))
    client.app.app.state.site.emulators[key] = built


def test_the_answer_is_the_emulators_and_quick_and_there_is_none_beyond_its_range(client, settings, folder):
    o = pt.outlook(pt.load(folder / NAME), belief_points=2, certify=False)
    e = emulate(o, PATHS, draws=16)
    built_into(client, settings, Built(e, vars(bar_at(o, 12)), 0.2, ""))
    values = client.get(f"{WHATIF}/about.json?talks.walk=0.06").json()
    best = e.predict_best({"talks.walk": 0.06})
    assert values["about"] is True
    assert values["ends"]["peace"] == pytest.approx(best.sel(end="peace").values.tolist())
    took = []
    for k in range(20):
        began = time.perf_counter()
        answer = client.get(f"{WHATIF}/about?talks.walk={0.05 + k / 1000}&battlefield.mobility=0.25")
        took.append(time.perf_counter() - began)
        assert answer.status_code == 200
    assert sorted(took)[len(took) // 2] < SECONDS
    assert 'class="badge about"' in answer.text
    assert "points of the exact one" in answer.text
    assert client.get(f"{WHATIF}/about?talks.walk=0.9").status_code == 204
    assert "range" in client.get(f"{WHATIF}/about.json?talks.walk=0.9").json()["reason"]
    assert client.get(f"{WHATIF}/about?talks.accept=0.2").status_code == 204
    built_into(client, settings, Built(e, vars(bar_at(o, 12)), 0.2, "the emulator misses by 9 points"))
    assert client.get(f"{WHATIF}/about?talks.walk=0.06").status_code == 204
