"""What can we expect from these peace negotiations?

>>> import peacetalks as pt
>>> pt.Move("accept", to="deal").to
'deal'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peacetalks.equilibrium.forward import Trajectory, forecast, trajectory
    from peacetalks.equilibrium.simulate import simulate
    from peacetalks.equilibrium.solution import NotSolved, Solution
    from peacetalks.equilibrium.solve import solve
    from peacetalks.forecasting.outlook import outlook
    from peacetalks.game.language import Chance, Decision, Game, GameError, Move, Simultaneous
    from peacetalks.mechanisms.standard_game import build
    from peacetalks.scenario.scenario import Scenario, SpecError, load, patch

_WHERE = {
    "Chance": "game.language", "Decision": "game.language", "Game": "game.language", "GameError": "game.language", "Move": "game.language", "Simultaneous": "game.language",
    "NotSolved": "equilibrium.solution", "Solution": "equilibrium.solution", "solve": "equilibrium.solve",
    "Trajectory": "equilibrium.forward", "forecast": "equilibrium.forward", "trajectory": "equilibrium.forward", "simulate": "equilibrium.simulate",
    "load": "scenario.scenario", "patch": "scenario.scenario", "Scenario": "scenario.scenario", "SpecError": "scenario.scenario", "build": "mechanisms.standard_game",
    "outlook": "forecasting.outlook",
}  # fmt: skip

__version__ = "0.1.0"
__all__ = [
    "Chance",
    "Decision",
    "Game",
    "GameError",
    "Move",
    "NotSolved",
    "Scenario",
    "Simultaneous",
    "Solution",
    "SpecError",
    "Trajectory",
    "build",
    "forecast",
    "load",
    "outlook",
    "patch",
    "simulate",
    "solve",
    "trajectory",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that importing the package costs nothing."""
    if name in _WHERE:
        value = globals()[name] = getattr(import_module(f"peacetalks.{_WHERE[name]}"), name)
        return value
    raise AttributeError(f"module 'peacetalks' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
