"""The backtest: forecasts made at past dates with what was known then, scored on what came true.

`occasions` says what is asked, `views` what is compared, `negotiations`, `mapping` and `inside` are the case book of
historical talks with the model's inside view, `results` scores everything, `words` and `page` show it.

>>> from peacetalks.backtests import backtest
>>> "backtest" in dir()
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peacetalks.backtests.inside import rebuild, repool
    from peacetalks.backtests.results import Backtest, backtest

_HOME = {"Backtest": "results", "backtest": "results", "rebuild": "inside", "repool": "inside"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


__all__ = ["Backtest", "backtest", "rebuild", "repool"]
