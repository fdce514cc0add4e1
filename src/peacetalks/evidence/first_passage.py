"""When fighting ended for the first time: by an agreement or a ceasefire, or by force, whether or not it held.

The outcome classes of `question` say what is in force at a date; here is what has come by then: the cumulative
incidence of competing risks (Aalen and Johansen 1978) from the same fitted hazards, by age, traits and era.  A
settlement that was broken later counts here.  How many of those that settled did so by an agreement, how many by a
ceasefire, is their share among the episodes that had settled by the date, first of all kinds, then of the same kind.

References
----------
Aalen and Johansen (1978), Scandinavian Journal of Statistics 5, 141-150.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from peacetalks.evidence import question_sources as sources
from peacetalks.evidence.endings import SETTLED
from peacetalks.evidence.fighting import episodes_known
from peacetalks.evidence.question_basis import Basis, answer, for_age, too_old
from peacetalks.evidence.situation import no_answer
from peacetalks.evidence.war_hazards import manner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.evidence.arrays import Floats
    from peacetalks.evidence.fighting import Fighting
    from peacetalks.evidence.situation import RecordAnswer, Situation
    from peacetalks.evidence.war_hazards import HazardsByAge

DRAWS, SEED = 200, 7
WAYS = ("settled", "neither", "won by force")  # the columns of a first passage
NOT_FIGHTING = "Only of fighting does the record say when it first ended; the state of this conflict is {state}."
UNKNOWN = "Kind and start of the conflict are not known: add them to the table [conflict]."


def first_passage(s: Situation, months: Sequence[int], draws: int = DRAWS, seed: int = SEED) -> RecordAnswer:
    """Return by when fighting had ended for the first time, and how: the columns of `ends` are `WAYS`.

    Parameters
    ----------
    s : Situation
        A conflict that is fought.
    months : sequence of int
        Whole months from the date, 1 or more.
    draws, seed : int
        Of the draws of clusters and coefficients behind the interval.

    Returns
    -------
    RecordAnswer
        Without `ends`, and with a `note`, where the record has no answer.

    Examples
    --------
    >>> from datetime import date
    >>> from peacetalks.evidence.situation import Situation
    >>> war = Situation("interstate", "fighting", date(2004, 1, 1), date(2003, 12, 1), intensity="war")
    >>> found = first_passage(war, [3, 12], draws=20)
    >>> bool(found.ends[0, 0] < found.ends[1, 0])
    True
    """
    when = tuple(int(m) for m in months)
    if s.state != "fighting":
        return no_answer("no class", when, NOT_FIGHTING.format(state=s.state))
    if s.kind is None or s.start is None:
        return no_answer("no class", when, UNKNOWN)
    if s.kind == "interstate" and s.intensity == "war":
        wars = sources.war_model(s.as_of, draws, seed)
        if wars is not None and wars.n >= sources.FEW:
            curve = sources.war_curve(wars, s, max(when), draws, seed)
            age = s.days_since(s.start, s.as_of or wars.today)
            what = "COW inter-state wars (1,000 battle deaths), by age, era and whether a major power took part"
            basis = _basis(sources.WARS.name, "wars", "interstate war ends within 1 year", what, wars, age, max(when))
            return answer(basis, _columns(curve), s, when, seed)
    episodes = sources.fighting_model(s.as_of, draws, seed)
    if episodes is None or episodes.n < sources.FEW:
        return sources.too_few(sources.EPISODES.name, when, episodes.n if episodes else 0, "armed conflicts")
    age = s.days_since(s.start, episodes.today)
    curve = episodes.hazards.incidence(episodes.path(sources.traits_of(s), age, max(when)))
    what = "UCDP conflict episodes, by age, traits and era"
    name, question = sources.EPISODES.name, "conflict ends within 1 year"
    basis = _basis(name, "episodes", question, what, episodes, age, max(when))
    return answer(basis, _columns(curve), s, when, seed)


def settled_shares(s: Situation, draws: int = DRAWS, seed: int = SEED) -> tuple[Floats, int]:
    """Return the shares [draw, way] of agreements and of ceasefires among settled episodes, and how many there are.

    The first row is the mean.  The episodes are those of the same kind, shrunk to those of all kinds.

    Examples
    --------
    >>> from datetime import date
    >>> from peacetalks.evidence.situation import Situation
    >>> shares, n = settled_shares(Situation("civil", "fighting", date(2020, 1, 1)), draws=2)
    >>> shares.shape, bool(abs(shares.sum(axis=1) - 1).max() < 1e-9), n > 50
    ((3, 2), True, True)
    """
    frame = episodes_known(s.as_of).filter(pl.col("k") > 0, pl.col("ending").is_in(SETTLED))
    between = pl.col("war_type") == "interstate"
    same = frame.filter(between if s.kind == "interstate" else ~between)
    counts = np.array([[f.filter(pl.col("ending") == e).height for e in SETTLED] for f in (frame, same)], float)
    return manner(counts, draws, np.random.default_rng(seed)), same.height


def _columns(curve: Floats) -> Floats:
    """Return the incidence [draw, month, cause] as the columns of `WAYS`."""
    settled, won = curve[..., 0], curve[..., 1]
    return np.stack([settled, 1 - settled - won, won], axis=-1)


def _basis(
    name: str, kind: str, question: str, what: str, model: Fighting | HazardsByAge, age: float, months: int
) -> Basis:
    """Return what a first passage rests on."""
    return Basis(
        name=name,
        method="regression",
        kind=kind,
        question=question,
        where="",
        n=model.n,
        clusters=model.clusters,
        events=model.events,
        definition=f"When and how the fighting of {what}, first ended: by an agreement or a ceasefire, whether or not "
        "it held, or by force; low activity is no end",
        counted_from=for_age("fighting", age),
        note=too_old(age, months, model.oldest),
    )
