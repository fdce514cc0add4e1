"""The main part of the backtest in words: what was to be shown, the conflict-years, and the case book."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from peacetalks.backtests import targets as targets_of
from peacetalks.backtests.case_outcomes import MONTHS, ORDER
from peacetalks.backtests.results import EVERY, GROUPS
from peacetalks.backtests.rival import LEAST, STRENGTHS
from peacetalks.backtests.scores import DISCRIMINATED
from peacetalks.pages.backtest_cells import (
    CALIBRATED,
    RIVAL,
    UNCALIBRATED,
    interval,
    left_out,
    name_of,
    observed,
    table,
)
from peacetalks.pages.cells import decimal, score_or_infinity, signed
from peacetalks.pages.styles import BEST_ESTIMATE, END_NAMES, PAST_CONFLICTS

if TYPE_CHECKING:
    from peacetalks.backtests.measures import Difference
    from peacetalks.backtests.results import Backtest, Result
    from peacetalks.backtests.targets import Compared, Target

FOUR = ".4f"  # format of differences of scores
BY_GROUP = ("ridge", "record", "model uncalibrated", "model", "best")


def targets(b: Backtest) -> str:
    """Return the section on what was to be shown, and whether it is."""
    rows = [target_cells(t, "**no**") for t in b.targets]
    done = sum(t.reached for t in b.targets)
    lines = [
        "## What was to be shown, and what is\n",
        f"The targets were fixed before the scores were seen; {done} of {len(b.targets)} are reached. Differences are "
        "per conflict-year, negative is better, in brackets the 95% interval over states.\n",
        table(["target", "wanted", "found", "reached", "where it comes from"], rows),
        "",
        sharpens_line(b) + "\n",
    ]
    return "\n".join(lines)


def target_cells(t: Target, no: str = "no") -> list[str]:
    """Return the cells of a target: what, wanted, found, whether it is reached, where it comes from."""
    bins = math.isnan(t.low)
    found = f"{t.value:.0f}" if bins else _difference(t)
    return [t.what, t.threshold, found, "yes" if t.reached else no, t.why]


def sharpens_line(b: Backtest) -> str:
    """Return in words where best estimate and calibrated model score better than past conflicts alone."""
    best, model = (targets_of.better(b.compared, v) for v in ("best", "model"))
    first = (
        f"The {BEST_ESTIMATE} scores better than {PAST_CONFLICTS} alone: {', '.join(best)}."
        if best
        else f"On the conflict-years the {BEST_ESTIMATE} scores better than {PAST_CONFLICTS} alone nowhere (with an "
        "interval below 0): the model explains and compares, and does not sharpen. Forecast pages say so."
    )
    alone = f" The {CALIBRATED.replace(', ', ' as ')}, by itself, does: {', '.join(model)}." if model else ""
    return first + alone


def conflict_years(b: Backtest) -> str:
    """Return the section on the conflict-years."""
    first = b.of_years(MONTHS[0])
    lines = [
        "## Conflict-years: the main test\n",
        YEARS.format(least=LEAST, strengths=", ".join(f"{c:g}" for c in STRENGTHS)),
        f"Scored: {', '.join(f'{b.of_years(m).n} rows at {m} months' for m in MONTHS)}, in {first.clusters} clusters, "
        f"forecasts of {first.first} to {max(b.of_years(m).last for m in MONTHS)}. Left out: "
        + "; ".join(f"at {m} months {left_out(b.of_years(m))}" for m in MONTHS)
        + ".\n",
    ]
    for months in MONTHS:
        q = b.of_years(months)
        lines += [f"### {months} months later: {observed(q)}\n", _scores(q), _calibration(q)]
    lines += ["### By kind and intensity of the year\n", _groups(b), _episodes(b)]
    return "\n".join(lines)


def _scores(q: Result) -> str:
    """Return the scores of each view on all conflict-years at a horizon."""
    head = [
        "view",
        "Brier",
        "RPS",
        "log score",
        "Brier skill",
        "RPS skill",
        "log skill",
        "AUC peace",
        "AUC more",
    ]
    rows = [
        (
            name_of(s.view),
            *(decimal(s.brier, form=".4f"), decimal(s.rps, form=".4f"), score_or_infinity(s.log)),
            *(interval(k, ".3f") for k in (s.brier_skill, s.rps_skill, s.log_skill)),
            *(decimal(q.auc[s.view][e], "–", ".2f") for e in DISCRIMINATED),
        )
        for s in q.scores
    ]
    return table(head, rows) + "\n"


def _calibration(q: Result) -> str:
    """Return how many bins lie outside their bands, and mean probabilities."""
    bins = "; ".join(
        f"{name_of(v)} {c.outside} of {c.n.size} (any change)"
        + "".join(f", {k.outside} of {k.n.size} ({END_NAMES[e].lower()})" for e, k in q.end_calibration[v].items())
        for v, c in q.calibration.items()
    )
    return f"Calibration, bins outside their 90% consistency band: {bins}.\n\n{_means(q)}"


def _means(q: Result) -> str:
    """Return the mean probability that each view gave to each outcome class, and what came true."""
    skipped = ("climatology", "no change", "earlier cases")
    mean = {name_of(v): m for v, m in q.mean.items() if v not in skipped} | {"what came true": q.frequency}
    figures = "; ".join(f"{name} {', '.join(f'{m[e]:.1%}' for e in ORDER)}" for name, m in mean.items())
    return f"Mean probability of {', '.join(END_NAMES[e].lower() for e in ORDER)}: {figures}.\n"


def _groups(b: Backtest) -> str:
    """Return the skill by kind and intensity."""
    head = [
        "conflict-years",
        "months",
        "N (clusters)",
        "observed",
        "RPS of climatology",
        *map(name_of, BY_GROUP),
        "bins outside",
    ]
    rows = []
    for months in MONTHS:
        for group in (g for g in GROUPS if g != EVERY):
            q = b.of_years(months, group)
            c = q.calibration["best"]
            rows.append(
                [
                    *(
                        group,
                        str(months),
                        f"{q.n} ({q.clusters})",
                        observed(q),
                        decimal(q.of("climatology").rps, form=".4f"),
                    ),
                    *(interval(q.of(v).rps_skill, ".3f") for v in BY_GROUP),
                    f"{c.outside} of {c.n.size}",
                ]
            )
    return f"RPS skill against climatology; bins of the {BEST_ESTIMATE}, any change.\n\n{table(head, rows)}\n"


def _episodes(b: Backtest) -> str:
    """Return the differences by row and with each episode counted once."""
    head = [
        "difference from past conflicts",
        "months",
        "score",
        "by row (95% over states)",
        "with the rows at the prior",
    ]
    head += ["each episode once"]
    rows = [(v.name, str(v.months), _difference(v.brier), _difference(v.rps)) for v in b.variants]
    tried = table(["in place of the best estimate", "months", "Brier", "RPS"], rows)
    return f"{ONCE}\n{table(head, [_compared(c) for c in b.compared])}\n\n{TRIED}\n{tried}\n"


def _compared(c: Compared) -> list[str]:
    score = "RPS" if c.score == "rps" else "Brier"
    rows = (_difference(c.by_row), _difference(c.from_start))
    return [name_of(c.view), str(c.months), score, *rows, signed(c.by_episode, FOUR)]


def _difference(d: Difference | Target) -> str:
    """Return a difference of scores with its 95% interval."""
    return f"{signed(d.value, FOUR)} ({signed(d.low, FOUR)} to {signed(d.high, FOUR)})"


def case_book(b: Backtest) -> str:
    """Return the section on the case book."""
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
        left=left_out(q),
    )
    title = f"## Case book: {CALIBRATED}, {PAST_CONFLICTS} and {BEST_ESTIMATE} on historical negotiations\n"
    return "\n".join([title, opening, _scores(q), weight_line(b) + "\n", _means(q)])


def weight_line(b: Backtest) -> str:
    """Return the weight of the model's departure, as shipped, and what it rests on."""
    w = b.weight
    rests = (
        "the past narrows it"
        if w.identified
        else "the past hardly narrows it: the figure is mostly the prior, and is shipped as such"
    )
    return (
        f"Weight of the model's departure from its typical case, as shipped: {w.mean:.2f} (90% {w.low:.2f} to "
        f"{w.high:.2f}), from {w.n} forecasts that count as {w.effective_n:g}; {rests}. It is fitted to conflict-years "
        "and case book together, and to what was known at each date."
    )


