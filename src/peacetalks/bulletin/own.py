"""A user's own scenarios, which stand in a bulletin instead of those that the record gives.

A file `*.toml` of the folder is of the conflict whose UCDP number its table `[conflict]` names.  Used is the latest
that is dated (`as_of`) at the bulletin's date or within the year before, as it was dated: what its analyst knew then.
One that is dated later is never used, since it may hold what became known later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from peacetalks.conflicts.fill import load
from peacetalks.errors import SpecError
from peacetalks.scenario.dates import months_later
from peacetalks.text_files import shown

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from peacetalks.scenario.scenario import Scenario

MONTHS_USED = 12  # months after its date in which a scenario is used


@dataclass(frozen=True)
class OwnScenario:
    """A scenario of the user's, and the name of its file."""

    file: str
    scenario: Scenario

    @property
    def conflict(self) -> int | None:
        """The UCDP number that it names."""
        table = self.scenario.conflict
        return None if table is None else table.ucdp


def own_scenarios(folder: Path | None) -> tuple[OwnScenario, ...]:
    """Return the scenarios of a folder, by name; without a folder there are none.

    Raises
    ------
    SpecError
        No such folder, one without scenarios, or a file that cannot be read.
    """
    if folder is None:
        return ()
    if not folder.is_dir():
        raise SpecError(f"--scenarios: no folder '{shown(folder)}'; give one that holds scenario files (.toml)")
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise SpecError(f"--scenarios: '{shown(folder)}' holds no scenario file (.toml); leave the option out")
    return tuple(OwnScenario(path.name, load(path)) for path in files)


def chosen(every: tuple[OwnScenario, ...], as_of: date, active: set[int]) -> tuple[dict[int, OwnScenario], list[str]]:
    """Return the scenario of each conflict at a bulletin's date, and of the others in words why they are not used.

    Raises
    ------
    SpecError
        Two scenarios of one conflict have the same date.
    """
    used: dict[int, OwnScenario] = {}
    unused = []
    for own in sorted(every, key=lambda x: (x.scenario.as_of, x.file), reverse=True):
        number = own.conflict
        why = _why_not(own, number, as_of, active)
        if why or number is None:
            unused.append(f"{own.file}: {why}")
        elif number not in used:
            used[number] = own
        elif used[number].scenario.as_of == own.scenario.as_of:
            raise SpecError(
                f"--scenarios: {used[number].file} and {own.file} are both of conflict {number} at "
                f"{own.scenario.as_of.isoformat()}: leave one of the two out"
            )
        else:
            unused.append(f"{own.file}: {used[number].file} is of the same conflict, and dated later")
    return used, sorted(unused)


def _why_not(own: OwnScenario, number: int | None, as_of: date, active: set[int]) -> str:
    """Return why a scenario is not used; "" where it may be."""
    day = own.scenario.as_of
    if number is None:
        return "its table [conflict] names no UCDP number (key ucdp)"
    if day > as_of:
        return f"it is dated {day.isoformat()}, after the bulletin"
    if months_later(day, MONTHS_USED) < as_of:
        return f"it is dated {day.isoformat()}, more than {MONTHS_USED} months before the bulletin"
    return "" if number in active else f"conflict {number} is not forecast in this bulletin"
