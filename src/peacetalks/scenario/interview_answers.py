"""Files of answers to the questions of `peacetalks new --ask`: written as they come, and read to go on.

A file is a TOML or JSON table of one entry for each question (`walk = "2 of ten, sure"`), in the words that are typed
on a terminal; a list holds the parts (`resolute = [5, 7]`), and `sure` is what all judgements without a word of their
own are taken as.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from peacetalks.errors import SpecError
from peacetalks.scenario.interview import SURE_WORDS, SURENESS, question, questions, read_answer
from peacetalks.scenario.toml_text import toml_text
from peacetalks.text_files import clip, read_json, read_text, read_toml, shorten, shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from peacetalks.scenario.interview import Answer, Question

HEAD = "# Answers to `peacetalks new FILE --ask`; go on with `peacetalks new FILE --ask --answers THIS`.\n"


def read_answers(path: Path) -> dict[str, Answer]:
    """Return the answers of a file (.toml or .json) by question, in the order of the questions.

    Raises
    ------
    SpecError
        Another suffix, text that is not TOML or JSON, an unknown question, or an answer that cannot be meant; the
        message names the file.
    """
    if path.suffix not in (".toml", ".json"):
        raise SpecError(f"'{shown(path)}': answers are a .toml or .json file")
    raw = read_json(path) if path.suffix == ".json" else read_toml(read_text(path), shown(path))
    if not isinstance(raw, dict):
        raise SpecError(f"{shown(path)}: a table of answers by question is expected, got {shorten(raw)}")
    try:
        return answered(raw)
    except SpecError as e:
        raise SpecError(f"{shown(path)}: {e}") from None


def answered(raw: Mapping[str, Any]) -> dict[str, Answer]:
    """Return answers written as plain values, by question, in the order of the questions.

    >>> answered({"resolute": [5, 7], "sure": "unsure"})["resolute"].sure
    'unsure'
    """
    sure = raw.get("sure")
    if sure is not None and str(sure).lower() not in SURE_WORDS:
        raise SpecError(f"sure: {shorten(sure)} is none of sure, fairly sure, unsure")
    for key in raw:
        if key != "sure":
            question(key)
    found = {}
    for q in questions():
        if q.key in raw:
            text = _text(q, raw[q.key])
            if sure is not None and q.numeric and not SURENESS.search(text):
                text = f"{text}, {sure}"
            found[q.key] = read_answer(q, text)
    return found


def _text(q: Question, value: Any) -> str:
    """Return an answer as it would be typed."""
    if isinstance(value, list):
        return ("; " if q.parts[0].kind == "text" else ", ").join(_text(q, part) for part in value)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise SpecError(f"{q.key}: an answer is a text, a number or a list of them, got {clip(shorten(value), 60)}")
    return value if isinstance(value, str) else f"{value:.12g}"


def answers_text(answers: Mapping[str, Answer]) -> str:
    """Return answers as the text of a file that `read_answers` reads.

    >>> print(answers_text(answered({"over": "both"})).splitlines()[-1])
    over = "both"
    """
    return HEAD + toml_text({key: answer.text for key, answer in answers.items()})
