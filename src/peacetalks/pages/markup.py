"""HTML from the templates, and charts as SVG that stands in a page: no script, no network."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader

    return Environment(loader=PackageLoader("peacetalks.pages"), autoescape=True)


def fill(template: str, **values: Any) -> str:
    """Return a template of the folder `templates`, filled; text is escaped unless the template calls it safe."""
    return _environment().get_template(f"{template}.html.jinja").render(**values)


def inline_svg(chart: Any) -> str:
    """Return an Altair chart as an SVG element."""
    import vl_convert

    return re.sub(r"<\?xml.*?\?>", "", vl_convert.vegalite_to_svg(chart.to_json()))
