"""The names in a game file: every state, player and type that is written must mean something.

A state that no stage lists is where play ends, and is nothing wrong.  But a state that a stage lists and that play
never comes to there, a payoff to nobody, or a player who neither moves nor is paid is most often a slip of the pen, and
the game that would be solved is another one.  What cannot be meant is refused; what is only odd is reported.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

from peacetalks.errors import GameError, did_you_mean
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTED = 5  # names of a kind that are listed one by one
SHORTEST = 4  # letters of a name from which one wrong letter is taken for a slip


class Row(NamedTuple):
    """A move, or a combination of moves, in a file: where it stands, where it leads and what it pays."""

    place: str
    to: tuple[str, ...]
    pays: tuple[str, ...]  # keys of `pay` and `drive`
    when: tuple[tuple[str, str], ...]  # (player, type) pairs that rows of `pay` and `drive` count for


class StageTable(NamedTuple):
    """A stage in a file: its name, and the rows of every state that it lists."""

    name: str
    rows: dict[str, list[Row]]


def check_names(data: dict[str, Any], periods: int | None, where: str) -> tuple[str, ...]:
    """Check the names in the table of a game, of which the form has been checked; return what is odd, in sentences.

    Raises `GameError` for players and types that no payoff could name, movers named twice, payoffs to nobody, and
    states that are listed at a stage and never reached there.
    """
    _check_movers(data, where)
    stages = [_stage_table(s) for s in data["stages"]]
    rows = [row for stage in stages for own in stage.rows.values() for row in own]
    known = [*data["players"], *(f"{p}|{t}" for p in data["players"] for t in (data.get("types") or {}).get(p, ()))]
    known += [f"{p}|only" for p in data["players"] if p not in (data.get("types") or {})]
    for row in rows:
        for key in row.pays:
            if key not in known:
                raise GameError(
                    f"{where}, {row.place}: {shorten(key)} is paid, who is not a player (or player|type)"
                    f"{did_you_mean(key, known)}"
                )
        _check_when(data, row, where)
    start = data["start"] if isinstance(data["start"], dict) else {data["start"]: 1.0}
    return (
        *_unreached(stages, tuple(start), periods, where),
        *_misspelt(stages, tuple(start)),
        *(f"Stage {s.name!r} lists no state: nobody ever moves there." for s in stages if not s.rows),
        *_idle(data, rows),
    )


def _check_when(data: dict[str, Any], row: Row, where: str) -> None:
    """Refuse rows of payoffs that count for players or types that there are not."""
    for player, kind in row.when:
        if player not in data["players"]:
            hint = did_you_mean(player, data["players"])
            raise GameError(f"{where}, {row.place}: `if` names {shorten(player)}, who is not a player{hint}")
        own = list((data.get("types") or {}).get(player, ("only",)))
        if kind not in own:
            raise GameError(
                f"{where}, {row.place}: `if` names the type {shorten(kind)} of {player!r}{did_you_mean(kind, own)}; "
                f"the types are {_some(own)}"
            )


def _check_movers(data: dict[str, Any], where: str) -> None:
    """Refuse players whose names no other place of the file can mean, and movers named twice."""
    types = data.get("types") or {}
    for name in (*data["players"], *(t for own in types.values() for t in own)):
        if "|" in name:
            raise GameError(
                f"{where}: the name {shorten(name)} holds a |, which parts player and type in `pay`; use another"
            )
    if "chance" in data["players"]:
        raise GameError(f"{where}, players: 'chance' is what `by` calls nature; give the player another name")
    for i, stage in enumerate(data["stages"]):
        by = stage["by"]
        if isinstance(by, list) and (not by or len(set(by)) < len(by)):
            raise GameError(
                f"{where}, stage {i + 1}, by: a list of different players is expected, got {shorten(by)}; "
                "name every player who moves at once, each one once"
            )


def _stage_table(stage: dict[str, Any]) -> StageTable:
    listed = stage["then"] if isinstance(stage["by"], list) else stage["moves"]
    rows = {state: [_row(stage["name"], state, r) for r in listed.get(state, ())] for state in stage["moves"]}
    return StageTable(stage["name"], rows)


def _row(stage: str, state: str, row: dict[str, Any]) -> Row:
    label = row["label"] if "label" in row else " / ".join(row["if"].values())
    to = tuple(row["to"]) if isinstance(row["to"], dict) else (row["to"],)
    listed = [(name, row.get(name) or {}) for name in ("pay", "drive")]
    typed = [(name, r) for name, found in listed if isinstance(found, list) for r in found]
    maps = [*(found for _, found in listed if isinstance(found, dict)), *(r[name] for name, r in typed)]
    when = tuple(pair for _, r in typed for pair in (r.get("if") or {}).items())
    place = f"stage {stage!r}, state {shorten(state)}, move {shorten(label)}"
    return Row(place, to, tuple(key for found in maps for key in found), when)


def _reached(stages: list[StageTable], start: tuple[str, ...], periods: int | None) -> list[set[str]]:
    """Return the states that play comes to at each stage within so many periods (None: ever)."""
    found: list[set[str]] = [set() for _ in stages]
    known, new, period = set(start), set(start), 0
    while new and (periods is None or period < periods):
        states = new
        for stage, seen in zip(stages, found, strict=True):
            seen.update(states)
            states = {to for s in states for to in _after(stage, s)}
        new, period = states - known, period + 1
        known |= new
    return found


def _after(stage: StageTable, state: str) -> Iterator[str]:
    """Yield where play goes from a state at a stage; a state that is not listed stays as it is."""
    if state not in stage.rows:
        yield state
    for row in stage.rows.get(state, ()):
        yield from row.to


def _unreached(stages: list[StageTable], start: tuple[str, ...], periods: int | None, where: str) -> Iterator[str]:
    """Refuse states that are listed at a stage and never reached there; yield what only the horizon cuts off."""
    now, ever = _reached(stages, start, periods), _reached(stages, start, None)
    late = []
    for k, stage in enumerate(stages):
        for state in stage.rows:
            if state in now[k]:
                continue
            if state in ever[k] and periods != 1 and any(s in now[k] for s in stage.rows):
                late.append(f"{state!r} at stage {stage.name!r}")
                continue
            raise GameError(
                f"{where}, stage {stage.name!r}: the state {shorten(state)} is listed and never reached there"
                f"{_cure(stages, start, k, state, state in ever[k], periods)}"
            )
    if late:
        yield f"Listed, and not reached within the game's {periods} periods: {_some(late)}."


def _cure(
    stages: list[StageTable], start: tuple[str, ...], k: int, state: str, later: bool, periods: int | None
) -> str:
    """Return how to mend a state that is listed and never reached: a slip, an order of stages, or a state too many."""
    sources = [(i, row) for i, s in enumerate(stages) for own in s.rows.values() for row in own if state in row.to]
    if later and sources:
        i, row = max(sources, key=lambda source: source[0])
        return (
            f" within {periods} period{'s' if periods != 1 else ''}: {row.place} leads to it, and stages are played in "
            f"the order of the list every period. Put stage {stages[k].name!r} after stage {stages[i].name!r}, or set "
            "`periods` to more"
        )
    listed = {s for stage in stages for s in stage.rows}
    ends = {to: row.place for stage in stages for own in stage.rows.values() for row in own for to in row.to}
    ends = dict.fromkeys(start, "start") | ends
    unlisted = {s.casefold(): s for s in ends if s not in listed}
    for slip in get_close_matches(state.casefold(), unlisted, n=1):
        return f"; {ends[unlisted[slip]]} leads to {unlisted[slip]!r}, which no stage lists: did you mean {state!r}?"
    if sources:
        return f": {sources[0][1].place} leads to it, where play does not come; see what leads there, or take it out"
    return ": no move and no start leads to it; name it as a target of a move, or take it out"


def _misspelt(stages: list[StageTable], start: tuple[str, ...]) -> Iterator[str]:
    """Yield targets that no stage lists and that are one slip away from a state that a stage lists."""
    listed = {s: stage.name for stage in stages for s in stage.rows}
    found: dict[str, str] = {}
    for place, targets in [
        ("start", start),
        *((row.place, row.to) for stage in stages for own in stage.rows.values() for row in own),
    ]:
        for to in targets:
            if to in listed or to in found:
                continue
            meant = next((s for s in listed if is_slip(to, s)), None)
            if meant is not None:
                found[to] = f"{to!r} ({place}; did you mean {meant!r}, which stage {listed[meant]!r} lists?)"
    if found:
        yield f"Play ends in states that no stage lists, though close names are listed: {_some(list(found.values()))}."


def is_slip(one: str, other: str) -> bool:
    """Return whether two names differ by case, spaces, or one letter (a digit more or another one is no slip).

    >>> is_slip("trustd", "trusted"), is_slip("Open ", "open"), is_slip("h0_1", "h0_2"), is_slip("war", "was")
    (True, True, False, False)
    """
    a, b = ("".join(c for c in name.casefold() if c not in " _-") for name in (one, other))
    if a == b:
        return True
    if min(len(a), len(b)) < SHORTEST or abs(len(a) - len(b)) > 1:
        return False
    head = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[head:], b[head:]
    swapped = rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:] and len(rest_a) > 1
    if not (swapped or rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:]):
        return False
    return not any(c.isdigit() for c in rest_a[:1] + rest_b[:1])


def _idle(data: dict[str, Any], rows: list[Row]) -> Iterator[str]:
    """Yield players who neither move nor are paid, and types that nothing depends on."""
    paid = {key for row in rows for key in row.pays}
    conditions = {pair for row in rows for pair in row.when}
    movers = {p for s in data["stages"] for p in (s["by"] if isinstance(s["by"], list) else [s["by"]]) if s["moves"]}
    for player in data["players"]:
        types = list((data.get("types") or {}).get(player, ()))
        named = [t for t in types if f"{player}|{t}" in paid or (player, t) in conditions]
        if player not in movers and player not in paid and not named:
            yield f"{player!r} neither moves nor is paid anything."
        elif len(types) > 1 and not named:
            yield f"No pay or drive names a type of {player!r} ({player}|{types[0]}): the types make no difference."
        elif named and len(named) < len(types) and not any(p == player for p, _ in conditions):
            left = [t for t in types if t not in named]
            yield f"No pay or drive names {_some([f'{player}|{t}' for t in left])}, though other types are named."


def _some(names: list[str]) -> str:
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {more} more" if more > 0 else "")
