"""A browser of this machine, driven by Playwright; nothing is downloaded, and where there is none tests are skipped."""

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def browser_path():
    """Where a browser is: $PEACETALKS_CHROMIUM, or the first of `NAMES` on the path; skips where there is none."""
    pytest.importorskip("playwright.sync_api", reason="NO BROWSER TESTS: playwright is not installed")
    found = os.environ.get("PEACETALKS_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("NO BROWSER TESTS: no chromium on the path; install it (Debian: apt-get install chromium)")
    return found
