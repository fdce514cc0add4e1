"""Classic games on the server: the list, a page that is made by work, and what its policy asks of it."""

import re

import pytest

from peacetalks import catalog
from peacetalks.web.render import Frame
from peacetalks.web.work import MAKERS


def test_the_list_leads_to_every_game(client):
    page = client.get("/catalog").text
    assert all(f'href="/catalog/{name}"' in page for name in catalog.names())
    assert [g["name"] for g in client.get("/catalog.json").json()["games"]] == catalog.names()
    answer = client.get("/catalog/faeron")
    assert answer.status_code == 404
    assert "No classic game is called 'faeron'" in answer.text.replace("&#39;", "'")


@pytest.fixture(scope="module")
def made():
    said = []
    return MAKERS["catalog"]("signorino", Frame("catalog", below="signorino"), lambda *at: said.append(at)), said


def test_a_page_has_no_script_and_no_style_of_its_own(made, client):
    page, said = made
    assert said[-1][0] == said[-1][1]
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))", page.html) == []
    assert not re.search(r"<style|\sstyle=|\son\w+=", page.html)
    script = re.search(r'src="(/static/catalog\.js\?v=\w+)"', page.html)[1]
    assert "catalog-data" in client.get(script).text
    assert 'id="slider-0"' in page.html
    assert '"name": "signorino"' in page.json
