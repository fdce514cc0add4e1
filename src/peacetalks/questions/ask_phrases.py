"""What people call the events that a forecast is asked about, and what each of them counts as."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from peacetalks.outcomes import ENDS, LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

PEACE, NOWHERE, MORE = ENDS["peace"], ENDS["nowhere"], ENDS["more_conflict"]
WON = ("victory_1", "victory_2")
OVER = (*PEACE, *WON)
FOUGHT = ("talks", "fighting", "wider_war", "broken")
BROKEN = "broken"  # a meaning of its own: what was in force is left for fighting
HOLDS = "holds"  # its opposite, from the scenario's date


class Meaning(NamedTuple):
    """What a phrase stands for: outcome labels, and the words for it beginning and being in force."""

    labels: tuple[str, ...]
    begins: str  # "a ceasefire begins"
    stands: str  # "a ceasefire is in force"
    special: str = ""  # `BROKEN` or `HOLDS`


SETTLEMENT = Meaning(("settlement",), "a settlement is signed", "a settlement is in force")
CEASEFIRE = Meaning(("ceasefire",), "a ceasefire between the sides begins", "a ceasefire is in force")
EITHER = Meaning(PEACE, "a settlement is signed or a ceasefire begins", "a settlement or a ceasefire is in force")
END = Meaning(
    OVER,
    "the war ends (a settlement, a ceasefire or a decision by force)",
    "the war is over (a settlement or a ceasefire in force, or a decision by force)",
)
WINS = Meaning(WON, "a side wins by force", "a side has won by force")
TALKS = Meaning(("talks",), "talks open while fighting goes on", "fighting goes on with talks open")
QUIET = Meaning(("fighting",), "talks close, fighting goes on", "there is fighting without talks")
GOES_ON = Meaning(
    FOUGHT,
    "there is fighting, with talks or without",
    "there is fighting, with talks or without, at whatever level,",
)
WIDER = Meaning(("wider_war",), "the war widens", "the war has widened")
ESCALATES = Meaning(
    MORE,
    "more conflict begins (a side wins by force, the war widens, or a truce or settlement breaks)",
    "there is more conflict (a side has won by force, a wider war, or fighting after a truce or settlement broke)",
)
STILL_NONE = Meaning(
    NOWHERE,
    "there is fighting at the old level, with talks or without,",
    "there is still no settlement (fighting at the old level, with talks or without)",
)
BREAKS = Meaning(
    PEACE,
    "a ceasefire or a settlement that is in force breaks and fighting resumes",
    "fighting has resumed after a ceasefire or a settlement broke",
    BROKEN,
)
STANDS = Meaning(PEACE, "", "", HOLDS)

PHRASES: Mapping[Meaning, tuple[str, ...]] = {
    CEASEFIRE: (
        "ceasefire", "cease-fire", "cease fire", "truce", "armistice", "bilateral ceasefire", "bilateral truce",
        "mutual ceasefire", "mutual truce", "ceasefire agreement", "ceasefire deal", "armistice agreement",
    ),
    SETTLEMENT: (
        "settlement", "peace deal", "peace agreement", "peace treaty", "peace accord", "agreement", "deal", "treaty",
        "peace settlement", "negotiated settlement", "final settlement", "accord",
    ),
    EITHER: ("peace", "peace or ceasefire"),
    END: (
        "war ends", "war end", "war ended", "war over", "end of war", "end to war", "war to end", "fighting ends",
        "fighting end", "end of fighting", "hostilities end", "conflict ends", "conflict end", "conflict over",
    ),
    WINS: (
        "one side wins", "side wins", "either side wins", "side win", "victory", "military victory", "victory by force",
        "war won", "decided by force", "decision by force", "victory of side",
    ),
    TALKS: (
        "talks", "talks open", "open talks", "peace talks", "negotiations", "peace negotiations", "negotiations open",
        "talks resume", "talks going on", "hold talks", "hold peace talks", "talks held", "hold negotiations",
    ),
    QUIET: ("fighting without talks", "talks closed"),
    GOES_ON: ("fighting", "fighting goes on", "fighting continues", "war", "war goes on", "war continues", "war on",
        "war still going on", "war going on", "fighting still going on", "still fighting"),
    WIDER: ("wider war", "wider_war", "war widens", "escalation to wider war"),
    ESCALATES: ("more conflict", "more_conflict", "escalation", "war escalates"),
    STILL_NONE: ("nowhere", "still no settlement", "stalemate"),
    BREAKS: (
        "ceasefire broken", "ceasefire breaks", "ceasefire breaks down", "ceasefire collapses", "ceasefire fails",
        "ceasefire collapse", "truce broken", "truce breaks", "truce breaks down", "truce collapses", "truce fails",
        "fighting resumes", "fighting resume", "war resumes", "return to fighting", "broken", "peace broken",
        "peace breaks down", "settlement broken", "settlement fails",
    ),
    STANDS: ("ceasefire holds", "truce holds", "peace holds", "settlement holds", "armistice holds"),
}  # fmt: skip
FILLERS = frozenset(
    {
        "will", "there", "be", "a", "an", "the", "is", "are", "has", "have", "been", "of", "any", "some", "do", "does",
        "to", "its", "their", "they", "it",
    }
)  # fmt: skip
MEANINGS = {phrase: meaning for meaning, phrases in PHRASES.items() for phrase in phrases}
BEGUN_WORDS = frozenset(
    {
        "sign", "signed", "signs", "agree", "agreed", "reach", "reached", "begun", "begins", "begin", "starts", "start",
        "started", "declare", "declared", "conclude", "concluded", "concludes", "made", "make", "agrees", "reaches",
        "achieve", "achieves", "achieved", "happen", "happens", "occur", "occurs",
    }
)  # fmt: skip
BEGUN_PHRASES = (
    "comes into force", "come into force", "comes into effect", "come into effect", "enters into force",
    "enter into force", "takes effect", "take effect", "takes place", "take place",
)  # fmt: skip
QUALIFIERS = frozenset(
    {
        "comprehensive",
        "final",
        "full",
        "formal",
        "general",
        "official",
        "definitive",
        "permanent",
        "lasting",
        "durable",
        "nationwide",
        "total",
        "complete",
        "immediate",
    }
)  # of which the model has one kind: they are left out, and the answer says so
FORCE_WORDS = ("in force", "in place", "in effect", "in being")
EXAMPLES = (
    "ceasefire by 2026-01-01", "peace deal signed by 2026-01-01", "ceasefire in force on 2026-01-01",
    "war ends by 2026-01-01", "talks open on 2026-01-01", "one side wins by 2026-01-01",
    "front share > 0.6 on 2026-01-01", "terms >= 0.5 on 2026-01-01",
)  # fmt: skip


def without_fillers(phrase: str) -> str:
    """Return a phrase without the words that carry no meaning.

    >>> without_fillers("an end to the war")
    'end war'
    """
    return " ".join(word for word in phrase.split() if word not in FILLERS)


BARE = {without_fillers(phrase): meaning for phrase, meaning in MEANINGS.items()}  # as questions are looked up


def meaning_of(labels: tuple[str, ...], sides: tuple[str, str]) -> Meaning:
    """Return the meaning of outcome labels, in the words of a phrase that has the same, else of each label.

    >>> meaning_of(("settlement", "ceasefire"), ("A", "B")).stands
    'a settlement or a ceasefire is in force'
    >>> meaning_of(("ceasefire", "victory_2"), ("A", "B")).begins
    'a ceasefire between the sides begins or B wins by force'
    """
    these = frozenset(labels)
    for meaning in PHRASES:
        if frozenset(meaning.labels) == these and not meaning.special:
            return meaning
    own = {f"victory_{i}": victory(i, sides) for i in (1, 2)}
    parts = [own.get(x) or next((m for m in PHRASES if m.labels == (x,)), _plain(x)) for x in LABELS if x in these]
    return Meaning(labels, " or ".join(p.begins for p in parts), " or ".join(p.stands for p in parts))


def victory(side: int, sides: tuple[str, str]) -> Meaning:
    """Return the meaning of the victory of side 1 or 2."""
    return Meaning((f"victory_{side}",), f"{sides[side - 1]} wins by force", f"{sides[side - 1]} has won by force")


def _plain(label: str) -> Meaning:
    return Meaning((label,), f"it comes to this: {LABELS[label]}", LABELS[label])
