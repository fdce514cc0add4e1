"""Pages in the frame of the site: the pages of the package as they are, and those that the site has of its own."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from peacetalks.pages import markup, table_page
from peacetalks.pages.files import json_text
from peacetalks.web.made import Made

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peacetalks.pages.table_page import Page

PACKAGE = "peacetalks.web"
STATIC = dict.fromkeys(("htmx.min.js", "site.js", "catalog.js"), "text/javascript") | {"htmx.LICENSE.txt": "text/plain"}
STYLE = "site.css"
SECTIONS = {  # of a scenario: last part of the address -> name
    "forecast": "Forecast",
    "whatif": "What if",
    "drivers": "Drivers",
    "accounts": "Accounts",
    "beliefs": "Beliefs",
    "claims": "Claims",
    "edit": "Edit",
}
AREAS = {  # of the site: first part of the address -> name
    "library": "Scenarios",
    "catalog": "Classic games",
    "play": "Play",
    "evidence": "Evidence",
    "archive": "Archive",
    "backtest": "Backtest",
}


class Frame(NamedTuple):
    """What stands around a page: where it is in the site."""

    section: str  # of `SECTIONS` or `AREAS`
    scenario: str = ""  # the name in addresses
    query: str = ""  # what stands after the question mark
    may_write: bool = False
    below: str = ""  # a further part of the path

    @property
    def path(self) -> str:
        """The path of the page.

        >>> Frame("archive", below="korea-1951").path, Frame("forecast", "a.toml").json_url
        ('/archive/korea-1951', '/scenario/a.toml/forecast.json')
        """
        above = scenario_path(self.scenario) if self.scenario else ""
        return "/".join([above, self.section, *([quote(self.below, safe="")] if self.below else [])])

    @property
    def json_url(self) -> str:
        """The address of the same as JSON."""
        return f"{self.path}.json{f'?{self.query}' if self.query else ''}"


def scenario_path(name: str) -> str:
    """Return the path of a scenario's pages.

    >>> scenario_path("my war.toml")
    '/scenario/my%20war.toml'
    """
    return f"/scenario/{quote(name, safe='')}"


def fill(template: str, frame: Frame, **values: Any) -> str:
    """Return a template of the site, or of the package's pages, in the frame of the site."""
    environment = markup.environment(PACKAGE)
    known = {"sections": SECTIONS, "areas": AREAS, "scenario_path": scenario_path, "asset": asset_url}
    return environment.get_template(f"{template}.html.jinja").render(frame=frame, **known, **values)


def table_made(page: Page, plain: Mapping[str, Any], frame: Frame, **values: Any) -> Made:
    """Return a page of tables and charts, with its plain values and the finding as JSON."""
    text = json_text({"finding": page.finding, **plain})
    return Made(fill("tables", frame, **table_page.values(page), **values), text)


def asset_url(name: str) -> str:
    """Return the address of an asset, which changes when the asset does."""
    return f"/static/{name}?v={hashlib.sha256(asset(name)).hexdigest()[:12]}"


@cache
def asset(name: str) -> bytes:
    """Return the bytes of an asset: a script of the package, or the style sheet of pages and site together."""
    if name == STYLE:
        environment = markup.environment(PACKAGE)
        sheets = ("style.css.jinja", "catalog.css.jinja", "site.css.jinja")
        return "\n".join(environment.get_template(sheet).render() for sheet in sheets).encode()
    if name == "catalog.js":  # of the package's own page
        return (resources.files("peacetalks.pages") / "templates" / name).read_bytes()
    return (resources.files(PACKAGE) / "static" / name).read_bytes()
