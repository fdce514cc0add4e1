"""Files are written whole or not at all: full disk, kill, two writers, links, modes."""

import errno
import os
import signal
import subprocess
import sys
import time

import pytest

from peacetalks.forecasting import whole_file
from peacetalks.forecasting.whole_file import check_replaceable, replace_file


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path):
    path = tmp_path / "report.html"
    replace_file(path, b"old")
    (tmp_path / "plain").write_bytes(b"")
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode
    (tmp_path / "plain").unlink()
    path.chmod(0o640)
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["report.html"]


def test_a_link_is_followed(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "link.html").symlink_to(tmp_path / "there" / "real.html")
    replace_file(tmp_path / "link.html", b"text")
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "there" / "real.html").read_bytes() == b"text"


@pytest.mark.parametrize("part", ["write", "fsync", "replace"])
def test_the_old_file_survives_a_full_disk(tmp_path, monkeypatch, part):
    path = tmp_path / "report.html"
    path.write_bytes(b"old")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(whole_file.os, part, full)
    with pytest.raises(OSError, match="No space left"):
        replace_file(path, b"new" * 1000)
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["report.html"]  # no temporary file stays behind


def test_short_writes_are_written_on(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(whole_file.os, "write", lambda number, data: real(number, data[:7]))
    replace_file(tmp_path / "a", bytes(range(100)))
    assert (tmp_path / "a").read_bytes() == bytes(range(100))


def test_a_real_full_disk(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(small)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here: a full disk is only imitated")
    try:
        (small / "report.html").write_bytes(b"old")
        with pytest.raises(OSError, match="No space left"):
            replace_file(small / "report.html", bytes(200_000))
        assert (small / "report.html").read_bytes() == b"old"
        assert names(small) == ["report.html"]
    finally:
        subprocess.run(["umount", str(small)], check=True)


SLOW_WRITER = """
import os, sys, time
from pathlib import Path
from peacetalks.forecasting import whole_file
def slowly(number, data):
    os.write(number, bytes(data[:10]))
    os.write(1, b"half\\n")
    time.sleep(60)
whole_file._write = slowly
whole_file.replace_file(Path(sys.argv[1]), b"new" * 1000)
"""


def test_the_old_file_survives_a_kill_of_its_writer(tmp_path):
    path = tmp_path / "report.html"
    path.write_bytes(b"old")
    writer = subprocess.Popen([sys.executable, "-c", SLOW_WRITER, str(path)], stdout=subprocess.PIPE)
    assert writer.stdout.readline() == b"half\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert path.read_bytes() == b"old"
    left = [n for n in names(tmp_path) if n != "report.html"]
    assert all(map(whole_file.is_temporary, left))
    replace_file(path, b"new")  # and the next writer is not disturbed
    assert path.read_bytes() == b"new"


WRITERS = """
import sys
from pathlib import Path
from peacetalks.forecasting.whole_file import replace_file
for i in range(200):
    replace_file(Path(sys.argv[1]), sys.argv[2].encode() * 50_000)
"""


def test_of_two_writers_at_once_one_whole_file_stays(tmp_path):
    path = tmp_path / "report.html"
    path.write_bytes(b"a" * 50_000)
    both = [subprocess.Popen([sys.executable, "-c", WRITERS, str(path), letter]) for letter in "ab"]
    seen, until = set(), time.monotonic() + 120
    while any(w.poll() is None for w in both) and time.monotonic() < until:
        data = path.read_bytes()
        assert len(data) == 50_000  # whole at every moment
        seen.add(data[:1])
        assert set(data) == {data[0]}
    assert [w.wait(timeout=60) for w in both] == [0, 0]
    assert seen <= {b"a", b"b"}
    assert names(tmp_path) == ["report.html"]


def test_what_cannot_be_replaced_is_found_before(tmp_path):
    check_replaceable(tmp_path / "new.html")
    assert names(tmp_path) == []
    with pytest.raises(IsADirectoryError, match="is a folder"):
        check_replaceable(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="Not a directory"):
        check_replaceable(tmp_path / "file" / "new.html")
    with pytest.raises(OSError, match="name too long"):
        check_replaceable(tmp_path / ("x" * 300))


def test_a_write_protected_file_is_left(tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_bytes(b"old")
    monkeypatch.setattr(whole_file.os, "access", lambda *_: False)
    with pytest.raises(PermissionError, match="write-protected"):
        check_replaceable(path)
