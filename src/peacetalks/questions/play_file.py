"""A session as a file: what was played, to go on from and to look back upon.

The file holds the settings, the seats, the moves of the people in order and the events that followed, in words.  To go
on, the scenario is solved again and the moves are played again; if other events follow, the scenario or the program has
changed, and the file is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peacetalks.errors import GameError, SpecError
from peacetalks.questions.play import Session, start
from peacetalks.questions.play_words import event_words, situation
from peacetalks.text_files import read_json, shorten

if TYPE_CHECKING:
    from pathlib import Path

    from peacetalks.equilibrium.solution import Solution
    from peacetalks.questions.debrief import Debrief
    from peacetalks.scenario.scenario import Scenario

FORMAT = 1
KEYS = {"format", "scenario", "digest", "seed", "months", "belief_points", "seats", "moves", "events"}


def session_values(session: Session, name: str, looked_back: Debrief | None = None) -> dict[str, Any]:
    """Return a session as plain values (schema: `play.schema.json`); others' types stand in the debrief only.

    `name` is the scenario's name or path, as the command was given it.
    """
    return {
        "format": FORMAT,
        "scenario": name,
        "as_of": session.scenario.as_of.isoformat(),
        "digest": session.scenario.digest,
        "seed": session.seed,
        "months": session.months,
        "belief_points": session.belief_points,
        "seats": [{"side": seat.label, "type": seat.type} for seat in session.seats],
        "moves": [{"side": side, "move": move} for side, move in session.moves],
        "events": [
            {"month": e.month, "stage": e.stage, "moves": e.moves, "words": event_words(session, e)}
            for e in session.events
        ],
        "beliefs": [
            {"month": at.period + 1, "about": {p: _named(b) for p, b in at.beliefs.items()}}
            for at in session.months_begun
            if at.period < session.months
        ],
        "situation": situation(session),
        "over": session.over,
        "debrief": None if looked_back is None else debrief_values(looked_back),
    }


def debrief_values(d: Debrief) -> dict[str, Any]:
    """Return a debrief as plain values."""
    return {
        "outcome": d.outcome,
        "end": d.end,
        "types": {p: str(k) for p, k in d.types.items()},
        "moves": [
            {
                "side": m.seat,
                "month": m.month,
                "stage": m.stage,
                "move": m.move,
                "own": m.own,
                "seen": m.seen,
                "likeliest": m.likeliest,
                "likeliest_chance": m.likeliest_chance,
                "believed": _named(m.believed),
            }
            for m in d.moves
        ],
        "forecasts": [
            {"month": f.month, "ends": f.ends, "beliefs": {p: _named(b) for p, b in f.beliefs.items()}}
            for f in d.forecasts
        ],
        "best": d.best,
        "path_probability": d.path_probability,
        "worth": d.worth,
        "expected": d.expected,
    }


def _named(belief: Any) -> dict[str, float]:
    return {str(kind): float(p) for kind, p in belief.items()}


def read_session_file(path: Path) -> dict[str, Any]:
    """Return the values of a session's file; raise `SpecError` where it is none."""
    values = read_json(path)
    if not isinstance(values, dict) or not set(values) >= KEYS:
        missing = sorted(KEYS - set(values)) if isinstance(values, dict) else sorted(KEYS)
        raise SpecError(f"{path} is no session of `peacetalks play`: {', '.join(missing)} missing")
    if values["format"] != FORMAT:
        raise SpecError(f"{path} has format {shorten(values['format'])}; this version reads format {FORMAT}")
    return values


def resumed(values: dict[str, Any], scenario: Scenario, solution: Solution | None = None) -> Session:
    """Return the session of a file, played again up to where it was left.

    Raises `SpecError` where the scenario is another one, or the moves no longer lead to the same events.
    """
    if scenario.digest != values["digest"]:
        raise SpecError(
            f"the scenario has changed since the session was saved (digest {shorten(values['digest'])}, now "
            f"{scenario.digest}); start a new session"
        )
    try:
        seats = {row["side"]: row["type"] for row in values["seats"]}
        moves = [(row["side"], row["move"]) for row in values["moves"]]
        was = [(e["month"], e["stage"], e["moves"]) for e in values["events"]]
    except (KeyError, TypeError):
        raise SpecError("the session's file is damaged: seats, moves or events are not what they were") from None
    session = start(scenario, seats, values["seed"], values["months"], values["belief_points"], solution)
    try:
        for side, move in moves:
            session = session.advance(side, move)
    except GameError as e:
        raise SpecError(f"the moves of the session's file cannot be played any more: {e}") from None
    if [(e.month, e.stage, e.moves) for e in session.events] != was:
        raise SpecError("the same moves lead to other events with this version; start a new session")
    return session
