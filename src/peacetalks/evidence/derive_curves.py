r"""Derived curves: cumulative incidence of each ending by days since the start, for every class that the tables hold.

Ends of other kinds are competing risks, except for ceasefires, where they are censored: the curve is that of
ceasefires that neither expire nor are renewed or replaced. For ceasefires half of the fates are not known, so three
more events bound the probability:

================================  ===========================================================================
terminated, lower bound           recorded terminations by then / all ceasefires of the class
terminated, upper bound           (those + all of unknown fate) / all: what cannot be excluded
any end, of known fate            any end by then, expiry and renewal included / those of known fate
================================  ===========================================================================

Returns of a conflict are known by calendar year: day 365 k stands for "within k calendar years". Lengths of crises
are the coders' (first and last day counted). Bounds are shares with Wilson intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from peacetalks.evidence.classes import CaseFilter, Condition
from peacetalks.evidence.dates import DAYS_PER_YEAR
from peacetalks.evidence.endings import ENDINGS, VICTORY
from peacetalks.evidence.follow_up import Followed, followed, length_days, until_comprehensive, years_to_return
from peacetalks.evidence.shrink import wilson
from peacetalks.evidence.survival import Incidence, incidence

HORIZONS = (7, 30, 90, 365, 730, 1826)
YEARS = (365, 730, 1095, 1826, 3652)
CRISIS_ENDS = ("formal", "semi_formal", "tacit", "unilateral", "imposed", "faded", "other")
WAR_ENDS = ("win_lose", "compromise", "transformed", "stalemate")
Cases = Callable[[str], pl.DataFrame]
COLUMNS = ["table", "class", "event", "days", "n", "at_risk", "probability", "low", "high"]


@dataclass(frozen=True)
class Subset:
    """A class of cases: its label, the condition that puts a case in it, and a class that moves its clock."""

    label: str
    where: pl.Expr = field(default_factory=lambda: pl.lit(True))
    clock: CaseFilter | None = None

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the cases of the class."""
        chosen = frame.filter(self.where)
        return self.clock.apply(chosen) if self.clock else chosen


def equal(column: str, value: object) -> pl.Expr:
    """Return the condition that a column has a value."""
    return pl.col(column).eq(value)


def each(column: str, *values: object) -> list[Subset]:
    """Return a class per value of a column."""
    return [Subset(f"{column}={v}", equal(column, v)) for v in values]


LISTED: dict[str, dict[str, tuple[object, ...]]] = {  # table -> covariate -> the values that are classes of their own
    "ceasefires": {
        "fixed_term": (1, 0),
        "side": ("unilateral", "bilateral", "multilateral"),
        "class": ("cessation", "compliance", "definitive"),
        "mediated": (0, 1),
        "monitored": (0, 1),
        "enforced": (0, 1),
    },
    "spells": {"war_ended": ("victory", "treaty", "truce"), "peacekeepers": (0, 1)},
    "agreements": {"kind": ("full", "partial", "process"), "peacekeeping": (0, 1)},
    "processes": {"level": ("intrastate", "mixed", "interstate")},
    "episodes": {
        "war_type": ("interstate", "intrastate", "internationalised", "extrasystemic"),
        "incompatibility": ("territory", "government"),
    },
    "crises": {"mediation": ("occurred", "none")},
}


def listed(table: str, *columns: str) -> list[Subset]:
    """Return a class per listed value of some covariates of a table."""
    return [s for c in columns for s in each(c, *LISTED[table][c])]


ALL = Subset("all")
FIXED, OPEN = listed("ceasefires", "fixed_term")
KNOWN = pl.col("ending").is_in(["terminated", "superseded", "still_on", "expired"])
INTERSTATE = Subset("war_type=interstate", equal("war_type", "interstate"))
AT_WAR = CaseFilter("episodes", (Condition("intensity", "=", "war"),))
UNSETTLED = pl.col("war_ended") != "victory"
SINCE_1945 = pl.col("start").dt.year() >= 1945
TRAITS = listed("ceasefires", "side", "class", "mediated", "monitored", "enforced")
EPISODES = [
    ALL,
    *listed("episodes", "war_type", "incompatibility"),
    Subset("intensity=war", clock=AT_WAR),
    Subset("war_type=interstate, intensity=war", INTERSTATE.where, AT_WAR),
    *(Subset(f"reached={y}y", clock=CaseFilter("episodes", reached=round(y * DAYS_PER_YEAR))) for y in (1, 3)),
]


def _reached(days: int) -> CaseFilter:
    return CaseFilter("wars", reached=days)


def _rows(
    table: str, event: str, label: str, days: np.ndarray, cause: np.ndarray, horizons: tuple[int, ...] = HORIZONS
) -> list[dict]:
    return _curve_rows(table, event, label, incidence(days, cause, horizons, causes=2))


def _followed_rows(table: str, event: str, label: str, cases: Followed) -> list[dict]:
    return _curve_rows(table, event, label, cases.incidence(HORIZONS))


def _curve_rows(table: str, event: str, label: str, curve: Incidence) -> list[dict]:
    return [
        {
            "table": table,
            "class": label,
            "event": event,
            "days": int(h),
            "n": curve.n,
            "at_risk": int(curve.at_risk[i]),
            "probability": curve.probability[i, 0],
            "low": curve.low[i, 0],
            "high": curve.high[i, 0],
        }
        for i, h in enumerate(curve.horizons)
    ]


