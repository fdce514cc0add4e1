"""The page of `infer`: the belief after each event, the record under each account, and the updated forecast."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from peacetalks.forecasting.accuracy import accuracy_notes
from peacetalks.outcomes import ENDS
from peacetalks.pages.best_text import listed
from peacetalks.pages.cells import decimal, whole_percent, with_error
from peacetalks.pages.findings import answer, infer_finding, times
from peacetalks.pages.shown import PEACE, has_best, headline_day
from peacetalks.pages.styles import BEST_ESTIMATE, END_NAMES, MODEL_ALONE, view_kind, view_name
from peacetalks.pages.table_page import Page, Section
from peacetalks.pages.view_rows import (
    VIEWS_MEANING,
    best_section,
    cell,
    day_cell,
    notes,
    range_sections,
)
from peacetalks.scenario.dates import day_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from peacetalks.pages.table_page import Cells
    from peacetalks.questions.filter_record import FilteredEvent, MonthEnd, Posterior
    from peacetalks.questions.infer import Inference
    from peacetalks.questions.marginal_likelihood import Evidence

PLOT = "What is believed of each side"
CAPTION = (
    "The public belief that a side is of the named type, after each event: circles are events used, diamonds disputed "
    "ones; a step without a mark is the end of a month."
)
Firsts = list[tuple[str, str]]  # (informed side, its first type)


def infer_page(i: Inference) -> Page:
    """Return the page of an inference."""
    from peacetalks.pages.filter_chart import beliefs  # Altair is slow to import
    from peacetalks.pages.forecast_charts import Plot

    chart = Plot(PLOT, CAPTION, partial(beliefs, i))
    sections = [
        Section(PLOT, plot=chart, half=True),
        _accounts(i),
        best_section({name: i.forecasts(name) for name in i.after}, i.dates),
        _beliefs(i),
        _codings(i),
        _updated(i),
        *range_sections({name: i.forecasts(name) for name in i.log_likelihood}, i.dates),
    ]
    return Page(
        f"{i.scenario.title}: what the record says",
        i.record.summary,
        tuple(sections),
        (_moved(i),) if len(i.after) > 1 else (),
        infer_finding(i),
        f"As of {day_name(i.scenario.as_of)}; nothing dated later enters. The record begins on "
        f"{day_name(i.record.start)}.",
    )


def _moved(i: Inference) -> str:
    """Return what the events do to the answer under each account, in one sentence."""
    f = i.after["base"]
    day = headline_day(f)
    best = [name for name in i.after if has_best(i.before[name]) and has_best(i.after[name])]
    view, names = (BEST_ESTIMATE, best) if best else (MODEL_ALONE, list(i.after))
    moved: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        both = tuple(whole_percent(answer(v, bool(best))[PEACE]) for v in (i.before[name], i.after[name]))
        moved.setdefault(both, []).append(name)
    each = (
        f"{'stays at ' + now if was == now else f'goes from {was} to {now}'} under "
        + ("every account" if len(of) == len(i.after) > 1 else listed(of))
        for (was, now), of in moved.items()
    )
    return f"With the events, the {view} of peace by {day} {'; it '.join(each)}."


def _firsts(i: Inference) -> Firsts:
    return [(side, next(iter(types))) for side, types in i.base.posterior.items()]


def _belief_cells(posterior: Posterior, firsts: Firsts) -> Iterator[str]:
    return (decimal(posterior[side][first]) for side, first in firsts)


def _beliefs(i: Inference) -> Section:
    """Return the filter's pass in order of date: the start, the events, the ends of the months."""
    firsts = _firsts(i)
    rows: list[Cells] = [
        (i.record.start.isoformat(), "", "start of the record", "", *_belief_cells(i.prior, firsts), "0.000")
    ]
    closed = 0
    for r in i.base.events:
        rows += _month_ends(i.base.month_ends[closed : r.placed.month], firsts)
        closed = max(closed, r.placed.month)
        rows.append(_event(r, firsts))
    rows += _month_ends(i.base.month_ends[closed:], firsts)
    head = ("date", "actor", "act", "read as", *(f"{side} {first}" for side, first in firsts), "log-likelihood")
    placed = [r.placed for r in i.base.events if r.placed.remark]
    read = tuple(f"{p.event.when} {p.event.act}: {p.remark}." for p in placed)
    return Section("What is believed after each event", head, tuple(rows), notes=read, csv=(head, *rows), folded=True)


