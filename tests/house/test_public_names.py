"""What completion shows: public names, in every package, each of which is there and says what it is."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import peacetalks as pt

ROOT = Path(pt.__file__).parent
PACKAGES = sorted(
    ".".join(("peacetalks", *p.parent.relative_to(ROOT).parts)) for p in ROOT.rglob("__init__.py")
)  # fmt: skip


@pytest.mark.parametrize("name", PACKAGES)
def test_dir_shows_public_names_only_and_each_is_there(name):
    package = import_module(name)
    shown = dir(package)
    assert len(shown) == len(set(shown))
    assert [n for n in shown if n.startswith("_")] == (["__version__"] if name == "peacetalks" else [])
    if hasattr(package, "__all__"):
        assert set(package.__all__) == set(shown) - {"__version__"}
    for n in shown:
        value = getattr(package, n)
        assert n == "__version__" or value.__doc__ or isinstance(value, (dict, frozenset, tuple)), n


@pytest.mark.parametrize("name", PACKAGES)
def test_a_name_that_is_not_there_is_an_attribute_error(name):
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = import_module(name).no_such_name


@pytest.mark.slow
def test_dir_is_the_same_after_everything_is_loaded():
    program = (
        "import peacetalks as pt, peacetalks.forecasting as f; before = dir(pt), dir(f)\n"
        "import peacetalks.cli.app, peacetalks.forecasting.outlook\n"
        "[getattr(pt, n) for n in dir(pt)]\n"
        "assert (dir(pt), dir(f)) == before; print('same')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "same"


def test_packages_and_functions_are_at_the_front_door():
    assert pt.base_rate is pt.evidence.base_rate
    assert "fearon" in pt.catalog.names()
