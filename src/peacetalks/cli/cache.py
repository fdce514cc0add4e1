"""The command about cached answers: `peacetalks cache` and `peacetalks cache clear`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from peacetalks.forecasting.answers import Size

app = typer.Typer(
    help="The cache of answers of compare, infer, audit and draws: where it is and what it holds; `clear` empties it.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
UNITS = ("bytes", "KiB", "MiB", "GiB")


@app.callback(invoke_without_command=True)
def show(context: typer.Context) -> None:
    """Show the folder of cached answers, how many there are, and their size."""
    if context.invoked_subcommand is not None:
        return
    from peacetalks.forecasting.answers import LIMIT, AnswerCache, cache_folder
    from peacetalks.pages.printable import printable

    folder = cache_folder()
    size = AnswerCache(folder).size()
    print(printable(f"folder: {folder}"))
    print(f"answers: {size.entries}")
    print(f"size: {_in_words(size)} of at most {_in_words(LIMIT)}")


@app.command()
def clear() -> None:
    """Remove every cached answer, and nothing else that stands in the folder."""
    from peacetalks.forecasting.answers import AnswerCache, cache_folder
    from peacetalks.pages.printable import printable

    folder = cache_folder()
    size = AnswerCache(folder).clear()
    print(printable(f"Removed {size.entries} answers ({_in_words(size)}) from {folder}."))


def _in_words(size: Size | int) -> str:
    """Return a number of bytes in words.

    >>> _in_words(512), _in_words(1536), _in_words(2**30)
    ('512 bytes', '1.5 KiB', '1.0 GiB')
    """
    value, unit = float(size if isinstance(size, int) else size.bytes), 0
    while value >= 1024 and unit < len(UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:.0f} bytes" if unit == 0 else f"{value:.1f} {UNITS[unit]}"
