"""What a server may be started with."""

import pytest
from support.command_line import run

from peacetalks.errors import ServeError
from peacetalks.web.settings import settings_for


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"host": "0.0.0.0"}, "--read-only"),
        ({"host": "0.0.0.0", "read_only": True}, "--name"),
        ({"host": "192.168.1.2"}, "other machines"),
        ({"port": 70000}, "--port"),
        ({"budget": 0}, "--budget"),
        ({"budget": float("nan")}, "--budget"),
        ({"solvers": 0}, "--solvers"),
        ({"solvers": 10**6}, "--solvers"),
        ({"names": ("forecasts.example:8000",)}, "without a port"),
        ({"names": ("*",)}, "host name"),
    ],
)
def test_what_is_unsafe_or_out_of_range_is_refused_in_words(given, words):
    with pytest.raises(ServeError, match=words):
        settings_for(**given)


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(ServeError, match="no such folder"):
        settings_for(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(ServeError, match="is a file"):
        settings_for(tmp_path / "file")


def test_every_server_has_a_token_of_its_own(tmp_path):
    one, other = settings_for(tmp_path), settings_for(tmp_path)
    assert one.token != other.token
    assert len(one.token) >= 32
    assert one.token not in repr(one)


def test_the_command_refuses_with_exit_code_2(capsys, tmp_path):
    code, out, err = run(capsys, "serve", tmp_path / "nowhere")
    assert (code, out) == (2, "")
    assert "no such folder" in err
    code, _, err = run(capsys, "serve", "--host", "0.0.0.0")
    assert code == 2
    assert "--read-only" in err


def test_without_the_extra_the_command_says_what_to_install(capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "uvicorn", None)
    code, _, err = run(capsys, "serve")
    assert code == 2
    assert "peacetalks[web]" in err


def test_a_port_that_is_taken_is_refused_in_words(capsys):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, err = run(capsys, "serve", "--port", taken.getsockname()[1])
    assert code == 2
    assert "give another --port" in err
