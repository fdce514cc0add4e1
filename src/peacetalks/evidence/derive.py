"""`rebuild`: every committed table from the raw files, byte for byte.

Three sorts of table come out: the cases (`cases_*.csv`), the curves (`curves.csv`: cumulative incidence of an end
by some days, with 95 % interval, N and number at risk) and the shares (`shares.csv`: how cases ended, with Wilson
95 % interval). `cards.json` holds a card for each: definition, sources with hashes, limits. Figures are rounded to
4 decimals and rows sorted. The date of a card is the end of coverage of its data, never the day of the build.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from peacetalks.evidence import casebook
from peacetalks.evidence.casebook import SOURCES
from peacetalks.evidence.catalogue import card
from peacetalks.evidence.loading import load
from peacetalks.evidence.places import find
from peacetalks.evidence.survival import Z95, incidence
from peacetalks.evidence.tables import STORED, cases_csv, write_text

HORIZONS = (7, 30, 90, 365, 730, 1826)
VICTORY = ("victory_a", "victory_b")
Cases = Callable[[str], pl.DataFrame]


@dataclass(frozen=True)
class Subset:
    """A class of cases: its label and the condition that puts a case in it."""

    label: str
    where: pl.Expr


def _is(column: str, value: object) -> pl.Expr:
    return pl.col(column).eq(value)


def _each(column: str, *values: object) -> list[Subset]:
    return [Subset(f"{column}={v}", _is(column, v)) for v in values]


ALL = Subset("all", pl.lit(True))
FIXED, OPEN = Subset("fixed_term=1", _is("fixed_term", 1)), Subset("fixed_term=0", _is("fixed_term", 0))
KNOWN = pl.col("ending").is_in(["terminated", "superseded", "still_on", "expired"])
WAR = Subset("intensity=war", pl.col("war_year").is_not_null())
INTERSTATE = Subset("war_type=interstate", _is("war_type", "interstate"))
UNSETTLED = pl.col("war_ended") != "victory"
CURVES: tuple[tuple[str, str, tuple[str, ...], list[Subset]], ...] = (
    ("ceasefires", "terminated", ("terminated",), [
        Subset("open-ended, end known", _is("fixed_term", 0) & KNOWN),
        *(Subset(f"open-ended, end known, side={s}", _is("fixed_term", 0) & KNOWN & _is("side", s))
          for s in ("unilateral", "bilateral", "multilateral")),
        *(Subset(f"open-ended, end known, class={c}", _is("fixed_term", 0) & KNOWN & _is("class", c))
          for c in ("cessation", "compliance", "definitive")),
        *(Subset(f"open-ended, end known, {c}={v}", _is("fixed_term", 0) & KNOWN & _is(c, v))
          for c in ("mediated", "enforced") for v in (0, 1))]),
    ("spells", "resumed", ("resumed",), [
        ALL, *_each("war_ended", "victory", "treaty", "truce"),
        *(Subset(f"treaty or truce, peacekeepers={v}", UNSETTLED & _is("peacekeepers", v)) for v in (0, 1))]),
    ("agreements", "ended", ("ended",), [ALL, *_each("kind", "full", "partial", "process")]),
    ("processes", "substantive", ("substantive",), [ALL, *_each("level", "intrastate", "mixed", "interstate")]),
    *(("episodes", event, ends, [ALL, *_each("war_type", "interstate", "intrastate"), WAR,
                                 Subset("war_type=interstate, intensity=war", INTERSTATE.where & WAR.where)])
      for event, ends in (("agreement", ("agreement",)), ("ceasefire", ("ceasefire",)), ("victory", VICTORY),
                          ("low_activity", ("low_activity",)), ("actor_ceases", ("actor_ceases",)),
                          ("any", ("agreement", "ceasefire", *VICTORY, "low_activity", "actor_ceases")))),
    *(("wars", event, ends, [ALL, Subset("since 1945", pl.col("start").dt.year() >= 1945), *_each("major_power", 1)])
      for event, ends in (("any", ("win_lose", "compromise", "transformed", "stalemate")),)),
)


def timed(frame: pl.DataFrame, event: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return days [case] and cause [case] (1 the event, 2 another end, 0 censored) of cases with a known time."""
    until = (pl.coalesce("end", "seen") - pl.col("start")).dt.total_days()
    cause = (pl.when(pl.col("end").is_null()).then(0).when(pl.col("ending").is_in(list(event))).then(1).otherwise(2))
    known = frame.select(t=until, k=cause).filter(pl.col("t") >= 0)
    return known["t"].to_numpy().astype(float), known["k"].to_numpy()


