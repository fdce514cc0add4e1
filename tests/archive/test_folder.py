"""Saving and reading back: the same forecast comes back, nothing is written over, what is damaged is named."""

import copy
import datetime as dt
import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peacetalks.archive.folder import check_folder, read_folder, read_saved, save
from peacetalks.archive.saved import SavedForecast, content_digest, from_json, saved, to_text
from peacetalks.errors import ArchiveError
from peacetalks.outcomes import ENDS
from peacetalks.scenario.scenario import table_digest

MOMENT = dt.datetime(2026, 11, 26, 12, 30, tzinfo=dt.UTC)
TEXTS = st.text(st.characters(blacklist_categories=["Cc", "Cs"]), max_size=20)
P = st.floats(0.01, 1)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**60), 2**60) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def test_what_is_saved_is_what_was_forecast(outlook, one):
    assert one.forecast["best"] == outlook.to_dict()["best"]
    assert one.scenario["as_of"] == "1951-07-10"
    assert one.scenario["talks"]["walk"]["source"]
    assert one.rebuilt().digest == outlook.scenario.digest == one.digest
    assert {d.in_use for d in one.datasets} == {"package"}
    assert (one.version, one.state) == ("0.1.0", "fighting")
    assert repr(one) == "SavedForecast korea-1951, as of 1951-07-10, 3 months; saved 2026-11-26 12:30 UTC"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(TEXTS, PLAIN, max_size=4), TEXTS, st.lists(P, min_size=9, max_size=9), PLAIN)
def test_a_forecast_comes_back_as_it_was_saved(one, more, version, numbers, rest):
    changed = one.model_dump()
    scenario = {**one.scenario, **{f"x{k}": v for k, v in more.items()}}
    rows = [[x / sum(row) for x in row] for row in (numbers[:3], numbers[3:6], numbers[6:])]
    best = {end: [row[k] for row in rows] for k, end in enumerate(ENDS)}
    forecast = {**one.forecast, "best": best, "digest": table_digest(scenario), "more": rest}
    changed |= {"scenario": scenario, "forecast": forecast, "version": version}
    s = SavedForecast.model_validate(changed)
    back = from_json(json.loads(to_text(s)), "x")
    assert back == s
    assert back.forecast == forecast


def test_nothing_is_written_over_and_every_forecast_is_found(outlook, tmp_path):
    paths = [save(outlook, tmp_path / "new" / "archive", MOMENT) for _ in range(3)]
    assert [p.name for p in paths] == [
        f"korea-1951_1951-07-10_{outlook.scenario.digest[:8]}_20261126T123000000000Z{end}.json"
        for end in ("", "-1", "-2")
    ]
    found = read_folder(tmp_path / "new" / "archive")
    assert len(found.entries) == 3
    assert found.refused == ()
    assert found.names == ["korea-1951"]
    assert all(e.forecast == saved(outlook, MOMENT) for e in found.entries)


def test_several_writers_at_once_lose_nothing(outlook, tmp_path):
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda _: save(outlook, tmp_path, MOMENT), range(16)))
    assert len(set(paths)) == 16
    assert len(read_folder(tmp_path).entries) == 16
    assert not [p for p in tmp_path.iterdir() if p.suffix != ".json"]


