"""The record asked the question at hand: what became of conflicts in the state in which this one is.

=======================  =============================================================================================
fighting                 UCDP conflict episodes: hazards by age, traits and era (`fighting`); beside it the curve of
                         the class of the same kind, intensity and age
fighting, interstate     at 1,000 deaths in a year: COW inter-state wars by the day (`war_hazards`); beside it the
                         UCDP episodes
truce, civil             ETH/PRIO ceasefires that both sides declared (`standing`), counted on from the age of the
                         truce; beside it Fortna's truces after civil wars
settlement, civil        UCDP peace agreements; beside it Fortna's treaties after civil wars
truce or settlement      between states: returns to fighting after UCDP interstate episodes that ended in one. No data
                         set at hand follows interstate ceasefires by the day, and ceasefires of civil conflicts,
                         shown beside, are another class
either, before those     returns to fighting after UCDP episodes within states that ended in one
crisis                   ICB crises between states: an agreement is peace, serious clashes or full war are more
                         conflict, everything else is nowhere. What follows an agreement is not followed
=======================  =============================================================================================

Peace, nowhere and more conflict are those of `peacetalks.outcomes`: a truce or a settlement in force is peace, and a
broken one is more conflict. Every answer is mixed with ignorance worth one cluster (a third for each end, weight
1/(C + 1)), so that none is 0 or 1; its 90 % interval holds the draws of clusters (states), of the coefficients and of
that weight. Where too little is known at the date there is no answer but a reason.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from peacetalks.errors import EmptyClass, EvidenceError
from peacetalks.evidence import question_sources as sources
from peacetalks.evidence.situation import RecordAnswer, Situation, no_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.evidence.question_basis import Source

DRAWS, SEED = 200, 7


def answers(
    situation: Situation, months: Sequence[int], draws: int = DRAWS, seed: int = SEED, beside: bool = True
) -> tuple[RecordAnswer, ...]:
    """Return what the record says of a situation, the answer to the question at hand first.

    Parameters
    ----------
    situation
        The conflict at a date.
    months
        Whole months from the date, 1 or more.
    draws, seed
        Of the draws of clusters and coefficients behind the intervals.
    beside
        Whether to add the answers from other classes; without them only the first is made, which is quick.

    Returns
    -------
    tuple of RecordAnswer
        The first has `anchors` set, or no `ends` and a `note` that says why the record has no answer.

    Raises
    ------
    EvidenceError
        For months below 1.

    Examples
    --------
    >>> from datetime import date
    >>> war = Situation("interstate", "fighting", date(2004, 1, 1), date(2003, 12, 1), intensity="war")
    >>> first = answers(war, [3], draws=20, beside=False)[0]
    >>> 0.25 < float(1 - first.ends[0, 1]) < 0.46  # of 82 wars that had lasted 30 days 35 % ended within 3 months
    True

    References
    ----------
    Holford (1980), Biometrics 36, 299-305. Ferguson (1973), Annals of Statistics 1, 209-230.
    """
    when = tuple(int(m) for m in months)
    if not when or min(when) < 1:
        raise EvidenceError(f"months is {list(months)}: give months of 1 or more, such as [6, 12].")
    first, others = _makers(situation)
    found = _first(situation, first, when, draws, seed)
    if not beside:
        return (found,)
    shown = [_made(m, situation, when, draws, seed) for m in others if found.name != m.name]
    return (found, *(a for a in shown if a.ends is not None))


def _first(
    situation: Situation, makers: tuple[Source, ...], months: tuple[int, ...], draws: int, seed: int
) -> RecordAnswer:
    """Return the answer of the first source that has one, or the reason why none has."""
    if reason := _refusal(situation):
        return no_answer("no class", months, reason)
    reasons = []
    for maker in makers:
        found = _made(maker, situation, months, draws, seed)
        if found.ends is not None:
            return replace(found, anchors=True)
        reasons.append(found.note)
    return no_answer("no class", months, " ".join(reasons))


def _made(maker: Source, situation: Situation, months: tuple[int, ...], draws: int, seed: int) -> RecordAnswer:
    try:
        return maker.make(situation, months, draws, seed)
    except EmptyClass as e:
        return no_answer(maker.name, months, f"{maker.name}: {e}")


def _refusal(s: Situation) -> str | None:
    """Return why the record cannot be asked at all, or None."""
    if s.state == "over":
        return "The conflict is recorded as over: there is no fighting and no truce to ask about."
    if s.kind is None:
        return "It is not known whether the conflict is civil or interstate: add kind to the table [conflict]."
    if s.state in ("fighting", "crisis") and s.start is None:
        return f"It is not known when the {s.state} began: add start to the table [conflict]."
    if s.state == "crisis" and s.kind == "civil":
        return (
            "The record of crises holds crises between states only: a civil crisis short of war is in no class of it."
        )
    return None


def _makers(s: Situation) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """Return the sources of the answer, in order of preference, and those shown beside it."""
    civil = s.kind == "civil"
    if s.state == "fighting":
        if civil or s.intensity != "war":
            return (sources.EPISODES,), (sources.CLASS,)
        return (sources.WARS, sources.EPISODES), (sources.EPISODES, sources.CLASS)
    if s.state == "truce":
        if civil:
            return (sources.CEASEFIRES, sources.TRUCES, sources.RETURNS), (sources.TRUCES,)
        return (sources.RETURNS,), (sources.CEASEFIRES,)
    if s.state == "settlement":
        if civil:
            return (sources.AGREEMENTS, sources.TREATIES, sources.RETURNS), (sources.TREATIES,)
        return (sources.RETURNS,), (sources.AGREEMENTS,)
    return (sources.CRISES,), ()


__all__ = ["DRAWS", "SEED", "RecordAnswer", "Situation", "answers"]
