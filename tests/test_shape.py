"""Imports flow one way."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "src" / "peacetalks"
FORBIDDEN = {
    "game.py": {"solver", "solution", "forward", "spec", "mechanisms", "evidence", "cli"},
    "compile.py": {"solver", "solution", "forward", "spec", "mechanisms", "evidence", "cli"},
    "solver.py": {"forward", "spec", "mechanisms", "evidence", "cli"},
    "forward.py": {"spec", "mechanisms", "evidence", "cli"},
    "spec.py": {"game", "solver", "forward", "mechanisms", "evidence", "cli"},
    "evidence": {"game", "solver", "solution", "forward", "spec", "mechanisms", "cli"},
    "mechanisms": {"solver", "solution", "forward", "evidence", "cli"},
    "catalog": {"solver", "solution", "forward", "spec", "mechanisms", "evidence", "cli"},
}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("peacetalks."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.ImportFrom) and node.module == "peacetalks":
            yield from (a.name for a in node.names)


@pytest.mark.parametrize("room", sorted(FORBIDDEN))
def test_room_imports_only_what_it_may(room):
    files = sorted((ROOT / room).rglob("*.py")) if (ROOT / room).is_dir() else [ROOT / room]
    assert files
    for path in files:
        assert not set(imports(path)) & FORBIDDEN[room], path.name
