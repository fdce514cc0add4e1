"""What a forecast carries: durations, the record beside it, its size, its schema, its pages."""

import csv
import io
import json
import re
from dataclasses import replace
from importlib import resources
from xml.etree import ElementTree

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.equilibrium.transitions import march
from peacetalks.evidence.pool import log_pool, pool, shipped
from peacetalks.forecasting.best_estimate import NO_CLASS, SILENT, STEPS, pooled_view
from peacetalks.forecasting.durations import Durations, durations, mixture
from peacetalks.forecasting.outlook import open_cards
from peacetalks.forecasting.record_view import FEW, OutsideView, outside_views
from peacetalks.forecasting.size import measure
from peacetalks.game.compile import compile_game
from peacetalks.mechanisms.state import label
from peacetalks.pages import forecast_schema, render, screen

SMALL = {"battlefield.positions": 3, "talks.offers": 3}


@pytest.fixture(scope="module")
def small():
    return pt.patch(pt.load("korea-1951"), SMALL)


@pytest.fixture(scope="module")
def looked(small):
    """A small outlook with bands."""
    return pt.outlook(small, periods=24, belief_points=2, draws=2)


def solved(scenario):
    return pt.solve(pt.build(open_cards(scenario)), rationality=float(scenario.rationality), tolerance=1e-9)


def test_durations_are_those_of_the_chain_of_public_states(small):
    """With nothing hidden play is a Markov chain; its matrix gives the same first passages."""
    s, periods = solved(small), 12
    n = len(s.compiled.boundaries)
    P = np.stack([next(march(s, np.eye(n)[:, [i]], 1))[:, 0] for i in range(n)])
    names = np.array([label(x) for x in s.compiled.boundaries])
    truce, deal, found = names == "ceasefire", names == "settlement", durations(s, periods)
    start = np.zeros(n)
    for state, p in s.game.starts().items():
        start[s.compiled.boundary_index[state]] = p
    settled = [(start @ np.linalg.matrix_power(P, t))[deal].sum() for t in range(1, periods + 1)]  # deals are for good
    assert found.settled == pytest.approx(settled, abs=1e-12)
    begun = start * truce
    for t in range(1, 7):
        before = start @ np.linalg.matrix_power(P, t - 1)
        begun = begun + ((before * ~truce) @ P) * truce
    stay = P * truce[:, None] * truce[None, :]
    left = [sum(begun @ np.linalg.matrix_power(stay, k) @ P @ (~truce & ~deal) for k in range(m)) for m in range(1, 7)]
    assert found.truces == pytest.approx(begun.sum(), abs=1e-12)
    assert found.broken == pytest.approx(left, abs=1e-12)
    assert (found.broken_within + found.closed_within <= 1 + 1e-12).all()


def test_durations_of_a_finite_game_agree_with_sample_paths(small):
    s = solved(pt.patch(small, {"periods": 10, "ceasefire.accept": 0.9, "talks.ask": 0.5}))
    found, paths = durations(s, 10), pt.simulate(s, n=3000, seed=11)
    names = np.array([label(x) for x in paths.states])[paths.at]
    on = names == "ceasefire"
    begun = [(i, t) for i in range(len(on)) for t in range(6) if on[i, t] and (t == 0 or not on[i, t - 1])]
    fates = []
    for i, t in begun:
        left = next((k for k in range(1, 6) if not on[i, t + k]), None)
        fates.append(left if left is not None and names[i, t + left] != "settlement" else np.inf)
    for k in range(1, 6):
        p = found.broken_within[k - 1]
        assert np.mean(np.array(fates) <= k) == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / len(begun)))


def test_no_truce_is_none_and_not_zero(small):
    found = durations(solved(pt.patch(small, {"ceasefire": None})), 6)
    assert found.broken_within is None
    assert found.closed_within is None


