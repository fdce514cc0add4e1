"""Small files, short functions, and generated files that are fresh."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "src" / "peacetalks"
FILES = sorted(ROOT.rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 400, 60, 15  # lines


def lengths(path):
    """Return [(name, lines)] of every function of a file, its docstring included."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        (n.name, n.end_lineno - n.lineno + 1)
        for n in ast.walk(tree)
        if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_is_short_and_so_are_its_functions(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    assert [f"{name}: {n} lines" for name, n in lengths(path) if n > LONGEST_FUNCTION] == []


def test_most_functions_are_short():
    every = sorted(n for path in FILES for _, n in lengths(path))
    assert every[len(every) // 2] < MEDIAN_FUNCTION
