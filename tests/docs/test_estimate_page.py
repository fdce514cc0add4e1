"""The page on estimation: its commands and snippets run, and print what it says."""

from pathlib import Path

import pytest
from support.documents import assert_page

PAGE = Path(__file__).parents[2] / "docs" / "estimate.md"


@pytest.mark.slow
def test_the_page_prints_what_its_commands_print():
    assert len(assert_page(PAGE)) >= 8
