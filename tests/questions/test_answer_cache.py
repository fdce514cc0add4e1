"""Answers in a file belong to one version of the program, one game and one question."""

from peacetalks.questions import answer_cache
from peacetalks.questions.answer_cache import AnswerCache, answer_key, append_answer


def test_answers_are_found_again_under_their_key(tmp_path):
    path = tmp_path / "answers"
    append_answer(path, answer_key("a game", ["a question"]), [0.5])
    append_answer(None, "no file", 1)
    assert AnswerCache(path).find(answer_key("a game", ["a question"])) == [0.5]
    assert AnswerCache(path).find(answer_key("a game", ["another"])) is None
    assert AnswerCache(None).find(answer_key("a game", ["a question"])) is None


def test_the_key_depends_on_every_source_file_of_the_package(tmp_path, monkeypatch):
    for room in ("equilibrium", "evidence", "questions"):
        assert list((answer_cache.PACKAGE / room).glob("*.py"))
    monkeypatch.setattr("peacetalks.questions.answer_cache.PACKAGE", tmp_path)
    (tmp_path / "equilibrium").mkdir()
    source = tmp_path / "equilibrium" / "solve.py"
    digests = set()
    for text in ("one = 1\n", "one = 2\n"):
        source.write_text(text)
        digests.add(answer_cache.program_digest.__wrapped__())
    assert len(digests) == 2