def test_a_file_system_without_links_is_no_obstacle(outlook, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(1, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    first, second = save(outlook, tmp_path, MOMENT), save(outlook, tmp_path, MOMENT)
    assert first != second
    assert len(read_folder(tmp_path).entries) == 2


def damaged(whole, how):
    """Return the text of a file, damaged in one way."""
    value = json.loads(whole)
    value["saved"]["forecast"] = copy.deepcopy(value["saved"]["forecast"])
    if how == "number":
        value["saved"]["forecast"]["best"]["peace"][0] = 0.999
    elif how == "scenario":
        value["saved"]["scenario"]["title"] = "another"
        value["check"] = content_digest(value["saved"])
    elif how == "key":
        del value["saved"]["forecast"]["dates"]
        value["check"] = content_digest(value["saved"])
    elif how == "length":
        value["saved"]["forecast"]["model"]["peace"].pop()
        value["check"] = content_digest(value["saved"])
    elif how == "sum":
        value["saved"]["forecast"]["model"]["peace"][0] += 0.1
        value["check"] = content_digest(value["saved"])
    elif how == "format":
        value["format"] = 7
    elif how == "foreign":
        value = {"some": "thing"}
    return json.dumps(value) if how != "cut" else whole[: len(whole) // 2]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("number", "was damaged or edited after it was saved"),
        ("scenario", "the scenario is not the one that was forecast: its digest differs"),
        ("key", "dates: "),
        ("length", "a table does not have the 3 outcome classes at 3 periods"),
        ("sum", "probabilities of the outcome classes do not sum to 1"),
        ("format", "is in format 7, and this version of the program reads 1"),
        ("foreign", "is not a saved forecast; `peacetalks forecast SCENARIO --save FOLDER` writes them"),
        ("cut", "not valid JSON"),
    ],
)
def test_a_damaged_or_foreign_file_is_named_with_the_reason_and_left_out(outlook, tmp_path, how, said):
    whole = save(outlook, tmp_path, MOMENT)
    (tmp_path / "a.json").write_text(damaged(whole.read_text(), how))
    found = read_folder(tmp_path)
    assert [e.path for e in found.entries] == [whole]
    (refused,) = found.refused
    assert refused.file == "a.json"
    assert said in refused.reason
    assert str(tmp_path) not in refused.reason
    with pytest.raises(ArchiveError, match=r"a\.json"):
        read_saved(tmp_path / "a.json")
    whole.unlink()
    with pytest.raises(ArchiveError, match=r"holds no saved forecast that can be used.*a\.json: "):
        read_folder(tmp_path)


def test_what_is_no_folder_is_refused(tmp_path):
    with pytest.raises(ArchiveError, match=r"no folder '.*none'; `peacetalks forecast SCENARIO --save FOLDER`"):
        read_folder(tmp_path / "none")
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match="is a file; give the folder that holds"):
        read_folder(tmp_path / "file")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ArchiveError, match=r"cannot save in '.*': '.*file' is a file; give a folder"):
            check_folder(place)
    with pytest.raises(ArchiveError, match=r"cannot save in '.*': .*; give another folder"):
        check_folder(tmp_path / ("x" * 300) / "y")
    check_folder(tmp_path / "not" / "yet")
    assert not (tmp_path / "not").exists()
    with pytest.raises(ArchiveError, match="cannot be read"):
        read_folder("a\0b")


def test_a_folder_that_cannot_be_made_is_refused(outlook, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    with pytest.raises(ArchiveError, match=r"cannot save in '.*new': Permission denied; give another folder"):
        save(outlook, tmp_path / "new", MOMENT)


def test_a_scenario_is_found_by_name_or_digest(outlook, one, tmp_path):
    save(outlook, tmp_path, MOMENT)
    found = read_folder(tmp_path)
    assert found.of(None) == found.of("korea-1951") == found.of(one.digest) == found.entries
    with pytest.raises(ArchiveError, match=r"holds no forecast of 'korea-1915' \(did you mean 'korea-1951'\?\)"):
        found.of("korea-1915")


def test_a_date_between_month_ends_lies_between_their_values(one):
    n = one.numbers
    assert one.at("best", n.dates[1]) == {e: n.best[e][1] for e in ENDS}
    assert one.at("best", n.as_of) is None
    assert one.at("best", n.dates[-1] + dt.timedelta(days=1)) is None
    day, (first, second) = n.dates[0] + dt.timedelta(days=10), (n.best["peace"][0], n.best["peace"][1])
    share = 10 / (n.dates[1] - n.dates[0]).days
    assert one.at("best", day)["peace"] == pytest.approx((1 - share) * first + share * second)
    early = one.at("model", n.as_of + dt.timedelta(days=3))  # fighting at the date: 1 for still no settlement
    assert early["nowhere"] == pytest.approx(1 - 3 / 31 * (1 - n.model["nowhere"][0]))
    assert sum(early.values()) == pytest.approx(1)
    low, high = one.interval_at(n.dates[2])["peace"]
    assert low <= one.at("best", n.dates[2])["peace"] <= high


def test_unknown_stays_unknown(one):
    changed = one.model_dump()
    changed["forecast"]["best"] = None
    changed["forecast"]["best_interval"] = None
    changed["forecast"]["record"] = {e: [1 / 3, None, 1 / 3] for e in ENDS}
    s = SavedForecast.model_validate(changed)
    n = s.numbers
    assert s.at("best", n.dates[0]) is None
    assert s.interval_at(n.dates[0]) is None
    assert s.at("record", n.dates[0]) == dict.fromkeys(ENDS, 1 / 3)
    assert s.at("record", n.dates[1]) is None
    assert s.at("record", n.dates[1] + dt.timedelta(days=3)) is None
    assert s.at("record", n.dates[2]) == dict.fromkeys(ENDS, 1 / 3)
