"""A session on a terminal of 80 columns: what happened, what may be done, and the debrief."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.pages.cells import percent, whole_percent
from peacetalks.pages.styles import END_NAMES
from peacetalks.questions.play_words import asked, belief_words, event_words, move_words, situation, state_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from peacetalks.questions.debrief import Debrief, PlayedMove
    from peacetalks.questions.play import Session


def opening_lines(session: Session) -> Iterator[str]:
    """Yield who plays what, and what a month is."""
    yield f"{session.scenario.title}, from {session.scenario.as_of}, {session.months} months. Seed {session.seed}."
    for seat in session.seats:
        yield f"You are {seat.label}, and {seat.type}; only you know it."
    others = [p for p in session.solution.game.players if p not in {s.label for s in session.seats}]
    if others:
        yield f"{', '.join(others)}: played by the model, in equilibrium, with hidden types of their own."
    yield from month_lines(session, 1)


def news(session: Session, since: int) -> Iterator[str]:
    """Yield what happened after the first `since` events, with the beliefs at the start of every month that began."""
    month = session.events[since].month if since < len(session.events) else _month_of_last(session)
    for event in session.events[since:]:
        if event.month != month:
            month = event.month
            yield from month_lines(session, month)
        if words := event_words(session, event):
            yield f"  {words}"
    if session.at.period + 1 != month and not session.over:
        yield from month_lines(session, session.at.period + 1)


def _month_of_last(session: Session) -> int:
    return session.events[-1].month if session.events else 1


def month_lines(session: Session, month: int) -> Iterator[str]:
    """Yield where things stand at the start of a month, and what is believed."""
    at = session.months_begun[month - 1]
    yield ""
    yield f"Month {month} of {session.months}. {state_words(session.scenario, at.state)}."
    for player in at.beliefs:
        who = "The others" if player in {s.label for s in session.seats} else "All"
        yield f"  {belief_words(at.beliefs, player, who)}"


def question(session: Session, seat: str) -> Iterator[str]:
    """Yield what a seat is asked, and its moves by number."""
    yield asked(session, seat)
    for i, move in enumerate(session.options(seat), 1):
        yield f"  {i:2}  {move_words(session, move)}"


def debrief_lines(session: Session, d: Debrief) -> Iterator[str]:
    """Yield a debrief: how it ended, what had been expected, how likely each move was, who the others were."""
    yield ""
    yield f"It ended with {END_NAMES[d.end].lower()}. {situation(session)}"
    yield ""
    yield f"What had been expected for the end of month {session.months}"
    if d.best is not None:
        yield f"  Best estimate at the start: {_ends(d.best)}."
    for f in d.forecasts:
        yield f"  Model, at the start of month {f.month}: {_ends(f.ends)}."
    yield ""
    yield "Who they were"
    for player, kind in d.types.items():
        if len(session.solution.game.type_names(player)) > 1:
            yield f"  {player}: {kind}. {belief_words(session.at.beliefs, player, 'In the end all')}"
    for seat in session.seats:
        got, could = d.worth[seat.label], d.expected[seat.label]
        yield f"  {seat.label} got, and can expect, {got:.3f} of the stake; its type could expect {could:.3f}."
    if d.moves:
        yield ""
        yield "Your moves: how likely in equilibrium for your type, and as the others saw it"
    for m in d.moves:
        yield _move_line(session, m)
    yield ""
    yield f"All that happened had a probability of {_small(d.path_probability)}, given everybody's type."


def _move_line(session: Session, m: PlayedMove) -> str:
    """Return how likely a move was, and what the others made of it."""
    said = f"  Month {m.month}, {m.seat}: {move_words(session, m.move)}: {percent(m.own)}, as seen {percent(m.seen)}"
    if m.move != m.likeliest:
        said += f"; likeliest was to {move_words(session, m.likeliest)} ({percent(m.likeliest_chance)})"
    if m.believed:
        kind = session.types[m.seat]
        said += f". Then all thought {m.seat} {kind} with {whole_percent(m.believed[kind])}"
    return f"{said}."


def _ends(ends: Mapping[str, float]) -> str:
    names = list(END_NAMES)
    shown = [whole_percent(ends[name]) for name in names]
    return ", ".join(f"{END_NAMES[n].lower()} {p}" for n, p in zip(names, shown, strict=True))


def _small(p: float) -> str:
    return percent(p) if p >= 0.001 else f"1 in {1 / p:,.0f}" if p > 1e-15 else f"{p:.1e}"
