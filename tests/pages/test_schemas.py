"""The schemas of what the commands print with `--json`: shipped, fresh, strict, and kept by real output."""

import json
from dataclasses import fields
from pathlib import Path

import pytest
import typer
from support.command_line import run
from support.schemas import fits, fitting
from support.tiny import tiny

from peacetalks.cli.app import app
from peacetalks.errors import PageError
from peacetalks.forecasting.explain import explain
from peacetalks.pages import schemas, table_page
from peacetalks.pages.audit_page import audit_page
from peacetalks.pages.compare_page import compare_page
from peacetalks.pages.files import json_text
from peacetalks.pages.infer_page import infer_page
from peacetalks.pages.schemas.infer import Evidence
from peacetalks.questions.claims import Claim, audit
from peacetalks.questions.marginal_likelihood import Evidence as LogEvidence

GAMES = Path(__file__).parents[1] / "cases" / "games"


def printing_json(group, words=()):
    """The commands that have --json, each as its words."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from printing_json(command, (*words, name))
        elif any("--json" in p.opts for p in command.params):
            yield "-".join((*words, name))


def test_every_shipped_schema_is_fresh_and_none_is_left_over():
    assert schemas.shipped() == {command: schemas.text(command) for command in sorted(schemas.ROOTS)}, (
        "run `python -m peacetalks.pages.schemas`"
    )


def test_every_command_that_prints_json_has_a_schema():
    found = set(printing_json(typer.main.get_command(app)))
    assert found - {"forecast"} <= set(schemas.ROOTS)
    assert {"check", "compare", "evidence-outside"} <= found


def test_a_table_of_a_schema_takes_no_other_keys():
    for command in schemas.ROOTS:
        root = schemas.schema(command)
        tables = [root, *root.get("$defs", {}).values()]
        loose = [t["title"] for t in tables if "properties" in t and t.get("additionalProperties") is not False]
        assert loose == [], command
        assert root.get("description") or root.get("items"), command


def test_an_unknown_command_is_refused():
    with pytest.raises(PageError, match=r"no schema of the command 'chek'. Did you mean 'check'\?"):
        schemas.schema("chek")


@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("check", ["check", "korea-1951", "--json"]),
        ("evidence-outside", ["evidence", "outside", "interstate", "--months", "12", "--json"]),
        pytest.param(
            "evidence-outside",
            ["evidence", "outside", "civil", "--method", "regression", "--months", "12", "--json"],
            marks=pytest.mark.slow,
        ),
        ("evidence-conflicts", ["evidence", "conflicts", "korea", "--json"]),
        ("evidence-status", ["evidence", "status", "--json"]),
        ("evidence-cards", ["evidence", "cards", "ucdp-acd"]),
        ("solve-game", ["solve-game", GAMES / "battle_of_the_sexes.json"]),
    ],
)
def test_a_command_prints_what_its_schema_says(capsys, command, args):
    code, out, _ = run(capsys, *args)
    assert code == 0
    printed = fitting(command, out)
    assert not fits(command, {**printed, "extra": 1})
    for key in printed:
        without = {k: v for k, v in printed.items() if k != key}
        assert not fits(command, without), key


def test_explain_compare_infer_and_audit_fit_their_schemas(base, compared, inferred):
    a = audited()
    found = {
        "explain": json_text(explain(base, periods=2, belief_points=2).to_dict()),
        "compare": table_page.makers(compare_page(compared), compared.to_dict())[".json"](),
        "infer": table_page.makers(infer_page(inferred), inferred.to_dict())[".json"](),
        "audit": table_page.makers(audit_page(a), a.to_dict())[".json"](),
    }
    for command, text in found.items():
        printed = fitting(command, text)
        assert printed["scenario"] == "korea-1951"
        assert not fits(command, {**printed, "scenario": 1})
        assert not fits(command, {**printed, "extra": 1})
    wrong = json.loads(found["compare"])
    wrong["accounts"]["base"]["model"]["peace"][0] = 1.5
    assert not fits("compare", wrong)


def audited():
    """Claims of both kinds, with an interval and without."""
    queries = {"more": "P(peace by 2) > P(nowhere by 2)", "number": "P(peace by 2)"}
    asked = [
        Claim(id=name, rows=[1], sentence="A sentence.", attributed_to="a test", query=q) for name, q in queries.items()
    ]
    return audit(tiny(periods=3), asked, draws=2, belief_points=2)


def test_log_evidence_is_printed_with_the_keys_of_its_schema():
    assert {f.name for f in fields(LogEvidence)} == set(Evidence.model_fields)
    Evidence.model_validate(LogEvidence.at_a_point(-1.5).to_dict())
