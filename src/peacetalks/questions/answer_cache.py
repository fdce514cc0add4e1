"""Answers of an audit in a file that the user names (`--keep`), and the keys of answers in this room.

The file holds a line of JSON for each answer, under a key that identifies the question and the version of the results
(`forecasting/answers.py`): an answer of another version, or to another question, is not used.  Several processes may
add to one file.  A line that was cut short, or is no answer, loses itself only; a file without a single answer is not
one of ours and is refused, so that nothing is added to another file by mistake.
"""

from __future__ import annotations

import json
import logging
import os
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from peacetalks.errors import SpecError
from peacetalks.forecasting import answers
from peacetalks.forecasting.encoding import decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

log = logging.getLogger("peacetalks")
BEGINNING = re.compile(r'\{"?[0-9a-f]{0,40}"?:?')  # of a line that holds an answer, however short it was cut


class AnswerFile:
    """The answers in a file; without a file nothing is stored.

    >>> AnswerFile(None).find("a key", ()) is None
    True
    """

    def __init__(self, path: Path | None) -> None:
        """Read the answers in `path`, which need not exist; raise `SpecError` where it cannot be read or added to."""
        self.path, self.known = path, dict[str, Any]()
        if path is None:
            return
        try:
            with path.open("ab+") as file:
                file.seek(0)
                data = file.read()
                lines = data.decode("utf-8", "replace").split("\n")
                self.known = {k: v for line in lines for k, v in _answers(line).items()}
                if data.strip() and not self.known and not BEGINNING.match(lines[0]):
                    raise ValueError("it holds no answers")
                if lines[-1]:  # cut short while it was written: what follows stands on a line of its own
                    file.write(b"\n")
        except (OSError, ValueError) as e:
            what = f"answers cannot be kept in {str(path)!r}: {e}. Give a new file, or one that --keep has made."
            raise SpecError(what) from None

    def find(self, key: str, classes: Iterable[type]) -> Any:
        """Return the answer under a key, made again from `classes`; None where there is none that can be used."""
        try:
            return decode(self.known.get(key), classes)
        except (ValueError, TypeError, KeyError):
            return None

    def add(self, key: str, answer: Any) -> None:
        """Add an answer; where that fails there is a notice, and nothing more is written."""
        if self.path is None:
            return
        line = json.dumps({key: encode(answer)}, allow_nan=False) + "\n"
        try:
            _append(self.path, line.encode())
        except OSError as e:
            log.warning("No further answers are kept in %s: %s.", self.path, e.strerror or e)
            self.path = None


def _answers(line: str) -> dict[str, Any]:
    """Return the answer that a line holds, by its key; nothing for another line."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    good = isinstance(found, dict) and all(re.fullmatch("[0-9a-f]{32,40}", k) for k in found)
    return found if good else {}


def _append(path: Path, data: bytes) -> None:
    """Add a line to a file, in one write where the system can, and flush it to the disk."""
    number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(number, left) :]
        os.fsync(number)
    finally:
        os.close(number)


def answer_key(*question: Any) -> str:
    """Return the key of the answer that this version gives to a question; questions differ where their `repr` does."""
    return answers.answer_key(_room_digest(), *question)


@cache
def _room_digest() -> str:
    """Return a digest of the sources of this room, which determine answers too."""
    return answers.sources_digest(["questions"])
