"""Imports of the rooms about accounts, records and claims flow one way."""

import pytest
from test_shape import ROOT, imports

FORBIDDEN = {
    "readout.py": {"solver", "scenario_outlook", "evidence", "accounts", "infer", "claims", "pages", "cli"},
    "shapley.py": {"solver", "spec", "mechanisms", "evidence", "cli"},
    "marginal_likelihood.py": {"solver", "mechanisms", "evidence", "infer", "claims", "cli"},
    "evaluate.py": {"solver", "evidence", "claims", "pages", "cli"},
}


@pytest.mark.parametrize("room", sorted(FORBIDDEN))
def test_room_imports_only_what_it_may(room):
    assert not set(imports(ROOT / room)) & FORBIDDEN[room]
