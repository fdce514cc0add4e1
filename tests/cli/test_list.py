"""`list` and `--version`: what is at hand, broken files with what is wrong."""

import pytest
from support.command_line import run
from support.schemas import fits, fitting

import peacetalks
from peacetalks.errors import SpecError
from peacetalks.scenario.listing import listed
from peacetalks.scenario.scenario import bundled, load
from peacetalks.scenario.starter import starter


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.toml").write_text(starter(), encoding="utf-8")
    (tmp_path / "b.toml").write_text("name = ", encoding="utf-8")
    (tmp_path / "c.toml").write_text(starter().replace("[talks]", "[talk]"), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no scenario", encoding="utf-8")
    beside = tmp_path / "a" / "accounts"
    beside.mkdir(parents=True)
    (beside / "one.toml").write_text("", encoding="utf-8")
    (tmp_path / "a" / "events.csv").write_text("", encoding="utf-8")
    return tmp_path


def test_the_version_is_one_line(capsys):
    assert run(capsys, "--version") == (0, f"peacetalks {peacetalks.__version__}\n", "")


def test_every_bundled_scenario_is_listed_with_its_date_and_sides(capsys):
    code, out, _ = run(capsys, "list")
    assert code == 0
    for name in bundled():
        s = load(name)
        assert any(line.split()[:2] == [name, s.as_of.isoformat()] and s.title in line for line in out.splitlines())
        assert f"{s.sides[0].label} and {s.sides[1].label}" in out
    assert "beside it: 4 accounts, a record of events, claims" in out


def test_files_of_a_folder_are_listed_and_broken_ones_with_what_is_wrong(folder, capsys):
    code, out, _ = run(capsys, "list", folder)
    assert code == 0
    lines = out.splitlines()
    assert f"Scenario files in {folder}: 3, 2 of them cannot be used" in lines
    by_file = {s.name.rpartition("/")[2]: s for s in listed(folder) if not s.bundled}
    assert list(by_file) == ["a.toml", "b.toml", "c.toml"]
    assert (by_file["a.toml"].accounts, by_file["a.toml"].events, by_file["a.toml"].claims) == (1, 1, 0)
    assert by_file["b.toml"].title is None
    assert "talk: unknown key (did you mean 'talks'?)" in by_file["c.toml"].error
    assert any("b.toml  not valid TOML" in line for line in lines)


def test_json_fits_its_schema(folder, capsys):
    printed = fitting("list", run(capsys, "list", folder, "--json")[1])["scenarios"]
    assert [s["name"] for s in printed if s["bundled"]] == bundled()
    assert [s["error"] is None for s in printed if not s["bundled"]] == [True, False, False]
    assert not fits("list", {"scenarios": [{**printed[0], "accounts": -1}]})


def test_a_folder_that_is_none(folder, capsys):
    with pytest.raises(SpecError, match="there is no such folder"):
        listed(folder / "none")
    code, _, err = run(capsys, "list", folder / "a.toml")
    assert code == 2
    assert "is a file; give the folder that it lies in" in err
    assert f"Scenario files in {folder / 'a'}: none" in run(capsys, "list", folder / "a")[1]
