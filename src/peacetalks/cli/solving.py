"""What commands that solve games have in common: who solves, the cache of answers, and how far the work has come."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from peacetalks.cli import interrupt
from peacetalks.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.pages.progress import Report


class Solving(NamedTuple):
    """What a command hands on to the function that solves, in the order in which most of them take it."""

    progress: Report
    jobs: int
    answers: AnswerCache | None


@contextmanager
def solving(
    words: str,
    jobs: int | None,
    cluster: str | None,
    no_cache: bool,
    unit: str = "solves",
    keep: Path | None = None,
) -> Iterator[Solving]:
    """Have the games of this block solved as the options say, and show on stderr how far that has come.

    `words` and `unit` are those of the progress, `keep` is a file that holds answers too.
    """
    from peacetalks.forecasting.jobs import processes
    from peacetalks.pages.progress import progress

    with on_cluster(cluster, jobs), cached_answers(no_cache, keep) as answers, progress(words, unit) as report:
        yield Solving(report, processes(jobs), answers)


@contextmanager
def on_cluster(cluster: str | None, jobs: int | None) -> Iterator[None]:
    """Have what is solved in this block solved on a cluster, where one is asked for, and say on stderr which."""
    if cluster is None:
        yield
        return
    if jobs is not None:
        raise SpecError("--jobs and --cluster exclude each other: with --cluster local:N there are N processes here")
    from peacetalks.forecasting.cluster import cluster as cluster_at

    with cluster_at(cluster) as found:
        count = found.count()
        print(f"Cluster at {found.address}: {count} worker{'' if count == 1 else 's'}.", file=sys.stderr)
        yield


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
