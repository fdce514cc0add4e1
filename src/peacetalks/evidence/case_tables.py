"""The case tables: one small table of cases per kind, all in one form, made from the tidy frames of the datasets.

Every table has `id`, `name`, `cluster` (the state or conflict; cases of one cluster are not independent), `start` and
`end` (days), `seen` (last day of follow-up of a case that had not ended), `ending` (how it ended) and covariates.

==============================  ==========================================================================
end set                         ended on that day; `ending` null means that it is not known how
end null, seen set              still going on at `seen` (right-censored)
end null, ended_by set          ended on an unknown day after `start`, by that day (interval-censored)
all three null                  fate or its day not known: counted in N, but never as "did not end"
==============================  ==========================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

from peacetalks.evidence.catalogue import card
from peacetalks.evidence.parties import without_persons

Load = Callable[[str], pl.DataFrame]

CEASEFIRES_TO = date(2020, 12, 31)
EPISODES_TO = date(2019, 12, 31)
AGREEMENTS_TO = date(2021, 12, 31)
PROCESSES_TO = date(2025, 12, 31)
RECURRENCE_TO = 2024
SOURCES = {
    "ceasefires": ("ethprio-ceasefires",),
    "spells": ("fortna-spells",),
    "agreements": ("ucdp-peace-agreements",),
    "processes": ("pax",),
    "mediations": ("cwm",),
    "crises": ("icb-core", "icb"),
    "sanctions": ("ties",),
    "episodes": ("ucdp-termination-conflict", "ucdp-acd", "cow-majors"),
    "disputes": ("gml-mid",),
    "wars": ("cow-interstate-wars", "cow-majors"),
    "conflict_years": ("ucdp-acd",),
}


def covered(load: Load, dataset: str) -> date:
    """Return the last day that a dataset covers: 31 December of the last year in which something is recorded.

    That is the year of the last declaration, signature, text or ending; for the others the year on their card.
    """
    columns = {
        "ethprio-ceasefires": ("declared", "start"),
        "ucdp-peace-agreements": ("start",),
        "pax": ("date",),
        "ucdp-acd": ("year",),
        "ucdp-termination-conflict": ("year",),
    }
    if dataset not in columns:
        return date(card(dataset).years[1], 12, 31)
    frame = load(dataset)
    if dataset == "ucdp-termination-conflict":
        frame = frame.filter("ended")
    last = [frame[c].max() for c in columns[dataset]]
    years = [v.year if isinstance(v, date) else v for v in last if isinstance(v, date | int)]
    return date(max(years, default=card(dataset).years[1]), 12, 31)


def _censored(condition: pl.Expr, day: date) -> pl.Expr:
    return pl.when(condition).then(pl.lit(day)).alias("seen")


def _flag(column: str) -> pl.Expr:
    """Write a yes/no column as 1/0/null, which is short in a CSV."""
    return pl.col(column).cast(pl.Int8)


def declared_ceasefires(load: Load) -> pl.DataFrame:
    """Return one row per ceasefire, dated or not: of its actor-rows the one with the earliest recorded end."""
    rows = load("ethprio-ceasefires").sort(["end", "row"], nulls_last=True)
    return rows.group_by("ceasefire_id", maintain_order=True).first()


def ceasefires(load: Load) -> pl.DataFrame:
    """Return one row per ceasefire with an exact first day.

    Of some it is coded that a party ended them, without a usable day: by the end of coverage, in `ended_by`.
    """
    last = covered(load, "ethprio-ceasefires")
    one = declared_ceasefires(load).filter(pl.col("start").is_not_null())
    one = one.with_columns(end=pl.when(pl.col("end") >= pl.col("start")).then("end"))
    one = one.sort("start", "ceasefire_id").with_columns(
        previous=pl.int_range(pl.len()).over("location", "conflict_id")
    )
    return one.select(
        id=pl.col("ceasefire_id"),
        name="location",
        cluster="location",
        start="start",
        end="end",
        seen=_censored((pl.col("ending") == "still_on") & pl.col("end").is_null(), last),
        ended_by=pl.when((pl.col("ending") == "terminated") & pl.col("end").is_null()).then(pl.lit(last)),
        ending="ending",
        side="side",
        **{"class": pl.col("class")},
        fixed_term=_flag("fixed_term"),
        mediated=_flag("mediated"),
        monitored=_flag("monitored"),
        enforced=(pl.col("enforcement") > 0).cast(pl.Int8),
        previous="previous",
    )


def spells(load: Load) -> pl.DataFrame:
    """Return spells of peace after a civil war; `end` is the day on which war resumed."""
    rows = load("fortna-spells").sort("spell_id", "row_end")
    one = rows.group_by("spell_id", maintain_order=True).agg(
        pl.col("name").first(),
        pl.col("start").drop_nulls().first(),
        pl.col("failed").any(),
        pl.col("row_end").last(),
        *(pl.col(c).first() for c in ("victory", "treaty", "truce", "peacekeepers")),
    )
    how = (
        pl.when("victory")
        .then(pl.lit("victory"))
        .when("treaty")
        .then(pl.lit("treaty"))
        .when("truce")
        .then(pl.lit("truce"))
    )
    return one.select(
        id="spell_id",
        name="name",
        cluster=pl.col("name").str.split("-").list.first(),
        start="start",
        end=pl.when("failed").then("row_end"),
        seen=pl.when(~pl.col("failed")).then("row_end"),
        ending=pl.when("failed").then(pl.lit("resumed")),
        war_ended=how,
        peacekeepers=_flag("peacekeepers"),
    )


def agreements(load: Load) -> pl.DataFrame:
    """Return peace agreements; `end` is the day from which an agreement is coded as no longer in force.

    Of some it is coded that they ended, without a usable day: by the end of coverage, in `ended_by`.
    """
    last = covered(load, "ucdp-peace-agreements")
    ended = pl.col("ended").fill_null(False)
    dated = ended & (pl.col("end") >= pl.col("start")).fill_null(False)
    return load("ucdp-peace-agreements").select(
        id="agreement_id",
        name=pl.col("name").str.replace_all(r"\s+", " ").str.slice(0, 40).str.strip_chars(),
        cluster=pl.col("conflict").str.split(":").list.first(),
        start="start",
        end=pl.when(dated).then("end"),
        seen=_censored(~ended, last),
        ended_by=pl.when(ended & ~dated).then(pl.lit(last)),
        ending=pl.when(ended).then(pl.lit("ended")),
        kind="kind",
        peacekeeping=_flag("peacekeeping"),
        mediated=pl.col("mediated").is_not_null().cast(pl.Int8),
    )


def processes(load: Load) -> pl.DataFrame:
    """Return peace processes from the first pre-negotiation or ceasefire text; `end` is the first substantive text."""

    def first(*stages: str) -> pl.Expr:
        return pl.col("date").filter(pl.col("stage").is_in(stages)).min()

    one = (
        load("pax")
        .group_by("process_id")
        .agg(
            pl.col("process").first(),
            pl.col("region").first(),
            start=first("pre-negotiation", "ceasefire"),
            end=first("partial", "comprehensive"),
            comprehensive=first("comprehensive"),
            level=pl.col("level").sort_by("date", "agreement_id").first(),
        )
    )
    one = one.filter(pl.col("start").is_not_null())
    return one.select(
        id="process_id",
        name=pl.col("process").str.slice(0, 60),
        cluster=pl.col("process").str.split(":").list.first().str.slice(0, 60),
        start="start",
        end="end",
        seen=_censored(pl.col("end").is_null(), covered(load, "pax")),
        ending=pl.when(pl.col("end").is_not_null()).then(pl.lit("substantive")),
        comprehensive="comprehensive",
        level="level",
        region="region",
    )


def mediations(load: Load) -> pl.DataFrame:
    """Return mediation efforts in civil wars, with the days on which the conflict episode began and ended.

    `earlier` counts the efforts of the same episode (state, opposition and first day) that began before.
    """
    rows = load("cwm").with_row_index("id", offset=1).filter(pl.col("mediated"))
    episode = ["country", "side_b", "episode_start"]
    rank = pl.when(pl.col("episode_start").is_not_null()).then(pl.col("start").rank("min").over(episode) - 1)
    parties = pl.col("side_b").map_elements(without_persons, return_dtype=pl.String)
    return rows.select(
        id="id",
        name=pl.concat_str("country", pl.lit(": "), parties, ignore_nulls=True).str.slice(0, 40),
        cluster="country",
        start="start",
        end=pl.when(pl.col("end") >= pl.col("start")).then("end"),
        seen=pl.lit(None, pl.Date),
        ending=pl.when(pl.col("end") >= pl.col("start")).then(pl.lit("over")),
        incompatibility="incompatibility",
        earlier=rank.cast(pl.Int64),
        episode_start="episode_start",
        episode_end="episode_end",
    )


def _majors(load: Load) -> pl.DataFrame:
    """Return spells as major power (state_code, from_year, to_year); those open at the end of coverage stay open."""
    last = pl.col("end_year").max()
    return load("cow-majors").select(
        "state_code",
        from_year="start_year",
        to_year=pl.when(pl.col("end_year") == last).then(9999).otherwise("end_year"),
    )


def major_years(load: Load) -> pl.DataFrame:
    """Return conflict-years in which a major power is a primary party (COW codes, equal to UCDP's for these)."""
    parties = pl.concat_str("gwno_a", "gwno_b", separator=", ", ignore_nulls=True).str.split(", ")
    long = load("ucdp-acd").select("conflict_id", "year", state_code=parties).explode("state_code")
    hit = long.with_columns(pl.col("state_code").cast(pl.Int64, strict=False)).join(_majors(load), on="state_code")
    hit = hit.filter(pl.col("year").is_between("from_year", "to_year"))
    return hit.select("conflict_id", "year", major=pl.lit(True)).unique()


def resumed(load: Load, episodes: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return (`key`, `resumed`) of the episodes (`key`, conflict_id, end) whose conflict was active in a later year."""
    active = load("ucdp-acd").select("conflict_id", again="year")
    back = episodes.join(active, on="conflict_id").filter(pl.col("again") > pl.col("end").dt.year())
    return back.group_by(key).agg(resumed=pl.col("again").min())


def episodes(load: Load) -> pl.DataFrame:
    """Return episodes of armed conflict; `war_year` is the first year of 1,000 deaths, `resumed` the year of return.

    One episode is listed in the source beyond its recorded end. It counts as ended, and what follows as a return.
    """
    rows = load("ucdp-termination-conflict").join(major_years(load), on=["conflict_id", "year"], how="left")
    one = (
        rows.sort("year")
        .group_by("episode_id", maintain_order=True)
        .agg(
            pl.col("conflict_id", "location", "territory", "side_a", "side_b", "war_type", "incompatibility").first(),
            pl.col("start").min(),
            pl.col("end").drop_nulls().last(),
            pl.col("ending").drop_nulls().last(),
            major=pl.col("major").first().fill_null(False),
            war_year=pl.col("year").filter(pl.col("intensity") == "war").min(),
        )
    )
    one = one.with_columns(
        war_year=pl.when((pl.col("war_year") <= pl.col("end").dt.year()).fill_null(True)).then("war_year")
    )
    one = one.join(resumed(load, one, "episode_id"), on="episode_id", how="left")
    last = covered(load, "ucdp-termination-conflict")
    one = one.filter(pl.col("start") <= last)
    place = (
        pl.when(pl.col("war_type") == "interstate")
        .then(pl.concat_str("side_a", pl.lit(" - "), "side_b").str.replace_all("Government of ", ""))
        .otherwise(pl.concat_str("location", pl.lit(": "), pl.coalesce("territory", pl.lit("government"))))
    )
    previous = pl.int_range(pl.len()).over("conflict_id", order_by="start")
    return one.select(
        id="episode_id",
        name=place.str.slice(0, 60),
        cluster="location",
        start="start",
        end="end",
        seen=_censored(pl.col("end").is_null(), last),
        ending="ending",
        war_type="war_type",
        incompatibility="incompatibility",
        war_year="war_year",
        major_power=_flag("major"),
        resumed="resumed",
        previous=previous,
    )


def wars(load: Load) -> pl.DataFrame:
    """Return interstate wars of 1,000 or more battle deaths; `major_power`: one took part on the first day."""
    rows = load("cow-interstate-wars")
    has = pl.col("outcome")
    how = (
        pl.when((has == "winner").any())
        .then(pl.lit("win_lose"))
        .when((has == "compromise").any())
        .then(pl.lit("compromise"))
        .when((has == "transformed").any())
        .then(pl.lit("transformed"))
        .when((has == "stalemate").any())
        .then(pl.lit("stalemate"))
    )
    began = pl.col("start") == pl.col("start").min().over("war_id")
    big = (
        rows.filter(began)
        .join(_majors(load), on="state_code")
        .filter(pl.col("start").dt.year().is_between("from_year", "to_year"))["war_id"]
        .unique()
        .to_list()
    )
    return (
        rows.group_by("war_id")
        .agg(
            name=pl.col("name").first().str.strip_chars(),
            cluster=pl.col("name").first().str.strip_chars(),
            start=pl.min_horizontal(pl.col("start").min(), pl.col("start_2").min()),
            end=pl.max_horizontal(pl.col("end").max(), pl.col("end_2").max()),
            seen=pl.lit(None, pl.Date),
            ending=how,
            deaths=pl.col("deaths").sum(),
        )
        .with_columns(major_power=pl.col("war_id").is_in(big).cast(pl.Int8))
        .rename({"war_id": "id"})
    )


def crises(load: Load) -> pl.DataFrame:
    """Return international crises; `tension`: whether the same parties had a crisis again within five years.

    `length` is the coders' length in days, first and last day counted; it is known for crises without exact days.
    """
    tension = load("icb").select("crisis_id", "tension", "length")
    rows = load("icb-core").join(tension, on="crisis_id", how="left").filter(pl.col("start_year").is_not_null())
    return rows.select(
        id="crisis_id",
        name="name",
        cluster="name",
        start="start",
        end="end",
        seen=pl.lit(None, pl.Date),
        ending="ending",
        mediation="mediation",
        violence="severity",
        tension="tension",
        length=pl.coalesce("length", (pl.col("end") - pl.col("start")).dt.total_days() + 1),
        start_year="start_year",
        end_year="end_year",
    )


def sanctions(load: Load) -> pl.DataFrame:
    """Return sanctions cases with an outcome; `outcome` is the stage (threat or imposed) and how it ended."""
    rows = load("ties").filter(pl.col("outcome").is_not_null())
    sender = pl.col("sender_code").fill_null("?")
    return rows.select(
        id="case_id",
        name=pl.concat_str(sender, pl.lit(">"), "target_code"),
        cluster=sender,
        outcome="outcome",
        imposed=_flag("imposed"),
        start_year="start_year",
        end_year="end_year",
    )


TABLES: dict[str, Callable[[Load], pl.DataFrame]] = {
    "ceasefires": ceasefires,
    "spells": spells,
    "agreements": agreements,
    "processes": processes,
    "mediations": mediations,
    "episodes": episodes,
    "wars": wars,
    "crises": crises,
    "sanctions": sanctions,
}


def build(kind: str, load: Load) -> pl.DataFrame:
    """Return the case table of a kind, sorted by start and id."""
    frame = TABLES[kind](load)
    first = "start" if "start" in frame.columns else "start_year"
    return frame.sort([first, "id"], nulls_last=True)
