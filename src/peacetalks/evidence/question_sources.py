"""The sources of the record's answers: from which cases and by which method each is made (`question` lists them)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from peacetalks.evidence import fighting, standing, war_hazards
from peacetalks.evidence import outside_methods as methods
from peacetalks.evidence.case_tables import EPISODES_TO
from peacetalks.evidence.dates import DAYS_PER_YEAR
from peacetalks.evidence.question_basis import Basis, Source, answer, for_age, tables_of, too_old
from peacetalks.evidence.situation import RecordAnswer, Situation, no_answer
from peacetalks.evidence.table_cache import cached
from peacetalks.outcomes import LABELS

if TYPE_CHECKING:
    from datetime import date

    from peacetalks.evidence.arrays import Floats
    from peacetalks.evidence.fighting import Fighting

FEW = 5  # cases (or endings, of a return) below which there is no answer
CLASS_DRAWS = 60  # most draws of a class curve, which takes longer


def traits_of(s: Situation) -> dict[str, float | None]:
    """Return the traits of `fighting` of a situation; None where not known."""

    def flag(known: object, value: bool) -> float | None:
        return None if known is None else float(value)

    civil = s.kind == "civil"
    return {
        "interstate": float(not civil),
        "internationalised": flag(s.internationalised, bool(s.internationalised)) if civil else 0.0,
        "extrasystemic": 0.0,
        "territory": flag(s.incompatibility, s.incompatibility == "territory"),
        "war": flag(s.intensity, s.intensity == "war"),
        "major_power": flag(s.major_power, bool(s.major_power)),
        "recurring": flag(s.previous, (s.previous or 0) >= 1),
        "ceasefires": None if s.ceasefires is None else float(fighting.ceasefires_scale(s.ceasefires)),
    }


def fighting_model(as_of: date | None, draws: int, seed: int) -> Fighting | None:
    """Return the fitted hazards of fighting as known at a date; None where no episode is known."""

    def made() -> Fighting | None:
        frame = fighting.episodes_known(as_of)
        return fighting.fit_fighting(frame, as_of, draws, seed) if frame.height else None

    return cached(("fighting", as_of, draws, seed), tables_of("episodes"), made)


def _episodes(s: Situation, months: tuple[int, ...], draws: int, seed: int) -> RecordAnswer:
    model = fighting_model(s.as_of, draws, seed)
    if model is None or model.n < FEW:
        return too_few(EPISODES.name, months, model.n if model else 0, "armed conflicts")
    age = s.days_since(s.start, model.today)
    table = fighting.ends(model, traits_of(s), age, max(months))
    basis = Basis(
        name=EPISODES.name,
        method="regression",
        kind="episodes",
        question="conflict ends within 1 year",
        where="",
        n=model.n,
        clusters=model.clusters,
        events=model.events,
        definition="Hazards of how UCDP conflict episodes ended, by age, traits and era, and of a return to fighting "
        "after a settlement; peace: an agreement or a ceasefire after which the conflict is not active again",
        counted_from=for_age("fighting", age),
        note=too_old(age, max(months), model.oldest),
    )
    return answer(basis, table, s, months, seed)


def _wars(s: Situation, months: tuple[int, ...], draws: int, seed: int) -> RecordAnswer:
    model = war_model(s.as_of, draws, seed)
    if model is None or model.n < FEW:
        return too_few(WARS.name, months, model.n if model else 0, "interstate wars")
    age, last = s.days_since(s.start, s.as_of or model.today), max(months)
    counts = _ways(s.as_of, age)
    curve = war_curve(model, s, last, draws, seed)
    back = _returns_after(s, last, draws, seed)
    basis = Basis(
        name=WARS.name,
        method="regression",
        kind="wars",
        question="interstate war ends within 1 year",
        where="",
        n=model.n,
        clusters=model.clusters,
        events=model.events,
        definition="When COW inter-state wars (1,000 battle deaths) ended, by age, era and whether a major power took "
        f"part; how, from the {counts[1].sum():.0f} UCDP episodes between states that had ended "
        f"({counts[2].sum():.0f} of them after as long, {counts[3].sum():.0f} of these at 1,000 deaths a year); peace: "
        "an agreement or a ceasefire, less the returns to fighting",
        counted_from=for_age("fighting", age),
        note=too_old(age, last, model.oldest),
    )
    return answer(basis, fighting.end_classes(curve, back), s, months, seed)


def war_model(as_of: date | None, draws: int, seed: int) -> war_hazards.HazardsByAge | None:
    """Return the fitted hazards of interstate wars as known at a date; None where no war is known."""
    return cached(("wars", as_of, draws, seed), tables_of("wars"), lambda: war_hazards.fit_wars(as_of, draws, seed))


def war_curve(model: war_hazards.HazardsByAge, s: Situation, months: int, draws: int, seed: int) -> Floats:
    """Return the cumulative incidence [draw, month, way] of the ways in which an interstate war ends."""
    age = s.days_since(s.start, s.as_of or model.today)
    ended = model.incidence(age, months, None if s.major_power is None else float(s.major_power))
    return ended * war_hazards.manner(_ways(s.as_of, age), draws, np.random.default_rng(seed))[:, None]


def _ways(as_of: date | None, age: float) -> Floats:
    """Return how many UCDP episodes had ended in each way of `fighting.CAUSES` [class, way].

    The classes: all, those between states, of these those that had lasted as long (`age` days, a year at most), and of
    these those with 1,000 deaths in a year.
    """
    frame = fighting.episodes_known(as_of).filter(pl.col("k") > 0)
    way = frame["ending"].replace_strict(fighting.CAUSE_OF, return_dtype=pl.Int64).to_numpy()
    between = (frame["war_type"] == "interstate").to_numpy()
    lasted = between & (frame["t"] >= min(age, DAYS_PER_YEAR)).to_numpy()
    war = lasted & frame["war_year"].is_not_null().to_numpy()
    return np.array([np.bincount(way[m], minlength=3) for m in (way >= 0, between, lasted, war)], float)


def _returns_after(s: Situation, months: int, draws: int, seed: int) -> Floats:
    """Return the chance of a return to fighting after a settlement [draw, month], the judgement where none is known."""
    model = fighting_model(s.as_of, draws, seed)
    if model is not None:
        return fighting.return_chance(model.back, traits_of(s)["interstate"], months)
    unknown = fighting.returns_unknown(np.random.default_rng(seed), draws)
    return fighting.return_chance(unknown, traits_of(s)["interstate"], months)


def _standing(asked: standing.Cases, name: str, question: str, definition: str) -> Source:
    """Return the source that answers how long what stands will stand."""

    def make(s: Situation, months: tuple[int, ...], draws: int, seed: int) -> RecordAnswer:
        model = cached(
            (asked.kind, asked.where, s.as_of, draws, seed),
            tables_of(asked.kind),
            lambda: standing.fit_standing(asked, s.as_of, draws, seed),
        )
        if model is None or model.n < FEW:
            return too_few(name, months, model.n if model else 0, name)
        age = s.days_since(s.since, s.as_of or model.today)
        table = _broken(model.broken_by(age, max(months), 1.0 if model.trait else None))
        other = (
            "" if s.kind == "civil" else "Of civil conflicts only: a truce between states is outside of this class. "
        )
        basis = Basis(
            name=name,
            method="survival",
            kind=asked.kind,
            question=question,
            where=asked.where,
            n=model.n,
            clusters=model.clusters,
            events={"broken": model.broken},
            definition=definition,
            counted_from=for_age("a truce or settlement", age),
            note=other + too_old(age, max(months), model.oldest),
        )
        return answer(basis, table, s, months, seed)

    return Source(name, make)


def _broken(by: Floats) -> Floats:
    """Return the ends [draw, month, 3] of what is in force and broken by each month with some probability."""
    return np.stack([1 - by, np.zeros_like(by), by], axis=-1)


def _returns(s: Situation, months: tuple[int, ...], draws: int, seed: int) -> RecordAnswer:
    between = s.kind == "interstate"
    kind, where = ("interstate", "between states") if between else ("civil", "within states")
    model = fighting_model(s.as_of, draws, seed)
    known = 0 if model is None else model.settled[kind]
    if model is None or known < FEW:
        return too_few(RETURNS.name, months, known, f"settlements {where}")
    age = s.days_since(s.since, model.today)
    by = fighting.return_chance(model.back, float(between), max(months), age)
    basis = Basis(
        name=RETURNS.name,
        method="survival",
        kind="episodes",
        question="conflict ends within 1 year",
        where="war_type=interstate" if between else "war_type!=interstate",
        n=known,
        clusters=model.settled_states[kind],
        events={"active again": model.returned[kind]},
        definition=f"UCDP episodes {where} that ended in an agreement or a ceasefire: the same conflict is active "
        "again, of which only the calendar year is known (taken as 1 July); shrunk to those of all kinds",
        counted_from=for_age("a truce or settlement", age),
        note="",
        rest="that had not ended in an agreement or a ceasefire, or of which it is not known what followed",
    )
    return answer(basis, _broken(by), s, months, seed)


def _crises(s: Situation, months: tuple[int, ...], draws: int, seed: int) -> RecordAnswer:
    model = cached(
        ("crises", s.as_of, draws, seed), tables_of("crises"), lambda: war_hazards.fit_crises(s.as_of, draws, seed)
    )
    if model is None or model.n < FEW:
        return too_few(CRISES.name, months, model.n if model else 0, "crises")
    age = s.days_since(s.start, s.as_of or model.today)
    curve = model.incidence(age, max(months))
    table = np.stack([curve[..., 0], 1 - curve[..., 0] - curve[..., 1], curve[..., 1]], axis=-1)
    basis = Basis(
        name=CRISES.name,
        method="regression",
        kind="crises",
        question="crisis ends in a formal agreement",
        where="",
        n=model.n,
        clusters=model.clusters,
        events=model.events,
        definition="ICB crises; peace: ended in a formal, semi-formal or tacit agreement; more conflict: serious "
        "clashes or full war, on a day that is not recorded and is taken as uniform over the crisis; nowhere: all else",
        counted_from=for_age("a crisis", age),
        note="What became of an agreement later is not in this record. " + too_old(age, max(months), model.oldest),
    )
    return answer(basis, table, s, months, seed)


def class_of(s: Situation) -> str:
    """Return the reference class of episodes of a situation: kind, intensity, age."""
    civil = "internationalised" if s.internationalised else "intrastate"
    parts = [f"war_type={civil if s.kind == 'civil' else 'interstate'}"]
    parts += ["intensity=war"] if s.intensity == "war" else []
    days = int(s.days_since(s.start, s.as_of or EPISODES_TO))
    return ", ".join([*parts, f"reached={days}d"] if days else parts)


def _class(s: Situation, months: tuple[int, ...], draws: int, seed: int) -> RecordAnswer:
    where = class_of(s)
    given = methods.sample(where, range(1, max(months) + 1), s.as_of)
    if given.own.height < FEW:
        return too_few(where, months, given.own.height, "such cases")
    weight, rng = methods.own_weight(given), np.random.default_rng(seed)
    point, runs = methods.by_class(given, weight, min(draws, CLASS_DRAWS), rng)
    table = np.stack([point, *runs])[..., len(LABELS) :]
    if np.isnan(table[:, [m - 1 for m in months]]).any():
        return no_answer(where, months, f"No case was followed for {max(months)} months.", given.own.height)
    basis = Basis(
        name=where,
        method="class",
        kind="episodes",
        question="conflict ends within 1 year",
        where=where,
        n=given.own.height,
        clusters=given.clusters,
        states=given.states,
        events={name: int(n) for name, n in given.own.filter(given.own["k"] > 0)["ending"].value_counts().rows()},
        definition=f"What UCDP conflict episodes of the class became, weight {weight:.2f} against all of that age",
        counted_from=for_age("fighting", s.days_since(s.start, s.as_of or EPISODES_TO)),
        note="",
    )
    return answer(basis, table, s, months, seed)


def too_few(name: str, months: tuple[int, ...], known: int, what: str) -> RecordAnswer:
    """Return that there is no answer, since fewer than `FEW` cases were known at the date."""
    return no_answer(name, months, f"Only {known} {what} were known at the date.")


EPISODES = Source("armed conflicts (regression)", _episodes)
CLASS = Source("class", _class)
WARS = Source("interstate wars (by the day)", _wars)
RETURNS = Source("returns to fighting", _returns)
CRISES = Source("international crises", _crises)
CEASEFIRES = _standing(
    standing.CEASEFIRES,
    "ceasefires",
    "ceasefire fails within 1 year",
    "ETH/PRIO ceasefires of civil conflicts that both sides declared, without a fixed term; broken: terminated by a "
    "party. Of those of which the fate is not recorded a share between none and all broke as the others did",
)
TRUCES = _standing(
    standing.TRUCES,
    "truces after civil wars",
    "peace fails within 1 year",
    "Fortna's spells of peace after civil wars that ended in a truce; broken: war resumed",
)
AGREEMENTS = _standing(
    standing.AGREEMENTS,
    "peace agreements",
    "agreement fails within 1 year",
    "UCDP peace agreements, for a full agreement; broken: coded as no longer in force",
)
TREATIES = _standing(
    standing.TREATIES,
    "treaties after civil wars",
    "peace fails within 1 year",
    "Fortna's spells of peace after civil wars that ended in a treaty; broken: war resumed",
)
