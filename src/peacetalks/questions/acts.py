"""The table of acts: how public acts become moves of the game (`acts.toml`)."""

from __future__ import annotations

from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator, model_validator

from peacetalks.questions.codes import split, wrong_codes
from peacetalks.scenario.files import folder, read
from peacetalks.scenario.tables import Part
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import ValidationInfo

Text = Field(min_length=1)


class Act(Part):
    """A line of the table of acts: by which codes it is known, and which moves of the game it may be."""

    name: str = Text
    cameo: list[str] = Field(default_factory=list)
    plover: list[str] = Field(default_factory=list)
    stage: str = Text
    moves: list[str] = Field(min_length=1)
    by: Literal["actor", "any"] = "actor"

    @field_validator("cameo", "plover")
    @classmethod
    def _codes(cls, codes: list[str], info: ValidationInfo) -> list[str]:
        if wrong := wrong_codes(f"{info.field_name}:{code}" for code in codes):
            raise ValueError("; ".join(wrong.values()))
        return codes


class Acts(Part):
    """How public acts become moves."""

    act: list[Act] = Field(min_length=1)
    quiet: dict[str, list[str]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _once(self) -> Acts:
        """Refuse a name or a code in two lines: only the first would ever be used."""
        for what in ("name", "cameo", "plover"):
            given = [x for line in self.act for x in ([line.name] if what == "name" else getattr(line, what))]
            if twice := [x for x, n in Counter(given).items() if n > 1]:
                raise ValueError(f"the {what} {shorten(twice[0])} stands in the table twice; keep one")
        return self

    def find(self, name: str) -> Act | None:
        """Return the line for a word, `cameo:CODE` (longest listed beginning) or `plover:ROOT`; None if there is none.

        >>> acts().find("cameo:1312").name, acts().find("cameo:1211").name, acts().find("cameo:014")
        ('threaten sanctions', 'decline', None)
        """
        scheme, code = split(name)
        if scheme == "cameo":
            for n in range(len(code), 1, -1):
                for line in self.act:
                    if code[:n] in line.cameo:
                        return line
            return None
        if scheme == "plover":
            return next((line for line in self.act if code in line.plover), None)
        return next((line for line in self.act if line.name == name), None)


def acts(scenario: str | Path | None = None, path: Path | None = None) -> Acts:
    """Return the table of acts: the file `path`, the one beside the scenario, or the shipped one."""
    if path is not None:
        return read(path, Acts)
    own = folder(scenario) / "acts.toml" if scenario is not None else None
    return read(
        own if own is not None and own.is_file() else resources.files("peacetalks.questions") / "acts.toml", Acts
    )
