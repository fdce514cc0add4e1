"""Imports of the rooms about accounts, records and claims flow one way."""

import pytest
from test_shape import ROOT, imports

FORBIDDEN = {
    "solving.py": {"scenario_outlook", "evidence", "accounts", "infer", "claims", "pages", "cli"},
    "filtering.py": {"spec", "mechanisms", "evidence", "accounts", "events", "infer", "claims", "cli"},
    "shapley.py": {"solver", "spec", "mechanisms", "evidence", "cli"},
    "bayes.py": {"solver", "mechanisms", "evidence", "infer", "claims", "cli"},
    "accounts.py": {"solver", "solution", "forward", "mechanisms", "evidence", "infer", "claims", "pages", "cli"},
    "events.py": {"solver", "solution", "forward", "mechanisms", "evidence", "infer", "claims", "pages", "cli"},
    "infer.py": {"evidence", "claims", "pages", "cli"},
    "query.py": {"solver", "solution", "forward", "evidence", "claims", "pages", "cli"},
    "answering.py": {"solver", "evidence", "claims", "pages", "cli"},
    "claims.py": {"pages", "cli"},
}


@pytest.mark.parametrize("room", sorted(FORBIDDEN))
def test_room_imports_only_what_it_may(room):
    assert not set(imports(ROOT / room)) & FORBIDDEN[room]
