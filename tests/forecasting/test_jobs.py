"""Work in several processes: the same results, order, errors, what is counted, and how it ends."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from support.solving import commands
from support.tiny import tiny

import peacetalks as pt
from peacetalks.errors import WorkerDied
from peacetalks.forecasting import jobs
from peacetalks.forecasting.jobs import process_count, processes, solve_all
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.pages.files import json_text
from peacetalks.scenario.files import play_key


@pytest.fixture
def at_once(monkeypatch):
    """However short the work, further processes are used; memory holds them."""
    monkeypatch.setattr("peacetalks.forecasting.jobs.SHORT_WORK", 0.0)
    monkeypatch.setattr("peacetalks.forecasting.jobs.free_memory", lambda: None)


def square(x):
    if x == "unsolved":
        raise pt.NotSolved("no equilibrium here")
    if x == "wrong":
        raise pt.SpecError("talks.walk: no such number")
    if x == "long":
        time.sleep(60)
    if x == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if x == "crash":
        os._exit(3)
    if x == "unpicklable":
        return lambda: None
    if isinstance(x, Path):  # dies once, and leaves a mark
        if not x.exists():
            x.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return "second", os.getpid()
    return x * x, os.getpid()


def alive(pid):
    """Whether a process runs; one that has ended and waits to be noticed does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def until(said, seconds=20.0):
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.slow
def test_results_stand_in_order_and_come_from_other_processes(at_once):
    reported = []
    got = solve_all(square, range(6), 2, lambda done, total: reported.append((done, total)))
    assert [x for x, _ in got] == [0, 1, 4, 9, 16, 25]
    assert got[0][1] == os.getpid()
    assert os.getpid() not in {p for _, p in got[1:]}
    assert reported == [(i, 6) for i in range(1, 7)]


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 2])
def test_what_has_no_solution_is_left_in_place_or_raised(at_once, n):
    got = solve_all(square, [1, "unsolved", 3], n, required=1)
    assert [got[0][0], str(got[1]), got[2][0]] == [1, "no equilibrium here", 9]
    assert isinstance(got[1], pt.NotSolved)
    with pytest.raises(pt.NotSolved, match="no equilibrium here"):
        solve_all(square, [1, "unsolved", 3], n)
    with pytest.raises(pt.SpecError, match=r"talks\.walk: no such number"):
        solve_all(square, [1, "wrong", 3], n)


@pytest.mark.slow
def test_an_error_or_an_interrupt_ends_the_other_processes(at_once):
    began = time.perf_counter()
    with pytest.raises(pt.SpecError):
        solve_all(square, [1, "long", "wrong", 3], 2)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    signal.setitimer(signal.ITIMER_REAL, 4.0)
    with pytest.raises(KeyboardInterrupt):
        solve_all(square, [1, "long", "long"], 2)
    while multiprocessing.active_children():
        time.sleep(0.05)
        assert time.perf_counter() - began < 30


@pytest.mark.slow
def test_a_worker_that_dies_costs_its_piece_only(at_once, caplog):
    came = {}
    items = [1, 2, "killed", 3, "crash", 4, 5]
    got = solve_all(square, items, 2, required=1, store=lambda i, found: came.update({i: found[0]}))
    assert [got[i][0] for i in (0, 1, 3, 5, 6)] == [1, 4, 9, 16, 25]
    assert came == {0: 1, 1: 4, 3: 9, 5: 16, 6: 25}  # results in hand; what was lost is no answer
    assert isinstance(got[2], WorkerDied)
    words = "piece 3 of 7 ('killed') was lost: its process died twice, the last time killed by SIGKILL (out of memory?)"
    assert words in str(got[2])
    assert "Free memory, or use fewer processes (--jobs 1)" in str(got[2])
    assert "piece 5 of 7 ('crash') was lost: its process died twice, the last time with exit code 3" in str(got[4])
    assert {r.getMessage() for r in caplog.records} == {str(got[2]), str(got[4])}
    until(lambda: not multiprocessing.active_children())


@pytest.mark.slow
def test_a_piece_whose_worker_died_is_tried_once_more_in_a_fresh_process(at_once, tmp_path, caplog):
    got = solve_all(square, [1, tmp_path / "mark", 3, 4], 2)
    assert [x for x, _ in got] == [1, "second", 9, 16]
    assert got[1][1] not in {got[i][1] for i in (0, 2, 3)}
    assert not caplog.records


@pytest.mark.slow
def test_a_required_piece_that_is_lost_is_an_error_after_all_others(at_once):
    came = []
    with pytest.raises(WorkerDied, match=r"piece 2 of 4 \('killed'\) was lost") as e:
        solve_all(square, [1, "killed", 3, 4], 2, store=lambda i, found: came.append(found[0]))
    assert sorted(came) == [1, 9, 16]
    assert e.value.exit_code == 3


@pytest.mark.slow
def test_a_worker_killed_from_outside_is_replaced(at_once):
    """A real kill -9 while a piece is worked on."""

    def kill_one():
        until(lambda: len(multiprocessing.active_children()) == 2)
        time.sleep(4)  # they have started, and sleep
        os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    got = solve_all(slow_square, [1, 2, 3, 4], 2)
    killer.join()
    assert got == [1, 4, 9, 16]


def slow_square(x):
    if multiprocessing.parent_process() is not None:
        time.sleep(6)
    return x * x


