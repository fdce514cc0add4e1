"""The command `play`: moves given, asked, cut short, gone on with, and refused."""

import io
import json

import pytest
from support.command_line import run
from support.schemas import fitting
from support.tiny import tiny
from support.toml import toml

FEW = ("--belief-points", "2")


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PEACETALKS_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "tiny.toml"
    file.write_text(toml(tiny().written()), encoding="utf-8")
    return file


def test_a_session_with_given_moves(capsys, path):
    out_file = path.with_name("s.json")
    given = ",".join(["1"] * 20)
    code, out, _ = run(capsys, "play", path, "--side", "2", "--seed", "4", "--moves", given, "-o", out_file, *FEW)
    assert code == 0
    for part in (
        "Seed 4",
        "You are KPA and Chinese Volunteers",
        "It ended with",
        "Best estimate at the start",
        "Who they",
    ):
        assert part in out
    assert max(map(len, out.splitlines())) <= 80
    found = fitting("play", out_file.read_text(encoding="utf-8"))
    assert found["over"]
    assert found["debrief"]["best"] is not None
    code, again, _ = run(
        capsys, "play", path, "--side", "2", "--seed", "4", "--moves", given, "--json", "-o", "t.json", *FEW
    )
    assert code == 0
    assert fitting("play", again) == found


def test_a_session_that_is_cut_short_goes_on(capsys, path, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("no such move\n1\n"))
    code, out, err = run(capsys, "play", path, "--seed", "4", "--no-estimate", *FEW)
    assert code == 0
    assert "none of the moves: give a number from 1 to 3" in err
    assert "1 move is kept in tiny.play.json; go on with `peacetalks play --resume tiny.play.json`" in err
    assert not json.loads(path.with_name("tiny.play.json").read_text())["over"]
    code, _, err = run(capsys, "play", path, *FEW)
    assert code == 2
    assert "is there already: go on with --resume tiny.play.json" in err
    moves = path.with_name("moves.txt")
    moves.write_text("1\n" * 20)
    code, out, _ = run(capsys, "play", "--resume", "tiny.play.json", "--moves", moves, "--no-estimate")
    assert code == 0
    assert "It ended with" in out
    assert fitting("play", path.with_name("tiny.play.json").read_text())["debrief"]["best"] is None


def test_two_people_at_one_terminal(capsys, path):
    args = ("--side", "1", "--side", "2", "--type", "one", "--type", "resolute", "--seed", "1", "--moves", "full,full")
    code, out, _ = run(capsys, "play", path, *args, "--no-estimate", *FEW)
    assert code == 0
    assert "You are KPA and Chinese Volunteers, and resolute; only you know it." in out.replace("\n  ", " ")
    assert "United Nations Command fights fully" in out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "name a scenario"),
        (("PATH", "--side", "3"), "has no side '3'"),
        (("PATH", "--type", "brave"), "has no type 'brave'"),
        (("PATH", "--type", "one", "--type", "one"), "at most one --type for each"),
        (("PATH", "--seed", "-1"), "the seed must be"),
        (("PATH", "--months", "7"), "months must lie between 1 and 2"),
        (("PATH", "--seed", "1", "--moves", "9"), "'9' is none of the moves"),
        (("PATH", "-o", "x.html"), "the suffix must be one of .json"),
        (("--resume", "none.json"), "none.json"),
        (("PATH", "--resume", "none.json"), "leave out"),
    ],
)
def test_bad_input_is_a_message(capsys, path, args, message):
    code, _, err = run(capsys, "play", *(str(path) if a == "PATH" else a for a in args), *FEW)
    assert code == 2
    assert message in " ".join(err.split())
