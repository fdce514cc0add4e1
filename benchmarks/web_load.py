"""Readers of the pages that `peacetalks serve` serves, on this machine, for a bounded time, while games are solved.

    python benchmarks/web_load.py                      # fifty readers for a minute
    python benchmarks/web_load.py --seconds 10 --readers 20 --pause 0

Each reader asks for cached pages and for a bare one (robots.txt) in turn, with a pause between two, on a connection of
its own; meanwhile one what-if after another is solved.  Printed are the 50 and 95% points of the seconds to the whole
answer, as a ratio to the bare page too, errors, and the memory of the server at the start and at the end.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.load import load, memory
from support.served import NAME, make_folder, server

SCENARIO = f"/scenario/{NAME}"
BARE = "/robots.txt"
PAGES = [f"{SCENARIO}/forecast", f"{SCENARIO}/forecast.json", f"{SCENARIO}/claims", "/evidence"]


def get(url: str) -> None:
    with urllib.request.urlopen(url, timeout=600) as answer:
        answer.read()


def solve(address: str, ended: threading.Event, solved: list[float]) -> None:
    """Solve one what-if after another until the time is over."""
    walk = 0.2
    while not ended.is_set():
        walk += 0.0001
        get(f"{address}{SCENARIO}/whatif.json?talks.walk={walk:.4f}")
        solved.append(walk)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--pause", type=float, default=0.2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, server(make_folder(Path(folder) / "folder")) as (address, _, process):
        for path in PAGES[1:]:
            get(address + (path if path.endswith(".json") else f"{path}.json"))
        load(address, [*PAGES, BARE], given.readers, 2.0, given.pause)
        ended, solved, start = threading.Event(), [], memory(process.pid)
        solving = threading.Thread(target=solve, args=(address, ended, solved), daemon=True)
        solving.start()
        found = load(address, [*PAGES, BARE], given.readers, min(given.seconds, 600.0), given.pause)
        ended.set()
        end = memory(process.pid)
        print(
            f"{given.readers} readers, {given.seconds:g} s, pause {given.pause:g} s; {found.answers} answers, ", end=""
        )
        print(f"{len(found.wrong)} errors; {len(solved)} what-ifs solved meanwhile")
        print("| page | 50% ms | 95% ms | 95%, ratio to the bare page |\n|---|---:|---:|---:|")
        bare = found.quantile(0.95, BARE)
        for path in [BARE, *PAGES]:
            median, late = (found.quantile(q, path) for q in (0.5, 0.95))
            print(f"| {path} | {1000 * median:.1f} | {1000 * late:.1f} | {late / bare:.2f} |")
        if start is not None and end is not None:
            print(f"Memory of the server: {start / 2**20:.0f} MB at the start, {end / 2**20:.0f} MB at the end")


if __name__ == "__main__":
    main()
