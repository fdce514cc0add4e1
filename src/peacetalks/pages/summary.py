"""A forecast in at most 120 words, made from its numbers, and as a text that is ready to be copied.

Probabilities here are those of the month of the headline (`shown.headline_month`).
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from peacetalks.outcomes import ENDS
from peacetalks.pages.best_text import headline, like_typical, named, short_why
from peacetalks.pages.card import bar_at, card_notes
from peacetalks.pages.cells import in_prose, known, percent_range, whole_percent
from peacetalks.pages.forecast_text import central_terms
from peacetalks.pages.shown import PEACE, at, has_best, headline_month, percent_at, shown_ends, shown_months, shown_view
from peacetalks.pages.styles import END_NAMES, PAST_CONFLICTS
from peacetalks.scenario.conflict_class import resolved
from peacetalks.scenario.dates import day_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.forecasting.outlook import Outlook

MOST_WORDS = 120
NAMED_DEPARTURES = 2
NAMED_DRIVERS = 2
NEAR_FRONT = 0.05  # share of the stake up to which terms are called near the front as it stands
MOSTLY = 0.5  # share of an outcome class from which one of its outcomes is named by itself
WITHIN = (3, 12)  # months after its beginning at which a truce is looked at
OF_STATE = {  # what outcomes are called where the scenario starts in another state than fighting or a truce
    "crisis": {"talks": "talks open", "fighting": "no talks"},
    "settlement": {"ceasefire": "the settlement in force"},  # modelled as a truce
}
COURSES = {  # what each outcome is called in a sentence; victories name the side
    "settlement": "a settlement in force",
    "ceasefire": "a ceasefire in force",
    "talks": "fighting with talks open",
    "fighting": "fighting without talks",
    "wider_war": "a wider war",
    "broken": "fighting again after a truce or settlement",
}


def in_short(o: Outlook) -> str:
    """Return what is expected of this conflict and why, in at most 120 words.

    In order: the most likely course, the record, the model, what would change the answer (where that was computed),
    terms, truces. Sentences that do not fit are left out, the last ones first.
    """
    found: list[str] = []
    for sentence in _sentences(o):
        if len(" ".join([*found, sentence]).split()) <= MOST_WORDS:
            found.append(sentence)
    return " ".join(found)


def summary_text(o: Outlook) -> str:
    """Return a forecast as plain text, ready to be copied: the headline, in short, the answer by date, the source.

    Parameters
    ----------
    o : Outlook

    Returns
    -------
    str
        Lines of whole sentences; every probability in whole percent with its 90% interval.

    Examples
    --------
    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2})
    >>> print(summary_text(pt.outlook(small, belief_points=2)).splitlines()[0])
    Korea: armistice talks open, July 1951 (as of 10 July 1951)
    """
    view = shown_view(o)
    lines = [
        f"{o.scenario.title} (as of {day_name(o.as_of)})",
        headline(o),
        " ".join((short_why(o), *card_notes(o))),
        "",
        in_short(o),
        "",
        f"{view.capitalize()} by date, 90% interval in brackets" if has_best(o) else f"{view.capitalize()} by date",
        *_date_lines(o),
        "",
        source_line(o),
    ]
    return "\n".join(lines) + "\n"


def source_line(o: Outlook) -> str:
    """Return with what, and from what, a forecast was made."""
    record = "; ".join(dict.fromkeys(v.source for v in o.outside if v.source)) or "not consulted"
    return (
        f"peacetalks {version('peacetalks')}, scenario {o.scenario.name} ({o.scenario.digest}), as of {o.as_of}. "
        f"{PAST_CONFLICTS.capitalize()}: {record}. A model's view under stated judgements, not an oracle."
    )


def _sentences(o: Outlook) -> Iterator[str]:
    for sentence in (_course, _record, _model, _drivers, _accounts, _terms, _truce):
        if text := sentence(o):
            yield text


def _course(o: Outlook) -> str:
    """Return the most likely outcome class, and what it mostly is in the model."""
    m = headline_month(o)
    table = shown_ends(o)
    end = max(ENDS, key=lambda e: at(table, e, m))
    inside = {name: float(o.outcomes.sel(outcome=name, period=m)) for name in ENDS[end]}
    first, *rest = sorted(inside, key=lambda name: -inside[name])
    won = {f"victory_{i}": f"a war won by {side.label}" for i, side in enumerate(o.scenario.sides, 1)}
    names = COURSES | OF_STATE.get(resolved(o.scenario).state or "", {}) | won
    total = sum(inside.values())
    if total == 0:
        return f"Most likely is {END_NAMES[end].lower()} ({percent_at(table, end, m)})."
    mostly = f"mostly {names[first]}" if inside[first] > MOSTLY * total else f"{names[first]} or {names[rest[0]]}"
    return f"Most likely is {END_NAMES[end].lower()} ({percent_at(table, end, m)}), in the model {mostly}."


def _record(o: Outlook) -> str:
    """Return what past conflicts show, with their number and interval."""
    best, m = o.pooled, headline_month(o)
    if not has_best(o) or best.record is None or best.number is None:
        return ""
    view = o.outside[best.number - 1]
    at = view.months.index(m)
    span = in_prose(percent_range(view.low[PEACE][at], view.high[PEACE][at]))
    who = view.reference_class.replace(" (", ", ").replace(")", "")
    return (
        f"{PAST_CONFLICTS.capitalize()} ({who}; N {view.n:,}) give peace {percent_at(best.record, PEACE, m)} "
        f"({view.level:.0%}: {span})."
    )


def _model(o: Outlook) -> str:
    """Return why the model differs from the record, and for how much that counts."""
    best, m = o.pooled, headline_month(o)
    here = percent_at(o.ends, PEACE, m)
    if not has_best(o):
        return ""
    if best.typical is None:
        return f"The model says {here}; without a typical case it does not move the estimate."
    where = named(tuple(d.what for d in best.departures), NAMED_DEPARTURES)
    whose = "Past cases give that" if best.weight.identified else "A judgement gives that"
    typical = percent_at(best.typical, PEACE, m)
    like = like_typical(o, PEACE, m)
    says = (
        f", much as in the typical case of the class ({typical}),"
        if like
        else (f" and {typical} in the typical case of the class,")
    )
    departs = f"though this one departs from it in {where}" if like else f"from which this one departs in {where}"
    return f"The model says {here} here{says} {departs}. {whose} departure the weight {best.weight.mean:.2f}."


def _drivers(o: Outlook) -> str:
    """Return the numbers that would move peace most; empty where that was not computed."""
    found = [d for d in o.drivers or () if d.peace_low is not None and d.peace_high is not None]
    if not found:
        return ""
    moved = (f"{d.label} (peace {whole_percent(d.peace_low)} to {whole_percent(d.peace_high)})" for d in found)
    return f"What would change this most: {' and '.join(list(moved)[:NAMED_DRIVERS])}."


def _accounts(o: Outlook) -> str:
    """Return between what peace lies under the rival accounts; empty where none was asked for."""
    m = headline_month(o)
    found = [f.pooled.ends for f in (o.accounts or {}).values() if f.pooled.ends is not None]
    peace = sorted(at(a, PEACE, m) for a in found if m in a.period)
    if not peace or not known(sum(peace)):
        return ""
    low, high = whole_percent(peace[0]), whole_percent(peace[-1])
    return f"Under rival accounts peace is {low if low == high else f'{low} to {high}'}."


def _terms(o: Outlook) -> str:
    """Return what a settlement would give, beside the front as it stands."""
    if o.mean_terms is None:
        return "No settlement is reached within the forecast."
    low, high = central_terms(o)
    front = o.baselines["front"]
    near = "near" if abs(o.mean_terms - front) <= NEAR_FRONT else "against"
    return (
        f"In the model a settlement gives {o.scenario.sides[0].label} about {whole_percent(o.mean_terms)} of the stake "
        f"(90%: {in_prose(percent_range(low, high))}), {near} the front as it stands ({whole_percent(front)})."
    )


def _truce(o: Outlook) -> str:
    """Return how long a truce lasts in the model; empty where none begins."""
    broken = o.durations.broken_within
    months = [m for m in WITHIN if broken is not None and m <= len(broken)]
    if broken is None or not months:
        return ""
    first, *rest = (f"{whole_percent(float(broken[m - 1]))}" for m in months)
    then = "".join(f" and {p} within {m}" for p, m in zip(rest, months[1:], strict=True))
    return f"In the model {first} of truces are broken within {months[0]} months of their beginning{then}."


def _date_lines(o: Outlook) -> Iterator[str]:
    """Yield the answer at every month shown."""
    for bar in (bar_at(o, m) for m in shown_months(o)):
        cells = (f"{s.name.lower()} {s.percent}" + (f" ({s.span})" if s.span else "") for s in bar.shares)
        yield f"{bar.day} ({bar.after}): {', '.join(cells) or bar.label}"
