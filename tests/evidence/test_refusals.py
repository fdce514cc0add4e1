"""The checks of every loader, on files made from its card: null never 0, bad files refused with the cache untouched.

No raw data are needed: for each card a small valid file is written in the publisher's columns, and then spoilt.
"""

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from peacetalks.evidence import EvidenceError, add, card, cards, load
from peacetalks.evidence import intake as home
from peacetalks.evidence.loading import read, tidy
from peacetalks.evidence.places import find

ROWS = 40
NAMES = list(cards())
STRICT = [n for n in NAMES if not card(n).encoding.endswith("-lossy") and not card(n).patterns[0].endswith(".dta")]
TEXTUAL = [n for n in NAMES if not card(n).patterns[0].endswith(".dta")]


def valid(c, rows=ROWS):
    """Return a raw table with the columns of a card and values that it allows."""
    table = {}
    for column in c.columns:
        if column.kind == "date" and len(column.raw) == 3:
            table |= dict(zip(column.raw, ("1999", "5", "17"), strict=True))
        elif column.kind == "date":
            table[column.raw[0]] = dt.date(1999, 5, 17).strftime(column.form)
        elif column.codes:
            table[column.raw[0]] = next(iter(column.codes))
        elif column.raw[0] not in table:
            table[column.raw[0]] = {"int": "7", "float": "2.5", "yes": "1", "text": "words"}[column.kind]
    if c.version_column:
        table[c.version_column] = c.known_files[0].version
    return pl.DataFrame({k: [v] * rows for k, v in table.items()})


def written(frame, c, folder, name="mine"):
    """Write a raw table as the publisher would: delimited text in its encoding, or Stata."""
    if c.patterns[0].endswith(".dta"):
        import pandas as pd

        path = folder / f"{name}.dta"
        pd.DataFrame(frame.to_dict(as_series=False)).to_stata(path, write_index=False)
        return path
    path = folder / f"{name}.csv"
    path.write_bytes(frame.write_csv().encode(c.encoding.removesuffix("-lossy")))
    return path


@pytest.fixture
def small(monkeypatch):
    """Cards that expect `ROWS` rows, so that made files can be whole."""
    few = {n: replace(c, rows=ROWS) for n, c in cards().items()}
    monkeypatch.setattr(home, "cards", lambda: few)
    return few


@pytest.fixture
def cache(small, tmp_path):
    """A cache that already holds a good copy of every dataset, and the bytes it must keep."""
    folder = tmp_path / "cache"
    for c in small.values():
        home._store(valid(c), c, folder)
    return folder


def bytes_of(folder):
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def refused(path, cache, message):
    before = bytes_of(cache)
    with pytest.raises(EvidenceError, match=message):
        add(path, cache)
    assert bytes_of(cache) == before


@pytest.mark.parametrize("name", NAMES)
def test_good_file_is_recognised_and_read_back(name, small, tmp_path):
    c = small[name]
    got = add(written(valid(c), c, tmp_path), tmp_path / "cache")
    assert (got.card.name, got.known, got.rows) == (name, False, ROWS)
    assert load(name, tmp_path / "cache").columns == [col.name for col in c.columns]


@pytest.mark.parametrize("name", NAMES)
def test_blank_is_null_in_every_column_and_never_zero(name):
    c = card(name)
    for column in c.columns:
        raw = valid(c, 2).with_columns(pl.Series(r, [None, valid(c, 1)[r][0]], pl.String) for r in column.raw)
        got = tidy(raw, c)[column.name]
        assert got[0] is None, column.name
        assert got[1] is not None, column.name


@pytest.mark.parametrize("name", NAMES)
def test_values_that_stand_for_unknown_are_null_and_never_zero(name):
    c = card(name)
    for column in c.columns:
        for value in column.missing:
            raw = valid(c, 2).with_columns(pl.Series(r, [value, valid(c, 1)[r][0]], pl.String) for r in column.raw)
            assert tidy(raw, c)[column.name][0] is None, (column.name, value)


