"""The backtest in words: `docs/backtest.md`, generated so that it cannot go stale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.backtests.case_outcomes import ORDER
from peacetalks.backtests.views import BURN_IN
from peacetalks.pages.cells import decimal, score_or_infinity, signed
from peacetalks.pages.styles import BEST_ESTIMATE, END_NAMES, MODEL_ALONE, OWN_RECORD, PAST_CONFLICTS, view_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from peacetalks.backtests.results import Backtest, Result
    from peacetalks.evidence.score import Skill

STATUS_QUO, LAST_OUTCOME = view_name("no change"), view_name("last value")
SHOWN = ("no change", "last value", "outside", "own record", "pooled")
FAMILIES = {
    "ceasefires": "Ceasefires: broken by a party",
    "episodes": "Conflict episodes: whether, how and when they end",
    "processes": "Peace processes: a substantive agreement",
}


def interval(s: Skill | None) -> str:
    """Return a skill with its 95% interval."""
    if s is None:
        return "–"
    return signed(s.value) if math.isnan(s.low) else f"{signed(s.value)} ({signed(s.low)} to {signed(s.high)})"


def observed(q: Result) -> str:
    """Return how often each answer to a question came true."""
    if len(q.labels) == 2:
        return f"{q.frequency[q.labels[1]]:.1%}"
    return ", ".join(f"{END_NAMES.get(k, k).lower()} {v:.0%}" for k, v in q.frequency.items())


def markdown(b: Backtest) -> str:
    """Return the page as Markdown."""
    parts = [HEAD.format(draws=b.draws, seed=b.seed, burn=BURN_IN)]
    for family, title in FAMILIES.items():
        chosen = [q for q in b.questions if q.family == family]
        if chosen:
            parts += [f"## {title}\n", _skills(chosen), _notes(chosen)]
    return "\n".join([*parts, _case_book(b), _summary(b), TAIL])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table.

    >>> print(_table(["view", "RPS"], [["climatology", "0.2"]]))
    | view | RPS |
    | --- | --- |
    | climatology | 0.2 |
    """
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows))


def _skills(chosen: list[Result]) -> str:
    head = ["question", "N (clusters)", "observed", "score of climatology", *map(view_name, SHOWN)]
    rows = []
    for q in chosen:
        base = q.of("climatology")
        scored = f"Brier {decimal(base.brier)}" if base.rps is None else f"RPS {decimal(base.rps)}"
        skills = [interval(q.of(v).main_skill) for v in SHOWN]
        rows.append([q.title, f"{q.n} ({q.clusters})", observed(q), scored, *skills])
    return _table(head, rows) + "\n"


def _notes(chosen: list[Result]) -> str:
    """Return what was left out, log scores, calibration, and bounds for fates that are not recorded."""
    first, last = min(q.first for q in chosen), max(q.last for q in chosen)
    lines = [f"Forecasts scored were made from {first} to {last}. Left out, by question:\n"]
    lines += [f"- {q.title}: {_left_out(q)}." for q in chosen]
    logs = "; ".join(f"{q.title} {interval(q.of('pooled').log_skill)}" for q in chosen)
    calibrated = [(q.title, q.calibration["pooled"]) for q in chosen]
    bins = "; ".join(f"{title} {c.outside} of {c.n.size}" for title, c in calibrated)
    lines += ["", f"Log-score skill of the {BEST_ESTIMATE}: {logs}.\n"]
    lines.append(f"Calibration of the {BEST_ESTIMATE}, bins outside their 90% consistency band: {bins}.\n")
    for q in chosen:
        if q.bounds:
            what = "; ".join(
                f"all “{x.label}”: {x.frequency:.1%} broken, skill of the {BEST_ESTIMATE} "
                f"{interval(x.skill['pooled'])}, N {x.n}"
                for x in q.bounds
            )
            lines.append(f"- {q.title}, had every unrecorded fate been {what}.")
    return "\n".join(lines) + "\n"


def _left_out(q: Result) -> str:
    return "; ".join(f"{n} {reason}" for reason, n in q.left_out.items()) or "none"


def _case_book(b: Backtest) -> str:
    q, size = b.book_result, b.book.size
    opening = BOOK.format(
        n=len({c.id for c in b.book.cases}),
        positions=size.positions,
        offers=size.offers,
        belief=size.belief_points,
        rows=q.n,
        clusters=q.clusters,
        first=q.first,
        last=q.last,
        observed=observed(q),
        left=_left_out(q),
    )
    head = ["view", "RPS", "Brier", "log score", "RPS skill", "Brier skill", "log skill"]
    rows = [
        (
            view_name(s.view),
            *(decimal(s.rps), decimal(s.brier), score_or_infinity(s.log)),
            *(interval(s.rps_skill), interval(s.brier_skill), interval(s.log_skill)),
        )
        for s in q.scores
    ]
    title = f"## Case book: {MODEL_ALONE}, {PAST_CONFLICTS} and {BEST_ESTIMATE} on historical negotiations\n"
    return "\n".join([title, opening, _table(head, rows), _pool(b), _means(b)])


