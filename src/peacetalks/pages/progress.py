"""The progress bar, on stderr."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def progress(words: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on stderr, where that is a terminal, while the block runs.

    Yields the callback `(solves done, all solves)` that moves it.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} solves"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(escape(words), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
