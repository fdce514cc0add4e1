"""Where an answer comes from, in sentences and tables: Sobol indices by number, by mechanism, by what can be known."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from peacetalks.forecasting.labels import label_of
from peacetalks.forecasting.sensitivity_values import BEST, TARGETS, TERMS
from peacetalks.outcomes import PEACE
from peacetalks.pages.best_text import listed
from peacetalks.pages.cells import UNKNOWN, percent_range, whole_percent
from peacetalks.pages.shown import day_after
from peacetalks.pages.styles import END_NAMES
from peacetalks.pages.table_page import Section

if TYPE_CHECKING:
    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.forecasting.sensitivity_values import Sensitivity
    from peacetalks.forecasting.sobol import Share

MOST = 0.5  # of the variance: what is due to some numbers alone is then "most of it"
NAMED = 3  # numbers that a sentence names at most
MUCH, LITTLE = 0.2, 0.05  # total indices from which, and up to which, a number moves a target
CANNOT = "cannot be ranked"
TARGET_NAMES = {**END_NAMES, BEST: "Peace, best estimate", TERMS: "Terms of a settlement"}
GROUP_LABELS = {"sides": "the sides (resolve, costs, patience)", "rationality": "precision of choices"}
CSV_PARTS = ("first", "first_low", "first_high", "total", "total_low", "total_high", "best_rank", "worst_rank")
MEANING = (
    "All numbers go over their ranges at once and independently. Alone: the share of the variance that would go if the "
    "number were known. With others: the share that would stay if all others were known. What the emulator does not "
    "explain may come from any of them, and the intervals hold it. A range of ranks means that the error allows to say "
    f"no more: within it they {CANNOT}."
)


def finding(o: Outlook, s: Sensitivity) -> str:
    """Return where most of the answer comes from, and what moves the terms but not the odds, in sentences."""
    return " ".join(filter(None, (_odds(o, s), _terms(o, s))))


def _odds(o: Outlook, s: Sensitivity) -> str:
    """Return where the model's probability of peace comes from."""
    day = day_after(o.as_of, s.month)
    if why := s.unranked(PEACE):
        return f"What the answer by {day} hangs on most {CANNOT}: {why}."
    if not s.mechanisms.get(PEACE):
        return f"No number moves the model's peace by {day}."
    groups, numbers = _distinguished(s.mechanisms[PEACE], MOST), _distinguished(s.numbers[PEACE])
    if groups:
        found = sum(_share(x) for x in groups) >= MOST
        opening, comes = ("Most", "comes") if found else ("The largest parts", "come")
        which = listed([_with_share(x, o) for x in groups])
        text = f"{opening} of what the ranges leave open about peace by {day} {comes} from {which}"
    else:
        text = f"Which mechanism leaves most open about peace by {day} {CANNOT}"
    if not numbers:
        return f"{text}; single numbers {CANNOT}."
    return f"{text}; of single numbers most from {listed([_with_share(x, o) for x in numbers])}."


def _distinguished(shares: tuple[Share, ...], enough: float = math.inf) -> list[Share]:
    """Return the first groups that the error distinguishes from all others: `enough` alone, or three at most.

    None where the error does not allow to say which come first.
    """
    counts = range(1, min(NAMED, len(shares)) + 1)
    rows = [shares[:n] for n in counts if all(x.ranks is not None and x.ranks[1] <= n for x in shares[:n])]
    return list(next((row for row in rows if sum(map(_share, row)) >= enough), rows[-1] if rows else ()))


def _with_share(x: Share, o: Outlook) -> str:
    """Return a group with what is due to it alone."""
    return f"{_group_label(x.name, o)} ({whole_percent(_share(x))})"


def _terms(o: Outlook, s: Sensitivity) -> str:
    """Return which number moves the terms, and whether it moves the odds of peace too; "" where it is not known."""
    if s.unranked(TERMS) or s.unranked(PEACE) or not s.numbers.get(TERMS):
        return ""
    odds = {x.name: x for x in s.numbers.get(PEACE, ())}
    moving = [x for x in s.numbers[TERMS] if x.total.low >= MUCH and x.name in odds]
    if only := [x for x in moving if odds[x.name].total.high <= LITTLE][:NAMED]:
        labels = listed([label_of(x.name, o.scenario) for x in only])
        return f"{labels[0].upper()}{labels[1:]} {'moves' if len(only) == 1 else 'move'} the terms, not the odds."
    if more := next((x for x in moving if odds[x.name].total.high < x.total.low), None):
        label, most = label_of(more.name, o.scenario), whole_percent(odds[more.name].total.high)
        much = whole_percent(_share(more))
        return f"{label[0].upper()}{label[1:]} moves the terms ({much}) more than the odds (at most {most})."
    first = s.numbers[TERMS][0]
    if not first.ranked:
        return ""
    too = " too" if first.name in odds and odds[first.name].total.low >= MUCH else ""
    return f"The terms hang most on {label_of(first.name, o.scenario)}{too} ({whole_percent(_share(first))})."


