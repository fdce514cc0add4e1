"""A server in a process of its own: where it listens, what it says, and how it ends."""

import os
import signal
import time
import urllib.request

import pytest
from support.served import make_folder, server

pytestmark = pytest.mark.slow


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_listens_on_this_machine_only_and_ctrl_c_ends_it_and_its_processes(tmp_path):
    with server(make_folder(tmp_path / "folder")) as (address, token, process):
        assert address.startswith("http://127.0.0.1:")
        assert len(token) >= 32
        with urllib.request.urlopen(f"{address}/robots.txt") as answer:
            assert answer.read().startswith(b"User-agent")
        children = _children(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert any("Interrupted: the server has ended" in line for line in process.said)
        until = time.monotonic() + 10
        while any(map(alive, children)) and time.monotonic() < until:
            time.sleep(0.1)
        assert not any(map(alive, children))
        assert not any("Traceback" in line for line in process.said)


def test_a_read_only_server_says_so_and_has_no_token(tmp_path):
    with server(make_folder(tmp_path / "folder"), "--read-only") as (_, token, process):
        assert token is None
        assert any("Read-only" in line for line in process.said)


def _children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as found:
            return [int(p) for p in found.read().split()]
    except OSError:
        return []
