"""A record that grows: a newer version of one dataset changes answers, and says so; nothing of it is known earlier.

The newer version is made here: the rows of the package's conflict-years in the form of UCDP/PRIO, with a year 2025 in
which every conflict of 2024 goes on and one (Congo: government, 408) is back.
"""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from support.schemas import fitting
from typer.testing import CliRunner

from peacetalks import evidence
from peacetalks.calibration import rebuild
from peacetalks.cli.app import app
from peacetalks.conflicts.conflict_years import conflict_years, every_year
from peacetalks.conflicts.find import conflicts, coverage_end, find_conflict
from peacetalks.errors import EvidenceError, EvidenceMissing
from peacetalks.evidence import local_tables, stand_ins
from peacetalks.evidence.catalogue import card
from peacetalks.evidence.follow_up import recurrence_followed_to
from peacetalks.evidence.loading import load
from peacetalks.evidence.status import coverage_of, status
from peacetalks.evidence.tables import embedded_text, read_cases, table_text
from peacetalks.evidence.update import adopt, update

BACK = 408  # Congo: government; its last coded episode ended in a ceasefire in 2017
run = CliRunner().invoke


def raw_acd(version="26.1"):
    """The package's conflict-years as UCDP/PRIO publishes them, and a year more."""
    rows = every_year().with_columns(gone=pl.col("end").is_not_null())
    on = rows.filter(pl.col("year") == 2024).with_columns(year=pl.lit(2025, pl.Int64))
    first = date(2025, 3, 1)
    back = rows.filter(pl.col("id") == BACK).tail(1).with_columns(year=pl.lit(2025, pl.Int64), start=pl.lit(first))
    rows = pl.concat([rows, on, back.with_columns(gone=pl.lit(False), end=pl.lit(None, pl.Date))])
    codes = {c.name: {v: k for k, v in c.codes.items()} for c in card("ucdp-acd").columns}
    none = pl.lit(None, pl.String)
    return rows.select(
        conflict_id="id",
        location="cluster",
        side_a="side_a",
        side_b="side_b",
        gwno_a=none,
        gwno_b=none,
        incompatibility=pl.col("incompatibility").replace_strict(codes["incompatibility"]),
        territory_name="territory",
        year="year",
        intensity_level=pl.col("intensity").replace_strict(codes["intensity"]),
        type_of_conflict=pl.col("war_type").replace_strict(codes["war_type"]),
        start_date2="start",
        ep_end=pl.col("gone").cast(pl.Int8),
        ep_end_date="end",
        gwno_loc=none,
        region=pl.lit("1"),
        version=pl.lit(version),
    )


@pytest.fixture
def newer(tmp_path, monkeypatch):
    """The newer version, added to a cache of its own; local tables in a folder of their own."""
    monkeypatch.setenv("PEACETALKS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PEACETALKS_TABLES", str(tmp_path / "tables"))
    path = tmp_path / "ucdp-prio-acd-261.csv"
    raw_acd().write_csv(path)
    added = evidence.add(path, tmp_path / "data")
    assert fitting("evidence-add", added.to_dict())["version"] == "26.1"
    return tmp_path


def recurs():
    return evidence.base_rate("conflict recurs within 10 years", "incompatibility=government, since=2016")


def test_an_update_changes_answers_and_says_so(newer):
    before = {"recurs": recurs(), "korea": find_conflict("Korea", "1951-07-10"), "count": every_year().height}
    assert coverage_end() == date(2024, 12, 31)
    said = []
    made = update(report=said.append)
    fitting("evidence-update", made.to_dict())
    assert made.datasets["ucdp-acd"] == {
        "version": "26.1",
        "to_year": 2025,
        "rows": before["count"] + 61 + 1,
        "sha256": made.datasets["ucdp-acd"]["sha256"],
        "differs": True,
    }
    assert set(made.changed) == {"conflict_years.csv", "cases_episodes.csv"}
    assert made.same == ("conflict_acts.csv",)
    assert made.shipped["cases_wars.csv"] == ("cow-interstate-wars", "cow-majors")
    assert "2 of 3 tables differ from the package's" in said
    assert coverage_end() == date(2025, 12, 31)
    assert recurrence_followed_to(None) == 2025
    assert read_cases("episodes").filter(pl.col("id") == 40804)["resumed"].item() == 2025
    assert recurs() != before["recurs"]
    congo = find_conflict(BACK, "2025-12-31")
    assert (congo.state, congo.start, congo.previous) == ("fighting", date(2025, 3, 1), 4)
    assert find_conflict("Ukraine", "2026-06-01").notes == (
        "The record of conflicts ends on 2025-12-31: this is what was known then.",
    )
    korea = find_conflict("Korea", "1951-07-10")
    assert (korea.state, korea.war, korea.population) == ("fighting", True, before["korea"].population)


