"""What the historical record says, as lines of text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.pages.cells import decimal_range
from peacetalks.pages.styles import END_NAMES

if TYPE_CHECKING:
    from peacetalks.evidence.outside import OutsideForecast
    from peacetalks.evidence.rates import BaseRate


def base_rate_lines(question: str, r: BaseRate) -> list[str]:
    """Return a base rate with its interval, bounds, definition and source; `question` is as it was asked."""
    if r.probability is None or r.interval is None:
        lines = [f"{question}: unknown (n = {r.n}: no cases, or none followed that long)"]
    else:
        lines = [f"{question}: {r.probability:.3f} (95% {decimal_range(*r.interval)}, n = {r.n})"]
    if r.bounds:
        lines.append(f"Bounds: {decimal_range(*r.bounds)}. {r.caution}")
    elif r.caution:
        lines.append(r.caution)
    return [*lines, r.definition, f"Source: {r.source}"]


def outside_lines(f: OutsideForecast) -> list[str]:
    """Return what became of conflicts of a class by month, with intervals, and what the data do not say."""
    lines = [f"{f.reference_class} (n = {f.n} of {f.n_scope}, {f.method}, weight {f.weight:.2f})"]
    for i, m in enumerate(f.horizons_months):
        chances = (
            f"{END_NAMES[end].lower()} {f.end_probability[i, j]:.3f} "
            f"({decimal_range(f.end_low[i, j], f.end_high[i, j])})"
            for j, end in enumerate(f.ends)
        )
        lines.append(f"{m} months: {', '.join(chances)}")
    not_coded = [f"Not coded ({label}): {why}" for label, why in f.silent.items()]
    return [*lines, f.definition, *not_coded, f"Source: {f.source}"]