def _family(cases: Cases, table: str, events: Mapping[str, tuple[str, ...]], subsets: list[Subset]) -> list[dict]:
    """Return the curves of every event and class of a table."""
    out = []
    for event, ends in events.items():
        for s in subsets:
            chosen = followed(s.of(cases(table)), ends, censor_others=table == "ceasefires")
            out += _followed_rows(table, event, s.label, chosen)
    return out


def curve_rows(cases: Cases) -> list[dict]:
    """Return every row of `curves.csv`."""
    open_known = equal("fixed_term", 0) & KNOWN
    known = [
        Subset("open-ended, end known", open_known),
        *(Subset(f"open-ended, end known, {s.label}", open_known & s.where) for s in TRAITS),
    ]
    peace = [
        ALL,
        *listed("spells", "war_ended"),
        *(Subset(f"treaty or truce, {s.label}", UNSETTLED & s.where) for s in listed("spells", "peacekeepers")),
    ]
    over = {e: (e,) for e in ENDINGS if e not in VICTORY} | {"victory": VICTORY, "any": ENDINGS}
    wars = [
        ALL,
        Subset("since 1945", SINCE_1945),
        *each("major_power", 1),
        *(Subset(f"still going after {d} days", clock=_reached(d)) for d in (365, 1096)),
    ]
    rows = _family(cases, "ceasefires", {"terminated": ("terminated",)}, known) + bound_rows(cases)
    rows += _family(cases, "spells", {"resumed": ("resumed",)}, peace)
    rows += _family(
        cases,
        "agreements",
        {"ended": ("ended",)},
        [ALL, *listed("agreements", "kind", "peacekeeping")],
    )
    rows += _family(
        cases,
        "processes",
        {"substantive": ("substantive",)},
        [ALL, *listed("processes", "level")],
    )
    whole = followed(until_comprehensive(cases("processes")), ("comprehensive",))
    rows += _followed_rows("processes", "comprehensive", "all", whole)
    rows += _mediation_rows(cases)
    rows += _family(cases, "episodes", over, EPISODES) + _recurrence_rows(cases)
    rows += _family(cases, "wars", {w: (w,) for w in WAR_ENDS} | {"any": WAR_ENDS}, wars)
    return rows + _crisis_rows(cases)


def _mediation_rows(cases: Cases) -> list[dict]:
    rows = _family(cases, "mediations", {"effort over": ("over",)}, [ALL])
    wait = cases("first_mediations")
    rows += _rows(
        "mediations",
        "first effort",
        "episodes of civil war",
        wait["days"].to_numpy().astype(float),
        wait["cause"].to_numpy(),
    )
    after = cases("after_efforts")["days"].to_numpy().astype(float)
    return rows + _rows("mediations", "episode over", "efforts in episodes that ended", after, np.ones(after.size, int))


def _recurrence_rows(cases: Cases) -> list[dict]:
    """Return the return of a conflict after each ending, by calendar years."""
    ended = (
        cases("episodes")
        .filter(pl.col("end").is_not_null(), pl.col("ending").is_not_null())
        .with_columns(back=years_to_return())
    )
    rows, last = [], cases("conflict_years")["year"].max()
    for s in (ALL, *each("ending", *ENDINGS), INTERSTATE):
        chosen = s.of(ended)
        years = chosen.select(pl.coalesce("back", last - pl.col("end").dt.year()))["back"].to_numpy()
        rows += _rows(
            "episodes",
            "conflict active again",
            s.label,
            365.0 * years,
            chosen["back"].is_not_null().cast(pl.Int64).to_numpy(),
            YEARS,
        )
    return rows


def _crisis_rows(cases: Cases) -> list[dict]:
    rows = []
    known = cases("crises").filter(pl.col("length").is_not_null(), pl.col("ending").is_not_null())
    for event, ends in ({w: (w,) for w in CRISIS_ENDS} | {"any": CRISIS_ENDS}).items():
        for s in (
            Subset("since 1945", pl.col("start_year") >= 1945),
            *(
                Subset(f"since 1945, {m.label}", m.where & (pl.col("start_year") >= 1945))
                for m in listed("crises", "mediation")
            ),
        ):
            chosen = s.of(known)
            cause = np.where(chosen["ending"].is_in(list(ends)).to_numpy(), 1, 2)
            rows += _rows("crises", event, s.label, chosen["length"].to_numpy().astype(float), cause)
    return rows


def bound_rows(cases: Cases) -> list[dict]:
    """Return bounds for ceasefires, of which half have no known fate."""
    rows = []
    frame = cases("ceasefires").with_columns(t=length_days())
    for s in (ALL, Subset("bi- or multilateral", pl.col("side") != "unilateral"), OPEN, FIXED, *TRAITS):
        every = s.of(frame)
        fate = every.filter(pl.coalesce("end", "seen").is_not_null())
        broken, unknown = every.filter(equal("ending", "terminated")), every.height - fate.height
        for h in HORIZONS:
            by = int((broken["t"] <= h).sum())
            for event, hits, of in (
                ("terminated, lower bound", by, every),
                ("terminated, upper bound", by + unknown, every),
                ("any end, of known fate", int((fate["t"] <= h).sum()), fate),
            ):
                rows.append(
                    {
                        "table": "ceasefires",
                        "class": s.label,
                        "event": event,
                        "days": h,
                        "at_risk": None,
                        **share(hits, of.height, "probability"),
                    }
                )
    return rows


def share(count: int, n: int, name: str = "share") -> dict:
    """Return a share with its Wilson 95 % interval; null for no cases."""
    if not n:
        return {"n": 0, name: None, "low": None, "high": None}
    p, low, high = wilson(count, n)
    return {"n": n, name: p, "low": low, "high": high}
