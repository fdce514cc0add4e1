"""Cases of the data sets that are in no case table, by reason: counted when the tables are made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from peacetalks.evidence.case_tables import EPISODES_TO, declared_ceasefires

if TYPE_CHECKING:
    from peacetalks.evidence.case_tables import Load


def left_out(kind: str, load: Load) -> dict[str, int]:
    """Return {reason: cases of the data that the table of a kind leaves out}, whatever their date."""
    found: dict[str, int] = {}
    if kind == "ceasefires":
        found["ceasefires without an exact first day"] = declared_ceasefires(load)["start"].null_count()
    if kind == "processes":
        early = pl.col("date").is_not_null() & pl.col("stage").is_in(["pre-negotiation", "ceasefire"])
        begun = load("pax").group_by("process_id").agg(early.any().alias("begun"))
        found["processes without a dated pre-negotiation or ceasefire text"] = int((~begun["begun"]).sum())
    if kind == "mediations":
        found["rows of conflicts without a mediation effort"] = int((load("cwm")["mediated"].eq(False)).sum())
        found["rows of which it is not recorded whether there was mediation"] = load("cwm")["mediated"].null_count()
    if kind == "episodes":
        first = load("ucdp-termination-conflict").group_by("episode_id").agg(pl.col("start").min())
        found[f"episodes that began after {EPISODES_TO.isoformat()}"] = int((first["start"] > EPISODES_TO).sum())
        found["episodes without a first day"] = first["start"].null_count()
    if kind == "crises":
        found["crises without a first year"] = load("icb-core")["start_year"].null_count()
    if kind == "sanctions":
        found["sanctions cases without an outcome"] = load("ties")["outcome"].null_count()
    return {reason: n for reason, n in found.items() if n}
