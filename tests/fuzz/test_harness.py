"""The harness itself: inputs are the same every time, the rules see what breaks them, hangs and crashes are caught."""

import json
import sys

import pytest
from fuzz import __main__ as program
from fuzz import games, oracle, targets
from fuzz.cases import SHARES, VALID, Case, kind_of, make
from fuzz.oracle import Unsound, refusal
from fuzz.runner import Tally, requests, run
from fuzz.trees import Raw, Twice, as_json, as_toml
from fuzz.worker import tried

from peacetalks.errors import GameError, NotSolved, SpecError


@pytest.mark.parametrize("kind", SHARES)
def test_an_input_is_made_of_its_kind_and_seed(kind):
    for seed in range(20):
        one, two = make(kind, seed), make(kind, seed)
        assert one == two
        assert Case.from_dict(json.loads(json.dumps(one.to_dict()))) == one
    assert len({tuple(make(kind, seed).files.values()) for seed in range(20)}) > 15
    if kind not in VALID:
        assert any(make(kind, seed).changes for seed in range(20))


def test_the_kinds_have_their_shares():
    assert sum(SHARES.values()) == 100
    assert {k: [kind_of(i) for i in range(100)].count(k) for k in SHARES} == SHARES
    assert [r["kind"] for r in requests(100, 3)] == [kind_of(i) for i in range(100)]
    assert {r["kind"] for r in requests(5, kinds=["game"])} == {"game"}


def test_trees_are_written_with_what_no_right_file_holds():
    tree = {"a": Twice({"b": 1}, [("b", 2)]), "c": Raw("1e400"), "d": [float("nan")]}
    assert as_json(tree) == '{"a": {"b": 1, "b": 2}, "c": 1e400, "d": [NaN]}'
    assert as_toml(tree) == "c = 1e400\nd = [nan]\n\n[a]\nb = 1\nb = 2\n"


# -- the rules -------------------------------------------------------------------------------------

BAD = {
    "undocumented": (KeyError("x"), "undocumented KeyError"),
    "no message": (SpecError(" "), "without a message"),
    "long": (SpecError("made.toml: " + "ab " * 1000), "characters"),
    "paragraphs": (SpecError("made.toml: one\n\ntwo"), "more than a paragraph"),
    "lines": (SpecError("made.toml: 1\n2\n3\n4"), "more than a paragraph"),
    "control": (SpecError("made.toml: \x1b[31m"), "control character"),
    "no place": (SpecError("Something went wrong"), "names no place"),
    "echo": (SpecError("made.toml: got " + "word " * 50), "echoes more than 200"),
    "echo by repr": (SpecError("made.toml: got " + "\\x1b" * 100), "echoes more than 200"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_refusal_that_breaks_a_rule_is_seen(what):
    error, words = BAD[what]
    with pytest.raises(Unsound, match=words):
        refusal(error, ["title = '" + "word " * 100 + "'"])


def test_a_refusal_that_keeps_the_rules_is_taken():
    assert refusal(SpecError("made.toml: line 3: unknown key"), []) == "SpecError"
    assert refusal(GameError("made.json, stage 2: got " + "x" * 200), ["x" * 5000]) == "GameError"
    assert refusal(NotSolved("stage 'a', state 'b': no fixed point"), []) == "NotSolved"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": NaN}', "holds NaN"),
        ('{"a": [1, -Infinity]}', "holds -Infinity"),
        ('{"a": 1e999}', "is inf"),
        ('{"a": 1, "a": 2}', "a key twice"),
        ('{"a": 1', "not valid JSON"),
    ],
)
def test_json_that_is_not_sound_is_seen(text, words):
    with pytest.raises(Unsound, match=words):
        oracle.read_json(text)


def test_results_that_are_not_sound_are_seen():
    row = {"stage": "s", "state": "x", "player": "A", "type": "only", "move": "a"}
    how = {"settings": {"tolerance": 1e-8}}
    oracle.solved_game({"strategies": [row | {"probability": 1.0}], "residual": 1e-12, **how})
    with pytest.raises(Unsound, match=r"sum to 0\.9"):
        oracle.solved_game({"strategies": [row | {"probability": 0.9}], "residual": 0.0, **how})
    for residual in (float("nan"), 1e-7, -1e-9):
        with pytest.raises(Unsound, match="residual"):
            oracle.solved_game({"strategies": [], "residual": residual, **how})
    for text in ("a \x1b[31m", "mean nan", "-inf, 1"):
        with pytest.raises(Unsound):
            oracle.shown(text, Case("claims", 0, {"a.toml": b"x = 'b'"}))
    oracle.shown("Nancy, information, 1.0\n", Case("claims", 0, {}))
    oracle.shown("mean nan", Case("claims", 0, {"a.toml": b"sentence = 'nan'"}))  # as it was written


