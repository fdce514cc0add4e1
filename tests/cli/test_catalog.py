"""The command `catalog`: the list, a game as text, JSON and CSV, and its page with sliders."""

import json
import re

import pytest
from support.command_line import run
from support.schemas import fitting

from peacetalks import catalog
from peacetalks.cli.catalog import parse_settings
from peacetalks.errors import GameError
from peacetalks.pages import catalog_page
from peacetalks.questions.catalog_game import classic_game
from peacetalks.questions.catalog_grid import grid, sliders_of

SMALL = {"audience": {"dt": 0.4, "length": 0.8}, "fearon-uniform": {"offers": 5, "draws": 4}, "holdout": {"stages": 2}}
SMALL |= {"loyalty": {"dt": 0.5}, "obstinate": {"dt": 2.25}, "rent": {"draws": 5}, "linked-talks": {"bundles": 3}}
OFFERING = ("fearon", "commitment", "rubinstein", "shadow-of-power", "uncertain-power", "ultimatum", "walk-out")
SMALL |= {name: {"offers": 5} for name in OFFERING}


def test_the_list(capsys):
    code, out, _ = run(capsys, "catalog")
    assert code == 0
    for name in catalog.names():
        assert f"{name}  {catalog.entry(name).source}" in out
    assert max(map(len, out.splitlines())) <= 80
    listed = fitting("catalog", run(capsys, "catalog", "--json")[1])
    assert [g["name"] for g in listed["games"]] == catalog.names()


def test_a_game_as_text_and_json(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = run(capsys, "catalog", "fearon", "--set", "costs.tough=0.1", "--set", "offers=21")
    assert code == 0
    assert "Chance of war:" in out
    assert "With costs.tough = 0.1, offers = 21." in out.replace("\n", " ")
    assert max(map(len, out.splitlines())) <= 80
    found = fitting(
        "catalog", run(capsys, "catalog", "fearon", "--set", "offers=21", "--rationality", "50", "--json")[1]
    )
    assert found["rationality"] == 50
    g = classic_game("fearon", {"offers": 21}, 50)
    assert [m["computed"] for m in found["measures"]] == pytest.approx([m.computed for m in g.measured])
    assert found["measures"][0]["closed"] == 0.5


@pytest.mark.parametrize("name", catalog.names())
def test_every_game_has_a_page_with_what_was_computed(name):
    changes = SMALL.get(name, {})
    g = classic_game(name, changes, levels=())
    keys = [p.key for p in g.entry.parameters if p.key not in changes][:1]
    few = [s for s in sliders_of(name, changes, keys, points=2) if s.key in (*keys, "rationality")]
    few[-1] = type(few[-1])("rationality", "rationality", (g.rationality,), 0)
    page = catalog_page.html(g, grid(name, changes, few))
    data = json.loads(re.search(r'id="catalog-data">(.*?)</script>', page, re.DOTALL)[1])
    start = sum(s["start"] for s in data["sliders"][:-1])
    assert [found[start] for found in data["computed"]] == pytest.approx([m.computed for m in g.measured], abs=1e-4)
    assert not re.search(
        r"(?:src|href)=\"(?!data:)|https?://(?!www\.w3\.org|www\.gambit|gambit)", page.split("Sources")[0]
    )
    assert all(f'for="slider-{i}"' in page for i in range(len(few)))
    found = fitting("catalog", json.dumps(catalog_page.values(g)))
    assert found["name"] == name
    assert catalog_page.csv(g).count("\n") == 1 + len(g.measured)


def test_a_page_is_written(capsys, tmp_path):
    file = tmp_path / "page.html"
    code, out, err = run(capsys, "catalog", "signorino", "--slider", "u24", "--points", "2", "--jobs", "1", "-o", file)
    assert (code, out) == (0, "")
    assert "Wrote" in err
    assert "12 games were solved" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("faeron",), "no game is called 'faeron' (did you mean 'fearon'?)"),
        (("fearon", "--set", "p=2"), "must be a number from 0.1 to 0.9; got 2"),
        (("fearon", "--set", "p"), "'p' is no setting: write KEY=VALUE"),
        (("fearon", "--set", "p=0.2", "--set", "p=0.3"), "p is set twice"),
        (("fearon", "--set", "offers=word"), "offers must be a number of the kind of 101"),
        (("fearon", "--slider", "offers"), "no parameter 'offers' with a range"),
        (("fearon", "--rationality", "-1"), "rationality must be above 0"),
        (("fearon", "-o", "x.pdf"), "the suffix must be one of"),
        (("--set", "p=0.2"), "name the game"),
    ],
)
def test_bad_input_is_a_message(capsys, args, message):
    code, out, err = run(capsys, "catalog", *args)
    assert (code, out) == (2, "")
    assert message in " ".join(err.split())


def test_settings_are_read_as_toml_writes_them():
    assert parse_settings(["a=1", "b = 0.5", "kind=sunk", "naive=true"]) == {
        "a": 1,
        "b": 0.5,
        "kind": "sunk",
        "naive": True,
    }
    with pytest.raises(GameError, match="no setting"):
        parse_settings(["=3"])
