"""The public state of the peace-talks game, its outcome labels and the three ends.

The labels are mutually exclusive and are defined here and nowhere else.  *Peace*: a settlement or a ceasefire is in
force.  *Nowhere*: fighting at the old level, with or without talks.  *More conflict*: decided by force, a wider
war, or fighting resumed after a truce broke.
"""

from __future__ import annotations

from typing import Any, NamedTuple

WAR, TALKS, CEASEFIRE, BROKEN = "war", "talks", "ceasefire", "broken"
SETTLED, VICTORY_1, VICTORY_2, WIDER = "settled", "victory_1", "victory_2", "wider_war"
FIGHTING = (WAR, TALKS, BROKEN)
OPEN = (WAR, TALKS, CEASEFIRE, BROKEN)  # regimes in which the game goes on

LABELS = {
    "settlement": "settlement in force",
    "ceasefire": "ceasefire in force",
    "talks": "talks open, fighting",
    "fighting": "fighting, no talks",
    "victory_1": "decided by force for side 1",
    "victory_2": "decided by force for side 2",
    "wider_war": "wider war",
    "broken": "truce broken, fighting resumed",
}
ENDS = {
    "peace": ("settlement", "ceasefire"),
    "nowhere": ("talks", "fighting"),
    "more_conflict": ("victory_1", "victory_2", "wider_war", "broken"),
}
_LABEL_OF = {SETTLED: "settlement", WAR: "fighting"}


class World(NamedTuple):
    """The public state: regime, front, sanctions level, and what is on the table within a period."""

    regime: str
    front: int = 0  # position, 0 .. positions - 1; side 1 holds front / (positions - 1)
    level: int = 0  # sanctions: 0 none, 1 threatened, 2 imposed
    pending: Any = None  # within a period: a probe, postures, the proposer, a proposal; after it: agreed terms


def label(state: World) -> str:
    """Return the outcome label of a state at the end of a period."""
    return _LABEL_OF.get(state.regime, state.regime)
