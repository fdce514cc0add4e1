"""An `Outlook` on a terminal of 80 columns: each end in three lines (inside view, record, both pooled), every outcome by
date, the terms beside their baselines, how long things take, and how it was got."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from peacetalks.forecasting.accuracy import STRAIGHT, straightened
from peacetalks.forecasting.outlook import Outlook, months
from peacetalks.outcomes import ENDS, LABELS

if TYPE_CHECKING:
    from peacetalks.forecasting.views import Lines
    from peacetalks.scenario.scenario import Scenario

END_NAMES = {"peace": "Peace", "nowhere": "Nowhere", "more_conflict": "More conflict"}
END_STYLES = {"peace": "green", "nowhere": "yellow", "more_conflict": "red"}
STYLES = {"band": "dim", "floor": "dim", "record": "cyan", "interval": "cyan", "pooled": "bold magenta", "range": "dim"}
TRUCE_MONTHS = (1, 3, 6, 12)
INTERVAL = "95% interval"
COARSE = 0.01  # error of the belief grid from which a finer one is advised


@dataclass(frozen=True)
class Row:
    """A row of the forecast table: kind (end, band, record, pooled, range, outcome, floor), its end, name, cells."""

    kind: str
    end: str
    name: str
    cells: list[str]


def outcome_names(s: Scenario) -> dict[str, str]:
    """Return what each outcome is called in this scenario: the sides by name.

    >>> from peacetalks.scenario.scenario import load
    >>> outcome_names(load("korea-1951"))["victory_1"]
    'won by United Nations Command'
    """
    won = {f"victory_{i}": f"won by {side.label}" for i, side in enumerate(s.sides, 1)}
    return LABELS | won


def dates(o: Outlook) -> list[int]:
    """Return the months shown."""
    return list(months(int(o.outcomes.period[-1])))


def show(o: Outlook, out: Console | None = None) -> None:
    """Print the forecast."""
    out = out or Console()
    out.print(Text(o.scenario.title, style="bold"))
    out.print(Text(f"as of {o.scenario.as_of}; the model's view, the historical record, and both pooled"))
    for line in headlines(o):
        out.print(Text(line))
    out.print(_ends(o))
    if float(o.outcomes.max("period").min()) == 0:
        out.print(Text("- : the scenario holds no mechanism that leads there"))
    for line in (*outside_lines(o), *pooled_lines(o)):
        out.print(Text(line))
    out.print()
    for line in (*terms_lines(o), *duration_lines(o), *derived_lines(o)):
        out.print(Text(line))
    out.print()
    out.print(Text(settings_line(o), style="dim"))


def headlines(o: Outlook) -> list[str]:
    """Return the three ends at the date nearest to a year in the inside view and pooled, one sentence each."""
    m = max(d for d in dates(o) if d <= 12)
    told = [("inside view", o.ends)]
    if o.pooled.ends is not None and bool(np.isfinite(o.pooled.ends.sel(period=m)).all()):
        told.append(("pooled with the record", o.pooled.ends))
    after = f"After {m} month{'s' * (m != 1)}"
    lines = [
        f"{after}, {view}: "
        + ", ".join(f"{END_NAMES[e].lower()} {percent(float(a.sel(end=e, period=m)))}" for e in ENDS)
        + "."
        for view, a in told
    ]
    return lines if len(told) > 1 else [*lines, f"Not pooled. {o.pooled.reason}".rstrip()]


def _ends(o: Outlook) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    table.add_column("probability", overflow="fold", width=38)
    for m in dates(o):
        table.add_column(f"{m} mo", justify="right", no_wrap=True, width=7)
    for row in rows(o):
        if row.kind == "end":
            table.add_section()
        indent = 0 if row.kind == "end" else 4 if row.kind in ("interval", "range") else 2
        style = f"bold {END_STYLES[row.end]}" if row.kind == "end" and row.end else STYLES.get(row.kind, "")
        table.add_row(Padding(Text(row.name), (0, 0, 0, indent)), *row.cells, style=style)
    return table


def rows(o: Outlook) -> list[Row]:
    """Return the table of ends, outcomes, noise floor and record, one row each."""
    names, out = outcome_names(o.scenario), []
    for end, outcomes in ENDS.items():
        out.append(Row("end", end, f"{END_NAMES[end]} (inside view)", _row(o.ends.sel(end=end), o)))
        if o.bands is not None:
            out.append(Row("band", end, "50% of draws lie in", _band(o, end, 0.25, 0.75)))
            out.append(Row("band", end, "90% of draws lie in", _band(o, end, 0.05, 0.95)))
        out += [*_record(o, end), *_pooled(o, end)]
        for name in outcomes:
            a = o.outcomes.sel(outcome=name)
            cells = _row(a, o) if float(a.max()) > 0 else ["-"] * len(dates(o))
            out.append(Row("outcome", end, names[name], cells))
        out.append(Row("floor", end, "with nothing hidden (noise floor)", _row(o.noise_floor.sel(end=end), o)))
    out.append(Row("end", "", "Moved by private information", _row(o.information_share, o)))
    if o.grid_error is not None:
        out.append(Row("end", "", "Error of the belief grid, up to", _row(o.grid_error.max("end"), o)))
    return out


def _record(o: Outlook, end: str) -> list[Row]:
    out = []
    for i, view in enumerate(o.outside, 1):
        if view.ends:
            out.append(Row("record", end, f"outside view, record [{i}]", [_known(p) for p in view.ends[end]]))
            spans = zip(view.low[end], view.high[end], strict=True)
            out.append(Row("interval", end, INTERVAL, [_span(lo, hi) for lo, hi in spans]))
    return out


def _pooled(o: Outlook, end: str) -> list[Row]:
    facts = o.pooled.to_dict()
    if facts["ends"] is None:
        return []
    spans = zip(facts["low"][end], facts["high"][end], strict=True)
    return [
        Row("pooled", end, f"pooled, inside with record [{o.pooled.number}]", [_known(p) for p in facts["ends"][end]]),
        Row(
            "range",
            end,
            f"at weights {o.pooled.fit.low:.2f} to {o.pooled.fit.high:.2f}",
            [_span(lo, hi) for lo, hi in spans],
        ),
    ]


def outside_lines(o: Lines) -> list[str]:
    """Return what the record's rows are, and what it cannot speak to."""
    lines = []
    for i, view in enumerate(o.outside, 1):
        lean = f", weight {view.weight:.2f} against its parent class" if view.ends else ""
        lines.append(f"[{i}] {view.reference_class}: n = {view.n}{lean}")
    for note in dict.fromkeys(view.note for view in o.outside):
        which = "".join(f"[{i}]" for i, view in enumerate(o.outside, 1) if view.note == note)
        lines.append(f"{which} {note}")
    if not o.outside:
        lines.append("The scenario names no reference class: the record is not consulted (reference_classes).")
    for source in dict.fromkeys(view.source for view in o.outside if view.source):
        lines.append(f"Record: {source}; known at {o.as_of}.")
    return lines


