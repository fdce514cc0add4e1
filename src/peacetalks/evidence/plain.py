"""Values of results as plain values that JSON can hold."""

from __future__ import annotations

import math
from dataclasses import is_dataclass
from datetime import date
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Return plain values: dataclasses as dicts, arrays as lists, dates as text, what is not finite as None.

    >>> plain({"p": np.array([0.5, np.nan]), "day": date(2001, 2, 3)})
    {'p': [0.5, None], 'day': '2001-02-03'}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {k: plain(getattr(value, k)) for k in value.__dataclass_fields__}
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, date) else value
