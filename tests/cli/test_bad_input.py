"""Bad input on the command line: what, where and how to mend it in one paragraph; the exit code; no traceback."""

import copy
import json
import subprocess
import sys

import pytest
from support.command_line import run

import peacetalks as pt

GAME = {
    "players": ["A"],
    "start": "open",
    "stages": [
        {"name": "act", "by": "A", "moves": {"open": [{"label": "x", "to": "end"}, {"label": "y", "to": "end"}]}}
    ],
}


@pytest.fixture
def call(capsys):
    """Run the command line in this process; return (exit code, stderr)."""

    def call(*args):
        code, _, err = run(capsys, *args)
        return code, err

    return call


def written(tmp_path, change):
    """Write the bundled Korean scenario with one text replaced; return the path."""
    from importlib import resources

    text = (resources.files("peacetalks.scenario") / "bundled" / "korea-1951.toml").read_text(encoding="utf-8")
    old, new = change
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


SHARE = (
    'share = { low = 0.3, mode = 0.5, high = 0.7, source = "judgement: debate on limits of the war in spring 1951" }'
)
COST = "war_cost = { low = 0.004, mode = 0.006, high = 0.009"
FRONT = "front = { value = 0.5,"
SCENARIOS = {
    "malformed": (("positions = 21", "positions = "), ["mine.toml: not valid TOML", "line 51", "Strings need quotes"]),
    "unknown key": (
        ("proposer =", "propser ="),
        ["talks.propser: unknown key (did you mean 'proposer'?)", "peacetalks check"],
    ),
    "unknown table": (("[ceasefire]", "[ceasfire]"), ["ceasfire: unknown key (did you mean 'ceasefire'?)"]),
    "probability": ((FRONT, "front = { value = 1.5,"), ["battlefield.front: must lie in [0, 1], got 1.5"]),
    "prior": ((SHARE, "share = 0.9"), ["sides.1: the shares of the types sum to 1.4, not 1"]),
    "negative cost": (
        (COST, "war_cost = { low = -0.004, mode = 0.006, high = 0.009"),
        ["war_cost: must be at least 0, got -0.004 to 0.009"],
    ),
    "empty offers": (("offers = 11", "offers = 0"), ["talks.offers: Input should be greater than or equal to 2"]),
    "nan": ((FRONT, "front = { value = nan,"), ["battlefield.front: value: a finite number is expected, got nan"]),
    "absurd size": (
        ("positions = 21\n", "positions = 401\n"),
        ["401 front positions, 1001 offers", "nodes", "GiB", "Use fewer battlefield.positions or talks.offers"],
    ),
    "reference class": (
        ("war_type=interstate", "war_typ=interstate"),
        ["episodes have no covariate 'war_typ'", "war_type"],
    ),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_that_cannot_be_used(name, call, tmp_path):
    change, words = SCENARIOS[name]
    path = written(tmp_path, change)
    if name == "absurd size":
        path.write_text(path.read_text().replace("offers = 11", "offers = 1001"))
    for command in ("forecast", "check"):
        code, text = call(command, path)
        assert code == 2, text
        assert all(w in text for w in words), text
        assert "Traceback" not in text
        assert text.startswith("peacetalks: ")
        assert text.count("\n") == 1  # one paragraph


def test_files_that_cannot_be_read(call, tmp_path):
    code, text = call("forecast", tmp_path / "none.toml")
    assert code == 2
    assert "no file" in text
    assert "peacetalks new" in text
    code, text = call("forecast", tmp_path)
    assert code == 2
    assert "is a folder" in text
    wrong = tmp_path / "mine.json"
    wrong.write_text("{}")
    code, text = call("check", wrong)
    assert code == 2
    assert "mine.json" in text
    assert ".toml" in text
    latin = tmp_path / "latin.toml"
    latin.write_bytes("name = 'Malmö'".encode("latin-1"))
    code, text = call("check", latin)
    assert code == 2
    assert "cannot be read as UTF-8 text" in text
    assert "save it as UTF-8" in text


def test_files_that_cannot_be_written(call, tmp_path):
    code, text = call("forecast", "korea-1951", "-o", tmp_path / "r.xyz")
    assert code == 2
    assert "the suffix must be one of .html, .svg, " in text
    code, text = call("forecast", "korea-1951", "-o", tmp_path / "none" / "r.html")
    assert code == 2
    assert "there is no folder" in text


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--periods", "0", "periods must lie between 1 and 1200"),
        ("--periods", "1000000", "periods must lie between 1 and 1200"),
        ("--draws", "-1", "draws must lie between 0 and 4096"),
        ("--belief-points", "1", "belief points must be a whole number >= 2"),
        ("--belief-points", "100000", "more than the limit of 100,000"),
        ("--periods", "soon", "Invalid value for '--periods'"),
    ],
)
def test_settings_out_of_range(option, value, words, call):
    code, text = call("forecast", "korea-1951", option, value)
    assert code == 2
    assert words in text


