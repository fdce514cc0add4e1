"""Answers to questions with dates: on a terminal, as CSV and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from peacetalks.pages import files
from peacetalks.pages.cells import percent_range, whole_percent
from peacetalks.pages.printable import styled
from peacetalks.pages.styles import BEST_ESTIMATE, MODEL_ALONE, PAST_CONFLICTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.questions.ask_answer import Answer, Answers, Refused
    from peacetalks.questions.ask_record import RecordedEvent

HEAD = (
    "id", "question", "event", "yes", "date", "month", "best", "best_low", "best_high", "model", "record", "record_low",
    "record_high", "record_n", "record_event", "record_same", "grid_error", "line", "refused", "note",
)  # fmt: skip
SUFFIXES = (".csv", ".json")
OTHER = "*"  # after a number of the record whose event is not the one asked about
MATTERS = 0.005  # an error of the belief grid that changes a whole percent
NO_RANGES = "The intervals hold the ranges of the scenario only with --draws."
BETWEEN = "Between the ends of months a probability is linear; what begins and ends within one month is not seen."


def show(a: Answers, out: Console | None = None) -> None:
    """Print answers, a table first where there are several."""
    out = out or Console()
    out.print(styled(a.scenario.title, style="bold"))
    out.print(styled(f"as of {a.scenario.as_of}"))
    if len(a) > 1:
        out.print(_table(a))
        if any(_past_cell(x.record).endswith(OTHER) for x in a):
            out.print(styled(f"{OTHER} the closest recorded event, which is another (below)"))
    shared = shared_lines(a)
    for number, answer in enumerate(a, 1):
        out.print()
        out.print(styled((f"[{number}] " if len(a) > 1 else "") + headline(answer), style="bold"))
        for line in lines(answer):
            if line not in shared:
                out.print(Padding(styled(line), (0, 0, 0, 4 if len(a) > 1 else 0), expand=False))
    for line, numbers in shared.items():
        out.print()
        out.print(styled(f"[{', '.join(map(str, numbers))}] {line}"))
    if len(a):
        out.print()
        out.print(styled(BETWEEN if a.settings.get("draws") else f"{BETWEEN} {NO_RANGES}", style="dim"))


def shared_lines(a: Answers) -> dict[str, list[int]]:
    """Return the lines that several answers have, each with the numbers of the answers."""
    found: dict[str, list[int]] = {}
    for number, answer in enumerate(a, 1):
        for line in lines(answer):
            found.setdefault(line, []).append(number)
    return {line: numbers for line, numbers in found.items() if len(numbers) > 1}


def headline(a: Answer) -> str:
    """Return the answer in a sentence: the event, its best estimate, the 90% interval."""
    event = a.event[0].upper() + a.event[1:]
    if a.best is None:
        return f"{event}: no best estimate; {MODEL_ALONE} {whole_percent(a.model)}."
    interval = f" (90% interval {percent_range(*a.best_interval)})" if _wide(a) and a.best_interval else ""
    return f"{event}: {whole_percent(a.best)}{interval}."


def _wide(a: Answer) -> bool:
    """Return whether an answer has an interval that is more than a point."""
    return a.best_interval is not None and a.best_interval[0] < a.best_interval[1]


def lines(a: Answer) -> list[str]:
    """Return the sentences below the headline: what counts as yes, the views, what the record counts, notes."""
    found = [a.yes, _views(a), *record_lines(a.record)]
    found += [a.reason] if a.reason else []
    if a.grid_error is not None and a.grid_error >= MATTERS:
        found.append(f"A finer belief grid may move this by {100 * a.grid_error:.1f} points.")
    return [*found, *a.notes]


def _views(a: Answer) -> str:
    """Return the probability in the views that the best estimate is made of."""
    past = a.record
    record = f"{PAST_CONFLICTS} {whole_percent(past.probability)}" if past.probability is not None else ""
    if record and past.interval is not None:
        record += f" ({percent_range(*past.interval)})"
    return f"{MODEL_ALONE.capitalize()} {whole_percent(a.model)}; {record or f'{PAST_CONFLICTS}: nothing comparable'}."


def record_lines(r: RecordedEvent) -> list[str]:
    """Return what past conflicts count, and what that rests on (N, definition, from when); or why there is nothing."""
    if r.probability is None:
        return [f"{PAST_CONFLICTS.capitalize()}: {r.note}"] if r.note else []
    what = "the same event" if r.same else "the closest recorded event"
    clusters = f" in {r.clusters:,} clusters" if r.clusters < r.n else ""
    basis = [
        f"{PAST_CONFLICTS.capitalize()} [{r.reference_class}, N {r.n:,}{clusters}]:",
        f"{r.definition}." if r.definition else "",
        f"Counted from {r.counted_from}." if r.counted_from else "",
        r.note,
    ]
    counted = f"{PAST_CONFLICTS.capitalize()} count {what}: {r.event}. {r.differs}"
    return [counted.strip(), " ".join(p for p in basis if p)]


def refusals(a: Answers) -> list[str]:
    """Return a line for each question that cannot be answered, after one that counts them; none without any."""
    if not a.refused:
        return []
    total = len(a) + len(a.refused)
    listed = [f"  {_name(r)}{r.reason}" for r in a.refused]
    return [f"Not answered: {len(a.refused)} of {total}.", *listed]


def _name(r: Refused) -> str:
    """Return what a refused question is called: its line and its identifier, where it has them."""
    known = r.place or r.id
    return f"{r.place} ({r.id}): " if r.place and r.id else f"{known}: " if known else ""


def _table(a: Answers) -> Table:
    """Return the answers as a table."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("question", overflow="fold", ratio=1)
    for head in (f"{BEST_ESTIMATE}\n(90%)", MODEL_ALONE, PAST_CONFLICTS):
        table.add_column(head.replace(" ", "\n", 1), justify="right", no_wrap=True)
    for number, answer in enumerate(a, 1):
        interval = f"\n({percent_range(*answer.best_interval)})" if _wide(answer) and answer.best_interval else ""
        cells = whole_percent(answer.best) + interval, whole_percent(answer.model)
        asked = f"{answer.id}: {answer.event}" if answer.id else answer.event
        table.add_row(f"[{number}]", styled(asked), *cells, _past_cell(answer.record))
    return table


