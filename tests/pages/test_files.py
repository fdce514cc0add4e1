"""Files are checked before anything is computed, and an old report survives whatever happens."""

import errno
import os

import pytest

from peacetalks.errors import PageError
from peacetalks.forecasting import whole_file
from peacetalks.pages import files

MAKERS = {".html": lambda: "<html>", ".csv": lambda: "a,b\n"}


def test_a_file_is_written_by_its_suffix(tmp_path):
    files.write(tmp_path / "r.csv", MAKERS)
    assert (tmp_path / "r.csv").read_bytes() == b"a,b\n"
    files.write_text(tmp_path / "odd.txt", "\ud800 é")
    assert (tmp_path / "odd.txt").read_bytes() == b"\\ud800 \xc3\xa9"


def refused(path, *more):
    with pytest.raises(PageError) as e:
        files.check(path, *more)
    assert str(path) in str(e.value) or path.name in str(e.value)
    return str(e.value)


def test_what_cannot_be_written_is_refused_by_name(tmp_path):
    assert "the suffix must be one of .html, .csv" in refused(tmp_path / "r.pdf", MAKERS)
    assert "there is no folder" in refused(tmp_path / "none" / "r.csv", MAKERS)
    (tmp_path / "folder.csv").mkdir()
    assert "is a folder; give another file or folder" in refused(tmp_path / "folder.csv", MAKERS)
    (tmp_path / "file").write_text("")
    assert "there is no folder" in refused(tmp_path / "file" / "r.csv", MAKERS)
    assert "name too long" in refused(tmp_path / ("x" * 300 + ".csv"), MAKERS)
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    assert "cannot write" in refused(tmp_path / "loop.csv", MAKERS)
    record = tmp_path / "events.csv"
    record.write_text("date")
    words = "this command uses that file already; give another name"
    assert words in refused(tmp_path / "." / "events.csv", MAKERS, [record])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["events.csv", "file", "folder.csv", "loop.csv"]


def test_a_folder_without_permission_is_refused(tmp_path, monkeypatch):
    def denied(*_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(whole_file.os, "open", denied)
    assert "Permission denied; give another file or folder" in refused(tmp_path / "r.csv", MAKERS)


def test_the_old_report_survives_a_full_disk(tmp_path, monkeypatch):
    path = tmp_path / "r.csv"
    path.write_text("old")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(whole_file.os, "write", full)
    with pytest.raises(PageError, match=r"cannot write '.*r\.csv': No space left on device; nothing was written") as e:
        files.write(path, MAKERS)
    assert "what stood there before is unchanged" in str(e.value)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["r.csv"]
