"""The table `[conflict]` of a conflict of the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peacetalks.conflicts.conflict import Conflict


def facts(conflict: Conflict) -> dict[str, Any]:
    """Return the table `[conflict]` of a scenario made from a conflict at a date; what is not recorded is left out."""
    table = {
        "kind": conflict.kind,
        "state": conflict.state,
        "start": conflict.start,
        "since": conflict.since,
        "intensity": "war" if conflict.war else conflict.intensity,
        "incompatibility": conflict.incompatibility,
        "ucdp": conflict.id or None,
        "internationalised": conflict.war_type == "internationalised" or None,
        "major_power": conflict.major_power or None,
        "previous": conflict.previous,
        "ceasefires": conflict.ceasefires,
        "coded_later": conflict.coded_later or None,
        "source": "UCDP/PRIO conflicts (ucdp-acd) and ETH/PRIO ceasefires (ethprio-ceasefires), as known at the date",
    }
    return {key: value for key, value in table.items() if value is not None}