GAME = {
    "players": ["A", "B"], "start": "calm", "periods": 1, "discount": 1.0, "rationality": 3,
    "stages": [
        {"name": "g", "by": "A", "moves": {"calm": [
            {"label": "x", "to": "calm", "pay": {"A": 0.1}, "weight": 1}, {"label": "y", "to": "tense", "weight": 2}]}},
        {"name": "h", "by": ["A", "B"], "moves": {"tense": {"A": ["l", "r"], "B": ["l", "r"]}},
         "then": {"tense": [{"if": {"A": a, "B": b}, "to": "calm", "pay": {"A": x, "B": -x}}
                            for a, b, x in (("l", "l", 0.5), ("l", "r", -0.2), ("r", "l", 0.0), ("r", "r", 0.1))]}},
    ],
}  # fmt: skip


@pytest.mark.parametrize("periods", [1, None])
def test_the_own_residual_is_small_at_the_solution_and_large_beside_it(periods):
    from peacetalks.equilibrium.solve import solve
    from peacetalks.questions.game_file import parse_game, strategy_table

    game = GAME | {"periods": periods, "discount": 0.8}
    parsed, rationality, points = parse_game(game)
    found = strategy_table(solve(parsed, rationality=rationality, belief_points=points))
    assert games.residual(game, found) < 1e-8
    for row in found:
        if row["stage"] == "g":
            row["probability"] += 0.01 if row["move"] == "x" else -0.01
    assert games.residual(game, found) > 5e-3


# -- the watchdog ----------------------------------------------------------------------------------

STUB = """
import os, time
from fuzz import worker
def target(case, folder):
    if case.seed % 4 == 1:
        while True: pass
    if case.seed % 4 == 2:
        os.abort()
    return {"kind": case.kind, "seed": case.seed, "changes": [], "outcome": "done", "failed": False, "seconds": 0.0}
worker.main(target)
"""


@pytest.mark.slow
def test_a_hang_and_a_crash_are_one_failed_input_each():
    asked = [{"kind": "game valid", "seed": seed} for seed in range(8)]
    tally = Tally()
    for found in run(asked, jobs=2, program=(sys.executable, "-c", STUB), limit=1):
        tally.add(found)
    outcomes = sorted((f["seed"], f["outcome"].split()[0]) for f in tally.failures)
    assert outcomes == [(1, "hang"), (2, "crash"), (5, "hang"), (6, "crash")]
    assert all(Case.from_dict(f["case"]) == make("game valid", f["seed"]) for f in tally.failures)
    assert "8 inputs, 4 failed, 2 of them hangs" in list(tally.lines())


def test_a_fault_is_reported_with_what_is_needed_to_try_it_again(tmp_path, monkeypatch):
    def broken(path, case):
        raise ZeroDivisionError("made for the test")

    monkeypatch.setitem(targets.RUN, "game", broken)
    found = tried(make("game", 3), tmp_path)
    assert (found["outcome"], found["failed"]) == ("ZeroDivisionError", True)
    assert "made for the test" in found["traceback"]
    saved = json.loads(program.save(tmp_path / "out", found | {"case": make("game", 3).to_dict()}).read_text())
    assert Case.from_dict(saved["case"]) == make("game", 3)


def test_a_valid_input_that_is_refused_and_a_wrong_one_that_is_taken_are_faults(tmp_path, monkeypatch):
    def refuses(path, case):
        raise GameError("made.json: no")

    monkeypatch.setitem(targets.RUN, "game valid", refuses)
    assert "a valid input was refused" in tried(make("game valid", 0), tmp_path)["message"]
    monkeypatch.setitem(targets.RUN, "game", lambda path, case: None)
    case = make("game", 0)
    case.refused = True
    assert "taken without a word" in tried(case, tmp_path)["message"]


def test_a_warning_is_a_fault(tmp_path, monkeypatch):
    def warns(path, case):
        import numpy as np

        np.log(np.zeros(1))

    monkeypatch.setitem(targets.RUN, "game", warns)
    assert "RuntimeWarning" in tried(make("game", 0), tmp_path)["message"]


def test_the_command_ends_with_one_where_an_input_failed(tmp_path, monkeypatch, capsys):
    def made(requests, jobs):
        for r in requests:
            failed = r["seed"] == 1
            base = {"kind": r["kind"], "seed": r["seed"], "changes": [], "seconds": 0.1, "failed": failed}
            yield base | ({"outcome": "KeyError", "message": "x", "case": {}} if failed else {"outcome": "done"})

    monkeypatch.setattr(program, "run", made)
    monkeypatch.setattr(sys, "argv", ["fuzz", "3", "--out", str(tmp_path)])
    with pytest.raises(SystemExit) as e:
        program.main()
    out, err = capsys.readouterr()
    assert e.value.code == 1
    assert "3 inputs, 1 failed" in out
    assert "FAILED: KeyError" in out
    assert "3 of 3 inputs, 1 failed" in err
    assert len(list(tmp_path.glob("KeyError-*.json"))) == 1
