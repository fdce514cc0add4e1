"""The commented starter scenario, generated from the schema."""

from __future__ import annotations

from importlib import resources
from typing import Any

from pydantic import BaseModel

from peacetalks.spec import Scenario


def starter() -> str:
    """Return a starter file: the bundled korea-1951 scenario, below a comment that explains every key."""
    text = (resources.files("peacetalks") / "scenarios" / "korea-1951.toml").read_text(encoding="utf-8")
    return "# Every key of a scenario\n" + "".join(f"# {line}\n" for line in explain(Scenario)) + "\n" + text


def explain(model: type[BaseModel], path: str = "") -> list[str]:
    """Return a line per key: its dotted path and what it means."""
    out = []
    for name, field in model.model_fields.items():
        here = f"{path}.{name}" if path else name
        inner = _part(field.annotation)
        if field.description:
            out.append(f"{here}: {field.description}")
        if inner is not None:
            out += explain(inner, here)
    return out


def _part(hint: Any) -> type[BaseModel] | None:
    for a in (hint, *getattr(hint, "__args__", ())):
        if isinstance(a, type) and issubclass(a, BaseModel):
            return a
        if a is not hint and (found := _part(a)):
            return found
    return None
