"""How fast the engine is against an older commit: every target, both checkouts in one run, as a table.

    python benchmarks/engine.py                           # all targets; hours, since the older commit is slow
    python benchmarks/engine.py --only cold,variant --folder ../engine-old --stored
    python benchmarks/engine.py --folder ../engine-old --write docs/speed.md

The older commit is written out into a folder and gets an environment of its own with the packages that it locks.  What
is timed stands in `engine_tasks.py`, run in a process of each environment: the older one and this one in turn, a run
that is not counted first, then medians of `--runs` runs in CPU seconds of the solving process.  With `--folder` the
older checkout is kept, and so are its times; with `--stored` times that this machine took before are not taken again.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sections import write_section

ROOT = Path(__file__).parents[1]
COMMIT = "d3a0bd3"
HEADING = f"## Against commit {COMMIT}"
TEXT = """\
CPU seconds of the solving process, medians of {runs} runs (one account, full-size commands and other
precisions: one run), both checkouts in turn on one machine ({machine}).
Remade by `python benchmarks/engine.py --write docs/speed.md`."""
WAR = "russia-ukraine-2025"
VARIANTS = {
    "challengers.chance": 1.33,
    "rent.weight": 1.5,
    "sides.2.types.irresolute.war_cost": 1.2,
    "battlefield.mobility": 1.2,
    "talks.accept": 0.7,
    "ceasefire.gain": 1.3,
    "observers.pull": 1.3,
}
COMMANDS = {"compare": (69, 0.10), "infer": (85, 0.15), "audit": (100, 0.10)}  # games of the older commit, target
PRECISIONS = (5.0, 10.0, 20.0, 40.0, 60.0, 80.0, 100.0)
SLOWEST = 10.0  # times of precision 20 that another precision may take
Parts = dict[str, float]


@dataclass(frozen=True)
class Row:
    """What is compared: seconds before and now, and the ratio asked for."""

    name: str
    before: float
    now: float
    target: float | None = None

    def __str__(self) -> str:
        """Return the row of the table."""
        ratio = self.now / self.before
        asked = "" if self.target is None else f"{self.target:g}"
        met = "" if self.target is None else "yes" if ratio <= self.target else "no"
        return f"| {self.name} | {self.before:.3g} | {self.now:.3g} | {ratio:.3f} | {asked} | {met} |"


class Child:
    """A process of one checkout that does tasks, started when it is first asked."""

    def __init__(self, python: Path, cache: Path) -> None:
        self.python, self.cache = python, cache
        self.process: subprocess.Popen[str] | None = None

    def ask(self, task: str, *arguments: Any) -> Parts:
        """Return the CPU seconds of a task by part."""
        if self.process is None:
            self.process = subprocess.Popen(
                [self.python, Path(__file__).with_name("engine_tasks.py")],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=self.cache,
            )  # fmt: skip
        ends = self.process
        assert ends.stdin is not None
        assert ends.stdout is not None
        ends.stdin.write(json.dumps([task, arguments]) + "\n")
        ends.stdin.flush()
        line = ends.stdout.readline()
        if not line:
            raise SystemExit(f"{self.python} ended in {task}{arguments}: its message is above")
        return json.loads(line)

    def end(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.communicate()
            self.process = None


@dataclass
class Measurement:
    """Both checkouts, how often each is run, and the times of the older one that are kept."""

    folder: Path
    runs: int
    stored: bool
    old: Child
    new: Child
    times: dict[str, Parts] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)  # taken in this run

    @classmethod
    def open(cls, folder: Path, runs: int, stored: bool) -> Measurement:
        """Return both checkouts, the older one set up in `folder`."""
        found = cls(folder, runs, stored, Child(old_python(folder), folder), Child(Path(sys.executable), folder))
        if found.file.exists():
            found.times = json.loads(found.file.read_text(encoding="utf-8")).get(machine(), {})
        return found

    @property
    def file(self) -> Path:
        """The file of the older checkout's times: {machine: {task: {part: seconds}}}."""
        return self.folder / "older-times.json"

    def keep(self, key: str, parts: Parts) -> None:
        """Keep the older checkout's times of a task."""
        self.times[key] = parts
        self.fresh.add(key)
        every = json.loads(self.file.read_text(encoding="utf-8")) if self.file.exists() else {}
        self.file.write_text(json.dumps(every | {machine(): self.times}, indent=1), encoding="utf-8")

    def before(self, key: str, take: Callable[[], Parts]) -> Parts:
        """Return the older checkout's times of a task, taken or, where they may be, those kept."""
        if not (self.stored and key in self.times):
            self.keep(key, take())
        return self.times[key]

    def both(self, task: str, *arguments: Any, runs: int | None = None) -> tuple[Parts, Parts]:
        """Return the medians of both checkouts on a task, by part and of the sum; they run in turn."""
        key = json.dumps([task, arguments])
        sides = {"new": self.new} if self.stored and key in self.times else {"old": self.old, "new": self.new}
        taken: dict[str, list[Parts]] = {name: [] for name in sides}
        for run in range(1 + (runs or self.runs)):
            for name, side in sides.items():
                parts = side.ask(task, *arguments)
                if run:
                    taken[name].append(parts)
                say(f"{key} {name} {sum(parts.values()):.2f} s{'' if run else ' (not counted)'}")
        if "old" in taken:
            self.keep(key, median(taken["old"]))
        return self.times[key], median(taken["new"])

    def old_cold(self) -> Parts:
        """Return the older checkout's cold solve of the war: taken in this run, kept where it may be, or taken now."""
        key = json.dumps(["whole", [WAR, 5, {}, False]])
        if key in self.fresh or (self.stored and key in self.times):
            return self.times[key]
        return self.both("whole", WAR, 5, {}, False)[0]

    def now(self, task: str, *arguments: Any, runs: int | None = None) -> Parts:
        """Return the median of this checkout alone on a task."""
        self.new.ask(task, *arguments)
        found = median([self.new.ask(task, *arguments) for _ in range(runs or self.runs)])
        say(f"{task} {arguments} {found['sum']:.2f} s")
        return found


