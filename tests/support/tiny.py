"""A scenario small enough to solve in a third of a second, shared by the tests of accounts, records and claims."""

import peacetalks as pt
from peacetalks.scenario.accounts import Account


def tiny(**more):
    """Three front positions, two offers, two months, one side of one type; entries may be changed."""
    one = {"one": {"share": 1.0, "war_cost": 0.02}}
    change = {"battlefield.positions": 3, "talks.offers": 2, "periods": 2, "sides.1.types": one, **more}
    return pt.patch(pt.load("korea-1951"), change)


UN, KPA = "United Nations Command", "KPA and Chinese Volunteers"
J = {"source": "judgement: a test"}


def account(base, changes, **more):
    """An account of `base` that changes entries by path; None takes an entry out."""
    rows = [
        {"path": p, "reason": "for the test", **({"off": True} if v is None else {"value": v})}
        for p, v in changes.items()
    ]
    head = {"name": "x", "title": "a reading", "attributed_to": "a test", "summary": "none", "base": base.name}
    return Account.model_validate({**head, "base_digest": base.digest, "change": rows, **more})
