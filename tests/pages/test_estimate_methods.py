"""What a researcher does with an estimate at the prompt and in a notebook."""

from dataclasses import replace

import numpy as np
import pytest
from support.binary_choice import fitted

import peacetalks as pt
from peacetalks.errors import EstimationError

assert pt.estimate  # with it the methods are there
E = fitted()


def test_the_prompt_shows_a_few_lines_and_the_notebook_a_table(capsys):
    assert repr(E).startswith("logit on 400 rows: log-likelihood -217.1861. Different from 0 at 5%: yes:x (1.033)")
    assert len(repr(E).splitlines()) == 5
    html = E._repr_html_()
    assert "<td>yes:groupb</td>" in html
    assert html.count("<tr>") == 4
    assert E.summary() is None
    assert "yes:" not in capsys.readouterr().out.split("groupb")[1].split("\n")[0]


def test_predictions_comparative_statics_and_profiles_are_methods():
    new = {"x": [0.0, 1.0], "group": "a"}
    assert len(E.predict(new, intervals="simulation", draws=200, seed=2)) == 2
    c = E.vary("group", at="sample", intervals="none")
    assert repr(c) == "group from a to b, points: no -18.8, yes +18.8"
    p = E.profile("yes:x", steps=3)
    assert repr(p).startswith("yes:x: estimate 1.033, 95% interval")
    with pytest.raises(EstimationError, match="Did you mean 'delta'"):
        E.vary("group", intervals="detla")


@pytest.mark.parametrize("which", ["estimate", "varied", "profile"])
def test_plots_are_svg_in_a_notebook(which):
    value = {"estimate": E, "varied": E.vary("x", (0.0, 1.0)), "profile": E.profile("yes:x", steps=2)}[which]
    bundle = value.plot(width=400)._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg")


def test_tables_take_several_estimates():
    other = replace(E, values=E.values + 0.1)
    assert r" & A & B \\" in E.to_latex(other, titles=["A", "B"])
    assert E.to_csv(other).count("(2) logit") == 3
    assert E.to_dict()["coefficients"][0]["name"] == "yes:(Intercept)"


def test_vuong_and_clarke_are_public():
    other = replace(E, values=E.values * np.array([1.0, 0.5, 1.0]))
    assert pt.vuong(E, other).preferred == 1
    assert pt.clarke(E, other).rows == E.rows
