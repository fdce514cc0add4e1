"""The outcome labels of a date and the three ends that they are grouped into, defined here and nowhere else.

The labels are mutually exclusive.  *Peace*: a settlement or a ceasefire is in force.  *Still no settlement*
(key `nowhere`): fighting at the old level, with or without talks.  *More conflict*: decided by force, a wider war, or
fighting resumed after a truce or a settlement broke.
"""

from __future__ import annotations

LABELS = {
    "settlement": "settlement in force",
    "ceasefire": "ceasefire in force",
    "talks": "talks open, fighting",
    "fighting": "fighting, no talks",
    "victory_1": "decided by force for side 1",
    "victory_2": "decided by force for side 2",
    "wider_war": "wider war",
    "broken": "truce or settlement broken, fighting resumed",
}
ENDS = {
    "peace": ("settlement", "ceasefire"),
    "nowhere": ("talks", "fighting"),
    "more_conflict": ("victory_1", "victory_2", "wider_war", "broken"),
}
PEACE = next(iter(ENDS))  # the end that sentences begin with, and by which effects are compared
