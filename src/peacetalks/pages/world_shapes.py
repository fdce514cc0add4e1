"""The shapes of countries on a map of the world, as paths of SVG in the Equal Earth projection.

They are drawn once, from the geometry in `map/countries-110m.json` (see `map/card.toml`), and stand in
`map/shapes.json`, which `python -m peacetalks.pages.world_shapes` writes anew.  Antarctica is left out.

References
----------
Savric, B., Patterson, T. and Jenny, B. (2019). The Equal Earth map projection. International Journal of Geographical
Information Science 33(3), 454-465.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path

WIDTH, HEIGHT = 1000, 470  # of the map, in the units of the paths
FOLDER = files("peacetalks.pages") / "map"
GEOMETRY, SHAPES = "countries-110m.json", "shapes.json"


@cache
def shapes() -> dict[str, str]:
    """Return the path of each country: {ISO 3166-1 numeric code, or the source's name where it has none: path}.

    >>> len(shapes()), shapes()["104"][:1]  # 104: Myanmar
    (176, 'M')
    """
    return json.loads((FOLDER / SHAPES).read_text(encoding="utf-8"))


def draw() -> dict[str, str]:
    """Return the paths, drawn from the geometry."""
    import altair as alt

    from peacetalks.pages.markup import svg_text

    topology = json.loads((FOLDER / GEOMETRY).read_text(encoding="utf-8"))
    countries = alt.InlineData(topology, format=alt.TopoDataFormat(type="topojson", feature="countries"))
    chart = (
        alt.Chart(countries, padding=0)
        .mark_geoshape()
        .transform_filter("datum.id != '010'")
        .transform_calculate(key="datum.id || datum.properties.name")
        .encode(description="key:N")
        .project(type="equalEarth")
        .properties(width=WIDTH, height=HEIGHT)
    )
    found = re.findall(r'<path aria-label="([^"]+)"[^>]* d="([^"]+)"', svg_text(chart))
    return {key: re.sub(r"-?\d+\.\d+", lambda m: f"{float(m[0]):.1f}", path) for key, path in sorted(found)}


def box(path: str) -> tuple[float, float, float, float]:
    """Return the box around the largest ring of a path: left, top, right, bottom.

    >>> box("M0,0L4,0L4,2ZM9,9L10,9L10,10Z")
    (0.0, 0.0, 4.0, 2.0)
    """
    rings = [re.findall(r"(-?[\d.]+),(-?[\d.]+)", ring) for ring in path.split("Z") if ring]
    points = [([float(x) for x, _ in ring], [float(y) for _, y in ring]) for ring in rings]
    boxes = [(min(x), min(y), max(x), max(y)) for x, y in points]
    return max(boxes, key=lambda b: (b[2] - b[0]) * (b[3] - b[1]))


def main() -> None:
    """Write the shapes anew."""
    text = json.dumps(draw(), indent=0) + "\n"
    (Path(__file__).parent / "map" / SHAPES).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
