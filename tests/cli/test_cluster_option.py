"""The option `--cluster`: the same output, one line of notice, and refusals with what to write."""

import csv
import json
import re
from functools import partial

import pytest
from support.command_line import run
from support.tiny import tiny
from support.toml import toml

from peacetalks.backtests import remake
from peacetalks.backtests.case_outcomes import ORDER
from peacetalks.backtests.inside import VERSIONS
from peacetalks.backtests.negotiations import negotiations, table_text

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    """Run the command line in this process, with a cache of its own."""
    monkeypatch.setenv("PEACETALKS_CACHE", str(tmp_path / "cache"))
    return partial(run, capsys)


@pytest.mark.slow
def test_a_cluster_prints_the_same_and_says_in_one_line_who_solves(call, tmp_path):
    scenario = tmp_path / "small.toml"
    scenario.write_text(toml(tiny().written()))
    command = ("forecast", scenario, "--draws", "2", "--periods", "2", "--json")
    here = call(*command, "--no-cache", "--jobs", "1")
    code, out, err = call(*command, "--cluster", "local:1")
    assert (code, out) == here[:2]
    assert json.loads(out)["scenario"] == tiny().name
    assert re.match(r"Cluster at tcp://127\.0\.0\.1:\d+: 1 worker\.\n", err)
    assert not [line for line in err.splitlines()[1:] if " steps, " not in line and not line.endswith("seconds")]


@pytest.mark.parametrize(
    ("command", "more", "said"),
    [
        ("forecast", ("--cluster", "node"), "--cluster must be local, local:N for N workers"),
        ("whatif", ("talks.walk=0.2", "--cluster", "local", "--jobs", "2"), "--jobs and --cluster exclude each other"),
        ("compare", ("--cluster", "local:0"), "needs at least 1 worker"),
        ("infer", ("--cluster", "tcp://127.0.0.1:1"), "no Dask scheduler answers at tcp://127.0.0.1:1"),
        ("audit", ("--cluster", "local:x"), "--cluster must be local, local:N for N workers"),
        ("drivers", ("--cluster", "local:0"), "needs at least 1 worker"),
    ],
)
def test_what_cannot_be_a_cluster_is_refused_before_anything_is_solved(call, monkeypatch, command, more, said):
    monkeypatch.setattr("peacetalks.forecasting.cluster.CONNECT", 0.3)
    code, out, err = call(command, "russia-ukraine-2025", *more)
    assert (code, out) == (2, "")
    assert err.startswith("peacetalks: ")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.slow
def test_the_games_of_the_case_book_are_solved_on_a_cluster_and_once(call, tmp_path, monkeypatch):
    case = negotiations()[0]
    monkeypatch.setattr(remake, "negotiations", lambda: [case])
    code, out, err = call("backtest", "--games", tmp_path / "there", "--cluster", "local:1")
    assert (code, out) == (0, "")
    assert f"Wrote {tmp_path / 'there' / 'inside.csv'}" in err
    lines = (tmp_path / "there" / "inside.csv").read_text().splitlines()
    shipped = [line for line in table_text("inside.csv").splitlines() if line.startswith((f"{case.id},", "id,"))]
    assert len(lines) == len(shipped) == 1 + 2 * len(VERSIONS)
    for row, known in zip(csv.DictReader(lines), csv.DictReader(shipped), strict=True):
        assert row["digest"] == known["digest"]
        assert [float(row[e]) for e in ORDER] == pytest.approx([float(known[e]) for e in ORDER], abs=1e-3)
    monkeypatch.setattr(remake, "solve_case", lambda found, size: pytest.fail("solved again"))
    code, _, err = call("backtest", "--games", tmp_path / "here", "--jobs", "1")
    assert code == 0
    assert "3 answers came from the cache" in err
    assert (tmp_path / "here" / "inside.csv").read_text().splitlines() == lines


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--cluster", "local"), "backtest solves nothing: --jobs, --cluster and --no-cache go with --games FOLDER"),
        (("--games", "folder", "--json"), "--games writes a table into its folder and shows nothing"),
    ],
)
def test_a_backtest_that_solves_nothing_takes_no_cluster(call, tmp_path, monkeypatch, more, said):
    monkeypatch.chdir(tmp_path)
    code, out, err = call("backtest", *more)
    assert (code, out) == (2, "")
    assert said in err
    assert not list(tmp_path.iterdir())
