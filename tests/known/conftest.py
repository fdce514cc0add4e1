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
        on_the_grid = metafunc.function.__name__ == "test_gambit_first_offers_on_the_belief_grid"
        slow = [on_the_grid and (r["K"] == 3 or (r["T"], r["NO"]) == (2, 3)) for r in rows]
        params = [pytest.param(r, marks=pytest.mark.slow if s else ()) for r, s in zip(rows, slow, strict=True)]
        metafunc.parametrize("profile", params, ids=ids)
