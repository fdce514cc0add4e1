"""What two saved forecasts were made with: program, data and settings, and what differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peacetalks.archive.saved import SavedForecast

SETTINGS = ("belief_points", "tolerance", "draws", "seed", "interpolation")  # that are compared


@dataclass(frozen=True)
class ProgramChange:
    """Something about the program, its data or its settings that differs."""

    kind: str  # "program", "dataset", "table" or "setting"
    name: str
    a: str
    b: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return dict(self.__dict__)


def program_changes(a: SavedForecast | None, b: SavedForecast | None) -> tuple[ProgramChange, ...]:
    """Return what differs in what two forecasts were made with; nothing where one of them is made now."""
    if a is None or b is None:
        return ()
    out = []
    if a.version != b.version:
        out.append(ProgramChange("program", "peacetalks", a.version, b.version))
    if a.sources != b.sources:
        out.append(ProgramChange("program", "sources of the program", a.sources, b.sources))
    before, after = ({d.name: f"{d.version}, to {d.to_year}, {d.in_use}" for d in s.datasets} for s in (a, b))
    out += [ProgramChange("dataset", name, *pair) for name, pair in _differing(before, after)]
    out += [ProgramChange("table", name, *pair) for name, pair in _differing(a.tables, b.tables)]
    of_a, of_b = ({k: str(s.numbers.settings.get(k)) for k in SETTINGS} for s in (a, b))
    out += [ProgramChange("setting", name, *pair) for name, pair in _differing(of_a, of_b)]
    return tuple(out)


def _differing(a: dict[str, str], b: dict[str, str]) -> list[tuple[str, tuple[str, str]]]:
    """Return the names whose values differ, with both values; "none" where one has no value."""
    names = [*a, *(name for name in b if name not in a)]
    pairs = [(name, (a.get(name, "none"), b.get(name, "none"))) for name in names]
    return [(name, pair) for name, pair in pairs if pair[0] != pair[1]]