def test_what_came_later_changes_nothing_before(newer, monkeypatch):
    days = ("1990-06-30", "2018-12-31", "2024-12-31")
    monkeypatch.setenv("PEACETALKS_TABLES", "embedded")
    before = {d: (conflicts(d), conflict_years(d)) for d in days}
    monkeypatch.setenv("PEACETALKS_TABLES", str(newer / "tables"))
    update()
    for d, (listed, rows) in before.items():
        assert conflicts(d).equals(listed)
        assert conflict_years(d).equals(rows)


def test_endings_that_are_not_coded_stay_unknown(newer):
    update()
    late = conflict_years().filter(pl.col("year") >= 2019)
    assert late["out24"].null_count() == late.height
    assert late.filter(pl.col("year") == 2025).height == 62


def test_switched_off_nothing_local_is_seen(newer, monkeypatch):
    update()
    monkeypatch.setenv("PEACETALKS_TABLES", "embedded")
    assert coverage_end() == date(2024, 12, 31)
    assert table_text("conflict_years.csv") == embedded_text("conflict_years.csv")
    assert local_tables.version() == ""
    with pytest.raises(EvidenceError, match="PEACETALKS_TABLES=embedded switches local tables off"):
        update()


def test_what_is_scored_and_shipped_sees_the_package_alone(newer):
    update()
    with local_tables.package_only():
        assert coverage_end() == date(2024, 12, 31)
    assert coverage_end() == date(2025, 12, 31)


def test_status_shows_the_package_against_local(newer):
    waiting = {d.name: d for d in status().datasets}["ucdp-acd"]
    assert (waiting.added, waiting.in_use, waiting.local_version) == (True, "package", None)
    update()
    acd = {d.name: d for d in status().datasets}["ucdp-acd"]
    assert (acd.version, acd.to_year, acd.local_version, acd.local_to_year) == ("25.1", 2024, "26.1", 2025)
    assert (acd.in_use, len(acd.local_sha256)) == ("local", 64)
    assert {t.name for t in status().tables if t.in_use == "local"} == {"conflict_years.csv", "cases_episodes.csv"}
    assert json.loads(json.dumps(status().to_dict()))["stale"] is False


def test_coverage_names_versions_and_the_age_of_the_record(newer):
    old = coverage_of("fighting", "2026-11-26")
    assert [c.title[-6:] for c in old.datasets][:2] == ["3-2021", "t 25.1"]
    assert (old.end, old.age, old.local) == (date(2019, 12, 31), 6.9, False)
    update()
    new = coverage_of("fighting", "2026-11-26")
    assert "UCDP/PRIO Armed Conflict Dataset 26.1 to 2025-12-31 (returns to fighting)" in new.sentence
    assert new.sentence.endswith("6.9 years old at the date. Rests on datasets that were added on this machine.")
    assert coverage_of("conflict_years", "2000-06-01").datasets[0].followed_to == date(2000, 6, 1)
    assert new.to_dict()["end"] == "2019-12-31"
    with pytest.raises(EvidenceError, match="'wizards' is no kind of case"):
        coverage_of("wizards")


def test_tables_are_not_used_once_the_packages_have_changed(newer, monkeypatch):
    update()
    monkeypatch.setattr(local_tables, "embedded_digest", lambda: "another")
    assert local_tables.in_use() is None
    assert status().stale
    assert coverage_end() == date(2024, 12, 31)


def test_a_table_that_was_changed_by_hand_is_refused(newer):
    update()
    path = local_tables.found().folder / "conflict_years.csv"
    path.write_text(path.read_text().replace("2025", "2026"))
    with pytest.raises(EvidenceError, match=r"not the table that `peacetalks evidence update` made\. Run it again"):
        coverage_end()