@pytest.mark.slow
def test_what_no_process_can_send_is_an_error_that_says_so(at_once):
    with pytest.raises(RuntimeError, match="a result cannot be sent to the first process"):
        solve_all(square, [1, "unpicklable", 3], 2)


ORPHANS = """
import os, sys
sys.path[:0] = {path!r}
from peacetalks.forecasting import jobs
import forecasting_orphans as work
if __name__ == "__main__":
    jobs.SHORT_WORK, jobs.free_memory = 0.0, lambda: None
    jobs.solve_all(work.sleep, [0, 1, 2], 2)
"""


@pytest.mark.slow
def test_workers_end_with_the_first_process_however_it_ends(tmp_path):
    # a pid and its line end in one write: two workers share the pipe
    work = "import os, time\ndef sleep(x):\n  if x:\n    os.write(1, b'%d\\n' % os.getpid())\n    time.sleep(60)\n"
    (tmp_path / "forecasting_orphans.py").write_text(work)
    script = tmp_path / "script.py"
    script.write_text(ORPHANS.format(path=[str(tmp_path)]))
    first = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    workers = [int(first.stdout.readline()) for _ in range(2)]
    assert all(map(alive, workers))
    first.kill()
    first.wait()
    until(lambda: not any(map(alive, workers)))


@pytest.mark.slow
def test_a_script_without_a_guard_is_an_error_not_a_loop(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from peacetalks.forecasting import jobs\n"
        "jobs.SHORT_WORK, jobs.free_memory = 0.0, lambda: None\n"
        "print(jobs.solve_all(abs, [1, 2, 3], 2))\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "no process can be started: with exit code 1. Use --jobs 1" in last
    assert "needs the guard `if __name__ == '__main__':`" in last


def test_no_more_processes_than_pieces_memory_or_use(monkeypatch):
    monkeypatch.setattr("peacetalks.forecasting.jobs.free_memory", lambda: 3 * jobs.PROCESS_BYTES + 5)
    assert [process_count(8, 100), process_count(8, 2), process_count(1, 100)] == [3, 2, 1]
    monkeypatch.setattr("peacetalks.forecasting.jobs.free_memory", lambda: jobs.PROCESS_BYTES // 2)
    assert process_count(8, 100) == 1
    with pytest.raises(pt.SpecError, match="jobs must be at least 1"):
        process_count(0, 5)
    with pytest.raises(pt.SpecError, match="jobs must be at least 1"):
        processes(0)
    with pytest.raises(pt.SpecError, match="jobs must be at least 1"):
        pt.outlook(tiny(), belief_points=2, jobs=0)  # without draws, too
    assert 1 <= processes(None) <= 8
    assert {p for _, p in solve_all(square, range(4), 8)} == {os.getpid()}  # too little work for another process


def test_memory_is_read_where_the_system_reports_it(tmp_path, monkeypatch):
    monkeypatch.setattr("peacetalks.forecasting.jobs.MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr("peacetalks.forecasting.jobs.CONTROL_GROUP", tmp_path)
    assert jobs.free_memory() is None
    (tmp_path / "meminfo").write_text("MemTotal: 4096 kB\nMemAvailable: 2048 kB\n")
    assert jobs.free_memory() == 2048 * 1024
    (tmp_path / "memory.max").write_text("max\n")
    assert jobs.free_memory() == 2048 * 1024
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("400000\n")
    assert jobs.free_memory() == 600000


@pytest.mark.slow
@pytest.mark.parametrize("name", commands())
def test_every_command_says_the_same_from_two_processes(at_once, name):
    command, reported = commands()[name], []
    one = command(jobs=1).to_dict()
    two = command(jobs=2, progress=lambda done, total: reported.append((done, total))).to_dict()
    assert json_text(one) == json_text(two)  # what `--json` prints, to the byte
    assert repr(one) == repr(two)  # to the last digit
    assert reported[-1][0] == reported[-1][1]
    assert reported == sorted(reported)


@pytest.mark.slow
@pytest.mark.parametrize("name", commands())
def test_no_command_solves_a_variant_twice(monkeypatch, name):
    solved = []

    def watched(s, *how, **more):
        solved.append(play_key(s))
        return solve_scenario(s, *how, **more)

    solving = ("questions.batch", "questions.compare", "questions.account_filter", "questions.account_evidence")
    for module in (*solving, "forecasting.variants", "forecasting.typical"):
        monkeypatch.setattr(f"peacetalks.{module}.solve_scenario", watched)
    settings = commands()[name]().to_dict()["settings"]
    expected = settings.get(
        "solves", 9
    )  # a forecast: as written, complete information, typical case; three draws of both
    assert len(solved) == len(set(solved)) == expected


def test_draws_of_no_ranges_are_one_solve(monkeypatch):
    base, solved = tiny(), []

    def watched(*args, **more):
        solved.append(args)
        return solve_scenario(*args, **more)

    monkeypatch.setattr("peacetalks.forecasting.variants.solve_scenario", watched)
    point = base.at({p: float(n) for p, n in base.numbers().items()})
    o = pt.outlook(point, draws=4, periods=2, belief_points=2)
    assert len(solved) == 3  # as written, complete information, typical case
    assert np.abs(o.bands["ends"].std("quantile")).max() < 1e-15
