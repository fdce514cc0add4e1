"""`peacetalks new --ask`: questions one after another, help, back, bad answers; nothing answered is lost."""

import io
import os
import pty
import select
import signal
import subprocess
import sys
import time
from datetime import date

import pytest
from support.command_line import run
from support.schemas import fitting

from peacetalks.scenario.interview_answers import read_answers
from peacetalks.scenario.scenario import load

FACTS = ["Government of A; Movement B", "government", "2019-04-01, 1500", "talks"]
KEPT = 6 * [""]  # what stands in brackets


def typed(monkeypatch, lines):
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_ten_answers_make_a_valid_file(monkeypatch, capsys, tmp_path):
    path = tmp_path / "a.toml"
    typed(monkeypatch, [*FACTS, "1", "2 unsure", "5, 7", "7, 6 sure", "1", "2-4"])
    code, out, err = run(capsys, "new", path, "--ask", "--as-of", "2024-05-01")
    assert (code, out) == (0, f"Wrote {path}: edit it, then run `peacetalks check {path}`.\n")
    assert "1 of 10. Who are the two sides?" in err
    assert "how many Movement B?" in err
    assert "ground '7, 6 sure': battlefield.front = 0.7 (0.609 to 0.778)" in err
    s = load(path)
    assert (s.as_of, s.talks.open, float(s.deal.detection)) == (date(2024, 5, 1), True, 0.3)
    assert os.listdir(tmp_path) == ["a.toml"]  # the answers stand in it
    code, out, _ = run(capsys, "check", path)
    assert code == 0
    assert "0 still the starter's" in out


def test_what_was_not_answered_is_listed_and_counted_apart(capsys, tmp_path):
    path, file = tmp_path / "a.toml", tmp_path / "answers.toml"
    facts = {"sides": "A; B", "over": "government", "since": "2020-01-01, 1500", "now": "talks", "walk": "1 of ten"}
    file.write_text("".join(f'{key} = "{text}"\n' for key, text in facts.items()))
    code, _, err = run(capsys, "new", path, "--answers", file, "--as-of", "2024-05-01")
    assert code == 0
    left = [line.partition(" ")[0] for line in err.splitlines() if " not answered: " in line]
    assert left == ["sign", "resolute", "ground", "rent", "watched"]
    assert "ground not answered: 5 of ten, 5 of ten (the same for every conflict)" in err
    _, out, _ = run(capsys, "check", path)
    assert "  nobody judged for this conflict: battlefield.front\n" in out
    assert out.endswith("4 judgement / 11 that nobody judged for this conflict / 0 still the starter's\n")
    _, out, _ = run(capsys, "check", path, "--json")
    got = fitting("check", out)
    assert got["numbers"]["not_judged"] == len(got["not_judged"]) == 11
    assert got["numbers"]["total"] == sum(n for key, n in got["numbers"].items() if key != "total")


def test_help_back_and_answers_that_cannot_be_meant(monkeypatch, capsys, tmp_path):
    path = tmp_path / "a.toml"
    lines = [
        "",
        "A; A",
        "A; B",
        "rebels",
        "government",
        "?",
        "2019-4-1",
        "2019-04-01",
        "<",
        "<",
        "territory",
        "",
        "talks",
    ]
    typed(monkeypatch, [*lines, "truce?", "back", "truce, 2018-01-01", "fighting", *KEPT])
    code, _, err = run(capsys, "new", path, "--ask", "--as-of", "2024-05-01")
    assert code == 0, err
    for words in (
        "This one is needed, such as: Government of Northland; Southern Front",
        "both sides are called 'A'",
        "'rebels' is none of government, territory, both, interstate",
        "Sets: conflict.start, conflict.intensity.",
        "did you mean 2019-04-01?",
        "[government] your answer",
        "walk: walking out: 'truce?' is no number",
        "since (2018-01-01) lies before start (2019-04-01)",
    ):
        assert words in err, words
    s = load(path)
    assert (s.conflict.incompatibility, s.conflict.intensity, s.talks.open) == ("territory", None, False)


