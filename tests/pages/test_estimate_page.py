"""The page of an estimate: on a terminal, as HTML, CSV, LaTeX, SVG, and as JSON that its schema describes."""

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console
from support.binary_choice import fitted
from support.schemas import fits, fitting

from peacetalks.estimation.comparative import comparative_statics
from peacetalks.estimation.intervals import Method
from peacetalks.estimation.model import Start
from peacetalks.estimation.profile import Better, Profile
from peacetalks.pages import estimate_page
from peacetalks.pages.estimate_charts import profile_caption
from peacetalks.pages.estimate_text import finding, profile_line, starts_line

E = fitted(call='estimate("y ~ x + group", data)', dropped=12, notes=("A note.",))
VARIED = (
    comparative_statics(E, "x"),
    comparative_statics(E, "group", at="sample", method=Method("none")),
    comparative_statics(E, "x", (0.0, 99.0), given={"group": "b"}),
)
PROFILE = Profile(
    "yes:x", np.linspace(0.6, 1.4, 5), np.array([-222.0, -218.0, -217.2, -218.4, np.nan]), np.zeros((5, 3)),
    1.0, -217.2, 0.95, Better(np.ones(3), -215.0), ("yes:x = 1.4: no maximum",),
)  # fmt: skip


def printed(*args):
    out = io.StringIO()
    estimate_page.show(*args, out=Console(file=out, width=80, color_system=None))
    return out.getvalue()


def test_on_a_terminal():
    text = printed(E, VARIED, (PROFILE,))
    assert max(map(len, text.splitlines())) <= 80
    flat = " ".join(text.split())
    assert "groupb 1.0653 0.2794 3.81 <0.001 ***" in flat
    assert "Rows: 400. Log-likelihood -217.1861, AIC 440.37" in flat
    assert "Standard errors: inverse Hessian" in flat
    assert "A note." in flat
    assert "group from a to b, points: no -18.8, yes +18.8" in flat
    assert "Averaged over the 400 rows, each with its own other covariates; no intervals" in flat
    assert "The range goes beyond the data" in flat
    assert "a better maximum was found: -215.0000; 1 values without a maximum" in flat
    last = f"{VARIED[0].values[-1]:.4g}"
    assert any(line.split()[:1] == [last] for line in text.splitlines())


def test_the_page_holds_every_part():
    text = estimate_page.makers(E, VARIED[1:2], (PROFILE,))[".html"]()
    assert finding(E) in text
    for part in ("Coefficients", "Probabilities as group varies", "Profile likelihood of yes:x", "How it was found"):
        assert f"{part}</h2>" in text or f"{part}</summary>" in text, part
    assert text.count("<svg") == 2 * 3
    assert "http" not in text.replace("http://www.w3.org", "")


def test_files_of_other_suffixes():
    made = estimate_page.makers(E, VARIED)
    assert set(made) == set(estimate_page.SUFFIXES)
    assert made[".csv"]().startswith("parameter,estimate,std_error")
    assert made[".tex"]().startswith("\\begin{tabular}")
    assert "Probabilities as x varies" in made[".svg"]()
    assert "Coefficients" in estimate_page.makers(E)[".svg"]()


def test_json_is_what_the_schema_says():
    plain = fitting("estimate", estimate_page.makers(E, VARIED, (PROFILE,))[".json"]())
    assert plain["coefficients"][1]["name"] == "yes:x"
    assert plain["varied"][1]["probability"]["low"][0] == [None, None]
    assert plain["varied"][2]["beyond_the_data"]
    assert plain["profiles"][0]["log_likelihood"][-1] is None
    assert not fits("estimate", {**plain, "extra": 1})
    held = replace(E, fixed=np.array([False, True, False]))
    assert fitting("estimate", estimate_page.makers(held)[".json"]())["coefficients"][1]["std_error"] is None


def test_what_the_starts_reached_is_said():
    a, b = Start(-217.0, 0.0, 5, True), Start(-230.123456, 0.0, 5, True)
    failed = Start(-300.0, 1.0, 99, False)
    assert "would not be seen" in starts_line(E)
    assert starts_line(replace(E, starts=(a, a))) == "2 of 2 starts reached this maximum."
    assert starts_line(replace(E, starts=(a, b, failed))) == (
        "1 of 3 starts reached this maximum; others ended in lower ones (-230.123); 1 did not converge."
    )


def test_a_profile_is_said_with_its_interval():
    assert "interval 0.7" in profile_line(PROFILE)
    assert "to beyond the range" in profile_line(PROFILE)
    assert "beyond 1.4" in profile_caption(PROFILE)
    assert "The estimate is a local maximum only" in profile_caption(PROFILE)
    assert "better" not in profile_caption(replace(PROFILE, better=None))


def test_nothing_is_clear():
    vague = replace(E, covariance=100 * np.eye(3))
    assert "No coefficient beside intercepts is different from 0 at 5%" in finding(vague)


@pytest.mark.parametrize("fixed", [[True, True, True]])
def test_a_model_with_every_parameter_fixed_has_no_chart(fixed):
    page = estimate_page.estimate_page(replace(E, fixed=np.array(fixed)))
    assert page.sections[0].plot is None
