"""The glossary says by which key people find in tables and JSON what they read on screen."""

from pathlib import Path

import pytest

from peacetalks.forecasting.outlook import Outlook
from peacetalks.outcomes import ENDS
from peacetalks.pages.styles import END_NAMES

PAGE = Path(__file__).parents[2] / "docs" / "words.md"


@pytest.mark.parametrize("end", ENDS)
def test_each_key_of_an_outcome_class_stands_in_the_glossary_with_its_name(end):
    entry = next(p for p in PAGE.read_text().split("\n\n") if p.startswith("**End.**"))
    assert f"`{end}`" in entry
    assert END_NAMES[end].lower() in entry


def test_nowhere_is_said_to_be_the_key_of_still_no_settlement():
    text = " ".join(PAGE.read_text().split())
    assert "`nowhere` is the key of *still no settlement*" in text
    assert "**Nowhere.** In code, JSON, CSV files and tables the key of *still no settlement*" in text
    assert "`nowhere`, which is still no settlement" in " ".join(Outlook.to_polars.__doc__.split())
