"""What is to be made of a bulletin, and the digest of all that determines it.

A bulletin depends on its date, the program, the tables of the record, the settings, the user's own scenarios, and the
bulletin before it, with which it is compared.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peacetalks.archive.saved import DIGITS, MORE_ROOMS
from peacetalks.bulletin.active import active_conflicts
from peacetalks.bulletin.own import chosen
from peacetalks.bulletin.pieces import Task
from peacetalks.conflicts.from_record import record_scenario
from peacetalks.evidence.status import status
from peacetalks.forecasting.answers import results_version, sources_digest
from peacetalks.forecasting.settings import PERIODS
from peacetalks.forecasting.size import check_size

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from peacetalks.bulletin.active import Active
    from peacetalks.bulletin.own import OwnScenario
    from peacetalks.bulletin.values import Bulletin, Settings

ROOMS = (*MORE_ROOMS, "archive", "bulletin", "pages")  # that determine a bulletin, beside those of its forecasts


@dataclass(frozen=True)
class Plan:
    """A bulletin that is to be made."""

    active: Active
    own: Mapping[int, OwnScenario]  # UCDP number -> scenario of the user's, where one is used
    unused: list[str]  # the user's other scenarios, each with the reason
    inputs: str  # digest of all that determines it
    previous: dt.date | None  # of the bulletin that it is compared with

    def tasks(self) -> list[Task]:
        """Return the conflicts that are to be forecast, by UCDP number."""
        found = []
        for c in self.active.found:
            own = self.own.get(c.id)
            found.append(Task(f"conflict-{c.id}", c.id, self.active.as_of, None if own is None else own.scenario))
        return found


def plans_of(
    dates: Sequence[dt.date],
    settings: Settings,
    own: tuple[OwnScenario, ...],
    there: Mapping[dt.date, Bulletin],
    program: str,
) -> list[Plan]:
    """Return what is to be made at each date, the earliest first, with the digest of its inputs.

    `there` are the bulletins that stand in the folder: the last one before a date, of those and of the plans, is the
    one that it is compared with.
    """
    known = {day: b.inputs for day, b in there.items()}
    out = []
    for day in dates:
        active = active_conflicts(day, settings.only)
        used, unused = chosen(own, day, {c.id for c in active.found})
        before = max((d for d in known if d < day), default=None)
        of_own = {i: x.scenario.digest for i, x in used.items()}
        how = settings.model_dump(), of_own, unused, before, known.get(before) if before else None
        inputs = _digest(program, day.isoformat(), how)
        known.setdefault(day, inputs)
        out.append(Plan(active, used, unused, inputs, before))
    return out


def check_points(plans: Sequence[Plan], belief_points: int) -> None:
    """Raise the error of belief points with which no conflict could be forecast, before anything is computed."""
    first = next((c for p in plans for c in p.active.found), None)
    if first is not None:
        check_size(record_scenario(first.id, first.as_of)[0], belief_points, PERIODS)


def program_digest() -> str:
    """Return a digest of the program and of the tables of the record, which determine a bulletin of a date."""
    tables = [(t.name, t.sha256) for t in status().tables]
    return _digest(results_version(), sources_digest(ROOMS), tables)


def _digest(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[: 2 * DIGITS]