def cold(m: Measurement) -> list[Row]:
    """Return cold solves: build, solve and forecast."""
    out = []
    for name, points, target in ((WAR, 5, 0.2), (WAR, 9, 0.25), ("korea-1951", 5, 0.35)):
        a, b = m.both("whole", name, points, {}, False)
        out.append(Row(f"{name}, {points} belief points: build, solve and forecast", a["sum"], b["sum"], target))
        out.append(Row(f"{name}, {points} belief points: forecast alone", a["forecast"], b["forecast"], 0.4))
    return out


def layout(m: Measurement) -> list[Row]:
    """Return how long a game takes to be laid out."""
    out = []
    for name in (WAR, "korea-1951"):
        a, b = m.both("layout", name)
        out.append(Row(f"{name}: layout (build and compile)", a["sum"], b["sum"], 0.4))
    return out


def halves(m: Measurement) -> list[Row]:
    """Return smaller games: the first half of the mechanisms, stationary and over nine periods."""
    out = []
    for periods in (None, 9):
        for points in (5, 9):
            a, b = m.both("first_half", periods, points)
            length = "stationary" if periods is None else f"{periods} periods"
            out.append(Row(f"{WAR}, first half, {length}, {points} belief points: build and solve", a["sum"], b["sum"]))
    return out


