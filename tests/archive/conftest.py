"""A small forecast, saved once for all tests of the archive, and made ones with numbers chosen by hand."""

import datetime as dt

import pytest
from support.tiny import tiny

import peacetalks as pt
from peacetalks.archive.saved import saved

MOMENT = dt.datetime(2026, 11, 26, 12, 30, tzinfo=dt.UTC)
WAR = {"kind": "interstate", "start": dt.date(1950, 6, 25), "intensity": "war"}


@pytest.fixture(scope="session")
def outlook():
    return pt.outlook(tiny(periods=3, conflict=WAR), belief_points=2, certify=False)


@pytest.fixture(scope="session")
def one(outlook):
    return saved(outlook, MOMENT)
