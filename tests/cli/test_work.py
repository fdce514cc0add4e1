"""No lost work: output files checked before the first solve, cached answers, Ctrl-C, a full disk."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from support.command_line import run
from support.tiny import tiny
from support.toml import toml

from peacetalks.cli import app, interrupt

CASES = Path(__file__).parents[1] / "cases" / "scenarios"
COMMAND = [sys.executable, "-m", "peacetalks.cli"]


@pytest.fixture
def call(capsys):
    """Run the command line in this process; return (exit code, stdout, stderr)."""

    return partial(run, capsys)


@pytest.fixture
def room(tmp_path):
    """A scenario with accounts, events and claims, in a folder that may be written to."""
    shutil.copytree(CASES / "markup_title_audit", tmp_path / "room")
    for path in [tmp_path / "room", *(tmp_path / "room").rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return tmp_path / "room"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PEACETALKS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "answers"


COMMANDS = {
    "forecast": ("-o", ".html"),
    "compare": ("-o", ".csv"),
    "infer": ("-o", ".svg"),
    "audit": ("-o", ".json"),
    "audit --claimreview": ("--claimreview", ".json"),
    "audit --keep": ("--keep", ""),
    "backtest": ("-o", ".md"),
    "new": (None, ".toml"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_output_files_are_checked_before_the_first_solve(name, call, room, monkeypatch):
    """No folder, a folder of that name, a file where a folder is needed."""
    for module in ("questions.batch", "questions.compare", "questions.account_filter", "forecasting.variants"):
        monkeypatch.setattr(f"peacetalks.{module}.solve_scenario", lambda *_, **__: pytest.fail("solved"))
    monkeypatch.setattr("peacetalks.backtests.backtest", lambda: pytest.fail("computed"))
    command, (option, suffix) = name.split()[0], COMMANDS[name]
    (room / f"folder{suffix}").mkdir()
    (room / "file").write_text("")
    before = sorted(room.rglob("*"))
    for path in (room / "none" / f"r{suffix}", room / f"folder{suffix}", room / "file" / f"r{suffix}"):
        scenario = [] if command in {"backtest", "new"} else [room / "mini.toml"]
        code, out, err = call(command, *scenario, *([] if option is None else [option]), path)
        assert (code, out) == (2, "")
        assert str(path) in err
        assert err.count("\n") == 1
        assert sorted(room.rglob("*")) == before


def test_a_command_does_not_write_over_what_it_reads_or_writes(call, room):
    scenario = room / "mini.toml"
    events = room / "events.csv"
    events.write_text("date,actor,act,source\n")
    for args in (
        ("infer", scenario, "--events", events, "-o", events),
        ("audit", scenario, "-o", room / "a.json", "--claimreview", room / "a.json"),
        ("audit", scenario, "-o", room / "a.json", "--keep", room / "a.json"),
        ("audit", scenario, "--keep", scenario),
    ):
        code, _, err = call(*args)
        assert code == 2
        assert "this command uses that file already; give another name" in err
    assert events.read_text() == "date,actor,act,source\n"
    assert not (room / "a.json").exists()


def test_new_needs_the_suffix_of_a_scenario(call, tmp_path):
    code, _, err = call("new", tmp_path / "mine.txt")
    assert code == 2
    assert "the suffix must be one of .toml" in err
    code, out, _ = call("new", tmp_path / "mine.toml")
    assert code == 0
    assert f"Wrote {tmp_path / 'mine.toml'}" in out
    code, _, err = call("new", tmp_path / "mine.toml")
    assert code == 2
    assert "exists already; give another name, nothing was written" in err


@pytest.mark.slow
def test_an_old_report_survives_a_full_disk(call, room, monkeypatch, cache):
    report = room / "r.json"
    report.write_text("old")
    args = ("compare", room / "mini.toml", "--dates", "1,2", "--belief-points", "2", "--jobs", "1", "-o", report)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as m:
        m.setattr("peacetalks.pages.files.replace_file", full)
        code, _, err = call(*args)
    assert code == 2
    assert f"cannot write {str(report)!r}: No space left on device; nothing was written" in err
    assert report.read_text() == "old"
    code, _, err = call(*args)  # and the work is not lost
    assert code == 0
    assert f"answers came from the cache in {cache} (--no-cache solves anew)." in err
    assert json.loads(report.read_text())["dates"] == [1, 2]


@pytest.mark.slow
def test_a_full_disk_behind_standard_output_is_said_once():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, "evidence", "cards"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr == "peacetalks: the output cannot be written: No space left on device\n"


@pytest.mark.slow
def test_the_cache_is_used_shown_and_cleared(call, room, cache):
    args = ("compare", room / "mini.toml", "--dates", "1,2", "--jobs", "1", "--json")
    code, without, err = call(*args, "--no-cache")
    assert (code, err, cache.exists()) == (0, "", False)
    code, first, err = call(*args)
    assert (code, err) == (0, "")
    code, second, err = call(*args)
    assert (code, err) == (0, f"4 answers came from the cache in {cache} (--no-cache solves anew).\n")
    assert without == first == second  # byte for byte
    code, out, _ = call("cache")
    assert code == 0
    assert out.splitlines()[:2] == [f"folder: {cache}", "answers: 4"]
    assert "KiB of at most 1.0 GiB" in out
    code, out, _ = call("cache", "clear")
    assert code == 0
    assert out.startswith("Removed 4 answers (")
    assert "answers: 0\nsize: 0 bytes" in call("cache")[1]


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_to_is_a_notice(call, room, monkeypatch):
    (room / "file").write_text("")
    monkeypatch.setenv("PEACETALKS_CACHE", str(room / "file"))
    code, out, err = call("compare", room / "mini.toml", "--dates", "1,2", "--jobs", "1", "--json", "--no-cache")
    assert (code, err) == (0, "")
    done = subprocess.run(
        [*COMMAND, "compare", str(room / "mini.toml"), "--dates", "1,2", "--json"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stdout) == (0, out)
    notices = [line for line in done.stderr.splitlines() if "No cache of answers" in line]
    assert len(notices) == 1
    assert "Not a directory" in notices[0]


def children(pid):
    """Return the processes that a process has started, whichever of its threads did."""
    return [int(p) for file in Path(f"/proc/{pid}/task").glob("*/children") for p in file.read_text().split()]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def cut_short(args, cache, how):
    """Start a command, interrupt or kill it once five answers are kept; return it, its workers, texts and seconds."""
    shutil.rmtree(cache, ignore_errors=True)
    process = subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    end = time.monotonic() + 200
    while len(list(cache.glob("*/*.json"))) < 5:  # some answers are there
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)
    workers, began = children(process.pid), time.monotonic()
    os.killpg(process.pid, how) if how == signal.SIGINT else process.kill()
    out, err = process.communicate(timeout=60)
    return process, workers, out, err, time.monotonic() - began


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "solvers"),
    [
        (signal.SIGINT, ("--jobs", "2")),
        (signal.SIGKILL, ("--jobs", "2")),
        (signal.SIGINT, ("--cluster", "local:2")),
    ],
)
def test_a_command_cut_short_goes_on_where_it_was(tmp_path, cache, how, solvers):
    if solvers[0] == "--cluster":
        pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    scenario = tmp_path / "small.toml"
    written = tiny(**{"battlefield.positions": 7, "talks.offers": 5, "periods": 12}).written()
    scenario.write_text(toml(written))
    command = [*COMMAND, "forecast", str(scenario), "--draws", "12", "--periods", "6", "--json"]
    args = [*command, *solvers]
    for _ in range(3):  # other work on the machine can only make it slower
        process, workers, out, err, took = cut_short(args, cache, how)
        if took < 2:
            break
    end = time.monotonic() + 60
    shown = (" steps, ", "Cluster at ")  # progress, and who solves
    err = "".join(line for line in err.splitlines(keepends=True) if not any(x in line for x in shown))
    if how == signal.SIGINT:
        assert took < 2
        assert process.returncode == 130
        said = re.fullmatch(
            r"Interrupted: (\d+) answers? (?:is|are) kept in (.*); the same command goes on from there.\n", err
        )
        assert said is not None, err
        assert said[2] == str(cache)
        in_flight = len(list(cache.glob("*/*.json"))) - int(said[1])  # kept while the line was written, by two workers
        assert 0 <= in_flight <= 4
    assert out == ""
    while any(map(alive, workers)):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert how == signal.SIGKILL or not list(cache.rglob("*.tmp"))
    found = len(list(cache.glob("*/*.json")))
    again = subprocess.run(args, capture_output=True, text=True, timeout=300)
    assert again.returncode == 0, again.stderr
    assert f"{found} answers came from the cache" in again.stderr
    alone = subprocess.run([*command, "--jobs", "1", "--no-cache"], capture_output=True, text=True, timeout=300)
    assert again.stdout == alone.stdout


@pytest.mark.slow
def test_an_interrupt_of_other_commands_is_one_line():
    process = subprocess.Popen([*COMMAND, "backtest"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(2.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err == "Interrupted: nothing was written; the same command starts again.\n"


def test_an_interrupt_inside_a_command_ends_with_130(call, monkeypatch):
    handler = signal.getsignal(signal.SIGINT)

    def interrupted(*_):
        raise KeyboardInterrupt

    try:
        monkeypatch.setattr("peacetalks.scenario.scenario.load", interrupted)
        said = []
        monkeypatch.setattr(interrupt, "_say", said.append)
        code, out, _ = call("check", "korea-1951")
    finally:
        signal.signal(signal.SIGINT, handler)
        interrupt._noticed.clear()
    assert (code, out) == (130, "")
    assert said == ["Interrupted: nothing was written; the same command starts again.\n"]


def test_messages_never_carry_what_a_terminal_obeys(call, tmp_path):
    path = tmp_path / "a\x1b[2J.toml"
    code, _, err = call("check", path)
    assert code == 2
    assert "\x1b" not in err
    assert "a\\x1b[2J.toml" in err
    assert app.exit_code(OSError()) == 2