def _pool(b: Backtest) -> str:
    f = b.weight
    rests = (
        "the cases identify it"
        if f.identified
        else "the cases do not identify it: the figure is mostly the prior, and is shipped as such"
    )
    return (
        f"\nPool shipped as the default: weight of the model {f.weight:.2f} (95% {f.low:.2f} to {f.high:.2f}), "
        f"sharpness {f.sharpness:.2f}, from {f.effective_n:g} cases; {rests}. Prior: {f.prior.why}.\n"
    )


def _means(b: Backtest) -> str:
    """Return the mean probability that model and past conflicts gave to each outcome class, and what came true."""
    mean = {view_name(v): b.book.views[v][b.book.scored].mean(axis=0) for v in ("inside", "outside")}
    mean["what came true"] = np.array([b.book_result.frequency[e] for e in ORDER])
    figures = "; ".join(f"{name} {', '.join(f'{v:.2f}' for v in row)}" for name, row in mean.items())
    return f"Mean probability of {', '.join(END_NAMES[e].lower() for e in ORDER)}: {figures}.\n"


def _summary(b: Backtest) -> str:
    """Return what the figures show, as the intervals have it."""
    lines = ["## What it shows\n"]
    for view in ("outside", "own record", "pooled", "last value", "no change"):
        skills = [q.of(view).main_skill for q in b.questions]
        up, down = sum(s.low > 0 for s in skills), sum(s.high < 0 for s in skills)
        lines.append(
            f"- {view_name(view)}: better than climatology (interval above 0) on {up} of {len(skills)} questions, "
            f"worse on {down}."
        )
    for view in ("inside", "outside", "pooled", "no change"):
        s = b.book_result.of(view).main_skill
        word = "better than" if s.low > 0 else "worse than" if s.high < 0 else "not distinguishable from"
        lines.append(f"- case book, {view_name(view)}: {word} climatology on the RPS, {interval(s)}.")
    return "\n".join(lines) + "\n"


HEAD = f"""# Backtest

Generated by `peacetalks backtest -o docs/backtest.md`; a test compares it with what the command computes.

Every forecast uses only outcomes known before the quarter in which it is made. Skill is 1 − score/score of
climatology on the same occasions: 1 perfect, 0 no better, negative worse; in brackets the 95% interval of a paired
bootstrap over clusters (states; {{draws}} draws, seed {{seed}}). Yes-or-no questions are scored by Brier, the others by
the RPS on their ordered answers. A forecast is scored once {{burn}} earlier occasions are known. The views:

- *{STATUS_QUO}*: certain that the truce holds, the conflict goes on, no text is signed;
- *{LAST_OUTCOME}*: certain of what came of the last occasion in the same state or process;
- *{PAST_CONFLICTS}*: the reference class with shrinkage;
- *{OWN_RECORD}*: the same state's earlier occasions with shrinkage;
- *{BEST_ESTIMATE}*: the logarithmic pool of the last two, in the case book that of the {MODEL_ALONE} with
  {PAST_CONFLICTS}; weight and sharpness are fitted on earlier forecasts.

Definitions: `peacetalks.backtests.occasions`, `.views`.
"""

BOOK = """{n} negotiations chosen by a rule (`peacetalks.backtests.negotiations`): the first mediated talks with a
recorded first day in wars since 1946. Each becomes a scenario by a fixed mapping from data (`.mapping`), never tuned,
solved with {positions} front positions, {offers} offers and {belief} belief points a side. Scored: {rows} rows (each
case at 12 and 24 months) in {clusters} clusters, talks from {first} to {last}. What came true: {observed}. Left out:
{left}.
"""

TAIL = """## What it does not show

- Ceasefires: only those whose fate was recorded are scored, and recording is not random; the bounds say how much
  that could matter. Which fates are recorded, and that a truce still stood, is later coders' knowledge.
- Episodes: the same war is asked about every year; the clusters account for that, the N does not.
- Processes: only processes that produced a text are in the data.
- Consistency bands take occasions as independent; a war asked about every year is not, so for episodes they are too
  narrow.
- A log score of infinity is a view that gave 0 to what came true (a small class in which it had never happened); the
  pool lifts such zeros to 0.001.
- Coders publish months later than an observer of the time would need, and correct; that delay is not modelled.
- The case book: only mediated talks with a recorded first day; wide intervals; a small game. It tests this mapping,
  not a scenario that an analyst writes with care, and it says nothing about a war unlike those in it.
- Questions and classes were fixed before the scores were seen; nothing was tuned on them.
"""
