"""The page of `diff`: what changed between two forecasts, and what each change did to the answer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from peacetalks.archive.difference import NOT_ASKED
from peacetalks.archive.saved import undated
from peacetalks.outcomes import ENDS
from peacetalks.pages.archive_words import FOOTER, by_headline, change_cell, points_in_words, signed_points
from peacetalks.pages.cells import known, whole_percent
from peacetalks.pages.shown import PEACE
from peacetalks.pages.styles import BEST_ESTIMATE, END_NAMES, MODEL_ALONE
from peacetalks.pages.table_page import Page, Section
from peacetalks.questions.compare import WrittenNumber
from peacetalks.scenario.dates import day_name

if TYPE_CHECKING:
    from peacetalks.archive.changes import ChangedEntry
    from peacetalks.archive.difference import Difference, Part
    from peacetalks.archive.subject import Subject
    from peacetalks.evidence.arrays import Floats
    from peacetalks.pages.forecast_charts import Plot
    from peacetalks.pages.table_page import Cells

NAMED = 2  # parts that the finding names
NONE = 5e-4  # a part of less is not drawn
SMALL = 0.005  # a part of less is not named
KINDS = {
    "value": "value",
    "range": "range only: moves intervals that hold it",
    "source": "source only",
    "text": "words only",
    "added": "added",
    "removed": "removed",
    "estimated": "estimated anew",
}
SEE = "How far each change moves the chance of each outcome class, in points of 100."
SUM = "The parts sum to the whole change."


def diff_page(d: Difference, charts: bool = True) -> Page:
    """Return the page of two forecasts compared; without `charts` as a terminal shows it."""
    sections = (_parts(d, charts), _entries(d), _answers(d), _program(d))
    lead = [f"A is {_subject(d.a)}. B is {_subject(d.b)}. {_alignment(d)}"]
    if d.parts is None and d.reason != NOT_ASKED:
        lead.append(f"What each change did is not known: {d.reason.rstrip('.')}.")
    return Page(f"{undated(d.b.scenario.title)}: what changed", "", sections, tuple(lead), finding(d), footer=FOOTER)


def finding(d: Difference) -> str:
    """Return what the comparison found, in one sentence or two."""
    moving = sorted({e.group for e in d.entries if e.group})
    if d.answers is None:
        count = f"{len(d.entries)} entr{'y differs' if len(d.entries) == 1 else 'ies differ'}"
        return f"{count} ({len(moving)} by which the forecast can move); the answers were not compared."
    view, change = (BEST_ESTIMATE, d.best) if d.best is not None else (MODEL_ALONE, d.model)
    assert change is not None
    k = by_headline(d.horizon.days[1], d.b.as_of)
    best = d.best is not None
    tables = [x.best if best else x.model for x in d.answers]
    i = list(ENDS).index(PEACE)
    a, b = (float(t[k, i]) for t in tables if t is not None)
    moved = float(change[k, i])
    if not known(moved):
        return f"The {view} by {day_name(d.horizon.days[1][k])} is not known in both."
    opening = f"By {day_name(d.horizon.days[1][k])} the {view} of peace is {whole_percent(b)}"
    if abs(moved) < SMALL:
        said = f"{opening} in both, to within half a point"
    else:
        said = f"{opening}, {points_in_words(moved)} {'more' if moved > 0 else 'less'} than in A ({whole_percent(a)})"
    return f"{said}{_because(d, k, i, best)}."


def _because(d: Difference, k: int, i: int, best: bool) -> str:
    """Return which parts made most of the change."""
    if d.parts is None:
        return ""
    effects = [(p, float((p.best if best and p.best is not None else p.model)[k, i])) for p in d.parts]
    large = sorted((x for x in effects if abs(x[1]) >= SMALL), key=lambda x: -abs(x[1]))[:NAMED]
    if not large:
        return "" if d.parts else "; nothing that can move it changed"
    named = " and ".join(f"{signed_points(x)} from {part_name(d, p)}" for p, x in large)
    return f": {named}"


def part_name(d: Difference, p: Part) -> str:
    """Return what a part is in words: an entry with both values, or a group."""
    of = [e for e in d.entries if e.group == p.name]
    if p.kind == "entries" and len(of) == 1:
        return f"{of[0].path} ({_short(of[0].a)} to {_short(of[0].b)})"
    return f"the {p.name}" if p.kind == "interaction" else p.name


def _subject(s: Subject) -> str:
    if s.saved is None:
        return f"{s.name}, as of {day_name(s.as_of)}, forecast now"
    return f"{s.name}, as of {day_name(s.as_of)}, saved {s.saved.moment:%Y-%m-%d %H:%M} UTC"


def _alignment(d: Difference) -> str:
    if d.horizon.aligned == "calendar":
        return "Both are read at the same dates."
    return "The two have no date in common: each is read so many months after its own date."


def _answers(d: Difference) -> Section:
    """Return every view of both at the dates."""
    if d.answers is None:
        return Section("The answer")
    a, b = d.answers
    rows: list[Cells] = []
    for name, x, y in (
        (BEST_ESTIMATE, a.best, b.best),
        (MODEL_ALONE, a.model, b.model),
        ("past conflicts", a.record, b.record),
    ):
        if x is None and y is None:
            continue
        for k, day in enumerate(d.horizon.days[1]):
            rows.append((name, day.isoformat(), *(change_cell(_at(x, k, i), _at(y, k, i)) for i in range(len(ENDS)))))
    head = ("view", "by", *END_NAMES.values())
    return Section("The answer in A and in B", head, tuple(rows), csv=tuple(_csv(d)), numbers=True)


def _at(table: Floats | None, k: int, i: int) -> float | None:
    return None if table is None else float(table[k, i])


def _csv(d: Difference) -> list[Cells]:
    """Return answers and parts as rows of a CSV file: date, view, outcome class, what, probability or change."""
    assert d.answers is not None
    out: list[Cells] = [("date_a", "date_b", "view", "outcome", "what", "value")]
    a, b = d.answers
    tables: list[tuple[str, str, Floats | None]] = []
    for view in ("best", "model", "record"):
        tables += [(view, "a", getattr(a, view)), (view, "b", getattr(b, view))]
    tables += [("best", "change", d.best), ("model", "change", d.model)]
    for p in d.parts or ():
        tables += [("best", f"part: {p.name}", p.best), ("model", f"part: {p.name}", p.model)]
    for view, what, table in tables:
        if table is None:
            continue
        for k, pair in enumerate(zip(*d.horizon.days, strict=True)):
            days = tuple(day.isoformat() for day in pair)
            for i, end in enumerate(ENDS):
                p = float(table[k, i])
                out.append((*days, view, end, what, f"{p:.6f}" if known(p) else ""))
    return out


def _parts(d: Difference, charts: bool) -> Section:
    """Return what each change did, at the date of the headline."""
    if not d.parts or d.answers is None:
        return Section("What each change did")
    k = by_headline(d.horizon.days[1], d.b.as_of)
    best = d.best is not None
    rows = [
        (part_name(d, p), *(signed_points(float(x)) for x in (p.best if best and p.best is not None else p.model)[k]))
        for p in d.parts
    ]
    whole = d.best if best else d.model
    assert whole is not None
    rows.append(("the whole change", *(signed_points(float(x)) for x in whole[k])))
    view = BEST_ESTIMATE if best else MODEL_ALONE
    return Section(
        f"What each change did to the {view} by {day_name(d.horizon.days[1][k])}, in points of 100",
        ("change", *END_NAMES.values()),
        tuple(rows),
        f"{d.method[:1].upper()}{d.method[1:]}. {SUM}",
        plot=_plot(d, k, best) if charts and abs(whole[k]).max() > NONE else None,
        numbers=True,
    )


def _plot(d: Difference, k: int, best: bool) -> Plot:
    """Return the bars of what each change did."""
    from peacetalks.pages.archive_charts import effects  # Altair is slow to import
    from peacetalks.pages.forecast_charts import Plot

    parts = {part_name(d, p): (p.best if best and p.best is not None else p.model)[k] for p in d.parts or ()}
    parts = {name: effect for name, effect in parts.items() if abs(effect).max() > NONE}
    return Plot("What each change did", SEE, partial(effects, parts))


def _entries(d: Difference) -> Section:
    rows = tuple((e.path, e.words, _shown(e, e.a), _shown(e, e.b), _what(e)) for e in d.entries)
    return Section(
        "What changed",
        ("entry", "what it is", "in A", "in B", "how"),
        rows or (("nothing", "every entry is the same", "", "", ""),),
    )


def _what(e: ChangedEntry) -> str:
    """Return how an entry changed, and whether its source did."""
    said = [KINDS[e.kind]]
    if e.source_changed and e.kind not in ("source", "added", "removed"):
        said.append("other source")
    return "; ".join(said)


def _shown(e: ChangedEntry, x: Any) -> str:
    """Return a value as a table shows it; where only the source changed, the source."""
    if isinstance(x, WrittenNumber) and e.kind == "source":
        return x.source or "no source"
    if isinstance(x, WrittenNumber):
        return _short(x) if x.low == x.high else f"{_short(x)} ({x.low:.3g} to {x.high:.3g})"
    return _short(x)


def _short(x: Any) -> str:
    """Return a value without its range."""
    if isinstance(x, WrittenNumber):
        return f"{x.value:.4g}"
    if x is None:
        return "not in it"
    if isinstance(x, bool):
        return "yes" if x else "no"
    if isinstance(x, dict):
        return ", ".join(f"{k} {_short(_plain(v))}" for k, v in x.items() if k != "source")
    return ", ".join(map(_short, x)) if isinstance(x, list) else str(x)


def _plain(x: Any) -> Any:
    """Return the central value of a number as it is written, other values as they are."""
    return next((x[k] for k in ("value", "mode", "mean", "median") if k in x), x) if isinstance(x, dict) else x


def _program(d: Difference) -> Section:
    rows = tuple((p.kind, p.name, p.a, p.b) for p in d.program)
    return Section("Program, data and settings that differ", ("kind", "name", "in A", "in B"), rows)
