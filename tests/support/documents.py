"""Pages whose commands are run: blocks of ```console, one folder a page, outputs compared line by line.

A line that begins with `$ ` is a command; what follows, up to the next one, is what it prints on standard output (`...`
stands for anything).  Commands are `peacetalks ...`, and few others (`COMMANDS`).  A block that begins with `# not run`
is for people only (installing).  A block such as ```csv questions.csv is written to that file.  ```python blocks run
in one process, in order, as doctests where they have `>>>`.

`python tests/support/documents.py FILE ...` runs pages and writes what commands print into them anew: as many lines as
stand there where a line `...` ends them, else all.  Outputs of ```python blocks are not written, only compared.
"""

from __future__ import annotations

import contextlib
import doctest
import glob
import io
import os
import re
import shlex
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^```(console|python|(?:csv|toml|json) \S+)\n(.*?)^```$", re.M | re.S)
NOT_RUN = "# not run"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Command:
    """A command of a page, what the page says that it prints, and what it printed."""

    line: str
    expected: str
    printed: str
    seconds: float

    @property
    def same(self):
        """Whether it printed what the page says; nothing said is nothing compared."""
        return not self.expected.strip() or doctest.OutputChecker().check_output(self.expected, self.printed, FLAGS)


def commands(block):
    """Yield (command, expected output) of a console block; a command goes on after a backslash.

    >>> list(commands("$ peacetalks list\\na\\n$ cat x\\n"))
    [('peacetalks list', 'a\\n'), ('cat x', '')]
    """
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        line, _, expected = part.replace("\\\n", "").partition("\n")
        yield " ".join(line.split()) if '"' not in line else line.strip(), expected


def run_page(path):
    """Run a page's blocks in order in a new folder; return the commands, raise `AssertionError` where one fails."""
    text, found, names = Path(path).read_text(encoding="utf-8"), [], {}
    here = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="page-") as folder:
        os.chdir(folder)
        try:
            for kind, body in BLOCK.findall(text):
                if body.startswith(NOT_RUN):
                    continue
                if " " in kind:
                    Path(kind.split()[1]).write_text(body, encoding="utf-8")
                else:
                    found += _console(body) if kind == "console" else _python(body, names)
        finally:
            os.chdir(here)
    return found


def assert_page(path):
    """Run a page, and assert that it runs something and that each command prints what the page says; return them."""
    found = run_page(path)
    assert found, f"{path.name} runs nothing"
    for c in found:
        assert c.same, f"{path.name}: $ {c.line}\nsays:\n{c.expected}\nprinted:\n{c.printed}"
    return found


def _console(body):
    return [_run(line, expected) for line, expected in commands(body)]


def _run(line, expected):
    argv, began, out = [f for word in shlex.split(line) for f in _files(word)], time.monotonic(), io.StringIO()
    with contextlib.redirect_stdout(out):
        COMMANDS[argv[0]](argv[1:])
    return Command(line, expected, out.getvalue(), time.monotonic() - began)


def _files(word):
    """Return the files that a word with `*` stands for, as a shell does; else the word."""
    return sorted(glob.glob(word)) or [word] if "*" in word else [word]


def _peacetalks(argv):
    from peacetalks.cli import main

    code = None
    try:
        main(argv)
    except SystemExit as e:
        code = e.code
    assert not code, f"peacetalks {shlex.join(argv)} ended with exit code {code}"


def _sed(argv):
    """`sed -i s/A/B/ FILE`: the one edit by which pages change a file."""
    flag, edit, name = argv
    _, old, new, _ = edit.split(edit[1])
    assert flag == "-i"
    text = Path(name).read_text(encoding="utf-8")
    assert re.search(old, text, re.M), f"{name} has nothing like {old!r}"
    Path(name).write_text(re.sub(old, new, text, flags=re.M), encoding="utf-8")


def _cat(argv):
    print("".join(Path(name).read_text(encoding="utf-8") for name in argv), end="")


COMMANDS = {"peacetalks": _peacetalks, "sed": _sed, "cat": _cat}


def _python(body, names):
    """Run a python block in `names`: as a doctest where it has prompts, else as it stands."""
    began, out = time.monotonic(), io.StringIO()
    if ">>>" not in body:
        with contextlib.redirect_stdout(out):
            exec(compile(body, "page", "exec"), names)
        return [Command(body, "", out.getvalue(), time.monotonic() - began)]
    test = doctest.DocTestParser().get_doctest(body, names, "page", None, 0)
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    failed = runner.run(test, out=out.write, clear_globs=False).failed
    names.update(test.globs)
    assert not failed, out.getvalue()
    return [Command(body, "", "", time.monotonic() - began)]


def remake(path):
    """Write what the commands of a page print into it; outputs that the page cuts with `...` stay as they are."""
    text = Path(path).read_text(encoding="utf-8")
    for c in run_page(path):
        if c.expected.strip():
            at = text.index(f"$ {c.line}\n") if f"$ {c.line}\n" in text else 0
            text = text[:at] + text[at:].replace(c.expected, _as_long(c), 1)
        print(f"{c.seconds:6.1f} s  {c.line.splitlines()[0]}", file=sys.stderr)
    Path(path).write_text(text, encoding="utf-8")


def _as_long(c):
    """Return what a command printed: as many lines as the page has before a last line `...`, or all of it."""
    text = c.expected.rstrip("\n")
    said, printed = text.splitlines(), [x.rstrip() for x in c.printed.splitlines()]
    if said[-1] == "...":
        printed = [*printed[: len(said) - 1], "..."]
    return "\n".join(printed) + c.expected[len(text) :]


if __name__ == "__main__":
    for name in sys.argv[1:]:
        remake(name)
