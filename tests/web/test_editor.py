"""The editor: messages with their lines, the difference, and saves that need a token."""

import time

import pytest
from starlette.testclient import TestClient
from support.served import NAME

from peacetalks.scenario.scenario import BUNDLED, bundled, load
from peacetalks.scenario.starter import starter
from peacetalks.web.app import application
from peacetalks.web.editor import check, diff, lines_of, nearest_line
from peacetalks.web.places import text_digest
from peacetalks.web.settings import settings_for

TOKEN = "x-peacetalks-token"


@pytest.fixture
def text(folder):
    return (folder / NAME).read_text()


def line_with(text, words):
    return next(i for i, line in enumerate(text.split("\n"), 1) if words in line)


@pytest.mark.parametrize("name", bundled())
def test_every_entry_of_a_bundled_scenario_is_found_on_its_line(name):
    text = (BUNDLED / f"{name}.toml").read_text(encoding="utf-8")
    lines, rows = lines_of(text), text.split("\n")
    for path in load(name).numbers():
        keys = tuple(path.split("."))
        named = keys if not keys[-1].isdecimal() else keys[:-1]  # a number in a list stands on the list's line
        assert nearest_line(lines, keys) == lines[named], path
        assert named[-1] in rows[lines[named] - 1], path
    assert check(text).valid


def test_the_starter_is_valid_and_says_what_is_still_the_starters():
    found = check(starter())
    assert found.valid
    assert found.about["starter"]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("war_cost = 0.02", "war_cots = 0.02", "war_cots", "did you mean 'war_cost'"),
        ("[talks]", "[talks]\nwalk_out = 3", "walk_out", "unknown key"),
        ('kind = "interstate"', 'kind = "civil war"', "kind =", "did you mean 'civil'"),
        ("[battlefield]", "[battlefield", "[battlefield", "line"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text, old, new, line, words):
    assert old in text
    wrong = text.replace(old, new, 1)
    found = check(wrong)
    assert not found.valid
    first = found.messages[0]
    assert words in first.words
    assert first.line == line_with(wrong, line)


def test_a_value_out_of_range_is_named_with_its_line(text):
    at = line_with(text, "accept = ")
    rows = text.split("\n")
    rows[at - 1] = "accept = 7"
    found = check("\n".join(rows))
    assert [m.line for m in found.messages if "accept" in m.words] == [at]


def test_a_key_in_a_list_of_tables_is_found_in_the_right_one():
    text = (
        '[[sides]]\nlabel = "a"\n[sides.types.one]\nshare = 1\n[[sides]]\nlabel = "b"\n[sides.types.two]\nshare = 1\n'
    )
    lines = lines_of(text)
    assert lines[("sides", "1", "label")] == 2
    assert lines[("sides", "2", "types", "two", "share")] == 8


def test_a_text_of_several_lines_holds_no_keys():
    assert ("b",) not in lines_of('a = """\nb = 1\n"""\nc = 2')


def test_a_warning_is_no_error(text):
    found = check(text.replace("as_of = 1951-07-10", "as_of = 2999-07-10"))
    assert any(m.level == "warning" and "future" in m.words and m.line for m in found.messages)


def test_hostile_texts_are_refused_in_words():
    slow = ("x = [\n[" + " " * 1900 + "\n]]", "a" + ".a" * 900 + " = 1", "\n".join(f"k{i} = 1" for i in range(9000)))
    for text in ("a = " + "[" * 5000, "\x00", "a = 1\x1b[2J", "x" * 200_000, "a = 1e999999", '"\ud800" = 1', *slow):
        began = time.process_time()
        found = check(text)
        assert time.process_time() - began < 2
        assert not found.valid
        assert found.messages[0].words


def test_the_difference_names_what_is_added_and_taken_out():
    found = diff("a\nb\nc\nd\ne\nf\ng\n", "a\nb\nc\nd\ne\nx\ng\n")
    assert ("cut", "f") in found
    assert ("add", "x") in found
    assert ("same", "a") not in found
    assert diff("a\n", "a\n") == []


def test_the_page_has_the_text_as_it_stands_and_its_digest(client, text):
    values = client.get(f"/scenario/{NAME}/edit.json").json()
    assert values["text"] == text
    assert values["digest"] == text_digest(text)
    assert values["valid"] is True
    page = client.get(f"/scenario/{NAME}/edit").text
    assert 'for="text"' in page
    assert 'aria-live="polite"' in page


