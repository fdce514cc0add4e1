"""The commands and snippets of the pages run, and print what the pages say."""

from pathlib import Path

import pytest
from support.documents import assert_page

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").glob("tutorials/*.md"))


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=[p.stem for p in PAGES])
def test_a_page_prints_what_its_commands_print(path):
    assert_page(path)