def variant(m: Measurement) -> list[Row]:
    """Return variants that start from the base's solution, against a cold solve before."""
    a = m.old_cold()
    out, means = [], []
    for path, factor in VARIANTS.items():
        b = m.now("whole", WAR, 5, {path: factor}, True, runs=max(1, m.runs // 2))
        means.append(b)
        out.append(Row(f"variant {path} x {factor:g}", a["sum"], b["sum"]))
    mean = {k: statistics.mean(b[k] for b in means) for k in means[0]}
    out.append(Row("mean of the seven variants: build, solve and forecast", a["sum"], mean["sum"], 0.06))
    out.append(Row("mean of the seven variants: solve alone", a["solve"], mean["solve"], 0.06))
    return out


def rounds(m: Measurement) -> list[Row]:
    """Return bargaining while fighting, with payoffs on the type profile."""
    a, b = m.both("rounds", 24, 21)
    return [Row("bargaining while fighting: 24 rounds, 441 beliefs", a["sum"], b["sum"], 0.01)]


def first(m: Measurement) -> list[Row]:
    """Return the first forecast on a machine: nothing compiled, the packages installed."""
    taken: dict[str, list[Parts]] = {"old": [], "new": []}
    for _ in range(m.runs):
        for name, (python, root) in {"old": (m.old.python, m.folder / COMMIT), "new": (m.new.python, ROOT)}.items():
            if name == "old" and m.stored and "first run" in m.times:
                continue
            taken[name].append(first_run(python, root))
            say(f"first run, {name}: {taken[name][-1]}")
    a, b = m.before("first run", lambda: median(taken["old"])), median(taken["new"])
    return [
        Row("first run, forecast of korea-1951: CPU", a["cpu"], b["cpu"], 0.333),
        Row("first run, forecast of korea-1951: wall", a["wall"], b["wall"], 0.333),
    ]


def commands(m: Measurement) -> list[Row]:
    """Return full-size commands, against one account's games before, scaled to all of them."""
    out = []
    for name, (games, target) in COMMANDS.items():
        a = m.before(f"account {name}", lambda name=name: m.old.ask("account", name, WAR, 0))
        say(f"{name}, one account: {a['game']:.2f} s a game before")
        draws = ["--draws", "0"] if name == "audit" else []
        b = process([m.new.python, "-m", "peacetalks.cli", name, WAR, "--json", "--no-cache", *draws], {})
        say(f"{name}: {b}")
        out.append(
            Row(f"{name} {WAR}, {games} games before: CPU of all processes", games * a["game"], b["cpu"], target)
        )
    return out


def precision(m: Measurement) -> list[Row]:
    """Return every bundled scenario at other precisions, against precision 20 in this checkout; inf: not solved."""
    out = []
    found = subprocess.run(
        [m.new.python, "-m", "peacetalks.cli", "list", "--json"], capture_output=True, text=True, check=True
    )
    table = json.loads(found.stdout)
    names = sorted(s["name"] for s in (table["scenarios"] if isinstance(table, dict) else table))
    for name in names:
        at = {lam: m.now("at_precision", name, 5, lam, runs=1)["sum"] for lam in PRECISIONS}
        out += [
            Row(f"{name}: precision {lam:g} against 20", at[20.0], x, SLOWEST) for lam, x in at.items() if lam != 20.0
        ]
    return out


GROUPS = {f.__name__: f for f in (cold, halves, layout, variant, rounds, first, precision, commands)}


def first_run(python: Path, root: Path) -> Parts:
    """Return what a forecast takes from a copy of the sources that holds nothing compiled."""
    with tempfile.TemporaryDirectory() as there:
        compiled = shutil.ignore_patterns("__pycache__", "*.so", "*.dylib", "*.dll", "*.nbi", "*.nbc", "*.kernel")
        shutil.copytree(root / "src", Path(there) / "src", ignore=compiled)
        away = {
            "PYTHONPATH": str(Path(there) / "src"),
            "HOME": there,
            "XDG_CACHE_HOME": there,
            "NUMBA_CACHE_DIR": there,
        }
        return process([python, "-m", "peacetalks.cli", "forecast", "korea-1951", "--json"], away)


def process(command: list[Any], more: dict[str, str]) -> Parts:
    """Return CPU and wall seconds of a command, its own processes included."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env={**os.environ, **more})
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {child.returncode}")
    return {"cpu": used.ru_utime + used.ru_stime, "wall": time.perf_counter() - began}


def old_python(folder: Path) -> Path:
    """Return the interpreter of the older commit's environment, made where it does not exist."""
    there = folder / COMMIT
    python, done = there / ".venv/bin/python", there / ".venv/installed.lock"
    if not done.exists():
        say(f"setting up {COMMIT} in {there}")
        there.mkdir(parents=True, exist_ok=True)
        archive = subprocess.run(["git", "-C", ROOT, "archive", COMMIT], capture_output=True, check=True)
        subprocess.run(["tar", "-x", "-C", there], input=archive.stdout, check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([sys.executable, "-m", "venv", there / ".venv"], check=True)
        subprocess.run([*pip, "--require-hashes", "-r", there / "requirements.lock"], check=True)
        subprocess.run([*pip, "--no-deps", "-e", there], check=True)
        done.write_text((there / "requirements.lock").read_text(encoding="utf-8"), encoding="utf-8")
    return python


def median(taken: list[Parts]) -> Parts:
    """Return the median of each part, and of their sum."""
    parts = {k: statistics.median(t[k] for t in taken) for k in taken[0]} if taken else {}
    return parts | {"sum": statistics.median(sum(t.values()) for t in taken)} if taken else {}


def machine() -> str:
    """Return what this machine is: the processor's name where the system says it, and how many may be used."""
    rows = Path("/proc/cpuinfo")
    names = (
        [x.split(":")[1].strip() for x in rows.read_text().splitlines() if x.startswith("model name")]
        if rows.exists()
        else []
    )
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} threads"


def say(text: str) -> None:
    """Report progress."""
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


def main() -> None:
    """Measure what is asked for and print the table."""
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--only", default=",".join(GROUPS), help=f"groups of rows, from {', '.join(GROUPS)}")
    parse.add_argument("--runs", type=int, default=5, help="runs of which the median is reported")
    parse.add_argument(
        "--folder", type=Path, help="where the older checkout is made and kept; default: a temporary folder"
    )
    parse.add_argument("--stored", action="store_true", help="use the older checkout's times kept in the folder")
    parse.add_argument("--write", type=Path, help="also write the section of this Markdown page")
    args = parse.parse_args()
    asked = args.only.split(",")
    if unknown := set(asked) - set(GROUPS):
        parse.error(f"no group {', '.join(sorted(unknown))}; groups: {', '.join(GROUPS)}")
    with tempfile.TemporaryDirectory() as there:
        m = Measurement.open((args.folder or Path(there)).resolve(), args.runs, args.stored)
        rows = []
        for name in asked:
            rows += GROUPS[name](m)
            m.old.end()
            m.new.end()
    head = ["| what | before, s | now, s | ratio | target | met |", "|---|---|---|---|---|---|"]
    text = "\n".join([TEXT.format(runs=args.runs, machine=machine()), "", *head, *map(str, rows)])
    print(text)
    if args.write:
        write_section(args.write, HEADING, text)


if __name__ == "__main__":
    main()
