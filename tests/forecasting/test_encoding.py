"""Results as plain values and back: to the last digit, and nothing else is made from a file."""

import datetime as dt
import json
import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pytest
import xarray as xr
from pydantic import BaseModel

from peacetalks.forecasting.encoding import decode, encode
from peacetalks.mechanisms.state import Bundle, World


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    a: np.ndarray
    b: float


class Model(BaseModel):
    date: dt.date


CLASSES = (Colour, Inner, Model, World, Bundle)


def there_and_back(value):
    text = json.dumps(encode(value), allow_nan=False)  # valid JSON, always
    return decode(json.loads(text), CLASSES)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        0.1 + 0.2,
        -0.0,
        "text [/x] \x1b",
        [1, (2, 3.5)],
        {"!": "dict", "of": 1},  # looks like an encoded value
        {("a", 1): frozenset([3, 1])},
        {World("war", 3, pending=(0.5, Bundle(0.25))): dt.date(1951, 7, 10)},
        Model(date=dt.date(1951, 7, 10)),
        Colour.RED,
        float("inf"),
    ],
)
def test_a_value_comes_back(value):
    found = there_and_back(value)
    assert found == value
    assert type(found) is type(value)
    assert repr(found) == repr(value)


def test_nan_comes_back():
    assert math.isnan(there_and_back(float("nan")))


@pytest.mark.parametrize("dtype", ["<f8", "<i8", "<i4", "?", "<U5", "<f4"])
def test_arrays_come_back_bit_for_bit(dtype):
    a = np.array([[0, 1, 2], [3, 4, 5]], dtype=dtype)
    found = there_and_back(a)
    assert found.dtype == a.dtype
    assert found.tobytes() == a.tobytes()
    assert found.shape == a.shape
    found[0, 0] = found[1, 1]  # may be written to
    scalar = there_and_back(a[1, 2])
    assert type(scalar) is type(a[1, 2])
    assert scalar == a[1, 2]


def test_labelled_arrays_and_dataclasses_come_back():
    values = np.array([[0.1, np.nan], [0.3, 1 / 3]])
    a = xr.DataArray(values, {"period": [1, 2], "end": ["peace", "war"]}, ("period", "end"), name="p")
    xr.testing.assert_identical(there_and_back(a), a)
    one = there_and_back(Inner(values, 0.5))
    assert one.a.tobytes() == values.tobytes()
    assert one.b == 0.5


@pytest.mark.parametrize(
    "plain",
    [
        {"!": "Popen", "of": [["true"]]},
        {"!": "Inner", "of": [1]},  # too few fields
        {"of": 1},
        {"!": "array", "of": ["|O", [1], ""]},
        {"!": "array", "of": ["<f8", [2], "AAAA"]},
        {"!": "float", "of": "x"},
        {"!": "date", "of": "soon"},
    ],
)
def test_what_was_not_encoded_is_refused(plain):
    with pytest.raises((ValueError, TypeError)):
        decode(plain, CLASSES)


def test_other_objects_are_no_plain_values():
    with pytest.raises(TypeError, match="no plain values for object"):
        encode(object())
    with pytest.raises(TypeError, match="array of object"):
        encode(np.array([object()]))
