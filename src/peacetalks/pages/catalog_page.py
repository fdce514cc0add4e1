"""The page of a classic game: sliders over games solved beforehand, one file that asks for nothing; JSON and CSV."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks import catalog
from peacetalks.pages import files, markup
from peacetalks.pages.catalog_screen import sections
from peacetalks.pages.catalog_text import accuracy, changed, finding
from peacetalks.pages.printable import printable_values

if TYPE_CHECKING:
    from peacetalks.questions.catalog_game import ClassicGame, Measured
    from peacetalks.questions.catalog_grid import Grid, Slider

SUFFIXES = (".html", ".csv", ".json")
DIGITS = 5  # of the numbers in the page
CSV_HEAD = ("game", "rationality", "measure", "words", "computed", "known", "closed")


def html(g: ClassicGame, found: Grid) -> str:
    """Return one self-contained page with sliders, and the game at its start written out below."""
    return markup.fill("catalog", **page_values(g, found))


def page_values(g: ClassicGame, found: Grid) -> dict[str, Any]:
    """Return what the template `catalog` shows."""
    return {
        "game": g,
        "title": f"{g.name}: {g.entry.source}",
        "finding": finding(g),
        "accuracy": accuracy(g),
        "changed": changed(g),
        "tables": [s for s in sections(g)[1:] if s.rows],  # what happens stands beside the sliders
        "sliders": found.sliders,
        "games": found.games,
        "unsolved": len(found.reasons),
        "data": _script(grid_values(found)),
    }


def grid_values(found: Grid) -> dict[str, Any]:
    """Return the numbers of a grid as the page's script reads them: flat lists, the last slider fastest."""
    return {
        "name": found.name,
        "sliders": [_slider(s) for s in found.sliders],
        "measures": [{"words": m.words, "percent": m.percent, "closed": m.closed_words} for m in found.entry.measures],
        "computed": [_flat(a) for a in found.computed],
        "known": [_flat(a) for a in found.known],
        "closed": [_flat(a) for a in found.closed],
        "reasons": {str(place): reason for place, reason in found.reasons.items()},
    }


def _slider(s: Slider) -> dict[str, Any]:
    return {"key": s.key, "words": s.words, "positions": list(s.positions), "start": s.start}


def _flat(a: np.ndarray) -> list[float | None] | None:
    """Return an array as a flat list, None for what is not a number; None where there is no number at all."""
    if not np.isfinite(a).any():
        return None
    return [round(float(x), DIGITS) if np.isfinite(x) else None for x in a.ravel()]


def _script(values: dict[str, Any]) -> Any:
    """Return values as JSON that may stand in a script element."""
    from markupsafe import Markup

    text = json.dumps(printable_values(values), allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def list_values() -> dict[str, Any]:
    """Return the games as `catalog --json` lists them."""
    found = [(name, catalog.entry(name)) for name in catalog.names()]
    return {"games": [{"name": name, "sentence": e.sentence, "source": e.source} for name, e in found]}


def values(g: ClassicGame) -> dict[str, Any]:
    """Return a solved game as `catalog NAME --json` prints it (schema: `catalog.schema.json`)."""
    return {
        "finding": finding(g),
        "name": g.name,
        "sentence": g.entry.sentence,
        "source": g.entry.source,
        "references": list(g.entry.references),
        "rationality": g.rationality,
        "parameters": _parameters(g),
        "settings": {key: g.changes.get(key, value) for key, value in g.entry.settings.items()},
        "measures": [_measured(m) for m in g.measured],
        "ends": g.ends,
        "values": {p: {str(k): x for k, x in own.items()} for p, own in g.values.items()},
        "path": [_step(step) for step in g.path],
        "levels": [
            {
                "rationality": level.rationality,
                "measures": None if level.measured is None else [_measured(m) for m in level.measured],
                "reason": level.reason or None,
            }
            for level in g.levels
        ],
        "remark": g.remark,
        "residual": g.solution.residual,
    }


def _parameters(g: ClassicGame) -> list[dict[str, Any]]:
    return [
        {
            "key": p.key,
            "words": p.words,
            "value": g.changes.get(p.key, g.entry.default(p.key)),
            "low": None if p.choices else p.low,
            "high": None if p.choices else p.high,
            "choices": list(p.choices),
        }
        for p in g.entry.parameters
    ]


def _measured(m: Measured) -> dict[str, Any]:
    return {
        "key": m.measure.key,
        "words": m.measure.words,
        "computed": m.computed,
        "known": m.known,
        "closed": m.closed,
        "closed_words": m.measure.closed_words,
        "grid_error": m.grid_error,
    }


def _step(step: Any) -> dict[str, Any]:
    c = step.choice
    own = [
        {"player": who, "type": str(kind), "moves": {str(m): p for m, p in moves.items()}}
        for who, by_type in zip(c.movers, c.strategies, strict=True)
        for kind, moves in by_type.items()
    ]
    moves = {who: str(m) for who, m in zip(c.movers, step.moves, strict=True)}
    return {
        "stage": c.stage,
        "period": c.at.period,
        "moves": moves,
        "chance": min(step.chance, 1.0),
        "strategies": own,
    }


def csv(g: ClassicGame) -> str:
    """Return every measure at every precision as CSV."""
    found = {level.rationality: level.measured for level in g.levels if level.measured} | {g.rationality: g.measured}
    rows = []
    for rationality in sorted(found):
        for m in found[rationality]:
            numbers = ("" if x is None else repr(float(x)) for x in (m.computed, m.known, m.closed))
            rows.append((g.name, f"{rationality:g}", m.measure.key, m.measure.words, *numbers))
    return files.csv_text((CSV_HEAD, *rows))
