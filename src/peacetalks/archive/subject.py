"""What is compared with another: a saved forecast, or a scenario that is forecast now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peacetalks.archive.folder import read_folder, read_saved
from peacetalks.archive.saved import SavedForecast, normal
from peacetalks.conflicts.fill import estimates, filled, load
from peacetalks.errors import ArchiveError
from peacetalks.questions.compare import WrittenNumber
from peacetalks.scenario.paths import written_at
from peacetalks.scenario.quantity import Number
from peacetalks.scenario.scenario import Scenario, from_table
from peacetalks.text_files import shown

if TYPE_CHECKING:
    from datetime import date

    from peacetalks.archive.folder import Entry


@dataclass(frozen=True)
class Subject:
    """One of two that are compared: a scenario, and its forecast where it was saved."""

    name: str  # of the file or the bundled scenario
    scenario: Scenario  # filled as this version of the program fills it
    written: dict[str, Any]  # the plain table, as JSON has it
    estimated: dict[str, Any]  # numbers that are left out, by path, as they were estimated
    saved: SavedForecast | None = None

    def __repr__(self) -> str:
        """Return its name and date, and whether it was saved."""
        return f"{self.name} as of {self.as_of} ({'forecast now' if self.saved is None else 'saved'})"

    @property
    def as_of(self) -> date:
        """The date after which nothing enters."""
        return self.scenario.as_of

    def written_at(self, path: str) -> Any:
        """Return the entry at a path as it is shown: a number with its range, another value, or None."""
        raw = written_at(self.written, path)
        raw = self.estimated.get(path) if raw is None else raw
        number = _number_at(self.scenario, path) if raw is not None else None
        if number is None:
            return raw
        return WrittenNumber.of(Number.parse(raw))


def _number_at(scenario: Scenario, path: str) -> Number | None:
    """Return the scenario's number at a path, None where no number stands there."""
    return scenario.numbers().get(path)


def subject(name: str | Path | SavedForecast | Scenario) -> Subject:
    """Return what a name, a path or a value stands for.

    Parameters
    ----------
    name : str, Path, SavedForecast or Scenario
        A saved forecast (also as a `.json` file), a scenario (also as a `.toml` file), a bundled scenario's name, or a
        folder of saved forecasts of one scenario, which stands for the latest.

    Raises
    ------
    ArchiveError
        A file that is not a saved forecast, or a folder without one or with those of several scenarios.
    SpecError
        No such scenario, one that cannot be read, or a saved one that this version of the program does not read.
    """
    if isinstance(name, Scenario):
        return of_scenario(filled(name))
    if isinstance(name, SavedForecast):
        return of_saved(name)
    path = Path(name)
    if path.is_dir():
        entry = of_one_scenario(path)[-1]
        return of_saved(entry.forecast, entry.file)
    if path.suffix == ".json":
        return of_saved(read_saved(path), path.name)
    return of_scenario(load(name))


def of_one_scenario(folder: Path) -> tuple[Entry, ...]:
    """Return a folder's forecasts, by date and moment; raise `ArchiveError` where they are of several scenarios."""
    found = read_folder(folder)
    if len(found.names) > 1:
        raise ArchiveError(
            f"'{shown(folder)}' holds forecasts of {', '.join(found.names)}: give a file in it, such as "
            f"'{shown(found.entries[-1].path)}'"
        )
    return found.entries


def last_two(folder: str | Path) -> tuple[Subject, Subject]:
    """Return the last two forecasts of a folder that holds those of one scenario, by date and then by moment.

    Raises `ArchiveError` where there are fewer, or those of several scenarios.
    """
    if not Path(folder).is_dir():
        raise ArchiveError(
            f"'{shown(Path(folder))}' is no folder of saved forecasts; give the other one to compare with"
        )
    entries = of_one_scenario(Path(folder))
    if len(entries) < 2:
        raise ArchiveError(
            f"'{shown(Path(folder))}' holds one forecast; save another one, or give what to compare it with"
        )
    a, b = (of_saved(e.forecast, e.file) for e in entries[-2:])
    return a, b


def of_saved(s: SavedForecast, name: str = "") -> Subject:
    """Return a saved forecast as what is compared."""
    return Subject(name or s.name, filled(s.rebuilt()), s.scenario, s.estimated, s)


def of_scenario(s: Scenario) -> Subject:
    """Return a scenario as what is compared: it is forecast now."""
    return Subject(s.name, s, normal(s.written()), normal(estimates(from_table(s.written(), s.name))))
