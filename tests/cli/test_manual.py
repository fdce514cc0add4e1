"""The page of commands is generated and fresh."""

from pathlib import Path

from peacetalks.cli.manual import manual

PAGE = Path(__file__).parents[2] / "docs" / "manual.md"


def test_the_manual_is_fresh():
    assert PAGE.read_text(encoding="utf-8") == manual(), "run `python -m peacetalks.cli.manual docs/manual.md`"
