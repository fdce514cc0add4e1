"""Lengths of time as people write them in a question: "within six months", "in 90 days", "a year and a half"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from peacetalks.errors import EvidenceError
from peacetalks.evidence.dates import duration
from peacetalks.text_files import shorten

_ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBERS = {word: n for n, word in enumerate([*_ONES.split(), "eighteen", "nineteen"], 1)}
NUMBERS |= {word: n for n, word in zip(range(20, 100, 10), _TENS.split(), strict=True)}
LOOSE = {"a": 1.0, "an": 1.0, "half": 0.5, "half a": 0.5, "a half": 0.5, "a couple of": 2.0, "a dozen": 12.0}
UNITS = {  # as written, in the singular -> (unit of `dates.duration`, how many of them)
    "d": ("day", 1), "day": ("day", 1), "w": ("week", 1), "wk": ("week", 1), "week": ("week", 1),
    "fortnight": ("week", 2), "m": ("month", 1), "mo": ("month", 1), "mth": ("month", 1), "month": ("month", 1),
    "quarter": ("month", 3), "y": ("year", 1), "yr": ("year", 1), "year": ("year", 1), "decade": ("year", 10),
}  # fmt: skip
BELOW = ("less than", "fewer than", "no more than", "at most", "under", "up to")  # of a time that something lasts
BEYOND = (
    "more than",
    "longer than",
    "later than",
    "beyond",
    "past",
    "after",
    "at least",
)  # not answered by a time within which
PLAIN = ("within", "inside", "in", "by", "before", "during", "for", "no later than")
_NUMBER = (
    rf"\d+(?:\.\d+)?|(?:{_TENS.replace(' ', '|')})[ -](?:{'|'.join(_ONES.split()[:9])})|"
    rf"{'|'.join(NUMBERS)}|half an?|an? half|a couple of|a dozen|half|an?"
)
_PREPOSITION = "|".join(sorted((*BELOW, *BEYOND, *PLAIN), key=len, reverse=True))
SPAN = re.compile(
    rf"(?P<before>(?:\b(?:{_PREPOSITION}) )*(?:\bover )?)(?:the )?"
    r"(?:space of )?(?:next |first |coming |following |another )?"
    rf"(?:\b(?P<number>{_NUMBER}) ?|\b)(?P<and1>and a half )?(?:calendar )?"
    rf"(?P<unit>{'|'.join(sorted(UNITS, key=len, reverse=True))})(?P<plural>s?)(?P<and2> and a half)?\b"
    r"(?: or (?P<or>less|sooner|more|longer)| time| old| from now)?"
)
DATED = re.compile(r"\b(?:1[5-9]|2[01])\d\d(?:-\d\d?)*\b")


@dataclass(frozen=True)
class Horizon:
    """A length of time found in a question, as `dates.duration` takes it, and what stood before it."""

    text: str  # "6 months"
    below: bool  # "less than": of what lasts, that it does not
    beyond: str  # the word, such as "after", that asks for a time later than this; empty without one


def split(question: str) -> tuple[str, Horizon | None]:
    """Return a question, in lower case, without its length of time, and that.

    Raises `EvidenceError` for two lengths of time, and for a calendar date, which a base rate has none of.

    >>> split("war ends in six months")
    ('war ends', Horizon(text='6 months', below=False, beyond=''))
    >>> split("truce lasts less than half a year")[1]
    Horizon(text='6 months', below=True, beyond='')
    """
    found = [m for m in SPAN.finditer(question) if m["number"] or (not m["plural"] and _counted(m))]
    if len(found) > 1:
        spans = " and ".join(shorten(m[0].strip()) for m in found[:2])
        raise EvidenceError(f"two lengths of time are given, {spans}: ask about one of them.")
    if not found:
        if dated := DATED.search(question):
            raise EvidenceError(
                f"{shorten(dated[0])} is a date: a base rate needs a length of time, such as 'within 1 year'. For a "
                'date ask about one conflict: peacetalks ask SCENARIO "ceasefire by 2026-01-01".'
            )
        return question, None
    m = found[0]
    rest = " ".join((question[: m.start()] + " " + question[m.end() :]).split())
    before = m["before"].strip()
    below = m["or"] in ("less", "sooner") or any(b in before for b in BELOW)
    beyond = next((b for b in BEYOND if b in before), "") or (f"or {m['or']}" if m["or"] and not below else "")
    return rest, Horizon(_written(m), below, beyond)


def written(text: str) -> str | None:
    """Return a length of time as it is to be written; None for other text.

    >>> written("six months"), written("90 days"), written("a while")
    ('6 months', '90 days', None)
    """
    m = SPAN.fullmatch(text.strip())
    return _written(m) if m and not m["before"] else None


def _counted(m: re.Match[str]) -> bool:
    """Return whether "within the month" or "next year", without a number, is meant as one."""
    return bool(m["before"] or re.search(r"\b(?:next|first|coming|following) ", m[0]))


def _written(m: re.Match[str]) -> str:
    number = m["number"] or "1"
    count = LOOSE.get(number)
    if count is None:
        count = float(number) if number[0].isdigit() else float(sum(NUMBERS[n] for n in re.split("[ -]", number)))
    count += 0.5 if m["and1"] or m["and2"] else 0.0
    unit, times = UNITS[m["unit"]]
    count *= times
    if count != int(count) and unit == "year" and (count * 12).is_integer():
        count, unit = count * 12, "month"
    text = f"{count:g} {unit}{'' if count == 1 else 's'}"
    duration(text)
    return text
