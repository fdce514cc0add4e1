"""The command line put together: its groups of commands, and the exit codes.

Results go to stdout, progress and notices to stderr.
"""

from __future__ import annotations

import io
import logging
import os
import sys
import traceback
from contextlib import suppress

import typer

from peacetalks.cli import (
    accounts,
    archive,
    ask,
    bulletin,
    cache,
    calibrate,
    catalog,
    estimate,
    evidence,
    explore,
    forecasts,
    interrupt,
    play,
    scenarios,
    serve,
    version,
    whatif,
)
from peacetalks.cli.interrupt import INTERRUPTED
from peacetalks.cli.options import PLAIN
from peacetalks.cli.suggest import Commands
from peacetalks.pages.printable import printable

INTERNAL, BAD_INPUT = 1, 2

app = typer.Typer(help="What can we expect from these peace negotiations?", cls=Commands, **PLAIN)
GROUPS = (
    forecasts, ask, whatif, explore, accounts, scenarios, calibrate, catalog, play, estimate, archive, bulletin, serve,
)  # fmt: skip
for group in GROUPS:
    group.register(app)
app.callback()(version.options)
app.add_typer(evidence.app, name="evidence")
app.add_typer(cache.app, name="cache")


class _Printable(logging.Formatter):
    """Notices as a terminal may show them."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a notice without anything that a terminal would obey."""
        return printable(super().format(record))


def exit_code(error: BaseException) -> int:
    """Return the exit code of an error: that of its class, 2 where a file cannot be read or written, else 1.

    >>> exit_code(FileNotFoundError()), exit_code(KeyError())
    (2, 1)
    """
    return getattr(error, "exit_code", BAD_INPUT if isinstance(error, OSError) else INTERNAL)


def main(argv: list[str] | None = None) -> None:
    """Run the command line with `argv`, or with the arguments of the process.

    Exit codes: 0 done, 1 internal, 2 bad input, 3 not solved, 4 missing data, 130 interrupted.
    """
    try:
        _prepare_streams()
        if argv is None:
            interrupt.watch()
        try:
            app(argv, prog_name="peacetalks", standalone_mode=True)
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        interrupt.leave()
    except SystemExit as e:
        if e.code == INTERRUPTED:
            interrupt.leave()
        raise
    except BrokenPipeError:
        _drop_stdout()
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        code = exit_code(error)
        if code == INTERNAL:
            print(printable(traceback.format_exc()), end="", file=sys.stderr)
            print("peacetalks: internal error (above); please report it with the scenario", file=sys.stderr)
        else:
            print(printable(f"peacetalks: {_words(error)}"), file=sys.stderr)
        _drop_stdout()
        sys.exit(code)


def _words(error: Exception) -> str:
    """Return the message of an error; a failed write to standard output names no file."""
    if isinstance(error, OSError) and error.filename is None and error.strerror:
        return f"the output cannot be written: {error.strerror}"
    return str(error)


def _prepare_streams() -> None:
    """Send notices to stderr, and let no character that a stream cannot hold end the program."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Printable("%(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _drop_stdout() -> None:
    """Where standard output cannot be written to (a full disk, a closed pipe), do not try again at the end."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
