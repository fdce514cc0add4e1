"""The brief as PDF, set with typst: one page of A4, the same bytes for the same brief and the same fonts."""

from __future__ import annotations

from dataclasses import asdict
from importlib.resources import files as resources
from typing import TYPE_CHECKING, Any

from peacetalks.pages.files import json_text
from peacetalks.pages.printable import printable_values
from peacetalks.pages.styles import END_COLOURS, END_INKS, END_TEXTS, RowKind

if TYPE_CHECKING:
    from peacetalks.pages.brief import Brief


def pdf(b: Brief) -> bytes:
    """Return the brief as a PDF file of one page."""
    import typst  # of the extra `report`

    template = resources("peacetalks.pages").joinpath("templates", "brief.typ").read_bytes()
    return typst.compile(template, sys_inputs={"brief": json_text(printable_values(plain(b)))})


def plain(b: Brief) -> dict[str, Any]:
    """Return the values that the template takes."""
    found: dict[str, Any] = asdict(b) | {"as_of": b.as_of.isoformat()}
    for s in found["card"]["bar"]["shares"]:
        s |= {"colour": END_COLOURS[s["end"]], "ink": END_INKS[s["end"]], "words": END_TEXTS[s["end"]]}
    found["rows"] = [{"name": r.name, "cells": r.cells, "main": r.kind is not RowKind.RANGE} for r in b.rows]
    return found
