"""Answers in a file that the user names, and the answers of every question in the cache."""

import os

import pytest
from support.records import ASK, D1, D2, events
from support.tiny import KPA, UN, J, account, tiny

import peacetalks as pt
from peacetalks.forecasting import answers
from peacetalks.forecasting.answers import AnswerCache
from peacetalks.questions import answer_cache
from peacetalks.questions.answer_cache import AnswerFile, answer_key
from peacetalks.questions.claims import Claim, audit
from peacetalks.questions.compare import compare
from peacetalks.questions.events import acts
from peacetalks.questions.infer import infer

KEY, OTHER = "a" * 40, "b" * 40


def test_answers_are_found_again_under_their_key(tmp_path):
    path = tmp_path / "answers"
    AnswerFile(path).add(answer_key("a game", ["a question"]), [0.5, float("nan")])
    AnswerFile(None).add("no file", 1)
    assert AnswerFile(path).find(answer_key("a game", ["a question"]), ())[0] == 0.5
    assert AnswerFile(path).find(answer_key("a game", ["another"]), ()) is None
    assert AnswerFile(None).find(answer_key("a game", ["a question"]), ()) is None
    assert "NaN" not in path.read_text()


def test_a_cut_or_foreign_line_loses_itself_only(tmp_path):
    path = tmp_path / "answers"
    AnswerFile(path).add(KEY, 1)
    with path.open("ab") as f:
        f.write(b'\n# a note\n[1, 2]\n{"a": 3}\n\xff\xfe\n{"%s": {"!": "dict", "o' % OTHER.encode())
    found = AnswerFile(path)
    assert found.find(KEY, ()) == 1
    assert found.find(OTHER, ()) is None
    found.add(OTHER, 2)  # stands on a line of its own
    assert (AnswerFile(path).find(KEY, ()), AnswerFile(path).find(OTHER, ())) == (1, 2)


def test_a_file_whose_only_line_was_cut_is_ours(tmp_path):
    for cut in ("{", '{"', '{"aaaa', '{"' + KEY + '": {"!": "di'):
        path = tmp_path / "answers"
        path.write_text(cut)
        AnswerFile(path).add(KEY, 1)
        assert AnswerFile(path).find(KEY, ()) == 1


@pytest.mark.parametrize("text", ["[[claim]]\n", "<html>", "name,value\n1,2\n"])
def test_another_file_is_refused_and_left_as_it_is(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(pt.SpecError, match=r"answers cannot be kept in .*mine.toml': it holds no answers. Give a new"):
        AnswerFile(path)
    assert path.read_text() == text


def test_a_full_disk_gives_one_notice(tmp_path, monkeypatch, caplog):
    def full(*_):
        raise OSError(28, "No space left on device")

    found = AnswerFile(tmp_path / "answers")
    monkeypatch.setattr(answer_cache.os, "write", full)
    found.add(KEY, 1)
    found.add(OTHER, 1)
    (notice,) = [r.getMessage() for r in caplog.records]
    assert f"No further answers are kept in {tmp_path / 'answers'}: No space left on device" in notice


def test_the_key_depends_on_this_room_too(tmp_path, monkeypatch):
    monkeypatch.setattr(answers, "PACKAGE", tmp_path)
    (tmp_path / "questions").mkdir()
    digests = set()
    for text in ("one = 1\n", "one = 2\n"):
        (tmp_path / "questions" / "evaluate.py").write_text(text)
        digests.add(answer_cache._room_digest.__wrapped__())
    assert len(digests) == 2


EFFECT = "effect(talks.walk: 0.01 -> 0.4 on P(peace by 2)) < 0"
QUERIES = ("P(peace by 2) < 0.5", "loglik() > loglik(base)", EFFECT)


def commands(base):
    ranged = {"low": 0.1, "mode": 0.3, "high": 0.5, **J}
    other = account(base, {"talks.walk": ranged, "ceasefire.accept": {"value": 0.5, **J}})
    record = events(
        (D1, UN, ASK), (D1, KPA, "decline", "none", "both"), (D2, UN, ASK, "decline", "also"), (D2, KPA, "walk out")
    )
    head = {"rows": [1], "sentence": "A sentence.", "attributed_to": "a test"}
    asked = [Claim(id=f"c{i}", query=q, **head) for i, q in enumerate(QUERIES)]
    small = {"belief_points": 2, "dates": (1, 2)}
    return {
        "compare": lambda **how: compare(base, [other], **small, **how),
        "infer": lambda **how: infer(base, record, acts(), [other], points=8, **small, **how),
        "nested": lambda **how: infer(base, record, acts(), [other], method="nested", points=60, **small, **how),
        "audit": lambda **how: audit(base, asked, [other], record, acts(), draws=2, belief_points=2, **how),
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", ["compare", "infer", "nested", "audit"])
def test_every_command_says_the_same_with_and_without_the_cache(tmp_path, monkeypatch, name):
    command = commands(tiny())[name]
    without = command()
    first = AnswerCache.open(tmp_path)
    filled = command(answers=first)
    assert first.added > 0
    second = AnswerCache.open(tmp_path)
    for module in ("questions.batch", "questions.compare", "questions.account_filter", "questions.account_evidence"):
        monkeypatch.setattr(f"peacetalks.{module}.solve_scenario", lambda *_, **__: pytest.fail("solved again"))
    again = command(answers=second)
    assert (second.added, second.found > 0) == (0, True)
    assert repr(without.to_dict()) == repr(filled.to_dict()) == repr(again.to_dict())  # to the last digit


@pytest.mark.slow
def test_an_answer_about_another_record_or_date_is_not_used(tmp_path):
    base, cache = tiny(periods=4), AnswerCache.open(tmp_path)
    one, two = events((D1, UN, ASK)), events((D1, UN, ASK), (D2, KPA, "walk out"))
    how = {"belief_points": 2, "dates": (1, 2), "answers": cache}
    infer(base, one, acts(), **how)
    infer(base, two, acts(), **how)
    assert (cache.added, cache.found) == (3, 1)  # two records; the typical case, once
    later = pt.patch(base, {"as_of": "1951-08-10"})  # the record then covers another month
    assert later.as_of != base.as_of
    infer(later, one, acts(), **how)
    assert (cache.added, cache.found) == (5, 1)  # the typical case is that of the date


@pytest.mark.slow
def test_an_audit_reads_its_file_and_the_cache(tmp_path):
    command = commands(tiny())["audit"]
    file, cache = tmp_path / "answers", AnswerCache.open(tmp_path / "cache")
    first = command(keep=file, answers=cache)
    assert (first.settings["reused"], cache.found) == (0, 0)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])  # cut short
    again = command(keep=file, answers=AnswerCache.open(tmp_path / "cache"))
    assert 0 < again.settings["reused"] < cache.added  # only those of the file are counted
    assert again.findings == first.findings
    assert os.path.getsize(file) >= len(whole) // 2