def _curve_rows(table: str, event: str, ends: tuple[str, ...], subset: Subset, cases: Cases) -> list[dict]:
    days, cause = timed(cases(table).filter(subset.where), ends)
    if table == "ceasefires":  # other ends are censored: what if none were fixed, renewed or replaced
        cause = np.where(cause == 2, 0, cause)
    curve = incidence(days, cause, HORIZONS, causes=2)
    return [{"table": table, "class": subset.label, "event": event, "days": h, "n": curve.n,
             "at_risk": int(curve.at_risk[i]), "probability": curve.probability[i, 0], "low": curve.low[i, 0],
             "high": curve.high[i, 0]} for i, h in enumerate(HORIZONS)]


def _bound_rows(cases: Cases) -> list[dict]:
    """Return bounds for ceasefires of which half have no known fate.

    Lower: share of all that a party is recorded to have ended by then. Any end: share of those of known fate.
    """
    rows = []
    frame = cases("ceasefires").with_columns(t=(pl.col("end") - pl.col("start")).dt.total_days())
    subsets = [ALL, Subset("bi- or multilateral", pl.col("side") != "unilateral"), OPEN, FIXED,
               *_each("class", "cessation", "compliance", "definitive"), *_each("mediated", 0, 1),
               *_each("enforced", 0, 1)]
    for s in subsets:
        every = frame.filter(s.where)
        fate = every.filter(pl.coalesce("end", "seen").is_not_null())
        broken = every.filter(_is("ending", "terminated"))
        for h in (7, 30, 90, 365):
            for event, hit, of in (("terminated, lower bound", broken, every), ("any end, of known fate", fate, fate)):
                rows.append({"table": "ceasefires", "class": s.label, "event": event, "days": h,
                             "at_risk": None, **_share(int((hit["t"] <= h).sum()), of.height, "probability")})
    return rows


def _share(count: int, n: int, name: str = "share") -> dict:
    """Return a share with its Wilson 95 % interval; null for no cases."""
    if not n:
        return {"n": 0, name: None, "low": None, "high": None}
    p, z2 = count / n, Z95**2
    middle, half = p + z2 / (2 * n), Z95 * ((p * (1 - p) + z2 / (4 * n)) / n) ** 0.5
    return {"n": n, name: p, "low": (middle - half) / (1 + z2 / n), "high": (middle + half) / (1 + z2 / n)}


def _how(table: str, label: str, outcomes: pl.Series) -> list[dict]:
    """Return one share per outcome of a class of cases."""
    known = outcomes.drop_nulls()
    return [{"table": table, "class": label, "outcome": word, "count": k, **_share(k, known.len())}
            for word, k in sorted(known.value_counts().iter_rows())]


def _share_rows(cases: Cases) -> list[dict]:
    rows: list[dict] = []
    ended = cases("episodes").filter(pl.col("end").is_not_null()).with_columns(
        back=pl.when((pl.col("resumed") - pl.col("end").dt.year()) <= 5).then(pl.lit("yes")).otherwise(pl.lit("no")))
    endings = ended["ending"].unique().sort().to_list()
    for s in (ALL, INTERSTATE, Subset("war_type=interstate, intensity=war", INTERSTATE.where & WAR.where), WAR):
        rows += _how("episodes", s.label, ended.filter(s.where)["ending"])
    for s in (ALL, INTERSTATE, *_each("ending", *endings)):
        rows += _how("episodes resumed within 5 calendar years", s.label, ended.filter(s.where)["back"])
    crises = cases("crises").filter(pl.col("start_year") >= 1945)
    for s in (ALL, *_each("mediation", "occurred", "none")):
        rows += _how("crises since 1945", s.label, crises.filter(s.where)["ending"])
    again = crises.filter(pl.col("tension").is_in(["recurred", "reduced"]))
    for s in (ALL, *_each("ending", *again["ending"].unique().sort().to_list())):
        rows += _how("crises since 1945, tension", s.label, again.filter(s.where)["tension"])
    sanctions = cases("sanctions").with_columns(pl.col("outcome").str.split(":").list.last())
    for s in _each("imposed", 0, 1):
        rows += _how("sanctions", s.label, sanctions.filter(s.where)["outcome"])
    disputes = cases("disputes")
    for s in (ALL, *_each("hostility", "war")):
        rows += _how("disputes", s.label, disputes.filter(s.where)["settlement"])
    return rows + _annual_rows(cases)


def _annual_rows(cases: Cases) -> list[dict]:
    """Return the share of conflict-years in which the episode ended, by age in calendar years."""
    years = cases("conflict_years")
    years = years.filter(pl.col("year") < pl.col("year").max()).with_columns(
        age=pl.col("year") - pl.col("start").dt.year() + 1)
    rows = []
    for s in (ALL, Subset("intensity=war", _is("intensity", "war")), INTERSTATE):
        for low, high in ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, 20)):
            ended = years.filter(s.where & pl.col("age").is_between(low, high))["ended"]
            rows.append({"table": "conflict-years", "class": f"{s.label}, age {low}-{high}", "outcome": "ended",
                         "count": int(ended.sum()), **_share(int(ended.sum()), ended.len())})
    return rows