def test_usage_errors_are_bad_input(call):
    for args in ([], ["forcast"], ["forecast"], ["forecast", "korea-1951", "--no-such"]):
        code, text = call(*args)
        assert code == 2, args
        assert "Traceback" not in text


def game(tmp_path, change):
    table = copy.deepcopy(GAME)
    change(table)
    path = tmp_path / "g.json"
    path.write_text(json.dumps(table))
    return path


def _empty(t):
    t["stages"][0]["moves"]["open"] = []


def _nan(t):
    t["stages"][0]["moves"]["open"][0]["pay"] = {"A": float("nan")}


def _prior(t):
    t["types"] = {"A": {"u": 0.5, "v": 0.6}}


def _wide(t):
    t["types"] = {"A": dict.fromkeys("uvwx", 0.25)}
    t["belief_points"] = 1000


GAMES = {
    "no moves": (_empty, "stage 'act', state 'open' has no moves: every stage must give at least one move"),
    "nan": (_nan, "stages.1.moves.open.1.pay.A: NaN is no number; write a finite one, or leave the entry out"),
    "prior": (_prior, "the prior over the types of 'A' sums to 1.1, not 1"),
    "absurd size": (_wide, "make 167,167,001 public beliefs, more than the limit of 100,000"),
    "unknown key": (lambda t: t.update(stagess=[]), "unknown key 'stagess' (did you mean 'stages'?)"),
    "probability": (lambda t: t.update(start={"open": 1.5}), "the probabilities of the next state sum to 1.5, not 1"),
    "discount": (lambda t: t.update(discount=1.5), "discount of 'A' must lie in [0, 1], got 1.5"),
}


@pytest.mark.parametrize("name", GAMES)
def test_a_game_that_cannot_be_used(name, call, tmp_path):
    change, words = GAMES[name]
    code, text = call("solve-game", game(tmp_path, change))
    assert code == 2, text
    assert words in text
    assert "Traceback" not in text


def test_a_game_file_that_is_not_json(call, tmp_path):
    path = tmp_path / "g.json"
    path.write_text("{")
    code, text = call("solve-game", path)
    assert code == 2
    assert "not valid JSON" in text
    assert "line 1" in text


def test_not_solved_is_3(call, monkeypatch):
    def fail(*args, **kwargs):
        raise pt.NotSolved("no equilibrium found at stage 'table'")

    monkeypatch.setattr("peacetalks.forecasting.quick.outlook", fail)
    code, text = call("forecast", "korea-1951")
    assert code == 3
    assert text == "peacetalks: no equilibrium found at stage 'table'\n"


def test_missing_data_is_4(call, monkeypatch):
    from peacetalks.evidence import EvidenceMissing

    def fail(*args, **kwargs):
        raise EvidenceMissing("the dataset 'nmc' is not on this machine")

    monkeypatch.setattr("peacetalks.evidence.rates.base_rate", fail)
    code, text = call("evidence", "base-rate", "ceasefire fails within 30 days")
    assert code == 4
    assert "not on this machine" in text


def test_interrupted_is_130(call, monkeypatch):
    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("peacetalks.scenario.scenario.load", stop)
    assert call("check", "korea-1951")[0] == 130


def test_an_internal_error_is_1_and_says_so(call, monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError("operands could not be broadcast")

    monkeypatch.setattr("peacetalks.scenario.scenario.load", fail)
    code, text = call("check", "korea-1951")
    assert code == 1
    assert "Traceback" in text
    assert "internal error" in text


@pytest.mark.slow
def test_the_codes_leave_the_process():
    def run(*args):
        return subprocess.run(
            [sys.executable, "-m", "peacetalks.cli", *args], capture_output=True, text=True, timeout=100
        )

    bad = run("forecast", "korea-1950")
    assert (bad.returncode, bad.stdout) == (2, "")
    assert "did you mean 'korea-1951'" in bad.stderr
    assert run("check", "korea-1951").returncode == 0


def test_help_loads_nothing_heavy():
    heavy = ("numpy", "numba", "pydantic", "polars", "xarray", "scipy", "altair", "rich", "jinja2")
    code = f"import sys, peacetalks.cli; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
