"""The case book run: inside, outside and pooled views of the three ends, 12 and 24 months after talks began.

The inside view of every case is solved by `solve_case` and kept in a committed table with the digest of its scenario
(so that a change of the mapping, of the record or of the size is noticed); everything else is computed on the spot.

==============  ==================================================================================================
what came true  peace = ended in an agreement or a ceasefire and not active again by then; more conflict = won by
                force, or such an end and active again; nowhere = the rest (as in `evidence.outside`)
climatology     `evidence.outside_forecast` of all earlier episodes, as of the day before
earlier cases   frequency of the ends in earlier cases of this book, plus half a case each
outside         the same of the class: kind of war, war level, age reached in whole years; a condition is dropped
                from the right until the class holds `LEAST` cases
pooled          `pool.walk`: fitted on earlier cases of this book whose outcome was known
==============  ==================================================================================================
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from peacetalks.backtests.mapping import Size, digest, scenario
from peacetalks.backtests.negotiations import Negotiation, negotiations, table_text
from peacetalks.backtests.occasions import day_number
from peacetalks.equilibrium.forward import forecast
from peacetalks.equilibrium.solve import solve
from peacetalks.errors import EvidenceError, NotSolved
from peacetalks.evidence.outside import outside_forecast
from peacetalks.evidence.pool import JUDGEMENT, Fit, forget_shipped, walk
from peacetalks.evidence.tables import read_cases, write_text
from peacetalks.forecasting.solve_scenario import TOLERANCE
from peacetalks.mechanisms.standard_game import build
from peacetalks.mechanisms.state import label
from peacetalks.outcomes import ENDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Floats = NDArray[np.float64]
MONTHS = (12, 24)
ORDER = tuple(ENDS)
LEAST = 10  # cases in a reference class
VIEWS = ("climatology", "earlier cases", "no change", "inside", "outside", "pooled")
NOT_SOLVED = "the game was not solved within tolerance"
NO_CLASS = f"no reference class of {LEAST} episodes was known, or none followed so long"


@dataclass(frozen=True)
class CaseBook:
    """Every case at every horizon; arrays [row], rows are cases by date, each at 12 and 24 months."""

    cases: tuple[Negotiation, ...]  # [row]
    months: NDArray[np.int64]  # [row]
    outcome: NDArray[np.int64]  # [row] number in `ORDER`
    views: dict[str, Floats]  # view -> [row, end]; NaN where it cannot speak
    reference_class: tuple[str, ...]  # [row] class of the outside view
    fits: list[Fit | None]  # [row] pool in use
    reason: NDArray[np.str_]  # [row] why it is not scored, else ""
    size: Size

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Rows in which every view speaks."""
        return self.reason == ""


def solve_case(case: Negotiation, size: Size | None = None) -> Floats:
    """Return the inside view [month of `MONTHS`, end of `ORDER`] of a case; raise `NotSolved` if there is none."""
    size = size or Size()
    s = scenario(case, size)
    solved = solve(build(s), rationality=float(s.rationality), belief_points=size.belief_points, tolerance=TOLERANCE)
    f = forecast(solved, outcome=label, periods=max(MONTHS))
    known = [[n for n in ENDS[e] if n in f.outcome.values] for e in ORDER]
    return np.array([[float(f.sel(period=m, outcome=names).sum()) for names in known] for m in MONTHS])


def rebuild(
    size: Size | None = None, out_dir: str | Path | None = None, tell: Callable[[int, int], None] | None = None
) -> list[Path]:
    """Solve every case and write `inside.csv`, `pool.csv` and its card; return the paths.

    A case that the solver cannot solve has no inside view; it is left out of the scores, with that as its reason.
    """
    size = size or Size()
    folder = Path(out_dir) if out_dir else Path(__file__).parent / "tables"
    book = negotiations()
    solved = []
    for i, case in enumerate(book):
        try:
            solved.append(solve_case(case, size))
        except NotSolved:
            solved.append(np.full((len(MONTHS), len(ORDER)), np.nan))
        if tell:
            tell(i + 1, len(book))
    text = inside_csv(book, solved, size)
    write_text(folder / "inside.csv", text)
    inside_table.cache_clear()
    return [folder / "inside.csv", *repool(out_dir, _parse(text)[0], size)]


