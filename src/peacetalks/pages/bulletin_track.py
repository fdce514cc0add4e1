"""The page of the track record: how earlier bulletins did, against past conflicts by themselves."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from peacetalks.archive.saved import VIEWS
from peacetalks.bulletin.track import GRACE
from peacetalks.pages import markup
from peacetalks.pages.archive_score import LOWER, NAMES, RULE_NAMES, SKILL
from peacetalks.pages.archive_words import FOOTER
from peacetalks.pages.cells import decimal, decimal_range, score_or_infinity, signed, whole_percent
from peacetalks.pages.styles import BEST_ESTIMATE, END_NAMES, PAST_CONFLICTS
from peacetalks.pages.table_page import Page, Section, values
from peacetalks.scenario.dates import day_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from peacetalks.archive.folder import Refused
    from peacetalks.archive.scoring import ScoreSet
    from peacetalks.bulletin.track import Ahead, Group, TrackRecord
    from peacetalks.evidence.score import Calibration, Skill
    from peacetalks.pages.forecast_charts import Plot

IN_TIME, LATER, CODED = "published in time", "made for a date in the past", "of a state that was coded later"
GROUPS = {"in_time": IN_TIME, "later": LATER, "coded_later": CODED}
TEXTS = {
    "in_time": f"Made and saved within {GRACE} days of the bulletin's date.",
    "later": (
        f"Bulletins that were made more than {GRACE} days after their date. Nothing dated later enters these, "
        "the calibration included, but their method was chosen by who could know what became; and what is left out as "
        "over is chosen by ends that were coded later. They are no evidence as those published in time are."
    ),
    "coded_later": (
        "A truce or a settlement that ended an episode was public on its day, but the record codes such an end only "
        "where the next calendar year had fewer than 25 battle deaths: for that year it held by construction, and what "
        "did not hold is missing. The scores of these forecasts say nothing of skill, and are in no other mean."
    ),
}
BY_STATE = (
    "Mean over forecasts. A truce or a settlement ended an episode of fighting; a conflict with a ceasefire within an "
    "episode that goes on counts as fought."
)
RULE = (
    "A forecast is scored where the record says what became of the conflict: peace (an agreement or a ceasefire that "
    "held to the day), more conflict (won by force, or such an end that did not hold), else still no settlement."
)
SEE = (
    "Bins of equally many forecasts; the bands hold 90% of what reliable forecasts would show, if those of one "
    "conflict in the same years come true together. On the line: reliable."
)


def track_lines(t: TrackRecord) -> list[str]:
    """Return the track record in a sentence for each time ahead."""
    if not any(a.forecasts for a in t.ahead):
        return ["There is no earlier bulletin."]
    return [_sentence(a) for a in t.ahead]


def _sentence(a: Ahead) -> str:
    said = []
    for key, words in GROUPS.items():
        scores = getattr(a, key).scores
        if scores.scored:
            brier = {v: scores.averages[v]["brier"].value for v in VIEWS}
            said.append(
                f"{len(scores.scored)} forecasts of {len(scores.scenarios)} conflicts {words}: mean Brier score, over "
                f"conflicts, of the {BEST_ESTIMATE} {brier['best']:.3f}, of {PAST_CONFLICTS} by themselves "
                f"{brier['record']:.3f}{'' if key == 'coded_later' else _verdict(scores)}"
            )
    left = sum(a.unresolved.values())
    return f"{a.months} months ahead, {'; '.join(said) or 'none is scored'}. Not resolved: {left}."


def _verdict(scores: ScoreSet) -> str:
    """Return the skill of the best estimate, where there are enough conflicts to say."""
    if scores.too_few:
        return ""
    s = scores.skill["record"]["brier"]
    return f" (skill {signed(s.value, '.3f')}, 95% interval {signed(s.low, '.3f')} to {signed(s.high, '.3f')})"


def track_html(t: TrackRecord, links: Sequence[tuple[str, str]], refused: Sequence[Refused] = ()) -> str:
    """Return the page of the track record; `refused` are bulletins that cannot be read."""
    return markup.fill("bulletin_track", links=links, **values(track_page(t, refused)))


def track_page(t: TrackRecord, refused: Sequence[Refused] = ()) -> Page:
    """Return the page of the track record, as tables; `refused` are bulletins that cannot be read."""
    sections = tuple(s for a in t.ahead for s in _sections(a))
    lines = [*track_lines(t), *(f"Left out, because it cannot be read: {r.file}." for r in refused)]
    subtitle = f"As known on {day_name(t.known_by)}: what became known later does not enter."
    return Page("How earlier bulletins did", RULE, sections, tuple(lines[1:]), lines[0], subtitle, FOOTER)


def _sections(a: Ahead) -> Iterator[Section]:
    for key, words in GROUPS.items():
        group: Group = getattr(a, key)
        if not group.scores.scored:
            continue
        title = f"{a.months} months ahead, {words}"
        yield _scores(title, group, TEXTS[key])
        if len(group.states) > 1:
            yield _states(title, group)
        if key != "coded_later":  # of which skill and calibration say nothing
            yield from _against_the_record(title, group)
        yield _conflicts(title, group)
    yield _bulletins(a)
    yield _unresolved(a)


def _against_the_record(title: str, g: Group) -> Iterator[Section]:
    yield _skill(title, g)
    for end, name in END_NAMES.items():
        of = {v: c[end] for v, c in g.calibration.items()}
        if of:
            yield _calibration(f"{name}, {title}", of)


def _scores(title: str, g: Group, text: str) -> Section:
    rows = tuple((NAMES[v], *(_mean(g, v, r) for r in RULE_NAMES)) for v in VIEWS)
    n, k = len(g.scores.scored), len(g.scores.scenarios)
    text_of_scores = LOWER.replace("scenario", "conflict")
    if all(g.scores.averages[v][r].low is None for v in VIEWS for r in RULE_NAMES):
        text_of_scores = f"{text_of_scores.partition(';')[0]}. Too few conflicts for intervals."
    note = f"{n} forecast{'s' * (n != 1)} of {k} conflict{'s' * (k != 1)}. {text_of_scores}"
    return Section(f"Scores {title}", ("view", *RULE_NAMES.values()), rows, text, notes=(note,), numbers=True)


def _mean(g: Group, view: str, rule: str) -> str:
    a = g.scores.averages[view][rule]
    return score_or_infinity(a.value) + ("" if a.low is None else f" ({decimal_range(a.low, a.high)})")


def _skill(title: str, g: Group) -> Section:
    rows = tuple(
        (f"against {NAMES[ref]}", *(_skill_cell(skills[r], g.scores.too_few) for r in RULE_NAMES))
        for ref, skills in g.scores.skill.items()
    )
    head = (f"skill of the {BEST_ESTIMATE}", *RULE_NAMES.values())
    return Section(f"Skill {title}", head, rows, SKILL, notes=g.scores.notes, numbers=True)


def _skill_cell(s: Skill, too_few: bool) -> str:
    interval = "" if too_few else f" ({signed(s.low, '.3f')} to {signed(s.high, '.3f')})"
    return f"{signed(s.value, '.3f')}{interval}"


def _states(title: str, g: Group) -> Section:
    rows = tuple((s.state, str(s.scored), *(decimal(getattr(s, v)) for v in VIEWS)) for s in g.states)
    head = ("state at the date", "forecasts", *(f"Brier score, {NAMES[v]}" for v in VIEWS))
    return Section(f"By state, {title}", head, rows, BY_STATE, numbers=True)


def _calibration(title: str, of: dict[str, Calibration]) -> Section:
    rows = tuple(
        (NAMES[view], whole_percent(p), whole_percent(y), f"{100 * low:.0f}-{100 * high:.0f}%", str(n))
        for view, c in of.items()
        for p, y, low, high, n in zip(c.forecast, c.observed, c.low, c.high, c.n, strict=True)
    )
    head = ("view", "mean forecast", "came true", "expected of reliable forecasts (90%)", "forecasts")
    return Section(f"Calibration: {title}", head, rows, plot=_plot(title, of), half=True, numbers=True)


def _plot(title: str, of: dict[str, Calibration]) -> Plot:
    from peacetalks.pages.backtest_charts import reliability_chart  # Altair is slow to import
    from peacetalks.pages.forecast_charts import Plot

    return Plot(f"Calibration: {title}", SEE, partial(reliability_chart, of))


def _conflicts(title: str, g: Group) -> Section:
    rows = tuple((s.scenario, str(s.n), *(decimal(s.brier[v]) for v in VIEWS)) for s in g.scores.scenarios)
    head = ("conflict", "forecasts", *(NAMES[v] for v in VIEWS))
    return Section(f"Mean Brier score by conflict, {title}", head, rows, folded=True, numbers=True)


def _bulletins(a: Ahead) -> Section:
    rows = tuple(
        (
            b.as_of.isoformat(),
            str(b.scored),
            str(b.coded_later),
            str(b.unresolved),
            *(decimal(getattr(b, v)) for v in VIEWS),
        )
        for b in a.bulletins
    )
    head = ("bulletin", "scored", "state coded later", "not resolved", *(f"Brier score, {NAMES[v]}" for v in VIEWS))
    text = "Mean over a bulletin's conflicts, without those whose state was coded later." if rows else ""
    return Section(f"By bulletin, {a.months} months ahead", head, rows, text, folded=len(rows) > 12, numbers=True)


def _unresolved(a: Ahead) -> Section:
    rows = tuple((reason, str(n)) for reason, n in a.unresolved.items())
    return Section(f"Not resolved, {a.months} months ahead", ("why", "forecasts"), rows, numbers=True)
