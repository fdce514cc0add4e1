"""What people write of how conflicts go, as events of the `grammar`: "peace deal signed", "civil war lasts".

The words of a question are brought to a few (`wording.toml`): whom it is about (ceasefire, agreement, war ...), what is
done (fail, end, last, recur, reach ...), and which cases count (civil, mediated ...). Words that add nothing are left
out; a word that is none of these makes a question unknown, so that nothing that was asked for is dropped unseen.

Lasting is the complement of failing (a ceasefire, an agreement, peace) or ending (a war, a conflict, mediation), and
"not" that of any event: the event has not come by then.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from difflib import SequenceMatcher
from importlib.resources import files
from typing import TYPE_CHECKING

from peacetalks.errors import EvidenceError
from peacetalks.evidence.horizons import Horizon, split
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

_TABLE = tomllib.loads((files("peacetalks.evidence") / "wording.toml").read_text(encoding="utf-8"))
PHRASES = tuple((re.compile(rf"\b(?:{'|'.join(p['written'])})\b"), p["meant"]) for p in _TABLE["phrases"])
EMPTY = frozenset(_TABLE["nothing"]["words"].split())
SUBJECTS = ("ceasefire", "agreement", "settlement", "peace", "talks", "mediation", "war", "conflict", "crisis")
MANNERS = {
    "agreement": "an agreement",
    "settlement": "an agreement",
    "ceasefire": "a ceasefire",
    "win": "victory",
    "fade": "low activity",
}
WINNERS = {"government_wins": "government", "rebels_win": "rebels"}  # recorded of conflicts within a state
ACTIONS = ("fail", "last", "end", "recur", "reach", "win", "fade", *WINNERS)
NOT_RECORDED = {  # subject, actions -> why there is no rate of them, and what can be asked instead
    ("talks", frozenset(("fail", "end"))): (
        "the record has the texts that talks reached, and not when talks failed or ended: write 'talks do not reach a "
        "substantive agreement within {span}', which counts talks that go on as well."
    ),
    ("mediation", frozenset(("fail", "reach"))): (
        "the record has when mediation ended, and not what came of it: write 'mediation ends within {span}'."
    ),
}
CLASSES = {  # a word for which cases count -> the class; `names` has the classes by name
    "civil": "civil", "intrastate": "intrastate", "internationalised": "internationalised", "interstate": "interstate",
    "territory": "territory", "over_government": "government", "major_power": "major_power", "mediated": "mediated",
    "unmediated": "mediated=0", "monitored": "monitored", "unmonitored": "monitored=0", "bilateral": "side=bilateral",
    "unilateral": "side=unilateral", "multilateral": "side=multilateral",
}  # fmt: skip
OF_CRISES: dict[tuple[str, ...], str] = {
    ("formal",): "crisis ends in a formal agreement",
    ("semiformal",): "crisis ends in a semi-formal agreement",
    ("tacit",): "crisis ends in a tacit understanding",
    ("unilateral",): "crisis ends in a unilateral act",
    ("imposed",): "crisis ends in an imposed agreement",
}


@dataclass(frozen=True)
class Meant:
    """What a question asks for: the name of an event, or its complement, by a time, in a class of cases."""

    event: str
    complement: bool
    horizon: Horizon | None
    where: str = ""


def meant(question: str) -> Meant | None:
    """Return what the words of a question mean; None where a word is not known, or the words together mean nothing.

    Raises `EvidenceError` as `horizons.split` does, and for what the record does not hold (`NOT_RECORDED`).

    >>> meant("Will the civil war end in six months?").event
    'war ends'
    >>> (meant("truce lasts a year").event, meant("truce lasts a year").complement), meant("truce on the moon") is None
    (('ceasefire fails', True), True)
    """
    text = re.sub(r"(?<=\d),(?=\d{3})", "", question.casefold())
    text = re.sub(r"(?<=\d)-(?=\d\d)", "~", text)  # hyphens stay in dates only
    text = " ".join(re.sub(r"[^\w.~]|(?<!\d)\.|\.(?!\d)", " ", text).split())
    rest, horizon = split(text.replace("~", "-"))
    words = _words(rest)
    negated = words.count("not") % 2 == 1
    words = [w for w in words if w != "not"]
    found = _event(words)
    if found is None:
        _refuse_not_recorded(question, set(words), horizon)
        return None
    event, lasting, where = found
    below = horizon is not None and horizon.below and lasting
    return Meant(event, negated ^ lasting ^ below, horizon, where)


def _refuse_not_recorded(question: str, words: set[str], horizon: Horizon | None) -> None:
    for (subject, actions), why in NOT_RECORDED.items():
        if subject in words and words & actions and words <= {subject, *actions, *CLASSES}:
            span = horizon.text if horizon else "1 year"
            raise EvidenceError(f"{shorten(question)}: {why.format(span=span)}")


def nearest(question: str, names: Iterable[str], count: int = 3) -> list[str]:
    """Return the names of events that have most in common with a question: words as they are meant, then letters.

    >>> nearest("peace breaks", ["crisis fades", "peace fails", "war ends"], 1)
    ['peace fails']
    """
    asked = set(_words(question))
    asked |= {"conflict", "end", "agreement"} if "peace" in asked and not asked & set(ACTIONS) else set()

    def likeness(name: str) -> float:
        words = set(_words(name))
        return len(asked & words) / len(asked | words) + SequenceMatcher(None, question.casefold(), name).ratio()

    return sorted(names, key=likeness, reverse=True)[:count]


def _words(text: str) -> list[str]:
    """Return the words of a text as they are meant, without those that add nothing."""
    for pattern, word in PHRASES:
        text = pattern.sub(f" {word} " if word else " ", text)
    return [w for w in text.split() if w not in EMPTY]


def _event(words: list[str]) -> tuple[str, bool, str] | None:
    """Return the event, whether its complement is meant, and the class that words mean."""
    if "crisis" in words:
        return _of_crises([w for w in words if w != "crisis"])
    if "sanctions" in words:
        return _of_sanctions({w for w in words if w != "sanctions"})
    subjects = list(dict.fromkeys(w for w in words if w in SUBJECTS))
    actions = {w for w in words if w in ACTIONS}
    others = {w for w in words if w not in SUBJECTS and w not in ACTIONS}
    event = _won(subjects, actions) if actions & set(WINNERS) else _of_conflicts(subjects, actions, others)
    if event is None or not others <= set(CLASSES) | {"full", "partial", "substantive", "comprehensive"}:
        return None
    name, lasting = event
    kinds = {"full": "kind=full", "partial": "kind=partial"} if name == "agreement fails" else {}
    if others - set(CLASSES) - set(kinds) and not name.startswith("talks"):
        return None
    if name == "interstate war ends":
        others -= {"interstate"}
    if name.startswith("civil "):
        others -= {"civil"}
    where = [kinds.get(w) or CLASSES[w] for w in sorted(others) if w in CLASSES or w in kinds]
    return name, lasting, ", ".join(where)


def _of_conflicts(subjects: list[str], actions: set[str], others: set[str]) -> tuple[str, bool] | None:
    """Return the event of anything but crises and sanctions, and whether its complement is meant."""
    if not subjects:
        return ("conflict recurs", False) if actions == {"recur"} else None
    first, rest = subjects[0], set(subjects[1:])
    about = "war" if "war" in subjects else "conflict"
    last = actions == {"last"}
    ended = {"reach", "end"} if rest & {"war", "conflict"} else {"reach"}  # "a ceasefire ends the war"
    if first in ("ceasefire", "agreement", "settlement") and actions <= ended and rest <= {"war", "conflict", "talks"}:
        return (f"{about} ends in {MANNERS[first]}", False) if "talks" not in rest else _of_talks(first, others)
    if first in ("ceasefire", "agreement", "settlement", "peace") and rest <= {"war", "conflict"}:
        name = {"ceasefire": "ceasefire fails", "peace": "peace fails"}.get(first, "agreement fails")
        if actions == {"end"} and first == "ceasefire":
            return "ceasefire ends", False
        broken = actions in ({"fail"}, {"end"}, {"recur"}) and (first == "peace" or actions != {"recur"})
        return (name, last) if broken or last else None
    if first == "talks" and actions <= {"reach", "end"} and rest <= {"agreement", "settlement"} and actions | rest:
        return _of_talks("settlement" if "settlement" in rest else "agreement", others) if actions != {"end"} else None
    if first == "mediation" and not rest and (last or actions == {"end"}):
        return "mediation ends", last
    if first in ("war", "conflict"):
        return _of_fighting(about, actions, rest, others)
    return None


def _won(subjects: list[str], actions: set[str]) -> tuple[str, bool] | None:
    """Return the event that one side of a conflict within a state has won."""
    won = [side for action, side in WINNERS.items() if action in actions]
    if len(won) > 1 or not actions <= {*WINNERS, "end"} or not set(subjects) <= {"war", "conflict"}:
        return None
    return f"civil {'war' if 'war' in subjects else 'conflict'} ends in victory of the {won[0]}", False


def _of_talks(first: str, others: set[str]) -> tuple[str, bool]:
    full = first == "settlement" or others & {"full", "comprehensive"}
    return f"talks reach a {'comprehensive' if full else 'substantive'} agreement", False


def _of_fighting(about: str, actions: set[str], rest: set[str], others: set[str]) -> tuple[str, bool] | None:
    """Return the event of a war or conflict, and whether its complement is meant."""
    rest = rest - {"war", "conflict"}
    manner = [MANNERS[w] for w in (*rest, *(actions & {"win", "fade"})) if w in MANNERS]
    if len(manner) == 1 and len(rest) <= 1 and actions <= {"end", "reach", "win", "fade"}:
        return f"{about} ends in {manner[0]}", False
    if rest or len(actions) != 1:
        return None
    if actions == {"recur"}:
        return "conflict recurs", False
    if actions <= {"end", "last"}:
        return (
            "interstate war ends" if about == "war" and "interstate" in others else f"{about} ends",
            "last" in actions,
        )
    return None


def _of_crises(words: list[str]) -> tuple[str, bool, str] | None:
    if words in (["fade"], ["recur"]):
        return ("crisis fades" if words == ["fade"] else "crisis recurs"), False, ""
    manner = tuple(w for w in words if w not in ("end", "agreement", "understanding", "act", "reach"))
    return (OF_CRISES[manner], False, "") if manner in OF_CRISES else None


def _of_sanctions(words: set[str]) -> tuple[str, bool, str] | None:
    threat = bool(words & {"threat", "threats", "threatened"})
    rest = words - {"threat", "threats", "threatened", "imposed", "target", "against", "outcome", "when"}
    if rest and rest <= {"reach", "yield", "yields", "yielded", "work", "works", "comply", "complies"}:
        return f"sanctions {'threat' if threat else 'imposed'}: target yields", False, ""
    return None
