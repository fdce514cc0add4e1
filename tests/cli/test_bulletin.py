"""The command `bulletin`: one of two conflicts, what it refuses, and an interrupt after which it goes on."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from functools import partial

import pytest
from support.command_line import run
from support.schemas import fitting

ONE = ["--only", "418", "--belief-points", "4", "--no-pages", "--jobs", "1"]


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    """Run the command line in this process, with a cache of its own; return (exit code, stdout, stderr)."""
    monkeypatch.setenv("PEACETALKS_CACHE", str(tmp_path / "cache"))
    return partial(run, capsys)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "give the date of the bulletin with --as-of, or years with --backfill FIRST:LAST; not both"),
        (["--as-of", "2018-01-01", "--backfill", "2017:2018"], "not both"),
        (["--as-of", "2018-13-01"], "--as-of: "),
        (["--as-of", "2018-01-01"], "give the folder of all bulletins with -o FOLDER"),
        (["--backfill", "2017"], "--backfill: '2017' is not two years from 1947 on, such as 1995:2024"),
        (["--backfill", "2018:2017", "-o", "x"], "--backfill: 2018 lies after 2017; write the earlier year first"),
        (
            ["--as-of", "2018-01-01", "-o", "x", "--only", "99999"],
            "no conflict of the record has the UCDP number 99999",
        ),
        (
            ["--as-of", "2018-01-01", "-o", "x", "--url", "not a url"],
            "--url: 'not a url' is not the address of a folder",
        ),
        (["--as-of", "2018-01-01", "-o", "x", "--url", "example.org"], "such as https://example.org/peace"),
        (["--as-of", "2018-01-01", "-o", "x", "--url", "ftp://example.org"], "http or https, a host"),
        (["--as-of", "2018-01-01", "-o", "x", "--url", "https:///peace"], "http or https, a host"),
        (["--as-of", "2018-01-01", "-o", "x", "--url", "https://example.org:no"], "http or https, a host"),
        (["--as-of", "2018-01-01", "-o", "x", "--url", "https://example.org/a b"], "no space, query"),
        (["--as-of", "2018-01-01", "-o", "x", "--url", "https://example.org/?a=b"], "no space, query"),
        (["--as-of", "2018-01-01", "-o", "x", "--url", "https://example.org/#a"], "no space, query"),
        (["--as-of", "1900-01-01", "-o", "x"], "no conflict is active in the record at 1900-01-01: give a later date"),
        (["--as-of", "2018-01-01", "-o", "x", "--scenarios", "none"], "--scenarios: no folder 'none'"),
        (
            ["--as-of", "2018-01-01", "-o", "x", "--belief-points", "1"],
            "belief points must be a whole number >= 2, got 1",
        ),
    ],
)
def test_bad_input_is_refused_before_anything_is_written(call, tmp_path, monkeypatch, args, said):
    monkeypatch.chdir(tmp_path)
    code, out, err = call("bulletin", *args)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
    assert not (tmp_path / "x").exists()


def test_a_bulletin_is_written_and_printed_and_made_once(call, tmp_path):
    folder = tmp_path / "b"
    code, out, err = call("bulletin", "--as-of", "2018-01-01", "-o", folder, *ONE, "--json")
    assert code == 0
    found = fitting("bulletin", out)
    assert found == json.loads((folder / "2018-01-01" / "bulletin.json").read_text())
    assert [e["conflict"] for e in found["bulletin"]["forecasts"]] == [418]
    assert f"Wrote {folder}/2018-01-01/index.html" in err
    assert "give --url before it is published" in err
    files = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.parent.name != "archive"}
    day = {
        f"2018-01-01/{x}"
        for x in ("bulletin.csv", "bulletin.json", "index.html", "map.svg", "track.html", "track.json")
    }
    assert files == day | {"index.html", "feed.xml", "track.html", "track.json"}
    code, out, err = call("bulletin", "--as-of", "2018-01-01", "-o", folder, *ONE, "--url", "https://example.org/b")
    assert code == 0
    assert "stands there already, made from the same inputs" in err
    assert re.search(r"Bulletin of 1 January 2018\n1 active conflict: by 1 January 2019", out)
    assert "https://example.org/b/2018-01-01/index.html" in (folder / "feed.xml").read_text()
    before = (folder / "2018-01-01" / "bulletin.json").read_bytes()
    code, _, err = call("bulletin", "--as-of", "2018-01-01", "-o", folder, *ONE, "--only", "333")
    assert code == 0
    assert re.search(r"made on 20\d\d-.* UTC from other inputs .* what is published is not replaced", err)
    assert (folder / "2018-01-01" / "bulletin.json").read_bytes() == before


@pytest.mark.slow
def test_with_pages_each_conflict_has_one_in_the_design_of_a_forecast(call, tmp_path):
    folder = tmp_path / "b"
    args = ["--only", "418", "--only", "333", "--belief-points", "4", "--jobs", "1"]
    code, _, _ = call("bulletin", "--backfill", "2017:2018", "-o", folder, *args)
    assert code == 0
    page = (folder / "2018-01-01" / "conflict-333.html").read_text()
    for words in ("Afghanistan: government", "In short", "Best estimate over time", "Every number and its source"):
        assert words in page
    assert "Since the bulletin of 1 January 2017" in page
    assert "A ceasefire of both sides" not in page  # of September 2016, more than a year before
    before = (folder / "2017-01-01" / "conflict-333.html").read_text()
    assert "is recorded as in force since 2016-09-29. It ended no episode of fighting" in before
    assert "default-src 'none'" in page
    assert "<script" not in page
    saved = re.search(r'href="\.\./(archive/[^"]+)"', page)[1]
    code, out, _ = call("diff", *sorted((folder / "archive").glob("conflict-333_*")), "--no-attribution")
    assert (code, (folder / saved).is_file()) == (0, True)
    assert "Afghanistan: government: what changed" in out


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="interrupts are signals")
def test_interrupted_it_goes_on_where_it_was(tmp_path):
    """Three years in two processes, stopped when some conflicts are done, and gone on with the same command."""
    args = ["--backfill", "2016:2018", "-o", str(tmp_path / "b"), "--belief-points", "4", "--no-pages", "--jobs", "2"]
    only = [x for i in (333, 418) for x in ("--only", str(i))]
    command = [sys.executable, "-m", "peacetalks.cli", "bulletin", *args, *only]
    environ = os.environ | {"PEACETALKS_CACHE": str(tmp_path / "cache")}
    first = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    answers = tmp_path / "cache" / "answers"
    until = time.monotonic() + 120
    while len(list(answers.glob("??/*.json"))) < 2:
        assert time.monotonic() < until
        assert first.poll() is None
        time.sleep(0.05)
    first.send_signal(signal.SIGINT)
    _, err = first.communicate(timeout=60)
    assert first.returncode == 130
    assert "the same command goes on from there" in err
    done = len(list(answers.glob("??/*.json")))
    again = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert again.returncode == 0, again.stderr
    assert f"{done} answers came from the cache" in again.stderr
    assert sorted(p.parent.name for p in (tmp_path / "b").glob("*/bulletin.json")) == [
        f"{year}-01-01" for year in (2016, 2017, 2018)
    ]
