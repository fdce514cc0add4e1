"""Files that went wrong, on the command line: exit code 2, one paragraph, nothing that a terminal would obey."""

from pathlib import Path

import pytest
from support.command_line import run

import peacetalks as pt

CASES = Path(__file__).parents[1] / "cases"


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("check", "scenarios/ctrl_label.toml"),
        ("check", "scenarios/deep.toml"),
        ("check", "scenarios/dist_table.toml"),
        ("forecast", "scenarios/longlabel.toml"),
        ("forecast", "scenarios/manydigits.toml"),
        ("solve-game", "games/dupkey_game.json"),
        ("solve-game", "games/hugeint_game.json"),
        ("solve-game", "games/nan_game.json"),
    ],
)
def test_a_refused_file_ends_with_2_and_one_paragraph(capsys, command, file):
    code, out, err = run(capsys, command, CASES / file)
    assert (code, out) == (2, "")
    assert err.startswith(f"peacetalks: {CASES / file}: ")
    assert "Traceback" not in err
    assert "\x1b" not in err
    assert err.count("\n") == 1
    assert len(err) < 800


def test_check_names_what_is_seldom_meant_under_the_summary(capsys, tmp_path):
    text = (CASES / "scenarios" / "swallow_label.toml").read_text(encoding="utf-8")
    line = next(x for x in text.splitlines() if x.startswith("walk = "))
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(line, 'walk = { value = 1.5, source = "judgement" }'), encoding="utf-8-sig")
    code, out, err = run(capsys, "check", path)
    assert (code, err) == (0, "")
    first, *_, warning, count = out.splitlines()
    assert first == "c: valid"
    assert count.startswith("30 numbers, of them ")
    assert warning.startswith("warning: talks.walk = 1.5: a hazard of 1.5 per month is more than one occasion a month")
    assert f"digest {pt.load(path).digest}" in out