def _share(x: Share) -> float:
    """Return the first-order index as a share that is shown: not below zero, where it is by error."""
    return max(x.first.value, 0.0)


def sections(o: Outlook, s: Sensitivity) -> tuple[Section, ...]:
    """Return the tables: by what can be known, by mechanism, by number; for peace and for the terms."""
    day = day_after(o.as_of, s.month)
    head = ("alone", "with others (90%)", "rank")
    return (
        Section(
            f"By mechanism: peace by {day}, and terms",
            ("mechanism", *(f"{what}, {h}" for what in ("peace", "terms") for h in head)),
            _rows(o, s, s.mechanisms),
        ),
        Section(
            "By what an observer can know",
            ("numbers that", *(f"{what}, {h}" for what in ("peace", "terms") for h in head[:2])),
            tuple((r[0], *r[1:3], *r[4:6]) for r in _rows(o, s, s.knowable)),
        ),
        Section(
            f"Every number: peace by {day}, and terms",
            ("number", *(f"{what}, {h}" for what in ("peace", "terms") for h in head)),
            _rows(o, s, s.numbers),
            folded=True,
        ),
        _errors(s),
    )


def _errors(s: Sensitivity) -> Section:
    """Return how closely the emulator predicts each target."""
    rows = tuple(
        (
            TARGET_NAMES[t],
            UNKNOWN if t not in s.error else f"{100 * s.error[t]:.2f}",
            UNKNOWN if t not in s.explained else f"{100 * max(s.explained[t], 0.0):.0f}%",
            s.unranked(t) or "yes",
        )
        for t in TARGETS
    )
    how = s.settings
    lost = how["unsolved"] + how["impossible"]
    note = (
        f"{how['draws']} draws (seed {how['seed']}), and each number by itself at both ends; {how['solved']} games "
        f"solved{f', {lost} without a solution or impossible' if lost else ''}. The error is that of predicting each "
        "quarter of the draws from all others, in points of probability (of the stake, for terms)."
    )
    head = ("what is predicted", "error, points", "variance explained", "can be ranked")
    return Section("How closely the emulator predicts", head, rows, notes=(note,))


def _rows(o: Outlook, s: Sensitivity, of: dict[str, tuple[Share, ...]]) -> tuple[tuple[str, ...], ...]:
    """Return a row for each group of a grouping: its index for peace and for the terms."""
    odds, terms = s.shares(of, PEACE), s.shares(of, TERMS)
    cells = [{x.name: _cells(x) for x in found} for found in (odds, terms)]
    none = (UNKNOWN, UNKNOWN, UNKNOWN)
    return tuple(
        (_group_label(x.name, o), *(c for found in cells for c in found.get(x.name, none))) for x in odds or terms
    )


def _group_label(name: str, o: Outlook) -> str:
    """Return what a number, a mechanism or a group by what can be known is, in words."""
    return GROUP_LABELS.get(name) or (name if " " in name else label_of(name, o.scenario))


def _cells(x: Share) -> tuple[str, str, str]:
    interval = percent_range(max(x.total.low, 0.0), min(x.total.high, 1.0))
    total = whole_percent(min(max(x.total.value, 0.0), 1.0))
    return whole_percent(_share(x)), f"{total} ({interval})", _rank(x)


def _rank(x: Share) -> str:
    """Return which rank a group has, or between which ranks it lies."""
    if x.ranks is None:
        return UNKNOWN
    best, worst = x.ranks
    return f"{best}" if best == worst else f"{best}-{worst}"


def csv_head() -> tuple[str, ...]:
    """Return the headings of the indices in the CSV file."""
    return tuple(f"{target}_{part}" for target in TARGETS for part in CSV_PARTS)


def csv_cells(s: Sensitivity, path: str) -> tuple[Any, ...]:
    """Return the indices of a number in the CSV file; what is not known is empty."""
    out: list[Any] = []
    for target in TARGETS:
        x = next((x for x in s.shares(s.numbers, target) if x.name == path), None)
        out += [None] * len(CSV_PARTS) if x is None else [*x.first, *x.total, *(x.ranks or (None, None))]
    return tuple(out)


def on_a_terminal(s: Section) -> Section:
    """Return a table of `sections` without what a terminal of 80 columns has no room for: what is due to each alone."""
    if len(s.head) < 5:
        return s
    keep = [i for i, head in enumerate(s.head) if not head.endswith("alone")]
    return replace(s, head=tuple(s.head[i] for i in keep), rows=tuple(tuple(row[i] for i in keep) for row in s.rows))
