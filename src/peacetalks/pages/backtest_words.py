"""The backtest in words: `docs/backtest.md`, generated so that it cannot go stale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.backtests.inside import ORDER
from peacetalks.backtests.views import BURN_IN

if TYPE_CHECKING:
    from peacetalks.backtests.results import Backtest, Result
    from peacetalks.evidence.score import Skill

SHOWN = ("no change", "last value", "outside", "own record", "pooled")
TITLES = {
    "ceasefires": "Ceasefires: broken by a party",
    "episodes": "Conflict episodes: whether, how and when they end",
    "processes": "Peace processes: a substantive agreement",
}


def number(value: float) -> str:
    """Return a number with its sign and two decimals; no number and infinity by their signs."""
    if math.isnan(value):
        return "–"
    return "−∞" if value == -math.inf else f"{value:+.2f}".replace("-", "−")


def interval(s: Skill | None) -> str:
    """Return a skill with its 95 % interval."""
    if s is None:
        return "–"
    return number(s.value) if math.isnan(s.low) else f"{number(s.value)} ({number(s.low)} to {number(s.high)})"


def markdown(b: Backtest) -> str:
    """Return the page as Markdown."""
    parts = [HEAD.format(draws=b.draws, seed=b.seed, burn=BURN_IN)]
    for family, title in TITLES.items():
        chosen = [q for q in b.questions if q.family == family]
        if chosen:
            parts += [f"## {title}\n", _table(chosen), _notes(chosen)]
    return "\n".join([*parts, _case_book(b), _reading(b), TAIL])


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _table(chosen: list[Result]) -> str:
    head = ["question", "N (clusters)", "seen", "score of climatology", *SHOWN]
    lines = [_row(head), _row(["---"] * len(head))]
    for q in chosen:
        many = len(q.labels) > 2
        base = q.of("climatology")
        scored = f"RPS {base.rps:.3f}" if many else f"Brier {base.brier:.3f}"
        skills = [interval(q.of(v).rps_skill if many else q.of(v).brier_skill) for v in SHOWN]
        lines.append(_row([q.title, f"{q.n} ({q.clusters})", _seen(q), scored, *skills]))
    return "\n".join(lines) + "\n"


def _seen(q: Result) -> str:
    if len(q.labels) == 2:
        return f"{q.frequency[q.labels[1]]:.1%}"
    return ", ".join(f"{k} {v:.0%}" for k, v in q.frequency.items())


def _notes(chosen: list[Result]) -> str:
    lines = []
    first, last = min(q.first for q in chosen), max(q.last for q in chosen)
    lines.append(f"Forecasts scored were made from {first} to {last}. Left out, by question:\n")
    for q in chosen:
        why = "; ".join(f"{n} {reason}" for reason, n in q.left_out.items()) or "none"
        lines.append(f"- {q.title}: {why}.")
    lines.append("")
    logs = [f"{q.title} {interval(q.of('pooled').log_skill)}" for q in chosen]
    lines.append("Log-score skill of the pooled view: " + "; ".join(logs) + ".\n")
    bins = [f"{q.title} {q.calibration['pooled'].outside} of {q.calibration['pooled'].n.size}" for q in chosen]
    lines.append("Calibration of the pooled view, bins outside their 90% consistency band: " + "; ".join(bins) + ".\n")
    for q in chosen:
        if q.bounds:
            what = "; ".join(
                f"all “{x.label}”: {x.frequency:.1%} broken, skill of pooled {interval(x.skill['pooled'])}, N {x.n}"
                for x in q.bounds
            )
            lines.append(f"- {q.title}, had every unrecorded fate been {what}.")
    return "\n".join(lines) + "\n"


def _case_book(b: Backtest) -> str:
    q, size = b.book_result, b.book.size
    names = {c.id for c in b.book.cases}
    lines = [
        "## Case book: inside, outside and pooled views of historical negotiations\n",
        BOOK.format(
            n=len(names),
            positions=size.positions,
            offers=size.offers,
            belief=size.belief_points,
            rows=q.n,
            clusters=q.clusters,
            first=q.first,
            last=q.last,
            seen=_seen(q).replace("_", " "),
            left="; ".join(f"{n} {r}" for r, n in q.left_out.items()) or "none",
        ),
    ]
    head = ["view", "RPS", "Brier", "log score", "RPS skill", "Brier skill", "log skill"]
    lines += [_row(head), _row(["---"] * len(head))]
    for s in q.scores:
        lines.append(
            _row(
                [
                    s.view,
                    f"{s.rps:.3f}",
                    f"{s.brier:.3f}",
                    f"{s.log:.3f}" if math.isfinite(s.log) else "∞",
                    interval(s.rps_skill),
                    interval(s.brier_skill),
                    interval(s.log_skill),
                ]
            )
        )
    f = b.weight
    told = (
        "the cases identify it"
        if f.identified
        else ("the cases do not identify it: the figure is mostly the prior, and is shipped as such")
    )
    lines.append(
        f"\nPool shipped as the default: weight of the inside view {f.weight:.2f} (95% {f.low:.2f} to {f.high:.2f}), "
        f"sharpness {f.sharpness:.2f}, from {f.effective_n:g} cases; {told}. Prior: {f.prior.why}.\n"
    )
    mean = {v: b.book.views[v][b.book.scored].mean(axis=0) for v in ("inside", "outside")}
    came = np.array([q.frequency[e] for e in ORDER])
    lines.append(
        "Mean probability of "
        + ", ".join(ORDER).replace("_", " ")
        + ": inside "
        + ", ".join(f"{v:.2f}" for v in mean["inside"])
        + "; outside "
        + ", ".join(f"{v:.2f}" for v in mean["outside"])
        + "; what came true "
        + ", ".join(f"{v:.2f}" for v in came)
        + ".\n"
    )
    return "\n".join(lines)


def _reading(b: Backtest) -> str:
    """Return what the figures show, said from the intervals."""

    def better(view: str, many: tuple[Result, ...]) -> tuple[int, int, int]:
        found = [(q.of(view).rps_skill or q.of(view).brier_skill) for q in many]
        return sum(s.low > 0 for s in found), sum(s.high < 0 for s in found), len(found)

    lines = ["## What it shows\n"]
    for view in ("outside", "own record", "pooled", "last value", "no change"):
        up, down, all_ = better(view, b.questions)
        lines.append(
            f"- {view}: better than climatology (interval above 0) on {up} of {all_} questions, worse on {down}."
        )
    q = b.book_result
    for view in ("inside", "outside", "pooled", "no change"):
        s = q.of(view).rps_skill
        assert s is not None
        word = "better than" if s.low > 0 else "worse than" if s.high < 0 else "not distinguishable from"
        lines.append(f"- case book, {view}: {word} climatology on the RPS, {interval(s)}.")
    return "\n".join(lines) + "\n"


HEAD = """# Backtest