def test_a_mixture_weighs_truces_by_how_many_there_are():
    a, b = (Durations(np.array([x]), x, np.array([y]), np.zeros(1)) for x, y in ((0.3, 0.3), (0.1, 0.0)))
    assert mixture([a, b]).broken_within == pytest.approx([0.75])


@pytest.mark.parametrize("name", ["korea-1951", "russia-ukraine-2025"])
def test_the_size_is_told_exactly_before_the_game_is_laid_out(name):
    scenario = pt.patch(pt.load(name), {"battlefield.positions": 8, "talks.offers": 6})
    c, told = compile_game(pt.build(scenario)), measure(scenario, 5, 36)
    assert (told.nodes, told.states) == (c.n_nodes, len(c.boundaries))


def test_the_record_knows_nothing_later_and_says_where_it_is_silent(small):
    views = outside_views(small, (1, 12))
    late = outside_views(small.model_copy(update={"as_of": small.as_of.replace(year=2020)}), (1, 12))
    assert [v.n < w.n for v, w in zip(views, late, strict=True)] == [True, True]
    assert all("More conflict is a lower bound" in v.note for v in views)
    thin = small.model_copy(
        update={"reference_classes": ["war_type=interstate, reached=1y", "war_type=interstate, reached=40y"]}
    )
    few, none = outside_views(thin, (12,))
    assert 0 < few.n < FEW
    assert few.ends == {}
    assert "too few to speak" in few.note
    assert none.n == 0
    assert "cannot speak to this" in none.note


def test_the_schema_is_fresh_and_every_forecast_fits_it(looked, small):
    text = (resources.files("peacetalks.scenario") / "bundled" / "forecast.schema.json").read_text(encoding="utf-8")
    assert text == forecast_schema.text(), (
        "run `python -m peacetalks.pages.forecast_schema FILE` on forecast.schema.json"
    )
    validator = Draft202012Validator(json.loads(text))
    told = json.loads(render.as_json(looked))
    validator.validate(told)
    validator.validate(json.loads(render.as_json(replace(looked, bands=None, terms=looked.terms * np.nan))))
    for key, wrong in (("ends", {"peace": [1.0]}), ("bands", 3), ("periods", None), ("extra", 1)):
        assert not validator.is_valid({**told, key: wrong}), key
    del told["outcomes"]["wider_war"]
    assert not validator.is_valid(told)


def test_the_error_of_the_belief_grid_is_told_and_holds(small):
    war = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 5, "talks.offers": 5})
    coarse, fine = (pt.outlook(war, periods=12, belief_points=n) for n in (5, 17))
    off = abs(coarse.ends - fine.ends)
    assert 0.001 < float(off.max()) < float(coarse.grid_error.max())
    assert bool((off <= coarse.grid_error + 1e-3).all())
    assert coarse.to_dict()["grid_error"]["peace"] == coarse.grid_error.sel(end="peace").values.tolist()
    assert "try 9 points" in screen.settings_line(replace(coarse, grid_error=coarse.grid_error + screen.COARSE))
    assert "try " not in screen.settings_line(fine)
    row = next(r for r in screen.rows(coarse) if r.name == "Error of the belief grid, up to")
    assert row.cells[-1] == screen.percent(float(coarse.grid_error.sel(period=12).max()))
    assert pt.outlook(open_cards(small), periods=3).grid_error is None  # nothing hidden, no grid


def test_what_a_coarse_grid_puts_below_zero_is_set_to_zero_and_told():
    s = pt.solve(make("rounds", offers=2), 20.0, belief_points=5, certify=False)
    path = pt.trajectory(s)
    hidden = {p: {s.game.type_names(p)[0]: 1.0} for p in s.game.types}
    raw = path.weigh(hidden).sum(axis=2)
    assert raw.min() < -1e-6
    told = path.outcomes(str, hidden)
    assert told.attrs["undershoot"] == pytest.approx(-raw.min(), abs=1e-15)
    assert float(told.min()) == 0.0
    assert np.abs(told.sum("outcome").values - raw.sum(axis=1)).max() < 1e-12


