"""HTML from the templates, and charts as SVG that stands in a page: no script, no network."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from peacetalks.pages.printable import printable, printable_values
from peacetalks.pages.styles import END_COLOURS, END_INKS, END_TEXTS, FAINT_INK, INK

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def environment(*packages: str) -> Environment:
    """Return the environment in which templates are filled: those of `packages`, in order, then those of this room.

    A template of an earlier package stands in the place of one of the same name.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader
    from markupsafe import Markup

    def finalize(value: Any) -> Any:
        return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    loader = ChoiceLoader([PackageLoader(name) for name in (*packages, "peacetalks.pages")])
    found = Environment(loader=loader, autoescape=True, finalize=finalize)
    found.globals |= {
        "end_colours": END_COLOURS,
        "end_inks": END_INKS,
        "end_texts": END_TEXTS,
        "ink": INK,
        "faint_ink": FAINT_INK,
    }
    return found


def fill(template: str, **values: Any) -> str:
    """Return a template of the folder `templates`, filled; text is escaped unless the template calls it safe."""
    return environment().get_template(f"{template}.html.jinja").render(**values)


def inline_svg(chart: Any) -> str:
    """Return an Altair chart as an SVG element."""
    return re.sub(r"<\?xml.*?\?>", "", svg_text(chart))


def svg_text(chart: Any) -> str:
    """Return an Altair chart as an SVG file; what no SVG can hold is written out in its texts."""
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(json.dumps(printable_values(chart.to_dict())))
    return printable(drawn)  # in its descriptions of marks the library reads escapes such as \\x1b again


def as_svg(chart: Any) -> Any:
    """Return a chart that a notebook shows as SVG: Altair's own way needs a script from the network."""
    kind = type(chart)
    out = chart.copy()
    object.__setattr__(out, "__class__", type(kind.__name__, (kind,), {"_repr_mimebundle_": _svg_bundle}))
    return out


def _svg_bundle(chart: Any, *_: Any, **__: Any) -> dict[str, str]:
    return {"image/svg+xml": svg_text(chart), "text/plain": repr(chart)}


def png_of_svg(svg: str, scale: float = 2.0) -> bytes:
    """Return an SVG file as PNG, `scale` pixels for each pixel of the page."""
    import vl_convert

    return vl_convert.svg_to_png(svg, scale=scale)
