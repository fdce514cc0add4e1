"""The archive on the command line: a forecast is saved, compared with another, scored and followed over time."""

import json

import pytest
from support.command_line import run
from support.saved_forecasts import archive, made
from support.schemas import fits, fitting
from support.tiny import tiny
from support.toml import toml

from peacetalks.archive import read_folder
from peacetalks.cli import main


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    path = tmp_path_factory.mktemp("scenario") / "small.toml"
    path.write_text(toml(tiny(periods=2).written()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(scenario, tmp_path_factory):
    where = tmp_path_factory.mktemp("saved") / "archive"
    with pytest.raises(SystemExit) as done:
        main(["forecast", str(scenario), "--belief-points", "2", "--no-certify", "--save", str(where), "--json"])
    assert not done.value.code
    return where


def saved_file(folder):
    return read_folder(folder).entries[0].path


def test_a_forecast_is_saved_beside_what_is_printed_and_where_is_said(capsys, scenario, tmp_path):
    where = tmp_path / "new"
    args = ["forecast", scenario, "--belief-points", "2", "--no-certify", "--save", where, "--json"]
    code, out, err = run(capsys, *args)
    assert code == 0
    (entry,) = read_folder(where).entries
    assert f"Saved the forecast in {entry.path}" in err
    assert json.loads(out)["best"] == entry.forecast.forecast["best"]


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_solved(capsys, scenario):
    code, out, err = run(capsys, "forecast", scenario, "--save", scenario)
    assert (code, out) == (2, "")
    assert "is a file; give a folder" in err
    assert "Solving" not in err


def test_diff_prints_what_its_schema_says(capsys, folder, scenario, tmp_path):
    changed = tmp_path / "changed.toml"
    text = scenario.read_text()
    walk = next(line for line in text.splitlines() if line.strip().startswith("walk"))
    changed.write_text(text.replace(walk, 'walk = { value = 0.3, source = "judgement: a test" }'), encoding="utf-8")
    code, out, err = run(capsys, "diff", saved_file(folder), changed, "--json")
    assert code == 0, err
    found = fitting("diff", out)
    assert [e["path"] for e in found["entries"]] == ["talks.walk"]
    assert [p["kind"] for p in found["parts"]] == ["entries", "program"]
    for end, changes in found["best"]["change"].items():
        sums = [sum(p["best"][end][i] for p in found["parts"]) for i in range(len(changes))]
        assert sums == pytest.approx(changes, abs=1e-12)
    assert found["finding"].startswith("By 10 September 1951")
    assert not fits("diff", {**found, "extra": 1})
    for suffix in ("html", "csv", "svg"):
        path = tmp_path / f"d.{suffix}"
        code, _, err = run(capsys, "diff", saved_file(folder), changed, "-o", path)
        assert code == 0
        assert path.stat().st_size > 400


def test_diff_of_the_same_forecast_and_without_attribution(capsys, folder, scenario):
    path = saved_file(folder)
    code, out, _ = run(capsys, "diff", path, path)
    assert code == 0
    assert "in both, to within half a point" in " ".join(out.split())
    code, out, _ = run(capsys, "diff", path, scenario, "--no-attribution", "--json")
    assert code == 0
    assert fitting("diff", out)["parts"] is None


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            ["diff", "korea-1915", "korea-1951"],
            "no bundled scenario is called 'korea-1915' (did you mean 'korea-1951'?)",
        ),
        (["diff", "none.json", "korea-1951"], "no file 'none.json'"),
        (["diff", ".", "korea-1951"], "'.' holds no saved forecast that can be used"),
        (["diff", "korea-1951"], "'korea-1951' is no folder of saved forecasts; give the other one to compare with"),
        (
            ["diff", "korea-1951", "korea-1951", "-o", "x.pdf"],
            "the suffix must be one of .html, .csv, .json, .svg, .png",
        ),
        (["diff", "FOLDER", "korea-1951", "--belief-points", "0"], "belief points must be a whole number >= 2, got 0"),
        (["score", "none", "--template"], "no folder 'none'; `peacetalks forecast SCENARIO --save FOLDER` saves one"),
        (["score", "FOLDER"], "give either --resolved FILE with what came true, or --template"),
        (["score", "FOLDER", "--template", "-o", "x.html"], "the suffix must be one of .csv"),
        (["score", "FOLDER", "--resolved", "none.csv"], "no file 'none.csv'"),
        (["history", "FOLDER", "korea-1915"], "holds no forecast of 'korea-1915' (did you mean 'korea-1951'?)"),
        (["history", "FOLDER", "--by", "13.3.2025"], "--by: '13.3.2025' is no date of the form YYYY-MM-DD"),
        (["history", "FOLDER", "--by", "2031-01-01"], "no saved forecast covers 2031-01-01; they run from 1951-07-10"),
    ],
)
def test_wrong_input_is_refused_with_how_to_mend_it(capsys, folder, monkeypatch, tmp_path, args, said):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *(folder if a == "FOLDER" else a for a in args))
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_score_and_its_template(capsys, folder, tmp_path):
    path = tmp_path / "resolved.csv"
    code, out, _ = run(capsys, "score", folder, "--template")
    assert code == 0
    assert out.splitlines()[0] == "scenario,date,outcome,title,answers"
    code, _, _ = run(capsys, "score", folder, "--template", "-o", path)
    assert path.read_text() == out
    path.write_text(out.replace("1951-08-10,,", "1951-08-10,still no settlement,"))
    code, out, _ = run(capsys, "score", folder, "--resolved", path, "--json")
    assert code == 0
    found = fitting("score", out)
    assert (found["n"], found["hindsight"]["n"]) == (0, 1)  # saved long after 1951
    assert found["finding"] == "No saved forecast could be scored; 1 forecast saved after the day is no evidence."
    for suffix in ("html", "csv"):
        code, _, _ = run(capsys, "score", folder, "--resolved", path, "-o", tmp_path / f"s.{suffix}")
        assert code == 0