@pytest.mark.parametrize("name", NAMES)
def test_fewer_rows_are_refused(name, small, cache, tmp_path):
    c = small[name]
    refused(written(valid(c, ROWS // 2), c, tmp_path), cache, f"{ROWS // 2} rows, but '{name}'.*truncated or filtered")


@pytest.mark.parametrize("name", TEXTUAL)
def test_a_line_that_breaks_off_is_refused(name, small, cache, tmp_path):
    path = written(valid(small[name]), small[name], tmp_path)
    text = path.read_bytes().rstrip(b"\n")
    path.write_bytes(text[: text.rindex(b",")])
    refused(path, cache, r"row 41 has \d+ of \d+ cells. The file breaks off: download it again")


@pytest.mark.parametrize("name", NAMES)
def test_another_version_with_other_columns_is_refused(name, small, cache, tmp_path):
    c = small[name]
    for column in {c.raw_columns[0], c.raw_columns[-1]}:
        renamed = valid(c).rename({column: "renamed"})
        refused(written(renamed, c, tmp_path), cache, r"Another version|no known dataset")


@pytest.mark.parametrize("name", [n for n in NAMES if any(col.codes for col in card(n).columns)])
def test_another_version_with_other_codes_is_refused(name, small, cache, tmp_path):
    c = small[name]
    raw = next(col.raw[0] for col in c.columns if col.codes)
    refused(written(valid(c).with_columns(pl.lit("77").alias(raw)), c, tmp_path), cache, f"column '{raw}' holds '77'")


@pytest.mark.parametrize(
    "name", [n for n in NAMES if any(col.kind == "int" and not col.codes for col in card(n).columns)]
)
def test_words_where_numbers_should_be_are_refused(name, small, cache, tmp_path):
    c = small[name]
    raw = next(col.raw[0] for col in c.columns if col.kind == "int" and not col.codes)
    refused(written(valid(c).with_columns(pl.lit("soon").alias(raw)), c, tmp_path), cache, "is not of the type")


@pytest.mark.parametrize(
    "name", [n for n in NAMES if any(col.kind == "date" and len(col.raw) == 1 for col in card(n).columns)]
)
def test_dates_in_another_form_are_refused(name, small, cache, tmp_path):
    c = small[name]
    raw = next(col.raw[0] for col in c.columns if col.kind == "date" and len(col.raw) == 1)
    refused(written(valid(c).with_columns(pl.lit("17|05|99").alias(raw)), c, tmp_path), cache, "should hold dates like")


@pytest.mark.parametrize("name", STRICT)
def test_a_byte_of_another_encoding_is_refused(name, small, cache, tmp_path):
    path = written(valid(small[name]), small[name], tmp_path)
    path.write_bytes(path.read_bytes().rstrip(b"\n") + "é".encode("latin-1") + b"\n")
    refused(path, cache, f"is not {small[name].encoding}, the encoding in which '{name}' is published")


@pytest.mark.parametrize("name", TEXTUAL)
def test_utf_16_is_refused(name, small, cache, tmp_path):
    path = written(valid(small[name]), small[name], tmp_path)
    path.write_bytes(path.read_bytes().decode().encode("utf-16"))
    refused(path, cache, r"no known dataset|not a readable table|is not utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_half_of_the_bytes_of_a_real_file_are_refused(name, data, tmp_path):
    source = find(card(name), data)
    path = tmp_path / f"half{source.suffix}"
    path.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    with pytest.raises(EvidenceError, match=r"truncated or filtered|breaks off|not a readable"):
        add(path, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


DATED = ("year", "start_year", "date", "month", "opened", "start", "row_start", "episode_start")
IN_TIME = [n for n in NAMES if {c.name for c in card(n).columns} & set(DATED)]


def test_only_a_list_of_codes_has_no_time():
    assert set(NAMES) - set(IN_TIME) == {"cameo-codes"}


@pytest.mark.parametrize("name", IN_TIME)
def test_beyond_the_edges_of_coverage_there_is_null(name, data):
    """No row lies outside the years of the card, and a key asked for beyond them has null in every other column."""
    c, frame = card(name), load(name, data)
    first = next(n for n in DATED if n in frame.columns)
    year = pl.col(first) if frame.schema[first] == pl.Int64 else pl.col(first).dt.year()
    years = frame.select(year.alias("asked"), pl.all())
    assert c.years[0] <= years["asked"].min()
    assert years["asked"].max() <= c.years[1]
    edge = pl.DataFrame({"asked": [c.years[0] - 1, c.years[1] + 1]})
    got = edge.join(years.with_columns(pl.col("asked").cast(pl.Int64)), on="asked", how="left")
    assert all(got[n].null_count() == 2 for n in frame.columns)


def test_a_dyad_file_that_lacks_a_column_is_not_taken_for_a_smaller_dataset(small, cache, tmp_path):
    c = small["ucdp-termination-dyad"]
    both = valid(c).with_columns(pl.lit("Government").alias("side_a")).rename({"dyadep_id": "renamed"})
    refused(written(both, c, tmp_path), cache, "nearest to 'ucdp-termination-dyad' version 3-2021, but lacks dyadep_id")


def test_a_copy_in_the_cache_is_read_before_the_publishers_file(data, tmp_path):
    c = card("cow-majors")
    whole = read(find(c, data), c)
    whole.head(3).write_parquet(tmp_path / "cow-majors.parquet")
    (tmp_path / "cow_majors.csv").write_text(whole.write_csv())
    assert load("cow-majors", tmp_path).height == 3
