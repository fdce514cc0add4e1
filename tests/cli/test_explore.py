"""The commands `sweep` and `advise`, and `drivers --draws`."""

import re

import polars as pl
import pytest
from support.command_line import run
from support.schemas import fitting
from support.tiny import tiny
from support.toml import toml

FEW = ("--belief-points", "2", "--jobs", "1")


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("PEACETALKS_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "tiny.toml"
    file.write_text(toml(tiny().written()), encoding="utf-8")
    return file


def test_sweep_on_screen_as_json_and_into_files(capsys, path):
    code, out, _ = run(capsys, "sweep", path, "talks.walk=0.03:0.09:3", *FEW)
    assert code == 0
    assert "3 combinations" in out
    assert re.search(r"^ *talks\. .*\n *walk ", out, re.MULTILINE)  # broken between words
    code, out, _ = run(capsys, "sweep", path, "talks.walk=0.03:0.09:3", "--json", *FEW)
    assert code == 0
    assert fitting("sweep", out)["keys"] == {"talks.walk": [0.03, 0.06, 0.09]}
    file = path.with_name("out.parquet")
    code, out, err = run(capsys, "sweep", path, "talks.walk=0.03:0.09:3", "-o", file, *FEW)
    assert (code, out) == (0, "")
    assert "3 answers came from the cache" in err
    assert len(pl.read_parquet(file)) == 3 * 2 * 2 * 3


def test_advise_on_screen_and_as_json(capsys, path):
    few = ("--for", "mediator", "--pairs", "0", *FEW)
    code, out, _ = run(capsys, "advise", path, *few)
    assert code == 0
    assert "The model expects peace by 10 September 1951" in out
    code, out, _ = run(capsys, "advise", path, "--json", *few)
    assert code == 0
    assert fitting("advise", out)["holder"] == "mediator"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("sweep", "talks.wlak=0.2"), "did you mean 'talks.walk'?"),
        (("sweep", "talks.walk"), "is no range of values: write KEY=VALUES"),
        (("sweep", "talks.walk=0.1,0.2", "-o", "x.html"), "the suffix must be one of .csv, .parquet, .json"),
        (("sweep", "talks.walk=0.1,0.2", "--periods", "9"), "the scenario ends after 2 periods; 9 were asked for"),
        (("advise", "--for", "nobody"), "'nobody' holds no levers"),
        (("advise", "--pairs", "-1"), "pairs must be 0"),
        (("drivers", "--draws", "3"), "draws must lie between 16 and"),
        (("drivers", "--draws", "16"), "16 draws are too few for"),
        (("drivers", "--draws", "64", "--seed", "-1"), "the seed must be 0 or more, got -1"),
    ],
)
def test_bad_input_is_a_message(capsys, path, args, message):
    command, *rest = args
    code, out, err = run(capsys, command, path, *rest)
    assert (code, out) == (2, "")
    assert message in " ".join(err.split())
    assert "Traceback" not in err
