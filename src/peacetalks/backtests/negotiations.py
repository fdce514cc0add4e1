"""The cases of the case book: historical negotiations chosen by a rule, with what was known on the day talks began."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path

import polars as pl

from peacetalks.errors import EvidenceError
from peacetalks.evidence.case_tables import EPISODES_TO
from peacetalks.evidence.catalogue import card
from peacetalks.evidence.dates import years_between
from peacetalks.evidence.loading import load
from peacetalks.evidence.places import find
from peacetalks.evidence.tables import read_cases, write_tables
from peacetalks.evidence.talks import ALIASES, NEAR, mediated_crises

TABLES = Path(__file__).parent / "tables"
RULE = """The case book: historical negotiations chosen by a rule, with what was known of each on the day talks began.

The rule, applied by `build` to the raw files (nothing is added, dropped or edited manually):

1. A case is an armed conflict episode (UCDP Conflict Termination 3-2021, from 1946) between states, or within a state
   (foreign support or not), that had reached war (1,000 battle deaths in a calendar year) by the year of the talks.
2. Talks begin on the first day of the first mediated effort in it whose day is recorded. Within a state: Civil War
   Mediation; same state, day within the episode, and the episode starts within 366 days of the one in UCDP. Between
   states: an ICB crisis in which mediation occurred, its first day within the episode, with a main party of each side
   (or one that supports it) among the crisis actors and those who triggered it.
3. One case per episode: its first talks. Outcomes at 24 months must lie within the data.