Generated by `peacetalks backtest -o docs/backtest.md`; a test compares it with what the command computes.

Every forecast uses only outcomes known before the quarter in which it is made. Skill is 1 − score/score of
climatology on the same occasions: 1 perfect, 0 no better, negative worse; in brackets the 95% interval of a paired
bootstrap over clusters (states; {draws} draws, seed {seed}). Yes-or-no questions are scored by Brier, the others by
the RPS on their ordered answers. A forecast is scored once {burn} earlier occasions are known. *Outside* is the
reference class with shrinkage, *own record* the same state's earlier occasions with shrinkage, *pooled* their
logarithmic pool with weight and sharpness fitted on earlier forecasts. Definitions: `peacetalks.backtests.occasions`,
`.views`.
"""

BOOK = """{n} negotiations chosen by a rule (`peacetalks.backtests.negotiations`): the first mediated talks with a recorded
first day in wars since 1946. Each becomes a scenario by a fixed mapping from data (`.mapping`), never tuned, solved with
{positions} front positions, {offers} offers and {belief} belief points a side. Scored: {rows} rows (each case at 12 and 24 months)
in {clusters} clusters, talks from {first} to {last}. What came true: {seen}. Left out: {left}.
"""

TAIL = """## What it does not show

- Ceasefires: only those whose fate was recorded are scored, and recording is not random; the bounds say how much
  that could matter. Which fates are recorded, and that a truce still stood, is later coders' knowledge.
- Episodes: the same war is asked about every year; the clusters account for that, the N does not.
- Processes: only processes that produced a text are in the data.
- Consistency bands take occasions as independent; a war asked about every year is not, so for episodes they are too narrow.
- A log score of infinity is a view that gave 0 to what came true (a small class in which it had never happened); the pool
  lifts such zeros to 0.001.
- Coders publish months later than an observer of the time would need, and correct; that delay is not modelled.
- The case book: only mediated talks with a recorded first day; wide intervals; a small game. It tests this mapping,
  not a scenario that an analyst writes with care, and it says nothing about a war unlike those in it.
- Questions and classes were fixed before the scores were seen; nothing was tuned on them.
"""
