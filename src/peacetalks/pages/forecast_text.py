"""What is said of a forecast in sentences: the same on a terminal, in a page and in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium.belief_grid import Interpolation
from peacetalks.evidence.catalogue import cards
from peacetalks.evidence.dates import years_between
from peacetalks.forecasting.accuracy import FELL_BACK
from peacetalks.pages.best_text import draws_line
from peacetalks.pages.cells import percent, percent_range, whole_percent
from peacetalks.pages.shown import shown_months

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.forecasting.record_view import RecordView
    from peacetalks.forecasting.views import HasViews

TRUCE_MONTHS = (1, 3, 6, 12)
COARSE = 0.01  # error of the belief grid from which a finer one is advised


def past_conflict_lines(o: HasViews) -> list[str]:
    """Return what each class of past conflicts is, on how many cases it rests, and what the data do not say."""
    lines = [_class_line(i, view, o.as_of) for i, view in enumerate(o.outside, 1)]
    for note in dict.fromkeys(view.note for view in o.outside if view.note):
        which = "".join(f"[{i}]" for i, view in enumerate(o.outside, 1) if view.note == note)
        lines.append(f"{which} {note}")
    if not o.outside:
        lines.append("Past conflicts were not consulted.")
    for source in dict.fromkeys(view.source for view in o.outside if view.source):
        lines.append(f"Past conflicts: {with_years(source)}; of these what was known at {o.as_of}.")
    return lines


def with_years(source: str) -> str:
    """Return the datasets of a source with the years that each covers, where they are those of its card.

    >>> with_years("UCDP Peace Agreement Dataset 22.1; a dataset of one's own 1.0")
    "UCDP Peace Agreement Dataset 22.1 (1975 to 2021); a dataset of one's own 1.0"
    """
    years = {f"{c.title} {c.version}": c.years for c in cards().values()}
    parts = source.split("; ")
    return "; ".join(f"{p} ({years[p][0]} to {years[p][1]})" if p in years else p for p in parts)


def _class_line(number: int, view: RecordView, as_of: date) -> str:
    """Return what a class of past conflicts is, and what it rests on."""
    shrinkage = f", weight {view.weight:.2f} against its parent class" if view.ends and view.weight < 1 else ""
    clusters = f" in {view.clusters} clusters (states, wars or crises)" if view.clusters else ""
    left_out = "; ".join(f"{left.n} left out: {left.reason}" for left in view.dropped if left.n)
    dropped = f"; {left_out}" if left_out else ""
    counted = f"; months counted from {view.counted_from}" if view.counted_from else ""
    followed = _followed(view.coverage_end, as_of)
    return f"[{number}] {view.reference_class}: n = {view.n}{clusters}{shrinkage}{dropped}{counted}{followed}."


def _followed(end: date | None, as_of: date) -> str:
    """Return to which day cases are followed, and how old that is at the date of the forecast."""
    if end is None:
        return ""
    years = years_between(end, as_of)
    age = f", {years:.1f} years before the date of the forecast" if years >= 0.05 else ""
    return f"; followed to {end}{age}"


def fact_lines(o: Outlook) -> list[str]:
    """Return the terms, the durations, and the numbers that mechanisms fix before the game is solved."""
    return [*filter(None, [draws_line(o)]), *terms_lines(o), *duration_lines(o), *derived_lines(o)]


def terms_lines(o: Outlook) -> list[str]:
    """Return the expected terms beside their baselines."""
    front, mean = (whole_percent(o.baselines[k]) for k in ("front", "capability_weighted_mean"))
    beside = f"front as it stands {front}, capability-weighted mean {mean}"
    if o.mean_terms is None:
        return [f"Terms: no settlement within the forecast. Baselines: {beside}."]
    label, spread = o.scenario.sides[0].label, percent_range(*central_terms(o))
    return [
        f"Terms if settled: {label} gets {whole_percent(o.mean_terms)} of the stake (90%: {spread}).",
        f"Baselines: {beside}.",
    ]


def central_terms(o: Outlook) -> tuple[float, float]:
    """Return the central 90% of the terms, as shares of side 1."""
    return _central_range(o.terms.terms.values.tolist(), o.terms.values.tolist())


def duration_lines(o: Outlook) -> list[str]:
    """Return the times to settlement and to the collapse of a truce."""
    d = o.durations
    by = ", ".join(f"{whole_percent(d.settled[m - 1])} by {m} mo" for m in shown_months(o))
    lines = [f"Settled: {by}."]
    if d.broken_within is None:
        return [*lines, "No truce begins in this forecast."]
    followed = [m for m in TRUCE_MONTHS if m <= len(d.broken_within)]
    within = ", ".join(f"{whole_percent(d.broken_within[m - 1])} in {m} mo" for m in followed)
    return [*lines, f"A truce, once begun, is broken: {within}."]


def derived_lines(o: Outlook) -> list[str]:
    """Return the numbers that the scenario's mechanisms fix before the game is solved."""
    d, s, lines = o.settings["derived"], o.scenario, []
    if "credibility" in d:
        share = whole_percent(d["credibility"])
        lines.append(f"Threats count for {share} of their weight: capability x belief in use.")
    if s.observers and "observers_belief" in d:
        judged, belief = s.sides[s.observers.of - 1].label, whole_percent(d["observers_belief"])
        lines.append(f"Observers' belief that {judged} is able, from the pace of the war: {belief}.")
    if s.loyalty and "mutiny_hazard_steady" in d:
        steady, strained = percent(d["mutiny_hazard_steady"]), percent(d["mutiny_hazard_strained"])
        risks = f"{steady} in a month of restraint, {strained} once strained"
        lines.append(f"Mutiny in the force of {s.sides[s.loyalty.side - 1].label}: {risks}.")
    if s.ratification and "ratified_at_front" in d:
        chance = whole_percent(d["ratified_at_front"])
        lines.append(f"Terms along the front as it stands would be ratified by {s.ratification.by} with {chance}.")
    if s.turnover and "government_changes_within_12" in d:
        who, chance = s.sides[s.turnover.side - 1].label, whole_percent(d["government_changes_within_12"])
        lines.append(f"Chance of another government on the side of {who} within 12 months: {chance}.")
    return lines


