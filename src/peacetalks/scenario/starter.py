"""The commented starter scenario: the bundled korea-1951, each key explained beside it, unused keys as comments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, get_args, get_origin

from peacetalks.scenario.scenario import BUNDLED, Scenario
from peacetalks.scenario.validation import model_at, table_of

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

HEAD = """\
# A scenario, after the bundled korea-1951. Change the values; each key is explained above it where it first stands.
# Every number may be a point (0.4), { value = 0.4, source = "..." }, a range { low = 0.2, mode = 0.4, high = 0.5 } or
# { dist = "normal", mean = 0.4, sd = 0.1 }; add source = "..." to each. Lines that begin with "#:" are keys that are
# left out: remove the "#: " to use them. Check the file with `peacetalks check`.

"""
EXAMPLES = {  # where what may stand there depends on what stands elsewhere
    "conflict.kind": '"interstate"',
    "conflict.state": '"settlement"',
    "conflict.start": "1951-01-01",
    "conflict.since": "1951-07-01",
    "conflict.source": '"where these facts come from"',
    "conflict.intensity": '"war"',
    "conflict.incompatibility": '"territory"',
    "conflict.ucdp": "0",
    "conflict.previous": "0",
    "conflict.ceasefires": "0",
    "window.chance": "0.05",
    "sanctions.label": '"an outside power"',
    "pact.members": '["an ally"]',
}


def starter() -> str:
    """Return the text of a starter file, each key explained beside it; it is a valid scenario as it stands."""
    text = (BUNDLED / "korea-1951.toml").read_text(encoding="utf-8")
    explained: set[tuple[type[BaseModel], str]] = set()
    out = [HEAD]
    blocks = re.split(r"(?m)^(?=\[)", text)
    models = [model_at(_header(block), Scenario) for block in blocks]
    last = {model: i for i, model in enumerate(models)}
    for i, (block, model) in enumerate(zip(blocks, models, strict=True)):
        out.append(_explained(block, model, explained))
        if last[model] == i:
            out.append(_left_out(model, explained))
    return "".join(out) + _unused_tables(explained)


def _header(block: str) -> list[str]:
    """Return the path in the header of a block of TOML; empty where the block has none."""
    found = re.match(r"\[+([^\]]+)\]+", block)
    return found[1].split(".") if found else []


def _explained(block: str, model: type[BaseModel], explained: set[tuple[type[BaseModel], str]]) -> str:
    """Return a block of TOML with a comment above the header and above each key that stands for the first time."""
    lines, quoted = [], False
    for line in block.splitlines():
        key = re.match(r"(\w+) =", line)
        if line.startswith("[") and (model, "") not in explained:
            explained.add((model, ""))
            lines.append(f"# {(model.__doc__ or '').strip()}")
        if key and not quoted and (model, key[1]) not in explained:
            explained.add((model, key[1]))
            text = model.model_fields[key[1]].description
            lines += [f"# {text}"] if text else []
        quoted ^= line.count('"""') % 2 == 1
        lines.append(line)
    return "\n".join(lines) + "\n"


def _left_out(model: type[BaseModel], explained: set[tuple[type[BaseModel], str]]) -> str:
    """Return the keys of a table that the text did not use, commented out."""
    left = [
        (name, field)
        for name, field in model.model_fields.items()
        if (model, name) not in explained and table_of(field.annotation) is None and name != "types"
    ]
    explained |= {(model, name) for name, _ in left}
    return "".join(f"#: {name} = {_sample(field)}  # {field.description}\n" for name, field in left) + (
        "\n" if left else ""
    )


def _unused_tables(explained: set[tuple[type[BaseModel], str]]) -> str:
    """Return the mechanisms that the text did not use, commented out."""
    out = []
    for name, field in Scenario.model_fields.items():
        model = table_of(field.annotation)
        if model is not None and (model, "") not in explained:
            out.append(f"\n# {(model.__doc__ or '').strip()}\n#: [{name}]\n")
            samples = {key: EXAMPLES.get(f"{name}.{key}", _sample(f)) for key, f in model.model_fields.items()}
            out += [f"#: {key} = {samples[key]}  # {f.description}\n" for key, f in model.model_fields.items()]
    return "".join(out)


def _sample(field: FieldInfo) -> str:
    """Return a value to start from: the default, or the smallest thing that may stand there."""
    if not field.is_required() and field.default is not None:
        value = field.get_default(call_default_factory=True)
    else:
        kind = str(field.annotation)
        choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
        if choices:
            value = choices[0]
        elif kind.startswith("list["):
            return "[0.5]" if "Number" in kind or "float" in kind else '["someone"]'
        else:
            value = "someone" if kind == "<class 'str'>" else 36 if "int" in kind else 0.01
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)
