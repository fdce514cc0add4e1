"""Conflicts by the names that people write: "Sri Lanka", "Korea", "Sudan: government", "Russia - Ukraine", "LTTE".

A conflict matches if every word of the text is a word of its name, or else of its parties and territory.  Case,
accents, hyphens and words such as "the" and "war" do not matter; brackets in UCDP's names are words like others.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

IDLE = {"a", "and", "between", "civil", "conflict", "in", "of", "on", "the", "v", "versus", "vs", "war", "with"}
OTHERWISE = {  # what people write -> what UCDP writes
    "america": "united states",
    "bosnian": "bosnia",
    "britain": "united kingdom",
    "burmese": "myanmar",
    "chechen": "chechnya",
    "cote d ivoire": "ivory coast",
    "donbas": "novorossiya",
    "drc": "dr congo",
    "english": "united kingdom",
    "falkland islands": "falklands",
    "gaza": "palestine",
    "korean": "korea",
    "kurdish": "kurdistan",
    "prc": "china",
    "russian": "russia",
    "soviets": "soviet",
    "syrian": "syria",
    "tamil": "eelam",
    "uk": "united kingdom",
    "us": "united states",
    "usa": "united states",
    "ussr": "soviet union",
    "vietnamese": "vietnam",
    "zaire": "dr congo",
}


@dataclass(frozen=True)
class Entry:
    """A conflict under the words that it can be found by."""

    id: int
    name: str
    sides: str
    territory: str


@lru_cache(maxsize=10_000)
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in the form in which they are compared.

    >>> words("Côte d'Ivoire: government"), words("the Iran-Iraq war")
    (('ivory', 'coast', 'government'), ('iran', 'iraq'))
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    found = " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c))))
    for written, known in OTHERWISE.items():
        found = re.sub(rf"\b{written}\b", known, found)
    return tuple(w for w in found.split() if w not in IDLE)


def matches(text: str, entries: Iterable[Entry]) -> list[Entry]:
    """Return the conflicts that a text can mean: of the same name, else by words of the name, else by all words.

    >>> korea = Entry(235, "North Korea - South Korea", "Government of North Korea, Government of South Korea", "")
    >>> [e.id for e in matches("korea", [korea])]
    [235]
    """
    every, asked = list(entries), words(text)
    if not asked:
        return []
    same = [e for e in every if sorted(words(e.name)) == sorted(asked)]  # "Angola" is not "Angola: Angola"
    if same:
        return same
    named = [e for e in every if set(asked) <= set(words(e.name))]
    return named or [e for e in every if set(asked) <= set(words(f"{e.name} {e.sides} {e.territory}"))]


def nearest(text: str, entries: Sequence[Entry]) -> str:
    """Return ` (did you mean ...?)` for a text that matches nothing, or an empty string.

    Each part of a name (a state, a territory) is compared first, then the whole name.

    >>> nearest("Sri Lnka", [Entry(352, "Sri Lanka: Eelam", "", "Eelam")])
    " (did you mean 'Sri Lanka'?)"
    """
    names = {" ".join(words(e.name)): e.name for e in entries}
    places = {" ".join(words(p)): p for e in entries for p in re.split(r": | - |, ", e.name) if p}
    for known in (places, names):
        if close := get_close_matches(" ".join(words(text)), known, n=1):
            return f" (did you mean {known[close[0]]!r}?)"
    return ""
