"""The JSON schema of a scenario file, bundled for editors: `python -m peacetalks.scenario.schema FILE` writes it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from peacetalks.scenario.scenario import Scenario


def schema_text() -> str:
    """Return the text of `bundled/scenario.schema.json`.

    >>> json.loads(schema_text())["title"]
    'Scenario'
    """
    return json.dumps(Scenario.model_json_schema(), indent=1) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8")
