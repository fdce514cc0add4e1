"""Raw data for the tests of loaders and derived tables."""

import pytest
from support.raw_data import require


@pytest.fixture(scope="session")
def data():
    return require()


@pytest.fixture
def requires_data():
    """Return the function that finds the raw data or skips, to test that it is loud."""
    return require
