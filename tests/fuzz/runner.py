"""Many inputs in worker processes with a watchdog; failures saved as files that can be tried again."""

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

from fuzz.cases import kind_of, make
from fuzz.worker import SECONDS

WALL = 8 * SECONDS  # of time on the clock, for a busy machine and for what waits without working
WORKER = (sys.executable, "-m", "fuzz.worker")


class Worker:
    """A process that tries inputs, started again when it dies."""

    def __init__(self, program=WORKER, limit=SECONDS):
        self.program, self.limit, self.asked, self.log = program, limit, None, tempfile.TemporaryFile()  # noqa: SIM115
        self.cache = tempfile.TemporaryDirectory(prefix="fuzz-", ignore_cleanup_errors=True)
        self._start()

    def _start(self):
        here = str(Path(__file__).parents[1])
        paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
        env = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
        env |= dict.fromkeys(("XDG_CACHE_HOME", "PEACETALKS_CACHE", "LOCALAPPDATA"), self.cache.name)
        env |= {"TERM": "dumb", "COLUMNS": "100", "OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
        self.process = subprocess.Popen(
            self.program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, env=env
        )
        self.process.stdout.readline()  # ready

    def ask(self, what):
        """Send an input."""
        self.asked, self.until = what, time.monotonic() + WALL
        try:
            self.process.stdin.write(json.dumps(what | {"limit": self.limit}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # the end of its output says so

    def answer(self):
        """Return what came of the input; the process has written a line or has ended."""
        line, asked = self.process.stdout.readline(), self.asked
        self.asked = None
        if line:
            return json.loads(line)
        code = self.process.wait()
        hung = code == -getattr(signal, "SIGPROF", 0)
        return self._lost(asked, "hang" if hung else f"crash {code}")

    def overdue(self):
        """End the process and return the input as one that hangs."""
        asked, self.asked = self.asked, None
        self.process.kill()
        self.process.wait()
        return self._lost(asked, "hang")

    def _lost(self, asked, outcome):
        self.log.seek(max(0, self.log.tell() - 3000))
        tail = self.log.read().decode("utf-8", "replace")
        self._start()
        case = asked.get("case") or make(asked["kind"], asked["seed"]).to_dict()
        found = {k: case[k] for k in ("kind", "seed", "changes")}
        return found | {
            "outcome": outcome,
            "failed": True,
            "message": outcome,
            "traceback": tail,
            "seconds": self.limit,
            "case": case,
        }

    def close(self):
        """End the process."""
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()
        self.cache.cleanup()


def run(requests, jobs=1, report=None, program=WORKER, limit=SECONDS):
    """Yield what came of every request, in the order of their ends.

    A request is {"kind", "seed"} or {"case"}.  `report(done)` is called now and then.
    """
    requests, workers = iter(requests), [Worker(program, limit) for _ in range(jobs)]
    selector, done = selectors.DefaultSelector(), 0

    def next_for(worker):
        asked = next(requests, None)
        if asked is not None:
            selector.register(worker.process.stdout, selectors.EVENT_READ, worker)
            worker.ask(asked)

    try:
        for worker in workers:
            next_for(worker)
        while busy := [w for w in workers if w.asked is not None]:
            ready = [key.data for key, _ in selector.select(1.0)]
            for worker in busy:
                late = worker not in ready and time.monotonic() > worker.until
                if worker in ready or late:
                    selector.unregister(worker.process.stdout)
                    yield worker.overdue() if late else worker.answer()
                    done += 1
                    next_for(worker)
            if report:
                report(done)
    finally:
        for worker in workers:
            worker.close()


def requests(n, seed=0, kinds=None):
    """Yield n requests of all kinds, or of some."""
    i = found = 0
    while found < n:
        kind = kind_of(i)
        if kinds is None or kind in kinds:
            found += 1
            yield {"kind": kind, "seed": seed * 1_000_000 + i}
        i += 1


class Tally:
    """Counts by kind and outcome, times, and failures."""

    def __init__(self):
        self.counts, self.seconds, self.failures = defaultdict(Counter), defaultdict(list), []

    def add(self, found):
        """Count an input."""
        self.counts[found["kind"]]["FAILED: " * found["failed"] + found["outcome"]] += 1
        self.seconds[found["kind"]].append((found["seconds"], found["seed"]))
        if found["failed"]:
            self.failures.append(found)

    def lines(self):
        """Yield the summary, a kind at a time."""
        for kind, counts in sorted(self.counts.items()):
            times = sorted(self.seconds[kind])
            what = ", ".join(f"{n} {k}" for k, n in counts.most_common())
            middle, (most, seed) = times[len(times) // 2][0], times[-1]
            yield f"{kind} ({len(times)}; median {middle:.3f} s, most {most:.1f} s with seed {seed}): {what}"
        total = sum(len(x) for x in self.seconds.values())
        hangs = sum(f["outcome"] == "hang" for f in self.failures)
        yield f"{total} inputs, {len(self.failures)} failed, {hangs} of them hangs"
