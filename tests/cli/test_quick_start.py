"""Commands that need no game load no engine: what is in `sys.modules` after them, in a process of its own."""

import json
import subprocess
import sys

import pytest

ENGINE = ("scipy", "numba", "xarray", "lifelines", "altair", "vl_convert", "sklearn", "pandas", "networkx")
PROGRAM = """
import json, sys
from peacetalks.cli import main
try:
    main(sys.argv[1:])
except SystemExit as e:
    assert not e.code, e.code
print(json.dumps(sorted({m.split(".")[0] for m in sys.modules} | {m for m in sys.modules if "peacetalks" in m})))
"""


def loaded(*args, cwd=None):
    """Return the names of the modules that a command has loaded, and what it printed before."""
    got = subprocess.run([sys.executable, "-c", PROGRAM, *args], capture_output=True, text=True, timeout=60, cwd=cwd)
    assert got.returncode == 0, got.stderr
    *printed, last = got.stdout.splitlines()
    return set(json.loads(last)), printed


@pytest.mark.parametrize(
    ("args", "more"),
    [
        (("check", "korea-1951"), ()),
        (("check", "russia-ukraine-2025"), ()),  # numbers left out: estimated on the record
        (("new", "mine.toml"), ("polars", "numpy")),
        (("list",), ("polars", "numpy")),
        (("--version",), ("polars", "numpy", "pydantic")),
        (("--help",), ("polars", "numpy", "pydantic")),
    ],
    ids=lambda x: " ".join(x) if x and "-" in x[0] else None,
)
def test_no_engine_is_loaded(args, more, tmp_path):
    modules, printed = loaded(*args, cwd=tmp_path)
    assert printed
    assert modules & {*ENGINE, *more} == set()
    assert not {m for m in modules if m.startswith("peacetalks.equilibrium")}


def test_the_size_of_a_game_is_counted_where_it_is_asked_for(capsys):
    from support.command_line import run

    text = run(capsys, "check", "korea-1951")[1]
    assert "game:" not in text
    assert (
        run(capsys, "check", "korea-1951", "--size")[1]
        .splitlines()[1]
        .startswith("game: 97 states, 1974 nodes; digest")
    )
    both = [json.loads(run(capsys, "check", "korea-1951", "--json", *more)[1]) for more in ((), ("--size",))]
    assert [(b["states"], b["nodes"]) for b in both] == [(None, None), (97, 1974)]
    assert {k: v for k, v in both[0].items() if k not in ("states", "nodes")} == {
        k: v for k, v in both[1].items() if k not in ("states", "nodes")
    }
