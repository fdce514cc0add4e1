"""Values of covariates as a command line takes them."""

import pytest
from support.binary_choice import Logit, made_data

from peacetalks.errors import EstimationError
from peacetalks.estimation.comparative import POINTS
from peacetalks.estimation.written_values import read_given, read_varied

MODEL = Logit(made_data(30))


def test_ranges_lists_and_levels():
    assert read_varied(MODEL, "x") == ("x", None)
    column, values = read_varied(MODEL, "x=-1:1")
    assert (column, len(values), values[0], values[-1]) == ("x", POINTS, -1, 1)
    assert read_varied(MODEL, " x = 0:1:3 ")[1] == [0, 0.5, 1]
    assert read_varied(MODEL, "x=0.5,2")[1] == [0.5, 2]
    assert read_varied(MODEL, "group=b, a")[1] == ["b", "a"]
    assert read_given(MODEL, ["x=1", "group=b"]) == {"x": 1.0, "group": "b"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("groop", "Did you mean 'group'"),
        ("x=", "'x' has no values; write COLUMN"),
        ("x=a:b", "'a' is no number"),
        ("x=1:0", "goes upwards"),
        ("x=0:1:1", "in 2 to 1000 values"),
        ("x=0:1:2.5", "in 2 to 1000 values"),
        ("x=0:1:2:3", "is no range"),
    ],
)
def test_other_forms_are_refused(text, message):
    with pytest.raises(EstimationError, match=message):
        read_varied(MODEL, text)


@pytest.mark.parametrize(
    ("texts", "message"),
    [(["x"], "gives no value"), (["x=1", "x=2"], "given twice"), (["y=1"], "no covariate")],
)
def test_a_value_is_given_once(texts, message):
    with pytest.raises(EstimationError, match=message):
        read_given(MODEL, texts)
