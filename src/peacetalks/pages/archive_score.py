"""The page of `score`: how saved forecasts did, against what came true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.archive.saved import VIEWS
from peacetalks.outcomes import ENDS
from peacetalks.pages.archive_words import FOOTER
from peacetalks.pages.cells import decimal, decimal_range, score_or_infinity, signed, whole_percent
from peacetalks.pages.styles import BEST_ESTIMATE, END_NAMES, MODEL_ALONE, PAST_CONFLICTS
from peacetalks.pages.table_page import Page, Section

if TYPE_CHECKING:
    from peacetalks.archive.resolved import UnusedRow
    from peacetalks.archive.scoring import Average, ScoredForecast, Scores, ScoreSet
    from peacetalks.evidence.score import Skill
    from peacetalks.pages.table_page import Cells

NAMES = {"best": BEST_ESTIMATE, "model": MODEL_ALONE, "record": f"{PAST_CONFLICTS} by themselves"}
RULE_NAMES = {"brier": "Brier score (0 to 2)", "log": "log score", "rps": "ranked probability score"}
LOWER = "Lower is better. Each scenario counts once, by the mean of its forecasts; 95% intervals over scenarios."
HINDSIGHT = "Saved after the day that they are scored for: who saved them could know. They are no evidence."
SHOWN = 10  # forecasts on a terminal
SKILL = "Skill is 1 less the ratio of the mean scores: above 0 the best estimate did better."


def score_page(s: Scores, whole: bool = True) -> Page:
    """Return the page of how saved forecasts did; not `whole`: as a terminal shows it, long tables cut."""
    sections = (
        _averages("Mean scores", s.main),
        _skill(s.main),
        _scenarios(s.main),
        _calibration(s.main),
        _forecasts("Every forecast that was scored", s.main, whole),
        _forecasts("Saved in hindsight: no evidence", s.hindsight, whole, HINDSIGHT),
        *_left_out(s),
    )
    return Page("How saved forecasts did", "", sections, s.main.notes, finding(s), footer=FOOTER)


def finding(s: Scores) -> str:
    """Return what the scores say, in one sentence."""
    main = s.main
    if not main.scored:
        late = len(s.hindsight.scored)
        why = (
            f"; {_count(late, 'forecast')} saved after the day {'is' if late == 1 else 'are'} no evidence"
            if late
            else ""
        )
        return f"No saved forecast could be scored{why}."
    means = {view: main.averages[view]["brier"].value for view in VIEWS}
    opening = (
        f"{_count(len(main.scored), 'forecast')} of {_count(len(main.scenarios), 'scenario')}: the mean Brier score of "
        f"the {BEST_ESTIMATE} is {means['best']:.2f}, of {PAST_CONFLICTS} by themselves {means['record']:.2f}, of the "
        f"{MODEL_ALONE} {means['model']:.2f}"
    )
    return f"{opening}; {_verdict(main)}."


def _verdict(main: ScoreSet) -> str:
    """Return whether the best estimate did better than the record by itself."""
    if main.too_few:
        n = len(main.scenarios)
        return f"{_count(n, 'scenario')} {'is' if n == 1 else 'are'} too few to say which does better"
    skill = main.skill["record"]["brier"]
    if skill.low > 0:
        return f"it did better than {PAST_CONFLICTS}"
    return f"it did worse than {PAST_CONFLICTS}" if skill.high < 0 else "the difference could be chance"


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'s' * (n != 1)}"


def _averages(title: str, of: ScoreSet) -> Section:
    rows = tuple((NAMES[v], *(_average(of.averages[v][r]) for r in RULE_NAMES)) for v in of.averages)
    head = ("view", *RULE_NAMES.values())
    return Section(title, head, rows, LOWER if rows else "", csv=_csv(of), numbers=True)


def _average(a: Average) -> str:
    interval = "" if a.low is None else f" ({decimal_range(a.low, a.high)})"
    return f"{score_or_infinity(a.value)}{interval}"


def _skill(of: ScoreSet) -> Section:
    rows = tuple(
        (f"against {NAMES[ref]}", *(_skill_cell(skills[r], of.too_few) for r in RULE_NAMES))
        for ref, skills in of.skill.items()
    )
    head = (f"skill of the {BEST_ESTIMATE}", *RULE_NAMES.values())
    return Section(f"Skill of the {BEST_ESTIMATE}", head, rows, SKILL if rows else "", numbers=True)


def _skill_cell(s: Skill, too_few: bool) -> str:
    interval = "" if too_few else f" ({signed(s.low)} to {signed(s.high)})"
    return f"{signed(s.value)}{interval}"


def _scenarios(of: ScoreSet) -> Section:
    rows = tuple((s.scenario, str(s.n), *(decimal(s.brier[v]) for v in VIEWS)) for s in of.scenarios)
    head = ("scenario", "forecasts", *(NAMES[v] for v in VIEWS))
    return Section("Mean Brier score by scenario", head, rows, numbers=True)


def _calibration(of: ScoreSet) -> Section:
    rows = tuple(
        (END_NAMES[end], whole_percent(p), whole_percent(y), f"{100 * low:.0f}-{100 * high:.0f}%", str(n))
        for end, c in of.calibration.items()
        for p, y, low, high, n in zip(c.forecast, c.observed, c.low, c.high, c.n, strict=True)
    )
    head = ("outcome class", "mean forecast", "came true", "expected of reliable forecasts (90%)", "forecasts")
    return Section(f"Calibration of the {BEST_ESTIMATE}", head, rows, numbers=True)


def _forecasts(title: str, of: ScoreSet, whole: bool, text: str = "") -> Section:
    """Return a table of forecasts with their scores: on a terminal the last ones, and fewer columns."""
    head: Cells = ("scenario", "as of", "day", "came true", "best estimate", "Brier")
    more: Cells = ("record's", "model's", "saved")
    shown = of.scored if whole else of.scored[-SHOWN:]
    rows = tuple((*_forecast(s), *(_more(s) if whole else ())) for s in shown)
    left = len(of.scored) - len(shown)
    notes = (f"{_count(left, 'forecast')} before them: -o FILE (.html, .csv or .json) has all.",) if left else ()
    columns = (*head, *more) if whole else head
    return Section(title, columns, rows, text if rows else "", notes=notes, folded=not text, numbers=True)


def _forecast(s: ScoredForecast) -> Cells:
    m = s.match
    best = whole_percent(m.views["best"][m.outcome])
    day = (m.scenario, m.as_of.isoformat(), m.day.isoformat())
    return (*day, END_NAMES[m.outcome], best, score_or_infinity(s.scores["best"]["brier"]))


def _more(s: ScoredForecast) -> Cells:
    brier = (score_or_infinity(s.scores[v]["brier"]) for v in ("record", "model"))
    return (*brier, f"{s.match.moment:%Y-%m-%d %H:%M}")


def _csv(of: ScoreSet) -> tuple[Cells, ...]:
    """Return every forecast in every view as rows of a CSV file."""
    head = ("file", "scenario", "digest", "as_of", "saved", "date", "outcome", "view", *ENDS, *RULE_NAMES)
    out: list[Cells] = [head]
    for s in of.scored:
        m = s.match
        first = (m.file, m.scenario, m.digest, m.as_of.isoformat(), m.moment.isoformat(), m.day.isoformat(), m.outcome)
        for view in VIEWS:
            numbers = [*(m.views[view][e] for e in ENDS), *(s.scores[view][r] for r in RULE_NAMES)]
            out.append((*first, view, *(f"{x:.6f}" for x in numbers)))
    return tuple(out)


def _left_out(s: Scores) -> tuple[Section, ...]:
    """Return what was not scored or not used, and why."""
    r = s.resolved
    forecasts = tuple((u.scenario, u.file, u.reason) for u in s.unscored)
    damaged = tuple((f.file, f.reason) for f in s.damaged)
    return (
        Section("Forecasts that were not scored", ("scenario", "file", "why"), forecasts, folded=True),
        _unused("Rows that no forecast covers", s.unmatched),
        _unused("Rows given again", r.duplicates),
        _unused("Rows that contradict each other", r.contradictory),
        _unused("Rows that cannot be read", r.unreadable),
        Section("Files that are left out", ("file", "why"), damaged),
    )


def _unused(title: str, of: tuple[UnusedRow, ...]) -> Section:
    rows = tuple((str(p.line), p.row, p.reason) for p in of)
    return Section(title, ("line", "row", "why"), rows)