def _past_cell(r: RecordedEvent) -> str:
    """Return the record's probability, with a sign where its event is another."""
    return whole_percent(r.probability) + ("" if r.same or r.probability is None else OTHER)


def csv(a: Answers) -> str:
    """Return a row for each question, those that cannot be answered too, with the reason; unknown is empty."""
    return files.csv_text([HEAD, *map(_row, a), *(_refused(r.id, r.question, r.line, r.reason) for r in a.refused)])


def _row(a: Answer) -> Sequence[object]:
    low, high = a.best_interval or ("", "")
    r = a.record
    past_low, past_high = r.interval or ("", "")
    record = ["" if r.probability is None else r.probability, past_low, past_high]
    of_record = ["", "", ""] if r.probability is None else [r.n, r.event, r.same]
    best = "" if a.best is None else a.best
    error = "" if a.grid_error is None else a.grid_error
    values = [a.id, a.question, a.event, a.yes, a.date, round(a.month, 4), best, low, high, a.model, *record]
    return [*values, *of_record, error, "", "", " ".join(filter(None, (a.reason, *a.notes)))]


def _refused(identifier: str, question: str, line: int | None, reason: str) -> Sequence[object]:
    return [identifier, question, *[""] * (len(HEAD) - 5), "" if line is None else line, reason, ""]


def makers(a: Answers) -> files.Makers:
    """Return what each suffix is written with."""
    return {".csv": lambda: csv(a), ".json": lambda: files.json_text(a.to_dict())}
