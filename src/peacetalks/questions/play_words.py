"""What happens in a session, in words: the moves open to a seat, events, the situation, beliefs.

The words are those of the scenario's sides.  A move or event without words of its own is shown by its name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from peacetalks.mechanisms import agenda
from peacetalks.mechanisms.state import VICTORY_1, VICTORY_2, Bundle, Point, agreed_terms, label
from peacetalks.mechanisms.territory import share
from peacetalks.outcomes import LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peacetalks.questions.play import Event, Session
    from peacetalks.scenario.scenario import Scenario

CHANCE = "nature"
DECIDED = ("victory_1", "victory_2", "wider_war")  # nothing more is contested
ASKED = {  # stage -> what a seat is asked there
    "posture": "How does {seat} conduct itself this month?",
    "table": "{seat} has the floor. What does it do?",
    "deal": "How does {seat} conduct itself under the deal?",
    "pact": "Does {seat} join the pact?",
    "call on the pact": "The pact is called on. What does {seat} do?",
    "third party": "Does {seat} fight this month?",
    "second table": "What does {seat} offer the third party?",
    "second answer": "{seat} has been made an offer. What does it answer?",
    "guarantor": "Does {seat} stand by the settlement?",
    "outside power": "What does {seat} do about sanctions?",
    "probe": "Does {seat} test the other's resolve?",
    "answer to a probe": "{seat} is being tested. What does it do?",
}
MOVES = {  # move -> (what a side may do, what it does)
    "full": ("fight fully", "fights fully"),
    "restrained": ("fight with restraint", "fights with restraint"),
    "stand down": ("stand down this month", "stands down"),
    "comply": ("keep the truce", "keeps the truce"),
    "violate": ("violate the truce", "violates the truce"),
    "stall": ("talk without an offer", "talks without an offer"),
    "walk out": ("walk out of the talks", "walks out of the talks"),
    "ask for a ceasefire": ("ask for a ceasefire", "asks for a ceasefire"),
    "ask for inspectors": ("ask for inspectors", "asks for inspectors"),
    "propose to talk": ("propose to talk", "proposes to talk"),
    "fight on": ("fight on without talks", "fights on without talks"),
    "demand in public": ("demand in public", "demands in public"),
    "back down": ("back down", "backs down"),
    "take": ("take the wider agreement", "takes the wider agreement"),
    "let it pass": ("let the wider agreement pass", "lets the wider agreement pass"),
    "accept": ("accept the terms", "accepts the terms"),
    "close the point": ("close the point for now", "closes the point for now"),
    "reject": ("reject the terms", "rejects the terms"),
    "agree": ("agree", "agrees"),
    "decline": ("decline", "declines"),
    "keep": ("keep the deal", "keeps the deal"),
    "rearm": ("rearm in secret", "rearms in secret"),
    "attack": ("attack", "attacks"),
    "fight": ("fight this month", "fights"),
    "lie low": ("lie low this month", "lies low"),
    "no offer": ("make no offer", "makes no offer"),
    "stand by": ("stand by the settlement", "stands by the settlement"),
    "withdraw": ("withdraw the guarantee", "withdraws the guarantee"),
    "join": ("join the pact", "joins the pact"),
    "stay out": ("stay out of the pact", "stays out of the pact"),
    "threaten": ("threaten sanctions", "threatens sanctions"),
    "impose": ("impose sanctions", "imposes sanctions"),
    "hold": ("leave sanctions as they are", "leaves sanctions as they are"),
    "relieve": ("relieve sanctions", "relieves sanctions"),
    "withdraw the threat": ("withdraw the threat of sanctions", "withdraws the threat of sanctions"),
    "probe": ("test the other's resolve", "tests the other's resolve"),
    "retaliate": ("retaliate", "retaliates"),
    "ignore": ("leave it unanswered", "leaves it unanswered"),
}
HAPPENED = {  # move of chance -> what happened
    "front +0": "The front holds.",
    "quiet": "All is quiet at the front.",
    "holds": "The truce holds.",
    "breaks": "An incident breaks the truce.",
    "kept": "The deal is kept.",
    "breaks down": "The deal breaks down.",
    "final": "The deal becomes final.",
    "undetected": "Nothing is found out.",
    "in office": "The government stays in office.",
    "change of government": "The government changes.",
    "election, in office": "An election leaves the government in office.",
    "election, change of government": "An election brings another government.",
    "ratified": "The agreement is ratified.",
    "voted down": "The agreement is voted down.",
    "voted down, talks end": "The agreement is voted down, and talks end.",
}
TERMS = re.compile(r"(offer|bundle) ([0-9.]+)")
POINT = re.compile(r"point (\d+) at ([0-9.]+)")


def move_words(session: Session, move: str, done: bool = False) -> str:
    """Return a move in words, as what may be done or (`done`) as what a side does.

    >>> import peacetalks as pt
    >>> from peacetalks.questions.play import start
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2})
    >>> session = start(small, {"1": None}, seed=7, belief_points=2)
    >>> move_words(session, "full"), move_words(session, "full", done=True)
    ('fight fully', 'fights fully')
    """
    if found := TERMS.fullmatch(move):
        more = " and the linked issue to the other side" if found[1] == "bundle" else ""
        return f"{'offers' if done else 'offer'} {terms_words(session.scenario, float(found[2]))}{more}"
    if (found := POINT.fullmatch(move)) and session.scenario.agenda:
        point, x = session.scenario.agenda.points[int(found[1]) - 1], terms_words(session.scenario, float(found[2]))
        return f"{'offers' if done else 'offer'} on {point}: {x}"
    return MOVES.get(move, (move, f"chooses: {move}"))[done]


def terms_words(s: Scenario, x: float) -> str:
    """Return terms in words: the share of each side."""
    one, two = s.sides
    return f"{x:.0%} to {one.label}, {1 - x:.0%} to {two.label}"


def event_words(session: Session, event: Event) -> str:
    """Return what happened, in one or two sentences."""
    s, said = session.scenario, []
    for who, move in event.moves.items():
        if who != CHANCE:
            said.append(f"{who} {move_words(session, move, done=True)}.")
        elif event.stage == "battle":
            said.append(_battle_words(s, move, event.state))
        elif event.stage != "recognition" and move != "none":  # who proposes is seen from the proposal
            said.append(HAPPENED.get(move, f"{event.stage.capitalize()}: {move}."))
    return " ".join(said)


def _battle_words(s: Scenario, move: str, state: Any) -> str:
    """Return what a battle brought."""
    one, two = s.sides
    if move in (VICTORY_1, VICTORY_2):
        return f"The war is decided by force for {(one if move == VICTORY_1 else two).label}."
    if move in HAPPENED:
        return HAPPENED[move]
    if move in ("front +1", "front -1"):
        gains = one if move == "front +1" else two
        return f"{gains.label} gains ground: {front_words(s, state)}."
    return f"At the front: {move}; {front_words(s, state)}."


def front_words(s: Scenario, state: Any) -> str:
    """Return where the front stands, in words."""
    return f"{s.sides[0].label} holds {share(s, state.front):.0%} of what is contested"


def situation(session: Session) -> str:
    """Return where things stand, in a sentence."""
    return f"{state_words(session.scenario, session.at.state)}."


def state_words(s: Scenario, state: Any) -> str:
    """Return a public state in words: what is in force, and the terms or where the front stands."""
    found = LABELS[label(state)].replace("side 1", s.sides[0].label).replace("side 2", s.sides[1].label)
    words = f"{found[:1].upper()}{found[1:]}"
    if label(state) == "settlement":  # the front is not remembered under terms
        terms = agreed_terms(state) if isinstance(state.pending, (float, Bundle)) else None
        return words if terms is None else f"{words}: {terms_words(s, terms)}"
    return words if label(state) in DECIDED else f"{words}; {front_words(s, state)}"


def asked(session: Session, seat: str) -> str:
    """Return what a seat is asked to choose, in words."""
    state, stage = session.at.state, session.choice.stage
    pending = state.pending if hasattr(state, "pending") else None
    if stage == "answer" and isinstance(pending, tuple):
        proposer = session.scenario.sides[pending[0]].label
        what = pending[1]
        if isinstance(what, float):
            return f"{proposer} offers {terms_words(session.scenario, what)}. What does {seat} answer?"
        if isinstance(what, Point):
            offer = move_words(session, agenda.name(state, what.share), done=True)
            return f"{proposer} {offer}. What does {seat} answer?"
        return f"{proposer} {move_words(session, str(what), done=True)}. What does {seat} answer?"
    return ASKED.get(stage, "What does {seat} do (" + stage + ")?").format(seat=seat)


def belief_words(beliefs: Mapping[str, Mapping[Any, float]], of: str, who: str) -> str:
    """Return what is believed about a side, in a sentence.

    >>> belief_words({"A": {"weak": 0.25, "tough": 0.75}}, "A", "Others")
    'Others think A tough with 75%, weak with 25%.'
    """
    ranked = sorted(beliefs[of].items(), key=lambda item: -item[1])
    return f"{who} think {of} {', '.join(f'{kind} with {p:.0%}' for kind, p in ranked)}."
