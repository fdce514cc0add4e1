"""The option `--cluster`: the same output, one line of notice, and refusals with what to write."""

import json
import re
from functools import partial

import pytest
from support.command_line import run
from support.tiny import tiny
from support.toml import toml

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
