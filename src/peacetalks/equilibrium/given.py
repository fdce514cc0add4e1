"""What was given in place of a game, of a solved one or of a setting of both, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from peacetalks.equilibrium.solution import Solution
from peacetalks.errors import GameError
from peacetalks.game.language import Game
from peacetalks.game.numbers import whole_number
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def check_game(given: object) -> None:
    """Raise `GameError`, with what to write, where `solve` was given something else than a game."""
    if isinstance(given, Game):
        return
    hints = {
        "Scenario": "did you mean solve(build(scenario))? outlook(scenario) makes the whole forecast",
        "str": "did you mean solve(build(load({given!r})))?",
        "Solution": "it is solved already; did you mean forecast(solution, outcome, periods)?",
    }
    _refuse(given, "solve takes a Game", hints)


def check_solution(given: object, function: str) -> None:
    """Raise `GameError`, with what to write, where `function` was given something else than a solved game."""
    if isinstance(given, Solution):
        return
    hints = {
        "Scenario": "did you mean outlook(scenario)? A game of your own: solve(build(scenario)) first",
        "str": "did you mean outlook(load({given!r}))?",
        "Game": f"did you mean {function}(solve(game), ...)?",
    }
    _refuse(given, f"{function} takes a Solution, as solve returns it", hints)


def checked_periods(s: Solution, periods: int | None, purpose: str) -> int:
    """Return how many periods to follow a solved game for `purpose`; raise `GameError` for a number that cannot be."""
    last = s.game.periods
    if periods is None:
        if last is None:
            raise GameError(f"a stationary game has no last period: say how many `periods` to {purpose}")
        return last
    limit = "" if last is None else f" (left out: all of them) and at most the game's {last}"
    return whole_number(periods, "periods", 1, limit, last)


def names_of(outcome: Callable[[Any], Any], states: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """Return the outcome of each state, and the different ones sorted; raise `GameError` where they have no order."""
    labels = [outcome(state) for state in states]
    try:
        return labels, sorted(set(labels))
    except TypeError:
        classes = sorted({type(label).__name__ for label in labels})
        raise GameError(f"outcome must return a text for every state, got values of {' and '.join(classes)}") from None


def _refuse(given: object, takes: str, hints: Mapping[str, str]) -> NoReturn:
    """Raise that a function takes something else, with the hint for the class of what was given, else its value."""
    kind = type(given).__name__
    hint = hints.get("str" if isinstance(given, str) else kind)
    more = f", {shorten(given)}" if hint is None else f": {hint.format(given=given)}"
    raise GameError(f"{takes}; this is a {kind}{more}")
