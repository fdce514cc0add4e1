"""How long a forecast takes: fixed sizes, warm; CPU seconds, medians of several runs in one process.

    python benchmarks/speed.py                    # the table, as Markdown
    python benchmarks/speed.py --write docs/speed.md

Sizes: 11 offers, 21 front positions, 9 belief points a side.  *First half*: battlefield, talks, ceasefire, sanctions,
rent, challengers; *everything*: all tables of russia-ukraine-2025.  How the accuracy grows with the number of belief
points is shown by the probability of a settlement within a year.  Accuracy and time on a small game are compared with
an independent solver of the whole tree (`tests/oracle/tree.py`), which has no belief grid and shares nothing with the
program.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xarray as xr
from engine_tasks import SECOND_HALF
from sections import write_section

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.forecasting.jobs import processes as most
from peacetalks.forecasting.settings import TOLERANCE
from peacetalks.mechanisms.state import label

HEADING = "## Fixed sizes"
INTRODUCTION = """\
Fixed sizes (21 front positions and 11 terms on offer unless a row says otherwise); CPU seconds, {runs}.
*First half* is russia-ukraine-2025 with battlefield, talks, ceasefire, sanctions, rent and challengers; *everything* is
the whole scenario. A state is the public state at the start of a period, a node a stage and state at which something
is chosen; a sweep solves every node once at every belief. The last column is the probability of a settlement within a
year. Remade by `python benchmarks/speed.py --write docs/speed.md`."""
RUNS, HORIZON, POINTS, YEAR, DRAWS = 3, 36, 9, 11, 8


def scenario(everything: bool, periods: int | None = None, positions: int = 21) -> pt.Scenario:
    """Return russia-ukraine-2025 at the size measured."""
    base = pt.load("russia-ukraine-2025")
    change: dict[str, Any] = {} if everything else {k: None for k in SECOND_HALF if k in base.written()}
    change |= {"battlefield.positions": positions} if positions != 21 else {}
    change |= {"periods": periods} if periods else {}
    return pt.patch(base, change) if change else base


def median(f: Callable[[], Any], clock: Callable[[], float] = time.process_time) -> tuple[float, Any]:
    """Return the median time of RUNS calls, and the last result."""
    times, out = [], None
    for _ in range(RUNS):
        began = clock()
        out = f()
        times.append(clock() - began)
    return statistics.median(times), out


def timed(name: str, s: pt.Scenario, points: int = POINTS) -> str:
    """Return a row: build, solve and forecast of a scenario."""
    months = HORIZON if s.periods is None else s.periods
    return row(name, lambda: pt.build(s), float(s.rationality), points, lambda x: pt.forecast(x, label, periods=months))


def types(count: int, points: int) -> str:
    """Return a row: six rounds of bargaining while fighting, payoffs on the profile of `count` types a side."""
    name = f"bargaining while fighting, {count} types a side"
    return row(
        name,
        lambda: make("rounds", rounds=6, kinds=count, offers=3),
        20.0,
        points,
        lambda s: pt.forecast(s, lambda state: str(state[0]), periods=6),
    )


def row(
    name: str, build: Callable[[], pt.Game], lam: float, points: int, forecast: Callable[[pt.Solution], xr.DataArray]
) -> str:
    """Return a row: a game built, solved and forecast."""
    built, game = median(build)
    solve, found = median(
        lambda: pt.solve(game, rationality=lam, belief_points=points, tolerance=TOLERANCE, certify=False)
    )
    cast, shares = median(lambda: forecast(found))
    k = found.settings
    known = "settlement" in shares.outcome and len(shares) > YEAR
    settled = f"{float(shares.sel(outcome='settlement')[YEAR]):.4f}" if known else "-"
    return (
        f"| {name} | {k['states']} | {k['nodes']} | {k['beliefs']} | {k['sweeps']} | {solve + built:.2f} | {cast:.2f} "
        f"| {found.residual:.0e} | {settled} |"
    )


def rows() -> list[str]:
    """Return every row of the table."""
    out = [
        "| game | states | nodes | beliefs | sweeps | build and solve, s | forecast, s | residual | settled in a year |"
    ]
    out.append("|---|---|---|---|---|---|---|---|---|")
    for points in (5, 9, 17):
        out.append(timed(f"first half, {points} belief points, stationary", scenario(False), points))
    for periods in (9, 18, 36):
        out.append(timed(f"first half, {periods} periods", scenario(False, periods)))
    for positions in (6, 11, 41):
        out.append(timed(f"first half, {positions} positions, stationary", scenario(False, positions=positions)))
    for points in (5, 9):
        out.append(timed(f"everything, {points} belief points, stationary", scenario(True), points))
    return out + [types(count, points) for count, points in ((2, 9), (3, 9), (4, 5))]


def processes() -> str:
    """Return a line: draws of everything in one process and in as many as CPUs may be used."""
    s = scenario(True)
    seconds = {
        jobs: median(lambda jobs=jobs: pt.outlook(s, draws=DRAWS, jobs=jobs), time.perf_counter)[0]
        for jobs in (1, most(None))
    }
    parts = ", ".join(f"{x:.1f} s in {jobs}" for jobs, x in seconds.items())
    return f"A forecast of everything with {DRAWS} draws, by processes, on the clock: {parts}."


def memory(points: int) -> str:
    """Return a line: memory of a process that forecasts everything once."""
    code = (
        "import peacetalks as pt; from peacetalks.mechanisms.state import label; "
        "from peacetalks.forecasting.solve_scenario import solve_scenario as solve; "
        f"pt.forecast(solve(pt.load('russia-ukraine-2025'), {points}), label, periods={HORIZON}); "
        "print(open('/proc/self/status').read())"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    peak = int(said.stdout.split("VmHWM:")[1].split()[0]) / 1024  # Linux; getrusage would count the process that forked
    return f"Memory of one solve and forecast of everything, {points} belief points: {peak:.0f} MiB."


def peer() -> str:
    """Return a line: the integration game (o23) on the grid and on the tree."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from oracle.tree import solve_tree

    game = make("integration")
    grid, s = median(lambda: pt.solve(game, 20.0, belief_points=41, certify=False))
    tree, t = median(lambda: solve_tree(game, 20.0))
    difference = max(abs(s.value(p) - t.value(p)) for p in ("A", "B"))
    return (
        f"Integration game, 41 belief points: {grid:.2f} s on the grid, {tree:.2f} s on the whole tree "
        f"(ratio {tree / grid:.1f}); values differ by at most {difference:.1e}."
    )


def help_time() -> str:
    """Return a line: `peacetalks --help`."""
    command = [sys.executable, "-m", "peacetalks.cli", "--help"]
    seconds, _ = median(lambda: subprocess.run(command, check=True, capture_output=True), time.perf_counter)
    return f"`peacetalks --help`, on the clock: {seconds:.2f} s."


def main() -> None:
    """Print the table, or write it."""
    parse = argparse.ArgumentParser()
    parse.add_argument("--write", type=Path)
    parse.add_argument("--runs", type=int, default=RUNS, help="runs of which the median is reported")
    args = parse.parse_args()
    globals()["RUNS"] = args.runs
    pt.solve(pt.build(pt.load("korea-1951")), belief_points=3, tolerance=1e-2)  # the core is loaded
    runs = "one run" if args.runs == 1 else f"median of {args.runs} runs in one process"
    lines = [
        INTRODUCTION.format(runs=runs),
        "",
        *rows(),
        "",
        peer(),
        processes(),
        help_time(),
        memory(5),
        memory(POINTS),
    ]
    text = "\n".join(lines)
    if args.write:
        write_section(args.write, HEADING, text)
    print(text)


if __name__ == "__main__":
    main()
