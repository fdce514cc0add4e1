"""Compiled kernels on disk: damaged files, folders that cannot be written to, two processes at once, interrupts.

Each test starts processes with a copy of the package (its kernels already compiled, where they are here) and a home
folder of its own.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import peacetalks
from peacetalks.equilibrium import kernel_cache
from peacetalks.equilibrium.kernels import kernel_files

pytestmark = pytest.mark.slow
PACKAGE = Path(peacetalks.__file__).parent
SOLVE = """
import logging, sys
import peacetalks as pt
logging.basicConfig(stream=sys.stderr, format="%(message)s")
stay, go = pt.Move("stay", "end", {"A": 0.1}), pt.Move("go", "end")
game = pt.Game(players=("A",), start="open", stages=(pt.Decision("choice", "A", lambda s: [stay, go]),))
print(round(pt.solve(game, 20.0, certify=False).strategy("choice", "open")["only"]["stay"], 4))
"""  # two kernels, sweep_uninformed and boundary_values, compiled in a few seconds
ANSWER = "0.8808"
FORECAST = [sys.executable, "-m", "peacetalks.cli", "forecast", "korea-1951"]
FIRST_RUN = "First run on this machine: compiling the numerical kernels"
ANEW = "anew at every start: they cannot be stored in"


class Copy:
    """A copy of the package, with a home folder."""

    def __init__(self, root):
        self.src, self.home, self.temporary = root / "src", root / "home", root / "tmp"
        shutil.copytree(PACKAGE, self.src / "peacetalks", ignore=shutil.ignore_patterns("*.nbi", "*.nbc", "*.pyc"))
        self.pycache = self.src / "peacetalks" / "equilibrium" / "kernels" / "__pycache__"
        self.home.mkdir()
        self.temporary.mkdir()

    def start(self, command, **environment):
        keep = {k: v for k, v in os.environ.items() if k not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")}
        own = {"PYTHONPATH": str(self.src), "HOME": str(self.home), "TMPDIR": str(self.temporary)}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, env=keep | own | environment, **pipes)

    def solve(self, **environment):
        """Solve a small game in a process; return the lines on stderr."""
        return answered(self.start([sys.executable, "-c", SOLVE], **environment))


def answered(process):
    """Check that a process has printed the right number; return its lines on stderr."""
    out, err = process.communicate(timeout=200)
    assert (process.returncode, out.strip()) == (0, ANSWER), err
    assert "Traceback" not in err
    return err.splitlines()


def files(place):
    return sorted(Path(place).rglob(f"*{kernel_files.SUFFIX}"))


@pytest.fixture
def copy(tmp_path):
    """A copy of the package without compiled kernels."""
    made = Copy(tmp_path)
    shutil.rmtree(made.pycache, ignore_errors=True)
    return made


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """A folder with the kernels of `SOLVE` compiled by a copy of the package, and the copy."""
    made = Copy(tmp_path_factory.mktemp("compiled"))
    shutil.rmtree(made.pycache, ignore_errors=True)
    place = made.home / "kernels"
    assert FIRST_RUN in " ".join(made.solve(NUMBA_CACHE_DIR=str(place)))
    assert len(files(place)) >= 2
    assert made.solve(NUMBA_CACHE_DIR=str(place)) == []  # nothing is compiled, nothing said
    return made, place


def short(path):
    path.write_bytes(path.read_bytes()[:-1000])


def empty(path):
    path.write_bytes(b"")


def garbage(path):
    path.write_bytes(os.urandom(5000))


def flipped(path):
    """One bit of the machine code is wrong: only the checksum shows it."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def other_version(path):
    """Written, whole, by another version of the sources or of the compiler."""
    head, _, content = path.read_bytes().partition(b"\n")
    path.write_bytes(b"0" * 64 + head[64:] + b"\n" + content)


def a_folder(path):
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [short, empty, garbage, flipped, other_version, a_folder])
def test_a_damaged_file_is_not_used(tmp_path, damage, caplog):
    path = tmp_path / f"sweep.sweep_chance-1{kernel_files.SUFFIX}"
    kernel_files.write(path, b"machine code" * 1000)
    assert kernel_files.read(path) == b"machine code" * 1000
    assert caplog.messages == []
    damage(path)
    assert kernel_files.read(path) is None
    (said,) = caplog.messages
    assert str(path) in said
    assert "compiled again" in said


def test_damaged_files_are_compiled_again(compiled, tmp_path):
    made, place = compiled
    mine = tmp_path / "kernels"
    shutil.copytree(place, mine)
    first, second = (
        next(f for f in files(mine) if f.name.startswith(name))
        for name in ("sweep.boundary_values", "sweep.sweep_uninformed")
    )
    flipped(first)
    short(second)
    said = [line for line in made.solve(NUMBA_CACHE_DIR=str(mine)) if FIRST_RUN not in line]
    assert sorted(str(f) for f in (first, second) for line in said if str(f) in line) == sorted(
        map(str, (first, second))
    )
    assert ["compiled again" in line for line in said] == [True, True]
    assert made.solve(NUMBA_CACHE_DIR=str(mine)) == []  # whole again


def test_what_cannot_be_replaced_is_said_and_the_answer_is_right(compiled, tmp_path):
    made, place = compiled
    mine = tmp_path / "kernels"
    shutil.copytree(place, mine)
    a_folder(next(f for f in files(mine) if f.name.startswith("sweep.boundary_values")))
    said = [line for line in made.solve(NUMBA_CACHE_DIR=str(mine)) if FIRST_RUN not in line]
    assert ["compiled again" in line for line in said] == [True, False]
    assert "Compiled kernels cannot be stored and are compiled at every start" in said[1]


