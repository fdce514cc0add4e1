"""The command line put together: its groups of commands, and the exit codes.

Results go to stdout, progress and notices to stderr.
"""

from __future__ import annotations

import logging
import sys
import traceback

import typer

from peacetalks.cli import accounts, evidence, forecasts, interrupt, scenarios
from peacetalks.cli.options import PLAIN

INTERNAL, BAD_INPUT, INTERRUPTED = 1, 2, 130

app = typer.Typer(help="What can we expect from these peace negotiations?", **PLAIN)
for group in (forecasts, accounts, scenarios):
    group.register(app)
app.add_typer(evidence.app, name="evidence")


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
    logging.basicConfig(stream=sys.stderr, format="%(message)s", level=logging.WARNING)
    if argv is None:
        interrupt.watch()
    try:
        app(argv, prog_name="peacetalks", standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        code = exit_code(error)
        if code == INTERNAL:
            traceback.print_exc()
            print("peacetalks: internal error (above); please report it with the scenario", file=sys.stderr)
        else:
            print(f"peacetalks: {error}", file=sys.stderr)
        sys.exit(code)


if __name__ == "__main__":
    main()