def pooled_lines(o: Lines) -> list[str]:
    """Return what was pooled, with which weight, and what that rests on; or why nothing was."""
    p = o.pooled
    if p.ends is None:
        return [f"Not pooled. {p.reason}"]
    f = p.fit
    cases = f"{f.effective_n:g} historical case{'s' * (f.effective_n != 1)} (each horizon counts a half)"
    told = "which tell it" if f.identified else "too few to tell it: mostly the prior"
    return [
        f"Pooled: inside view and record [{p.number}], the narrowest class that can speak. Weight on the inside view "
        f"{f.weight:.2f} (95%: {f.low:.2f} to {f.high:.2f}), sharpness {f.sharpness:.2f}.",
        f"Fitted at 12 and 24 months on {cases} known at {o.as_of}, {told}. Prior, a {f.prior.why}.",
    ]


def terms_lines(o: Outlook) -> list[str]:
    """Return the expected terms beside their baselines."""
    facts = o.to_dict()["terms"]
    base = facts["baselines"]
    beside = f"front as it stands {base['front']:.2f}, capability-weighted mean {base['capability_weighted_mean']:.2f}"
    if facts["mean"] is None:
        return [f"Terms: no settlement within the forecast. Baselines: {beside}."]
    first, last = _middle(facts["values"], facts["probabilities"])
    spread = f"{first:g}" if first == last else f"{first:g} to {last:g}"
    return [
        f"Terms if settled: {facts['share_of']} gets {facts['mean']:.2f} of the pie (90%: {spread}).",
        f"Baselines: {beside}.",
    ]


