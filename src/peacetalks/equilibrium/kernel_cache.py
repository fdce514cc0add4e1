"""Compiling the numerical kernels: it is announced, half of it is done by a second process, and all of it is stored.

Where the compiled kernels are stored, `kernels/kernel_files.py` says.  On a first run a second process compiles half of
what a forecast needs while this one compiles the rest when it is called; `wait` waits for a kernel that the second
process compiles.  The second process ends when this one does, however it ends: it reads a pipe that nobody writes to.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium.belief_grid import distribute, make_grid
from peacetalks.equilibrium.dispatch import make_plan
from peacetalks.equilibrium.kernels import kernel_files, sweep, transitions
from peacetalks.game.compile import compile_game
from peacetalks.game.language import Decision, Game, Move, Simultaneous, Stage

if TYPE_CHECKING:
    from peacetalks.equilibrium.belief_grid import Grid
    from peacetalks.equilibrium.kernels.sweep import Plan
    from peacetalks.game.compile import Compiled

log = logging.getLogger("peacetalks")
PAIR, FORWARD = "sweep.sweep_two_movers", "transitions.push_forward"  # the last kernel stored of either kind
FIRST = "sweep.sweep_one_mover"  # a kernel that every forecast needs
_helpers: list[subprocess.Popen[bytes]] = []


@cache
def _announce() -> None:
    """Announce compilation and start the second process, where a kernel that forecasts need is missing; once."""
    missing = [kernel for kernel in (FIRST, PAIR, FORWARD) if not kernel_files.stored(kernel)]
    if not missing or multiprocessing.parent_process() is not None:
        return
    if kernel_files.lasting():
        log.warning("First run on this machine: compiling the numerical kernels, once (about a minute).")
    else:
        log.warning(
            "Compiling the numerical kernels (about a minute), anew at every start: they cannot be stored in %s. "
            "Set %s to a folder that can be written to.",
            " or ".join(map(str, kernel_files.tried)),
            kernel_files.VARIABLE,
        )
    if kernel_files.folder() is not None and missing != [FIRST]:
        _start_helper()


kernel_files.on_compilation.append(_announce)


def _start_helper() -> None:
    """Start the second process, with this one's search path, out of reach of the terminal's interrupts."""
    program = f"from {__name__} import _help; _help()"
    with suppress(OSError):  # without it this process compiles everything
        path = os.pathsep.join(p or os.getcwd() for p in sys.path)
        _helpers.append(
            subprocess.Popen(
                [sys.executable, "-P", "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": path},
            )
        )


def _help() -> None:
    """Do the work of the second process; end with the first one, whose end of the pipe closes then."""
    kernel_files.on_compilation.clear()
    threading.Thread(target=lambda: (os.read(0, 1), os._exit(1)), daemon=True).start()
    warm()


def wait(kernel: str) -> None:
    """Wait until the second process, if there is one, has stored `kernel` (PAIR or FORWARD) or has ended."""
    while _helpers and _helpers[-1].poll() is None and not kernel_files.stored(kernel):
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
