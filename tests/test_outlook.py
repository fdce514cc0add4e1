"""What a forecast carries: durations, the record beside it, its size, its schema, its pages."""

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
from peacetalks import forecast_schema, render, screen
from peacetalks.compile import compile_game
from peacetalks.durations import Durations, durations, mixture
from peacetalks.measure import march
from peacetalks.mechanisms.state import label
from peacetalks.outside_view import FEW, outside_views
from peacetalks.scenario_outlook import open_cards
from peacetalks.size import measure

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
    thin = small.model_copy(update={"reference_classes": ["war_type=interstate, reached=1y", "war_type=interstate, reached=40y"]})
    few, none = outside_views(thin, (12,))
    assert 0 < few.n < FEW
    assert few.ends == {}
    assert "too few to speak" in few.note
    assert none.n == 0
    assert "cannot speak to this" in none.note


def test_the_schema_is_fresh_and_every_forecast_fits_it(looked, small):
    text = (resources.files("peacetalks") / "scenarios" / "forecast.schema.json").read_text(encoding="utf-8")
    assert text == forecast_schema.text(), "run `python -m peacetalks.forecast_schema FILE` on forecast.schema.json"
    validator = Draft202012Validator(json.loads(text))
    told = json.loads(render.as_json(looked))
    validator.validate(told)
    validator.validate(json.loads(render.as_json(replace(looked, bands=None, terms=looked.terms * np.nan))))
    for key, wrong in (("ends", {"peace": [1.0]}), ("bands", 3), ("periods", None), ("extra", 1)):
        assert not validator.is_valid({**told, key: wrong}), key
    del told["outcomes"]["wider_war"]
    assert not validator.is_valid(told)


def test_the_screen_fits_80_columns_and_tells_all(looked):
    out = io.StringIO()
    screen.show(looked, Console(file=out, width=80))
    text = out.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    words = ["Peace", "Nowhere", "More conflict", "1 mo", "3 mo", "6 mo", "12 mo", "24 mo", "with nothing hidden", "record [1]",
             "90% of draws", "95% interval", "won by KPA and Chinese Volunteers", "front as it stands 0.50", "residual",
             "capability-weighted mean 0.53", "Moved by private information", "A truce, once begun, is broken", "n = 7",
             "lower bound", "seed 20250520"]  # fmt: skip
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
    titles = ["Outcomes over time", "The three ends beside the record", "Terms of a settlement", "What is learnt about each side",
              "Time to settlement, and to the collapse of a truce"]  # fmt: skip
    assert [t for t in titles if f"<h2>{t}</h2>" not in page] == []
    assert page.count('<svg role="img"') == 2 * len(titles)


def test_svg_and_csv(looked, tmp_path):
    path = tmp_path / "r.svg"
    render.write(looked, path)
    assert ElementTree.parse(path).getroot().tag.endswith("svg")
    lines = render.csv(looked).splitlines()
    assert lines[0] == "period,outcome,probability"
    assert len(lines) == 1 + 24 * 8
