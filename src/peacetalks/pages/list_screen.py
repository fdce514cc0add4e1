"""The scenarios at hand, as lines of text for a terminal and as plain values."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.scenario.listing import Listed


def list_values(found: Sequence[Listed]) -> dict[str, Any]:
    """Return the scenarios as `--json` prints them."""
    return {
        "scenarios": [
            {**asdict(s), "as_of": s.as_of and s.as_of.isoformat(), "sides": s.sides and list(s.sides)} for s in found
        ]
    }


def list_lines(found: Sequence[Listed], folder: str | None = None) -> list[str]:
    """Return two lines a scenario: name, date and title; sides and what stands beside it, or what is wrong with it."""
    inside = [s for s in found if s.bundled]
    lines = ["Bundled scenarios, by name:", *_lines(inside)]
    if folder is not None:
        mine = [s for s in found if not s.bundled]
        broken = sum(s.error is not None for s in mine)
        wrong = f", {broken} of them cannot be used" if broken else ""
        lines += [f"Scenario files in {folder}: {len(mine) or 'none'}{wrong}", *_lines(mine)]
    return lines


def _lines(scenarios: Sequence[Listed]) -> list[str]:
    width = max((len(s.name) for s in scenarios), default=0)
    lines = []
    for s in scenarios:
        if s.sides is None or s.as_of is None:
            lines.append(f"  {s.name:{width}}  {(s.error or '').removeprefix(f'{s.name}: ')}")
            continue
        lines.append(f"  {s.name:{width}}  {s.as_of.isoformat()}  {s.title}")
        lines.append(f"  {'':{width}}  {s.sides[0]} and {s.sides[1]}{_beside(s)}")
    return lines


def _beside(s: Listed) -> str:
    """Return the files beside a scenario in words; empty without any."""
    parts = [f"{s.accounts} account{'s' * (s.accounts != 1)}"] if s.accounts else []
    parts += ["a record of events"] if s.events else []
    parts += ["claims"] if s.claims else []
    return f"; beside it: {', '.join(parts)}" if parts else ""