def test_a_broken_scenario_can_be_opened(client):
    values = client.get("/scenario/broken.toml/edit.json").json()
    assert values["valid"] is False
    assert values["messages"][0]["line"] == 3
    assert "did you mean &#39;window&#39;" in client.get("/scenario/broken.toml/edit").text


def test_live_checks_answer_as_a_part_of_the_page_and_as_json(client, text):
    wrong = text.replace("[talks]", "[tlaks]", 1)
    part = client.post("/check", data={"text": wrong})
    assert "<html" not in part.text
    assert f'data-line="{line_with(wrong, "[tlaks]")}"' in part.text
    assert client.post("/check.json", data={"text": text}).json()["valid"] is True


def test_what_is_written_in_a_text_is_escaped(client):
    part = client.post("/check", data={"text": 'name = "<img src=x onerror=alert(1)>"'}).text
    assert "<img" not in part
    assert "<script>" not in client.post("/diff", data={"file": "a.toml", "text": "<script>alert(1)</script>"}).text


def test_the_difference_to_the_file_before_saving(client, text):
    part = client.post("/diff", data={"file": NAME, "text": text.replace("0.02", "0.03"), "from": NAME}).text
    assert 'class="add"' in part
    assert 'class="cut"' in part
    assert "Nothing: the text is that of the file" in client.post("/diff", data={"file": NAME, "text": text}).text


def save(client, text, token="", name="new.toml", digest="", **more):
    headers = {TOKEN: token} if token else {}
    return client.post("/save", data={"text": text, "file": name, "digest": digest}, headers=headers, **more)


@pytest.mark.parametrize("token", ["", "wrong", "é"])
def test_nothing_is_saved_without_the_token(client, folder, text, token):
    answer = client.post("/save", data={"text": text, "file": "new.toml", "digest": "", "token": token})
    assert answer.status_code == 403
    assert "nothing was saved" in answer.text
    assert not (folder / "new.toml").exists()


def test_a_valid_text_is_saved_with_the_token_in_a_header_or_a_field(client, settings, folder, text):
    assert save(client, text, settings.token).status_code == 200
    assert (folder / "new.toml").read_text() == text
    fields = {"text": text, "file": "other.toml", "digest": "", "token": settings.token}
    assert client.post("/save", data=fields).status_code == 200
    assert (folder / "other.toml").read_text() == text


def test_line_ends_of_forms_become_those_of_files(client, settings, folder, text):
    assert save(client, text.replace("\n", "\r\n"), settings.token).status_code == 200
    assert (folder / "new.toml").read_bytes() == text.encode()


def test_what_is_not_valid_is_not_saved(client, settings, folder):
    answer = save(client, "a = 1", settings.token)
    assert answer.status_code == 422
    assert not (folder / "new.toml").exists()


def test_a_file_that_was_changed_meanwhile_is_not_written_over(client, settings, folder, text):
    opened = text_digest(text)
    (folder / NAME).write_text(text + "# by another\n")
    answer = save(client, text, settings.token, NAME, opened)
    assert answer.status_code == 409
    assert (folder / NAME).read_text() == text + "# by another\n"


@pytest.mark.parametrize("name", ["../new.toml", "/new.toml", "new.py", "NEW.toml", "a/b.toml", ""])
def test_a_name_outside_the_folder_is_refused(client, settings, folder, text, name):
    before = sorted(folder.parent.rglob("*"))
    assert save(client, text, settings.token, name).status_code == 422
    assert sorted(folder.parent.rglob("*")) == before


def test_a_save_from_another_origin_is_refused_also_with_the_token(client, settings, folder, text):
    answer = client.post(
        "/save",
        data={"text": text, "file": "new.toml", "token": settings.token},
        headers={"origin": "http://evil.example"},
    )
    assert answer.status_code == 403
    assert not (folder / "new.toml").exists()


def test_a_read_only_server_saves_nothing_and_says_so(folder, text):
    settings = settings_for(folder, read_only=True)
    client = TestClient(application(settings), base_url="http://127.0.0.1:8000")
    answer = save(client, text, settings.token)
    assert answer.status_code == 403
    assert "read-only" in answer.text
    assert not (folder / "new.toml").exists()
    page = client.get(f"/scenario/{NAME}/edit").text
    assert "data-save" not in page
    assert "this server saves nothing" in page


def test_another_kind_of_body_is_refused_in_words(client):
    assert client.post("/check", content="{}", headers={"content-type": "application/json"}).status_code == 422
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/check", content=b"text=%ff", headers=kind).status_code == 422