def duration_lines(o: Outlook) -> list[str]:
    """Return the times to settlement and to the collapse of a truce."""
    d = o.durations
    by = ", ".join(f"{percent(d.settled[m - 1])} by {m} mo" for m in dates(o))
    lines = [f"Settled: {by}."]
    if d.broken_within is None:
        return [*lines, "No truce begins in this forecast."]
    kept = [m for m in TRUCE_MONTHS if m <= len(d.broken_within)]
    within = ", ".join(f"{percent(d.broken_within[m - 1])} in {m} mo" for m in kept)
    return [*lines, f"A truce, once begun, is broken: {within}."]


def derived_lines(o: Outlook) -> list[str]:
    """Return the numbers that mechanisms fix before the solve, each with its meaning; none where none is in the scenario."""
    d, s, lines = o.settings["derived"], o.scenario, []
    if "credibility" in d:
        lines.append(f"Threats count for {percent(d['credibility'])} of their weight: capability x belief in use.")
    if s.observers and "observers_belief" in d:
        judged = s.sides[s.observers.of - 1].label
        lines.append(
            f"Observers' belief that {judged} is able, from the pace of the war: {percent(d['observers_belief'])}."
        )
    if s.loyalty and "mutiny_hazard_steady" in d:
        steady, strained = percent(d["mutiny_hazard_steady"]), percent(d["mutiny_hazard_strained"])
        risks = f"{steady} in a month of restraint, {strained} once strained"
        lines.append(f"Mutiny in the force of {s.sides[s.loyalty.side - 1].label}: {risks}.")
    return lines


def settings_line(o: Outlook) -> str:
    """Return how the forecast was got, and what a finer belief grid would be good for."""
    s = o.settings
    points, finer = s["belief_points"], ""
    if o.grid_error is None:
        finer = " The error of the belief grid is told from 4 points on." if o.beliefs else ""
    elif (off := float(o.grid_error.max())) > COARSE:
        finer = f" The belief grid may be off by {percent(off)}: try {2 * points - 1} points."
    finer += f" {STRAIGHT}." if straightened(s["interpolation"]) else ""
    lam = next(iter(s["rationality"].values()))
    left_out = f" ({s['unsolved_draws']} did not converge and are left out)" if s["unsolved_draws"] else ""
    draws = f"; {s['draws']} draws{left_out}, seed {s['seed']}" if s["draws"] else ""
    return (
        f"Quantal response equilibrium, precision {lam:g}; {points} belief points a side, {s['states']} states, "
        f"{s['nodes']} nodes; residual {o.residual:.1e}; nodes with several equilibria {o.multiple}{draws}; "
        f"scenario {o.scenario.digest}.{finer} A model's view under stated judgements, not an oracle."
    )


def _middle(values: list[float], weights: list[float], share: float = 0.9) -> tuple[float, float]:
    """Return the central range of a distribution over `values`."""
    tail, below, low = (1 - share) / 2, 0.0, None
    for x, w in zip(values, weights, strict=True):
        below += w
        low = x if low is None and below > tail else low
        if below >= 1 - tail:
            return (x if low is None else low), x
    return values[0], values[-1]


def percent(p: float) -> str:
    """Return a probability in words of a table; what is tiny but not nil is not shown as nil.

    >>> percent(0.25), percent(0.0001), percent(0.0)
    ('25.0%', '<0.1%', '0.0%')
    """
    return "<0.1%" if 0 < p < 0.0005 else f"{100 * p:.1f}%" if p < 0.9995 or p >= 1 - 1e-9 else ">99.9%"


def _row(a, o: Outlook) -> list[str]:
    return [percent(float(a.sel(period=m))) for m in dates(o)]


def _known(p: float | None) -> str:
    return "-" if p is None else percent(p)


def _span(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"{100 * low:.0f}-{100 * high:.0f}%"


def _band(o: Outlook, end: str, low: float, high: float) -> list[str]:
    assert o.bands is not None
    a = o.bands["ends"].sel(end=end)
    spans = [(float(a.sel(period=m, quantile=low)), float(a.sel(period=m, quantile=high))) for m in dates(o)]
    return [_span(lo, hi) for lo, hi in spans]
