"""The commented starter scenario: the bundled korea-1951, each key explained beside it, unused keys as comments."""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pydantic import BaseModel

from peacetalks.scenario.scenario import Scenario

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

HEAD = """\
# A scenario, after the bundled korea-1951. Change the values; each key is explained above it where it first stands.
# Every number may be a point (0.4), { value = 0.4, source = "..." }, a range { low = 0.2, mode = 0.4, high = 0.5 } or
# { dist = "normal", mean = 0.4, sd = 0.1 }; add source = "..." to each. Lines that begin with "#:" are keys that are
# left out: remove the "#: " to use them. Check the file with `peacetalks check`.

"""
EXAMPLES = {  # where what may stand there depends on what stands elsewhere
    "window.chance": "0.05",
    "sanctions.label": '"an outside power"',
    "pact.members": '["an ally"]',
}


def starter() -> str:
    """Return a starter file, each key explained beside it."""
    text = (resources.files("peacetalks.scenario") / "bundled" / "korea-1951.toml").read_text(encoding="utf-8")
    explained: set[tuple[type[BaseModel], str]] = set()
    out = [HEAD]
    blocks = re.split(r"(?m)^(?=\[)", text)
    last = {model_at(_header(b)): i for i, b in enumerate(blocks)}
    for i, block in enumerate(blocks):
        model = model_at(_header(block))
        out.append(_explained(block, model, explained))
        if last[model] == i:
            out.append(_left_out(model, explained))
    return "".join(out) + _unused_tables(explained)


def model_at(path: str) -> type[BaseModel]:
    """Return the model of the table at a dotted path of a scenario; of the scenario itself for an empty path.

    >>> model_at("sides.types.resolute").__name__
    'Kind'
    """
    model: type[BaseModel] = Scenario
    for key in path.split(".") if path else []:
        if key in model.model_fields:
            model = _part(model.model_fields[key].annotation) or model
    return model


def _header(block: str) -> str:
    found = re.match(r"\[+([^\]]+)\]+", block)
    return found[1] if found else ""


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
        if (model, name) not in explained and _part(field.annotation) is None and name != "types"
    ]
    explained |= {(model, name) for name, _ in left}
    return "".join(f"#: {name} = {_sample(field)}  # {field.description}\n" for name, field in left) + (
        "\n" if left else ""
    )


def _unused_tables(explained: set[tuple[type[BaseModel], str]]) -> str:
    """Return the mechanisms that the text did not use, commented out."""
    out = []
    for name, field in Scenario.model_fields.items():
        model = _part(field.annotation)
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


def _part(hint: Any) -> type[BaseModel] | None:
    """Return the table that a type hint holds, if any."""
    for a in (hint, *getattr(hint, "__args__", ())):
        if isinstance(a, type) and issubclass(a, BaseModel):
            return a
        if a is not hint and (found := _part(a)):
            return found
    return None
