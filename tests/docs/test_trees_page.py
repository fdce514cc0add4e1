"""The page on trees: its snippets run, and its commands are commands."""

import doctest
import re
import shlex
from pathlib import Path

import typer

from peacetalks.cli.app import app

PAGE = Path(__file__).parents[2] / "docs" / "trees.md"


def test_the_snippets_print_what_they_say():
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert found.attempted >= 6
    assert found.failed == 0


def test_the_commands_have_the_options_that_they_are_given():
    commands = typer.main.get_command(app).commands
    shown = [shlex.split(line, comments=True) for line in re.findall(r"^    peacetalks (.*)$", PAGE.read_text(), re.M)]
    assert len(shown) >= 9
    for name, *rest in shown:
        commands[name].make_context(name, rest, resilient_parsing=True)
        options = {o for p in commands[name].params for o in p.opts}
        assert {part for part in rest if part.startswith("-")} <= options, rest
