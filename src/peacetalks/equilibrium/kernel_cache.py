"""Compiled kernels on disk: they are announced when they must be compiled, and never used after a source has changed.

Numba keys a cached kernel on its own file only; a kernel that calls into another file would survive that file's change.
A stamp over all kernel files, kept beside the cache, makes the set valid as a whole.  On a first run a second process
compiles half of what a forecast needs while this one compiles the rest when it is called; `wait` waits for a kernel
that the second process compiles.
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

from peacetalks.equilibrium.belief_grid import distribute, make_grid
from peacetalks.equilibrium.dispatch import make_plan
from peacetalks.equilibrium.kernels import (
    continuation,
    exp,
    interpolation,
    jit,
    newton,
    node,
    one_mover,
    solve_one,
    sweep,
    transitions,
    two_movers,
)
from peacetalks.game.compile import compile_game
from peacetalks.game.expand import NATURE
from peacetalks.game.language import MAX_MOVERS, MAX_TYPES, Decision, Game, Move, Simultaneous, Stage

if TYPE_CHECKING:
    from peacetalks.equilibrium.belief_grid import Grid
    from peacetalks.equilibrium.kernels.sweep import Plan
    from peacetalks.game.compile import Compiled

log = logging.getLogger("peacetalks")
FILES = (jit, exp, interpolation, node, newton, one_mover, two_movers, continuation, solve_one, sweep, transitions)
CONSTANTS = (NATURE, MAX_MOVERS, MAX_TYPES)  # of other files, compiled into the kernels
PAIR, FORWARD = "sweep.sweep_two_movers-", "transitions.push_forward-"  # the last kernel stored of either kind
FIRST = "sweep.sweep_one_mover-"  # a kernel that every forecast needs
_helpers: list[subprocess.Popen[bytes]] = []


def _folder() -> Path:
    """Return the folder of the compiled kernels."""
    return Path(str(sweep.boundary_values.stats.cache_path))


@cache
def ready() -> bool:
    """Drop kernels compiled from other sources and announce compilation; return whether compiled ones were there."""
    folder = _folder()
    sources = b"".join(Path(str(m.__file__)).read_bytes() for m in FILES) + repr(CONSTANTS).encode()
    digest = hashlib.sha256(sources).hexdigest()
    stamp = folder / "peacetalks-kernels.sha256"
    known = stamp.is_file() and stamp.read_text() == digest
    if not known:
        for module in FILES:
            for old in folder.glob(f"{module.__name__.rpartition('.')[2]}.*.nb[ic]"):
                old.unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        stamp.write_text(digest)
    found = known and any(folder.glob(f"{FIRST}*.nbi"))
    if not found:
        log.warning("First run on this machine: compiling the numerical kernels, once (about a minute).")
        program = f"from {__name__} import warm; warm()"
        _helpers.append(subprocess.Popen([sys.executable, "-c", program]))
    return found


def wait(kernel: str) -> None:
    """Wait until the second process, if there is one, has stored `kernel` (PAIR or FORWARD) or has ended."""
    folder = _folder()
    while _helpers and _helpers[-1].poll() is None:
        if any(folder.glob(f"{kernel}*.nbi")) and any(folder.glob(f"{kernel}*.nbc")):
            return
        time.sleep(0.1)


def _tiny(stage: Stage) -> tuple[Compiled, Grid, Plan]:
    """Return a game of one stage with its grid and plan."""
    types = {"A": {"x": 0.5, "y": 0.5}}
    game = Game(players=("A", "B"), types=types, start="open", stages=(stage,))
    c, grid = compile_game(game), make_grid(game, 2)
    return c, grid, make_plan(c, grid)


def _own(to: str | None) -> list[Move]:
    return [Move("a", to), Move("b", to)]


def warm() -> None:
    """Compile what the second process compiles: interpolation, two movers, the forward pass."""
    _warm_interpolation()
    _warm_two_movers()
    _warm_forward_pass()


def _warm_interpolation() -> None:
    _, grid, _ = _tiny(Decision("act", "A", lambda s: _own("end")))
    distribute(grid, 0, np.array([[0.5, 0.5]]))


def _warm_two_movers() -> None:
    own = {"A": lambda s: _own(None), "B": lambda s: _own(None)}
    c, grid, plan = _tiny(Simultaneous("act", own, lambda s, chosen: Move("m", "end")))
    X = np.zeros((1 + len(c.boundaries), 3, grid.total))
    logs, warm_start = np.full(int(plan.log_ptr[-1]), np.nan), np.full(int(plan.warm_ptr[-1]), np.nan)
    nodes, lam, stop, exempt = np.zeros(1, np.int64), np.ones(2), np.zeros(3, np.int64), np.zeros(grid.total, bool)
    sweep.sweep_two_movers(nodes, c.layout, grid, plan, X, logs, warm_start, lam, 1e-9, 9, False, stop, exempt)


def _warm_forward_pass() -> None:
    c, grid, plan = _tiny(Decision("act", "A", lambda s: _own("end")))
    logs, nodes = np.full(4 * grid.total, np.log(0.5)), np.zeros(1, np.int64)
    room = transitions.count_entries(nodes, c.layout, grid)
    ptr, col, prob = np.zeros(grid.total + 1, np.int64), np.empty(room, np.int32), np.empty(room)
    used = transitions.fill_transitions(nodes, c.layout, grid, logs, plan.log_ptr, ptr, col, prob)
    mass = np.zeros((1 + len(c.boundaries), grid.total))
    transitions.push_forward(c.layout, ptr, col[:used], prob[:used], mass, mass[:0])
