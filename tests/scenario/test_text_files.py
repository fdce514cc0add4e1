"""Text files: what is read whatever program wrote it, and what is refused with its place and how to mend it."""

import csv
import time
from pathlib import Path

import pytest

from peacetalks.errors import EvidenceError, GameError, SpecError
from peacetalks.text_files import (
    DEEPEST,
    SHOWN,
    check_values,
    decode,
    parse_csv,
    parse_json,
    read_csv,
    read_json,
    read_text,
    read_toml,
    shorten,
    shown,
)

SAVE = "save it as UTF-8 (in a spreadsheet 'CSV UTF-8', in an editor 'Save with encoding: UTF-8') and try again"


def refused(function, *args):
    with pytest.raises(SpecError) as e:
        function(*args)
    return str(e.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_is_read_where_its_encoding_is_known(tmp_path, encoding, end):
    path = tmp_path / "a.txt"
    path.write_bytes(f"Malmö{end}\t€{end}".encode(encoding))
    assert read_text(path) == "Malmö\n\t€\n"


@pytest.mark.parametrize("order", ["le", "be"])
def test_utf_16_of_either_order_is_read_by_its_mark(order):
    mark = "\ufeff".encode(f"utf-16-{order}")
    assert decode(mark + "Malmö".encode(f"utf-16-{order}"), "f") == "Malmö"
    without = refused(decode, "name = 1".encode(f"utf-16-{order}"), "f")
    assert without == f"f: looks like UTF-16 without a byte-order mark (every other byte is 0); {SAVE}"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a\ncaf\xe9", "f: cannot be read as UTF-8 text (byte 5, line 2: 0xe9, in Windows-1252 'é'); "),
        (b"\xef\xbb\xbf\xff", "f: cannot be read as UTF-8 text (byte 3, line 1: 0xff, in Windows-1252 'ÿ'); "),
        (b"\x81", "f: cannot be read as UTF-8 text (byte 0, line 1: 0x81); "),
        (b"\xff\xfea", "f: marked as UTF-16, but cannot be read as such (byte 2, line 1); "),
    ],
)
def test_another_encoding_is_refused_with_byte_line_and_cure(data, message):
    assert refused(decode, data, "f") == message + SAVE


@pytest.mark.parametrize(
    ("character", "words"),
    [
        ("\0", "the control character U+0000 (NUL: a damaged file, or no text)"),
        ("\x1b", "the control character U+001B (escape: a terminal would obey it)"),
        ("\x07", "the control character U+0007"),
        ("\x7f", "the control character U+007F"),
        ("\x9b", "the control character U+009B"),
    ],
)
def test_control_characters_are_refused_in_text_and_where_they_are_written_as_escapes(character, words):
    text = f"a = 1\nb = 'x{character}'"
    assert refused(decode, text.encode(), "f") == f"f: line 2, column 7 holds {words}; remove it"
    escape = f"\\u{ord(character):04x}"
    at = f"holds {words} at character 2; remove it"
    assert refused(read_toml, f'[t]\nb = [1, "x{escape}"]', "f") == f"f: t.b.2 {at}"
    assert refused(parse_json, f'{{"t": {{"b": [1, "x{escape}"]}}}}', "f") == f"f: t.b.2 {at}"
    key = f"f: t: the key {('x' + character)!r} holds {words}; remove it"
    assert refused(read_toml, f'[t]\n"x{escape}" = 1', "f") == key
    assert refused(check_values, {"t": {"x" + character: 1}}, "f") == key


def test_half_a_character_is_refused():
    assert refused(parse_json, '"\\ud800"', "f") == "f holds half a character U+D800 at character 1; remove it"