def test_where_the_input_ends_the_answers_are_kept_and_gone_on_with(monkeypatch, capsys, tmp_path):
    path, keep = tmp_path / "a.toml", tmp_path / "a.answers.toml"
    typed(monkeypatch, FACTS[:2])
    code, out, err = run(capsys, "new", path, "--ask")
    again = f"peacetalks new {path} --ask --answers {keep}"
    assert (code, out) == (2, "")
    assert f"the input ended before the last question; 2 answers are kept in {keep}; go on with `{again}`." in err
    assert list(read_answers(keep)) == ["sides", "over"]
    typed(monkeypatch, FACTS)
    code, _, err = run(capsys, "new", path, "--ask")
    assert code == 2
    assert f"holds earlier answers: go on with `{again}`, or delete it to start again; nothing was written" in err
    typed(monkeypatch, [*FACTS[2:], *KEPT])
    code, _, err = run(capsys, *again.split()[1:])
    assert code == 0, err
    assert "1 of 8. Since which day" in err
    assert load(path).sides[0].label == "Government of A"
    typed(monkeypatch, [])
    code, _, err = run(capsys, "new", tmp_path / "b.toml", "--ask")
    assert "the input ended before the last question; nothing was written; the same command starts again." in err


def test_answers_in_a_file_need_no_terminal(capsys, tmp_path):
    answers = tmp_path / "answers.json"
    answers.write_text('{"sides": ["A", "B"], "over": "both", "since": ["2019-04-01", 200], "now": "talks", "walk": 2}')
    code, _, err = run(capsys, "new", tmp_path / "a.toml", "--answers", answers, "--as-of", "2024-05-01")
    assert code == 0
    assert err.startswith("walk '2': talks.walk = 0.237 (0.108 to 0.523)\nsign not answered: left to the record")
    answers.write_text('{"walk": 2}')
    code, _, err = run(capsys, "new", tmp_path / "b.toml", "--answers", answers)
    assert code == 2
    assert "not answered, but needed: sides (such as 'Government of Northland; Southern Front'); over" in err
    code, _, err = run(capsys, "new", tmp_path / "c.toml", "--ask", "--as-of", "1.5.2024")
    assert "--as-of: '1.5.2024' is no date" in err
    assert not list(tmp_path.glob("[bc].*"))


def test_with_a_conflict_the_record_stands_in_the_brackets(monkeypatch, capsys, tmp_path):
    path = tmp_path / "a.toml"
    typed(monkeypatch, [*4 * [""], "1", *5 * [""]])
    code, _, err = run(capsys, "new", path, "--ask", "--conflict", "Colombia", "--as-of", "2012-10-18")
    assert code == 0, err
    assert "[Government of Colombia; FARC] UCDP/PRIO conflicts (ucdp-acd)" in err
    assert "[1964-12-31, war] UCDP/PRIO" in err
    assert "[left to the record] estimated on past conflicts" in err
    assert (load(path).conflict.ucdp, load(path).talks.walk.uncertain) == (289, True)


@pytest.mark.slow
def test_an_interrupt_loses_no_answer(tmp_path):
    screen, terminal = pty.openpty()
    command = [sys.executable, "-m", "peacetalks.cli", "new", "a.toml", "--ask"]
    process = subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, cwd=tmp_path, start_new_session=True
    )
    os.close(terminal)
    os.write(screen, b"A; B\ngovernment\n")
    keep, seen, until = tmp_path / "a.answers.toml", b"", time.monotonic() + 60
    while b"3 of 10" not in seen and time.monotonic() < until:
        if select.select([screen], [], [], 1)[0]:
            seen += os.read(screen, 10_000)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    seen += os.read(screen, 10_000)
    assert b"Interrupted: 2 answers are kept in a.answers.toml; go on with" in seen
    assert list(read_answers(keep)) == ["sides", "over"]
