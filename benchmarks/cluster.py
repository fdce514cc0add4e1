"""What a cluster costs: pieces per second that the scheduler bears, and a small forecast on it and without it.

    python benchmarks/cluster.py                      # the tables, as Markdown
    python benchmarks/cluster.py --write docs/cluster.md

The pieces of the first table sleep, so that more workers than processors can be measured: what they lack to the ideal
is the time of scheduler and client.  In the second table a forecast with draws is solved in this process, in processes,
and by the workers of a cluster on this machine, which are started beforehand; each run is the median of several.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sections import write_section

import peacetalks as pt
from peacetalks.forecasting.cluster import cluster
from peacetalks.forecasting.jobs import processes, solve_all

HEADING = "## Measured"
LENGTHS, WORKERS, SECONDS = (0.0, 0.001, 0.01, 0.1, 1.0), (1, 2, 4), 3.0
MOST, LEAST = 400, 8  # pieces of a row
DRAWS, BELIEF_POINTS, RUNS = 12, 3, 3


def median(f: Callable[[], Any], runs: int) -> tuple[float, float, float]:
    """Return the median, the least and the most of the seconds of several calls."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        f()
        times.append(time.perf_counter() - began)
    return statistics.median(times), min(times), max(times)


def stubs(runs: int) -> list[str]:
    """Return the table of pieces that sleep: by their length and the number of workers."""
    rates: dict[float, list[str]] = {length: [] for length in LENGTHS}
    for count in WORKERS:
        with cluster(f"local:{count}"):
            solve_all(time.sleep, [0.0] * 20)  # everything is loaded
            for length in LENGTHS:
                pieces = int(min(MOST, max(LEAST * count, SECONDS * count / max(length, 1e-3))))
                seconds, _, _ = median(partial(solve_all, time.sleep, [length] * pieces), runs)
                ideal = f", {pieces * length / count / seconds:.0%}" if length else ""
                rates[length].append(f"{pieces / seconds:.0f}{ideal}")
    head = " | ".join(f"{n} worker{'' if n == 1 else 's'}" for n in WORKERS)
    rows = [f"| a piece takes | {head} |", "|---|" + "---|" * len(WORKERS)]
    return [*rows, *(f"| {length * 1000:.0f} ms | {' | '.join(cells)} |" for length, cells in rates.items())]


def forecasts(runs: int) -> list[str]:
    """Return the table of a forecast with draws, by who solves it."""
    scenario = pt.load("korea-1951")
    forecast = partial(pt.outlook, scenario, draws=DRAWS, belief_points=BELIEF_POINTS, certify=False)
    forecast(draws=0)  # the core is loaded
    several = processes(None)
    ways: dict[str, tuple[str | None, int]] = {
        "this process": (None, 1),
        f"{several} processes, started in the run": (None, several),
        "cluster of 1 local worker": ("local:1", 1),
        "cluster of 2 local workers": ("local:2", 1),
    }
    rows, first = ["| who solves | s | of runs | ratio | start, s |", "|---|---|---|---|---|"], 0.0
    for name, (where, jobs) in ways.items():
        began = time.perf_counter()
        with cluster(where) if where else nullcontext():
            started = time.perf_counter() - began
            if where:
                forecast()  # the workers have loaded everything, and have solved the base
            seconds, least, most = median(partial(forecast, jobs=jobs), runs)
        first = first or seconds
        start = f"{started:.1f}" if where else "-"
        rows.append(f"| {name} | {seconds:.1f} | {least:.1f} to {most:.1f} | {seconds / first:.2f} | {start} |")
    return rows


def main() -> None:
    """Print the tables, or write them."""
    parse = argparse.ArgumentParser()
    parse.add_argument("--write", type=Path)
    parse.add_argument("--runs", type=int, default=RUNS, help="runs of which the median is reported")
    args = parse.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    kind = f"{platform.machine()}, {processes(None)} processors"
    lines = [
        f"{datetime.now(UTC).date()}, {kind}, on which other work went on (load {load:.0f} at the start); medians of "
        f"{args.runs} runs. Remade by `python benchmarks/cluster.py --write docs/cluster.md`.",
        "",
        "Pieces per second where a piece only sleeps, and which share of its time a worker works:",
        "",
        *stubs(args.runs),
        "",
        f"A forecast of korea-1951 with {DRAWS} draws at {BELIEF_POINTS} belief points (each draw beside its typical "
        "case):",
        "",
        *forecasts(args.runs),
    ]
    text = "\n".join(lines)
    if args.write:
        write_section(args.write, HEADING, text)
    print(text)


if __name__ == "__main__":
    main()
