"""Work on a Dask cluster: the bytes of one process, whatever happens to workers, scheduler and client."""

import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
import warnings
from functools import partial
from pathlib import Path

import pytest
from support.solving import commands
from support.tiny import tiny

import peacetalks as pt
from peacetalks.errors import ClusterError, WorkerDied
from peacetalks.forecasting import cluster as clusters
from peacetalks.forecasting import cluster_batch
from peacetalks.forecasting.answers import AnswerCache
from peacetalks.forecasting.cluster import cluster
from peacetalks.forecasting.jobs import PROCESS_BYTES, solve_all, solved_by
from peacetalks.forecasting.software import differences, other_software, software
from peacetalks.pages.files import json_text

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")


@pytest.fixture(scope="module")
def two():
    """Two workers on this machine, which a test uses within `solved_by`."""
    with cluster("local:2") as found, solved_by(None):
        yield found


def run(x):
    """Do what the item says."""
    if x == "unsolved":
        raise pt.NotSolved("no equilibrium here")
    if x == "wrong":
        raise pt.SpecError("talks.walk: no such number")
    if x == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if x == "unpicklable":
        return lambda: None
    if x == "warns":
        logging.getLogger("peacetalks").warning("a notice of a solve")
        warnings.warn("a warning of a library", RuntimeWarning, stacklevel=1)
    if x == "slow":
        time.sleep(0.3)
    if isinstance(x, Path):
        if x.suffix == ".log":  # who comes leaves a line
            with x.open("a") as file:
                file.write("solved\n")
        elif not x.exists():  # dies once, and leaves a mark
            x.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return x, os.getpid()


def overlapping(folder, _):
    """Return how many pieces are worked on at once in the worker's process."""
    mine = folder / f"{os.getpid()}-{threading.get_ident()}"
    mine.touch()
    time.sleep(0.1)
    count = len(list(folder.glob(f"{os.getpid()}-*")))
    mine.unlink()
    return count


class Counting:
    """Workers that count the pieces that they are given."""

    def __init__(self, workers):
        self.workers, self.pieces = workers, 0

    def work(self, work, items, keys, total, take):
        self.pieces += len(items)
        self.workers.work(work, items, keys, total, take)


@pytest.mark.parametrize("where", ["local:x", "node", "ftp://node:1", "", "tcp://node", "local:-1"])
def test_what_is_no_address_is_refused_with_what_to_write(where):
    with (
        pytest.raises(ClusterError, match=r"must be local, local:N .* or the address of a Dask scheduler"),
        cluster(where),
    ):
        pass


def test_no_worker_and_a_missing_package_are_refused(monkeypatch):
    with pytest.raises(ClusterError, match="at least 1 worker, got 'local:0'"), cluster("local:0"):
        pass
    monkeypatch.setattr("peacetalks.forecasting.jobs.free_memory", lambda: 3 * PROCESS_BYTES)
    assert clusters._written("local:10000") == 3  # as many as memory holds
    monkeypatch.setattr(clusters, "find_spec", lambda name: None)
    with pytest.raises(ClusterError, match=r"install peacetalks\[cluster\]") as error, cluster("local"):
        pass
    assert error.value.exit_code == 2


