"""Saved forecasts with numbers chosen by hand, made from a real one."""

import datetime as dt
import json

from peacetalks.archive.folder import Archive, Entry, read_folder
from peacetalks.archive.saved import SavedForecast, to_text
from peacetalks.outcomes import ENDS
from peacetalks.scenario.dates import months_later
from peacetalks.scenario.scenario import table_digest

MONTHS = 12


def made(one, name="korea-1951", as_of=dt.date(2025, 1, 1), saved=None, best=(0.2, 0.7, 0.1), **views):
    """Return a saved forecast of twelve months with the same outcome classes in each of them, by view."""
    scenario = {**one.scenario, "name": name, "as_of": as_of.isoformat(), "title": f"The title of {name}"}
    tables = {"best": best, "model": views.get("model", best), "record": views.get("record", best)}
    columns = {
        view: None if p is None else {end: [p[k]] * MONTHS for k, end in enumerate(ENDS)} for view, p in tables.items()
    }
    forecast = one.forecast | {
        "scenario": name,
        "as_of": as_of.isoformat(),
        "digest": table_digest(scenario),
        "periods": list(range(1, MONTHS + 1)),
        "dates": [months_later(as_of, m).isoformat() for m in range(1, MONTHS + 1)],
        "best_interval": None
        if best is None
        else {end: [[max(best[k] - 0.1, 0.0), best[k] + 0.1]] * MONTHS for k, end in enumerate(ENDS)},
        **columns,
    }
    moment = saved or dt.datetime.combine(as_of, dt.time(12), dt.UTC)
    return SavedForecast.model_validate(
        json.loads(json.dumps(one.model_dump(mode="json") | {"scenario": scenario, "forecast": forecast}))
        | {"moment": moment}
    )


def archive(folder, *forecasts):
    """Write forecasts to a folder, numbered, and return what is read back."""
    for i, f in enumerate(forecasts):
        (folder / f"{i:03d}.json").write_text(to_text(f), encoding="utf-8")
    found = read_folder(folder)
    assert isinstance(found, Archive)
    assert all(isinstance(e, Entry) for e in found.entries)
    return found
