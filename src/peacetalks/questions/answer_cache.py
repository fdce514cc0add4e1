"""Answers written to a file as they come, so that long work which was cut short goes on where it was.

The file holds a line of JSON for each answer, under a key that identifies the program (all of its sources), the game
and the question: an answer of another version, or to another question, is not used.  Several processes may add to one
file.
"""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from peacetalks.errors import SpecError

PACKAGE = Path(__file__).parents[1]  # all sources of the program lie below it


class AnswerCache:
    """The answers in a file; without a file nothing is stored.

    >>> AnswerCache(None).find("a key") is None
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
                if cut:  # a line that was cut short while it was written
                    file.truncate(len((whole + end).encode()))
        except (OSError, ValueError, TypeError) as e:
            what = f"answers cannot be kept in {str(path)!r}: {e}. Give a new file, or one that --keep has made."
            raise SpecError(what) from None

    def find(self, key: str) -> Any:
        """Return the answer under a key, None where there is none."""
        return self.known.get(key)


def append_answer(path: Path | None, key: str, answer: Any) -> None:
    """Add an answer (plain values) to the file, in one write; do nothing without a file."""
    if path is None:
        return
    line = json.dumps({key: answer}) + "\n"
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)


def answer_key(*question: Any) -> str:
    """Return the key of the answer that this program gives to a question; questions differ where their `repr` does."""
    return hashlib.sha256(repr((program_digest(), *question)).encode()).hexdigest()[:32]


@cache
def program_digest() -> str:
    """Return a digest of every source file of the program."""
    found = hashlib.sha256()
    for file in sorted(PACKAGE.rglob("*.py")):
        found.update(file.read_bytes())
    return found.hexdigest()