Covariates are those of the day: the age of the episode, the kind of war, and for wars between states the capability
index (CINC) of the main parties in the calendar year before. Deaths of the whole war are known only when it is over
and are not used; whether the war level had been reached is. Of rebels no capability is recorded: null."""
SOURCES = ("cwm", "icb", "icb-actors", "ucdp-acd", "nmc")
WAR_KIND = pl.when(pl.col("war_type") == "interstate").then(pl.lit("interstate")).otherwise(pl.lit("civil"))


@dataclass(frozen=True)
class Negotiation:
    """A case: an episode, the day its first talks began, and what was known of it."""

    id: int  # UCDP episode
    name: str
    cluster: str  # state or states
    start: date  # of the episode
    talks: date  # first day of talks: the date of the forecast
    source: str  # dataset that dates the talks
    kind: str  # "interstate" or "civil"
    incompatibility: str
    capability_a: float | None  # CINC of side A's main parties, year before the talks; None for civil wars
    capability_b: float | None  # the same of side B

    @property
    def age(self) -> float:
        """Years from the start of the episode to the talks."""
        return years_between(self.start, self.talks)


def build(data_dir: str | Path | None = None) -> pl.DataFrame:
    """Return the cases chosen by `RULE` from the raw files, by date of the talks.

    Raises `EvidenceMissing` for the first raw file that is not in `data_dir`.
    """
    both = pl.concat([_civil(data_dir), _interstate(data_dir)])
    first = (
        both.filter(pl.col("talks") <= pl.lit(date(EPISODES_TO.year - 2, 12, 31)))
        .sort("talks", "id")
        .unique("id", keep="first", maintain_order=True)
    )
    state = load("nmc", data_dir).select("state_code", "year", "share")
    shares = {(c, y): s for c, y, s in state.iter_rows()}
    rows = []
    for r in first.iter_rows(named=True):
        inter = r["kind"] == "interstate"
        rows.append(r | {f"capability_{x}": _sum(shares, r[x], r["talks"].year - 1) if inter else None for x in "ab"})
    schema = {"capability_a": pl.Float64, "capability_b": pl.Float64}
    return pl.DataFrame(rows, schema_overrides=schema).select(*Negotiation.__dataclass_fields__)


def _sum(shares: dict[tuple[int, int], float | None], codes: list[int], year: int) -> float | None:
    """Return the summed capability of some states, null if any is not recorded."""
    found = [shares.get((c, year)) for c in codes]
    return None if not found or any(v is None for v in found) else round(sum(v for v in found if v is not None), 6)


def _wars() -> pl.DataFrame:
    """Return the episodes that reached war, between states or within one."""
    frame = read_cases("episodes").filter(pl.col("war_type") != "extrasystemic", pl.col("war_year").is_not_null())
    return frame.select(
        "id", "name", "cluster", "start", "incompatibility", "war_year", kind=WAR_KIND, last=pl.coalesce("end", "seen")
    )


def _within(talks: pl.Expr) -> pl.Expr:
    """Whether talks fall within the episode, in the year in which it had reached war or later."""
    return talks.is_between(pl.col("start"), pl.col("last")) & (pl.col("war_year") <= talks.dt.year())


def _civil(data_dir: str | Path | None) -> pl.DataFrame:
    """Return every mediated effort in a war within a state, as a row of that war."""
    efforts = (
        load("cwm", data_dir)
        .filter(pl.col("mediated"), pl.col("start").is_not_null())
        .select("episode_start", cluster=pl.col("country").replace(ALIASES), talks="start")
    )
    both = _wars().filter(pl.col("kind") == "civil").join(efforts, on="cluster").filter(_within(pl.col("talks")))
    near = (pl.col("episode_start") - pl.col("start")).dt.total_days().abs() <= NEAR
    none = pl.lit([], pl.List(pl.Int64))
    return both.filter(near).select(
        "id", "name", "cluster", "start", "talks", "kind", "incompatibility", source=pl.lit("cwm"), a=none, b=none
    )


def _interstate(data_dir: str | Path | None) -> pl.DataFrame:
    """Return every mediated crisis in a war between states, as a row of that war."""
    acd = load("ucdp-acd", data_dir).filter(pl.col("war_type") == "interstate")
    codes = {x: pl.col(f"gwno_{x}").str.extract_all(r"\d+").cast(pl.List(pl.Int64)) for x in "ab"}
    party = acd.select("conflict_id", "start", **codes).unique(
        ["conflict_id", "start"], keep="first", maintain_order=True
    )
    wars = _wars().filter(pl.col("kind") == "interstate").with_columns(conflict_id=pl.col("id") // 100)
    wars = wars.join(party, on=["conflict_id", "start"])
    rows, crises = [], mediated_crises(lambda name: load(name, data_dir))
    for war in wars.iter_rows(named=True):
        for day, _, there in crises:
            if (
                war["start"] <= day <= war["last"]
                and war["war_year"] <= day.year
                and there & set(war["a"])
                and there & set(war["b"])
            ):
                rows.append(war | {"talks": day, "source": "icb"})
    return pl.DataFrame(rows).select(
        "id", "name", "cluster", "start", "talks", "kind", "incompatibility", "source", "a", "b"
    )


def rebuild(data_dir: str | Path | None = None, out_dir: str | Path | None = None) -> list[Path]:
    """Write the cases and their card from the raw files to `out_dir` (default: the package); return the paths.

    Raises `EvidenceMissing` for the first raw file that is not in `data_dir`.
    """
    frame = build(data_dir)
    kinds = frame["kind"].value_counts().sort("kind")
    about = {
        "title": "Case book: first talks in wars that were mediated",
        "rule": RULE,
        "n": frame.height,
        "by_kind": dict(kinds.iter_rows()),
        "talks_from": str(frame["talks"].min()),
        "talks_to": str(frame["talks"].max()),
        "units": "capability: share of the states system (CINC), 0 to 1; null = not recorded, never 0",
        "sources": {
            d: {
                "title": card(d).title,
                "citation": card(d).citation,
                "version": card(d).version,
                "terms": card(d).terms,
                "sha256": hashlib.sha256(find(card(d), data_dir).read_bytes()).hexdigest(),
            }
            for d in SOURCES
        },
        "limits": [
            "Only talks with a mediator and a recorded first day: direct talks are not in these data.",
            "Civil War Mediation names states and not always rebels: in a state with two wars of one start the "
            "effort may belong to the other.",
        ],
    }
    texts = {
        "negotiations.csv": frame.write_csv(),
        "negotiations.json": json.dumps(about, indent=1, ensure_ascii=False) + "\n",
    }
    return write_tables(Path(out_dir or TABLES), texts)


def table_text(name: str) -> str:
    """Return the text of a committed table of the backtest, such as ``"inside.csv"``."""
    return (TABLES / name).read_text(encoding="utf-8")


def negotiations() -> list[Negotiation]:
    """Return the committed cases, by date of the talks.

    Raises `EvidenceError` for a case that stands twice.

    >>> len(negotiations()) >= 12
    True
    """
    frame = pl.read_csv(
        BytesIO(table_text("negotiations.csv").encode()),
        try_parse_dates=True,
        schema_overrides={"capability_a": pl.Float64, "capability_b": pl.Float64},
    )
    twice = frame.filter(frame["id"].is_duplicated())["id"].unique(maintain_order=True).to_list()
    if twice:
        raise EvidenceError(f"negotiations.csv: case {twice[0]} stands in more than one row: keep one row per case.")
    return [Negotiation(**row) for row in frame.iter_rows(named=True)]
