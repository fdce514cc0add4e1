"""The backtest: forecasts made at past dates with what was known then, scored on what came true.

`occasions` lists what is asked and `views` what is compared.  The case book of historical negotiations is chosen by
`negotiations`, made into games by `mapping`, forecast by `inside` and `reference_classes`, and put together by
`case_book`.  `results` scores everything; `remake` makes the committed tables anew.

>>> from peacetalks.backtests import backtest
>>> callable(backtest)
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peacetalks.backtests.remake import rebuild, repool
    from peacetalks.backtests.results import Backtest, backtest

_HOME = {"Backtest": "results", "backtest": "results", "rebuild": "remake", "repool": "remake"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


__all__ = ["Backtest", "backtest", "rebuild", "repool"]