def test_the_screen_fits_80_columns_and_tells_all(looked):
    out = io.StringIO()
    screen.show(looked, Console(file=out, width=80))
    text = out.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    words = [
        "Peace",
        "Nowhere",
        "More conflict",
        "1 mo",
        "3 mo",
        "6 mo",
        "12 mo",
        "24 mo",
        "with nothing hidden",
        "record [1]",
        "pooled, inside with record [2]",
        "at weights 0.00 to 0.70",
        "too few to tell it",
        "a judgement: a quarter",
        "pooled with the record: peace",
        "90% of draws",
        "95% interval",
        "won by KPA and Chinese Volunteers",
        "front as it stands 0.50",
        "residual",
        "capability-weighted mean 0.53",
        "Moved by private information",
        "A truce, once begun, is broken",
        "n = 7",
        "lower bound",
        "seed 20250520",
    ]
    flat = " ".join(text.split())
    assert [w for w in words if w not in flat] == []
    assert "wider war - - - - -" in flat  # no mechanism leads there: not zero


def test_the_page_is_one_file_without_script_or_network(looked):
    page = render.html(looked)
    assert "<script" not in page
    assert re.findall(r"(?:src|href)=[\"'](?!data:)[^\"']*", re.sub(r"xlink:href", "", page)) == []
    assert "http" not in page.replace("http://www.w3.org", "")
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    titles = [
        "Outcomes over time",
        "The three ends: inside view, record, both pooled",
        "Terms of a settlement",
        "What is learnt about each side",
        "Time to settlement, and to the collapse of a truce",
    ]
    assert [t for t in titles if f"<h2>{t}</h2>" not in page] == []
    assert page.count('<svg role="img"') == 2 * len(titles)


def test_svg_and_csv(looked, tmp_path):
    path = tmp_path / "r.svg"
    render.write(looked, path)
    assert ElementTree.parse(path).getroot().tag.endswith("svg")
    rows = list(csv.DictReader(io.StringIO(render.csv(looked))))
    assert list(rows[0]) == ["period", "view", "level", "outcome", "probability"]
    found = {}
    for r in rows:
        found.setdefault((r["view"], r["level"], int(r["period"])), []).append(float(r["probability"]))
    assert all(sum(p) == pytest.approx(1, abs=1e-5) for p in found.values())
    shown = {(v, "end", m) for v in ("outside [1]", "outside [2]", "pooled") for m in (1, 3, 6, 12, 24)}
    assert set(found) == shown | {("inside", level, m) for level in ("end", "outcome") for m in range(1, 25)}


def test_the_pool_is_of_the_inside_view_and_the_narrowest_class_that_can_speak(looked):
    p, record = looked.pooled, looked.outside[1]
    assert [v.conditions for v in looked.outside] == [1, 2]
    assert (p.number, p.reference_class) == (2, record.reference_class)
    inside = looked.ends.sel(period=list(record.months)).values
    outside = np.array([record.ends[e] for e in looked.ends["end"].values]).T
    assert p.fit == shipped(looked.scenario.as_of)
    assert p.ends.values == pytest.approx(log_pool(inside, outside, p.fit.weight, p.fit.sharpness))
    assert (p.low <= p.ends).all()
    assert (p.ends <= p.high).all()
    assert p.low.values == pytest.approx(
        np.array(
            [log_pool(inside, outside, w, p.fit.sharpness) for w in np.linspace(p.fit.low, p.fit.high, STEPS)]
            + [p.ends.values]
        ).min(0)
    )
    first = pooled_view(looked.ends, [replace(looked.outside[0], conditions=2), record], looked.scenario.as_of)
    assert first.number == 1  # of equals the first named


