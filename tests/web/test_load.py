"""Fifty readers at once while a game is solved: no error, quick answers, and no more memory than before."""

import json
import threading
import urllib.request

import pytest
from support.load import load, memory
from support.served import NAME, make_folder, server

pytestmark = pytest.mark.slow
SCENARIO = f"/scenario/{NAME}"
BARE = "/robots.txt"
PAGES = [f"{SCENARIO}/forecast", f"{SCENARIO}/forecast.json", "/evidence"]
MOST_SECONDS, MOST_RATIO = 0.2, 8.0  # of the 95% point: by itself, or as a multiple of the bare page's
MEGABYTE = 2**20


def get(url):
    with urllib.request.urlopen(url, timeout=400) as answer:
        return answer.read()


def test_fifty_readers_and_a_solve(tmp_path):
    with server(make_folder(tmp_path / "folder")) as (address, _, process):
        get(f"{address}{SCENARIO}/forecast.json")
        json.loads(get(f"{address}/evidence.json"))
        load(address, [*PAGES, BARE], readers=50, seconds=1.0)  # warm
        before, solved = memory(process.pid), []

        def solve():
            solved.append(get(f"{address}{SCENARIO}/whatif.json?talks.walk=0.21"))

        solving = threading.Thread(target=solve)
        solving.start()
        found = load(address, [*PAGES, BARE], readers=50, seconds=5.0, pause=0.1)
        solving.join()
        assert found.wrong == []
        assert found.answers > 500
        assert json.loads(solved[0])["changes"]
        bare = found.quantile(0.95, BARE)
        for path in PAGES:
            assert found.quantile(0.95, path) < max(MOST_SECONDS, MOST_RATIO * bare), path
        after = memory(process.pid)
        if before is not None and after is not None:
            assert after < before + 40 * MEGABYTE
