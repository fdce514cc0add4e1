"""Tables of estimates as CSV and LaTeX."""

import csv
import io
import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm
from support.binary_choice import fitted

from peacetalks.errors import EstimationError
from peacetalks.estimation.tables import coefficients, to_csv, to_latex

E = fitted()
HELD = replace(E, fixed=np.array([False, False, True]), dropped=7, errors="cluster")


def test_coefficients_have_z_p_and_an_interval():
    c = coefficients(E)[1]
    assert (c.name, c.equation, c.term) == ("yes:x", "yes", "x")
    assert c.z == pytest.approx(E.values[1] / np.sqrt(E.covariance[1, 1]))
    assert c.p == pytest.approx(2 * norm.sf(c.z))
    assert (c.high - c.low) / 2 == pytest.approx(norm.ppf(0.975) * c.error)
    assert c.stars == "***"
    fixed = coefficients(HELD)[2]
    assert fixed.fixed
    assert fixed.stars == ""
    assert np.isnan([fixed.error, fixed.z, fixed.p, fixed.low]).all()


def test_csv_keeps_every_digit():
    rows = list(csv.DictReader(io.StringIO(to_csv(HELD))))
    assert [float(r["estimate"]) for r in rows] == list(E.values)
    assert [r["std_error"] == "" for r in rows] == [False, False, True]
    both = list(csv.DictReader(io.StringIO(to_csv(E, HELD, titles=["free", "held"]))))
    assert [r["model"] for r in both] == ["free"] * 3 + ["held"] * 3


def test_latex_sets_models_side_by_side():
    renamed = replace(E, model=replace(E.model, parameters=("yes:(Intercept)", "yes:x_1", "log(s)")))
    text = to_latex(E, renamed, HELD, titles=["A", "B & C", "D"], caption="50% of all", label="t")
    assert text.count("{") == text.count("}")
    assert r" & A & B \& C & D \\" in text
    assert r"\caption{50\% of all}" in text
    assert r"\quad x\_1 &  & $" in text
    assert re.search(r"log\(s\) +&", text)
    assert "(fixed)" in text
    assert "inverse Hessian; clustered" in text
    assert "left out for missing values: 0, 0, 7" in text
    columns = {
        len(line.split(r" \\")[0].split(" & ")) for line in text.splitlines() if " & " in line and "B \\&" not in line
    }
    assert columns == {4}


def test_bad_titles_are_refused():
    with pytest.raises(EstimationError, match="2 titles were given for 1 estimates"):
        to_csv(E, titles=["a", "b"])
    with pytest.raises(EstimationError, match="at least one estimate"):
        to_latex()
    with pytest.raises(EstimationError, match=r"such as 0\.95"):
        coefficients(E, 95)
