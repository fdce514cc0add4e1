"""The shape of `peacetalks bulletin --json`, which is that of a bulletin's own file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from peacetalks.bulletin.values import Bulletin
from peacetalks.pages.forecast_schema import Table


class BulletinFile(Table):
    """A bulletin with what says that it is one, as `bulletin.json` holds it."""

    kind: Literal["peacetalks bulletin"]
    format: Literal[2]
    check: str = Field(description="Digest of the bulletin (SHA-256 of its JSON with sorted keys).")
    bulletin: Bulletin
