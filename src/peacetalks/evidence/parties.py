"""Parties of conflicts as they are shown: a faction that its source calls after persons is shown as a faction.

UCDP calls some parties after persons: "Military faction (forces of ...)", "Forces of ...".  Who is meant follows from
the state, the years and the UCDP number of the conflict, which stand beside the parties; texts that are searched keep
the source's names, so that such a conflict is still found by them.  Names that a group bears itself stay as they are.
"""

from __future__ import annotations

import re

FACTION = "Armed faction"
BEHIND = re.compile(r"\s*\(forces (?:of|loyal to) [^)]*\)?", re.IGNORECASE)  # after "Military faction"
FORCES = re.compile(r"(?:^|(?<=, )|(?<=: ))Forces of (?!the\b|\d|Harar garrison)[^,]*", re.IGNORECASE)


def without_persons(parties: str) -> str:
    """Return parties, joined by commas, with those that are called after persons as factions; each once.

    >>> without_persons("DPR, Forces of the Caucasus Emirate, Military faction (navy)")
    'DPR, Forces of the Caucasus Emirate, Military faction (navy)'
    >>> without_persons("KR, Forces of A. Person, Military faction (forces of B. Person, C. Person and D. Person)")
    'KR, Armed faction, Military faction'
    """
    shown = FORCES.sub(FACTION, BEHIND.sub("", parties))
    return parties if shown == parties else ", ".join(dict.fromkeys(shown.split(", ")))
