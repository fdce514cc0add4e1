"""The command line: results on stdout, messages on stderr, exit codes."""

import json
import subprocess
import sys

import pytest
from support.toml import toml

import peacetalks as pt


def run(*args):
    return subprocess.run([sys.executable, "-m", "peacetalks.cli", *args], capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    text = (pt.load("korea-1951").written(),)[0]
    text["battlefield"]["positions"], text["talks"]["offers"], text["periods"] = 5, 3, 24
    path = tmp_path_factory.mktemp("s") / "small.toml"
    path.write_text(toml(text))
    return path


@pytest.mark.slow
def test_forecast_json_and_report(small, tmp_path):
    got = run("forecast", str(small), "--json", "--periods", "24")
    assert got.returncode == 0, got.stderr
    out = json.loads(got.stdout)
    assert set(out["ends"]) == {"peace", "nowhere", "more_conflict"}
    for i in range(24):
        assert abs(sum(v[i] for v in out["ends"].values()) - 1) < 1e-9
        assert abs(sum(v[i] for v in out["outcomes"].values()) - 1) < 1e-9
    assert {"periods", "terms", "bands", "noise_floor", "settings", "residual", "multiple"} <= set(out)
    page = tmp_path / "r.html"
    assert run("forecast", str(small), "-o", str(page), "--periods", "24").returncode == 0
    text = page.read_text()
    assert "<svg" in text
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "https://" not in text


@pytest.mark.slow
def test_draws_give_bands(small):
    out = json.loads(run("forecast", str(small), "--json", "--draws", "4", "--periods", "6").stdout)
    band = out["bands"]["ends"]["peace"]
    assert all(lo <= hi for lo, hi in zip(band["q05"], band["q95"], strict=True))


@pytest.mark.slow
def test_bad_input_exit_codes(tmp_path):
    got = run("forecast", "korea-1950")
    assert got.returncode == 2
    assert "did you mean 'korea-1951'" in got.stderr
    bad = tmp_path / "x.toml"
    bad.write_text("name = ")
    got = run("check", str(bad))
    assert got.returncode == 2
    assert "not valid TOML" in got.stderr


@pytest.mark.slow
def test_new_then_check(tmp_path):
    path = tmp_path / "mine.toml"
    assert run("new", str(path)).returncode == 0
    got = run("check", str(path))
    assert got.returncode == 0, got.stderr
    assert got.stdout.splitlines()[-1].endswith("3 judgement / 12 still the starter's")
    assert run("new", str(path)).returncode == 2


def test_base_rate_json():
    got = run("evidence", "base-rate", "ceasefire fails within 30 days", "--json")
    assert got.returncode == 0, got.stderr
    assert {"probability", "interval", "n", "definition", "source"} <= set(json.loads(got.stdout))