def settings_line(o: Outlook) -> str:
    """Return how the forecast was computed, and whether a finer belief grid is advised."""
    s = o.settings
    precision = next(iter(s["rationality"].values()))
    left_out = f" ({s['unsolved_draws']} were not solved and are left out)" if s["unsolved_draws"] else ""
    draws = f"; {s['draws']} draws{left_out}, seed {s['seed']}" if s["draws"] else ""
    return (
        f"Quantal response equilibrium, precision {precision:g}; {s['belief_points']} belief points a side, "
        f"{s['states']} states, {s['nodes']} nodes; residual {o.residual:.1e}; "
        f"{_several(o)}{draws}; scenario {o.scenario.digest}.{_grid_advice(o)} "
        "A model's view under stated judgements, not an oracle."
    )


def _several(o: Outlook) -> str:
    """Return how many nodes have several equilibria, as far as is known, and what there is to warn of."""
    warned = "".join(f" ({line.rstrip('.')})" for line in o.settings.get("warnings", ()))
    if o.multiple is None:
        return f"further equilibria not searched for{warned}"
    return f"nodes at which several equilibria were found (at least) {o.multiple}{warned}"


def _grid_advice(o: Outlook) -> str:
    """Return what is known of the error of the belief grid, and of the interpolation, after the other settings."""
    s, advice = o.settings, ""
    if o.grid_error is None:
        advice = " The error of the belief grid is estimated from 4 points on." if o.beliefs else ""
    elif (off := float(o.grid_error.max())) > COARSE:
        advice = f" The belief grid may be off by {percent(off)}: try {2 * s['belief_points'] - 1} points."
    return advice + (f" {FELL_BACK}." if s["interpolation"] == Interpolation.FELL_BACK else "")


def _central_range(values: Sequence[float], weights: Sequence[float], share: float = 0.9) -> tuple[float, float]:
    """Return the central range of a discrete distribution.

    >>> _central_range([0.3, 0.4, 0.5], [0.04, 0.9, 0.06])
    (0.4, 0.5)
    """
    cumulated = np.cumsum(weights)
    tail = (1 - share) / 2
    low = next((i for i, below in enumerate(cumulated) if below > tail), 0)
    high = next((i for i, below in enumerate(cumulated) if below >= 1 - tail), len(values) - 1)
    return values[min(low, high)], values[high]
