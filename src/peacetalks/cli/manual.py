"""The manual of the command line, generated from its own help: `python -m peacetalks.cli.manual docs/manual.md`."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = """\
# The command line

Generated from `peacetalks --help` by `python -m peacetalks.cli.manual docs/manual.md`; do not edit.

Results go to stdout, progress and messages to stderr. Exit codes: 0 done, 1 internal error, 2 bad input, 3 not solved,
4 missing data, 130 interrupted. Games for `solve-game` are explained in `game-files.md`, questions of `new --ask` in
`scenarios.md`. The shape of a scenario is `src/peacetalks/scenario/bundled/scenario.schema.json`.

What a command prints with `--json` has a JSON Schema: `src/peacetalks/pages/forecast.schema.json`,
and in `src/peacetalks/pages/schemas/`
SCHEMAS.
"""


def manual() -> str:
    """Return the manual: the help of every command.

    >>> manual().splitlines()[0]
    '# The command line'
    """
    from typer.main import get_command

    from peacetalks.cli.app import app
    from peacetalks.pages.schemas import ROOTS

    parts = [
        f"\n## `{' '.join(path)}`\n\n```\n{text}\n```\n"
        for path, text in _helps(get_command(app), ("peacetalks",), None)
    ]
    listed = ", ".join(f"`{command}.schema.json`" for command in sorted(ROOTS))
    return HEAD.replace("SCHEMAS", fill(listed, 118, break_long_words=False, break_on_hyphens=False)) + "".join(parts)


def _helps(command: Any, path: tuple[str, ...], parent: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield (command path, help) of a command and of all below it."""
    context = command.context_class(
        command, info_name=path[-1], parent=parent, terminal_width=100, max_content_width=100
    )
    yield path, command.get_help(context).strip()
    for name in getattr(command, "commands", {}):
        yield from _helps(command.commands[name], (*path, name), context)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(manual(), encoding="utf-8")
