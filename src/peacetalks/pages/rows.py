"""Where each row of the system lives: mechanism, parameters, place in the output, claims, tests (`rows.toml`).

The page `docs/rows.md` is made from that table and from the bundled claims:
`python -m peacetalks.pages.rows docs/rows.md`.
"""

from __future__ import annotations

import sys
from importlib import resources
from pathlib import Path

from pydantic import Field

from peacetalks.scenario.files import read
from peacetalks.scenario.tables import Part

SCENARIO = "russia-ukraine-2025"
HEAD = """\
# The rows of the system: where each one lives

Generated from `src/peacetalks/pages/rows.toml` and the bundled claims by
`python -m peacetalks.pages.rows docs/rows.md`; do not edit. Files lie below `src/peacetalks`, parameters are keys of a
scenario, a place in the output is a command and a path in its `--json` (`*` stands for any entry, `key=value` picks an
entry of a list). Claims are asked with `peacetalks audit russia-ukraine-2025`. Tests are of two kinds: against a known
result, and of the direction that theory implies. A test checks that all of them exist.
"""


class Row(Part):
    """A row of the system and where it lives."""

    row: int = Field(ge=1)
    scenario: str = Field(SCENARIO, description="The bundled scenario that has the parameters, if one has.")
    about: str = Field(min_length=3)
    files: list[str] = Field(min_length=1, description="Of the mechanism, below src/peacetalks.")
    parameters: list[str] = Field(min_length=1, description="Dotted keys of a scenario.")
    output: list[str] = Field(min_length=1, description="'command: path in its --json'.")
    known: list[str] = Field(min_length=1, description="Tests against a known result, 'file::name'.")
    direction: list[str] = Field(min_length=1, description="Tests of the direction that theory implies.")


class Rows(Part):
    """The table."""

    row: list[Row] = Field(min_length=1)


def rows() -> list[Row]:
    """Return the rows in order.

    >>> [r.row for r in rows()][:3]
    [1, 2, 3]
    """
    return read(resources.files("peacetalks.pages") / "rows.toml", Rows).row


def claims_of(row: int) -> list[str]:
    """Return the ids of the bundled claims about a row.

    >>> claims_of(15)
    ['pace-draws-allies']
    """
    from peacetalks.questions.claims import claims

    return [c.id for c in claims(SCENARIO) if row in c.rows]


def page() -> str:
    """Return the page `docs/rows.md`: a section for each row."""
    parts = [HEAD]
    for r in rows():
        lines = {
            "Mechanism": r.files,
            "Parameters": r.parameters,
            "Bundled scenario": [r.scenario] if r.scenario not in ("", SCENARIO) else [],
            "In the output": r.output,
            "Claims": claims_of(r.row),
            "Known results": r.known,
            "Directions": r.direction,
        }
        listed = [f"- {name}: {', '.join(f'`{x}`' for x in found)}" for name, found in lines.items() if found]
        parts.append(f"\n## {r.row}. {r.about}\n\n" + "\n".join(listed) + "\n")
    return "".join(parts)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
