"""`add`: files of odd types, shapes and sizes are refused with the column, the row and the cure; none gets further."""

import datetime as dt
import os
import random
import zipfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from support.damaged import damaged

from peacetalks.cli import main
from peacetalks.evidence import EvidenceError, EvidenceMissing, add, card, cards, load, loading
from peacetalks.evidence import intake as home
from peacetalks.evidence.delimited import delimiter

CASE = Path(__file__).parents[1] / "cases" / "evidence" / "ev_InvalidOperationError_pqtypes.parquet"
HEAD = "ccode,styear,endyear,version"
LINE = "2,1898,2016,2016"


def written(folder, text, name="mine.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def majors(head=HEAD, line=LINE, rows=14, more=""):
    return "\n".join([head, *[line] * (rows - bool(more)), *([more] if more else [])]) + "\n"


@pytest.fixture
def refused(tmp_path):
    """Return a function that adds a file and returns the refusal; the cache stays empty."""

    def run(what, name="mine.csv"):
        with pytest.raises(EvidenceError) as e:
            add(what if isinstance(what, Path) else written(tmp_path, what, name), tmp_path / "cache")
        assert not (tmp_path / "cache").exists()
        assert len(str(e.value)) < 1000
        return str(e.value)

    return run


# -- types ------------------------------------------------------------------------------------------


def test_parquet_with_columns_that_are_not_text(refused, capsys):
    said = refused(CASE)
    assert "column 'crisno' holds Date, where 'icb-core' wants text that reads as int" in said
    assert "Add the publisher's own file" in said
    with pytest.raises(SystemExit) as e:
        main(["evidence", "add", str(CASE)])
    assert e.value.code == 2
    assert "column 'crisno' holds Date" in " ".join(capsys.readouterr().err.split())


def test_a_copy_of_other_types_in_the_data_folder_is_refused(tmp_path):
    pl.DataFrame({"ccode": [2], "styear": [1898], "endyear": [2016], "version": ["2016"]}).write_parquet(
        tmp_path / "cow-majors.parquet"
    )
    with pytest.raises(EvidenceError, match="column 'ccode' holds Int64, where 'cow-majors' wants text that reads as"):
        load("cow-majors", tmp_path)
    (tmp_path / "cow-majors.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(EvidenceError, match=r"cow-majors.parquet: not a readable .parquet file"):
        load("cow-majors", tmp_path)
    with pytest.raises(EvidenceMissing):
        load("pax", tmp_path)


@pytest.mark.parametrize(
    ("cell", "column", "wanted"),
    [
        ("2,soon,2016,2016", "styear", "'soon' in row 15, wanted a whole number (int)"),
        ("2,1898.5,2016,2016", "styear", "'1898.5' in row 15, wanted a whole number"),
        ("2,99999999999999999999,2016,2016", "styear", "in row 15, wanted a whole number"),
        ("2,1e400,2016,2016", "styear", "wanted a whole number"),
    ],
)
def test_a_cell_of_another_type_is_named_with_its_column_and_row(cell, column, wanted, refused):
    said = refused(majors(more=cell))
    assert f"column '{column}' holds " in said
    assert wanted in said


def test_numbers_that_are_none_are_refused():
    c = card("cameo-codes")
    for cell in ("nan", "inf", "1e999"):
        raw = pl.DataFrame({"cameoCode": ["12"], "eventName": ["a"], "goldstein": [cell]})
        with pytest.raises(EvidenceError, match=rf"'goldstein' holds '{cell}' in row 2, wanted a number \(float\)"):
            loading.tidy(raw, c)
    answer = pl.DataFrame({"cameoCode": ["12"], "eventName": ["a"], "goldstein": ["-.5"]})
    assert loading.tidy(answer, c)["score"].to_list() == [-0.5]


def workbook(path, rows):
    """Write a workbook of one sheet: numbers as numbers, text as text, a date as a number with the style of a date."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def cell(value):
        if isinstance(value, dt.date):
            return f'<c s="1"><v>{(value - dt.date(1899, 12, 30)).days}</v></c>'
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    sheet = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{office}/styles" '
        'Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as out:
        for name, text in parts.items():
            out.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return path


def test_a_workbook_is_read_and_its_cells_checked(tmp_path, refused):
    head, row = HEAD.split(","), [2, 1898, 2016, "2016"]
    assert add(workbook(tmp_path / "good.xlsx", [head, *[row] * 14]), tmp_path / "other").rows == 14
    assert load("cow-majors", tmp_path / "other")["start_year"].to_list() == [1898] * 14
    bad = workbook(tmp_path / "bad.xlsx", [head, *[row] * 13, [2, dt.date(1998, 8, 13), 2016, "2016"]])
    assert "column 'styear' holds '1998-08-13" in refused(bad)
    twice = workbook(tmp_path / "twice.xlsx", [[*head, "styear"], *[[*row, 1999]] * 14])
    assert "two columns are called 'styear'" in refused(twice)


# -- shape -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [";", "\t"], ids=["semicolon", "tab"])
def test_other_delimiters_are_read_alike(mark, tmp_path):
    add(written(tmp_path, majors().replace(",", mark)), tmp_path / "cache")
    add(written(tmp_path, majors()), tmp_path / "plain")
    assert load("cow-majors", tmp_path / "cache").equals(load("cow-majors", tmp_path / "plain"))
    assert delimiter(f'"a{mark}b,c,d"{mark}e{mark}f') == mark


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    assert add(written(tmp_path, "\ufeff" + majors()), tmp_path / "cache").rows == 14


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            majors(more="2,1898,2016,2016,x"),
            "row 15 has 5 cells, but there are 4 columns. A cell that contains a comma",
        ),
        (majors(more="2,1898"), "row 15 has 2 of 4 cells. The file breaks off"),
        (majors(HEAD + ",styear", LINE + ",1999"), "two columns are called 'styear'. Take one out"),
        (majors(more="2,18\x0098,2016,2016"), "line 15, column 5 holds the control character U+0000"),
        (majors().encode("utf-16"), "UTF-16, where 'gjp' is published in utf-8"),
        (
            majors(more="2,1898é,2016,2016").encode("latin-1"),
            "(line 15) is not utf-8, the encoding in which 'cow-majors'",
        ),
        ("", "no row of column names"),
        ("\n\n", "no row of column names"),
        (majors(rows=28), "28 rows, but 'cow-majors' version 2016 has 14. Rows are given more than once"),
    ],
    ids=["more cells", "fewer cells", "columns twice", "NUL", "UTF-16", "Latin-1", "empty", "blank", "rows twice"],
)
def test_shapes_that_are_refused(text, words, refused):
    assert words in refused(text).replace("'cwm'", "'gjp'")  # either card is read leniently


def test_long_names_of_columns_are_not_repeated_whole(refused):
    assert "are those of no known dataset" in refused(",".join(c * 5000 for c in "abc") + "\n")


# -- size ------------------------------------------------------------------------------------------


def test_far_more_rows_than_the_dataset_has_are_refused(refused, tmp_path, monkeypatch):
    newer = LINE.replace(",2016,2016", ",2016,2031")
    assert "1,141 rows, but 'cow-majors' version 2016 has 14 rows, and at most 1,140 are read" in refused(
        majors(line=newer, rows=1141)
    )
    assert add(written(tmp_path, majors(line=newer, rows=1140)), tmp_path / "other").rows == 1140
    many = pl.DataFrame({name: [cell] * 100_000 for name, cell in zip(HEAD.split(","), LINE.split(","), strict=True)})
    many.write_parquet(tmp_path / "many.parquet")
    monkeypatch.setattr(pl, "read_parquet", lambda *_: pytest.fail("read"))
    assert "100,000 rows, but 'cow-majors'" in refused(tmp_path / "many.parquet")


def test_text_of_millions_of_lines_is_not_parsed(refused, monkeypatch):
    monkeypatch.setattr(loading, "parsed", lambda *_: pytest.fail("parsed"))
    assert "200,001 lines, but 'cow-majors' version 2016 has 14 rows" in refused(majors(rows=200_000))


def test_a_file_larger_than_any_dataset_is_not_read(refused, tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "MOST_BYTES", 100)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("read"))
    path = tmp_path / "big.csv"
    with path.open("w") as out:
        out.write("x" * 101)
    assert "big.csv: 101 bytes, more than any dataset here (100)" in refused(path)


def test_a_panic_of_the_parquet_reader_is_a_refusal_and_prints_nothing(tmp_path, monkeypatch, capfd):
    def panic(_):
        os.write(2, b"thread panicked at ...")
        raise pl.exceptions.PanicException("assertion failed: offset + length <= self.length")

    whole = pl.DataFrame({name: [cell] * 14 for name, cell in zip(HEAD.split(","), LINE.split(","), strict=True)})
    whole.write_parquet(tmp_path / "cow-majors.parquet")
    monkeypatch.setattr(pl, "read_parquet", panic)
    with pytest.raises(EvidenceError, match=r"not a readable .parquet file \(assertion failed: offset"):
        add(tmp_path / "cow-majors.parquet", tmp_path / "cache")
    os.write(2, b"as before")
    assert capfd.readouterr().err == "as before"


# -- damaged files -----------------------------------------------------------------------------------

BITS = [
    b"\xff",
    b"\x00",
    b"\xef\xbb\xbf",
    b'"',
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r",
    b"9" * 400,
    b"1e999",
    b"-1",
    b"nan",
    b"\xe9",
    b"x",
]


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".dta"])
def test_damaged_files_are_refused_or_read(suffix, tmp_path, monkeypatch):
    monkeypatch.setattr(home, "cards", lambda: {n: replace(c, rows=14) for n, c in cards().items()})
    rng, said = random.Random(5), []
    table = pl.DataFrame({name: [cell] * 14 for name, cell in zip(HEAD.split(","), LINE.split(","), strict=True)})
    good = tmp_path / f"good{suffix}"
    if suffix == ".csv":
        good.write_text(majors())
    elif suffix == ".parquet":
        table.write_parquet(good)
    else:
        import pandas as pd

        pd.DataFrame(table.to_dict(as_series=False)).to_stata(good, write_index=False)
    assert add(good, tmp_path / "cache").rows == 14
    for _ in range(150):
        path = written(tmp_path, damaged(good.read_bytes(), rng, BITS, 3, 30), f"bad{suffix}")
        try:
            add(path, tmp_path / "cache")
        except EvidenceError as e:
            said.append(str(e))
    assert len(said) > 50
    assert max(map(len, said)) < 1000
