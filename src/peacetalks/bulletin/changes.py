"""What has changed in a conflict's forecast since an earlier bulletin, and what moved it.

Both are read at one date, `HEADLINE` months after the later bulletin, so that the question is the same.  The best
estimate is the answer of past conflicts, moved by what the model finds different from the typical case.  Its change is
the change of the one (another situation, more cases, less time to go) and that of the other, without a solve.  With
`attribution` it is split over all that changed in the scenario (`archive.difference`), which solves some ten games.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peacetalks.archive.difference import difference
from peacetalks.archive.folder import read_saved
from peacetalks.archive.subject import of_saved
from peacetalks.bulletin.values import HEADLINE, Change, Ends, Moves, Part
from peacetalks.errors import ArchiveError, EvidenceError, SpecError
from peacetalks.outcomes import ENDS
from peacetalks.scenario.dates import months_later

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from peacetalks.archive.saved import SavedForecast
    from peacetalks.bulletin.values import Bulletin

PAST, MODEL = "past conflicts in its situation", "what the model finds different from the typical case"
BY_VIEWS = "the change of past conflicts' answer, and of what the model adds to it"
NEW, NOT_COMPARED = "it is not in the bulletin of {since}", "one of the two has no best estimate at {day}"
FACTS = {  # path in a scenario -> what it is
    "conflict.state": "state",
    "conflict.start": "start of the episode of fighting",
    "conflict.since": "first day of the truce or settlement",
    "conflict.intensity": "intensity reached",
    "conflict.internationalised": "troops of another state fight",
    "conflict.major_power": "a major power is a primary party",
    "conflict.previous": "earlier episodes",
    "conflict.ceasefires": "ceasefires declared in the three years before",
    "talks.open": "talks open",
    "sides.1.label": "side A",
    "sides.2.label": "side B",
}


@dataclass(frozen=True)
class Pair:
    """The saved forecasts of one conflict in two bulletins."""

    name: str
    since: date  # of the earlier bulletin
    day: date  # at which both are read
    a: SavedForecast
    b: SavedForecast


def pairs_of(
    previous: Bulletin, now: Mapping[int, SavedForecast], archive: Path, as_of: date
) -> tuple[dict[int, Pair], dict[int, str]]:
    """Return the forecasts of two bulletins by UCDP number, and of the other conflicts why there is nothing to compare.

    They are compared `HEADLINE` months after the later one.

    Parameters
    ----------
    previous : Bulletin
        The earlier one, whose forecasts are saved in the folder `archive`.
    now : mapping
        UCDP number -> saved forecast, in the later one.
    archive : Path
    as_of : date
        Of the later one.
    """
    pairs: dict[int, Pair] = {}
    unpaired: dict[int, str] = {}
    since, day = previous.as_of, months_later(as_of, HEADLINE)
    for number, forecast in now.items():
        before = previous.of(number)
        if before is None:
            unpaired[number] = NEW.format(since=since.isoformat())
            continue
        try:
            a = read_saved(archive / before.file)
        except ArchiveError as e:
            unpaired[number] = f"the forecast of {since.isoformat()} cannot be read: {e}"
        else:
            pairs[number] = Pair(forecast.name, since, day, a, forecast)
    return pairs, unpaired


def change(p: Pair, parts: list[Part] | None = None, method: str = "") -> Change | str:
    """Return what has changed between two bulletins, or why that is not known.

    Parameters
    ----------
    p : Pair
    parts : list of Part, optional
        The change split over what changed, by `split`; left out: over the two views that the estimate is made of.
    method : str
        How `parts` was made.
    """
    before, after = p.a.at("best", p.day), p.b.at("best", p.day)
    if before is None or after is None:
        return NOT_COMPARED.format(day=p.day.isoformat())
    if parts is None:
        parts, method = _by_views(p, before, after), BY_VIEWS
    facts = changed_facts(p.a.scenario, p.b.scenario)
    ends = Ends(**before), Ends(**after)
    return Change(since=p.since, day=p.day, before=ends[0], after=ends[1], parts=parts, method=method, facts=facts)


def split(belief_points: int, p: Pair) -> tuple[list[Part] | None, str]:
    """Return the change of the best estimate split over what changed in the scenario, and how; solves games for it.

    None where it cannot be split: then the second is the reason.
    """
    try:
        found = difference(of_saved(p.a), of_saved(p.b), True, belief_points)
    except (SpecError, ArchiveError, EvidenceError) as e:
        return None, str(e)
    if found.parts is None or p.day not in found.horizon.days[1]:
        return None, found.reason or NOT_COMPARED.format(day=p.day.isoformat())
    k = found.horizon.days[1].index(p.day)
    effects = {x.name: x.best[k] for x in found.parts if x.best is not None}
    parts = [Part(name=name, by=moves(dict(zip(ENDS, x, strict=True)))) for name, x in effects.items()]
    return parts, found.method


def _by_views(p: Pair, before: Mapping[str, float], after: Mapping[str, float]) -> list[Part]:
    """Return the change of the best estimate as that of past conflicts, and of what the model adds."""
    past = p.a.at("record", p.day), p.b.at("record", p.day)
    if past[0] is None or past[1] is None:
        return []
    of_past = {e: past[1][e] - past[0][e] for e in ENDS}
    rest = {e: after[e] - before[e] - of_past[e] for e in ENDS}
    return [Part(name=PAST, by=moves(of_past)), Part(name=MODEL, by=moves(rest))]


def moves(of: Mapping[str, float]) -> Moves:
    """Return the change of each outcome class as a table."""
    return Moves(**{e: float(of[e]) for e in ENDS})


def changed_facts(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    """Return which facts of a conflict differ between two scenarios as written, in words.

    >>> changed_facts({"conflict": {"state": "fighting"}}, {"conflict": {"state": "truce", "since": "2002-02-23"}})
    ['state: truce, before fighting', 'first day of the truce or settlement: 2002-02-23, before not recorded']
    """
    both = [(words, _at(a, path), _at(b, path)) for path, words in FACTS.items()]
    return [f"{words}: {_in_words(y)}, before {_in_words(x)}" for words, x, y in both if x != y]


def _at(table: Any, path: str) -> Any:
    """Return the entry at a dotted path, None where there is none; sides are numbered from 1."""
    for key in path.split("."):
        if isinstance(table, list):
            table = table[int(key) - 1] if int(key) <= len(table) else None
        else:
            table = table.get(key) if isinstance(table, dict) else None
    return table


def _in_words(x: Any) -> str:
    if x is None:
        return "not recorded"
    return ("yes" if x else "no") if isinstance(x, bool) else str(x)
