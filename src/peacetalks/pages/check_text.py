"""What `peacetalks check` says of a scenario: its numbers and what they rest on, its game, and what looks wrong."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from peacetalks.scenario.plausibility import implausible
from peacetalks.scenario.sources import SourceCount, count_sources, not_judged_entries, starter_entries

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
        "without_source": [path for path, n in scenario.numbers().items() if not n.source],
        "starter": starter_entries(scenario),
        "not_judged": not_judged_entries(scenario),
        "warnings": [str(warning) for warning in implausible(scenario)],
    }


def check_text(checked: dict[str, Any]) -> str:
    """Return `check_values` as lines; the last one counts what the numbers rest on."""
    size = "" if checked["states"] is None else f"game: {checked['states']} states, {checked['nodes']} nodes; "
    lines = [
        f"{checked['scenario']}: valid",
        f"{size}digest {checked['digest']}",
        *(f"warning: {text}" for text in checked["warnings"]),
        *(f"  no source: {path}" for path in checked["without_source"]),
        *(f"  still the starter's: {path}" for path in checked["starter"]),
        *(f"  nobody judged for this conflict: {path}" for path in checked["not_judged"]),
        str(SourceCount(**{key: n for key, n in checked["numbers"].items() if key != "total"})),
    ]
    return "\n".join(lines) + "\n"
