"""Small records of public acts for the tests of inference, claims and parallel solving."""

import datetime as dt

from peacetalks.questions.events import Record


def events(*rows, **more):
    """A record of two months to the date of korea-1951 (10 July 1951)."""
    keys = ("date", "actor", "act", "alternative", "dispute")
    found = [{**{k: v for k, v in zip(keys, r, strict=False) if v}, "source": "a test"} for r in rows]
    head = {"scenario": "korea-1951", "start": dt.date(1951, 5, 10), "summary": "none", "hindsight": "none"}
    return Record.model_validate({**head, "event": found, **more})


D1, D2, D3 = dt.date(1951, 5, 20), dt.date(1951, 6, 20), dt.date(1951, 6, 25)
ASK = "ask for a ceasefire"