def test_an_address_at_which_nothing_answers_is_refused_soon(monkeypatch):
    monkeypatch.setattr(clusters, "CONNECT", 0.3)
    began = time.perf_counter()
    with (
        pytest.raises(ClusterError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1.*Start one with"),
        cluster("tcp://127.0.0.1:1"),
    ):
        pass
    assert time.perf_counter() - began < 10


def test_a_script_without_a_guard_is_an_error_that_says_so(monkeypatch):
    def fail(**settings):
        raise RuntimeError("Nanny failed to start.")

    monkeypatch.setattr("distributed.LocalCluster", fail)
    with pytest.raises(ClusterError, match=r"no worker can be started .*guard `if __name__"), cluster("local:1"):
        pass


def test_what_differs_is_named_with_what_to_do():
    here = software()
    assert differences(here, dict(here)) == []
    (older,) = differences(here, {**here, "numpy": "1.0"})
    assert older == f"numpy is 1.0 there and {here['numpy']} here"
    assert "Install the same versions there" in other_software("tcp://node:1", [older])
    other = differences(here, {**here, "instruction set": "v0", "arithmetic": "0"})
    assert "Use computers of one kind, or set PEACETALKS_CORE_VARIANT" in other_software("tcp://node:1", other)


def test_the_software_of_two_processes_is_the_same_and_that_of_another_core_is_not():
    program = "import json; from peacetalks.forecasting.software import software; print(json.dumps(software()))"
    path = os.pathsep.join(p for p in sys.path if p)
    there = json.loads(
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
    assert differences(software(), there) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [*commands(), "whatif"])
def test_every_command_says_the_same_from_a_cluster(two, name):
    whatif = partial(pt.whatif, tiny(), {"talks.walk": 0.2}, draws=3, periods=2, belief_points=2)
    command, reported = commands().get(name, whatif), []
    one = command()
    with solved_by(two):
        there = command(progress=lambda done, total: reported.append((done, total)))
    assert json_text(one.to_dict()) == json_text(there.to_dict())  # what `--json` prints, to the byte
    assert repr(one) == repr(there)  # to the last digit
    assert reported[-1][0] == reported[-1][1]
    assert reported == sorted(reported)


@pytest.mark.slow
def test_results_stand_in_order_and_errors_are_those_of_one_process(two, caplog):
    with solved_by(two):
        got = solve_all(run, [1, "unsolved", "warns", "warns", 5], required=1)
        assert [got[0][0], str(got[1]), got[4][0]] == [1, "no equilibrium here", 5]
        assert isinstance(got[1], pt.NotSolved)
        assert os.getpid() not in {pid for _, pid in (got[0], got[4])}
        assert sorted(r.getMessage() for r in caplog.records) == [
            "RuntimeWarning: a warning of a library",
            "a notice of a solve",
        ]
        with pytest.raises(pt.NotSolved, match="no equilibrium here"):
            solve_all(run, [1, "unsolved", 3])
        with pytest.raises(pt.SpecError, match=r"talks\.walk: no such number"):
            solve_all(run, [1, "wrong", 3])
        with pytest.raises(RuntimeError, match="a result cannot be sent from a worker"):
            solve_all(run, [1, "unpicklable", 3])
        assert solve_all(run, []) == []


@pytest.mark.slow
def test_pieces_of_one_key_are_solved_once(two, tmp_path):
    file = tmp_path / "solved.log"
    with solved_by(two):
        got = solve_all(run, [file, file, 3], keys=["a", "a", "b"])
    assert [x for x, _ in got] == [file, file, 3]
    assert file.read_text() == "solved\n"


@pytest.mark.slow
def test_a_worker_that_dies_costs_its_piece_only(two, tmp_path, caplog):
    """One piece kills the first worker that takes it only, another every one; together, one may wait where both die."""
    came = {}
    once, items = [1, tmp_path / "mark", *range(3, 12)], [1, "killed", *range(3, 12)]
    with solved_by(two):
        assert [found[0] for found in solve_all(run, once)] == once
    with solved_by(two), pytest.raises(WorkerDied) as error:
        solve_all(run, items, store=lambda i, found: came.update({i: found[0]}))
    assert came == {i: item for i, item in enumerate(items) if i != 1}
    assert str(error.value).startswith(
        "piece 2 of 11 ('killed') was lost: its worker died twice, the last time tcp://127.0.0.1:"
    )
    assert error.value.exit_code == 3
    assert not caplog.records


@pytest.mark.slow
def test_a_worker_killed_from_outside_changes_no_byte(two):
    """A real kill -9 while draws are solved; a fresh process takes the worker's place."""
    command, before = partial(pt.outlook, tiny(), draws=12, periods=2, belief_points=2), two.client.run(os.getpid)

    def kill_one(done, total):
        if done == 8:
            os.kill(next(iter(before.values())), signal.SIGKILL)

    with solved_by(two):
        there = command(progress=kill_one)
    assert next(iter(before.values())) not in two.client.run(os.getpid).values()
    assert json_text(there.to_dict()) == json_text(command().to_dict())


@pytest.mark.slow
def test_a_run_that_was_stopped_goes_on_where_it_was(two, tmp_path):
    answers = AnswerCache.open(tmp_path)
    command = partial(pt.outlook, tiny(), draws=8, periods=2, belief_points=2, answers=answers)
    counting = Counting(two)

    def stop(done, total):
        if done == 9:
            raise KeyboardInterrupt

    with solved_by(counting), pytest.raises(KeyboardInterrupt):
        command(progress=stop)
    given, kept = counting.pieces, answers.size().entries
    assert given == 3 + 2 * 8  # as written, complete information, typical case; draws of both
    assert 0 < kept < given
    with solved_by(counting):
        there = command()
    assert counting.pieces - given == given - kept
    assert json_text(there.to_dict()) == json_text(partial(command, answers=None)().to_dict())


@pytest.mark.slow
def test_workers_with_another_core_are_refused_when_they_are_there_and_when_they_come(two, monkeypatch):
    variants = [
        v for v in ("v2", "v3") if software()["instruction set"] in ("v3", "v4") and v < software()["instruction set"]
    ]
    if not variants:
        pytest.skip("this processor runs one instruction set only")
    monkeypatch.setenv("PEACETALKS_CORE_VARIANT", variants[0])
    with (
        pytest.raises(
            ClusterError, match=rf"worker tcp://127\.0\.0\.1:\d+ would .* instruction set is {variants[0]} there"
        ),
        cluster("local:1"),
    ):
        pass
    monkeypatch.setattr(cluster_batch, "software", lambda: {**software(), "numpy": "1.0"})  # of who connects
    with solved_by(two), pytest.raises(ClusterError, match=r"worker tcp://.* numpy is .* there and 1\.0 here"):
        solve_all(run, [1, 2])


@pytest.mark.slow
def test_without_workers_it_waits_and_says_so_and_gives_up_when_all_are_lost(two, monkeypatch, tmp_path, caplog):
    from distributed import LocalCluster

    for name, seconds in (("LOOK", 0.2), ("SOON", 0.5), ("LOST", 1.5)):
        monkeypatch.setattr(cluster_batch, name, seconds)
    quiet = {"dashboard_address": None, "silence_logs": logging.CRITICAL, "host": "127.0.0.1"}
    with (
        LocalCluster(n_workers=0, threads_per_worker=2, scheduler_kwargs={"dashboard": False}, **quiet) as empty,
        cluster(empty) as found,
    ):
        starter = threading.Timer(1.0, empty.scale, [1])
        starter.start()
        got = solve_all(partial(overlapping, tmp_path), range(6))
        starter.join()
        assert got == [1] * 6  # of two threads one works at a time
        (said,) = [r.getMessage() for r in caplog.records]
        assert re.match(r"No worker is connected to the scheduler at tcp://.*; 0 of 6 pieces are done; the rest", said)
        clusters._check_workers(found.client)
        assert "1 of the workers have several threads (tcp://127.0.0.1:" in caplog.records[-1].getMessage()
        stopper = threading.Timer(1.0, empty.scale, [0])
        stopper.start()
        with pytest.raises(
            WorkerDied, match=r"every worker was lost, and none has come for 2 s .* of 40 pieces are done"
        ):
            solve_all(run, ["slow"] * 40)
        stopper.join()


def started(*command):
    """Start a process of Dask and return it with the address that it says."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    for line in process.stderr:
        if found := re.search(r"(?:Scheduler at|Registered to):\s+(tcp://\S+)", line):
            threading.Thread(target=process.stderr.read, daemon=True).start()  # it must not wait for a reader
            return process, found[1]
    raise AssertionError(f"{command} has ended")


@pytest.mark.slow
def test_a_scheduler_elsewhere_is_used_by_its_address_and_its_end_is_said():
    scheduler, address = started(
        "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"
    )
    worker, _ = started("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny")
    try:
        command = partial(pt.outlook, tiny(), draws=2, periods=2, belief_points=2)
        with cluster(address) as found:
            assert (found.address, found.count()) == (address, 1)
            there = command()

            def end(done, total):
                if done == 2:
                    scheduler.kill()

            with pytest.raises(WorkerDied, match=rf"the scheduler at {address} was lost"):
                solve_all(time.sleep, [0.3] * 20, progress=end)
        assert json_text(there.to_dict()) == json_text(command().to_dict())
    finally:
        for process in (worker, scheduler):
            process.kill()
            process.wait()


def test_the_script_of_the_page_submits_jobs_of_workers_with_one_thread(monkeypatch, tmp_path, capsys):
    jobqueue = pytest.importorskip("dask_jobqueue", reason="the extra `cluster` is not installed")
    page = (Path(__file__).parents[2] / "docs" / "cluster.md").read_text(encoding="utf-8")
    script = re.search(r"```python\n(from dask_jobqueue.*?)```", page, re.DOTALL)[1]
    submitted = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(jobqueue.SLURMCluster, "scale", lambda self, jobs: submitted.append((jobs, self.job_script())))
    monkeypatch.setattr("builtins.input", lambda words: None)
    names = {"__name__": "__main__"}
    exec(script, names)
    try:
        address = names["cluster"].scheduler_address
    finally:
        names["cluster"].close()
    jobs, job = next((n, text) for n, text in submitted if n)  # none at the start and none at the end
    assert jobs == 8
    assert {"#SBATCH -p standard", "#SBATCH --cpus-per-task=32", "#SBATCH -t 04:00:00"} <= set(job.splitlines())
    assert f"distributed.cli.dask_worker {address} " in job
    assert " --nthreads 1 " in job
    assert " --nworkers 32 " in job
    assert job.index("source ~/peacetalks/.venv/bin/activate") < job.index("dask_worker")
    assert capsys.readouterr().out == f"--cluster {address}\n"
