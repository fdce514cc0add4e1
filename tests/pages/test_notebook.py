"""How values are shown at the prompt and in a notebook: a few lines, nothing that acts, nothing solved to show it."""

import datetime as dt
import sys

import altair as alt
import polars as pl
import pytest
from support.tiny import tiny

import peacetalks as pt
from peacetalks.errors import SpecError
from peacetalks.evidence.frames import to_pandas
from peacetalks.forecasting.explain import explain
from peacetalks.pages.notebook import KINDS
from peacetalks.questions.claims import Audit
from peacetalks.scenario import scenario as scenarios

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="session")
def solved():
    return pt.solve(pt.build(tiny(periods=2)), 20, belief_points=3)


@pytest.fixture(scope="session")
def shown(looked, compared, inferred, solved):
    """One value of every class that people are given."""
    paths = pt.simulate(solved, 10, seed=1)
    outside = pt.evidence.outside_forecast("interstate", [12], draws=5)
    values = [looked.scenario, solved.game, solved, looked, pt.trajectory(solved), paths, compared, inferred, outside]
    values += [pt.base_rate("ceasefire fails within 30 days"), *looked.outside, Audit(looked.scenario, (), {})]
    return [*values, explain(tiny(periods=2), periods=2, belief_points=2)]


def test_a_repr_is_a_few_lines_without_arrays_or_tables(shown):
    for value in shown:
        lines = repr(value).splitlines()
        assert len(lines) <= 12, type(value)
        assert all(len(line) <= 240 for line in lines), type(value)
        assert not any(word in repr(value) for word in ("array(", "DataArray", "{", "=(")), type(value)
        assert str(value) == repr(value)


def test_a_repr_computes_nothing(shown, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a repr solves nothing")

    monkeypatch.setattr("peacetalks.equilibrium.solve.solve", refuse)
    monkeypatch.setattr("peacetalks.equilibrium.solution.solve_node", refuse)
    monkeypatch.setattr("peacetalks.equilibrium.transitions.transition_matrix", refuse)
    assert all(repr(value) for value in shown)


def test_what_a_notebook_shows_is_escaped_and_has_no_script(looked):
    hostile = looked.scenario.model_copy(update={"title": HOSTILE})
    move = pt.Decision(HOSTILE, "A", lambda s: [pt.Move("stay", "end")])
    game = pt.Game(("A",), "start", (move,))
    rate = pt.base_rate("ceasefire fails within 30 days")
    for value in (hostile, game, pt.solve(game), looked, rate):
        html = value._repr_html_()
        assert "<script" not in html
    assert "&lt;script&gt;" in hostile._repr_html_()
    assert "&lt;script&gt;" in game._repr_html_()


def test_an_outlook_says_the_answer(looked):
    text = repr(looked)
    p = float(looked.pooled.ends.sel(period=12, end="peace"))
    assert looked.scenario.title in text
    assert f"best estimate: peace {p:.0%} (90%: " in text
    assert "2 belief points a side" in text
    assert "2 draws" in text


def test_an_outlook_without_a_best_estimate_says_so(inferred):
    none = pt.outlook(tiny(periods=12, conflict={"kind": "civil", "state": "crisis"}), belief_points=2)
    assert none.pooled.ends is None
    assert ", model alone: peace" in repr(none)
    assert "no best estimate" in repr(none)


def test_a_scenario_says_its_types_numbers_and_what_is_left_out(looked):
    unfilled = pt.patch(scenarios.load("korea-1951"), {"talks.accept": None})
    assert ", 1 left out; digest" in repr(unfilled)
    assert f"digest {looked.scenario.digest}" in repr(looked.scenario)
    assert "types: resolute" in repr(looked.scenario)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"drivers"}))
def test_every_kind_of_chart_can_be_saved(looked, kind, tmp_path):
    path, chart = tmp_path / "chart.svg", looked.plot(kind)
    chart.save(path)
    assert path.read_text(encoding="utf-8").startswith("<svg")
    assert chart._repr_mimebundle_()["image/svg+xml"].startswith("<svg")
    assert isinstance(chart, alt.TopLevelMixin)
    assert chart.to_dict() == chart.copy().to_dict()


def test_drivers_that_are_not_computed_cannot_be_drawn(looked):
    with pytest.raises(SpecError, match=r"the drivers are not computed yet.*--drivers"):
        looked.plot("drivers")


def test_an_unknown_kind_of_chart_names_the_nearest(looked):
    with pytest.raises(SpecError, match=r"no chart of kind 'belief'\. Did you mean 'beliefs'"):
        looked.plot("belief")


def test_the_long_table_has_every_probability_once(looked):
    table = looked.to_polars()
    keys = ["month", "view", "level", "outcome"]
    assert table.columns == ["date", "month", "view", "level", "outcome", "probability", "low", "high"]
    assert not table.select(keys).is_duplicated().any()
    assert set(table["view"]) == {"best", "model", "record", *(v for v in looked.views if v.startswith("outside"))}
    one = table.filter(month=12, view="best", outcome="peace").row(0, named=True)
    assert one["probability"] == pytest.approx(float(looked.pooled.ends.sel(period=12, end="peace")))
    assert one["low"] == pytest.approx(float(looked.pooled.low.sel(period=12, end="peace")))
    assert one["date"] == dt.date(1952, 7, 10)
    sums = table.filter(view="model").group_by("month", "level").agg(pl.col("probability").sum())
    assert sums["probability"].to_list() == pytest.approx([1.0] * len(sums))
    assert table.filter(view="model")["low"].is_null().all()


def test_the_pandas_table_is_the_same(looked):
    here, there = looked.to_polars(), looked.to_pandas()
    assert list(there.columns) == here.columns
    assert len(there) == len(here)
    assert there["probability"].tolist() == pytest.approx(
        here["probability"].fill_null(float("nan")).to_list(), nan_ok=True
    )
    assert str(there["date"].dtype).startswith("datetime64")


def test_without_pandas_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        to_pandas(pl.DataFrame({"n": [1]}))


def test_tables_of_cases_become_pandas_with_nulls():
    cases = pt.evidence.cases("ceasefires")
    there = pt.evidence.to_pandas(cases)
    assert len(there) == len(cases)
    assert int(there["ended_by"].isna().sum()) == cases["ended_by"].null_count()


def test_a_base_rate_is_a_row():
    rate = pt.base_rate("ceasefire fails within 30 days", as_of="2000-01-01")
    row = rate.to_polars().row(0, named=True)
    assert row["probability"] == rate.probability
    assert (row["low"], row["high"]) == rate.interval
    assert row["as_of"] == dt.date(2000, 1, 1)
    assert f"n = {rate.n}" in repr(rate)
