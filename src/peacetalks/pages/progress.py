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
def progress(words: str, unit: str = "solves") -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on stderr, where that is a terminal, while the block runs.

    Yields the callback `(done, all)` that moves it; `unit` says of what.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn(f"{{task.completed}}/{{task.total}} {unit}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(escape(words), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
