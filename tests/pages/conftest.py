"""A small forecast, comparison and inference, each solved once for all tests of pages."""

import datetime as dt

import pytest
from support.records import ASK, D1, D2
from support.tiny import KPA, UN, J, account, tiny

import peacetalks as pt
from peacetalks.questions.compare import compare
from peacetalks.questions.events import Record, acts
from peacetalks.questions.infer import infer

DATES = (1, 12)
WAR = {"kind": "interstate", "start": dt.date(1950, 6, 25), "intensity": "war"}
NO_SUCH_CLASS = {"kind": "civil", "state": "crisis"}  # the record of crises holds those between states only
ONE_CLASS = ["war_type=interstate"]


@pytest.fixture(scope="session")
def small():
    return pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 3, "conflict": WAR})


@pytest.fixture(scope="session")
def looked(small):
    """A small outlook with bands."""
    return pt.outlook(small, periods=24, belief_points=2, draws=2)


@pytest.fixture(scope="session")
def base():
    return tiny(periods=12, conflict=WAR)


@pytest.fixture(scope="session")
def accounts(base):
    """Accounts with the base's reference classes, with one of them, and in no class of the record."""
    more = {"talks.walk": {"value": 0.3, **J}}
    return [
        account(base, more, name="walks-out"),
        account(base, {**more, "reference_classes": ONE_CLASS}, name="other-class"),
        account(base, {"conflict": NO_SUCH_CLASS}, name="no-class"),
    ]


@pytest.fixture(scope="session")
def compared(base, accounts):
    return compare(base, accounts, DATES, drivers=True, belief_points=2)


@pytest.fixture(scope="session")
def inferred(base, accounts):
    event = [
        {"date": D1, "actor": UN, "act": ASK, "source": "a test"},
        {"date": D2, "actor": KPA, "act": "walk out", "source": "a test"},
    ]
    head = {"scenario": "korea-1951", "start": dt.date(1951, 5, 10), "summary": "none", "hindsight": "none"}
    record = Record.model_validate({**head, "event": event})
    return infer(base, record, acts(), accounts, belief_points=2, method="none", dates=DATES)
