"""How far long work has come, on stderr: a bar on a terminal, elsewhere a plain line every few seconds.

Both say how long the rest takes at the pace so far (`pace`), also before the first piece is done.  Work that takes less
than `QUIET` seconds writes no line.
"""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from peacetalks.equilibrium.watch import watched
from peacetalks.pages.pace import Pace, time_words
from peacetalks.pages.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.progress import Task

QUIET = 5.0  # seconds without a line
GAPS = ((60.0, 5.0), (600.0, 15.0), (float("inf"), 60.0))  # (seconds up to which, seconds between two lines)
WHOLE = 1000  # parts of the bar


class Report:
    """What long work reports to: `report(done, all)` pieces, or `report.step(name, done, all)` of its steps."""

    def __init__(self, words: str, unit: str) -> None:
        self.words, self.unit, self.pace = words, unit, Pace()
        self.lines = 0  # written
        self.changed: Callable[[], None] = lambda: None  # called after every report

    def __call__(self, done: int, total: int) -> None:
        """Take how many pieces are done, of all."""
        self.pace.count(done, total)
        self.changed()

    def step(self, name: str, done: int, total: int) -> None:
        """Take how far a step of the work has come; each has a pace of its own."""
        if name != self.words:
            self.words, self.pace = name, Pace()
        self(done, total)

    def share(self, done: float) -> None:
        """Take the share of the piece that this process works on."""
        self.pace.share(done)
        self.changed()

    def pieces(self, weights: Sequence[float]) -> None:
        """Take that a batch of pieces begins."""
        self.pace.pieces(weights)

    def finished(self, place: int) -> None:
        """Take that a piece of the batch is done."""
        self.pace.finished(place)

    def processes(self, count: int) -> None:
        """Take that so many processes work on the batch."""
        self.pace.processes(count)

    @property
    def counted(self) -> str:
        """How much is done: pieces of all, or a share where there is one piece."""
        p = self.pace
        return f"{p.done} of {p.total} {self.unit}" if p.total > 1 else f"{p.fraction:.0%}"

    @property
    def left(self) -> str:
        """How long the rest takes, in words; empty where that is not known yet."""
        seconds = self.pace.left()
        if seconds is None:
            return ""
        words = time_words(seconds)
        return f"{'' if words.startswith('a ') else 'about '}{words} left"

    def line(self) -> str:
        """Return a plain line."""
        return f"{self.words}: {', '.join(filter(None, (self.counted, self.left or 'time left not known yet')))}"

    def last_line(self) -> str:
        """Return the plain line at the end."""
        return f"{self.words}: done in {time_words(self.pace.elapsed)}"


@contextmanager
def progress(words: str, unit: str = "solves") -> Iterator[Report]:
    """Show on stderr how far work has come while the block runs: a bar on a terminal, elsewhere plain lines.

    Yields what the work reports to: the callback `(done, all)`; `unit` says of what.
    """
    console, report = Console(stderr=True), Report(words, unit)
    with watched(report), _bar(console, report) if console.is_terminal else _lines(report):
        yield report


class _Shown(ProgressColumn):
    """A column of the bar with a text of the report."""

    def __init__(self, text: Callable[[], str]) -> None:
        super().__init__()
        self._text = text

    def render(self, task: Task) -> Text:
        return Text(self._text(), no_wrap=True)


@contextmanager
def _bar(console: Console, report: Report) -> Iterator[None]:
    """Show a bar that vanishes at the end."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        _Shown(lambda: report.counted),
        TimeElapsedColumn(),
        _Shown(lambda: report.left),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(escape(report.words), total=WHOLE)

        def changed() -> None:
            bar.update(task, completed=WHOLE * report.pace.fraction, description=escape(report.words))

        report.changed = changed
        yield


@contextmanager
def _lines(report: Report) -> Iterator[None]:
    """Write plain lines: one after `QUIET` seconds, then one after every gap, and one at the end."""
    over = threading.Event()

    def write() -> None:
        wait = QUIET
        while not over.wait(wait):
            _write(report.line())
            report.lines += 1
            wait = next(gap for until, gap in GAPS if report.pace.elapsed < until)

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        yield
        if report.lines:
            _write(report.last_line())
    finally:
        over.set()
        writer.join()


def _write(line: str) -> None:
    print(printable(line), file=sys.stderr, flush=True)
