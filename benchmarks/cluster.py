"""What a cluster costs: pieces per second that the scheduler bears, and a small forecast on it and without it.

    python benchmarks/cluster.py                      # the tables, as Markdown
    python benchmarks/cluster.py --write docs/cluster.md

The pieces of the first table sleep: what they lack to the ideal is the time of scheduler and client, which are both in
this process.  In the second table a forecast with draws is solved in this process, in processes, and by the workers of
a cluster on this machine, which are started beforehand.  Seconds of processors depend little on what else is going on.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sections import write_section

import peacetalks as pt
from peacetalks.forecasting.cluster import Cluster, cluster
from peacetalks.forecasting.jobs import processes, solve_all

HEADING = "## Measured"
LENGTHS, WORKERS = (0.0, 0.001, 0.01, 0.1, 1.0), (1, 2)
PIECES = {0.0: 200, 0.001: 200, 0.01: 100, 0.1: 20, 1.0: 8}  # of a row: times the number of workers
DRAWS, BELIEF_POINTS, RUNS = 6, 3, 3


class Timer:
    """Seconds that have passed, and seconds of processors in this process, its children and the workers."""

    def __init__(self, workers: Cluster | None = None) -> None:
        self.workers = workers
        self.began = self._now()

    def _now(self) -> tuple[float, float, float]:
        own, there = os.times(), 0.0
        if self.workers is not None:
            there = sum(self.workers.client.run(time.process_time).values())
        return time.perf_counter(), own.user + own.system, own.children_user + own.children_system + there

    def taken(self) -> tuple[float, float, float]:
        """Return seconds passed, and those of processors: of this process, and of those that solve for it."""
        passed, here, there = (now - before for now, before in zip(self._now(), self.began, strict=True))
        return passed, here, there


def medians(f: Callable[[], Any], runs: int, workers: Cluster | None = None) -> list[float]:
    """Return the medians of what a timer says of several calls, each by itself."""
    found = []
    for _ in range(runs):
        timer = Timer(workers)
        f()
        found.append(timer.taken())
    return [statistics.median(x) for x in zip(*found, strict=True)]


def stubs(runs: int) -> list[str]:
    """Return the table of pieces that sleep: by their length and the number of workers."""
    cells: dict[float, list[str]] = {length: [] for length in LENGTHS}
    for count in WORKERS:
        with cluster(f"local:{count}"):
            solve_all(time.sleep, [0.0] * 20)  # everything is loaded
            for length in LENGTHS:
                pieces = PIECES[length] * count
                passed, here, _ = medians(partial(solve_all, time.sleep, [length] * pieces), runs)
                ideal = f"{pieces * length / count / passed:.0%}" if length else "-"
                cells[length] += [f"{pieces / passed:.0f}", ideal, f"{1000 * here / pieces:.1f} ms"]
    titles = ("pieces per second", "of the ideal", "processor time a piece")
    head = [f"{n} worker{'s' * (n > 1)}: {title}" for n in WORKERS for title in titles]
    rows = [f"| a piece takes | {' | '.join(head)} |", "|---|" + "---|" * len(head)]
    return [*rows, *(f"| {length * 1000:.0f} ms | {' | '.join(row)} |" for length, row in cells.items())]


def forecasts(runs: int) -> list[str]:
    """Return the table of a forecast with draws, by who solves it."""
    forecast = partial(pt.outlook, pt.load("korea-1951"), draws=DRAWS, belief_points=BELIEF_POINTS, certify=False)
    forecast(draws=0)  # everything is loaded here
    several = processes(None)
    ways: dict[str, tuple[str | None, int]] = {
        "this process": (None, 1),
        f"{several} processes": (None, several),
        "cluster of 1 local worker": ("local:1", 1),
        "cluster of 2 local workers": ("local:2", 1),
    }
    rows = ["| who solves | s | processor s | ratio to this process | start, s |", "|---|---|---|---|---|"]
    first = 0.0
    for name, (where, jobs) in ways.items():
        began = time.perf_counter()
        with cluster(where) if where else nullcontext() as workers:
            start = f"{time.perf_counter() - began:.0f}" if where else "-"
            if where:
                forecast()  # everything is loaded there, and the base is solved
            passed, here, there = medians(partial(forecast, jobs=jobs), runs, workers)
        first = first or here + there
        rows.append(f"| {name} | {passed:.1f} | {here + there:.1f} | {(here + there) / first:.2f} | {start} |")
        print(rows[-1], file=sys.stderr, flush=True)
    return rows


def main() -> None:
    """Print the tables, or write them."""
    parse = argparse.ArgumentParser()
    parse.add_argument("--write", type=Path)
    parse.add_argument("--runs", type=int, default=RUNS, help="runs of which the median is reported")
    args = parse.parse_args()
    kind = f"{platform.machine()}, {processes(None)} processors"
    tables = stubs(args.runs), forecasts(args.runs)
    load = os.getloadavg()[2] if hasattr(os, "getloadavg") else float("nan")
    lines = [
        f"{datetime.now(UTC).date()}, {kind}, with other work on it (mean load {load:.0f}); medians of {args.runs} "
        "runs. Remade by `python benchmarks/cluster.py --write docs/cluster.md`.",
        "",
        "Pieces that only sleep; the processor time is that of scheduler and client, which share a process here:",
        "",
        *tables[0],
        "",
        f"A forecast of korea-1951 with {DRAWS} draws at {BELIEF_POINTS} belief points (each beside its typical case):",
        "",
        *tables[1],
    ]
    text = "\n".join(lines)
    if args.write:
        write_section(args.write, HEADING, text)
    print(text)


if __name__ == "__main__":
    main()
