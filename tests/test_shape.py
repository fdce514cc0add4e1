"""Imports flow one way."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "src" / "peacetalks"
FORBIDDEN = {
    "language.py": {"solver", "solution", "forward", "spec", "mechanisms", "evidence", "cli"},
    "compile.py": {"solver", "solution", "forward", "spec", "mechanisms", "evidence", "cli"},
    "solve.py": {"forward", "spec", "mechanisms", "evidence", "cli"},
    "forward.py": {"spec", "mechanisms", "evidence", "cli"},
    "scenario.py": {"game", "solver", "forward", "mechanisms", "evidence", "cli"},
    "evidence": {"game", "solver", "solution", "forward", "spec", "mechanisms", "cli"},
    "mechanisms": {"solver", "solution", "forward", "evidence", "cli"},
    "durations.py": {"spec", "evidence", "cli", "scenario_outlook"},
    "screen.py": {"solver", "solution", "forward", "compile", "evidence", "cli"},
    "charts.py": {"solver", "solution", "forward", "compile", "evidence", "cli"},
    "render.py": {"solver", "solution", "forward", "compile", "evidence", "cli"},
    "explain_screen.py": {"solver", "solution", "forward", "compile", "evidence", "cli"},
    "global_game.py": {"game", "solver", "solution", "forward", "spec", "mechanisms", "evidence", "cli", "catalog"},
    "alliance.py": {"game", "solver", "solution", "forward", "spec", "mechanisms", "evidence", "cli", "catalog"},
    "score.py": {"game", "solver", "solution", "forward", "spec", "mechanisms", "evidence", "pool", "backtests", "cli"},
    "pool.py": {"game", "solver", "solution", "forward", "spec", "mechanisms", "backtests", "cli"},
    "backtests": {"cli", "render", "scenario_outlook"},
    "belief_filter.py": {"spec", "mechanisms", "evidence", "accounts", "events", "infer", "claims", "cli"},
    "accounts.py": {"solver", "solution", "forward", "mechanisms", "evidence", "infer", "claims", "pages", "cli"},
    "events.py": {"solver", "solution", "forward", "mechanisms", "evidence", "infer", "claims", "pages", "cli"},
    "infer.py": {"evidence", "claims", "pages", "cli"},
    "query.py": {"solver", "solution", "forward", "evidence", "claims", "pages", "cli"},
    "claims.py": {"pages", "cli"},
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


def test_the_manual_is_fresh():
    from peacetalks.cli.manual import manual

    stored = (ROOT.parents[1] / "docs" / "manual.md").read_text(encoding="utf-8")
    assert stored == manual(), "run `python -m peacetalks.cli.manual docs/manual.md`"


def test_the_starter_explains_every_key_beside_it_and_is_valid_with_all_of_them():
    from peacetalks.scenario.scenario import Scenario, parse
    from peacetalks.scenario.starter import starter

    text = starter()
    parse(text, "the starter")
    everything = parse("\n".join(line.removeprefix("#: ") for line in text.splitlines()), "the starter with every key")
    left = [name for name in Scenario.model_fields if name not in everything.model_fields_set]
    assert left == []
    lines = text.splitlines()
    for part in (Scenario, *(type(getattr(everything, n)) for n in ("battlefield", "talks", "ceasefire", "rent"))):
        for name, field in part.model_fields.items():
            if field.description and name != "sides":  # a table, told at its header
                at = [i for i, line in enumerate(lines) if line.removeprefix("#: ").startswith(f"{name} = ")]
                assert any(field.description in lines[i] or field.description in lines[i - 1] for i in at), name
