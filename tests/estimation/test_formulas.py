"""Formulas of several parts: names as in R, levels of factors, functions, and what cannot be read."""

import numpy as np
import polars as pl
import pytest

from peacetalks.errors import EstimationError
from peacetalks.estimation.formulas import part, read_formula, require_independent, variables

CASES = pl.DataFrame(
    {"x": [1.0, 2.0, 4.0, 8.0, 3.0, 5.0], "z": [0.1, 0.5, 0.2, 0.9, 0.3, 0.7], "regime": ["mixed", "dem", "autoc"] * 2}
)


def columns(text, cases=CASES):
    return tuple(name.removeprefix("u:") for name in part("u", text, cases).names)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("0", ()),
        ("1", ("(Intercept)",)),
        ("x - 1", ("x",)),
        ("regime", ("(Intercept)", "regimedem", "regimemixed")),
        ("x + z + x:z", ("(Intercept)", "x", "z", "x:z")),
        ("x * z", ("(Intercept)", "x", "z", "x:z")),
        ("regime - 1", ("regimeautoc", "regimedem", "regimemixed")),
        ("sqrt(x) + log(x)", ("(Intercept)", "sqrt(x)", "log(x)")),
    ],
)
def test_coefficients_have_the_names_of_r(text, names):
    assert columns(text) == names


def test_a_power_is_written_as_in_r():
    made = part("u", "I(x^2) - 1", CASES)
    np.testing.assert_array_equal(made.matrix(CASES)[:, 0], CASES["x"].to_numpy() ** 2)


def test_the_levels_of_an_enum_keep_their_order():
    ordered = CASES.with_columns(regime=pl.col("regime").cast(pl.Enum(["dem", "mixed", "autoc"])))
    assert columns("regime", ordered) == ("(Intercept)", "regimemixed", "regimeautoc")


def test_levels_are_those_of_the_data_of_the_estimate():
    made = part("u", "regime", CASES)
    np.testing.assert_array_equal(made.matrix(CASES[2:3]), [[1, 0, 0]])


def test_functions_are_no_columns():
    assert variables("sqrt(x) + log(z)", "u") == ["x", "z"]


@pytest.mark.parametrize("text", ["y ~ x", "x + ", "x + (z"])
def test_a_part_that_is_no_sum_of_terms_is_refused(text):
    with pytest.raises(EstimationError, match="the part"):
        part("u", text, CASES)


def test_a_collinear_column_is_named_with_those_it_follows_from():
    x = CASES["x"].to_numpy()
    with pytest.raises(EstimationError, match="'c' is collinear with 'a' and 'b'"):
        require_independent("abc", np.stack([x, x**2, 2 * x - x**2], axis=1))
    with pytest.raises(EstimationError, match="'a' is nought in every row"):
        require_independent("a", np.zeros((3, 1)))


def test_names_with_spaces_on_the_left():
    assert read_formula("`the end` ~ 1 | 0").observed == ("the end",)
