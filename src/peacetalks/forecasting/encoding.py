"""Results as plain values that JSON holds, and back to the last digit: no pickles, only the classes that are named.

Arrays are written as their bytes (base64) with type and shape; dataclasses, named tuples, models of files and
enumerations by name, and a name that the reader does not list is refused.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterable

MARK = "!"  # the key under which a table says what it stands for
NUMBERS = "biufUS"  # kinds of arrays that are written as bytes


def encode(value: Any) -> Any:
    """Return plain values for a result.

    >>> encode({"p": (0.5, None)})
    {'!': 'dict', 'of': [['p', {'!': 'tuple', 'of': [0.5, None]}]]}
    """
    if value is None or type(value) in (bool, int, str) or (type(value) is float and math.isfinite(value)):
        return value
    if type(value) is list:
        return [encode(v) for v in value]
    name, of = _parts(value)
    return {MARK: name, "of": of}


def _parts(value: Any) -> tuple[str, Any]:  # noqa: PLR0911 (a kind of value each)
    """Return what a value is called, and its content as plain values."""
    match value:
        case Enum():
            return type(value).__name__, encode(value.value)
        case float() if type(value) is float:
            return "float", repr(value)
        case date():
            return "date", value.isoformat()
        case np.generic() | np.ndarray():
            return ("array" if isinstance(value, np.ndarray) else "scalar"), _array(np.asarray(value))
        case xr.DataArray():
            coords = [[str(k), list(v.dims), encode(v.values)] for k, v in value.coords.items()]
            return "labelled array", [encode(value.values), list(value.dims), coords, value.name]
        case BaseModel():
            return type(value).__name__, value.model_dump_json()
        case Mapping():
            return "dict", [[encode(k), encode(v)] for k, v in value.items()]
        case frozenset():
            return "frozenset", [encode(v) for v in sorted(value)]
        case tuple():
            name = type(value).__name__ if hasattr(value, "_fields") else "tuple"
            return name, [encode(v) for v in value]
    if is_dataclass(value):
        return type(value).__name__, [encode(getattr(value, f.name)) for f in fields(value)]
    raise TypeError(f"no plain values for {type(value).__name__}: {value!r}"[:200])


def decode(plain: Any, classes: Iterable[type]) -> Any:
    """Return the result that `encode` made plain; `classes` may be made again, no others.

    Raises `ValueError` or `TypeError` for what `encode` cannot have made.

    >>> decode(encode({"p": (0.5, None)}), ())
    {'p': (0.5, None)}
    """
    return _decode(plain, {c.__name__: c for c in classes})


def _decode(plain: Any, known: Mapping[str, type]) -> Any:
    if isinstance(plain, list):
        return [_decode(v, known) for v in plain]
    if not isinstance(plain, dict):
        return plain
    if set(plain) != {MARK, "of"}:
        raise ValueError(f"not an encoded value: keys {sorted(map(str, plain))}"[:200])
    name, of = plain[MARK], plain["of"]
    if name in BUILT_IN:
        return BUILT_IN[name](of, known)
    if name not in known:
        raise ValueError(f"a class that is not expected here: {name!r}"[:200])
    cls = known[name]
    if issubclass(cls, BaseModel):
        return cls.model_validate_json(of)
    return cls(_decode(of, known)) if issubclass(cls, Enum) else cls(*_decode(of, known))


def _labelled_array(of: Any, known: Mapping[str, type]) -> xr.DataArray:
    values, dims, coords, name = of
    return xr.DataArray(_decode(values, known), {k: (d, _decode(v, known)) for k, d, v in coords}, dims, name)


BUILT_IN: dict[str, Callable[[Any, Mapping[str, type]], Any]] = {  # name -> from plain values
    "float": lambda of, _: float(of),
    "date": lambda of, _: date.fromisoformat(of),
    "array": lambda of, _: _to_array(of),
    "scalar": lambda of, _: _to_array(of)[()],
    "labelled array": _labelled_array,
    "dict": lambda of, known: {_decode(k, known): _decode(v, known) for k, v in of},
    "frozenset": lambda of, known: frozenset(_decode(of, known)),
    "tuple": lambda of, known: tuple(_decode(of, known)),
}


def _array(a: np.ndarray) -> Any:
    """Return an array as [type, shape, bytes]."""
    if a.dtype.kind not in NUMBERS:
        raise TypeError(f"no plain values for an array of {a.dtype}")
    return [a.dtype.str, list(a.shape), base64.b64encode(np.ascontiguousarray(a).tobytes()).decode()]


def _to_array(of: Any) -> np.ndarray:
    dtype, shape, data = of
    kind = np.dtype(dtype)
    if kind.kind not in NUMBERS:
        raise ValueError(f"arrays of {dtype!r} are not read")
    return np.frombuffer(base64.b64decode(data, validate=True), kind).reshape(shape).copy()
