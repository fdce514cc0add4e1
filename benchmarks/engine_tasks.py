"""What `engine.py` times, run inside the environment of one checkout.

A child process: a line [task, arguments] of JSON on stdin, a line {part: CPU seconds} of JSON on stdout.  The modules
of the older checkout have other names; everything else is the same for both.
"""

from __future__ import annotations

import inspect
import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.mechanisms.state import label

OLD = {  # name here: module of the older checkout, name there
    "compile_game": ("compile", "compile_game"),
    "TOLERANCE": ("solving", "TOLERANCE"),
    "MAX_SWEEPS": ("solving", "MOST"),
    "account_files": ("accounts", "accounts"),
    "compare": ("comparison", "compare"),
    "infer": ("infer", "infer"),
    "audit": ("claims", "audit"),
    "claims": ("claims", "claims"),
    "record": ("events", "record"),
    "acts": ("events", "acts"),
}
NEW = {
    "compile_game": ("game.compile", "compile_game"),
    "TOLERANCE": ("forecasting.settings", "TOLERANCE"),
    "MAX_SWEEPS": ("forecasting.settings", "MAX_SWEEPS"),
    "account_files": ("scenario.accounts", "accounts"),
    "compare": ("questions.compare", "compare"),
    "infer": ("questions.infer", "infer"),
    "audit": ("questions.claims", "audit"),
    "claims": ("questions.claims", "claims"),
    "record": ("questions.events", "record"),
    "acts": ("questions.acts", "acts"),
}
HORIZON = 36  # months of a forecast
SECOND_HALF = ("audience", "deal", "inspection", "loyalty", "window", "linked", "pact", "observers", "credibility")
SOLVED: dict[tuple[str, int], Any] = {}  # (scenario, belief points) -> a solution, from which variants start


def the(name: str) -> Any:
    """Return what is called `name` here, from where this checkout has it."""
    for table in (NEW, OLD):
        module, there = table[name]
        try:
            return getattr(import_module(f"peacetalks.{module}"), there)
        except ModuleNotFoundError:
            continue
    raise ModuleNotFoundError(name)


class Timer:
    """CPU seconds of this process by part."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self.last = time.process_time()

    def part(self, name: str) -> None:
        """Count what was used since the last part as `name`."""
        now = time.process_time()
        self.parts[name] = self.parts.get(name, 0.0) + now - self.last
        self.last = now


def changed(name: str, change: dict[str, float]) -> Any:
    """Return a scenario with numbers multiplied: {path: factor}."""
    s = pt.load(name)
    return pt.patch(s, {k: round(float(s.numbers()[k]) * f, 6) for k, f in change.items()}) if change else s


def first_half(periods: int | None, points: int) -> dict[str, float]:
    """Time russia-ukraine-2025 without the second half of its mechanisms, over so many periods (None: stationary)."""
    base, timer = pt.load("russia-ukraine-2025"), Timer()
    change: dict[str, Any] = {name: None for name in SECOND_HALF if getattr(base, name) is not None}
    solved(pt.patch(base, change | ({"periods": periods} if periods else {})), points, timer)
    return timer.parts


def solved(s: Any, points: int, timer: Timer, **more: Any) -> Any:
    """Build and solve a scenario as the commands do; `near` is left out where the checkout cannot use it."""
    more = {k: v for k, v in more.items() if k in inspect.signature(pt.solve).parameters}
    game = pt.build(s)
    timer.part("build")
    sweeps, tolerance = the("MAX_SWEEPS"), the("TOLERANCE")
    lam = more.pop("rationality", float(s.rationality))
    found = pt.solve(game, lam, points, tolerance, certify=False, max_sweeps=sweeps, **more)
    timer.part("solve")
    return found


def whole(name: str, points: int, change: dict[str, float], near: bool) -> dict[str, float]:
    """Time build, solve and forecast; with `near` from the solution of the unchanged scenario."""
    key, more = (name, points), {}
    if near:
        if key not in SOLVED:
            SOLVED[key] = solved(changed(name, {}), points, Timer())
        more = {"near": SOLVED[key]}
    s, timer = changed(name, change), Timer()
    found = solved(s, points, timer, **more)
    pt.forecast(found, label, periods=HORIZON)
    timer.part("forecast")
    return timer.parts


def layout(name: str) -> dict[str, float]:
    """Time the game of a scenario written out and laid out as arrays."""
    compile_game, s, timer = the("compile_game"), pt.load(name), Timer()
    compile_game(pt.build(s))
    timer.part("layout")
    return timer.parts


def at_precision(name: str, points: int, lam: float) -> dict[str, float]:
    """Time one scenario solved at a precision; infinite where it is not solved."""
    timer = Timer()
    try:
        solved(pt.load(name), points, timer, rationality=lam)
    except pt.NotSolved:
        return {"solve": float("inf")}
    return timer.parts


def rounds(count: int, points: int) -> dict[str, float]:
    """Time bargaining while fighting with two types a side and three offers, payoffs on the type profile."""
    game, timer = make("rounds", rounds=count, kinds=2, offers=3), Timer()
    pt.solve(game, 20.0, belief_points=points, certify=False)
    timer.part("solve")
    return timer.parts


def account(command: str, name: str, which: int) -> dict[str, float]:
    """Time all games of one account of a scenario under `compare`, `infer` or `audit` without draws, a game."""
    s, accounts = pt.load(name), [the("account_files")(name)[which]]
    record, acts, timer = the("record")(name), the("acts")(name), Timer()
    if command == "compare":
        found = the("compare")(s, accounts)
    elif command == "infer":
        found = the("infer")(s, record, acts, accounts)
    else:
        others = [account.name for account in the("account_files")(name) if account.name != accounts[0].name]
        claims = [claim for claim in the("claims")(name) if not any(other in claim.query for other in others)]
        found = the("audit")(s, claims, accounts, record, acts, draws=0)
    timer.part("game")
    return {"game": timer.parts["game"] / found.settings["solves"]}


TASKS: dict[str, Callable[..., dict[str, float]]] = {
    f.__name__: f for f in (whole, layout, first_half, at_precision, rounds, account)
}

if __name__ == "__main__":
    for line in sys.stdin:
        task, arguments = json.loads(line)
        print(json.dumps(TASKS[task](*arguments)), flush=True)
