"""Codes of event schemes: which there are, what is wrong with one that is not among them, and which can be misread.

An act of a record may be `cameo:CODE` or `plover:TYPE`.  CAMEO codes are text: a spreadsheet that takes them for
numbers drops the leading zero (36 for 036) or adds a decimal (12.0), and 12 that was 012 is then another act's code.

References
----------
Schrodt, P. A. (2012). *CAMEO: Conflict and Mediation Event Observations. Event and Actor Codebook*, version 1.1b3.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from peacetalks.errors import did_you_mean
from peacetalks.evidence.tables import table_text
from peacetalks.text_files import parse_csv, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

PLOVER = (
    "ACCUSE",
    "AGREE",
    "AID",
    "ASSAULT",
    "COERCE",
    "CONCEDE",
    "CONSULT",
    "COOPERATE",
    "DEMAND",
    "INVESTIGATE",
    "MOBILIZE",
    "PROTEST",
    "REJECT",
    "REQUEST",
    "RETREAT",
    "SANCTION",
    "SUPPORT",
    "THREATEN",
)
SCHEMES = ("cameo", "plover")


class CameoCode(NamedTuple):
    """What a code stands for."""

    name: str  # in the numbering of the ICEWS tables
    other: str  # in version 1.1b3 of the scheme, where that is another act; else ""


@cache
def cameo() -> dict[str, CameoCode]:
    """Return every code of the CAMEO scheme, roots included.

    >>> cameo()["163"].name, cameo()["163"].other
    ('Halt negotiations', 'Impose embargo, boycott, or sanctions')
    """
    rows = parse_csv(table_text("cameo_codes.csv"), "cameo_codes.csv")
    return {row["code"]: CameoCode(row["name"], row["other"]) for _, row in rows}


def split(act: str) -> tuple[str, str]:
    """Return (scheme, code) of an act that is a code, in the scheme's own spelling; ("", "") for a word.

    >>> split("cameo:036"), split("PLOVER: demand"), split("walk out")
    (('cameo', '036'), ('plover', 'DEMAND'), ('', ''))
    """
    scheme, colon, code = act.partition(":")
    scheme, code = scheme.strip().lower(), code.strip()
    if not colon or scheme not in SCHEMES:
        return "", ""
    return scheme, code.upper() if scheme == "plover" else code


def wrong_codes(acts: Iterable[str]) -> dict[int, str]:
    """Return {position: what is wrong, and what may be meant} for the codes among acts that are not of their scheme.

    Where one code has lost a leading zero, every code that may have lost one too is doubtful.

    >>> wrong_codes(["cameo:036", "cameo:036", "walk out", "plover:DEMND"])
    {3: "'DEMND' is no event type of PLOVER (did you mean 'DEMAND'?)"}
    >>> list(wrong_codes(["cameo:12"])), list(wrong_codes(["cameo:12", "cameo:36"]))
    ([], [0, 1])
    """
    codes = [split(act) for act in acts]
    numbers = [code for scheme, code in codes if scheme == "cameo"]
    damaged = any(code not in cameo() and (f"0{code}" in cameo() or _decimal(code)) for code in numbers)
    out = {}
    for i, (scheme, code) in enumerate(codes):
        if scheme == "plover" and code not in PLOVER:
            out[i] = f"{shorten(code)} is no event type of PLOVER{did_you_mean(code[:40], PLOVER)}"
        elif scheme == "cameo" and code not in cameo():
            out[i] = _wrong_cameo(code)
        elif scheme == "cameo" and damaged and f"0{code}" in cameo():
            out[i] = (
                f"{shorten(code)} may be a code that lost its leading zero, as others here did: "
                f"write {_named(f'0{code}')} or {_named(f'{code}0')}"
            )
    return out


def remark(act: str) -> str:
    """Return how a code is read where it could stand for another act, else nothing.

    >>> remark("cameo:12")
    "read as 12 (Reject); if it lost a leading zero, write '012' (Make pessimistic comment)"
    >>> remark("cameo:163")
    'read as 163 (Halt negotiations); in version 1.1b3 of CAMEO it is: Impose embargo, boycott, or sanctions'
    """
    scheme, code = split(act)
    if scheme != "cameo" or code not in cameo():
        return ""
    found, read = cameo()[code], f"read as {code} ({cameo()[code].name})"
    if f"0{code}" in cameo():
        return f"{read}; if it lost a leading zero, write {_named(f'0{code}')}"
    return f"{read}; in version 1.1b3 of CAMEO it is: {found.other}" if found.other else ""


def meant(act: str, words: Iterable[str]) -> str:
    """Return a question for the word or code that an act without a line may stand for, else nothing.

    >>> meant("Decline", ["decline", "walk out"]), meant("036", ["decline"]), meant("mediate", ["decline"])
    (" (did you mean 'decline'?)", " (did you mean 'cameo:036'?)", '')
    """
    plain = " ".join(act.lower().split())[:100]
    known = list(words)
    if same := next((w for w in known if w.lower() == plain), None):
        return f" (did you mean {same!r}?)"
    if plain in cameo():
        return f" (did you mean 'cameo:{plain}'?)"
    if plain.upper() in PLOVER:
        return f" (did you mean 'plover:{plain.upper()}'?)"
    close = get_close_matches(plain, known, n=1, cutoff=0.85)  # the words of another act are not meant
    return f" (did you mean {close[0]!r}?)" if close else ""


def _wrong_cameo(code: str) -> str:
    """Return what is wrong with a code that CAMEO does not have."""
    if _decimal(code):
        whole = code.partition(".")[0]
        can = " or ".join(_named(c) for c in (f"0{whole}", whole) if c in cameo())
        return f"{shorten(code)} is a number, not a code of CAMEO{f' (did you mean {can}?)' if can else ''}"
    if f"0{code}" in cameo():
        return f"{shorten(code)} is no code of CAMEO: without its leading zero? (did you mean {_named(f'0{code}')}?)"
    close = get_close_matches(code[:40], cameo(), n=1)
    return f"{shorten(code)} is no code of CAMEO{f' (did you mean {_named(close[0])}?)' if close else ''}"


def _decimal(code: str) -> bool:
    """Return whether a code was written as a number with a decimal."""
    return re.fullmatch(r"[0-9]{1,5}\.0*", code) is not None


def _named(code: str) -> str:
    """Return a code in quotes with what it stands for."""
    return f"{code!r} ({cameo()[code].name})"
