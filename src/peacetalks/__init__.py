"""What can we expect from these peace negotiations?

>>> import peacetalks as pt
>>> pt.Move("accept", to="deal").to
'deal'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peacetalks import catalog, evidence, trees
    from peacetalks.conflicts.fill import load
    from peacetalks.equilibrium.forward import Trajectory, forecast, trajectory
    from peacetalks.equilibrium.simulate import simulate
    from peacetalks.equilibrium.solution import Solution
    from peacetalks.equilibrium.solve import solve
    from peacetalks.errors import GameError, NotSolved, SpecError
    from peacetalks.estimation.estimate import estimate
    from peacetalks.estimation.nonnested import clarke, vuong
    from peacetalks.evidence.rates import base_rate
    from peacetalks.forecasting.cluster import cluster
    from peacetalks.forecasting.drivers import drivers
    from peacetalks.forecasting.outlook import outlook
    from peacetalks.forecasting.sweep import sweep
    from peacetalks.forecasting.what_if_forecast import whatif
    from peacetalks.game.language import Chance, Decision, Game, Move, Simultaneous
    from peacetalks.mechanisms.standard_game import build
    from peacetalks.questions.advise import advise
    from peacetalks.questions.ask import ask
    from peacetalks.scenario.scenario import Scenario, patch

_HOME = {
    "errors": ("GameError", "NotSolved", "SpecError"),
    "game.language": ("Chance", "Decision", "Game", "Move", "Simultaneous"),
    "scenario.scenario": ("Scenario", "patch"),
    "conflicts.fill": ("load",),
    "evidence.rates": ("base_rate",),
    "mechanisms.standard_game": ("build",),
    "equilibrium.solution": ("Solution",),
    "equilibrium.solve": ("solve",),
    "equilibrium.forward": ("Trajectory", "forecast", "trajectory"),
    "equilibrium.simulate": ("simulate",),
    "estimation.estimate": ("estimate",),
    "estimation.nonnested": ("clarke", "vuong"),
    "forecasting.cluster": ("cluster",),
    "forecasting.drivers": ("drivers",),
    "forecasting.outlook": ("outlook",),
    "forecasting.sweep": ("sweep",),
    "forecasting.what_if_forecast": ("whatif",),
    "questions.advise": ("advise",),
    "questions.ask": ("ask",),
}
_PACKAGES = ("catalog", "evidence", "trees")  # that are public as they are: classic games, the record, extensive forms
_WHERE = {name: module for module, names in _HOME.items() for name in names}

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
    "advise",
    "ask",
    "base_rate",
    "build",
    "catalog",
    "clarke",
    "cluster",
    "drivers",
    "estimate",
    "evidence",
    "forecast",
    "load",
    "outlook",
    "patch",
    "simulate",
    "solve",
    "sweep",
    "trajectory",
    "trees",
    "vuong",
    "whatif",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that importing the package costs nothing."""
    if name in _WHERE:
        if _WHERE[name].startswith("forecasting."):
            import_module("peacetalks.pages.notebook")  # how outlooks and what-ifs are shown
        if _WHERE[name].startswith("estimation."):
            import_module("peacetalks.pages.estimate_methods")  # what is done with an estimate
        value = globals()[name] = getattr(import_module(f"peacetalks.{_WHERE[name]}"), name)
        return value
    if name in _PACKAGES:
        return import_module(f"peacetalks.{name}")
    raise AttributeError(f"module 'peacetalks' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
