"""What others rely on stays as it is: public names and signatures, commands and options, keys of the JSON files."""

import subprocess
import sys
from difflib import unified_diff
from pathlib import Path

from support.public_api import public_api

STORED = Path(__file__).parent / "public_api.txt"


def test_the_public_interface_is_the_one_that_is_stored():
    """After a change that is meant remake the text as `support/public_api.py` says, and note it in CHANGELOG.md."""
    before, now = STORED.read_text(encoding="utf-8").splitlines(), public_api().splitlines()
    assert list(unified_diff(before, now, "stored", "now", lineterm="", n=0)) == []


def test_importing_the_package_loads_no_part_of_it():
    program = "import sys, peacetalks; print([m for m in sys.modules if m.startswith('peacetalks.')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
