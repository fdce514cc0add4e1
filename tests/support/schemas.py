"""Printed JSON against the shipped schema of its command."""

import json

from jsonschema import Draft202012Validator

from peacetalks.pages import schemas


def fitting(command, printed):
    """Return what a command printed with `--json` (or plain values), which fits the command's shipped schema."""
    found = json.loads(printed) if isinstance(printed, str) else printed
    Draft202012Validator(json.loads(schemas.shipped()[command])).validate(found)
    return found


def fits(command, printed):
    """Whether plain values fit the shipped schema of a command."""
    return Draft202012Validator(json.loads(schemas.shipped()[command])).is_valid(printed)
