"""A small general game written as data (JSON), for people who come from other tools (the format: `docs/game-files.md`).

    {"players": ["A", "B"], "types": {"B": {"weak": 0.5, "tough": 0.5}}, "start": "open", "periods": 1,
     "discount": 1.0, "rationality": 20,
     "stages": [{"name": "offer", "by": "A", "moves": {"open": [{"label": "x", "to": "offered"}]}},
                {"name": "answer", "by": "B", "moves": {"offered": [
                    {"label": "yes", "to": "end", "pay": {"A": 0.6, "B": 0.4}},
                    {"label": "no", "to": {"war": 1.0}, "pay": {"A": 0.4, "B|weak": 0.2, "B|tough": 0.45}}]}}]}

States are strings.  A stage leaves a state that it does not list as it is.  `by` is a player, "chance" (then `weight`
is a probability), or a list of players who move at once: then a state lists each player's own moves, and `then` says
where every combination of them leads.

    {"name": "clash", "by": ["A", "B"], "moves": {"war": {"A": ["fight", "wait"], "B": ["fight", "wait"]}},
     "then": {"war": [{"if": {"A": "fight", "B": "fight"}, "to": "war", "pay": {"A": -0.1, "B": -0.1}}, ...]}}

A pay key is a player, or player|type; a payoff that depends on the types of several players is a list of rows.

    "pay": [{"pay": {"A": -0.1}}, {"if": {"A": "weak", "B": "tough"}, "pay": {"A": "-1/3"}}]

Numbers may be fractions in quotes.  Names are checked (`game_names.py`): a state that is listed and never reached is
refused.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from itertools import product
from typing import TYPE_CHECKING, Any, cast

from peacetalks.equilibrium.solve import solve
from peacetalks.equilibrium.timings import timed
from peacetalks.errors import GameError, did_you_mean
from peacetalks.forecasting.accuracy import finer_grid_estimate
from peacetalks.forecasting.readout import strategies_at
from peacetalks.forecasting.size import belief_count
from peacetalks.game.language import Chance, Decision, Game, Move, Simultaneous, Stage
from peacetalks.questions.game_names import check_names
from peacetalks.text_files import check_values, read_json, shorten, shown
from peacetalks.trees.exact import fraction_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from peacetalks.equilibrium.solution import Solution
    from peacetalks.game.language import Pay

KEYS = ("players", "types", "start", "periods", "discount", "rationality", "belief_points", "stages")
MOVE_KEYS = ("label", "to", "pay", "drive", "weight")
OWN_KEYS = ("label", "weight")
THEN_KEYS = ("if", "to", "pay", "drive")
LONGEST = 200  # characters of a name
MAX_BYTES = 64 * 2**20  # of a file
FRACTION = re.compile(r"[+-]?\d+/\d+")


def read_game(path: Path) -> tuple[Game, Any, int]:
    """Return (game, rationality, belief points) of a game file; raise `GameError` with what is wrong and where."""
    return _read_file(path)[0]


def _read_file(path: Path) -> tuple[tuple[Game, Any, int], tuple[str, ...]]:
    """Return what `read_game` returns, and what is odd about the names in the file."""
    hint = "; the format is explained in docs/game-files.md"
    _check_bytes(path)
    return _parse(read_json(path, GameError, hint), shown(path))


def _check_bytes(path: Path) -> None:
    """Raise `GameError` for a file that is too large to be read."""
    size = path.stat().st_size if path.is_file() else 0  # else the attempt to read it says why
    if size > MAX_BYTES:
        raise GameError(
            f"{shown(path)}: {size:,} bytes, more than the {MAX_BYTES:,} that a game file may have; a game of this "
            "size is better written in Python (`peacetalks.Game`)"
        )


def parse_game(data: Any, where: str = "game") -> tuple[Game, Any, int]:
    """Return (game, rationality, belief points) from a plain table; `where` names it in errors."""
    return _parse(data, where)[0]


def _parse(data: Any, where: str) -> tuple[tuple[Game, Any, int], tuple[str, ...]]:
    """Return what `parse_game` returns, and what is odd about the names."""
    check_values(data, where, GameError)
    _check_keys(data, KEYS, where, need=("players", "start", "stages"))
    players = [_typed(p, str, f"{where}, players") for p in _typed(data["players"], list, f"{where}, players")]
    types = _typed(data.get("types") or {}, dict, f"{where}, types")
    stages = _typed(data["stages"], list, f"{where}, stages")
    periods = data.get("periods", 1)
    with _naming(where):
        game = Game(
            players=tuple(players),
            types={p: _numbers(prior, f"{where}, types of {p}") for p, prior in types.items()},
            start=_next_states(data["start"], f"{where}, start"),
            stages=tuple(_stage(s, f"{where}, stage {i + 1}") for i, s in enumerate(stages)),
            periods=None if periods is None else _whole(periods, f"{where}, periods"),
            discount=_number_or_table(data.get("discount", 1.0), f"{where}, discount"),
        )
    asked = _number_or_table(data.get("rationality", 20.0), f"{where}, rationality")
    rationality = {p: float(x) for p, x in asked.items()} if isinstance(asked, dict) else float(asked)
    points = _whole(data.get("belief_points", 21), f"{where}, belief_points")
    return (game, rationality, points), check_names(data, game.periods, where)


@contextmanager
def _naming(where: str) -> Iterator[None]:
    """Put the file before the message of a `GameError` that does not name it."""
    try:
        yield
    except GameError as e:
        raise e if str(e).startswith(where) else GameError(f"{where}: {e}") from None


def strategy_table(s: Solution) -> list[dict[str, Any]]:
    """Return every strategy at the prior: stage, state, player, type, move, probability."""
    return [
        {
            "stage": s.game.stages[k].name,
            "state": state,
            "player": player,
            "type": type_name,
            "move": move,
            "probability": p,
        }
        for node, (k, state) in enumerate(s.compiled.nodes)
        for player, by_type in strategies_at(s, node).items()
        for type_name, play in by_type.items()
        for move, p in play.items()
    ]


def solve_file(path: Path, certify: bool = True, progress: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    """Solve a game file.

    Parameters
    ----------
    path : Path
    certify : bool
        Search for further equilibria; without it `multiple` is None.
    progress : function, optional
        Called as `progress(done, total)` while they are searched.

    Returns
    -------
    dict
        Values and strategies at the prior, residual, error of the belief grid (None where nobody has several types,
        or up to three points), a lower bound on the (node, belief) pairs with several equilibria, and warnings.
    """
    (game, rationality, points), odd = _read_file(path)
    with timed("solve"), _naming(shown(path)):
        belief_count(game, points)
        s = solve(game, rationality, points, certify=certify, refine=True, progress=progress)
    return {
        "values": {p: s.value(p) for p in game.players},
        "strategies": strategy_table(s),
        "residual": s.residual,
        "grid_error": grid_error(s),
        "multiple": s.multiple if certify else None,
        "warnings": [*odd, *s.warnings],
        "settings": s.settings,
    }


def grid_error(s: Solution) -> dict[str, Any] | None:
    """Return what a finer belief grid may still change, in values by player and in any strategy; None if not known."""
    coarser = s.coarser
    if coarser is None:
        return None

    def off(here: float, there: float) -> float:
        return abs(here - finer_grid_estimate(here, there, s))

    rows = zip(strategy_table(s), strategy_table(coarser), strict=True)
    return {
        "values": {p: off(s.value(p), coarser.value(p)) for p in s.game.players},
        "strategies": max((off(a["probability"], b["probability"]) for a, b in rows), default=0.0),
    }


def _typed(data: Any, kind: type, where: str) -> Any:
    """Return data of a kind; raise `GameError` for another."""
    if not isinstance(data, kind):
        expected = {dict: "a table {...}", list: "a list [...]", str: "a text"}[kind]
        raise GameError(f"{where}: {expected} is expected, got {shorten(data)}")
    for name in (data,) if kind is str else data if kind is dict else ():
        if isinstance(name, str) and len(name) > LONGEST:
            raise GameError(f"{where}: names have at most {LONGEST} characters, got {shorten(name)}")
    return data


def _number(x: Any, where: str) -> Any:
    """Return a number, which may be a fraction in quotes; raise `GameError` for anything else."""
    if isinstance(x, str) and FRACTION.fullmatch(x):
        try:
            return fraction_of(x)
        except GameError as e:
            raise GameError(f"{where}: {e}") from None
    if isinstance(x, bool) or not isinstance(x, int | float):
        raise GameError(f"{where}: a number is expected, got {shorten(x)}")
    return x


def _whole(x: Any, where: str) -> int:
    """Return a whole number, which may be written 3.0; raise `GameError` for anything else."""
    number = _number(x, where)
    if not float(number).is_integer():
        raise GameError(f"{where}: a whole number is expected, got {shorten(x)}")
    return int(number)


def _numbers(data: Any, where: str) -> dict[str, float]:
    """Return a table of numbers."""
    return {k: _number(v, f"{where}, {k}") for k, v in _typed(data, dict, where).items()}


def _number_or_table(x: Any, where: str) -> Any:
    """Return a number for all players, or {player: number}."""
    return _numbers(x, where) if isinstance(x, dict) else _number(x, where)


def _next_states(x: Any, where: str) -> Any:
    """Return a state or {state: probability}."""
    return _numbers(x, where) if isinstance(x, dict) else _typed(x, str, where)


def _check_keys(data: Any, keys: tuple[str, ...], where: str, need: tuple[str, ...] = ()) -> None:
    """Raise `GameError` where a table has a key that is not known, or lacks one that it needs."""
    for key in _typed(data, dict, where):
        if key not in keys:
            raise GameError(f"{where}: unknown key {shorten(key)}{did_you_mean(key, keys)}; known: {', '.join(keys)}")
    missing = [k for k in need if k not in data]
    if missing:
        raise GameError(f"{where}: {', '.join(missing)} missing")


def _stage(data: Any, where: str) -> Stage:
    """Read a stage: a decision, chance, or several players who move at once."""
    _check_keys(data, ("name", "by", "moves", "then"), where, need=("name", "by", "moves"))
    _typed(data["name"], str, f"{where}, name")
    _typed(data["moves"], dict, f"{where}, moves")
    if isinstance(data["by"], list):
        return _simultaneous(data, where)
    if "then" in data:
        raise GameError(
            f"{where}: `then` belongs to a stage whose `by` is a list of players; here by is {shorten(data['by'])}"
        )
    moves = {
        state: [_move(m, f"{where}, state {state!r}") for m in _typed(listed, list, f"{where}, state {state!r}")]
        for state, listed in data["moves"].items()
    }

    def at(state: Any) -> list[Move]:
        return moves.get(state, [Move("-", to=state)])

    by = _typed(data["by"], str, f"{where}, by")
    return Chance(data["name"], at) if by == "chance" else Decision(data["name"], by, at)


def _simultaneous(data: dict[str, Any], where: str) -> Simultaneous:
    """Read a stage at which several players move at once."""
    players = [_typed(p, str, f"{where}, by") for p in data["by"]]
    _check_keys(data, ("name", "by", "moves", "then"), where, need=("then",))
    _typed(data["then"], dict, f"{where}, then")
    own: dict[str, dict[str, list[Move]]] = {p: {} for p in players}
    then: dict[tuple[Any, ...], Move] = {}
    for state, table_ in data["moves"].items():
        here = f"{where}, state {state!r}"
        _check_keys(table_, tuple(players), here, need=tuple(players))
        for p in players:
            own[p][state] = [_own_move(m, f"{here}, {p}") for m in _typed(table_[p], list, f"{here}, {p}")]
        labels = {p: [m.label for m in own[p][state]] for p in players}
        then.update(
            {(state, *profile): move for profile, move in _profiles(data["then"].get(state), labels, here).items()}
        )
    unknown = [s for s in data["then"] if s not in data["moves"]]
    if unknown:
        raise GameError(f"{where}: `then` names the state {unknown[0]!r}, for which there are no moves")

    def result(state: Any, act: dict[str, Any]) -> Move:
        return then.get((state, *(act[p] for p in players)), Move("-", to=state))

    return Simultaneous(data["name"], {p: lambda s, p=p: own[p].get(s, [Move("-")]) for p in players}, result)


def _profiles(rows: Any, labels: dict[str, list[Any]], where: str) -> dict[tuple[Any, ...], Move]:
    """Return where every combination of moves leads; each must be given once."""
    found: dict[tuple[Any, ...], Move] = {}
    for row in _typed(rows or [], list, f"{where}, then"):
        _check_keys(row, THEN_KEYS, f"{where}, then", need=("if", "to"))
        _check_keys(row["if"], tuple(labels), f"{where}, then, if", need=tuple(labels))
        profile = tuple(_typed(row["if"][p], str, f"{where}, then, if, {p}") for p in labels)
        for p, label in zip(labels, profile, strict=True):
            if label not in labels[p]:
                raise GameError(f"{where}: {p} has no move {label!r}{did_you_mean(label, labels[p])}")
        if profile in found:
            raise GameError(f"{where}: `then` gives {' / '.join(map(str, profile))} twice")
        found[profile] = Move(" / ".join(map(str, profile)), **_consequences(row, where))
    missing = [profile for profile in product(*labels.values()) if profile not in found]
    if missing:
        first = " / ".join(map(str, missing[0]))
        raise GameError(f"{where}: `then` does not say where {first} leads; every combination must be given")
    return found


def _own_move(data: Any, where: str) -> Move:
    """Read a player's own move at a simultaneous stage: a label, or {label, weight}."""
    if isinstance(data, str):
        return Move(data)
    _check_keys(data, OWN_KEYS, where, need=("label",))
    return Move(
        _typed(data["label"], str, f"{where}, label"), weight=_number(data.get("weight", 1.0), f"{where}, weight")
    )


