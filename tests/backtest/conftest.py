"""Where the raw data are: PEACETALKS_DATA, else a `shared/data` folder beside the repository."""

import os
import time
import warnings
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def data():
    given = os.environ.get("PEACETALKS_DATA")
    folder = Path(given) if given else REPO.parent / "shared" / "data"
    if not folder.is_dir():
        what = ("raw data are not on this machine: the rule of the case book is NOT tested against them. "
                "Set PEACETALKS_DATA to the folder that holds them.")
        warnings.warn(what, stacklevel=1)
        pytest.skip(what)
    return folder


@pytest.fixture(scope="session")
def whole():
    """The whole backtest, once, and the processor seconds that it took."""
    from peacetalks.backtests import backtest

    before = time.process_time()
    found = backtest()
    return found, time.process_time() - before