def repool(
    out_dir: str | Path | None = None, inside: dict[int, Floats] | None = None, size: Size | None = None
) -> list[Path]:
    """Fit the shipped pool again, without solving (after a change of the outside view); return the paths.

    Without `out_dir` the tables are written to where `evidence.pool` reads them.
    """
    folder = Path(out_dir) if out_dir else Path(str(files("peacetalks.evidence"))) / "tables"
    ran = run(inside, size)
    write_text(folder / "pool.csv", pool_csv(ran))
    write_text(folder / "pool.json", pool_card(ran))
    forget_shipped()
    return [folder / "pool.csv", folder / "pool.json"]


def inside_csv(book: Sequence[Negotiation], solved: Sequence[Floats], size: Size) -> str:
    """Return the table of inside views with the digest of each scenario."""
    rows = ["id,months,peace,nowhere,more_conflict,positions,offers,belief_points,digest"]
    for case, table in zip(book, solved, strict=True):
        for months, p in zip(MONTHS, table, strict=True):
            told = ",".join("" if np.isnan(v) else f"{v:.6f}" for v in p)
            rows.append(
                f"{case.id},{months},{told},{size.positions},{size.offers},{size.belief_points},{digest(case, size)}"
            )
    return "\n".join(rows) + "\n"


@cache
def inside_table() -> tuple[dict[int, Floats], Size, dict[int, str]]:
    """Return the committed inside views by case, the size they were solved at, and the scenario digests."""
    return _parse(table_text("inside.csv"))


def _parse(text: str) -> tuple[dict[int, Floats], Size, dict[int, str]]:
    rows = list(csv.DictReader(io.StringIO(text)))
    views: dict[int, list[list[float]]] = {}
    for r in rows:
        p = np.array([float(r[e] or "nan") for e in ORDER])
        views.setdefault(int(r["id"]), []).append((p / p.sum()).tolist())
    size = Size(*(int(rows[0][k]) for k in ("positions", "offers", "belief_points")))
    return {k: np.array(v) for k, v in views.items()}, size, {int(r["id"]): r["digest"] for r in rows}


def outcome(case: Negotiation, months: int, frame: pl.DataFrame | None = None) -> int:
    """Return the end (number in `ORDER`) that a case had come to `months` after its talks began."""
    every = read_cases("episodes") if frame is None else frame
    row = every.row(by_predicate=pl.col("id") == case.id, named=True)
    by = months_later(case.talks, months)
    if row["end"] is None or row["end"] > by:
        return 1
    if row["ending"] in ("victory_a", "victory_b"):
        return 2
    if row["ending"] not in ("agreement", "ceasefire"):
        return 1
    back = None if row["resumed"] is None else max(date(row["resumed"], 7, 1), row["end"] + timedelta(1))
    return 2 if back is not None and back <= by else 0


def months_later(day: date, months: int) -> date:
    """Return the day so many months later (the 28th for later days of the month)."""
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, min(day.day, 28))


def classes(case: Negotiation) -> list[str]:
    """Return the reference classes of a case, the narrowest first."""
    parts = ["war_type=interstate" if case.kind == "interstate" else "war_type!=interstate", "intensity=war"]
    years = int(case.age)
    whole = [*parts, f"reached={years}y"] if years else parts
    return [", ".join(whole[:k]) for k in range(len(whole), 0, -1)]


def outside(case: Negotiation) -> tuple[Floats, str]:
    """Return the outside view [month, end] as of the day before the talks, and its class; NaN without a class."""
    for where in classes(case):
        view, n = _speak(where, case.talks - timedelta(1))
        if n >= LEAST and np.isfinite(view).all():
            return view, where
    return np.full((len(MONTHS), len(ORDER)), np.nan), ""


@cache
def _speak(where: str | None, as_of: date) -> tuple[Floats, int]:
    try:
        f = outside_forecast(where, MONTHS, as_of, draws=1)
    except EvidenceError:
        return np.full((len(MONTHS), len(ORDER)), np.nan), 0
    p = np.clip(f.end_probability, 0.0, 1.0)
    return p / p.sum(axis=1, keepdims=True), f.n


