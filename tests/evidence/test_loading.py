"""Loaders: types, counts, and that null is never 0."""

import polars as pl
import pytest

from peacetalks.evidence import EvidenceError, EvidenceMissing, card, cards, load
from peacetalks.evidence.loading import KINDS, tidy


@pytest.mark.parametrize("name", cards())
def test_columns_types_rows_and_coverage(name, data):
    c, frame = card(name), load(name, data)
    assert frame.columns == [col.name for col in c.columns]
    assert frame.height == c.rows
    for col in c.columns:
        assert frame.schema[col.name] == (pl.String if col.codes else KINDS[col.kind]), col.name
    for col in ("year", "start_year"):
        if col in frame.columns:
            assert frame[col].min() >= c.years[0], col
            assert frame[col].max() <= c.years[1], col


@pytest.mark.parametrize(
    ("name", "column", "nulls", "why"),
    [
        ("ethprio-ceasefires", "ending", 2004, "-1 = unclear"),
        ("ethprio-ceasefires", "end", 2351, "-1 or 0 in the date"),
        ("fortna-spells", "start", 36, "later rows of a spell"),
        ("cwm", "start", 321, "no effort, or no day"),
        ("pax", "conflict_id", 21, "empty"),
        ("ucdp-termination-conflict", "ending", 1981, "years in which nothing ended"),
        ("ucdp-termination-dyad", "ended", 64, "empty"),
        ("ucdp-acd", "end", 2193, "years in which nothing ended"),
        ("ucdp-dyadic", "side_b", 0, "always given"),
        ("ucdp-peace-agreements", "ended", 238, "not coded as ended"),
        ("cow-interstate-wars", "deaths", 1, "-9"),
        ("icb", "mediation", 5, "empty"),
        ("icb-core", "end", 20, "no day"),
        ("gml-mid", "settlement", 17, "-9"),
        ("mie", "start", 1987, "-9 in the day"),
        ("ties", "outcome", 388, "no outcome"),
        ("nmc", "spending", 2360, "NA"),
    ],
)
def test_unknown_is_null_and_never_zero(name, column, nulls, why, data):
    assert load(name, data)[column].null_count() == nulls, why


def test_outside_coverage_there_is_no_row_rather_than_a_zero(data):
    acd, deaths = load("ucdp-acd", data), load("views-ukraine", data)
    assert acd.filter(pl.col("year") > 2024).is_empty()
    after = pl.DataFrame({"month": [pl.Series(["2024-05-01"]).str.to_date()[0]]})
    assert after.join(deaths, on="month", how="left")["deaths"].to_list() == [None]


def test_missing_dataset_says_where_it_is_published_and_how_to_add_it(tmp_path):
    with pytest.raises(EvidenceMissing, match=r"'pax' .* PeaceRep.* run: peacetalks evidence add FILE"):
        load("pax", tmp_path)


def test_data_directory_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("PEACETALKS_DATA", str(tmp_path))
    with pytest.raises(EvidenceMissing, match=str(tmp_path.name)):
        load("pax")


def _majors(**change):
    row = {"ccode": "2", "styear": "1898", "endyear": "2016", "version": "2016"} | change
    return pl.DataFrame({k: [v] for k, v in row.items()})


def test_wrong_type_is_refused():
    with pytest.raises(EvidenceError, match="a cell is not of the type that the card of 'cow-majors' gives"):
        tidy(_majors(styear="long ago"), card("cow-majors"))


def test_lacking_column_is_refused():
    with pytest.raises(EvidenceError, match="needs the columns styear, which are not there"):
        tidy(_majors().drop("styear"), card("cow-majors"))


def test_unknown_code_is_refused(data):
    from peacetalks.evidence.loading import read
    from peacetalks.evidence.places import find

    c = card("gml-mid")
    raw = read(find(c, data), c).with_columns(settle=pl.lit("7"))
    with pytest.raises(EvidenceError, match=r"column 'settle' holds '7', a code that the card of 'gml-mid'"):
        tidy(raw, c)
