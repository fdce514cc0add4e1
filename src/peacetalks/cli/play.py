"""The command `play`: take a side of a scenario in the terminal; what was played is kept in a file after every move."""

from __future__ import annotations

import secrets
import shlex
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from peacetalks.cli import interrupt, options
from peacetalks.cli.results import check_output, report_written
from peacetalks.errors import PageError, SpecError
from peacetalks.forecasting.settings import BELIEF_POINTS
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from peacetalks.questions.debrief import Debrief
    from peacetalks.questions.play import Session

WIDTH = 80
MOST_SEED = 10**6  # of a seed that is drawn


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(play)


def play(
    scenario: Annotated[
        str | None, typer.Argument(help="A bundled scenario's name, or the path of a .toml file; not with --resume.")
    ] = None,
    side: Annotated[
        list[str] | None,
        typer.Option(help="Whom you play: 1, 2 or a label; again for each further person at this terminal."),
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--type", help="Your hidden type, one for each --side; else it is drawn.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Fixes every draw; else one is drawn and said.")] = None,
    months: Annotated[int | None, typer.Option(help="Months that are played (12, or the scenario's own).")] = None,
    moves: Annotated[
        str | None, typer.Option(help="Moves without asking: numbers or names, joined by commas, or a file of them.")
    ] = None,
    resume: Annotated[Path | None, typer.Option(help="Go on with the session in this file.")] = None,
    estimate: Annotated[
        bool, typer.Option("--estimate/--no-estimate", help="Set the best estimate at the start into the debrief.")
    ] = True,
    belief_points: options.BeliefPoints = BELIEF_POINTS,
    as_json: options.AsJson = False,
    output: Annotated[Path | None, options.output(".json")] = None,
) -> None:
    """Take a side, with a hidden type: the others play the equilibrium; in the end, how likely it all was."""
    given = {"--side": side, "--type": kind, "--seed": seed, "--months": months}
    name, values = _what(scenario, resume, [key for key, value in given.items() if value is not None])
    file = output or resume or Path(f"{Path(name).stem}.play.json")
    check_output(file, (".json",), name)
    if file.exists() and (resume is None or not file.samefile(resume)):
        raise PageError(
            f"{file} is there already: go on with --resume {shlex.quote(str(file))}, or give another -o FILE"
        )
    if values is None:
        session = _new(name, side or ["1"], kind or [], seed, months, belief_points)
    else:
        session = _again(name, values)
    table = _Table(session, name, file, None if moves is None else _moves(moves), as_json)
    session = table.play()
    if not session.over:
        table.stop()
        return
    looked_back = _look_back(session, estimate)
    table.save(looked_back)
    table.finish(looked_back)


def _what(scenario: str | None, resume: Path | None, settings: list[str]) -> tuple[str, dict[str, Any] | None]:
    """Return the scenario's name, and the values of the session to go on with."""
    from peacetalks.questions.play_file import read_session_file

    if resume is None:
        if scenario is None:
            raise SpecError(
                "name a scenario, such as `peacetalks play korea-1951 --side 1`, or go on with --resume FILE"
            )
        return scenario, None
    if scenario is not None or settings:
        both = ", ".join(([scenario] if scenario else []) + settings)
        raise SpecError(f"--resume FILE goes on with what the file says; leave out {both}")
    values = read_session_file(resume)
    return str(values["scenario"]), values


def _new(
    name: str, sides: list[str], kinds: list[str], seed: int | None, months: int | None, belief_points: int
) -> Session:
    from peacetalks.conflicts.fill import load
    from peacetalks.pages.progress import progress
    from peacetalks.questions.play import start

    if len(kinds) > len(sides) or len(set(sides)) < len(sides):
        raise SpecError("give each --side once, and at most one --type for each, in the same order")
    seats = dict(zip(sides, [*kinds, *[None] * (len(sides) - len(kinds))], strict=True))
    found = load(name)
    with progress("Solving the game"):
        return start(found, seats, secrets.randbelow(MOST_SEED) if seed is None else seed, months, belief_points)


def _again(name: str, values: dict[str, Any]) -> Session:
    from peacetalks.conflicts.fill import load
    from peacetalks.pages.progress import progress
    from peacetalks.questions.play_file import resumed

    found = load(name)
    with progress("Solving the game, and playing again what was played"):
        return resumed(values, found)


def _look_back(session: Session, estimate: bool) -> Debrief:
    """Return the debrief, with the best estimate at the start where it is asked for."""
    from peacetalks.forecasting.outlook import outlook
    from peacetalks.pages.progress import progress
    from peacetalks.questions.debrief import debrief

    with progress("Looking back") as bar:
        o = None
        if estimate:
            o = outlook(session.scenario, session.months, 0, 0, session.belief_points, bar, certify=False)
        return debrief(session, o)


def _moves(text: str) -> list[str]:
    """Return moves given with the command: from a file where there is one of that name, else from the text."""
    from peacetalks.text_files import read_text

    path = Path(text)
    found = read_text(path) if len(text) < 200 and path.is_file() else text
    return [m.strip() for line in found.splitlines() for m in line.split(",") if m.strip()]


class _Table:
    """Where a session is played: the terminal, the moves given beforehand, and the file."""

    def __init__(self, session: Session, name: str, file: Path, given: list[str] | None, quiet: bool) -> None:
        self.session, self.name, self.file, self.given, self.quiet = session, name, file, given, quiet
        self.shown = 0  # events

    def play(self) -> Session:
        """Ask until the game is over, or the input ends; return the session."""
        from peacetalks.pages.play_screen import news, opening_lines

        self.save()
        interrupt.when_interrupted(self.going_on)
        self._say(opening_lines(self.session))
        while not self.session.over:
            self._say(news(self.session, self.shown))
            self.shown = len(self.session.events)
            seat = self.session.waiting[0]
            move = self._ask(seat)
            if move is None:
                return self.session
            self.session = self.session.advance(seat, move)
            self.save()
        self._say(news(self.session, self.shown))
        return self.session

    def _ask(self, seat: str) -> str | None:
        """Return the move that a seat makes; None where the input ends."""
        from peacetalks.pages.play_screen import question

        open_moves = self.session.options(seat)
        self._say(question(self.session, seat))
        while True:
            text = self._next()
            if text is None:
                return None
            if text in open_moves:
                return text
            if text.isdecimal() and 1 <= int(text) <= len(open_moves):
                return open_moves[int(text) - 1]
            wrong = f"{shorten(text)} is none of the moves: give a number from 1 to {len(open_moves)}, or a name"
            if self.given is not None:
                raise SpecError(f"{wrong}: {', '.join(open_moves)}; {self.going_on()}")
            _print(f"  {wrong}.", sys.stderr)

    def _next(self) -> str | None:
        """Return the next move as it was written; None where there is none."""
        if self.given is not None:
            return self.given.pop(0) if self.given else None
        while True:
            print("> ", end="", file=sys.stderr, flush=True)
            line = sys.stdin.readline()
            if not line:
                print(file=sys.stderr)
                return None
            if line.strip():
                return line.strip()

    def save(self, looked_back: Debrief | None = None) -> None:
        """Write the session to its file."""
        from peacetalks.pages import files
        from peacetalks.questions.play_file import session_values

        files.write_text(self.file, files.json_text(session_values(self.session, self.name, looked_back)))

    def going_on(self) -> str:
        """Return what is kept and how to go on."""
        count = len(self.session.moves)
        again = shlex.join(["peacetalks", "play", "--resume", str(self.file)])
        return f"{count} move{'s are' if count != 1 else ' is'} kept in {self.file}; go on with `{again}`."

    def stop(self) -> None:
        """Say that the session is not over, and print it as JSON where that is asked for."""
        if self.quiet:
            print(self.file.read_text(encoding="utf-8"), end="")
        _print(f"The session is not over: {self.going_on()}", sys.stderr)

    def finish(self, looked_back: Debrief) -> None:
        """Show the debrief."""
        from peacetalks.pages.play_screen import debrief_lines

        self._say(debrief_lines(self.session, looked_back))
        if self.quiet:
            print(self.file.read_text(encoding="utf-8"), end="")
        report_written(self.file)

    def _say(self, lines: Iterable[str]) -> None:
        if not self.quiet:
            for line in _wrapped(lines):
                _print(line, sys.stdout)


def _wrapped(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines broken at the width of a terminal, each under its own beginning."""
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()) + (4 if line.lstrip()[:1].isdigit() and line[:1] == " " else 2))
        yield from textwrap.wrap(line, WIDTH, subsequent_indent=indent) or [""]


def _print(line: str, stream: Any) -> None:
    from peacetalks.pages.printable import printable

    print(printable(line), file=stream, flush=True)
