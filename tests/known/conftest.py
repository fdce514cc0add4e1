"""Known answers: values computed outside the project, by key, with the version of the tool that made them."""

import json
from pathlib import Path

import pytest

STORED = json.loads((Path(__file__).parent / "oracles.json").read_text())


@pytest.fixture(scope="session")
def known():
    """Return the stored value of an oracle key."""
    return STORED["values"].__getitem__


def pytest_generate_tests(metafunc):
    """Give `profile` every stored Gambit profile, named by its shape, precision and the Gambit version."""
    if "profile" in metafunc.fixturenames:
        rows = STORED["gambit"]
        version = STORED["gambit_version"]
        ids = [f"T{r['T']}-K{r['K']}-O{r['NO']}-lam{r['lam']}-gambit{version}" for r in rows]
        metafunc.parametrize("profile", rows, ids=ids)