def _event(r: FilteredEvent, firsts: Firsts) -> Cells:
    e, seen = r.placed.event, r.placed.seen
    move = f"{seen.stage}: {' / '.join(seen.moves)}" if r.used and seen is not None else f"not used: {r.reason}"
    act = e.act + (" (disputed)" if e.alternative else "")
    when = e.when + (" (month)" if e.precision == "month" else "")
    return (when, e.actor, act, move, *_belief_cells(r.posterior, firsts), decimal(r.log_likelihood))


def _month_ends(ends: Sequence[MonthEnd], firsts: Firsts) -> list[Cells]:
    rows = []
    for e in ends:
        state = "; ".join(f"{name}: {' or '.join(map(str, v))}" for k in e.known for name, v in k.known.items())
        known = f"known: {state}" if state else ""
        beliefs = _belief_cells(e.posterior, firsts)
        rows.append((e.date.isoformat(), "", "end of a month", known, *beliefs, decimal(e.log_likelihood)))
    return rows


def _codings(i: Inference) -> Section:
    firsts = _firsts(i)
    rows = tuple(
        (name, *_belief_cells(p.posterior, firsts), decimal(p.log_likelihood)) for name, p in i.codings.items()
    )
    head = ("coding", *(f"{side} {first}" for side, first in firsts), "log-likelihood")
    return Section("Disputed items by their other coding", head, rows, folded=True, numbers=True)


def _accounts(i: Inference) -> Section:
    """Return how likely the record is under each account: at the central values, and over the ranges."""
    base, factors = i.log_likelihood["base"], i.factors()
    head = ["account", "log-likelihood, central values", "times as likely as base"]
    rows = [[name, decimal(x), times(x - base)] for name, x in i.log_likelihood.items()]
    text = f"On the {len(i.common)} events that every account can place."
    if i.evidence:
        head[2:] = ["log evidence", "log Bayes factor over base", "how"]
        text += " Integrated over the ranges of every number that some account changes."
        for row in rows:
            e, f = i.evidence.get(row[0]), factors.get(row[0])
            integral = "not integrated" if e is None else with_error(e.log_z, e.error, ".3f")
            row[2:] = [integral, "" if f is None else with_error(*f), "" if e is None else _integration(e)]
    title = "The record under each account"
    return Section(title, tuple(head), tuple(map(tuple, rows)), text, half=True, numbers=not i.evidence)


def _integration(e: Evidence) -> str:
    """Return how the evidence was integrated, and what is missing where the integration is not whole."""
    cut = "" if e.complete else ", stopped at the cap"
    unsolved = f" ({e.unsolved} were not solved and are left out)" if e.unsolved else ""
    return f"{e.method}, {e.evaluations} solves{cut}{unsolved}"


def _updated(i: Inference) -> Section:
    """Return the outcome classes of every account in every view, without and with the events."""
    shown = [
        (name, m, view, [forecast.views[view] for forecast in i.forecasts(name).values()])
        for name, after in i.after.items()
        for m in i.dates
        for view in after.views
    ]
    rows = tuple(
        (name, view_name(view), day_cell(i.after["base"], m), *(cell(a, e, m) for e in ENDS for a in both))
        for name, m, view, both in shown
    )
    return Section(
        "The forecast without and with the events",
        ("account", "view", "by", *(f"{END_NAMES[e]} {how}" for e in ENDS for how in ("without", "with"))),
        rows,
        f"{VIEWS_MEANING} The events move the model alone, and with it the best estimate; past conflicts and the "
        "typical case stay as they are.",
        kinds=tuple(view_kind(view) for _, _, view, _ in shown),
        notes=(*notes(i.after), *accuracy_notes(i.accuracy)),
        folded=True,
    )