def test_a_broken_manifest_is_refused(newer):
    (newer / "tables").mkdir()
    (newer / "tables" / "manifest.json").write_text("{}")
    with pytest.raises(EvidenceError, match=r"not a manifest of local tables\. Run `peacetalks evidence update`"):
        table_text("curves.csv")


def test_an_update_that_fails_leaves_all_as_it_was(newer, monkeypatch):
    update()
    before = {p: p.read_bytes() for p in (newer / "tables").rglob("*") if p.is_file()}
    monkeypatch.setattr(stand_ins, "conflict_tables", lambda *_: (_ for _ in ()).throw(EvidenceError("no")))
    with pytest.raises(EvidenceError, match="no"):
        update()
    assert {p: p.read_bytes() for p in (newer / "tables").rglob("*") if p.is_file()} == before


def test_without_datasets_there_is_nothing_to_update(tmp_path, monkeypatch):
    monkeypatch.setenv("PEACETALKS_TABLES", str(tmp_path / "tables"))
    with pytest.raises(EvidenceMissing, match="no dataset is on this machine: add one"):
        update(tmp_path)


def test_the_packages_own_version_gives_no_local_tables(tmp_path, monkeypatch, newer):
    """The same rows in the same form make the same tables: a newer version is then taken off again."""
    update()
    same = every_year().height
    raw_acd().filter(pl.col("year") < 2025).write_csv(tmp_path / "same.csv")
    evidence.add(tmp_path / "same.csv", tmp_path / "data")
    made = update()
    assert (made.changed, len(made.same)) == ({}, 3)
    assert local_tables.found() is None
    assert every_year().height == same - 62


def test_stand_ins_make_the_packages_tables():
    """An independent method: without any dataset the tables of conflicts come out as they are shipped."""
    made = stand_ins.conflict_tables(lambda name: pytest.fail(name), ())
    assert made == {name: embedded_text(name) for name in made}


@pytest.mark.slow
@pytest.mark.parametrize("have", [("ucdp-acd",), ("pax",), ("ucdp-acd", "nmc"), ("cwm", "ethprio-ceasefires")])
def test_stand_ins_beside_raw_data_make_the_packages_tables(have, data):
    made = stand_ins.conflict_tables(lambda name: load(name, data), have)
    assert made == {name: embedded_text(name) for name in made}


def test_the_commands(newer, monkeypatch):
    first = run(app, ["evidence", "update"])
    assert first.exit_code == 0
    assert "ucdp-acd: version 26.1, to 2025, 2814 rows (another than the package's)" in first.output
    assert "conflict_years.csv: made anew, 2752 rows before, 2814 now" in first.output
    assert "`peacetalks evidence update --calibrate` remakes it" in first.output
    told = run(app, ["evidence", "status"]).output
    assert "26.1" in told
    assert "PEACETALKS_TABLES=embedded switches them off" in told
    assert json.loads(run(app, ["evidence", "status", "--json"]).output)["tables"][0]["in_use"] == "package"
    assert "the record ends on 2025-12-31" in run(app, ["evidence", "conflicts", "korea"]).output
    listed = json.loads(run(app, ["evidence", "conflicts", "352", "--as-of", "2001-06-01", "--json"]).output)
    assert [c["name"] for c in listed["conflicts"]] == ["Sri Lanka: Eelam"]
    one = run(app, ["evidence", "conflicts", "352", "--as-of", "2001-06-01"]).output
    assert one.startswith("1 conflict that had begun by 2001-06-01")
    assert run(app, ["evidence", "conflicts", "wizards"]).output.startswith("No conflict that had begun by 2025-12-31")


def test_the_calibration_is_remade_on_request(newer, monkeypatch):
    def calibrate(out_dir, report):
        report("solving", 50, 50)
        (path := Path(out_dir) / "calibration.csv").write_text("made,here\n")
        return [path]

    monkeypatch.setattr(rebuild, "calibrate", calibrate)
    done = run(app, ["evidence", "update", "--calibrate"])
    assert done.exit_code == 0, done.output
    assert "The calibration was remade on these tables." in done.output
    assert table_text("calibration.csv") == "made,here\n"
    assert coverage_end() == date(2025, 12, 31)


def test_nothing_is_adopted_without_local_tables(tmp_path, monkeypatch):
    monkeypatch.setenv("PEACETALKS_TABLES", str(tmp_path))
    with pytest.raises(EvidenceError, match="no local tables are in use"):
        adopt({"calibration.csv": "a\n"})
