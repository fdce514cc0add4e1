"""Where the raw data are: PEACETALKS_DATA, else a `shared/data` folder beside the repository."""

import os
import warnings
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]


def raw_data() -> Path | None:
    """Return the folder of raw data, or None where this machine has none."""
    given = os.environ.get("PEACETALKS_DATA")
    folder = Path(given) if given else REPO.parent / "shared" / "data"
    return folder if folder.is_dir() else None


def require() -> Path:
    """Return the folder of raw data; without one, warn of what is not tested and skip."""
    folder = raw_data()
    if folder is None:
        what = (
            "raw data are not on this machine: loaders, rebuild, raw figures and the rule of the case book "
            "are NOT tested. Set PEACETALKS_DATA to the folder that holds them."
        )
        warnings.warn(what, stacklevel=2)
        pytest.skip(what)
    return folder
