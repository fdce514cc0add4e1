"""Comparative statics: one covariate varies, the others stand at typical values or as they are."""

import numpy as np
import polars as pl
import pytest
from scipy.special import expit
from support.binary_choice import fitted

from peacetalks.errors import EstimationError
from peacetalks.estimation.comparative import POINTS, comparative_statics, typical
from peacetalks.estimation.intervals import Method

E = fitted()
X, GROUP = E.model.data["x"].to_numpy(), (E.model.data["group"] == "b").to_numpy()


def test_typical_values_are_means_and_the_most_frequent():
    assert typical(E.model) == {"x": pytest.approx(X.mean()), "group": "a"}


def test_at_typical_values_it_is_the_probability_there():
    found = comparative_statics(E, "x", (0.0, 1.0))
    a, b, _ = E.values
    np.testing.assert_allclose(found.probability.value[:, 1], expit(a + b * np.array([0, 1])), rtol=1e-12)
    assert found.others == {"group": "a"}
    set_other = comparative_statics(E, "x", (0.0, 1.0), given={"group": "b"})
    np.testing.assert_allclose(set_other.probability.value[:, 1], expit(E.values.sum() - [b, 0]), rtol=1e-12)


def test_over_the_sample_it_is_the_mean_over_rows():
    found = comparative_statics(E, "group", at="sample")
    assert found.values == ("a", "b")
    a, b, c = E.values
    means = [expit(a + b * X).mean(), expit(a + b * X + c).mean()]
    np.testing.assert_allclose(found.probability.value[:, 1], means, rtol=1e-12)
    assert found.rows == E.rows
    assert found.others == {}
    given = comparative_statics(E, "group", at="sample", given={"x": 2.0})
    np.testing.assert_allclose(given.probability.value[:, 1], expit([a + 2 * b, a + 2 * b + c]), rtol=1e-12)


def test_the_change_has_the_error_of_a_difference():
    found = comparative_statics(E, "group", given={"x": 0.5})
    a, b, c = E.values
    p = expit([a + 0.5 * b, a + 0.5 * b + c])
    w = p * (1 - p)
    d = np.array([w[1] - w[0], 0.5 * (w[1] - w[0]), w[1]])
    assert found.change.value.shape == (1, 2)
    assert found.change.value[0, 1] == pytest.approx(p[1] - p[0])
    assert found.change.error[0, 1] == pytest.approx(np.sqrt(d @ E.covariance @ d), rel=1e-6)
    assert found.change.value.sum() == pytest.approx(0, abs=1e-12)


def test_by_default_a_number_goes_over_its_range_and_a_category_over_its_levels():
    found = comparative_statics(E, "x", method=Method("none"))
    assert len(found.values) == POINTS
    assert (found.values[0], found.values[-1]) == (X.min(), X.max())
    assert not found.beyond
    assert comparative_statics(E, "x", (0, 99), method=Method("none")).beyond
    assert not comparative_statics(E, "group", method=Method("none")).beyond


def test_as_a_table_and_as_plain_values():
    found = comparative_statics(E, "group", method=Method("simulation", draws=100))
    table = found.to_polars()
    assert table.columns == ["group", "outcome", "probability", "error", "low", "high"]
    assert table.filter(pl.col("outcome") == "yes")["probability"].to_list() == list(found.probability.value[:, 1])
    plain = found.to_dict()
    assert plain["intervals"]["draws"] == 100
    assert plain["at"] == "typical"


@pytest.mark.parametrize(
    ("args", "more", "message"),
    [
        (("z",), {}, "'z' is no covariate of the model"),
        (("x",), {"given": {"groop": "a"}}, "Did you mean 'group'"),
        (("x",), {"given": {"x": 1}}, "cannot both vary"),
        (("x", (1, 1)), {}, "give at least two"),
        (("x", ("a", "b")), {}, "is a number in the data"),
        (("x", (0, float("inf"))), {}, "is a number in the data"),
        (("group", ("a", "c")), {}, "has no level 'c'"),
        (("x",), {"at": "mean"}, "`typical` or `sample`"),
    ],
)
def test_bad_questions_are_refused(args, more, message):
    with pytest.raises(EstimationError, match=message):
        comparative_statics(E, *args, **more)
