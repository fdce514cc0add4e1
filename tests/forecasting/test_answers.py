"""The cache folder of answers: found again under their key, shared, bounded, and never in the way."""

import ast
import json
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.tiny import tiny

import peacetalks as pt
from peacetalks.forecasting import answers
from peacetalks.forecasting.answers import AnswerCache, answer_key, cache_folder, solve_cached
from peacetalks.forecasting.jobs import solve_all

KEYS = [f"{i:x}".zfill(2) + "0" * 38 for i in range(30)]


@pytest.fixture
def cache(tmp_path):
    return AnswerCache.open(tmp_path / "answers")


def files(cache):
    return sorted(cache.folder.glob("*/*"))


def test_answers_are_found_again_under_their_key(cache):
    key = answer_key("a game", ["a question"])
    cache.add(key, {"x": (0.1, None)})
    again = AnswerCache.open(cache.folder)
    assert again.find(key, ()) == {"x": (0.1, None)}
    assert again.find(answer_key("a game", ["another"]), ()) is None
    assert (cache.added, again.found, again.size().entries) == (1, 1, 1)
    assert AnswerCache(None).find(key, ()) is None
    AnswerCache(None).add(key, 1)  # stores nothing


def test_the_folder_is_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("PEACETALKS_CACHE", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own" / "answers"
    monkeypatch.delenv("PEACETALKS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "peacetalks" / "answers"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # not allowed by the standard
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder() == tmp_path / "home" / ".cache" / "peacetalks" / "answers"


@pytest.mark.parametrize("how", ["cut", "empty", "altered", "foreign", "another key", "pickle", "folder"])
def test_a_damaged_or_foreign_entry_loses_itself_only(cache, how):
    cache.add(KEYS[0], [0.5])
    cache.add(KEYS[1], [0.25])
    path = cache.folder / "00" / f"{KEYS[0]}.json"
    data = path.read_bytes()
    if how == "folder":
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes(
            {
                "cut": data[:-5],
                "empty": b"",
                "altered": data.replace(b"0.5", b"0.6"),
                "foreign": b"\xff\xfe<html>",
                "another key": (cache.folder / "01" / f"{KEYS[1]}.json").read_bytes(),
                "pickle": pickle.dumps({KEYS[0]: [0.5]}),
            }[how]
        )
    assert cache.find(KEYS[0], ()) is None
    assert cache.find(KEYS[1], ()) == [0.25]
    if how != "folder":
        cache.add(KEYS[0], [0.5])  # and it is written anew
        assert cache.find(KEYS[0], ()) == [0.5]


def test_no_pickle_is_read_or_written(cache):
    cache.add(KEYS[0], [0.5])
    assert json.loads(files(cache)[0].read_text().split("\n", 1)[1]) == [0.5]
    for module in ("answers", "encoding", "whole_file"):
        assert "pickle" not in {
            alias.name
            for node in ast.walk(ast.parse((answers.PACKAGE / "forecasting" / f"{module}.py").read_text()))
            if isinstance(node, ast.Import)
            for alias in node.names
        }


def test_the_oldest_answers_go_when_the_folder_is_full(tmp_path):
    cache = AnswerCache.open(tmp_path / "answers", limit=4000)
    for i, key in enumerate(KEYS):
        cache.add(key, "x" * 300)
        for path in files(cache):
            assert path.stat().st_size < 400
        os.utime(cache.folder / key[:2] / f"{key}.json", (i, i))
        assert cache.size().bytes <= 4000 + 800
    cache.trim()
    left = {p.stem for p in files(cache)}
    assert left
    assert left == set(KEYS[-len(left) :])
    oldest = KEYS[-len(left)]
    assert cache.find(oldest, ()) is not None  # used now: it is the last to go
    cache.limit = 1000
    cache.trim()
    assert oldest in {p.stem for p in files(cache)}
    assert cache.size().bytes <= 1000


def test_clearing_leaves_other_files(cache):
    cache.add(KEYS[0], 1)
    foreign = [cache.folder / "notes.txt", cache.folder / "00" / "mine.json", cache.folder / "00" / "deep" / "x.json"]
    foreign[2].parent.mkdir()
    for path in foreign:
        path.write_text("mine")
    (cache.folder / "00" / ".peacetalks-0011.tmp").write_text("of a writer that was killed")
    assert cache.clear().entries == 1
    assert cache.size() == (0, 0)
    assert all(p.read_text() == "mine" for p in foreign)
    assert not list(cache.folder.rglob("*.tmp"))


def test_a_folder_that_cannot_be_written_to_is_no_error(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    cache = AnswerCache.open(tmp_path / "file" / "answers")
    cache.add(KEYS[0], 1)
    assert cache.find(KEYS[0], ()) is None
    (notice,) = [r.getMessage() for r in caplog.records]
    assert re.search(r"No cache of answers: .*file/answers cannot be written to \(Not a directory\)\.", notice)
    assert "Set PEACETALKS_CACHE" in notice


def test_a_folder_that_fills_up_gives_one_notice(cache, caplog, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(answers, "replace_file", full)
    for key in KEYS:
        cache.add(key, 1)
    (notice,) = [r.getMessage() for r in caplog.records]
    assert re.search(r"No further answers are cached in .*: No space left on device", notice)


def work(x):
    if x == 3:
        raise pt.NotSolved("no equilibrium at 3")
    return x / 7


def test_work_cut_short_goes_on_where_it_was(cache, monkeypatch):
    done, reported = [], []

    def watched(x):
        if len(done) == 2 and not reported[4:]:
            raise KeyboardInterrupt
        done.append(x)
        return work(x)

    items, keys = [1, 2, 3, 4], KEYS[:4]
    with pytest.raises(KeyboardInterrupt):
        solve_cached(watched, items, keys, cache, (), 1, lambda *n: reported.append(n), required=1)
    assert done == [1, 2]
    reported += [None] * 5
    again = AnswerCache.open(cache.folder)
    got = solve_cached(watched, items, keys, again, (), 1, lambda *n: reported.append(n), required=1)
    assert done == [1, 2, 3, 4]
    assert reported[-4:] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    third = solve_cached(watched, items, keys, AnswerCache.open(cache.folder), (), required=1)
    assert done == [1, 2, 3, 4]  # that there is no solution is an answer too
    assert repr(got) == repr(third) == repr(solve_all(work, items, required=1))
    with pytest.raises(pt.NotSolved, match="no equilibrium at 3"):
        solve_cached(watched, items, keys, AnswerCache.open(cache.folder), ())


SHARING = """
import sys
from pathlib import Path
from peacetalks.forecasting.answers import AnswerCache
cache = AnswerCache.open(Path(sys.argv[1]), limit=20_000)
for i in range(300):
    key = f"{i % 40:02x}" + "0" * 38
    found = cache.find(key, ())
    assert found is None or found == [i % 40] * 50, found
    cache.add(key, [i % 40] * 50)
"""


@pytest.mark.slow
def test_processes_share_the_folder(cache):
    both = [
        subprocess.Popen([sys.executable, "-c", SHARING, str(cache.folder)], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [(p.communicate(timeout=240)[1], p.returncode) for p in both] == [("", 0)] * 2
    assert not list(cache.folder.rglob("*.tmp"))


@pytest.mark.slow
def test_forecasts_with_draws_say_the_same_with_and_without_the_cache(cache):
    how = {"draws": 3, "periods": 2, "belief_points": 2}
    without = pt.outlook(tiny(), **how).to_dict()
    first = pt.outlook(tiny(), **how, answers=cache).to_dict()
    added = cache.added
    again = AnswerCache.open(cache.folder)
    second = pt.outlook(tiny(), **how, answers=again).to_dict()
    assert (again.found, again.added) == (added, 0)
    assert repr(without) == repr(first) == repr(second)
    third = AnswerCache.open(cache.folder)
    pt.outlook(tiny(), **{**how, "belief_points": 3}, answers=third)
    assert third.found == 0  # another question
    pt.outlook(tiny(), **{**how, "draws": 0}, answers=third)
    assert third.found == 0  # without draws nothing is cached


def test_the_key_depends_on_all_that_determines_results_and_on_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(answers, "PACKAGE", tmp_path)
    versions = {answers.results_version.__wrapped__()}
    for room in ("game", "scenario", "mechanisms", "equilibrium/kernels", "forecasting"):
        (tmp_path / room).mkdir(parents=True)
        for text in ("one = 1\n", "one = 2\n"):
            (tmp_path / room / "some.py").write_text(text)
            versions.add(answers.results_version.__wrapped__())
    assert len(versions) == 11
    for room in ("pages", "cli", "backtests", "catalog"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "some.py").write_text("one = 1\n")
        assert answers.results_version.__wrapped__() in versions
    monkeypatch.setattr(answers, "version", lambda name: f"another {name}")
    assert answers.results_version.__wrapped__() not in versions


def test_no_module_that_determines_results_is_left_out():
    """What the modules that solve and read answers off import, directly or not, lies in the rooms of the key."""
    seen, todo = set(), ["forecasting.outlook", "questions.batch", "questions.compare", "questions.account_filter"]
    outside = {"evidence", "errors", "outcomes", "text_files"}  # of the record, of files and of words; no number
    outside |= {"conflicts"}  # which scenario is the typical case; its numbers are part of the key
    while todo:
        module = todo.pop()
        path = answers.PACKAGE / Path(*module.split(".")).with_suffix(".py")
        if module in seen or module.split(".")[0] in outside or not path.is_file():
            continue
        seen.add(module)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("peacetalks"):
                base = node.module.removeprefix("peacetalks").removeprefix(".")
                todo += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    assert len(seen) > 50
    assert {m.split(".")[0] for m in seen} == {*answers.ROOMS, "questions"}
