"""The questions of `peacetalks new --ask` on a terminal, one after another; nothing that was answered is lost.

Each question shows what counts without an answer, in brackets.  An empty line keeps that, `?` explains, `<` goes back.
What has been answered is written to a file beside the scenario after each answer, with which the same command goes on.
"""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

from peacetalks.cli import interrupt
from peacetalks.errors import SpecError
from peacetalks.pages.printable import printable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from peacetalks.conflicts.asked import StartingTable
    from peacetalks.scenario.interview import Answer, Question

HELP = "Enter keeps what stands in brackets; ? explains, < goes back, Ctrl-D stops: what was answered is kept."
BACK = ("<", "back")


class Interview:
    """Questions asked on a terminal: what has been answered, and where it is kept."""

    def __init__(self, start: StartingTable, given: Mapping[str, Answer], keep: Path, again: str) -> None:
        """Ask on top of `start` and of answers that are `given`; `again` is the command that goes on from `keep`."""
        self.start, self.answers, self.keep, self.again = start, dict(given), keep, again
        self.saved = False

    def ask(self) -> dict[str, Answer]:
        """Ask what is not answered yet and return all answers; raise `SpecError` where the input ends before."""
        from peacetalks.scenario.interview import questions

        rows = [q for q in questions() if q.key not in self.answers]
        _say(HELP)
        at = 0
        while at < len(rows):
            at = max(0, at + self._step(rows[at], at + 1, len(rows)))
        return {q.key: self.answers[q.key] for q in questions() if q.key in self.answers}

    def _step(self, q: Question, number: int, of: int) -> int:
        """Ask a question until it is answered; return how many questions to go on, -1 for back."""
        stands = self._stands(q)
        _say(f"\n{number} of {of}. {self._words(q)}")
        while True:
            text = self._line(f"  {stands or f'such as: {q.example}'}\n  > ")
            if text == "?":
                _say(_explained(q))
            elif text.lower() in BACK:
                return -1
            elif text == "" and (stands or not q.required):
                return 1
            elif text == "":
                _say(f"  This one is needed, such as: {q.example}")
            elif self._accepted(q, text):
                return 1

    def _stands(self, q: Question) -> str:
        """Return what counts without an answer, with its source."""
        from peacetalks.scenario.interview_defaults import default

        if q.key in self.answers:
            return f"[{self.answers[q.key].text}] your answer"
        found = default(q.key, self.start.table)
        return "" if found is None else f"[{found[0]}] {found[1]}"

    def _words(self, q: Question) -> str:
        """Return a question with the names of the sides."""
        names = (
            self.answers["sides"].values
            if "sides" in self.answers
            else [side["label"] for side in self.start.table["sides"]]
        )
        return q.ask.replace("{1}", names[0]).replace("{2}", names[1])

    def _line(self, prompt: str) -> str:
        """Return a line of input without blanks around it; raise `SpecError` where the input ends."""
        print(printable(prompt), end="", file=sys.stderr, flush=True)
        try:
            line = sys.stdin.readline()
        except UnicodeDecodeError:
            return "\ufffd\0"  # no text; refused as an answer
        if not line:
            _say("")
            raise SpecError(f"the input ended before the last question; {self.going_on()}")
        return line.strip()

    def _accepted(self, q: Question, text: str) -> bool:
        """Take an answer, and keep it; say why where it cannot be meant."""
        from peacetalks.conflicts.asked import asked_file
        from peacetalks.scenario.interview import check_against_date, questions, read_answer

        try:
            answer = read_answer(q, text)
            check_against_date(q, answer, self.start.as_of)
            found = {**self.answers, q.key: answer}
            if self.start.recorded or all(p.key in found for p in questions() if p.required):
                asked_file(self.start, found)
        except SpecError as e:
            _say(f"  {e}")
            return False
        self.answers = found
        self._save()
        return True

    def _save(self) -> None:
        from peacetalks.pages.files import write_text
        from peacetalks.scenario.interview_answers import answers_text

        write_text(self.keep, answers_text(self.answers))
        self.saved = True
        interrupt.when_interrupted(lambda: printable(self.going_on()))

    def going_on(self) -> str:
        """Return what is kept and how to go on."""
        if not self.saved:
            return interrupt.nothing_written()
        count = "1 answer is" if len(self.answers) == 1 else f"{len(self.answers)} answers are"
        return f"{count} kept in {self.keep}; go on with `{self.again}`."


def scenario_from_answers(
    output: Path, conflict: str | None, as_of: str | None, ask: bool, file: Path | None
) -> tuple[str, ...]:
    """Write a scenario from answers, those of a file and with `ask` the rest from the terminal; return notes on it."""
    from peacetalks.conflicts.asked import asked_file, not_answered, numbers_set, starting_table
    from peacetalks.pages import files
    from peacetalks.scenario.interview_answers import read_answers
    from peacetalks.scenario.scenario import parse

    given = {} if file is None else read_answers(file)
    start = starting_table(conflict, as_of)
    keep = output.with_suffix(".answers.toml")
    talk = Interview(start, given, keep, _command(output, conflict, as_of, keep))
    if ask:
        if keep.exists() and (file is None or not keep.samefile(file)):
            raise SpecError(
                f"{keep} holds earlier answers: go on with `{talk.again}`, or delete it to start again; "
                "nothing was written"
            )
        given = talk.ask()
    text = asked_file(start, given)
    files.write_text(output, text)
    if talk.saved and (file is None or not keep.samefile(file)):
        keep.unlink()
    for line in [*numbers_set(parse(text), given), *not_answered(start, given)]:
        _say(line)
    return start.notes


def _command(output: Path, conflict: str | None, as_of: str | None, keep: Path) -> str:
    """Return the command that goes on from the answers that are kept."""
    words = ["peacetalks", "new", str(output), "--ask", "--answers", str(keep)]
    words += [] if conflict is None else ["--conflict", conflict]
    words += [] if as_of is None else ["--as-of", as_of]
    return shlex.join(words)


def _say(text: str) -> None:
    print(printable(text), file=sys.stderr)


def _explained(q: Question) -> str:
    """Return a question explained: what it means, what it sets and how."""
    lines = [*q.explain.strip().splitlines(), f"Sets: {q.to}."]
    lines += [f"How: {q.formula} ({q.exact})."] if q.formula else []
    if q.numeric:
        lines.append("Write 3, 3 of ten, 1 in 40, 30% or a range 2-4; add sure, fairly sure (the default) or unsure.")
    return "\n".join(f"  {line}" for line in lines)
