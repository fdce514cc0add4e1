"""Progress of long work: pace and time left, a bar on a terminal, plain lines elsewhere, nothing where it is short."""

import io
import time

import pytest
from rich.console import Console
from support.tiny import tiny

import peacetalks as pt
from peacetalks.pages import progress as module
from peacetalks.pages.pace import Pace
from peacetalks.pages.progress import progress

USUAL = module.QUIET  # before the fixture of all tests sets it


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pace(clock):
    return Pace(clock)


@pytest.fixture
def soon(monkeypatch):
    """Lines come after hundredths of a second."""
    monkeypatch.setattr(module, "QUIET", 0.02)
    monkeypatch.setattr(module, "GAPS", ((float("inf"), 0.02),))


def test_the_time_left_is_known_before_the_first_piece_is_done(pace, clock):
    pace.pieces([6.0, 1.0, 3.0])
    assert pace.left() is None
    pace.share(0.5)
    clock.now += 30.0  # 3 of 10 units
    assert pace.left() == pytest.approx(70.0)
    assert pace.fraction == pytest.approx(0.3)


def test_pieces_count_by_their_weight(pace, clock):
    pace.pieces([6.0, 1.0, 3.0])
    clock.now += 60.0
    pace.finished(0)
    pace.count(1, 3)
    assert pace.left() == pytest.approx(40.0)


def test_pieces_of_later_batches_weigh_what_these_do_on_average(pace, clock):
    pace.pieces([2.0, 4.0])
    clock.now += 20.0
    pace.finished(0)
    pace.count(1, 5)  # one more of this batch (4), three later ones of 3 each
    assert pace.left() == pytest.approx(130.0)
    pace.pieces([3.0, 3.0, 3.0])
    assert 0 < pace.fraction < 1


def test_several_processes_share_the_rest(pace, clock):
    pace.pieces([1.0] * 9)
    clock.now += 10.0
    pace.finished(0)
    pace.count(1, 9)
    pace.processes(4)
    assert pace.left() == pytest.approx(20.0)  # before any of them is done: 8 pieces by 4 processes, 10 s each
    clock.now += 10.0
    pace.finished(1)
    pace.count(2, 9)
    assert 15.0 < pace.left() < 30.0


def test_without_pieces_the_count_is_the_work(pace, clock):
    pace.count(0, 8)
    assert pace.left() is None
    clock.now += 5.0
    pace.count(2, 8)
    assert pace.left() == pytest.approx(15.0)


def test_short_work_writes_nothing(capsys, monkeypatch):
    monkeypatch.setattr(module, "QUIET", USUAL)
    with progress("Solving") as report:
        report(1, 2)
    assert capsys.readouterr().err == ""
    assert USUAL >= 5
    assert all(gap >= 5 for _, gap in module.GAPS)


def test_long_work_writes_plain_lines_from_the_start_to_the_end(soon, capsys):
    with progress("Comparing") as report:
        report(1, 4)
        time.sleep(0.2)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) >= 3
    assert lines[0] == "Comparing: 1 of 4 solves, a few seconds left"
    assert lines[-1] == "Comparing: done in a few seconds"
    assert not any(mark in line for line in lines for mark in "\x1b\r")


def test_work_that_fails_is_not_said_to_be_done(soon, capsys):
    def fails():
        with progress("Comparing") as report:
            report(0, 4)
            time.sleep(0.1)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fails()
    err = capsys.readouterr().err
    assert "Comparing: 0 of 4 solves, time left not known yet" in err
    assert "done in" not in err


def test_a_step_has_a_pace_and_a_name_of_its_own(soon, capsys):
    with progress("Calibrating", "pieces") as report:
        report.step("solving the design", 3, 3)
        report.step("sampling the posterior", 1, 10)
        time.sleep(0.1)
    err = capsys.readouterr().err
    assert "sampling the posterior: 1 of 10 pieces, " in err
    assert "solving the design" not in err


def test_one_solve_is_followed_within(soon, capsys, monkeypatch):
    lines = []
    monkeypatch.setattr(module, "_write", lines.append)
    with progress("Solving the game") as report:
        pt.outlook(tiny(), belief_points=3, progress=report)
        assert report.pace.fraction == pytest.approx(1.0)
    assert all(line.startswith("Solving the game: ") for line in lines)


def test_a_terminal_gets_a_bar_with_the_time_left(monkeypatch):
    screen = io.StringIO()
    monkeypatch.setattr(
        module, "Console", lambda stderr: Console(file=screen, force_terminal=True, width=100, legacy_windows=False)
    )
    with progress("Comparing [accounts]") as report:
        report(1, 4)
        time.sleep(0.25)
    text = screen.getvalue()
    assert "Comparing [accounts]" in text
    assert "1 of 4 solves" in text
    assert "left" in text
