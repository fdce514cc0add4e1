"""Compiled kernels on disk: say so when they must be compiled, and never use ones of other sources.

Numba keys a cached kernel on its own file only; a kernel that calls into another file would survive that
file's change.  A stamp over all kernel files, kept beside the cache, makes the set valid as a whole.  The first
time, a second process compiles the kernels that this one needs later; `settled` waits for it.
"""

from __future__ import annotations

import hashlib
import logging
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np

from peacetalks import _duel, _exp, _kernels, _measure, _newton, _signal, _sweep

log = logging.getLogger("peacetalks")
FILES = (_exp, _kernels, _newton, _signal, _duel, _sweep, _measure)
_helpers: list[subprocess.Popen[bytes]] = []


@cache
def ready() -> bool:
    """Drop kernels compiled from other sources and announce compilation; return whether a cache was there."""
    folder = Path(str(_sweep.edges.stats.cache_path))
    sources = b"".join(Path(str(m.__file__)).read_bytes() for m in FILES)
    digest = hashlib.sha256(sources).hexdigest()
    stamp = folder / "peacetalks-kernels.sha256"
    known = stamp.is_file() and stamp.read_text() == digest
    if not known:
        for module in FILES:
            for old in folder.glob(f"{module.__name__.rpartition('.')[2]}.*.nb[ic]"):
                old.unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        stamp.write_text(digest)
    found = known and any(folder.glob("_sweep.sweep_signal-*.nbi"))
    if not found:
        log.warning("First run on this machine: compiling the numerical kernels, once (about 25 seconds).")
        _helpers.append(subprocess.Popen([sys.executable, "-c", "from peacetalks._cache import warm; warm()"]))
    return found


def settled() -> None:
    """Wait for the second process, if there is one."""
    while _helpers:
        _helpers.pop().wait()


def warm() -> None:
    """Compile the second half of the kernels, on a game of one decision."""
    from peacetalks.beliefs import make_grid
    from peacetalks.compile import compile_game
    from peacetalks.game import Decision, Game, Move
    from peacetalks.plan import make_plan

    act = Decision("act", "A", lambda s: [Move("a", "end"), Move("b", "end")])
    game = Game(players=("A",), types={"A": {"x": 0.5, "y": 0.5}}, start="open", stages=(act,))
    c, grid = compile_game(game), make_grid(game, 2)
    lay, lam, none, plan = c.layout, np.ones(1), np.zeros(0, np.int64), make_plan(c, grid)
    X = np.zeros((1 + len(c.boundaries), 2, grid.total))
    logs, stop = np.full(4 * grid.total, np.log(0.5)), np.zeros(3, np.int64)
    _sweep.sweep_pair(none, lay, grid, plan, X, logs, np.zeros(4), lam, 1e-9, int("9"), False, stop, none > 0)
    _sweep.sweep_general(none, lay, grid, plan, X, logs, lam, 1e-9, int("9"), stop)
    beliefs = np.array([[0.5, 0.5, 0.0, 0.0]])
    N, mu, table = _sweep.place(0, lay, grid, X, beliefs)
    _sweep.solve_at(0, lay, grid, X, beliefs, lam, 1e-9, 9, np.full(4, np.nan), np.empty(2), np.empty((1, 4)))
    _sweep.posterior_of(0, lay, grid, 0, logs[:4], np.empty(2))
    _sweep.start_at_reference(N, np.empty(4))
    _sweep.defect(N, grid, mu, table, lam, 1.0, np.zeros(4), np.empty(4))
    live, nodes = np.ones((1, grid.total), bool), np.zeros(1, np.int64)
    room = _measure.count_entries(nodes, lay, grid, live)
    ptr, col, prob = np.zeros(grid.total + 1, np.int64), np.empty(room, np.int32), np.empty(room)
    used = _measure.transitions(nodes, lay, grid, logs, plan.log_ptr, live, ptr, col, prob)
    reward, Y = np.zeros((grid.total, 2)), np.zeros((1 + len(c.boundaries), grid.total, 2))
    _measure.rewards(nodes, lay, grid, logs, plan.log_ptr, reward)
    _measure.pull(lay, ptr, col[:used], prob[:used], reward.reshape(1, grid.total, -1), Y, int("1"))
    _measure.push(lay, ptr, col[:used], prob[:used], Y[:, :, 0].copy())
