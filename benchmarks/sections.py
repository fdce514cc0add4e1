"""A page whose sections are written by different programs: one section replaced, the others kept."""

from __future__ import annotations

import re
from pathlib import Path


def write_section(path: Path, heading: str, text: str) -> None:
    """Write `text` under the line `heading` of a Markdown page, in place of what stands there up to the next such line.

    A heading begins with one or more `#`; a section ends before the next heading of the same or a higher level.
    """
    page = path.read_text(encoding="utf-8") if path.exists() else ""
    level = len(heading) - len(heading.lstrip("#"))
    here = re.search(rf"^{re.escape(heading)}$", page, re.MULTILINE)
    section = f"{heading}\n\n{text.strip()}\n"
    if here is None:
        path.write_text(f"{page.rstrip()}\n\n{section}".lstrip(), encoding="utf-8")
        return
    after = re.search(rf"^#{{1,{level}}} ", page[here.end() :], re.MULTILINE)
    rest = page[here.end() + after.start() :] if after else ""
    path.write_text(page[: here.start()] + section + (f"\n{rest}" if rest else ""), encoding="utf-8")
