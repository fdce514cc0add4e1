"""The schemas of what the commands print with `--json`."""

import pytest
from support.command_line import run
from support.schemas import fits, fitting

from peacetalks.errors import PageError
from peacetalks.pages import schemas


def test_every_shipped_schema_is_fresh_and_none_is_left_over():
    assert schemas.shipped() == {command: schemas.text(command) for command in sorted(schemas.ROOTS)}, (
        "run `python -m peacetalks.pages.schemas`"
    )


def test_an_unknown_command_is_refused():
    with pytest.raises(PageError, match=r"no schema of the command 'chek'. Did you mean 'check'\?"):
        schemas.schema("chek")


def test_check_prints_what_its_schema_says(capsys):
    code, out, _ = run(capsys, "check", "korea-1951", "--json")
    assert code == 0
    printed = fitting("check", out)
    assert printed["numbers"]["total"] > 20
    assert not fits("check", {**printed, "extra": 1})
    assert not fits("check", {**printed, "states": -1})
