"""What `peacetalks check` says of a scenario: its numbers and what they rest on, its game, and what looks wrong."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from peacetalks.scenario.plausibility import implausible
from peacetalks.scenario.sources import count_sources, not_judged_entries, starter_entries

if TYPE_CHECKING:
    from peacetalks.scenario.scenario import Scenario


def check_values(scenario: Scenario, states: int | None, nodes: int | None) -> dict[str, Any]:
    """Return what is checked of a scenario, as `--json` prints it; `states` and `nodes` are None where not counted."""
    count = count_sources(scenario)
    return {
        "scenario": scenario.name,
        "digest": scenario.digest,
        "states": states,
        "nodes": nodes,
        "numbers": {"total": count.total, **asdict(count)},
        "without_source": _without_source(scenario),
        "starter": starter_entries(scenario),
        "not_judged": not_judged_entries(scenario),
        "warnings": [str(warning) for warning in implausible(scenario)],
    }


def check_text(scenario: Scenario, states: int | None, nodes: int | None) -> str:
    """Return what is checked of a scenario as lines; the last one counts what the numbers rest on."""
    size = "" if states is None else f"game: {states} states, {nodes} nodes; "
    lines = [
        f"{scenario.name}: valid",
        f"{size}digest {scenario.digest}",
        *(f"warning: {warning}" for warning in implausible(scenario)),
        *(f"  no source: {path}" for path in _without_source(scenario)),
        *(f"  still the starter's: {path}" for path in starter_entries(scenario)),
        *(f"  nobody judged for this conflict: {path}" for path in not_judged_entries(scenario)),
        str(count_sources(scenario)),
    ]
    return "\n".join(lines) + "\n"


def _without_source(scenario: Scenario) -> list[str]:
    return [path for path, n in scenario.numbers().items() if not n.source]
