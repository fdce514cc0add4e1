"""The page on signalling games: its snippets run, and print what it says."""

from pathlib import Path

import pytest
from support.documents import run_page

PAGE = Path(__file__).parents[2] / "docs" / "estimate-signalling.md"


@pytest.mark.slow
def test_the_page_prints_what_its_snippets_print():
    run_page(PAGE)
