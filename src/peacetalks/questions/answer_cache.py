"""Answers kept in a file as they come, so that long work which was cut short goes on where it was.

A line of JSON an answer, under a name that tells apart the program (all of its sources), the game and the question: what
another version answered, or to another question, is not used.  Several processes may add to one file.
"""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from peacetalks.errors import SpecError


class Kept:
    """The answers in a file; without a file nothing is kept.

    >>> Kept(None).find("a name") is None
    True
    """

    def __init__(self, path: Path | None) -> None:
        """Read the answers in `path`, which need not exist; raise `SpecError` where it cannot be read or added to."""
        self.path, self.known = path, dict[str, Any]()
        if path is None:
            return
        try:
            with path.open("a+", encoding="utf-8") as file:
                file.seek(0)
                whole, end, cut = file.read().rpartition("\n")
                for line in whole.splitlines():
                    self.known |= json.loads(line)
                if cut:  # short, while it was written
                    file.truncate(len((whole + end).encode()))
        except (OSError, ValueError, TypeError) as e:
            what = f"answers cannot be kept in {str(path)!r}: {e}. Give a new file, or one that --keep has made."
            raise SpecError(what) from None

    def find(self, name: str) -> Any:
        """Return the answer under a name, None where there is none."""
        return self.known.get(name)


def note(path: Path | None, name: str, answer: Any) -> None:
    """Add an answer (plain values) to the file, in one piece."""
    if path is None:
        return
    line = json.dumps({name: answer}) + "\n"
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)


def name_of(*question: Any) -> str:
    """Return the name of the answer that this program gives to a question, told apart by its `repr`."""
    return hashlib.sha256(repr((_program(), *question)).encode()).hexdigest()[:32]


@cache
def _program() -> str:
    found = hashlib.sha256()
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        found.update(file.read_bytes())
    return found.hexdigest()
