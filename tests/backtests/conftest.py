"""Raw data, and the whole backtest run once."""

import time

import pytest
from support.raw_data import require


@pytest.fixture(scope="session")
def data():
    return require()


@pytest.fixture(scope="session")
def whole():
    """The whole backtest, once, and the processor seconds that it took."""
    from peacetalks.backtests import backtest

    before = time.process_time()
    found = backtest()
    return found, time.process_time() - before


def pytest_collection_modifyitems(items):
    """Mark what needs the whole backtest as slow."""
    for item in items:
        if "whole" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