def test_between_both_views_in_log_odds_and_either_view_at_weight_0_and_1(looked):
    """Before recalibration (sharpness 1), for every pair of ends."""
    outside = looked.outside[1].table()
    inside = looked.ends.sel(period=outside.period)
    odds = [np.log(a.values[:, [0, 1, 2]] / a.values[:, [1, 2, 0]]) for a in (inside, outside)]
    q = pool(inside, outside, looked.pooled.fit.weight, sharpness=1.0).values
    between = np.log(q[:, [0, 1, 2]] / q[:, [1, 2, 0]])
    assert (np.minimum(*odds) - 1e-9 <= between).all()
    assert (between <= np.maximum(*odds) + 1e-9).all()
    assert not np.allclose(q, inside)
    assert not np.allclose(q, outside)
    assert pool(inside, outside, 1.0).values == pytest.approx(
        inside.values, abs=2e-3
    )  # what is below 0.001 is lifted to it
    assert pool(inside, outside, 0.0).values == pytest.approx(outside.values)


def test_no_pooled_line_where_the_record_is_silent_and_the_reason_is_told(looked):
    thin = looked.scenario.model_copy(update={"reference_classes": ["war_type=interstate, reached=1y"]})
    for classes, reason in ((outside_views(thin, (12,)), SILENT), ((), NO_CLASS)):
        mute = replace(looked, outside=classes, pooled=pooled_view(looked.ends, classes, thin.as_of))
        assert mute.pooled.ends is None
        assert mute.pooled.reason == reason
        assert list(mute.views) == ["inside"]
        told = json.loads(render.as_json(mute))["pooled"]
        assert (told["ends"], told["months"], told["reason"]) == (None, [], reason)
        Draft202012Validator(forecast_schema.schema()).validate(json.loads(render.as_json(mute)))
        assert not [r for r in screen.rows(mute) if r.kind == "pooled"]
        assert f"Not pooled. {reason}" in screen.pooled_lines(mute)
        assert screen.headlines(mute)[1] == f"Not pooled. {reason}"
        assert "pooled" not in render.csv(mute)
    _, drawn = render.html(mute).split("<h2>The three ends", 1)
    assert ">pooled<" not in drawn
    assert ">pooled<" in render.html(looked)


def test_a_date_that_nobody_was_followed_to_is_unknown_in_every_output(looked):
    """NaN of the record: null in JSON, empty in CSV, a dash in the table, no point in the chart."""
    v = looked.outside[1]
    cut = replace(v, **{k: {e: [*x[:-1], None] for e, x in getattr(v, k).items()} for k in ("ends", "low", "high")})
    part = replace(looked, outside=(cut,), pooled=pooled_view(looked.ends, (cut,), looked.scenario.as_of))
    told = json.loads(render.as_json(part))
    Draft202012Validator(forecast_schema.schema()).validate(told)
    assert [told[k]["ends"]["peace"][-1] for k in ("pooled",)] == [None]
    assert told["pooled"]["ends"]["peace"][0] is not None
    assert "24,pooled,end,peace,\n" in render.csv(part)
    assert [r.cells[-1] for r in screen.rows(part) if r.kind in ("record", "pooled")] == ["-"] * 6
    assert "<svg" in render.html(part)


def test_nothing_later_sets_the_weight(looked):
    views = (
        OutsideView("x", 1, (12,), 9, 1.0, {"peace": [0.2], "nowhere": [0.7], "more_conflict": [0.1]}, {}, {}, "", ""),
    )
    early, late = (pooled_view(looked.ends, views, looked.scenario.as_of.replace(year=y)) for y in (1951, 2025))
    assert early.fit.n < late.fit.n
    assert early.fit.weight != late.fit.weight
    assert early.to_dict()["cases"] == shipped(looked.scenario.as_of).effective_n


def test_a_notebook_shows_three_lines(looked):
    text = looked._repr_html_()
    assert [text.count(w) for w in ("(inside view)", "outside view, record [1]", "pooled, inside with record [2]")] == [
        3,
        3,
        3,
    ]
    assert "Weight on the inside view 0.25" in text
