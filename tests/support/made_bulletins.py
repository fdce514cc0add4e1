"""Bulletins with made forecasts of real conflicts, so that nothing is solved."""

import datetime as dt

import numpy as np

from peacetalks.bulletin.active import active_conflicts
from peacetalks.bulletin.make import USUAL
from peacetalks.bulletin.values import At, Bulletin, Ends, Entry, Intervals
from peacetalks.outcomes import ENDS
from peacetalks.scenario.dates import months_later

MOMENT = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)


def made_bulletin(as_of, only=(), seed=0, saved=MOMENT, **more):
    """A bulletin whose probabilities are drawn; best estimate, model and past conflicts of each date differ."""
    rng, a = np.random.default_rng([seed, as_of.toordinal()]), active_conflicts(as_of, only)
    values = {
        "as_of": as_of,
        "made": saved,
        "version": "0",
        "inputs": "made",
        "definition": a.definition,
        "record_to": as_of,
        "previous": None,
        "settings": USUAL,
        "forecasts": [made_entry(c, as_of, rng, saved) for c in a.found],
        "not_forecast": [],
        "unused_scenarios": [],
    }
    return Bulletin(**values | more)


def made_entry(c, as_of, rng, saved=MOMENT, months=(12, 24), **more):
    """The entry of a conflict with drawn probabilities."""
    values = {k: getattr(c, k) for k in ("name", "kind", "side_a", "side_b", "state", "start", "since", "intensity")}
    values["coded_later"] = c.coded_later
    values |= {"conflict": c.id, "location": c.cluster, "source": "record", "as_of": as_of, "file": f"{c.id}.json"}
    values |= {"saved": saved, "digest": "0" * 16, "at": [made_at(as_of, m, rng) for m in months]}
    return Entry(**values | {"change": None, "unchanged": None, "notes": []} | more)


def made_at(as_of, months, rng):
    """Drawn probabilities at a date."""
    best, model, record = (Ends(**dict(zip(ENDS, rng.dirichlet([1, 4, 1]), strict=True))) for _ in range(3))
    spans = Intervals(**{e: (max(p - 0.1, 0), min(p + 0.1, 1)) for e, p in best.model_dump().items()})
    return At(months=months, day=months_later(as_of, months), best=best, interval=spans, model=model, record=record)
