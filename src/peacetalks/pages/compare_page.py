"""The page of `compare`: accounts side by side, what differs between them, and what drives the difference."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from peacetalks.forecasting.accuracy import accuracy_notes
from peacetalks.outcomes import ENDS
from peacetalks.pages.cells import decimal, whole_percent, with_error
from peacetalks.pages.findings import answer, compare_finding
from peacetalks.pages.forecast_rows import outcome_names
from peacetalks.pages.shown import PEACE, as_of_line, day_after, has_best, headline_day
from peacetalks.pages.styles import END_NAMES, MODEL_ALONE, view_kind, view_name
from peacetalks.pages.table_page import Page, Section
from peacetalks.pages.view_rows import NEARLY, VIEWS_MEANING, best_section, cell, notes, range_sections
from peacetalks.questions.compare import WrittenNumber

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.pages.table_page import Cells
    from peacetalks.questions.compare import Comparison

BESIDE = 2  # dates up to which the table stands beside the chart
PLOT = "What each account expects"
TERMS = "Terms: the mean share of side 1 given a settlement by the last date."


def compare_page(c: Comparison) -> Page:
    """Return the page of a comparison."""
    from peacetalks.pages.accounts_chart import accounts_caption, accounts_plot
    from peacetalks.pages.forecast_charts import Plot  # Altair is slow to import

    of = {name: {"": forecast} for name, forecast in c.views.items()}
    chart = Plot(PLOT, accounts_caption(c.views), partial(accounts_plot, c.views))
    titles = "; ".join(f"{name}: {title}" for name, title in c.titles.items())
    best = replace(best_section(of, c.dates), half=len(c.dates) <= BESIDE, notes=(f"{titles}.",))
    sections = [Section(PLOT, plot=chart, half=True), best]
    sections += [_drivers(c)] if c.drivers else []
    sections += [
        _changes(c),
        _views(c),
        *range_sections(of, c.dates),
        _outcomes(c),
    ]
    return Page(
        f"{c.scenario.title}: accounts compared",
        c.scenario.summary,
        tuple(sections),
        lead=_models(c),
        finding=compare_finding(c),
        subtitle=as_of_line(c.scenario),
    )


def _models(c: Comparison) -> tuple[str, ...]:
    """Return a sentence where the accounts differ in the model alone, whatever they do in the best estimate."""
    f = c.views["base"]
    peace = {name: answer(v, best=False)[PEACE] for name, v in c.views.items()}
    low, *_, high = sorted(peace, key=lambda name: peace[name])
    if peace[high] - peace[low] <= NEARLY or not has_best(f):
        return ()
    day = headline_day(f)
    ends = (f"{whole_percent(peace[name])} under {name}" for name in (low, high))
    return (f"The {MODEL_ALONE} differs by account: peace by {day} from {' to '.join(ends)}.",)


def _views(c: Comparison) -> Section:
    """Return the outcome classes of every account in every view at all dates, and the expected terms."""
    months = (f"{m} mo is {day_after(c.scenario.as_of, m)}" for m in c.dates)
    accuracy = accuracy_notes({name: e.accuracy for name, e in c.expected.items()})
    return Section(
        "The outcome classes in every view",
        tuple(h.replace(" mo", "\u00a0mo") for h in _views_head(c)),
        _views_rows(c, view_name),
        f"{'; '.join(months)}. {VIEWS_MEANING} {TERMS}",
        kinds=tuple(view_kind(view) for forecast in c.views.values() for view in forecast.views),
        notes=(*notes(c.views), *accuracy),
        csv=(_views_head(c), *_views_rows(c, str)),
        folded=True,
    )


def _views_head(c: Comparison) -> Cells:
    return ("account", "view", *(f"{END_NAMES[e]} {m} mo" for e in ENDS for m in c.dates), "terms")


def _views_rows(c: Comparison, name_of: Callable[[str], str]) -> tuple[Cells, ...]:
    return tuple(
        (
            account,
            name_of(view),
            *(cell(a, e, m) for e in ENDS for m in c.dates),
            decimal(c.expected[account].terms, "no settlement") if view == "inside" else "",
        )
        for account, forecast in c.views.items()
        for view, a in forecast.views.items()
    )


def _outcomes(c: Comparison) -> Section:
    names = outcome_names(c.scenario)
    rows = tuple(
        (names[outcome], *(decimal(float(e.outcomes[outcome][-1])) for e in c.expected.values()))
        for outcome in c.expected["base"].outcomes
    )
    title = f"Outcomes in the {MODEL_ALONE}, {_last_day(c)}"
    return Section(title, ("outcome", *c.expected), rows, folded=True, numbers=True)


def _last_day(c: Comparison) -> str:
    """Return the last date in words."""
    return f"by {day_after(c.scenario.as_of, c.dates[-1])} ({c.dates[-1]} months)"


def _changes(c: Comparison) -> Section:
    rows = tuple(
        (a.name, change.path, _entry(change.base), _entry(change.account), change.reason)
        for a in c.accounts
        for change in c.changes(a)
    )
    return Section("What differs", ("account", "entry", "base", "account's", "reason"), rows, folded=True)


def _entry(x: Any) -> str:
    """Return a number of a scenario with its range, or another entry as it is written."""
    if not isinstance(x, WrittenNumber):
        return "not in the game" if x is None else str(x)
    return f"{x.value:g}" if x.low == x.high else f"{x.value:g} ({x.low:.3g} to {x.high:.3g})"


def _drivers(c: Comparison) -> Section:
    rows: list[Cells] = []
    for name, d in c.drivers.items():
        for credit in d.credits:
            error_of = dict.fromkeys(ENDS) if credit.error is None else credit.error
            rows.append((name, credit.entries, *(with_error(credit.ends[e], error_of[e], "+.4f") for e in ENDS)))
        whole = (with_error(d.difference[e], None, "+.4f") for e in ENDS)
        rows.append((name, "whole difference from the base", *whole))
    return Section(
        f"Which entries drive the difference, {_last_day(c)}",
        ("account", "entry", *END_NAMES.values()),
        tuple(rows),
        "Shapley split of the difference between an account and the base; the credits sum to the whole.",
        folded=True,
    )
