"""Tables that only the shares and curves use, most of them joined from two datasets.

==================  =====================================================================================
`mediated`          UCDP endings within 45 days of the end of an episode of the mediation data in the same
                    state (names compared without text in brackets); mediated if any effort was made
`first_mediations`  episodes of civil war: days to the first effort (cause 1) or to an end without one (cause 2);
                    episodes with an effort of unknown day, or with neither effort nor end, are left out
`after_efforts`     days from the end of a mediation effort to that of the episode, ended episodes only
`quiet`             ceasefires in a year in which UCDP counts the conflict as active: active again next year
`questions`         forecasting questions about talks and truces by a date (ids listed here), came true
==================  =====================================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from peacetalks.evidence.case_tables import declared_ceasefires

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.evidence.case_tables import Load

LINK_DAYS = 45
TALKS = (
    "1001-0",
    "1020-0",
    "1063-0",
    "1071-0",
    "1081-0",
    "1100-0",
    "1132-2",
    "1138-1",
    "1158-2",
    "1165-0",
    "1172-2",
    "1202-2",
    "1208-4",
    "1226-2",
    "1289-2",
    "1333-0",
    "1529-0",
)  # talks start or resume by a date
SIGNED = ("1279-0", "1294-0", "1368-0", "1397-0")  # a ceasefire or peace agreement is signed by a date


def _place(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase().str.replace_all(r"\(.*?\)", "").str.strip_chars().alias("place")


def mediated(load: Load) -> pl.DataFrame:
    """Return one row per linked UCDP ending: `episode_id`, `mediated`, `ending`."""
    ended = load("cwm").filter(pl.col("episode_end").is_not_null())
    efforts = (
        ended.group_by("country", "side_b", "episode_start", "episode_end")
        .agg(mediated=pl.col("mediated").fill_null(False).any())
        .with_columns(_place("country"))
    )
    endings = load("ucdp-termination-conflict").filter(pl.col("ending").is_not_null(), pl.col("end").is_not_null())
    pairs = efforts.join(endings.select("episode_id", "end", "ending", _place("location")), on="place")
    near = pairs.filter((pl.col("end") - pl.col("episode_end")).dt.total_days().abs() <= LINK_DAYS)
    return (
        near.group_by("episode_id")
        .agg(pl.col("mediated").any().cast(pl.Int8), pl.col("ending").first())
        .sort("episode_id")
    )


def first_mediations(load: Load) -> pl.DataFrame:
    """Return one row per episode of civil war: `days` to the first effort or to the end, `cause` (1, 2)."""
    rows = load("cwm").filter(pl.col("episode_start").is_not_null(), pl.col("mediated").is_not_null())
    one = rows.group_by("country", "side_b", "episode_start").agg(
        first=pl.col("start").filter("mediated").min(), tried=pl.col("mediated").any(), over=pl.col("episode_end").max()
    )
    until = pl.when("tried").then("first").otherwise("over")
    return (
        one.select(
            "country",
            "side_b",
            "episode_start",
            days=(until - pl.col("episode_start")).dt.total_days(),
            cause=pl.when("tried").then(1).otherwise(2),
        )
        .filter(pl.col("days") >= 0)
        .sort("country", "side_b", "episode_start")
    )


def after_efforts(load: Load) -> pl.DataFrame:
    """Return `days` from the last day of each effort to the end of its episode, if both are known.

    An episode that ended up to 30 days before the effort did counts as over at once (day 0); earlier ends are left out.
    """
    return (
        load("cwm")
        .filter(pl.col("mediated"))
        .select(days=(pl.col("episode_end") - pl.col("end")).dt.total_days())
        .filter(pl.col("days") >= -30)
        .with_columns(pl.col("days").clip(lower_bound=0))
        .sort("days")
    )


def quiet(load: Load) -> pl.DataFrame:
    """Return ceasefires in active conflicts: `side`, `class`, `fighting` (yes or no: active in the next year too)."""
    active = load("ucdp-acd").select("conflict_id", start_year="year").unique()
    now = declared_ceasefires(load).join(active, on=["conflict_id", "start_year"], how="semi")
    then = active.with_columns(start_year=pl.col("start_year") - 1, again=pl.lit("yes"))
    out = now.join(then, on=["conflict_id", "start_year"], how="left").with_columns(
        fighting=pl.col("again").fill_null("no")
    )
    return (
        out.filter(pl.col("start_year") < load("ucdp-acd")["year"].max())
        .select("ceasefire_id", "side", "class", "fighting")
        .sort("ceasefire_id")
    )


def questions(load: Load) -> pl.DataFrame:
    """Return forecasting questions on talks and truces: `question_id`, `about` (talks or signed), `outcome`."""
    about = (
        pl.when(pl.col("question_id").is_in(TALKS))
        .then(pl.lit("talks start or resume by a date"))
        .when(pl.col("question_id").is_in(SIGNED))
        .then(pl.lit("ceasefire or agreement signed by a date"))
    )
    rows = load("gjp").with_columns(about=about).filter(pl.col("about").is_not_null(), pl.col("outcome").is_not_null())
    return rows.select(
        "question_id", "about", outcome=pl.when(pl.col("outcome") == "a").then(pl.lit("yes")).otherwise(pl.lit("no"))
    ).sort("question_id")


def declared(load: Load) -> pl.DataFrame:
    """Return every ceasefire declared: `ceasefire_id`, `in_force` (yes or never)."""
    never = pl.when(pl.col("ending").eq_missing("never_in_force")).then(pl.lit("never")).otherwise(pl.lit("yes"))
    return declared_ceasefires(load).select("ceasefire_id", in_force=never).sort("ceasefire_id")


TABLES: dict[str, Callable[[Load], pl.DataFrame]] = {
    "mediated": mediated,
    "first_mediations": first_mediations,
    "after_efforts": after_efforts,
    "quiet": quiet,
    "questions": questions,
    "declared": declared,
}