def test_the_file_is_named_and_the_error_is_the_callers(tmp_path):
    assert refused(read_text, tmp_path / "none") == f"no file '{tmp_path}/none'"
    assert refused(read_text, tmp_path / "none", SpecError, "; look") == f"no file '{tmp_path}/none'; look"
    assert refused(read_text, tmp_path) == f"{tmp_path}: cannot be read (Is a directory)"
    assert refused(read_text, Path("a\0b")) == "a\\x00b: cannot be read (embedded null byte)"
    assert "cannot be read (File name too long)" in refused(read_text, Path("x" * 5000))
    for error in (GameError, EvidenceError):
        with pytest.raises(error, match="no file"):
            read_text(tmp_path / "none", error)
        for read in (read_json, read_csv):
            with pytest.raises(error, match="no file"):
                read(tmp_path / "none", error)


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    def deny(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", deny)
    assert refused(read_text, tmp_path / "a") == f"{tmp_path}/a: cannot be read (Permission denied)"


def test_the_name_of_a_file_does_not_reach_the_terminal_as_an_escape():
    assert shown(Path("\x1b[31m.toml")) == "\\x1b[31m.toml"
    assert len(shown(Path("x" * 5000))) < 3 * SHOWN


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a" * 198, f"'{'a' * 198}'"),
        ("a" * 199, f"'{'a' * 199}... (201 characters)"),
        pytest.param(10**5000, "an integer of about 5,000 digits", id="digits"),
        pytest.param([10**5000], "a list too large to show", id="digits in a list"),
        ("\x1b[2J", r"'\x1b[2J'"),
    ],
)
def test_a_message_shows_at_most_200_characters_of_a_value(value, text):
    assert shorten(value) == text


def nested(depth):
    return "[" * depth + "]" * depth


def test_nesting_is_bounded():
    assert parse_json(nested(DEEPEST), "f")
    assert read_toml(f"a = {nested(DEEPEST - 1)}", "f")
    words = "more than 100 tables or lists within one another; take some out"
    assert refused(parse_json, nested(100_000), "f") == f"f: line 1, column 101: {words}"
    assert refused(parse_json, '{"a":' * 5000, "f") == f"f: line 1, column 501: {words}"
    assert refused(read_toml, f"\nx = {nested(5000)}", "f") == f"f: line 2, column 105: {words}"
    assert refused(read_toml, "a." * 300 + "b = 1", "f").endswith(words)
    circle = []
    circle.append(circle)
    assert refused(check_values, circle, "f").endswith(words)


def test_brackets_and_digits_within_texts_and_comments_count_for_nothing():
    many = "[" * 500 + "1" * 500
    assert parse_json(f'["{many}", "\\"{many}"]', "f") == [many, f'"{many}']
    text = f"# {many}\na = \"{many}\"\nb = '{many}'\nc = '''\n'{many}'''\nd = \"\"\"\\\"{many}\"\"\""
    assert read_toml(text, "f") == {"a": many, "b": many, "c": f"'{many}", "d": f'"{many}'}


@pytest.mark.parametrize("open_", ['"' + '\\"' * 300_000, '"""' + '"x' * 300_000, "'''" + "'x" * 300_000])
def test_a_text_that_is_never_closed_takes_no_time(open_):
    start = time.perf_counter()
    assert "not valid JSON" in refused(parse_json, open_, "f")
    assert "not valid TOML" in refused(read_toml, f"a = {open_}", "f")
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1, "a": 2}', "f: the key 'a' is given twice; keep one"),
        ('{"a": [0, {"b": 1, "c": 2, "b": 1}]}', "f: a.2: the key 'b' is given twice; keep one"),
        ('{"a": [NaN]}', "f: a.1: NaN is no number; write a finite one, or leave the entry out"),
        ("-Infinity", "f: -Infinity is no number; write a finite one, or leave the entry out"),
        ('{"a": 1e999}', "f: a: 1e999 is beyond what a number can hold (1.8e308)"),
        (
            '{"a": 2' + "0" * 308 + "}",
            f"f: a: 2{'0' * 199}... (309 characters) is beyond what a number can hold (1.8e308)",
        ),
        ('{"a":\n ' + "9" * 5000 + "}", "f: line 2, column 2: a number of 5,000 digits; write it shorter (1e9)"),
        ('{"a": 01}', "f: not valid JSON: Expecting ',' delimiter: line 1 column 8 (char 7)"),
        ("", "f: not valid JSON: Expecting value: line 1 column 1 (char 0)"),
    ],
)
def test_json_that_is_refused(text, message):
    assert refused(parse_json, text, "f") == message