def _move(data: Any, where: str) -> Move:
    """Read a move with all that it leads to."""
    _check_keys(data, MOVE_KEYS, where, need=("label", "to"))
    weight = _number(data.get("weight", 1.0), f"{where}, weight")
    return Move(_typed(data["label"], str, f"{where}, label"), weight=weight, **_consequences(data, where))


def _consequences(data: dict[str, Any], where: str) -> dict[str, Any]:
    """Return where a move leads and what it pays."""
    pays = {k: _payoffs(data.get(k), f"{where}, {k}", k) for k in ("pay", "drive")}
    return {"to": _next_states(data["to"], f"{where}, to"), **pays}


def _payoffs(pay: Any, where: str, name: str) -> Pay:
    """Return payoffs by player, or (player, type) for a key `player|type`; by profile of types for a list of rows."""
    if pay is None:
        return None
    if not isinstance(pay, list):
        return {tuple(k.split("|")) if "|" in k else k: v for k, v in _numbers(pay, where).items()}
    rows = [_typed_row(row, f"{where}, row {i}", name) for i, row in enumerate(pay, 1)]

    def by_types(types: Mapping[str, Any]) -> dict[Any, float]:
        """Return the sum of the rows whose types are those of the profile."""
        found: dict[Any, float] = {}
        for when, amounts in rows:
            if all(types[p] == kind for p, kind in when.items()):
                for key, amount in amounts.items():
                    found[key] = found.get(key, 0) + amount
        return found

    return by_types


def _typed_row(row: Any, where: str, name: str) -> tuple[dict[str, str], dict[Any, float]]:
    """Return the types for which a row of payoffs counts, {player: type}, and the payoffs."""
    _check_keys(row, ("if", name), where, need=(name,))
    when = _typed(row.get("if") or {}, dict, f"{where}, if")
    amounts = _payoffs(_typed(row[name], dict, f"{where}, {name}"), f"{where}, {name}", name)
    return {p: _typed(kind, str, f"{where}, if, {p}") for p, kind in when.items()}, dict(cast("Any", amounts))
