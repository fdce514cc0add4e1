"""What was given in place of a game or of a solved one, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from peacetalks.equilibrium.solution import Solution
from peacetalks.errors import GameError
from peacetalks.game.language import Game
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping


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


def _refuse(given: object, takes: str, hints: Mapping[str, str]) -> NoReturn:
    """Raise that a function takes something else, with the hint for the class of what was given, else its value."""
    kind = type(given).__name__
    hint = hints.get("str" if isinstance(given, str) else kind)
    more = f", {shorten(given)}" if hint is None else f": {hint.format(given=given)}"
    raise GameError(f"{takes}; this is a {kind}{more}")
