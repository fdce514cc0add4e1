"""One vocabulary: schemas, help texts and screens call the views and the outcome classes by the same words."""

import json
import re
from importlib import resources

import pytest

from peacetalks.cli.manual import manual
from peacetalks.outcomes import ENDS
from peacetalks.pages import schemas
from peacetalks.pages.styles import BEST_ESTIMATE, END_NAMES, MODEL_ALONE, PAST_CONFLICTS, view_name

FORECAST = (resources.files("peacetalks.pages") / "forecast.schema.json").read_text(encoding="utf-8")
SCHEMAS = {**schemas.shipped(), "forecast": FORECAST}
OTHER_WORDS = re.compile(
    r"outside view|inside view|pooled (?:view|forecast|estimate)|the record(?:'s answer| by itself)|the model by "
    r"itself",
    re.IGNORECASE,
)
KEYS = {"best": BEST_ESTIMATE, "best_interval": BEST_ESTIMATE, "model": MODEL_ALONE, "record": PAST_CONFLICTS}
KEYS |= {"records": PAST_CONFLICTS, "outside": PAST_CONFLICTS, "ends": MODEL_ALONE}


def descriptions(value):
    """Yield every description of a schema, without the keys that it names."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "description" and isinstance(inner, str):
                yield re.sub(r"`[^`]*`", "", inner)
            else:
                yield from descriptions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from descriptions(inner)


@pytest.mark.parametrize("command", SCHEMAS)
def test_a_schema_calls_the_views_as_pages_do(command):
    assert [text for text in descriptions(json.loads(SCHEMAS[command])) if OTHER_WORDS.search(text)] == []


def test_the_help_of_every_command_does_so_too():
    assert OTHER_WORDS.findall(manual()) == []


def test_public_keys_of_a_forecast_are_described_by_the_words_on_screen():
    properties = json.loads(FORECAST)["properties"]
    for key, words in KEYS.items():
        assert words in properties[key]["description"].lower(), key
    ends = json.loads(FORECAST)["$defs"]["Ends"]["properties"]
    assert list(ends) == list(ENDS) == list(END_NAMES)
    assert ends["nowhere"]["description"].startswith(END_NAMES["nowhere"])


def test_views_of_csv_files_have_names_on_screen():
    assert [view_name(v) for v in ("pooled", "inside", "outside")] == [BEST_ESTIMATE, MODEL_ALONE, PAST_CONFLICTS]
