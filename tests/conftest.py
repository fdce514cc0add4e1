"""Every test, and every process that one starts, caches answers in a folder of its own: never in the user's."""

import os
import tempfile

import pytest

FOLDER = tempfile.TemporaryDirectory(prefix="peacetalks-tests-")
os.environ["PEACETALKS_CACHE"] = FOLDER.name


@pytest.fixture(autouse=True)
def own_cache(monkeypatch):
    """The folder of this session, whatever a test before has set."""
    monkeypatch.setenv("PEACETALKS_CACHE", FOLDER.name)
