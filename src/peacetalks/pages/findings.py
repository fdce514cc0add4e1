"""The finding of a comparison, an inference, an audit and a backtest: one sentence, made from their numbers.

It is the first thing on the page and on the terminal, and `finding` in JSON.

References
----------
Kass, R. E., and A. E. Raftery (1995). Bayes factors. *Journal of the American Statistical Association* 90, 773-795.
"""

from __future__ import annotations

from collections import Counter
from math import exp
from typing import TYPE_CHECKING

from peacetalks.backtests.case_outcomes import MONTHS
from peacetalks.backtests.targets import better
from peacetalks.outcomes import ENDS
from peacetalks.pages.best_text import listed
from peacetalks.pages.cells import decimal, percent_range, whole_percent
from peacetalks.pages.shown import PEACE, at, has_best, headline_day, headline_month
from peacetalks.pages.styles import BEST_ESTIMATE, END_NAMES, MODEL_ALONE, PAST_CONFLICTS
from peacetalks.pages.view_rows import NEARLY, span
from peacetalks.questions.claims import Verdict
from peacetalks.questions.marginal_likelihood import Evidence, bayes_factor

if TYPE_CHECKING:
    from peacetalks.backtests.results import Backtest
    from peacetalks.evidence.score import Skill
    from peacetalks.forecasting.views import ForecastViews
    from peacetalks.questions.claims import Audit
    from peacetalks.questions.compare import Comparison
    from peacetalks.questions.infer import Inference

SLIGHTLY = 0.02  # share of a score up to which a difference is called slight
STRENGTHS = ((3.0, "hardly worth a mention"), (20.0, "positive evidence"), (150.0, "strong evidence"))  # Kass, Raftery
STRONGEST = "very strong evidence"
SURE = 2.0  # standard errors of a log Bayes factor from which it is taken as different from none
BE = {True: "is", False: "are"}
LARGEST, LEAST = 1e6, -6.9  # a factor, and the logarithm of one, beyond which they are not written out


def compare_finding(c: Comparison) -> str:
    """Return what the accounts of a comparison make of the answer."""
    answers = {name: answer(f, has_best(f)) for name, f in c.views.items()}
    estimated = {name: a for name, a in answers.items() if has_best(c.views[name])}
    shown, whose = (estimated, "") if estimated else (answers, f" ({MODEL_ALONE})")
    f = c.views["base"]
    by, spans = f"by {headline_day(f)}", {}
    for end in ENDS:
        values = [a[end] for a in shown.values()]
        spans[end] = max(values) - min(values)
    without = [name for name in answers if name not in shown]
    but = f"; there is no {BEST_ESTIMATE} under {listed(without)}" if without else ""
    if max(spans.values()) <= NEARLY:
        first, *rest = (f"{END_NAMES[e].lower()}{{}} {span([a[e] for a in shown.values()])}" for e in ENDS)
        ends = ", ".join((first.format(f" {by} is"), *(r.format("") for r in rest)))
        return f"Whichever account is held, {ends}{whose}{but}."
    end = PEACE if spans[PEACE] > NEARLY else max(spans, key=lambda e: spans[e])
    low, *_, high = sorted(shown, key=lambda name: shown[name][end])
    beside = "" if not estimated else f"; their 90% intervals {_overlap(c, low, high, end)}"
    return (
        f"It depends on the account: {END_NAMES[end].lower()} {by} is {whole_percent(shown[low][end])} under {low} and "
        f"{whole_percent(shown[high][end])} under {high}{whose}{beside}{but}."
    )


def infer_finding(i: Inference) -> str:
    """Return what a record says of the accounts; with one account, how far it moves the answer."""
    events = f"The record of {_count(len(i.common), 'event')}"
    if len(i.log_likelihood) < 2:
        before, after = i.before["base"], i.after["base"]
        best = has_best(before) and has_best(after)
        view = BEST_ESTIMATE if best else MODEL_ALONE
        day = headline_day(after)
        was, now = (whole_percent(answer(f, best)[PEACE]) for f in (before, after))
        moved = (
            f"moves the {view} of peace by {day} from {was} to {now}"
            if was != now
            else (f"leaves the {view} of peace by {day} at {now}")
        )
        return f"The record of {_count(len(i.base.used), 'event')} {moved}."
    evidence = i.evidence or {name: Evidence.at_a_point(x) for name, x in i.log_likelihood.items()}
    first, second, *rest = sorted(evidence, key=lambda name: -evidence[name].log_z)
    where = "" if i.evidence else ", at the central values of the ranges"
    (factor, error), last = bayes_factor(evidence[first], evidence[second]), (second, *rest)[-1]
    most = bayes_factor(evidence[first], evidence[last]).value
    if exp(min(most, 700)) < STRENGTHS[0][0]:
        return (
            f"{events} hardly distinguishes the accounts: it is {times(most)} times as likely under {first} as under "
            f"{last}{where}."
        )
    if factor <= SURE * error or times(factor) == "1.0":
        text = f"{events} does not distinguish {first} from {second} (Bayes factor {times(factor)}){where}"
    else:
        text = f"{events} favours {first} over {second} by a factor of {times(factor)}, {_strength(factor)}{where}"
    return (
        f"{text}; the least likely is {last}, by a factor of {times(most)}, {_strength(most)}." if rest else f"{text}."
    )


