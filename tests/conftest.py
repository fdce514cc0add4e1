"""Every test, and every process that one starts, caches answers in a folder of its own: never in the user's."""

import os
import signal
import tempfile
import threading

import numpy as np
import pytest

FOLDER = tempfile.TemporaryDirectory(prefix="peacetalks-tests-")
os.environ["PEACETALKS_CACHE"] = FOLDER.name
os.environ["PEACETALKS_TABLES"] = "embedded"  # never the tables that a user has made anew


@pytest.fixture(autouse=True)
def own_cache(monkeypatch):
    """The folder of this session, whatever a test before has set."""
    monkeypatch.setenv("PEACETALKS_CACHE", FOLDER.name)


@pytest.fixture(autouse=True)
def no_progress(monkeypatch):
    """No line of progress on stderr, however slow the machine is; tests of progress set it otherwise."""
    monkeypatch.setattr("peacetalks.pages.progress.QUIET", 1e6)


@pytest.fixture(autouse=True)
def interrupts():
    """Tests and their children hear an interrupt, also after a run, a test or an imported library set it otherwise."""
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not heard and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def numpy_warnings():
    """NumPy warns in every test, also after one that used a library which sets this for the whole process."""
    before = np.geterr()
    yield
    np.seterr(**before)
