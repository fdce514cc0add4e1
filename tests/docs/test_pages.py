"""The commands and snippets of the pages run, and print what the pages say."""

from pathlib import Path

import pytest
from support.documents import run_page

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").glob("tutorials/*.md"))


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=[p.stem for p in PAGES])
def test_a_page_prints_what_its_commands_print(path):
    found = run_page(path)
    assert found, f"{path.name} runs nothing"
    for c in found:
        assert c.same, f"{path.name}: $ {c.line}\nsays:\n{c.expected}\nprinted:\n{c.printed}"
