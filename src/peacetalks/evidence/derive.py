"""`rebuild`: every committed table made from the raw files, byte for byte.

There are six groups of tables: the cases (`cases_*.csv`), the conflict-years and the talks of conflicts
(`conflict_years.csv`, `conflict_acts.csv`, see `conflict_year_rows` and `talks`), the curves (`curves.csv`, see
`derive_curves`), the shares and lengths (`shares.csv`, `lengths.csv`, see `derive_shares`), the trial of the covariate
regression against the class curve (`trial.csv`, see `trial`) and the codes of an event scheme (`cameo_codes.csv`, see
`derive_codes`). `cards.json` holds a card for each: definition, sources with hashes, limits, where figures differ from
those computed independently, and of a table of cases how many it has, how many it leaves out and why. Figures are
rounded to 4 decimals and rows sorted. The date of a card is the end of coverage of its data, never the day of the
build.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from peacetalks.evidence import case_tables, conflict_year_rows, linked, talks
from peacetalks.evidence.case_tables import SOURCES
from peacetalks.evidence.catalogue import card
from peacetalks.evidence.conflict_episodes import episodes
from peacetalks.evidence.derive_cards import DEFINITIONS, DIFFERENCES, DRAWN_FROM, datasets_of
from peacetalks.evidence.derive_codes import code_rows
from peacetalks.evidence.derive_curves import COLUMNS, LISTED, curve_rows
from peacetalks.evidence.derive_shares import LENGTH_COLUMNS, SHARE_COLUMNS, length_rows, share_rows
from peacetalks.evidence.left_out import left_out
from peacetalks.evidence.loading import load
from peacetalks.evidence.local_tables import package_only
from peacetalks.evidence.places import find
from peacetalks.evidence.table_checks import alike, check_cases, check_keys, check_listed
from peacetalks.evidence.tables import STORED, TABLES, cases_csv, write_tables
from peacetalks.evidence.trial import TRIAL_COLUMNS, trial_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peacetalks.evidence.case_tables import Load

CURVE_KEY = ("table", "class", "event", "days")
SHARE_KEY = ("table", "class", "outcome")
LENGTH_KEY = ("table", "class")


def _csv(rows: list[dict], columns: list[str]) -> str:
    frame = pl.DataFrame(rows, infer_schema_length=None).select(columns)
    decimal = [c for c, t in frame.schema.items() if t == pl.Float64]
    frame = frame.with_columns(pl.col(c).fill_nan(None).round(4) for c in decimal)
    return frame.write_csv(float_precision=4)


@package_only()
def tables(given: str | Path | None = None) -> dict[str, str]:
    """Return every derived table as {file name: text}, built from the raw files in `given`."""

    @cache
    def dataset(name: str) -> pl.DataFrame:
        return load(name, given)

    direct = {"disputes": "gml-mid", "conflict_years": "ucdp-acd"}

    @cache
    def cases(kind: str) -> pl.DataFrame:
        if kind in linked.TABLES:
            return linked.TABLES[kind](dataset)
        return dataset(direct[kind]) if kind in direct else case_tables.build(kind, dataset)

    out = {f"cases_{k}.csv": cases_csv(k, check_cases(k, cases(k))) for k in STORED}
    counts = {f"cases_{k}.csv": _counts(k, cases(k), dataset) for k in STORED}
    for name, rows, columns, key in (
        ("curves.csv", curve_rows(cases), COLUMNS, CURVE_KEY),
        ("shares.csv", share_rows(cases), SHARE_COLUMNS, SHARE_KEY),
        ("lengths.csv", length_rows(cases), LENGTH_COLUMNS, LENGTH_KEY),
    ):
        check_keys(name, rows, key)
        out[name] = _csv(rows, columns)
    out |= _conflict_tables(dataset)
    out["cameo_codes.csv"] = _csv(code_rows(dataset("cameo-codes")), ["code", "name", "other"])
    out["trial.csv"] = _csv(trial_rows(cases("episodes")), TRIAL_COLUMNS)
    out["cards.json"] = json.dumps(_table_cards(given, counts), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return out


def _conflict_tables(dataset: Load) -> dict[str, str]:
    """Return the conflict-years, and the talks and ceasefires of conflicts by day, as {file name: text}."""
    spans = episodes(dataset)
    acts = talks.acts(dataset, spans)
    big = set(case_tables.major_years(dataset).select("conflict_id", "year").iter_rows())
    figures = conflict_year_rows.Figures(dataset)
    rows = conflict_year_rows.conflict_year_rows(dataset, spans, acts, big, figures)
    return {conflict_year_rows.TABLE: conflict_year_rows.to_csv(rows), talks.TABLE: talks.to_csv(acts)}


def rebuild(data_dir: str | Path | None = None, out_dir: str | Path | None = None) -> list[Path]:
    """Write every derived table from the raw files.

    Parameters
    ----------
    data_dir
        Folder with the raw files; default the environment variable PEACETALKS_DATA, then the user's cache.
    out_dir
        Folder to write to; default the package's own.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    EvidenceMissing
        For the first raw file that is not in `data_dir`; nothing is written then.
    """
    return write_tables(Path(out_dir or TABLES), tables(data_dir))


def compare(data_dir: str | Path | None = None, out_dir: str | Path | None = None) -> dict[str, bool]:
    """Return {table: whether the rebuilt one is the shipped one, byte for byte}; write the rebuilt ones to `out_dir`.

    Raises `EvidenceMissing` for the first raw file that is not in `data_dir`.
    """
    shipped = files("peacetalks.evidence") / "tables"
    texts = tables(data_dir)
    if out_dir:
        write_tables(Path(out_dir), texts)
    return {n: (shipped / n).is_file() and (shipped / n).read_bytes() == t.encode("utf-8") for n, t in texts.items()}


def _counts(kind: str, frame: pl.DataFrame, dataset: Load) -> dict[str, Any]:
    """Return how many cases a table has, how many the data have besides, and how many are in no class of a covariate.

    Raises `EvidenceError` for a value of a covariate that no class of the tables lists.
    """
    nowhere = {c: check_listed(kind, c, frame, values) for c, values in LISTED.get(kind, {}).items()}
    return {
        "cases": frame.height,
        "left_out": left_out(kind, dataset),
        "covariate_not_recorded": {c: n for c, n in nowhere.items() if n},
        "alike_but_for_id": alike(frame),
    }


def _table_cards(given: str | Path | None, counts: Mapping[str, dict[str, Any]]) -> dict[str, dict]:
    """Return the cards {"tables": {file: definition, sources, coverage, differences}, "datasets": {name: version}}.

    `counts` are those of `_counts` by file.
    """
    names = sorted({d for used in (*SOURCES.values(), *DRAWN_FROM.values()) for d in used})
    datasets = {
        d: {
            "version": card(d).version,
            "to_year": card(d).years[1],
            "sha256": hashlib.sha256(find(card(d), given).read_bytes()).hexdigest(),
        }
        for d in names
    }
    out = {}
    for name, definition in DEFINITIONS.items():
        used = list(datasets_of(name))
        out[name] = {
            "definition": definition,
            "sources": used,
            "data_to": max(card(d).years[1] for d in used),
            "differs": list(DIFFERENCES.get(name, ())),
            **counts.get(name, {}),
        }
    return {"tables": out, "datasets": datasets}
