"""The documentation site: it builds without a network and without a warning, and is whole."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.site import asked_elsewhere, dead_links

import peacetalks as pt
from peacetalks import catalog

DOCS = Path(__file__).parents[2] / "docs"


def test_every_public_name_is_in_the_interface():
    text = "\n".join(p.read_text(encoding="utf-8") for p in DOCS.glob("api/*.rst"))
    shown = set(re.findall(r"^\.\. (?:auto\w+|py:data):: peacetalks\.([\w.]+)", text, re.M))
    for package, names in (("", set(pt.__all__) - {"catalog", "evidence", "trees"}), ("catalog.", catalog.__all__)):
        assert {package + name for name in names} - shown == set()
    assert {f"evidence.{name}" for name in pt.evidence.__all__} - {"evidence.base_rate"} - shown == set()


def test_the_version_is_the_one_of_the_citation():
    cff = (DOCS.parent / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall(r"^version: (.*)$", cff, re.M) == [pt.__version__]


def test_what_a_page_fetches_and_what_leads_nowhere_is_seen(tmp_path):
    (tmp_path / "sheet.css").write_text("@import 'https://example.org/a.css'; p {background: url(b.png)}")
    (tmp_path / "b.html").write_text("<h1 id=here>b</h1>")
    links = ("b.html#here", "b.html#there", "c.html", "https://example.org", "#up")
    page = "".join(f'<a href="{x}">x</a>' for x in links)
    (tmp_path / "a.html").write_text(f'<script src="//example.org/x.js"></script>{page}<img src="gone.png">')
    assert asked_elsewhere(tmp_path) == [("a.html", "//example.org/x.js"), ("sheet.css", "https://example.org/a.css")]
    assert [address for _, address in dead_links(tmp_path)] == ["b.html#there", "c.html", "#up", "gone.png"]


@pytest.mark.slow
def test_the_site_builds_and_every_link_leads_somewhere(tmp_path):
    """One test, so that the site is built once: its notebook is executed by it, and nowhere else."""
    site = tmp_path / "site"
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", str(DOCS), str(site)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert asked_elsewhere(site) == []
    assert dead_links(site) == []
    gallery = (site / "gallery.html").read_text(encoding="utf-8")
    assert [name for name in catalog.names() if f'id="game-{name}"' not in gallery] == []
    assert gallery.count('<figure class="chart">') == len(catalog.names())
    assert_shows_a_forecast((site / "notebooks" / "first-contact.html").read_text(encoding="utf-8"))


def assert_shows_a_forecast(page):
    """Assert that the notebook's page holds what its cells gave: forecasts, rates, a difference, two charts."""
    words = re.sub(r"<[^>]+>", "", page)
    for said in ("Scenario korea-1951: ", "best estimate: peace ", "ceasefire fails within 90 days: ", "difference"):
        assert said in words, said
    assert len(re.findall(r'<img [^>]*src="\.\./_images/\w+\.svg"', page)) == 2
    assert "Traceback" not in words
