"""Scores of saved forecasts: known by hand; what is not scored is listed with the reason."""

import datetime as dt
import json
from math import log

import pytest
from support.saved_forecasts import archive, made

from peacetalks.archive.resolved import HEAD, outcome_of, read_resolved, template
from peacetalks.archive.scoring import ENOUGH, FEW, score_archive
from peacetalks.errors import ArchiveError
from peacetalks.outcomes import ENDS, LABELS
from peacetalks.pages.files import csv_text

DAY = dt.date(2025, 7, 1)


def resolved(folder, *rows, name="resolved.csv"):
    path = folder.parent / name
    path.write_text("scenario,date,outcome\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return read_resolved(path)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "archive").mkdir()
    return tmp_path / "archive"


def test_scores_are_those_computed_by_hand(one, folder):
    found = archive(folder, made(one, best=(0.2, 0.7, 0.1), record=(0.5, 0.3, 0.2), model=(0.0, 1.0, 0.0)))
    s = score_archive(found, resolved(folder, f"korea-1951,{DAY},Peace")).main
    (of,) = s.scored
    assert of.scores["best"] == pytest.approx({"brier": 0.64 + 0.49 + 0.01, "log": -log(0.2), "rps": 0.64 + 0.01})
    assert of.scores["record"] == pytest.approx({"brier": 0.25 + 0.09 + 0.04, "log": -log(0.5), "rps": 0.25 + 0.04})
    assert of.scores["model"] == pytest.approx({"brier": 2.0, "log": float("inf"), "rps": 1.0})
    assert s.skill["record"]["brier"].value == pytest.approx(1 - 1.14 / 0.38)
    assert s.skill["model"]["brier"].value == pytest.approx(1 - 1.14 / 2)
    plain = s.to_dict()
    assert plain["scored"][0]["scores"]["model"]["log"] is None
    assert plain["scored"][0]["scores"]["model"]["log_infinite"]
    assert plain["scored"][0]["days_ahead"] == 181
    assert plain["skill"]["record"]["brier"]["low"] is None
    assert s.too_few
    assert s.notes[0].startswith("1 scenario resolved: too few to say whether the best estimate does better")
    json.dumps(plain, allow_nan=False)


def test_each_scenario_counts_once(one, folder):
    many = [made(one, "a", as_of=dt.date(2025, 1, k), best=(0.0, 1.0, 0.0)) for k in (1, 2, 3)]
    found = archive(folder, *many, made(one, "b", best=(1.0, 0.0, 0.0)))
    s = score_archive(found, resolved(folder, f"a,{DAY},peace", f"b,{DAY},peace")).main
    assert len(s.scored) == 4
    assert s.averages["best"]["brier"].value == pytest.approx((2.0 + 0.0) / 2)
    assert [(x.scenario, x.n, x.brier["best"]) for x in s.scenarios] == [("a", 3, 2.0), ("b", 1, 0.0)]


def test_forecasts_of_one_conflict_at_several_dates_are_one_scenario(one, folder):
    days = [dt.date(2025, m, 1) for m in (1, 2)]
    found = archive(folder, *(made(one, f"conflict-289-{d}", as_of=d) for d in days))
    assert found.names == ["conflict-289"]
    assert len(found.of("conflict-289")) == 2
    assert len(found.of("conflict-289-2025-02-01")) == 1
    s = score_archive(found, resolved(folder, f"conflict-289,{DAY},peace")).main
    assert [(x.scenario, x.n) for x in s.scenarios] == [("conflict-289", 2)]


def test_a_file_whose_date_moves_on_stays_one_scenario(one, folder):
    days = [dt.date(2025, m, 1) for m in (1, 2)]
    found = archive(folder, *(made(one, "conflict-289-2025-01-01", as_of=d) for d in days))
    assert found.names == ["conflict-289"]
    assert len(found.of(None)) == 2


def test_with_enough_scenarios_there_are_intervals_and_a_calibration(one, folder):
    names = [f"s{k}" for k in range(10)]
    forecasts = [
        made(one, name, as_of=dt.date(2025, 1, 1 + j), best=(0.6, 0.3, 0.1), record=(0.3, 0.4, 0.3))
        for name in names
        for j in range(3)
    ]
    rows = [
        f"{name},{DAY},{'peace' if k < 6 else 'nowhere' if k < 9 else 'more conflict'}" for k, name in enumerate(names)
    ]
    s = score_archive(archive(folder, *forecasts), resolved(folder, *rows)).main
    assert len(s.scored) == ENOUGH == 30
    assert len(s.scenarios) == 10 >= FEW
    brier = s.averages["best"]["brier"]
    assert brier.value == pytest.approx(0.6 * 0.26 + 0.3 * (0.36 + 0.49 + 0.01) + 0.1 * (0.36 + 0.09 + 0.81))
    assert brier.low < brier.value < brier.high
    skill = s.skill["record"]["brier"]
    assert skill.low < skill.value < skill.high
    assert s.calibration["peace"].observed.tolist() == [0.6]
    assert s.calibration["peace"].forecast == pytest.approx([0.6])
    assert s.notes == ()
    assert s.to_dict()["calibration"]["nowhere"]["n"] == [30]


def test_a_forecast_saved_after_the_day_is_no_evidence(one, folder):
    late = made(one, saved=dt.datetime(2025, 7, 2, 0, 1, tzinfo=dt.UTC))
    on_time = made(one, saved=dt.datetime(2025, 7, 1, 23, 0, tzinfo=dt.UTC), best=(0.5, 0.4, 0.1))
    found = score_archive(archive(folder, late, on_time), resolved(folder, f"korea-1951,{DAY},peace"))
    assert [x.match.file for x in found.main.scored] == ["001.json"]
    assert [x.match.file for x in found.hindsight.scored] == ["000.json"]


def test_a_day_between_month_ends_is_interpolated_and_the_first_days_start_from_the_state(one, folder):
    found = archive(folder, made(one, best=(0.31, 0.69, 0.0), model=(0.3, 0.3, 0.4), record=(0.3, 0.3, 0.4)))
    s = score_archive(found, resolved(folder, "korea-1951,2025-01-11,peace")).main
    assert s.scored[0].match.views["best"]["peace"] == pytest.approx(0.31 * 10 / 31)


def test_what_is_not_scored_is_listed_with_the_reason(one, folder):
    found = archive(
        folder,
        made(one, "a"),
        made(one, "a", saved=dt.datetime(2025, 2, 1, tzinfo=dt.UTC)),  # the same again
        made(one, "b", best=None, model=(0.2, 0.7, 0.1), record=None),
        made(one, "c"),
        made(one, "d"),
        made(one, "e"),
        made(one, "f"),
    )
    digest = found.of("f")[0].forecast.digest
    s = score_archive(
        found,
        resolved(
            folder,
            f"a,{DAY},peace",
            f"a,{DAY},peace",
            f"b,{DAY},peace",
            f"c,{DAY},",
            "d,2031-01-01,peace",
            f"e,{DAY},peace",
            f"e,{DAY},nowhere",
            f"f,{DAY},peace",
            f"{digest},{DAY},nowhere",
            f"korea-1915,{DAY},peace",
            f"a,{DAY},pease",
            "a,01.07.2025,peace",
            f",{DAY},peace",
        ),
    )
    assert [x.match.file for x in s.main.scored] == ["000.json"]
    why = {u.file: u.reason for u in s.unscored}
    assert why == {
        "001.json": "the same forecast was saved before (000.json); it is scored once",
        "002.json": f"{DAY}: it has no best estimate, which could be compared with the record",
        "003.json": f"{DAY}: not resolved yet",
        "004.json": "no row lies after its date and up to its last, 2025-01-01 to 2026-01-01",
        "005.json": "no row of the outcomes that can be used names its scenario",
        "006.json": f"{DAY}: by name and by digest it has the outcomes nowhere and peace; none is used",
    }
    assert [(p.line, p.reason.split(";")[0]) for p in s.unmatched] == [
        (6, "no forecast covers the day"),
        (11, "no forecast of it was saved"),
    ]
    assert [(p.line, p.reason) for p in s.resolved.duplicates] == [(3, "given again; line 2 is used")]
    assert [p.line for p in s.resolved.contradictory] == [7, 8]
    assert [p.line for p in s.resolved.unreadable] == [12, 13, 14]
    assert "(did you mean 'peace'?)" in s.resolved.unreadable[0].reason
    assert "'01.07.2025' is no date of the form YYYY-MM-DD: did you mean" in s.resolved.unreadable[1].reason
    assert s.resolved.unreadable[2].reason == "no scenario; write its name or digest"


@pytest.mark.parametrize("end", ENDS)
def test_every_name_of_an_outcome_is_understood(end):
    for words in (end, end.replace("_", " ").upper(), *ENDS[end], *(LABELS[x] for x in ENDS[end])):
        assert outcome_of(words) == end
    assert outcome_of(" Unresolved ") is None
    with pytest.raises(
        ValueError, match=r"'tuesday' is no outcome.*; write peace, still no settlement or more conflict"
    ):
        outcome_of("tuesday")


def test_json_and_other_names_of_columns(tmp_path, folder):
    path = tmp_path / "r.json"
    rows = [
        {"id": "a", "day": "2025-07-01", "result": "peace", "note": 3},
        {"id": "b", "day": 20250701, "result": None},
    ]
    for value in (rows, {"resolved": rows}):
        path.write_text(json.dumps(value))
        found = read_resolved(path)
        assert [(r.scenario, r.day, r.outcome) for r in found.rows] == [("a", DAY, "peace"), ("b", DAY, None)]
    path.write_text('{"rows": 3}')
    with pytest.raises(ArchiveError, match=r"r\.json: a list of objects with scenario, date and outcome"):
        read_resolved(path)
    (tmp_path / "r.csv").write_text("scenaro,date,outcome\na,2025-07-01,peace\n")
    with pytest.raises(ArchiveError, match=r"no column 'scenario' \(did you mean 'scenaro'\?\); it has scenaro, date"):
        read_resolved(tmp_path / "r.csv")
    with pytest.raises(ArchiveError, match=r"outcomes are read from a \.csv or \.json file; `--template` writes one"):
        read_resolved(tmp_path / "r.toml")
    with pytest.raises(ArchiveError, match=r"no file '.*none\.csv'"):
        read_resolved(tmp_path / "none.csv")


def test_the_template_holds_what_is_to_be_resolved_and_is_read_back(one, folder):
    found = archive(folder, made(one, "a"), made(one, "a", as_of=dt.date(2025, 2, 1)))
    rows = template(found)
    assert rows[0] == HEAD
    days = [r[1] for r in rows[1:]]
    assert days == [
        "2025-02-01",
        "2025-03-01",
        "2025-04-01",
        "2025-05-01",
        "2025-07-01",
        "2025-08-01",
        "2026-01-01",
        "2026-02-01",
    ]
    path = folder.parent / "t.csv"
    path.write_text(csv_text(rows))
    back = read_resolved(path)
    assert {r.outcome for r in back.rows} == {None}
    s = score_archive(found, back)
    assert s.main.scored == ()
    assert {u.reason.split(": ")[1] for u in s.unscored} == {"not resolved yet"}


def test_nothing_resolved_scores_nothing(one, folder):
    s = score_archive(archive(folder, made(one)), resolved(folder))
    assert s.to_dict()["n"] == 0
    assert s.to_dict()["averages"] == {}