def test_a_row_that_cannot_be_read_is_named_and_the_command_fails(capsys, folder, tmp_path):
    path = tmp_path / "resolved.csv"
    path.write_text("scenario,date,outcome\nkorea-1951,1951-08-10,pease\n")
    code, out, err = run(capsys, "score", folder, "--resolved", path)
    assert code == 2
    assert "No saved forecast could be scored" in out
    assert "row 2 (korea-1951, 1951-08-10, pease): 'pease' is no outcome (did you mean 'peace'?)" in err


def test_history_prints_what_its_schema_says(capsys, folder, tmp_path):
    one = read_folder(folder).entries[0].forecast
    (tmp_path / "archive").mkdir()
    archive(tmp_path / "archive", *(made(one, name, best=(0.3, 0.6, 0.1)) for name in ("a", "b")))
    (tmp_path / "archive" / "broken.json").write_text("{", encoding="utf-8")
    code, out, _ = run(capsys, "history", tmp_path / "archive", "a", "--json")
    assert code == 0
    found = fitting("history", out)
    assert (found["scenario"], found["months"]) == ("a", 12)
    assert found["points"][0]["best"]["peace"] == 0.3
    assert [d["file"] for d in found["damaged"]] == ["broken.json"]
    code, _, err = run(capsys, "diff", tmp_path / "archive")
    assert code == 2
    assert "holds forecasts of a, b: give a file in it, such as" in err
    code, _, err = run(capsys, "history", tmp_path / "archive")
    assert code == 2
    assert "holds forecasts of 2 scenarios; name one of a, b" in err
    for suffix in ("html", "csv", "svg", "png"):
        path = tmp_path / f"h.{suffix}"
        code, _, _ = run(capsys, "history", tmp_path / "archive", "a", "-o", path)
        assert code == 0
        assert path.stat().st_size > 200
    code, out, _ = run(capsys, "history", tmp_path / "archive", "a")
    assert "12 months ahead is 30% as of 1 January 2025; there is one forecast of it." in " ".join(out.split())