def _csv(rows: list[dict], columns: list[str]) -> str:
    frame = pl.DataFrame(rows, infer_schema_length=None).select(columns)
    decimal = [c for c, t in frame.schema.items() if t == pl.Float64]
    frame = frame.with_columns(pl.col(c).fill_nan(None).round(4) for c in decimal)
    return frame.write_csv(float_precision=4)


def tables(given: str | Path | None = None) -> dict[str, str]:
    """Return every derived table as {file name: text}, built from the raw files in `given`."""
    @cache
    def dataset(name: str) -> pl.DataFrame:
        return load(name, given)

    @cache
    def cases(kind: str) -> pl.DataFrame:
        direct = {"disputes": "gml-mid", "conflict_years": "ucdp-acd"}
        return dataset(direct[kind]) if kind in direct else casebook.build(kind, dataset)

    out = {f"cases_{k}.csv": cases_csv(k, cases(k)) for k in STORED}
    curves = [row for spec in CURVES for s in spec[3] for row in _curve_rows(*spec[:3], s, cases)]
    key = ["table", "class", "event", "days", "n", "at_risk", "probability", "low", "high"]
    out["curves.csv"] = _csv(curves + _bound_rows(cases), key)
    out["shares.csv"] = _csv(_share_rows(cases), ["table", "class", "outcome", "n", "count", "share", "low", "high"])
    out["cards.json"] = json.dumps(_table_cards(given), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return out


def rebuild(data_dir: str | Path | None = None, out_dir: str | Path | None = None) -> list[Path]:
    """Write every derived table to `out_dir` (default: the package's own folder); return the paths.

    Raises `EvidenceMissing` for the first raw file that is not in `data_dir`; nothing is written then.
    """
    folder = Path(out_dir) if out_dir else Path(__file__).parent / "tables"
    texts = tables(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_text(folder / name, text)
    return [folder / name for name in texts]


DEFINITIONS = {
    "curves.csv": "Cumulative incidence of `event` by `days` after the start (Aalen-Johansen; ends of other kinds "
                  "compete, except for ceasefires, where they are censored), 95 % interval on the log(-log) scale. "
                  "Ceasefires also have bounds: 'terminated, lower bound' is the share of all ceasefires that a "
                  "party is recorded to have ended by then (half have no known fate); 'any end, of known fate' is "
                  "the share of those of known fate that had ended in any way, expiry and renewal included. "
                  "Empty = not followed that long.",
    "shares.csv": "Share of cases by how they ended, with Wilson 95 % interval; cases of unknown ending left out.",
    "cases_ceasefires.csv": "Ceasefires with an exact first day. Codes are those of the card of "
                            "ethprio-ceasefires. `previous` counts earlier ceasefires of the conflict.",
    "cases_spells.csv": "Peace after civil wars; `end` is the day on which war resumed.",
    "cases_agreements.csv": "Peace agreements; `end` is the day from which one is coded as no longer in force.",
    "cases_processes.csv": "Peace processes from first pre-negotiation or ceasefire text to first partial or "
                           "comprehensive text. Only processes that produced a text: optimistic. Processes whose "
                           "substantive text came first have `end` before `start` and are left out of curves.",
    "cases_episodes.csv": "Conflict episodes; `war_year` first year of 1,000 battle deaths, `resumed` first later "
                          "year of activity of the same conflict, to 2024. Codes: card of ucdp-termination-conflict.",
    "cases_wars.csv": "Interstate wars of 1,000 or more battle deaths.",
    "cases_crises.csv": "International crises; `tension` = crisis among the same parties within five years. "
                        "Codes: card of icb.",
    "cases_sanctions.csv": "Sanctions cases with an outcome (codes of the card of ties; COW state codes).",
}


def _table_cards(given: str | Path | None) -> dict[str, dict]:
    """Return {"tables": {file: definition, sources, end of coverage}, "datasets": {name: version, hash}}."""
    names = sorted({d for used in SOURCES.values() for d in used})
    datasets = {d: {"version": card(d).version, "to_year": card(d).years[1],
                    "sha256": hashlib.sha256(find(card(d), given).read_bytes()).hexdigest()} for d in names}
    out = {}
    for name, definition in DEFINITIONS.items():
        kind = name.removeprefix("cases_").removesuffix(".csv")
        used = list(SOURCES.get(kind, names))
        out[name] = {"definition": definition, "sources": used,
                     "data_to": max(card(d).years[1] for d in used)}
    return {"tables": out, "datasets": datasets}
