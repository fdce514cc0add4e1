"""Compiled kernels on disk: say so when they must be compiled, and never use ones of other sources.

Numba keys a cached kernel on its own file only; a kernel that calls into another file would survive that
file's change.  A stamp over all kernel files, kept beside the cache, makes the set valid as a whole.  The first
time, a second process compiles the kernels that this one needs later.
"""

from __future__ import annotations

import hashlib
import logging
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np

from peacetalks import _kernels, _measure, _newton, _sweep

log = logging.getLogger("peacetalks")
FILES = (_kernels, _newton, _sweep, _measure)
_helpers: list[subprocess.Popen[bytes]] = []


@cache
def ready() -> bool:
    """Drop kernels compiled from other sources and announce compilation; return whether a cache was there."""
    folder = Path(str(_sweep.backward.stats.cache_path))
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
    found = known and any(folder.glob("_sweep.backward-*.nbi"))
    if not found:
        log.warning("First run on this machine: compiling the numerical kernels, once (about 25 seconds).")
        _helpers.append(subprocess.Popen([sys.executable, "-c", "from peacetalks._cache import warm; warm()"]))
    return found


def settled() -> None:
    """Wait for the second process, if there is one."""
    while _helpers:
        _helpers.pop().wait()


def warm() -> None:
    """Compile every kernel but the backward sweep, on a game of one decision."""
    from peacetalks.beliefs import make_grid
    from peacetalks.compile import compile_game
    from peacetalks.game import Decision, Game, Move

    act = Decision("act", "A", lambda s: [Move("a", "end"), Move("b", "end")])
    game = Game(players=("A",), types={"A": {"x": 0.5, "y": 0.5}}, start="open", stages=(act,))
    c, grid = compile_game(game), make_grid(game, 2)
    lay, nodes, lam = c.layout, np.zeros(1, np.int64), np.ones(1)
    V, W = np.zeros((1, grid.total, 2)), np.zeros((len(c.boundaries), grid.total, 2))
    logs, log_ptr = np.full(4 * grid.total, np.log(0.5)), np.array([0, 4 * grid.total])
    beliefs = np.array([[0.5, 0.5, 0.0, 0.0]])
    N, mu, table = _sweep.place(0, lay, grid, V, W, beliefs)
    _sweep.solve_at(0, lay, grid, V, W, beliefs, lam, 1e-9, 9, np.full(4, np.nan), np.empty(2), np.empty((1, 4)))
    _sweep.start_at_reference(N, np.empty(4))
    _sweep.defect(N, grid, mu, table, lam, 1.0, np.zeros(4), np.empty(4))
    live = np.ones((1, grid.total), bool)
    room = _measure.count_entries(nodes, lay, grid, live)
    ptr, col, prob = np.zeros(grid.total + 1, np.int64), np.empty(room, np.int64), np.empty(room)
    used = _measure.transitions(nodes, lay, grid, logs, log_ptr, live, ptr, col, prob)
    reward, Y = np.zeros((grid.total, 2)), np.zeros(((1 + len(W)) * grid.total, 2))
    _measure.rewards(nodes, lay, grid, logs, log_ptr, reward)
    _measure.pull(ptr, col[:used], prob[:used], reward, lay.discount, Y, grid.total)
    _measure.push(ptr, col[:used], prob[:used], Y[:, 0].copy())