def audit_finding(a: Audit) -> str:
    """Return how many claims hold, fail and are undecided under every account, and how many depend on the account."""
    several = len({f.account for f in a.findings}) > 1
    verdicts = {c.id: {f.verdict for f in a.findings if f.claim.id == c.id} for c in a.claims}
    counts = Counter(next(iter(v)) if len(v) == 1 else None for v in verdicts.values())
    undecided = counts[Verdict.UNDECIDED]
    parts = (_verb(counts[Verdict.HOLDS], "hold"), _verb(counts[Verdict.FAILS], "fail"))
    text = f"Of {_count(len(verdicts), 'claim')} {listed((*parts, f'{undecided} {BE[undecided == 1]} undecided'))}"
    text += f" under every account; {_verb(counts[None], 'depend')} on the account" if several else ""
    number, unsolved = counts[Verdict.NOTHING_COMPARED], counts[Verdict.NOT_SOLVED]
    text += f"; {_verb(number, 'ask')} for a number and compare{'s' * (number == 1)} nothing" if number else ""
    return f"{text}; {unsolved} could not be solved." if unsolved else f"{text}."


def backtest_finding(b: Backtest) -> str:
    """Return whether the best estimate scored better than past conflicts by themselves on the conflict-years."""
    q = b.of_years(MONTHS[0])
    mine = [c.by_row for c in b.compared if c.view == "best"]
    first = next(c.by_row for c in b.compared if c.view == "best" and c.score == "rps" and c.months == MONTHS[0])
    best, record = q.of("best"), q.of("record")
    if found := better(b.compared, "best"):
        word, more = "better than", f": {listed(found)}"
    else:
        worse = all(d.low > 0 for d in mine)
        slightly = "slightly " if record.rps and first.value < SLIGHTLY * record.rps else ""
        word = f"{slightly}worse than" if worse else "no better than"
        more = f" (RPS {decimal(best.rps, form='.4f')} against {decimal(record.rps, form='.4f')})"
    return (
        f"The {BEST_ESTIMATE} scored {word} {PAST_CONFLICTS} by themselves on {q.n:,} conflict-years{more}; "
        f"{_against_climatology(best.rps_skill, record.rps_skill)}."
    )


def _against_climatology(best: Skill | None, record: Skill | None) -> str:
    """Return how best estimate and past conflicts stand against climatology, as their intervals have it."""
    words = [
        "better than" if k and k.low > 0 else "worse than" if k and k.high < 0 else "not distinguishable from"
        for k in (best, record)
    ]
    if words[0] != words[1]:
        return f"the {BEST_ESTIMATE} is {words[0]} climatology, {PAST_CONFLICTS} are {words[1]} it"
    return (
        f"neither is {words[0].removeprefix('not ')} climatology"
        if "not " in words[0]
        else f"both are {words[0]} climatology"
    )


def answer(f: ForecastViews, best: bool) -> dict[str, float]:
    """Return the probability of each outcome class at the month of the headline: best estimate, or model alone."""
    a = f.pooled.ends if best and f.pooled.ends is not None else f.ends
    return {e: at(a, e, headline_month(f)) for e in ENDS}


def _overlap(c: Comparison, one: str, other: str, end: str) -> str:
    """Return whether the 90% intervals of two accounts overlap, with both."""
    m = headline_month(c.views["base"])
    spans = []
    for name in (one, other):
        best = c.views[name].pooled
        assert best.low is not None
        assert best.high is not None
        spans.append([at(a, end, m) for a in (best.low, best.high)])
    apart = max(s[0] for s in spans) > min(s[1] for s in spans)
    return f"{'do not overlap' if apart else 'overlap'} ({' and '.join(percent_range(*s) for s in spans)})"


def _strength(log_factor: float) -> str:
    """Return what a Bayes factor is called (Kass and Raftery 1995).

    >>> _strength(0.5), _strength(2.0), _strength(9.0)
    ('hardly worth a mention', 'positive evidence', 'very strong evidence')
    """
    return next((word for most, word in STRENGTHS if exp(min(log_factor, 700)) < most), STRONGEST)


def times(log_factor: float) -> str:
    """Return a Bayes factor as it is written in a sentence.

    >>> times(1.1), times(3.0), times(8.0), times(900.0)
    ('3.0', '20', '3,000', 'over a million')
    >>> times(-1.1), times(-9.0)
    ('0.33', 'under 0.001')
    """
    if log_factor < 0:
        return f"{exp(log_factor):.2g}" if log_factor > LEAST else "under 0.001"
    factor = exp(min(log_factor, 700))
    if factor >= LARGEST:
        return "over a million"
    if factor < 10:
        return f"{factor:.1f}"
    digits = len(str(int(factor))) - 2
    return f"{round(factor, -digits):,.0f}"


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'s' * (n != 1)}"


def _verb(n: int, verb: str) -> str:
    return f"{n} {verb}{'s' * (n == 1)}"
