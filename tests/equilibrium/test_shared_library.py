"""The compiled core on disk: built once, built anew for other sources, stored where it can be, by any compiler."""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
import types
from pathlib import Path

import pytest

import peacetalks
from peacetalks.equilibrium.kernels import shared_library
from peacetalks.errors import MissingCore

CORE = """
#include <stdint.h>
#define JOIN(a, b) a##_##b
#define NAME(a, b) JOIN(a, b)
#if defined(__AVX512F__)
#define BITS 512
#elif defined(__AVX2__) && defined(__FMA__)
#define BITS 256
#else
#define BITS 128
#endif
int NAME(bits, VARIANT)(void) { return BITS; }
int64_t NAME(answer, VARIANT)(void) { return 42; }
"""
REPO = Path(__file__).parents[2]
SAID = "Compiling the numerical core, once (a few seconds) ..."
PROGRAM = """
import logging, sys
from pathlib import Path
from peacetalks.equilibrium.kernels import shared_library
logging.basicConfig(stream=sys.stderr, format="%(message)s")
found = shared_library.load(Path(sys.argv[1]))
print(found.answer(), found.path)
"""


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """A folder with a small core, and a home folder of its own."""
    for name in (shared_library.FOLDER, shared_library.VARIANT):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "core.c").write_text(CORE)
    shutil.copy(shared_library.SOURCES / "processor.c", folder)
    return folder


def load(sources):
    """Load the library as a new process does."""
    shared_library.load.cache_clear()
    return shared_library.load(sources)


def built(folder):
    return sorted(p.name for p in folder.glob("core-*"))


def start(sources, **environment):
    path = str(Path(peacetalks.__file__).parents[1])
    command = [sys.executable, "-c", PROGRAM, str(sources)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path, **environment}, **pipes)


def test_the_core_is_built_once_and_then_found(sources, caplog):
    first = load(sources)
    assert caplog.messages == [SAID]
    assert first.path.parent == sources
    assert (first.answer(), built(sources)) == (42, [first.path.name])
    when = first.path.stat().st_ino
    assert load(sources).path.stat().st_ino == when
    assert caplog.messages == [SAID]


def test_a_change_of_any_source_builds_it_anew(sources, caplog):
    old = load(sources)
    (sources / "core.c").write_text(CORE.replace("42", "43"))
    new = load(sources)
    assert (old.answer(), new.answer()) == (42, 43)
    (sources / "new.h").write_text("/* nothing */\n")
    assert load(sources).path != new.path
    assert caplog.messages == [SAID] * 3


def test_libraries_of_other_sources_are_deleted_beside_the_sources(sources, monkeypatch):
    monkeypatch.setattr(shared_library, "SOURCES", sources)
    load(sources)
    (sources / "core.c").write_text(CORE + "\n")
    new = load(sources).path.name
    assert built(sources) == [new]


def test_a_damaged_library_is_built_anew(sources):
    path = load(sources).path
    path.unlink()  # this process has it mapped
    path.write_bytes(b"no machine code")
    out, err = start(sources).communicate(timeout=60)
    assert (out.split(), err.strip()) == (["42", str(path)], SAID)


def test_where_the_sources_cannot_be_written_to_the_users_cache_serves(sources, tmp_path, monkeypatch):
    real = shared_library._writable
    monkeypatch.setattr(shared_library, "_writable", lambda folder: folder != sources and real(folder))
    path = load(sources).path
    assert path.parent == tmp_path / "cache" / "peacetalks" / "core"
    assert (load(sources).path, built(sources)) == (path, [])


def test_a_folder_that_is_named_comes_first(sources, tmp_path, monkeypatch):
    monkeypatch.setenv(shared_library.FOLDER, str(tmp_path / "named"))
    assert load(sources).path.parent == tmp_path / "named"


def test_without_any_folder_a_temporary_one_serves_this_process_and_its_children(sources, monkeypatch, caplog):
    monkeypatch.setenv(shared_library.FOLDER, "")
    monkeypatch.setattr(shared_library, "_writable", lambda folder: False)
    found = load(sources)
    (said,) = caplog.messages
    assert "anew at every start" in said
    assert str(sources) in said
    assert shared_library.FOLDER in said
    assert os.environ[shared_library.FOLDER] == str(found.path.parent)
    out, err = start(sources).communicate(timeout=60)
    assert (out.split(), err) == (["42", str(found.path)], "")
    shutil.rmtree(found.path.parent)


@pytest.mark.skipif(
    shared_library.fcntl is None or shutil.which("cc") is None, reason="no file locks, or no compiler `cc`"
)
def test_of_several_processes_at_once_one_compiles_and_the_others_wait(sources, tmp_path):
    slow = tmp_path / "slow"
    slow.write_text(f'echo "$*" >> {tmp_path}/calls\nsleep 0.4\nexec cc "$@"\n')
    all_of_them = [start(sources, CC=f"sh {slow}") for _ in range(3)]
    said = [process.communicate(timeout=60) for process in all_of_them]
    assert [out.split()[0] for out, _ in said] == ["42"] * 3, said
    assert sorted(err.strip() for _, err in said) == ["", "", SAID]
    assert (tmp_path / "calls").read_text().count("-shared") == 2  # one to ask for the processor, and the core
    assert built(sources) == [load(sources).path.name]


def test_where_files_cannot_be_locked_every_process_compiles(sources, monkeypatch, caplog):
    monkeypatch.setattr(shared_library, "fcntl", None)
    found = load(sources)
    assert (found.answer(), built(sources), caplog.messages) == (42, [found.path.name], [SAID])