def test_json_that_is_read():
    assert parse_json('{"a": 1' + "0" * 308 + ', "b": [1.5, "x\\ny", null, true]}', "f") == {
        "a": 10**308,
        "b": [1.5, "x\ny", None, True],
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a = 1\nb = ",
            "f: not valid TOML: Invalid value (at end of document). Strings need quotes, tables a [header].",
        ),
        ("a = 1\na = 2\nb = 3", "not valid TOML: Cannot overwrite a value (at line 2, column 6)"),
        (
            "[t]\na = 9223372036854775808",
            "f: t.a: whole numbers lie below 9223372036854775808 (64 bits), got 922337203",
        ),
        ("a = 0x" + "f" * 4000, "f: a: whole numbers lie below 9223372036854775808 (64 bits), got an integer of about"),
        ("a = 1\nb = " + "9" * 5000, "f: line 2, column 5: a number of 5,000 digits; write it shorter (1e9)"),
        ("a = 2025-13-01", "not valid TOML"),
    ],
)
def test_toml_that_is_refused(text, message):
    assert message in refused(read_toml, text, "f")


def test_a_long_name_in_an_error_of_toml_keeps_the_line():
    text = f"[{'a' * 5000}]\n[{'a' * 5000}]\nb = 1"
    message = refused(read_toml, text, "f")
    assert len(message) < 2.5 * SHOWN
    assert "line 2" in message


def test_numbers_that_no_float_holds_are_refused_in_tables_too():
    assert check_values({"a": 2**1024 - 2**970 - 1}, "f") is None
    message = refused(check_values, {"a": 2**1024 - 2**970}, "f")
    assert message.startswith("f: a: beyond what a number can hold (1.8e308), got 1797")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_delimiter_is_recognised(mark):
    other = ";" if mark != ";" else ","
    text = f'# a comment{other}\n\na{mark}b{mark}c\n1{mark}"x{mark} y"{mark}z{other}z\n'
    assert parse_csv(text, "f") == [(4, {"a": "1", "b": f"x{mark} y", "c": f"z{other}z"})]


def test_quoted_cells_keep_their_line_ends_and_marks():
    text = 'a,b\n"one\n\n# two\n",2\n\n# a comment, with ""marks\n,\n"say ""yes""", 5" gun\n'
    assert parse_csv(text, "f") == [
        (2, {"a": "one\n\n# two\n", "b": "2"}),
        (9, {"a": 'say "yes"', "b": '5" gun'}),
    ]


def test_the_names_of_columns_may_be_quoted_and_break_lines():
    assert parse_csv('"a,\nb";c\n1;2\n', "f") == [(3, {"a,\nb": "1", "c": "2"})]


def test_long_cells_are_read_and_the_limit_of_the_library_stays_as_it_was():
    before = csv.field_size_limit()
    assert parse_csv("a,b\n" + "x" * 300_000 + ",1\n", "f") == [(2, {"a": "x" * 300_000, "b": "1"})]
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "f: holds no row; the first row must name the columns"),
        ("# only\n\n", "f: holds no row; the first row must name the columns"),
        ("a,b,a\n", "f: line 1: two columns are called 'a'; rename one, or take it out"),
        ("# x\na,,b\n", "f: line 2: column 2 has no name; name it, or take it out"),
        (
            "a,b\n1,2\n1,2,3\n",
            "f: line 3 has 3 cells, but there are 2 columns; a cell that contains a comma needs quotes around it "
            "(\"a, b\"). Got ['1', '2', '3']",
        ),
        (
            "a;b\n1\n",
            "f: line 2 has 1 cell, but there are 2 columns; write every cell, an empty one too, with a semicolon "
            "between cells. Got ['1']",
        ),
        (
            'a,b\n"x,2\n3,4\n',
            'f: line 2: a quoted cell is not closed; put quotes (") around the whole cell and write each quote within '
            "it twice",
        ),
        ('a,b\n"x"y,2\n', "f: line 2: ',' expected after '\"'; put quotes"),
    ],
)
def test_delimited_text_that_is_refused(text, message):
    assert refused(parse_csv, text, "f").startswith(message)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_delimited_file_with_a_mark_has_its_first_column(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes('id;act\r\n1;"a\r\nb"\r\n'.encode(encoding))
    assert read_csv(path) == [(2, {"id": "1", "act": "a\nb"})]
