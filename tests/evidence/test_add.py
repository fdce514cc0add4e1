"""`add`: a user's own download is recognised by content, checked, and cached; a bad one changes nothing."""

import polars as pl
import pytest

from peacetalks.evidence import EvidenceError, add, card, load
from peacetalks.evidence.places import cache_dir, find

HEAD = "ccode,styear,stmonth,stday,endyear,endmonth,endday,version\n"
LINE = "2,1898,8,13,2016,12,31,{version}\n"


def majors(tmp_path, rows=14, version="2016", head=HEAD, name="my download.csv"):
    path = tmp_path / name
    path.write_text(head + LINE.format(version=version) * rows)
    return path


def test_recognised_by_columns_when_the_hash_is_not_known(tmp_path):
    got = add(majors(tmp_path), tmp_path / "cache")
    assert (got.card.name, got.known, got.version, got.rows) == ("cow-majors", False, "2016", 14)
    assert load("cow-majors", tmp_path / "cache").height == 14
    assert got.to_dict()["dataset"] == "cow-majors"


def test_newer_version_is_taken_and_named(tmp_path):
    assert add(majors(tmp_path, 3, "2024"), tmp_path / "cache").version == "2024"


@pytest.mark.parametrize("name", ["ucdp-acd", "fortna-spells", "cow-interstate-wars", "cwm", "icb"])
def test_known_file_and_its_parquet_copy_load_alike(name, data, tmp_path):
    got = add(find(card(name), data), tmp_path)
    assert got.known
    assert load(name, tmp_path).equals(load(name, data))


BAD = {
    "truncated": (lambda p: majors(p, rows=9), "9 rows, but 'cow-majors' version 2016 has 14"),
    "other columns": (lambda p: majors(p, head=HEAD.replace("styear", "begin")), "lacks styear. Another version?"),
    "no dataset": (lambda p: majors(p, head="a,b,c,d,e,f,g,h\n"), "are those of no known dataset"),
    "a type": (lambda p: majors(p, head=HEAD + "x,soon,1,1,1,1,1,2016\n"), "is not of the type"),
}


@pytest.mark.parametrize("what", BAD)
def test_refusal_leaves_the_cache_untouched(what, tmp_path):
    cache = tmp_path / "cache"
    add(majors(tmp_path, name="good.csv"), cache)
    before = {p.name: p.read_bytes() for p in cache.iterdir()}
    make, message = BAD[what]
    with pytest.raises(EvidenceError, match=message.split(".")[0]):
        add(make(tmp_path), cache)
    assert {p.name: p.read_bytes() for p in cache.iterdir()} == before


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.txt", b"a,b\n", "files ending in .txt are not read"),
        ("x.csv", b"", "not a readable table"),
        ("x.csv", b"a,b\n1,2,3\n", "not a readable table"),
        ("x.xlsx", b"not a workbook", "not a readable .xlsx file"),
        ("x.dta", b"not stata", "not a readable Stata file"),
        ("x.parquet", b"PAR1", "not a readable .parquet file"),
    ],
)
def test_unreadable_files_are_refused(name, content, message, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(EvidenceError, match=message):
        add(path, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_wrong_encoding_is_refused(tmp_path):
    path = majors(tmp_path)
    path.write_bytes(path.read_text().replace("13", "13é").encode("latin-1"))
    with pytest.raises(EvidenceError, match="is not utf-8, the encoding in which 'cow-majors' is published"):
        add(path, tmp_path / "cache")


def test_no_such_file(tmp_path):
    with pytest.raises(EvidenceError, match="no such file"):
        add(tmp_path / "gone.csv", tmp_path)


def test_interrupted_write_leaves_no_part_behind(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", fail)
    with pytest.raises(OSError, match="disk full"):
        add(majors(tmp_path), tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_cache_follows_the_platform(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_dir() == tmp_path / "peacetalks" / "data"
