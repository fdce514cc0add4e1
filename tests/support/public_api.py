"""The public interface as text, one line for each promise: what `tests/house/public_api.txt` freezes.

Remake it after a change that is meant: `python tests/support/public_api.py tests/house/public_api.txt`.

Written are the names in `peacetalks.__all__` with their signatures, the fields and methods of the values that they
return, the commands with their arguments and options, and the top-level keys of the JSON Schemas.
"""

import dataclasses
import inspect
import json
import re
import sys
from importlib import import_module
from pathlib import Path

from typer.main import get_command

import peacetalks as pt

# Classes of values that public functions return, which no public name gives.
RETURNED = ("Answer", "Driver", "Outlook", "Paths", "WhatIf")
SCHEMAS = ("forecast.schema.json", "scenario.schema.json")
INTERNAL = {  # the solver's own arrays and positions in them, whose layout is no promise
    "Solution": {
        "compiled", "grid", "values", "boundary_values", "logs", "log_ptr", "multiple_at", "period_slice", "nodes",
        "node_at", "slice_of_node", "strategy_size", "beliefs", "flat_belief", "matrices",
    },
}  # fmt: skip


def of_classes():
    """Yield the class of every public name and of every returned value, by name."""
    for name in pt.__all__:
        getattr(pt, name)  # public names are loaded when they are first used
    loaded = [m for name, m in sorted(sys.modules.items()) if name.split(".")[0] == "peacetalks"]
    for name in sorted({*pt.__all__, *RETURNED}):
        holders = [m for m in loaded if inspect.isclass(vars(m).get(name))]
        if holders:
            yield name, vars(holders[0])[name]


def signature(thing):
    """Return the signature of a callable as text; types without the module that they stand in, which may move."""
    return re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Z])", "", str(inspect.signature(thing)))


def of_class(name, cls):
    """Yield a line for the constructor, each field, and each method or property of a class."""
    model = getattr(cls, "model_fields", None)  # of pydantic: what a file may hold
    fields = [f.name for f in dataclasses.fields(cls)] if dataclasses.is_dataclass(cls) else list(model or ())
    hidden = INTERNAL.get(name, set())
    if issubclass(cls, Exception):
        yield f"class {name}({', '.join(base.__name__ for base in cls.__bases__)})"
    elif model or hidden or name in RETURNED:
        yield f"class {name}: made by functions of the package"
    else:
        yield f"class {name}{signature(cls)}"
    for field in fields:
        if field not in hidden and not field.startswith("_"):
            yield f"{name}.{field}{' (required)' if model and model[field].is_required() else ''}"
    bases = [base for base in cls.__mro__ if base.__module__.split(".")[0] == "peacetalks"]
    members = {member: value for base in reversed(bases) for member, value in vars(base).items()}
    for member, value in sorted(members.items()):
        if member.startswith(("_", "model_")) or member in fields or member in hidden:
            continue
        if callable(value):
            yield f"{name}.{member}{signature(value)}"
        elif isinstance(value, property) or hasattr(value, "func"):
            yield f"{name}.{member}: property"
        else:
            yield f"{name}.{member} = {value!r}"


def of_commands(command, path=("peacetalks",)):
    """Yield a line for a command's path and one for each of its arguments and options, then its subcommands."""
    yield f"$ {' '.join(path)}"
    for p in command.params:
        is_option = p.opts[0].startswith("-")
        names = " ".join([*p.opts, *p.secondary_opts]) if is_option else f"<{p.name}>"
        many = p.nargs != 1 or getattr(p, "multiple", False)
        default = " ..." if many else f" = {p.default!s}"
        yield f"$ {' '.join(path)} {names}{' (required)' if p.required else default}"
    for name, inner in sorted(getattr(command, "commands", {}).items()):
        yield from of_commands(inner, (*path, name))


def command_line():
    """Return the command line's command."""
    try:
        module = import_module("peacetalks.cli.app")
    except ModuleNotFoundError:  # as it stood before the rooms, so that older checkouts can be asked too
        module = import_module("peacetalks.cli")
    return get_command(module.app)


def of_schema(name):
    """Yield a line for each top-level key of a JSON Schema of the package."""
    path = next(Path(pt.__file__).parent.rglob(name))
    schema = json.loads(path.read_text(encoding="utf-8"))
    needed = set(schema.get("required", ()))
    for key in sorted(schema["properties"]):
        yield f"{name}: {key}{' (required)' if key in needed else ''}"


def public_api():
    """Return the whole public interface as text."""
    lines = [f"peacetalks: {', '.join(pt.__all__)}", ""]
    for name in pt.__all__:
        if inspect.isfunction(getattr(pt, name)):
            lines.append(f"{name}{signature(getattr(pt, name))}")
    for name, cls in of_classes():
        lines += ["", *of_class(name, cls)]
    lines += ["", *of_commands(command_line())]
    for name in SCHEMAS:
        lines += ["", *of_schema(name)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(public_api(), encoding="utf-8")
