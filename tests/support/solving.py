"""Commands that solve several variants of a small scenario, shared by the tests of processes and of a cluster."""

from functools import partial

from support.records import ASK, D1, D2, events
from support.tiny import KPA, UN, J, account, tiny

import peacetalks as pt
from peacetalks.questions.claims import Claim, audit
from peacetalks.questions.compare import compare
from peacetalks.questions.events import acts
from peacetalks.questions.infer import infer

EFFECT = "effect(talks.walk: 0.01 -> 0.4 on P(peace by 2)) < 0"
QUERIES = ("P(peace by 2) < 0.5", "loglik() > loglik(base)", EFFECT)


def commands():
    """Every command that solves variants, on a small scenario with an account, a record and claims."""
    base = tiny()
    ranged = {"low": 0.1, "mode": 0.3, "high": 0.5, **J}
    other = account(base, {"talks.walk": ranged, "ceasefire.accept": {"value": 0.5, **J}})
    record = events((D1, UN, ASK), (D1, KPA, "decline", "none", "both"), (D2, KPA, "walk out"))
    head = {"rows": [1], "sentence": "A sentence.", "attributed_to": "a test"}
    asked = [Claim(id=f"c{i}", query=q, **head) for i, q in enumerate(QUERIES)]
    return {
        "forecast": partial(pt.outlook, base, draws=3, periods=2, belief_points=2),
        "compare": partial(compare, base, [other], dates=(1, 2), belief_points=2),
        "infer": partial(infer, base, record, acts(), [other], belief_points=2, points=8, dates=(1, 2)),
        "audit": partial(audit, base, asked, [other], record, acts(), draws=2, belief_points=2),
    }