def summary(b: Backtest) -> list[str]:
    """Return what the figures of conflict-years and case book show, as the intervals have it."""
    lines = []
    for q in (*(b.of_years(m) for m in MONTHS), b.book_result):
        for s in q.scores:
            if s.view in ("climatology", "earlier cases"):
                continue
            k = s.main_skill
            word = "better than" if k.low > 0 else "worse than" if k.high < 0 else "not distinguishable from"
            lines.append(f"- {q.title}, {name_of(s.view)}: {word} climatology on the RPS, {interval(k)}.")
    return lines


YEARS = f"""Every armed conflict that was active in a year and had not ended by its 31 December is asked about that day:
in which outcome class will it stand 12 and 24 months later? Forecasts use what was known by the end of that day. Rows
are conflict-years of UCDP/PRIO up to the last whose outcome is coded. Scores count every row once. The views:

- *climatology*: frequency in the conflict-years whose outcome was known, plus half a case of each class;
- *{RIVAL}*: a ridge multinomial logit on the inputs of mapping and record, refitted each year (`backtests.rival`); its
  strength is chosen each year among {{strengths}} on earlier forecasts only; it starts with {{least}} known outcomes;
- *{PAST_CONFLICTS}*: the historical record asked about the conflict (`evidence.question`);
- *{UNCALIBRATED}*: the game of the mapping with every parameter at its judged value;
- *{CALIBRATED}*: the same with the parameters as calibrated on what was known (`docs/calibration.md`);
- *{BEST_ESTIMATE}*: {PAST_CONFLICTS}, adjusted by the model's departure from the typical case of its class.
"""

ONCE = """Rows before the first calibration, in which the calibrated model is the one at its prior, are left out above;
the column with them shows what they change. Each episode counted once, with the weight 1/(rows of the episode), is
shown beside and decides nothing: how many rows an episode has depends on when it ends, so the weight depends on the
outcome, and a forecast that overstates endings would win.
"""

TRIED = f"""### Other ways to join record and model

Tried on these rows, each by walk-forward, and none chosen: what is shipped was fixed before. Differences from
{PAST_CONFLICTS}. The *mean of the class* stands in place of the typical case: the typical case lies at the medians of
its class, and where the model's forecasts are skewed over the class their mean is another, so that the departures do
not cancel and move the level.
"""

BOOK = """{n} negotiations chosen by a rule (`peacetalks.backtests.negotiations`): the first mediated talks with a
recorded first day in wars since 1946. Each becomes a scenario by the mapping from data
(`peacetalks.conflicts.mapping`), solved with {positions} front positions, {offers} offers and {belief} belief points a
side. Climatology is what became of all earlier episodes. Scored: {rows} rows (each case at 12 and 24 months) in
{clusters} clusters, talks from {first} to {last}. What came true: {observed}. Left out: {left}.
"""
