"""Scenarios written back as TOML."""

import json


def toml(table):
    lines, tables = [], []
    for key, value in table.items():
        (tables if isinstance(value, dict) or key == "sides" else lines).append((key, value))
    out = [f"{k} = {_value(v)}" for k, v in lines]
    for key, value in tables:
        for part in value if key == "sides" else [value]:
            out.append(f"[[{key}]]" if key == "sides" else f"[{key}]")
            out += [f"{k} = {_value(v)}" for k, v in part.items()]
    return "\n".join(out)


def _value(v):
    if isinstance(v, dict):
        return "{" + ", ".join(f"{k} = {_value(x)}" for k, x in v.items()) + "}"
    if isinstance(v, list):
        return "[" + ", ".join(map(_value, v)) + "]"
    return json.dumps(v) if isinstance(v, str | bool | int | float) else str(v)