def test_the_users_cache_serves_where_the_package_cannot_be_written_to(copy):
    copy.pycache.write_text("a file where the folder would be")
    assert FIRST_RUN in " ".join(copy.solve())
    place = copy.home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "peacetalks" / "kernels"
    assert files(place)
    assert copy.solve() == []


def test_without_any_folder_there_is_one_notice_and_nothing_is_left_behind(copy, tmp_path):
    copy.pycache.write_text("a file where the folder would be")
    nowhere = tmp_path / "file"
    nowhere.write_text("no folder")
    said = copy.solve(HOME=str(nowhere), NUMBA_CACHE_DIR=str(nowhere / "kernels"))
    assert len(said) == 1
    assert ANEW in said[0]
    assert str(nowhere / "kernels") in said[0]
    assert str(copy.pycache) in said[0]
    assert "Set NUMBA_CACHE_DIR to a folder that can be written to." in said[0]
    assert list(copy.temporary.iterdir()) == []


def test_not_even_a_temporary_folder_is_needed(copy, tmp_path):
    copy.pycache.write_text("a file where the folder would be")
    nowhere = tmp_path / "file"
    nowhere.write_text("no folder")
    refuse = "import tempfile\ndef refuse(*a, **k): raise OSError\ntempfile.mkdtemp = refuse\n"
    process = copy.start([sys.executable, "-c", refuse + SOLVE], HOME=str(nowhere))
    assert [ANEW in line for line in answered(process)] == [True]


def test_kernels_in_a_folder_that_is_read_only_are_used(compiled, tmp_path, monkeypatch):
    _, place = compiled
    name = kernel_files.PREFIX + kernel_files.digest()[:16]
    (tmp_path / name).mkdir()
    shutil.copy(files(place)[0], tmp_path / name)

    def refuse(*args, **more):
        raise OSError("read-only file system")

    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    monkeypatch.setattr("os.utime", refuse)
    assert kernel_files.folder.__wrapped__() == tmp_path / name


def test_two_processes_that_start_at_once_leave_whole_files(copy):
    place = copy.home / "kernels"
    both = [copy.start([sys.executable, "-c", SOLVE], NUMBA_CACHE_DIR=str(place)) for _ in range(2)]
    for process in both:
        assert [FIRST_RUN in line for line in answered(process)] == [True]
    found = files(place)
    assert len(found) >= 2
    assert None not in [kernel_files.read(f) for f in found]
    assert copy.solve(NUMBA_CACHE_DIR=str(place)) == []


def test_only_kernels_unused_for_long_are_deleted(tmp_path, monkeypatch):
    old, young, own = (tmp_path / f"{kernel_files.PREFIX}{x}" for x in ("old", "young", "own"))
    for one in (old, young, own):
        one.mkdir()
        (one / f"sweep.sweep_chance-1{kernel_files.SUFFIX}").write_text("")
    (own / "killed.part").write_text("")
    (own / "writing.part").write_text("")
    then = time.time() - kernel_files.UNUSED - 1
    os.utime(old, (then, then))
    os.utime(own / "killed.part", (then, then))
    kernel_files._delete_unused(tmp_path, own)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([young.name, own.name])
    assert sorted(p.name for p in own.iterdir()) == [f"sweep.sweep_chance-1{kernel_files.SUFFIX}", "writing.part"]


def helpers_of(pid):
    """Return the processes that `pid` has started and that still run (Linux)."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(x) for x in path.read_text().split()] if path.exists() else []


def gone(pid, within):
    """Whether a process ends within some seconds."""
    until = time.perf_counter() + within
    while time.perf_counter() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state in "ZX":  # ended, nobody has asked for its exit code
            return True
        time.sleep(0.05)
    return False


def cut_short(copy, how):
    """Start a forecast that has to compile and interrupt or kill it; return it, its helper, texts and seconds."""
    shutil.rmtree(copy.pycache, ignore_errors=True)
    process = copy.start(FORECAST)
    assert FIRST_RUN in process.stderr.readline()
    time.sleep(1.5)
    (helper,) = helpers_of(process.pid)
    began = time.perf_counter()
    process.send_signal(getattr(signal, how))
    out, err = process.communicate(timeout=60)
    return process, helper, out, err, time.perf_counter() - began


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")
@pytest.mark.parametrize("how", ["SIGINT", "SIGKILL"])
def test_an_interrupt_while_compiling_is_quiet_and_the_second_process_ends_too(copy, how):
    for _ in range(3):  # other work on the machine can only make it slower
        process, helper, out, err, took = cut_short(copy, how)
        if took < 2:
            break
    assert out == ""
    assert gone(helper, within=5)
    if how == "SIGINT":
        assert process.returncode == 130
        assert took < 2
        assert "Traceback" not in err
        assert "the kernels compiled so far are stored" in err
        assert err.count("\n") == 1
    assert None not in [kernel_files.read(f) for f in files(copy.pycache)]


def test_the_second_process_compiles_what_forecasts_wait_for():
    """The names that `wait` looks for are those of kernels."""
    for name in (kernel_cache.FIRST, kernel_cache.PAIR, kernel_cache.FORWARD):
        module, _, kernel = name.partition(".")
        found = getattr(sys.modules[f"peacetalks.equilibrium.kernels.{module}"], kernel)
        assert found._cache._kernel == name
