"""`--timings`: one line on stderr; no time in any result, and the same bytes every time."""

import re

import pytest
from support.command_line import run
from support.tiny import tiny

from peacetalks.equilibrium import timings
from peacetalks.scenario.scenario import load

LINE = (
    r"Timings: record \d+\.\d\d s, build \d+\.\d\d s, solve \d+\.\d\d s, forecast \d+\.\d\d s, "
    r"the rest and waiting for other processes \d+\.\d\d s; \d+\.\d\d s in all\n"
)
GAME = """{"players": ["A"], "start": "open", "stages": [{"name": "act", "by": "A", "moves": {"open": [
    {"label": "stay", "to": "end", "pay": {"A": 0.1}}, {"label": "go", "to": "end"}]}}]}"""


@pytest.fixture
def small(tmp_path, monkeypatch):
    """The path of a small scenario; every command reads it."""
    monkeypatch.setattr("peacetalks.scenario.scenario.load", lambda name: tiny() if name == "tiny" else load(name))
    monkeypatch.setenv("PEACETALKS_CACHE", str(tmp_path / "cache"))
    return "tiny"


@pytest.fixture
def call(capsys):
    """Run the command line in this process; return (stdout, stderr)."""

    def call(*args):
        code, out, err = run(capsys, *args)
        assert not code
        return out, err

    return call


@pytest.mark.slow
def test_the_parts_are_timed_in_one_line_on_stderr(call, small, tmp_path):
    plain, silent = call("forecast", small, "--belief-points", "2", "--json")
    assert "Timings" not in silent
    out, err = call("forecast", small, "--belief-points", "2", "--json", "--timings")
    assert re.fullmatch(r"WARNING: Only 2 belief points a side: .*\n" + LINE, err)
    assert out == plain  # to the byte
    path = tmp_path / "game.json"
    path.write_text(GAME)
    plain, _ = call("solve-game", path)
    out, err = call("solve-game", path, "--timings")
    assert out == plain
    assert re.search(LINE, err)
    assert re.fullmatch(LINE, call("explain", small, "--periods", "2", "--timings", "--json")[1])


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".json", ".html", ".csv", ".svg"])
def test_no_page_holds_a_time(call, small, tmp_path, suffix, monkeypatch):
    first, second = tmp_path / f"first{suffix}", tmp_path / f"second{suffix}"
    call("forecast", small, "--belief-points", "2", "-o", first)
    for clock in ("time", "monotonic", "perf_counter", "process_time"):
        real = getattr(timings.time, clock)
        monkeypatch.setattr(f"time.{clock}", lambda real=real: 3.7 * real() + 12345.6)
    call("forecast", small, "--belief-points", "2", "-o", second)
    assert first.read_bytes() == second.read_bytes()
    assert b"seconds" not in first.read_bytes() or suffix in (".html", ".svg")  # scripts and styles name units


def test_time_inside_a_part_counts_once(monkeypatch):
    clock = iter([0.0, 1.0, 3.0, 10.0, 20.0])
    monkeypatch.setattr(timings, "_spent", dict.fromkeys(timings.PARTS, 0.0))
    monkeypatch.setattr(timings, "_began", 0.0)
    monkeypatch.setattr(timings.time, "perf_counter", lambda: next(clock))
    with timings.timed("forecast"), timings.timed("solve"):
        pass
    assert timings.timings_line() == (
        "Timings: record 0.00 s, build 0.00 s, solve 2.00 s, forecast 8.00 s, "
        "the rest and waiting for other processes 10.00 s; 20.00 s in all"
    )
