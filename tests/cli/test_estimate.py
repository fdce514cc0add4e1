"""The command `estimate`: on screen, as JSON, into several files at once; bad input and data without a maximum."""

import csv
import json

import numpy as np
import polars as pl
import pytest
from scipy.stats import norm
from support.command_line import run
from support.schemas import fitting

FORMULA = "acts + fights ~ x | 0 | group | z"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    rng = np.random.default_rng(4)
    n = 300
    x, z, group = rng.normal(size=n), rng.normal(size=n), rng.choice(["a", "b"], n)
    fights = norm.cdf((0.2 + 0.8 * z) / np.sqrt(2))
    acts = norm.cdf((fights * (0.8 - 1.0 * (group == "b")) - 0.5 * x) / np.sqrt(2))
    did = rng.random(n) < acts
    table = pl.DataFrame(
        {"acts": did * 1, "fights": (did & (rng.random(n) < fights)) * 1, "x": x, "z": z, "group": group}
    )
    table = table.with_columns(
        place=pl.Series([f"c{k % 40}" for k in range(n)]), x=pl.when(pl.col("x") > 2.5).then(None).otherwise("x")
    )
    file = tmp_path_factory.mktemp("estimate") / "plays.csv"
    table.write_csv(file)
    return file


def estimate(capsys, path, *more, formula=FORMULA):
    return run(capsys, "estimate", path, "--formula", formula, "--starts", "2", "--jobs", "1", *more)


def test_on_screen_with_what_was_asked(capsys, path):
    code, out, err = estimate(
        capsys, path, "--vary", "z=-1:1:3", "--vary", "group", "--set", "x=0", "--profile", "u2(acts,fights):z"
    )
    assert (code, err) == (0, "")
    flat = " ".join(out.split())
    assert "u2(acts,fights) (Intercept)" in flat
    assert "2 of 2 starts reached this maximum" in flat
    assert "left out because a value is missing" in flat
    assert "Probabilities as z varies" in flat
    assert "group from a to b, points: ~acts" in flat
    assert "x = 0" in flat
    assert "Profile likelihood of u2(acts,fights):z: estimate" in flat


def test_json_fits_its_schema(capsys, path):
    more = ("--errors", "cluster", "--cluster", "place", "--link", "logit", "--vary", "x=0,1", "--at", "sample")
    code, out, _ = estimate(capsys, path, *more, "--intervals", "none", "--json")
    assert code == 0
    plain = fitting("estimate", out)
    assert (plain["errors"], plain["model"]) == ("cluster", "egame12")
    assert plain["dropped"] > 0
    assert plain["varied"][0]["at"] == "sample"


def test_several_files_at_once(capsys, path, tmp_path):
    names = [tmp_path / f"out.{suffix}" for suffix in ("csv", "tex", "json")]
    code, out, err = estimate(capsys, path, *(part for name in names for part in ("-o", name)))
    assert (code, out) == (0, "")
    assert err.count("Wrote") == 3
    rows = list(csv.DictReader(names[0].open(encoding="utf-8")))
    stored = json.loads(names[2].read_text(encoding="utf-8"))
    assert [float(r["estimate"]) for r in rows] == [c["estimate"] for c in stored["coefficients"]]
    assert "\\toprule" in names[1].read_text(encoding="utf-8")


def test_a_fixed_payoff_and_a_seeded_bootstrap(capsys, path):
    more = ("--fixed", "u2(acts,fights):z=0.5", "--errors", "bootstrap", "--draws", "4", "--seed", "9", "--json")
    code, first, _ = estimate(capsys, path, *more)
    assert code == 0
    assert next(c for c in json.loads(first)["coefficients"] if c["fixed"])["estimate"] == 0.5
    assert estimate(capsys, path, *more)[1] == first


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--model", "egame21"), "no model 'egame21'"),
        (("--vary", "y"), "'y' is no covariate of the model"),
        (("--vary", "z", "--at", "mean"), "`typical` or `sample`"),
        (("--vary", "z", "--set", "group=c"), "has no level 'c'"),
        (("--intervals", "deltas"), "Did you mean 'delta'?"),
        (("--profile", "u1(acts):x"), "no parameter 'u1(acts):x'"),
        (("--fixed", "x"), "write NAME=VALUE"),
        (("--errors", "cluster"), "needs the column of the clusters"),
        (("-o", "x.pdf"), "the suffix must be one of .html, .csv, .tex, .json, .svg, .png"),
        (("--starts", "0"), "starts must be at least 1"),
    ],
)
def test_bad_input_is_a_message(capsys, path, more, message):
    code, out, err = estimate(capsys, path, *more)
    assert (code, out) == (2, "")
    assert message in " ".join(err.split())
    assert "Traceback" not in err


def test_a_missing_file_and_a_missing_column(capsys, path):
    code, _, err = estimate(capsys, path.with_name("none.csv"))
    assert code == 2
    assert "there is no file" in err
    code, _, err = estimate(capsys, path, formula="acts + fights ~ xx | 0 | group | z")
    assert code == 2
    assert "no column 'xx'" in err


def test_without_a_maximum_nothing_is_returned(capsys, path, tmp_path):
    table = pl.read_csv(path).with_columns(z=pl.col("fights") * 2.0 - 1)
    file = tmp_path / "separated.csv"
    table.write_csv(file)
    code, out, err = estimate(capsys, file)
    assert (code, out) == (3, "")
    assert "the likelihood" in err
