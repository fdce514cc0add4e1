"""The shape of what each command prints with `--json`: typed tables, and the JSON Schema generated from them.

A file `<command>.schema.json` of this folder is generated from one table, `ROOTS[command]`; that of a forecast lies
beside the folder (`pages/forecast.schema.json`).  The tables are typed with pydantic in the manner of
`pages/forecast_schema.py`: no other keys than those written, and what is not known is null.

`python -m peacetalks.pages.schemas` writes every file anew.
"""

from __future__ import annotations

import json
from importlib import import_module, resources
from typing import TYPE_CHECKING, Any

from peacetalks.errors import PageError, suggestion

if TYPE_CHECKING:
    from pydantic import BaseModel

DRAFT = "https://json-schema.org/draft/2020-12/schema"
ROOTS = {  # command, its words joined by "-" -> "module of pages:table"
    "advise": "schemas.advise:Advise",
    "ask": "schemas.ask:Ask",
    "audit": "schemas.audit:Audit",
    "backtest": "schemas.backtest:Backtest",
    "bulletin": "schemas.bulletin:BulletinFile",
    "catalog": "schemas.catalog:Catalog",
    "check": "schemas.check:Check",
    "drivers": "schemas.drivers:Drivers",
    "compare": "schemas.compare:Compare",
    "diff": "schemas.archive:Diff",
    "estimate": "schemas.estimate:Estimate",
    "evidence-add": "schemas.datasets:Added",
    "evidence-base-rate": "schemas.base_rate:BaseRate",
    "evidence-cards": "schemas.datasets:Card",
    "evidence-conflicts": "schemas.evidence:Conflicts",
    "evidence-outside": "schemas.evidence:OutsideForecast",
    "evidence-rebuild": "schemas.datasets:Rebuild",
    "evidence-status": "schemas.evidence:Status",
    "evidence-update": "schemas.evidence:Update",
    "explain": "schemas.explain:Explain",
    "history": "schemas.archive:History",
    "infer": "schemas.infer:Infer",
    "list": "schemas.scenario_list:ScenarioList",
    "play": "schemas.play:Play",
    "score": "schemas.archive:Score",
    "solve-game": "schemas.game:SolvedGame",
    "sweep": "schemas.sweep:Sweep",
    "whatif": "schemas.whatif:WhatIf",
}


def __dir__() -> list[str]:
    return ["schema", "table"]


def table(command: str) -> type[BaseModel]:
    """Return the table that a command's output follows; raise `PageError` for a command that has none.

    >>> table("check").__name__
    'Check'
    """
    if command not in ROOTS:
        raise PageError(f"no schema of the command {command!r}. {suggestion(command, ROOTS)}")
    module, name = ROOTS[command].split(":")
    return getattr(import_module(f"peacetalks.pages.{module}"), name)


def schema(command: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of what `peacetalks COMMAND --json` prints, made from its table.

    >>> schema("check")["title"]
    'Check'
    """
    return {"$schema": DRAFT, **table(command).model_json_schema()}


def text(command: str) -> str:
    """Return the schema of a command as the shipped file holds it."""
    return json.dumps(schema(command), indent=1) + "\n"


def shipped() -> dict[str, str]:
    """Return the shipped schemas: command -> text of its file.

    >>> "check" in shipped()
    True
    """
    suffix = ".schema.json"
    files = sorted(resources.files("peacetalks.pages.schemas").iterdir(), key=lambda f: f.name)
    return {f.name.removesuffix(suffix): f.read_text(encoding="utf-8") for f in files if f.name.endswith(suffix)}
