"""Where results go: to a file, or to standard output as JSON or for people; and where answers are cached meanwhile."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from peacetalks.cli import interrupt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.pages.files import Makers


def check_output(output: Path | None, suffixes: Iterable[str] | None, *used: str | Path | None) -> None:
    """Raise `PageError` where the file `output` cannot be written, so that nothing is computed in vain.

    It may have one of the `suffixes` (None: any), and is none of the files that the same command uses.
    """
    if output is not None:
        from peacetalks.pages import files

        files.check(output, suffixes, [Path(x) for x in used if x is not None])


def deliver(makers: Makers, show: Callable[[], None], as_json: bool, output: Path | None) -> None:
    """Write a result to the file `output`, or print it as JSON, or show it for people.

    `makers` returns the text for each suffix of a file; that of `.json` is printed too.
    """
    if output is not None:
        from peacetalks.pages import files

        files.write(output, makers)
        report_written(output)
    elif as_json:
        print(makers[".json"](), end="")
    else:
        show()


def report_written(path: Path, number: int | None = None) -> None:
    """Say on stderr that a file was written, or a number of files into a folder."""
    from peacetalks.pages.printable import printable

    what = path if number is None else f"{number} files into {path}"
    print(printable(f"Wrote {what}"), file=sys.stderr)


@contextmanager
def cached_answers(off: bool, keep: Path | None = None) -> Iterator[AnswerCache | None]:
    """Yield the cache of answers for a command, None where it is `off`, and say on stderr what came from it.

    Where the command ends early, what is cached and how to go on is said; `keep` is a file that holds answers too.
    """
    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.pages.printable import printable

    answers = None if off else AnswerCache.open()

    def going_on() -> str:
        where = str(answers.folder) if answers is not None and answers.folder is not None else ""
        places = " and ".join(x for x in (where, "" if keep is None else str(keep)) if x)
        if not places:
            return "nothing was cached; the same command starts again."
        count = None if answers is None or not where else answers.found + answers.added
        counted = "1 answer is" if count == 1 else f"{'' if count is None else f'{count} '}answers are"
        return printable(f"{counted} kept in {places}; the same command goes on from there.")

    interrupt.when_interrupted(going_on)
    try:
        yield answers
    except Exception:
        interrupt.when_interrupted(interrupt.nothing_written)
        if answers is not None and answers.found + answers.added:
            print(f"peacetalks: {going_on()}", file=sys.stderr)
        raise
    if answers is not None and answers.found:
        found = "1 answer" if answers.found == 1 else f"{answers.found} answers"
        text = f"{found} came from the cache in {answers.folder} (--no-cache solves anew)."
        print(printable(text), file=sys.stderr)
    interrupt.when_interrupted(interrupt.nothing_written)