def run(inside: dict[int, Floats] | None = None, size: Size | None = None) -> CaseBook:
    """Return the case book with every view; `inside` (default: the committed table) by case id [month, end]."""
    given, stored, _ = inside_table() if inside is None else (inside, size or Size(), {})
    book = negotiations()
    cases = tuple(c for c in book for _ in MONTHS)
    months = np.tile(MONTHS, len(book))
    seen = [outside(c) for c in book]
    views = {
        "climatology": np.concatenate([_speak(None, c.talks - timedelta(1))[0] for c in book]),
        "no change": np.tile([0.0, 1.0, 0.0], (len(cases), 1)),
        "inside": np.concatenate([given[c.id] for c in book]),
        "outside": np.concatenate([v for v, _ in seen]),
    }
    came = np.array([outcome(c, m) for c, m in zip(cases, months.tolist(), strict=True)])
    solved = np.isfinite(views["inside"]).all(axis=1)
    classed = np.isfinite(views["outside"]).all(axis=1) & np.isfinite(views["climatology"]).all(axis=1)
    speaks = solved & classed
    made = np.array([day_number(c.talks) for c in cases])
    known = np.array(
        [day_number(date(months_later(c.talks, int(m)).year + 1, 12, 31)) for c, m in zip(cases, months, strict=True)]
    )
    views["earlier cases"] = np.array(
        [_frequency(came[(known < d) & (months == m)]) for d, m in zip(made, months, strict=True)]
    )
    pooled = np.full((len(cases), len(ORDER)), np.nan)
    fits: list[Fit | None] = [None] * len(cases)
    pooled[speaks], found = walk(
        views["inside"][speaks],
        views["outside"][speaks],
        came[speaks],
        made[speaks],
        known[speaks],
        np.full(int(speaks.sum()), 1 / len(MONTHS)),
        JUDGEMENT,
    )
    for i, f in zip(np.flatnonzero(speaks), found, strict=True):
        fits[i] = f
    return CaseBook(
        cases,
        months,
        came,
        views | {"pooled": pooled},
        tuple(w for _, w in seen for _ in MONTHS),
        fits,
        np.where(speaks, "", np.where(solved, NO_CLASS, NOT_SOLVED)),
        stored,
    )


def _frequency(came: NDArray[np.int64]) -> Floats:
    return np.asarray((np.bincount(came, minlength=len(ORDER)) + 0.5) / (came.size + len(ORDER) / 2), float)


def pool_csv(book: CaseBook) -> str:
    """Return the fitted pool after each date on which outcomes of the case book became known."""
    ok = book.scored
    known = [date(months_later(c.talks, int(m)).year + 1, 12, 31) for c, m in zip(book.cases, book.months, strict=True)]
    days = np.array([day_number(d) for d in known])
    after = sorted({d for d, use in zip(known, ok, strict=True) if use})
    asked = np.array([day_number(d) + 1 for d in after])
    nothing = np.full((len(after), len(ORDER)), 1 / len(ORDER))  # rows that only ask which pool was known
    a, b = (np.concatenate([book.views[v][ok], nothing]) for v in ("inside", "outside"))
    _, fits = walk(
        a,
        b,
        np.concatenate([book.outcome[ok], np.full(len(after), -1)]),
        np.concatenate([days[ok], asked]),
        np.concatenate([days[ok], asked]),
        np.full(int(ok.sum()) + len(after), 1 / len(MONTHS)),
        JUDGEMENT,
    )
    rows = ["known,weight,sharpness,low,high,n,effective_n"]
    for day, f in zip(after, fits[int(ok.sum()) :], strict=True):
        rows.append(f"{day},{f.weight:.4f},{f.sharpness:.4f},{f.low:.4f},{f.high:.4f},{f.n},{f.effective_n:g}")
    return "\n".join(rows) + "\n"


def pool_card(book: CaseBook) -> str:
    """Return the card of the shipped pool: how it was fitted, on what, on how many cases and to which date."""
    last = pool_csv(book).splitlines()[-1].split(",")
    ids = sorted({c.id for c, use in zip(book.cases, book.scored, strict=True) if use})
    card = {
        "title": "Weight of the inside view and sharpness of the logarithmic pool, by the date from which they were known",
        "method": "posterior means on a grid, prior times the likelihood of the three ends 12 and 24 months after talks "
        "began, each row counting a half; see the module peacetalks.evidence.pool",
        "prior": {
            "weight": f"Beta({JUDGEMENT.inside:g}, {JUDGEMENT.outside:g})",
            "log_sharpness": f"Normal(0, {JUDGEMENT.spread:g})",
            "why": JUDGEMENT.why,
        },
        "fitted_on": "the case book (negotiations.csv): inside views of inside.csv, outside views of peacetalks.evidence",
        "cases": len(ids),
        "rows": int(book.scored.sum()),
        "known_to": last[0],
        "size": asdict(book.size),
        "limits": [
            "With so few cases the prior weighs heavily: see `Fit.identified`.",
            "It is the weight of scenarios made by the fixed mapping, not of those that an analyst writes.",
        ],
    }
    return json.dumps(card, indent=1, ensure_ascii=False) + "\n"
