"""What the model expects if levers were moved: on a terminal, as a page with a chart, CSV and JSON."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from rich.console import Console

from peacetalks.outcomes import PEACE
from peacetalks.pages.best_text import listed
from peacetalks.pages.cells import UNKNOWN, error_points, known, percent, points, signed, whole_percent
from peacetalks.pages.printable import styled
from peacetalks.pages.shown import as_of_line, day_after
from peacetalks.pages.styles import BEST_ESTIMATE, MODEL_ALONE
from peacetalks.pages.table_page import Page, Section, numbers_table

if TYPE_CHECKING:
    from peacetalks.questions.advise_values import Advice, Effect, Moved

NAMED = 3  # levers that the finding names
SHOWN = 12  # levers on a terminal
MEANING = (
    "Every lever is moved by a factor of 2 (or the odds of a probability), so that effects compare; how far its holder "
    "can move it, and at what cost to itself, the model does not know. These are expectations of a model, the same for "
    "every side, and no counsel to any."
)
CSV_HEAD = (
    *("levers", "held_by", "change", "peace", "peace_error", "best", "best_error", "truce_broken", "settled"),
    *("welfare_1", "welfare_1_error", "welfare_2", "welfare_2_error", "other_sign", "reason"),
)


def advise_page(a: Advice) -> Page:
    """Return the page of what the model expects if levers were moved."""
    from peacetalks.pages.advise_chart import lever_bars, lever_caption, shown
    from peacetalks.pages.forecast_charts import Plot  # Altair is slow to import

    whose = "" if a.holder is None else f" ({_holder(a.holder)})"
    title = f"Peace by {_day(a)} if a lever were moved"
    chart = [Section(title, plot=Plot(title, lever_caption(a), partial(lever_bars, a)))] if shown(a) else []
    return Page(
        f"{a.scenario.title}: levers{whose}",
        "",
        (*chart, _levers(a), _welfare(a), *_pairs(a), _what(a)),
        lead=(*_accounts_line(a), MEANING),
        finding=finding(a),
        subtitle=as_of_line(a.scenario),
    )


def finding(a: Advice) -> str:
    """Return which levers the model expects to raise peace most, in a sentence."""
    now = float(a.base.answer.ends.sel(end=PEACE, period=a.month))
    opening = f"The model expects peace by {_day(a)} at {whole_percent(now)}"
    up = [m for m in a.levers if m.peace is not None and m.peace.clear and m.peace.value > 0][:NAMED]
    if not up and any(m.peace is not None and m.peace.clear is None for m in a.levers):
        return (
            f"{opening}; whether a lever raises it is not known, since no coarser belief grid shows the error (more "
            f"than {a.settings['belief_points']} belief points do)."
        )
    if not up:
        return f"{opening}; no lever raises it by more than the error of the belief grid."
    words = listed([f"{m.levers[0].words} ({points(m.effect)} points)" for m in up])
    return f"{opening}; more if {words}."


def _accounts_line(a: Advice) -> tuple[str, ...]:
    """Return which levers have effects of another sign under some account; nothing without accounts."""
    if not a.accounts:
        return ()
    lost = {name: sum(m.by_account.get(name) is None for m in a.levers) for name in a.accounts}
    count = len(a.levers)
    which = {name: "every lever" if n == count else f"{n} of {count} levers" for name, n in lost.items() if n}
    each = [f"{name} ({words})" for name, words in which.items()]
    without = (f"No forecast under {listed(each)}.",) if each else ()
    return (_signs_line(a), *without)


def _signs_line(a: Advice) -> str:
    """Return which levers have clearly other signs under accounts, or how many have the same under all of them."""
    if found := [m for m in a.levers if m.other_sign]:
        each = [f"{m.levers[0].words} (other under {', '.join(m.other_sign)})" for m in found]
        return f"The sign of an effect on peace differs between accounts: {'; '.join(each)}."
    same, count = sum(m.agreed for m in a.levers), len(a.levers)
    rest = "" if same == count else "; of the others it is within the error, or not known, here or under some account"
    return (
        f"The effect on peace has clearly the same sign here and under every account ({', '.join(a.accounts)}) for "
        f"{same} of {count} levers{rest}."
    )


def _levers(a: Advice) -> Section:
    """Return each lever with its effects on peace and on how long it holds."""
    months = a.base.answer.broken_months
    head = (
        "if",
        f"peace, {MODEL_ALONE}",
        "error",
        f"peace, {BEST_ESTIMATE}",
        f"truce broken in {months} months",
        "note",
    )
    rows = tuple((_words(m), *_peace_cells(m), _note(m)) for m in a.levers)
    broken = a.base.answer.broken
    note = "" if broken is None else f"Now a truce breaks within {months} months with {percent(broken)}."
    csv = (CSV_HEAD, *(_csv_row(a, m) for m in (*a.levers, *a.pairs)))
    notes = (f"Differences in points of probability. {note}".strip(),)
    return Section(f"Each lever: differences by {_day(a)}", head, rows, notes=notes, csv=csv)


def _peace_cells(m: Moved) -> tuple[str, str, str, str]:
    """Return the difference of peace with its error, of the best estimate, and of a truce's end."""
    if m.peace is None:
        return UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN
    best = UNKNOWN if m.best is None else points(m.best.value)
    return points(m.peace.value), error_points(m.peace.error), best, points(m.broken) if known(m.broken) else UNKNOWN


