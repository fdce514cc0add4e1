"""Classic games in words: the numbers of measures, the steps of the main path, and the finding."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from peacetalks.equilibrium.position import CHANCE
from peacetalks.pages.cells import UNKNOWN, known, percent

if TYPE_CHECKING:
    from peacetalks.catalog.entry import Measure
    from peacetalks.equilibrium.position import Step
    from peacetalks.questions.catalog_game import ClassicGame, Measured

COMPUTED, KNOWN, CLOSED = "computed", "types known", "closed form"
EXACT = 1e-6  # change of a number that is none
ONLY_TYPE = ("only", CHANCE)


def number(m: Measure, x: float | None) -> str:
    """Return a value of a measure: in percent, or with three digits."""
    if not known(x):
        return UNKNOWN
    return percent(x) if m.percent and -1e-9 <= x <= 1 + 1e-9 else f"{x:.3g}"


def finding(g: ClassicGame) -> str:
    """Return what happens and what private information makes of it, in a sentence."""
    first = g.measured[0]
    said = f"{_capital(first.measure.words)}: {number(first.measure, first.computed)} at rationality {g.rationality:g}"
    if first.known is not None:
        said += f", {number(first.measure, first.known)} if every type were known"
    if first.closed is not None:
        said += f"; {first.measure.closed_words}: {number(first.measure, first.closed)}"
    return f"{said}."


def accuracy(g: ClassicGame) -> str:
    """Return how closely the numbers were computed, in a sentence."""
    errors = [m.grid_error for m in g.measured]
    if not g.informed:
        return f"Solved to a residual of {g.solution.residual:.0e}."
    if any(e is None for e in errors):
        return "How far a finer grid of beliefs may move these numbers could not be estimated."
    most = max(e for e in errors if e is not None)
    if most < EXACT:
        return "On a belief grid of half the points every number is the same."
    return f"From a belief grid of half the points to this one no number moved by more than {most:.1g}."


def mistakes(g: ClassicGame) -> str:
    """Return what mistakes do to the first measure, in a sentence; empty where there is no table."""
    found = [(level.rationality, level.measured[0]) for level in g.levels if level.measured]
    if len(found) < 2:
        return ""
    (low, few), (high, many) = found[0], found[-1]
    said = (
        f"{_capital(few.measure.words)} goes from {number(few.measure, few.computed)} at rationality {low:g} to "
        f"{number(many.measure, many.computed)} at {high:g}"
    )
    if few.known is not None and many.known is not None:
        said += (
            f"; where every type is known, from {number(few.measure, few.known)} to {number(many.measure, many.known)}:"
            f" what still differs at {high:g} is due to private information, not to noise"
        )
    return f"{said}."


def cells(m: Measured) -> tuple[str, str, str, str]:
    """Return a row: the measure, computed, where every type is known, and in closed form."""
    closed = number(m.measure, m.closed)
    if m.closed is not None and m.measure.closed_words != "without mistakes":
        closed += f" ({m.measure.closed_words})"
    return m.measure.words, number(m.measure, m.computed), number(m.measure, m.known), closed


def steps(path: tuple[Step, ...]) -> list[tuple[str, str]]:
    """Return (what is likeliest, what each type would do) of each step of the main path; repeated steps once."""
    out = []
    for words, same in groupby(map(step_words, path)):
        count = len(list(same))
        out.append((words[0] if count == 1 else f"{words[0]} ({count} times)", words[1]))
    return out


def step_words(step: Step) -> tuple[str, str]:
    """Return a step in words: the moves with their chance, and the chance of them by type."""
    c = step.choice
    moves = [f"{'chance' if who == CHANCE else who}: {_label(m)}" for who, m in zip(c.movers, step.moves, strict=True)]
    types = []
    for who, move, own in zip(c.movers, step.moves, c.strategies, strict=True):
        if not set(own) <= set(ONLY_TYPE):
            types.append(f"{who}: " + ", ".join(f"{kind} {percent(p[move])}" for kind, p in own.items()))
    return f"{c.stage}: {', '.join(moves)} ({percent(step.chance)})", "; ".join(types)


def _label(move: Any) -> str:
    return f"{move:g}" if isinstance(move, float) else str(move)


def changed(g: ClassicGame) -> str:
    """Return the parameters that differ from their defaults; empty where none does."""
    return ", ".join(f"{key} = {value}" for key, value in g.changes.items())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
