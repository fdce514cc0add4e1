"""The house: rooms in ranks, imports that point downwards only, no circle."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

REPO = Path(__file__).parents[2]
ROOT = REPO / "src" / "peacetalks"
RANKS = (  # low to high; a room imports only rooms of lower rank, and the modules that stand beside the rooms
    ("errors", "outcomes"),
    ("text_files",),
    ("scenario", "game", "evidence"),
    ("conflicts", "equilibrium.kernels"),
    ("mechanisms", "equilibrium", "catalog"),
    ("forecasting", "trees"),
    ("calibration", "estimation"),
    ("questions", "backtests"),
    ("archive",),
    ("bulletin",),
    ("pages",),
    ("web",),
    ("cli",),
)
RANK = {room: rank for rank, rooms in enumerate(RANKS) for room in rooms}


def modules():
    """Return {dotted name below `peacetalks`: path} of every module; a package's own file by the package's name."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def room_of(module):
    """Return the room that a module belongs to: the longest listed name that it begins with."""
    parts = module.split(".")
    for k in range(len(parts), 0, -1):
        if ".".join(parts[:k]) in RANK:
            return ".".join(parts[:k])
    raise AssertionError(f"{module} belongs to no room of the ranked list")


def imports(tree):
    """Yield the modules of this package that a file imports: lazily, under TYPE_CHECKING or at the top."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            base = node.module or ""
            if base == "peacetalks" or base.startswith("peacetalks."):
                for name in node.names:
                    inner = f"{base}.{name.name}".removeprefix("peacetalks.")
                    yield inner if inner in MODULES else base.removeprefix("peacetalks").removeprefix(".")
        elif isinstance(node, ast.Import):
            for name in node.names:
                if name.name.split(".")[0] == "peacetalks":
                    yield name.name.removeprefix("peacetalks").removeprefix(".")


def strings(tree):
    """Yield every text in a file that is not a docstring."""
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def lower(module, other):
    """Return whether `module` may use `other`: the same room, or one of lower rank."""
    mine, its = room_of(module), room_of(other)
    return mine == its or RANK[its] < RANK[mine]


INSIDE = {name: path for name, path in MODULES.items() if name not in ("", "__main__")}


def test_at_most_four_modules_stand_beside_the_rooms():
    assert {p.name for p in ROOT.glob("*.py")} == {"__init__.py", "errors.py", "outcomes.py", "text_files.py"}


@pytest.mark.parametrize("module", INSIDE)
def test_a_module_imports_only_rooms_of_lower_rank(module):
    tree = ast.parse(INSIDE[module].read_text(encoding="utf-8"))
    for other in imports(tree):
        assert other, f"{module} imports the top of the package, which stands above every room"
        assert lower(module, other), f"{module} imports {other}, which is no room below it"


@pytest.mark.parametrize("module", INSIDE)
def test_no_text_names_a_room_above(module):
    """A path or a module's name in a text would smuggle an import upwards; `python -c` programs are texts too."""
    for text in strings(ast.parse(INSIDE[module].read_text(encoding="utf-8"))):
        for name in re.findall(r"peacetalks((?:\.[a-z_]+)+)", text):
            found = name.removeprefix(".")
            if found.split(".")[0] in {r.split(".")[0] for r in RANK}:
                assert lower(module, found), f"{module} names {found} in {text!r}"


def test_imports_make_no_circle():
    graph = {}
    for module, path in INSIDE.items():
        graph[module] = {other for other in imports(ast.parse(path.read_text(encoding="utf-8"))) if other != module}
    assert list(TopologicalSorter(graph).static_order())


def test_the_tests_mirror_the_rooms():
    rooms = {r.split(".")[0] for rank in RANKS[2:] for r in rank}
    others = {"known", "laws", "roads", "golden", "cases", "fuzz", "house", "support", "oracle", "docs"}
    there = {p.name for p in (REPO / "tests").iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert there <= rooms | others
    assert rooms - there == set()
    assert {p.name for p in (REPO / "tests").glob("*.py")} <= {"conftest.py"}


def test_helpers_of_tests_stand_in_support_or_oracle():
    for path in (REPO / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                assert not node.module.split(".")[-1].startswith("test_"), f"{path.name} imports another test"