def test_a_process_that_another_one_started_says_nothing(sources, monkeypatch, caplog):
    monkeypatch.setattr(shared_library.multiprocessing, "parent_process", lambda: "the first")
    assert load(sources).answer() == 42
    assert caplog.messages == []


def test_without_a_compiler_the_error_says_what_to_install(sources, monkeypatch):
    monkeypatch.setenv("PATH", str(sources))
    monkeypatch.setenv("CC", "")
    monkeypatch.setattr(shared_library.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingCore, match=r"no C compiler found: neither \$CC.*pip install ziglang`") as error:
        load(sources)
    assert error.value.exit_code == 4
    assert built(sources) == []


def test_what_a_compiler_refuses_is_quoted(sources):
    (sources / "core.c").write_text("no_type f(void);\n")
    with pytest.raises(MissingCore, match=r"core\.c:1:1: error: unknown type name"):
        load(sources)


def test_a_compiler_that_fails_gives_way_to_the_next(sources, tmp_path, monkeypatch):
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho no developer tools were found\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("CC", str(broken))
    first, *others = shared_library.compilers()
    assert (first, shared_library.works(first), any(map(shared_library.works, others))) == ([str(broken)], False, True)
    assert load(sources).answer() == 42


def test_the_environment_may_ask_for_a_lower_instruction_set(sources, monkeypatch):
    best = load(sources)
    for k, name in enumerate(shared_library.VARIANTS[: shared_library.VARIANTS.index(best.variant) + 1]):
        monkeypatch.setenv(shared_library.VARIANT, name)
        asked = load(sources)
        assert (asked.variant, asked.bits()) == (name, (128, 256, 512)[k])
    assert built(sources) == sorted(
        shared_library.file_name(shared_library.read_sources(sources), name)
        for name in shared_library.VARIANTS[: shared_library.VARIANTS.index(best.variant) + 1]
    )
    monkeypatch.setenv(shared_library.VARIANT, "v9")
    with pytest.raises(
        MissingCore, match=f"{shared_library.VARIANT} is 'v9'; this processor can run: {shared_library.VARIANTS[0]}"
    ):
        load(sources)


def test_a_portable_library_holds_every_instruction_set_and_comes_first(sources, monkeypatch):
    own = load(sources)
    best = shared_library.VARIANTS.index(own.variant)
    shared_library.load.cache_clear()
    every = shared_library.load(sources, portable=True)
    assert every.path.name == shared_library.file_name(shared_library.read_sources(sources), None) != own.path.name
    for name in shared_library.VARIANTS[: best + 1]:
        monkeypatch.setenv(shared_library.VARIANT, name)
        assert (load(sources).path, load(sources).variant) == (every.path, name)


def test_the_library_of_another_processor_is_passed_over(sources, monkeypatch):
    """Computers of several kinds may share a home folder."""
    monkeypatch.setenv(shared_library.VARIANT, shared_library.VARIANTS[0])
    other = load(sources)
    monkeypatch.delenv(shared_library.VARIANT)
    own = load(sources)
    assert (own.path == other.path) == (own.variant == other.variant)
    assert other.path.exists()


def test_each_call_gives_the_same_function(sources):
    found = load(sources)
    found.answer.restype = ctypes.c_int64
    assert found.answer.restype is ctypes.c_int64
    with pytest.raises(AttributeError, match="nothing"):
        _ = found.nothing


def test_the_module_that_compiles_needs_the_standard_library_only():
    """It runs where the package is built, before anything is installed."""
    program = "import sys; sys.path.insert(0, sys.argv[1]); from peacetalks.equilibrium.kernels import shared_library"
    subprocess.run([sys.executable, "-I", "-S", "-c", program, str(Path(peacetalks.__file__).parents[1])], check=True)


@pytest.fixture
def hook(sources, monkeypatch):
    """The hook of the build, with hatchling's class in name only, and a small core in place of the package's."""

    class Interface:
        root = str(REPO)

    package = types.ModuleType("hatchling.builders.hooks.plugin.interface")
    package.BuildHookInterface = Interface
    monkeypatch.setitem(sys.modules, package.__name__, package)
    monkeypatch.setattr(sys, "path", sys.path.copy())
    spec = importlib.util.spec_from_file_location("hatch_build", REPO / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    real = shared_library.load
    monkeypatch.setattr(shared_library, "load", lambda portable: real(sources, portable))
    return module.CoreHook()


def test_a_wheel_holds_the_library_and_is_of_this_platform(hook):
    data = {"force_include": {}}
    hook.initialize("standard", data)
    path = shared_library.load(portable=True).path
    assert data["force_include"] == {str(path): f"peacetalks/equilibrium/kernels/{path.name}"}
    assert data["tag"].startswith("py3-none-")
    assert not data["tag"].endswith("any")
    assert data["pure_python"] is False


def test_an_editable_installation_finds_the_library_beside_its_sources(hook):
    data = {"force_include": {}}
    hook.initialize("editable", data)
    assert data["force_include"] == {}
    assert shared_library.load(portable=False).path.exists()


def test_the_build_asks_for_a_compiler_only_where_there_is_none(hook, monkeypatch):
    assert hook.dependencies() == []
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CC", "")
    monkeypatch.setattr(shared_library.importlib.util, "find_spec", lambda name: None)
    assert hook.dependencies() == ["ziglang>=0.13"]
