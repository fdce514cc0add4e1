"""Compiled kernels on disk: say so when they must be compiled, and never use ones of other sources.

Numba keys a cached kernel on its own file only; a kernel that calls into another file would survive that
file's change.  A stamp over all kernel files, kept beside the cache, makes the set valid as a whole.  The first
time, a second process compiles half of what a forecast needs while this one compiles the rest as it comes to it; `wait`
waits for one of the kernels that the second process has taken on.
"""

from __future__ import annotations

import hashlib
import logging
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium.belief_grid import Grid, make_grid
from peacetalks.equilibrium.dispatch import make_plan
from peacetalks.equilibrium.kernels import continuation as _table
from peacetalks.equilibrium.kernels import exp as _exp
from peacetalks.equilibrium.kernels import jit as _jit
from peacetalks.equilibrium.kernels import newton as _newton
from peacetalks.equilibrium.kernels import newton_several as _several
from peacetalks.equilibrium.kernels import node as _kernels
from peacetalks.equilibrium.kernels import one_mover as _signal
from peacetalks.equilibrium.kernels import solve_one as _single
from peacetalks.equilibrium.kernels import sweep as _sweep
from peacetalks.equilibrium.kernels import transitions as _measure
from peacetalks.equilibrium.kernels import two_movers as _duel
from peacetalks.game.compile import Compiled, compile_game
from peacetalks.game.language import Decision, Game, Move, Simultaneous, Stage

if TYPE_CHECKING:
    from peacetalks.equilibrium.kernels.sweep import Plan

log = logging.getLogger("peacetalks")
FILES = (_jit, _exp, _kernels, _newton, _several, _signal, _duel, _table, _single, _sweep, _measure)
_helpers: list[subprocess.Popen[bytes]] = []
PAIR, MEASURE = "_sweep.sweep_pair-", "_measure.push-"  # the last kernel stored of either kind


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
        log.warning("First run on this machine: compiling the numerical kernels, once (about a minute).")
        _helpers.append(
            subprocess.Popen([sys.executable, "-c", "from peacetalks.equilibrium.kernel_cache import warm; warm()"])
        )
    return found


def wait(kernel: str) -> None:
    """Wait until the second process, if there is one, has stored `kernel` (PAIR or MEASURE) or has ended."""
    folder = Path(str(_sweep.edges.stats.cache_path))
    while _helpers and _helpers[-1].poll() is None:
        if any(folder.glob(f"{kernel}*.nbi")) and any(folder.glob(f"{kernel}*.nbc")):
            return
        time.sleep(0.1)


def _tiny(stage: Stage) -> tuple[Compiled, Grid, Plan]:
    """Return a game of one stage, laid out."""
    types = {"A": {"x": 0.5, "y": 0.5}}
    game = Game(players=("A", "B"), types=types, start="open", stages=(stage,))
    c, grid = compile_game(game), make_grid(game, 2)
    return c, grid, make_plan(c, grid)


def _own(to: str | None) -> list[Move]:
    return [Move("a", to), Move("b", to)]


def warm() -> None:
    """Compile what the second process compiles: two movers, the forward pass."""
    own = {"A": lambda s: _own(None), "B": lambda s: _own(None)}
    c, grid, plan = _tiny(Simultaneous("act", own, lambda s, chosen: Move("m", "end")))
    lay, lam, nine, stop = c.layout, np.ones(2), int("9"), np.zeros(3, np.int64)
    X, logs, once = (
        np.zeros((1 + len(c.boundaries), 3, grid.total)),
        np.full(int(plan.log_ptr[-1]), np.nan),
        np.zeros(1, np.int64),
    )
    start, exempt = np.full(int(plan.warm_ptr[-1]), np.nan), np.zeros(grid.total, bool)
    _sweep.sweep_pair(once, lay, grid, plan, X, logs, start, lam, 1e-9, nine, False, stop, exempt)
    c, grid, plan = _tiny(Decision("act", "A", lambda s: _own("end")))
    lay, edges = c.layout, len(c.boundaries)
    logs, live, nodes = np.full(4 * grid.total, np.log(0.5)), np.ones((1, grid.total), bool), np.zeros(1, np.int64)
    room = _measure.count_entries(nodes, lay, grid, live)
    ptr, col, prob = np.zeros(grid.total + 1, np.int64), np.empty(room, np.int32), np.empty(room)
    used = _measure.transitions(nodes, lay, grid, logs, plan.log_ptr, live, ptr, col, prob)
    mass = np.zeros((1 + edges, grid.total))
    _measure.push(lay, ptr, col[:used], prob[:used], mass, mass[:0])