def _welfare(a: Advice) -> Section:
    """Return what each lever does to the expected payoff of each side."""
    labels = [side.label for side in a.scenario.sides]
    head = ("if", *labels)
    rows = tuple((_words(m), *(_share(m.welfare.get(label)) for label in labels)) for m in a.levers)
    return Section(
        "Each side's expected payoff: differences, shares of the stake in thousandths",
        head,
        rows,
        notes=("± is what a finer belief grid and the solver may still make of it.",),
    )


def _pairs(a: Advice) -> tuple[Section, ...]:
    """Return the pairs of the levers with the largest effects, beside the sum of both by themselves."""
    if not a.pairs:
        return ()
    head = ("if both", f"peace, {MODEL_ALONE}", "error", "sum of each alone", f"peace, {BEST_ESTIMATE}", "note")
    rows = []
    for m in a.pairs:
        peace, error, best, _ = _peace_cells(m)
        alone = a.alone(m)
        rows.append((_words(m), peace, error, points(alone) if known(alone) else UNKNOWN, best, m.reason))
    return (Section(f"In pairs, of the {a.settings['paired']} largest: differences by {_day(a)}", head, tuple(rows)),)


def _what(a: Advice) -> Section:
    """Return what each lever changes, who holds it, and why by so much."""
    rows = tuple(
        (
            m.levers[0].words,
            _holder(m.holders[0]),
            ", ".join(f"{k}={v:.4g}" for k, v in m.change.items()),
            m.levers[0].source,
        )
        for m in a.levers
    )
    return Section("What is moved", ("lever", "held by", "change", "source"), rows, folded=True)


def _note(m: Moved) -> str:
    """Return what has to be said of a lever: no forecast, not clear, another sign under some account."""
    if m.peace is None:
        return m.reason
    notes = {True: [], False: ["within the error"], None: ["error not known"]}[m.peace.clear]
    notes += [f"other sign: {', '.join(m.other_sign)}"] if m.other_sign else []
    return "; ".join(notes)


def _words(m: Moved) -> str:
    """Return what is moved, and by whom."""
    return "; ".join(f"{lever.words} [{_holder(h)}]" for lever, h in zip(m.levers, m.holders, strict=True))


def _holder(name: str) -> str:
    from peacetalks.pages.advise_chart import holder_words

    return holder_words(name)


def _share(e: Effect | None) -> str:
    """Return a difference of welfare in thousandths of the stake, with its error."""
    if e is None:
        return UNKNOWN
    error = "" if e.error is None else f" ±{1000 * e.error:.1f}"
    return f"{signed(1000 * e.value, '.1f')}{error}"


def _day(a: Advice) -> str:
    return day_after(a.scenario.as_of, a.month)


def _csv_row(a: Advice, m: Moved) -> tuple[str, ...]:
    pairs = [e for side in a.scenario.sides for e in _pair(m.welfare.get(side.label))]
    cells: tuple[Any, ...] = (
        "; ".join(lever.name for lever in m.levers),
        "; ".join(m.holders),
        ", ".join(f"{k}={v}" for k, v in m.change.items()),
        *_pair(m.peace),
        *_pair(m.best),
        m.broken,
        m.settled,
        *pairs,
        "; ".join(m.other_sign),
        m.reason,
    )
    return tuple("" if x is None else str(x) for x in cells)


def _pair(e: Effect | None) -> tuple[float | None, float | None]:
    return (None, None) if e is None else (e.value, e.error)


def show(a: Advice, out: Console | None = None) -> None:
    """Print the levers on a terminal of 80 columns; `out` is where, else standard output."""
    out = out or Console()
    page = advise_page(a)
    out.print(styled(page.title, style="bold"))
    out.print(styled(page.finding, style="bold"))
    for line in page.lead:
        out.print(styled(line))
    for section in page.sections:
        if section.rows and not section.folded:
            rows = section.rows[:SHOWN]
            out.print(numbers_table(Section(section.title, section.head, rows)))
            for note in section.notes:
                out.print(styled(note))
            if len(section.rows) > SHOWN:
                out.print(styled(f"{len(section.rows) - SHOWN} more: --json, or a page (-o page.html)."))
