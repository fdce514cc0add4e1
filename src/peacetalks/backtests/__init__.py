"""The backtest: forecasts made at past dates with what was known then, scored on what came true.

The main test is on the conflict-years (`conflict_year_arrays`, `conflict_year_views`, `rival`, `year_tables`).  The
case book of historical negotiations is chosen by `negotiations`, made into conflicts by `case_conflicts`, forecast by
`inside` and `record_answers`, and put together by `case_book`.  `best_estimate` adjusts the record in both.
`occasions` and `views` are the other questions: ceasefires, episodes, peace processes.  `results` scores everything
against `targets`; `remake` makes the committed tables anew.

>>> from peacetalks.backtests import backtest
>>> callable(backtest)
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peacetalks.backtests.remake import reanchor, rebuild
    from peacetalks.backtests.results import Backtest, backtest

_HOME = {"Backtest": "results", "backtest": "results", "reanchor": "remake", "rebuild": "remake"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)


__all__ = ["Backtest", "backtest", "reanchor", "rebuild"]
