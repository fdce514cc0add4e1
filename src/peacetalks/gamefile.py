"""A small general game written as data (JSON), for people who come from other tools.

    {"players": ["A", "B"], "types": {"B": {"weak": 0.5, "tough": 0.5}}, "start": "open", "periods": 1,
     "discount": 1.0, "rationality": 20,
     "stages": [{"name": "offer", "by": "A", "moves": {"open": [{"label": "x", "to": "offered"}]}},
                {"name": "answer", "by": "B", "moves": {"offered": [
                    {"label": "yes", "to": "end", "pay": {"A": 0.6, "B": 0.4}},
                    {"label": "no", "to": {"war": 1.0}, "pay": {"A": 0.4, "B|weak": 0.2, "B|tough": 0.45}}]}}]}

States are strings.  A stage leaves a state that it does not list as it is.  `by` is a player, or "chance" (then `weight` is
a probability).  A pay key is a player, or player|type.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from peacetalks.game import Chance, Decision, Game, GameError, Move, Stage, did_you_mean
from peacetalks.solution import Solution
from peacetalks.solver import solve

KEYS = ("players", "types", "start", "periods", "discount", "rationality", "belief_points", "stages")
MOVE_KEYS = ("label", "to", "pay", "drive", "weight")


def read(path: Path) -> tuple[Game, float, int]:
    """Read a game file; return (game, rationality, belief points).  Raises `GameError` with what and where."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise GameError(f"no file {str(path)!r}") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as e:
        raise GameError(f"{path}: not valid JSON: {e}") from None
    return parse(data, str(path))


def parse(data: Any, where: str = "game") -> tuple[Game, float, int]:
    """Read a game from a plain table."""
    _known(data, KEYS, where)
    missing = [k for k in ("players", "start", "stages") if k not in data]
    if missing:
        raise GameError(f"{where}: {', '.join(missing)} missing")
    game = Game(
        players=tuple(data["players"]), types=data.get("types", {}), start=data["start"],
        stages=tuple(_stage(s, f"{where}, stage {i + 1}") for i, s in enumerate(data["stages"])),
        periods=data.get("periods", 1), discount=data.get("discount", 1.0),
    )  # fmt: skip
    return game, data.get("rationality", 20.0), data.get("belief_points", 21)


def table(s: Solution) -> list[dict[str, Any]]:
    """Return every strategy at the prior: stage, state, player, type, move, probability."""
    rows = []
    for node, (k, state) in enumerate(s.compiled.nodes):
        stage = s.game.stages[k].name
        found = s.strategy(stage, state)
        by = s.compiled.movers(node)[0]
        for kind, moves in found.items():
            rows += [
                {"stage": stage, "state": state, "player": by, "type": kind, "move": m, "probability": p}
                for m, p in moves.items()
            ]
    return rows


def solve_file(path: Path) -> dict[str, Any]:
    """Solve a game file; return values, strategies, residual and `multiple`."""
    game, rationality, points = read(path)
    s = solve(game, rationality=rationality, belief_points=points)
    return {
        "values": {p: s.value(p) for p in game.players}, "strategies": table(s),
        "residual": s.residual, "multiple": s.multiple, "settings": s.settings,
    }  # fmt: skip


def _known(data: Any, keys: tuple[str, ...], where: str) -> None:
    if not isinstance(data, dict):
        raise GameError(f"{where}: a table is expected, got {data!r}")
    for key in data:
        if key not in keys:
            raise GameError(f"{where}: unknown key {key!r}{did_you_mean(key, keys)}; known: {', '.join(keys)}")


def _stage(data: Any, where: str) -> Stage:
    _known(data, ("name", "by", "moves"), where)
    if not {"name", "by", "moves"} <= set(data):
        raise GameError(f"{where}: a stage needs name, by and moves")
    moves = {state: [_move(m, f"{where}, state {state!r}") for m in listed] for state, listed in data["moves"].items()}

    def at(state: Any) -> list[Move]:
        return moves.get(state, [Move("-", to=state)])

    found: Callable[[Any], list[Move]] = at
    return Chance(data["name"], found) if data["by"] == "chance" else Decision(data["name"], data["by"], found)


def _move(data: Any, where: str) -> Move:
    _known(data, MOVE_KEYS, where)
    if not {"label", "to"} <= set(data):
        raise GameError(f"{where}: a move needs label and to")
    pay, drive = (_keys(data.get(k)) for k in ("pay", "drive"))
    return Move(data["label"], data["to"], pay, data.get("weight", 1.0), drive)


def _keys(pay: dict[str, float] | None) -> dict[Any, float] | None:
    return None if pay is None else {tuple(k.split("|")) if "|" in k else k: v for k, v in pay.items()}
