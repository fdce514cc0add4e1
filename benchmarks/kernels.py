"""What each kernel of the numerical core costs, against the bytes and the arithmetic that it cannot do without.

    python benchmarks/kernels.py                        # the table, as Markdown
    python benchmarks/kernels.py --write docs/speed.md

One sweep of russia-ukraine-2025 at 5 belief points a side, and one of bargaining while fighting at 21, from values and
starts that have converged, as in the last sweeps of a solve.  A kernel's *bytes* are those of the values, payoffs and
starts that it must read and of the values and starts that it must write, once each; its *operations* those of two
best responses a fixed point: interpolation of the values that the mover compares, exponentials (20 each), Bayes' rule,
and the interpolation of everybody's values at the posteriors found.  The bound is the larger of the times that this
machine takes for so many bytes (a copy in memory) and operations (a product of matrices, one thread).

*Without it* is the same nodes solved by the kernel for several participants: what the special kernel is worth.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from sections import write_section
from threadpoolctl import threadpool_limits

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.equilibrium import dispatch
from peacetalks.equilibrium.dispatch import ONE_MOVER, SEVERAL, SINGLE
from peacetalks.equilibrium.kernels import core
from peacetalks.equilibrium.off_grid import NODE_STEPS
from peacetalks.equilibrium.period_map import PeriodMap

HEADING = "## Kernels"
TEXT = """\
Nanoseconds a node and belief, medians of {runs} sweeps from converged values; {machine}. The bound is
the larger of the time for the bytes that must be moved ({bytes:.1f} GB/s copied here) and for the arithmetic
({flops:.0f} GFLOP/s in a product of matrices here), as `benchmarks/kernels.py` counts them; *without it* is the kernel
for several participants in its place. Remade by `python benchmarks/kernels.py --write docs/speed.md`."""
NAMES = {SINGLE: "single", ONE_MOVER: "one mover", SEVERAL: "several"}
RUNS, BEST_RESPONSES, EXPONENTIAL, CORNERS = 9, 2, 20, 4
TIGHT = 1e-8  # residual of a node: that of the last sweeps


@dataclass(frozen=True)
class Peak:
    """What this machine can do in one thread."""

    bytes: float  # copied a second
    flops: float  # of a product of matrices, a second


def seconds(work: Callable[[], Any], runs: int = RUNS) -> float:
    """Return the median time of `work`, in CPU seconds."""
    work()
    taken = []
    for _ in range(runs):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def peak() -> Peak:
    """Measure this machine."""
    a, b = np.ones(2**24), np.ones(2**24)
    m = np.ones((800, 800))
    with threadpool_limits(1):
        product = seconds(lambda: m @ m)
    return Peak(2 * a.nbytes / seconds(lambda: np.copyto(b, a)), 2 * 800**3 / product)


def solved(game: pt.Game, lam: float, points: int) -> PeriodMap:
    """Return the period map of a game at its solution: of a finite game, in the first period."""
    s = pt.solve(game, lam, points, certify=False)
    map_ = PeriodMap(s.compiled, s.grid, np.full(len(game.players), lam))
    following = s.boundary_values[min(1, len(s.boundary_values) - 1)]
    for _ in range(2):
        map_.solve(following, TIGHT)
    return map_


def sweep(map_: PeriodMap, kernel: int, nodes: np.ndarray) -> None:
    """Solve a batch once."""
    arrays = nodes, map_.c.layout, map_.grid, map_.plan, map_.X, map_.logs
    if kernel == SINGLE:
        core.sweep_single(*arrays, map_.lam, False)
    else:
        core.sweep_alike(*arrays, map_.starts, map_.lam, TIGHT, NODE_STEPS if kernel == SEVERAL else None, False)


def shape(map_: PeriodMap, kernel: int, nodes: np.ndarray) -> tuple[int, tuple[tuple[int, int], ...]]:
    """Return the kernel of a batch and (types, actions) of its participants."""
    lay, n = map_.c.layout, int(nodes[0])
    i, j = lay.part_ptr[n], lay.part_ptr[n + 1]
    types = dispatch.types_of_participants(map_.c)[i:j]
    return kernel, tuple(zip(types.tolist(), lay.part_actions[i:j].tolist(), strict=True))


def bound(map_: PeriodMap, kernel: int, nodes: np.ndarray, machine: Peak) -> float:
    """Return the seconds that a batch cannot do without."""
    lay, beliefs, columns = map_.c.layout, map_.grid.total, map_.X.shape[1]
    profiles = int(np.sum(lay.prof_ptr[nodes + 1] - lay.prof_ptr[nodes]))
    entries = int(np.sum(lay.lottery_ptr[lay.prof_ptr[nodes + 1]] - lay.lottery_ptr[lay.prof_ptr[nodes]]))
    starts = int(np.sum(map_.plan.start_ptr[nodes + 1] - map_.plan.start_ptr[nodes]))
    numbers = (entries + len(nodes)) * columns * beliefs + profiles * columns + 2 * starts
    row = shape(map_, kernel, nodes)[1]
    if kernel == SINGLE:
        flops = 2 * entries * columns * beliefs + (EXPONENTIAL * profiles * beliefs if row[0][0] == 1 else 0)
    else:
        compared = sum(types for types, _ in row)
        corners = CORNERS if len(row) > 1 else map_.grid.size[0]
        respond = profiles * (2 * corners * compared + 2 * len(row)) + EXPONENTIAL * len(nodes) * sum(
            types * actions for types, actions in row
        )
        flops = beliefs * (BEST_RESPONSES * respond + 2 * corners * profiles * columns)
    return max(8 * numbers / machine.bytes, flops / machine.flops)


def without(map_: PeriodMap) -> PeriodMap:
    """Return the same period map with every node solved by the kernel for several participants."""
    kernels = np.full(map_.c.n_nodes, SEVERAL)
    kernels[dispatch.node_kernels(map_.c) == SINGLE] = SINGLE
    with patch.object(dispatch, "node_kernels", lambda _: kernels):
        other = PeriodMap(map_.c, map_.grid, map_.lam)
    n = map_.c.n_nodes
    other.X[n:] = map_.X[n:]
    for _ in range(2):
        for kernel, nodes in other.batches:
            sweep(other, kernel, nodes)
    return other


def table(name: str, map_: PeriodMap, machine: Peak) -> list[str]:
    """Return the rows of one game, the most expensive kind of node first."""
    groups: dict[Any, list[np.ndarray]] = {}
    for kernel, nodes in map_.batches:
        groups.setdefault(shape(map_, kernel, nodes), []).append(nodes)
    other, rows = without(map_), []
    for (kernel, row), batches in groups.items():
        count = sum(map(len, batches)) * map_.grid.total
        now = seconds(lambda k=kernel, b=batches: [sweep(map_, k, nodes) for nodes in b])
        least = sum(bound(map_, kernel, nodes, machine) for nodes in batches)
        more = ""
        if kernel == ONE_MOVER:
            slow = seconds(lambda b=batches: [sweep(other, SEVERAL, nodes) for nodes in b], 3)
            more = f"{slow / now:.1f} times"
        who = " x ".join(f"{types} types, {actions} actions" for types, actions in row)
        unit = 1e9 / count
        cells = (name, NAMES[kernel], who, f"{count:,}", f"{unit * now:.0f}", f"{unit * least:.0f}")
        rows.append((now, f"| {' | '.join(cells)} | {now / least:.1f} | {more} |"))
    return [text for _, text in sorted(rows, reverse=True)]


def main() -> None:
    """Measure and print the table."""
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--write", type=Path, help="also write the section of this Markdown page")
    args = parse.parse_args()
    from engine import machine

    best, war = peak(), pt.load("russia-ukraine-2025")
    head = ["| game | kernel | participants | nodes x beliefs | ns | bound, ns | ratio | without it |"]
    rows = table(war.name, solved(pt.build(war), float(war.rationality), 5), best)
    rows += table("rounds", solved(make("rounds", rounds=4, kinds=2, offers=3), 20.0, 21), best)
    text = TEXT.format(runs=RUNS, machine=machine(), bytes=best.bytes / 1e9, flops=best.flops / 1e9)
    text = "\n".join([text, "", *head, "|---|---|---|---|---|---|---|---|", *rows])
    print(text)
    if args.write:
        write_section(args.write, HEADING, text)


if __name__ == "__main__":
    main()
