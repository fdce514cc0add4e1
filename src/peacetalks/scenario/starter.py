"""Scenario files to start from, each key explained beside it: the starter, and any other table as such a text.

The starter is a file of its own (`starter.toml`).  It holds no conflict's numbers or sources: what the record
identifies is left out, and what its user must change says `starter`, which `peacetalks check` counts.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from importlib import resources
from typing import TYPE_CHECKING, Literal, get_args, get_origin

from peacetalks.scenario.scenario import Scenario
from peacetalks.scenario.validation import model_at, table_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

Explained = set[tuple[type["BaseModel"], str]]  # keys that were explained; "" stands for the table itself
HEAD = """\
# A scenario to start from. Change every entry that says "starter"; each key is explained above it where it first
# stands.
"""
FORM = """\
# Every number may be a point (0.4), { value = 0.4, source = "..." }, a range { low = 0.2, mode = 0.4, high = 0.5 } or
# { dist = "normal", mean = 0.4, sd = 0.1 }; add source = "..." to each. Lines that begin with "#:" are keys that are
# left out: remove the "#: " to use them. Check the file with `peacetalks check`.

"""
EXAMPLES = {  # where the default, or the smallest value that may stand there, is no good example
    "conflict.state": '"settlement"',
    "conflict.since": "AS_OF",
    "conflict.ucdp": "0",
    "conflict.previous": "0",
    "conflict.ceasefires": "0",
    "sides.types.war_cost": "0.005",
    "battlefield.mobility": "0.1",
    "talks.offer": "0.25",
    "talks.ask": "0.1",
    "talks.stall": "0.6",
    "talks.reopen": "0.1",
    "talks.accept": "0.05",
    "ceasefire.incident": "0.03",
    "ceasefire.incident_one": "0.2",
    "ceasefire.incident_both": "0.5",
    "ceasefire.accept": "0.1",
    "window.chance": "0.05",
    "sanctions.label": '"an outside power"',
    "pact.members": '["an ally"]',
    "third_party.label": '"a third party"',
    "guarantor.label": '"a guarantor"',
    "third_party.types": "{ one = { share = 1.0, war_cost = 0.01 } }",
    "turnover.election": "12",
    "turnover.steps": "12",
    "agenda.points": '["a first point", "a second point"]',
    "agenda.terms": "[0.4, 0.6]",
}


def starter(as_of: dt.date | None = None) -> str:
    """Return the text of a starter file dated `as_of` (default today), valid once the record fills what is left out.

    >>> "#: war_cost = 0.005  # Cost of a period of full fighting" in starter(dt.date(2020, 1, 1))
    True
    """
    day = as_of or dt.date.today()
    text = (resources.files("peacetalks.scenario") / "starter.toml").read_text(encoding="utf-8")
    text = text.replace("START", day.replace(year=day.year - 1, day=1).isoformat()).replace("AS_OF", day.isoformat())
    return explained(text, HEAD, day)


def explained(text: str, head: str, as_of: dt.date, marks: Mapping[str, str] | None = None) -> str:
    """Return the TOML text of a scenario with each key explained, and the keys and mechanisms that it leaves out.

    Parameters
    ----------
    text : str
    head : str
        Comment at the beginning.
    as_of : datetime.date
        Date of the scenario, for the examples.
    marks : {table.key or table: text}, optional
        Comments of their own above keys, or headers of tables, where these first stand.

    Returns
    -------
    str
    """
    done: Explained = set()
    left = dict(marks or {})
    blocks = re.split(r"(?m)^(?=\[)", text)
    headers = [_header(block) for block in blocks]
    models = [model_at(header, Scenario) for header in headers]
    last = {model: i for i, model in enumerate(models)}
    out = [head + FORM]
    for i, (block, header, model) in enumerate(zip(blocks, headers, models, strict=True)):
        out.append(_explained(block, model, done, header, left))
        if last[model] == i:
            out.append(_left_out(model, done, header))
    out += [f"\n# {left['']}\n"] if "" in left else []
    return ("".join(out) + _unused_tables(done)).replace("AS_OF", as_of.isoformat())


def _header(block: str) -> list[str]:
    """Return the path in the header of a block of TOML; empty where the block has none."""
    found = re.match(r"\[+([^\]]+)\]+", block)
    return found[1].split(".") if found else []


def _table(header: list[str]) -> str:
    """Return the path of a table without the name of a type."""
    return ".".join(header[: header.index("types") + 1] if "types" in header else header)


def _explained(block: str, model: type[BaseModel], done: Explained, header: list[str], marks: dict[str, str]) -> str:
    """Return a block of TOML with a comment above the header and above each key that stands for the first time."""
    lines, quoted = [], False
    for line in block.splitlines():
        key = re.match(r"(\w+) =", line)
        if line.startswith("[") and (model, "") not in done:
            done.add((model, ""))
            lines.append(f"# {(model.__doc__ or '').strip()}")
            lines += _mark(_table(header), marks)
        if key and not quoted and (model, key[1]) not in done:
            done.add((model, key[1]))
            text = model.model_fields[key[1]].description
            lines += [f"# {text}"] if text else []
            lines += _mark(f"{_table(header)}.{key[1]}".strip("."), marks)
        quoted ^= line.count('"""') % 2 == 1
        lines.append(line)
    return "\n".join(lines) + "\n"


def _mark(path: str, marks: dict[str, str]) -> list[str]:
    """Return the comment marked for a path, once."""
    return [f"# {marks.pop(path)}"] if path in marks else []


def _left_out(model: type[BaseModel], done: Explained, header: list[str]) -> str:
    """Return the keys of a table that the text did not use, commented out."""
    left = [
        (name, field)
        for name, field in model.model_fields.items()
        if (model, name) not in done and table_of(field.annotation) is None and name != "types"
    ]
    done |= {(model, name) for name, _ in left}
    return "".join(f"#: {name} = {_sample(f'{_table(header)}.{name}', f)}  # {f.description}\n" for name, f in left) + (
        "\n" if left else ""
    )


def _unused_tables(done: Explained) -> str:
    """Return the mechanisms that the text did not use, commented out."""
    out = []
    for name, field in Scenario.model_fields.items():
        model = table_of(field.annotation)
        if model is not None and (model, "") not in done:
            out.append(f"\n# {(model.__doc__ or '').strip()}\n#: [{name}]\n")
            fields = model.model_fields.items()
            out += [f"#: {key} = {_sample(f'{name}.{key}', f)}  # {f.description}\n" for key, f in fields]
    return "".join(out)


def _sample(path: str, field: FieldInfo) -> str:
    """Return a value to start from: an example, the default, or the smallest thing that may stand there."""
    if path in EXAMPLES:
        return EXAMPLES[path]
    value = None if field.is_required() else field.get_default(call_default_factory=True)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        kind = str(field.annotation)
        choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
        if choices:
            value = choices[0]
        elif kind.startswith("list["):
            return "[0.5]" if "Number" in kind or "float" in kind else '["someone"]'
        else:
            value = "someone" if "str" in kind else 36 if "int" in kind else 0.01
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return str(value)
    return f'"{value}"' if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)
