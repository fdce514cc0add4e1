"""What may come in, and the headers of what goes out."""

import pytest
from starlette.testclient import TestClient

from peacetalks.web.app import application
from peacetalks.web.guard import HEADERS
from peacetalks.web.settings import BODY, QUERY, settings_for

LOCAL = "http://127.0.0.1:8000"


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "LOCALHOST", "[::1]:8000"])
def test_the_names_of_this_machine_are_served(client, host):
    assert client.get("/robots.txt", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000", "", "0.0.0.0"]
)
def test_another_host_name_is_refused(client, host):
    """DNS rebinding: a name of another site that points at this machine."""
    answer = client.get("/library", headers={"host": host})
    assert answer.status_code == 421
    assert "--name" in answer.text


def test_a_public_instance_is_reached_under_its_names_only():
    settings = settings_for(host="0.0.0.0", names=("forecasts.example",), read_only=True)
    client = TestClient(application(settings), base_url="http://forecasts.example")
    assert client.get("/robots.txt").status_code == 200
    assert client.get("/robots.txt", headers={"host": "localhost"}).status_code == 421


@pytest.mark.parametrize("path", ["/library", "/library.json", "/nothing", "/static/site.js", "/robots.txt"])
def test_every_answer_has_the_headers_that_keep_it_safe(client, path):
    answer = client.get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("path", ["/library", "/scenario/tiny.toml/whatif", "/nothing", "/static/site.js"])
def test_head_answers_as_get_does_without_the_body(client, path):
    asked, headed = client.get(path), client.head(path)
    assert (headed.status_code, headed.content) == (asked.status_code, b"")
    assert headed.headers["content-type"] == asked.headers["content-type"]
    assert headed.headers["content-length"] == asked.headers["content-length"]


def test_a_refusal_has_the_headers_too(client):
    assert client.get("/library", headers={"host": "evil.example"}).headers["x-content-type-options"] == "nosniff"


def test_no_page_has_a_script_or_a_style_of_its_own_or_loads_from_elsewhere(client):
    import re

    for path in ("/library", "/scenario/tiny.toml/whatif", "/scenario/tiny.toml/edit", "/new/edit", "/nothing"):
        text = client.get(path).text
        assert re.findall(r"<script(?![^>]* src=\"/static/)[^>]*>", text) == []
        assert "<style" not in text
        assert not re.search(r"<[^>]* (?:style|on\w+)=", text)
        assert re.findall(r"(?:src|href|action)=\"(?:https?:)?//[^\"]*", text) == []


def test_a_page_of_another_site_cannot_have_anything_computed(client):
    for dest in ("image", "script", "iframe", "empty"):
        headers = {"sec-fetch-site": "cross-site", "sec-fetch-dest": dest}
        assert client.get("/scenario/tiny.toml/forecast.json", headers=headers).status_code == 403
    headers["sec-fetch-dest"] = "document"  # a link that is followed
    assert client.get("/library", headers=headers).status_code == 200
    assert client.post("/check", data={"text": ""}, headers=headers).status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999"])
def test_what_is_sent_from_another_origin_is_refused(client, origin):
    answer = client.post("/check", data={"text": "x = 1"}, headers={"origin": origin})
    assert answer.status_code == 403
    assert client.post("/check", data={"text": "x = 1"}, headers={"origin": LOCAL}).status_code == 200


def test_a_body_beyond_the_bound_is_refused_whether_its_length_is_given_or_not(client):
    assert client.post("/check", data={"text": "a" * BODY}).status_code == 413
    kind = {"content-type": "application/x-www-form-urlencoded"}
    chunks = (b"a" * 10_000 for _ in range(BODY // 10_000 + 2))
    assert client.post("/check", content=chunks, headers=kind).status_code == 413
    assert client.post("/check", content=b"text=a", headers=kind).status_code == 200


def test_an_address_beyond_the_bound_is_refused(client):
    assert client.get("/evidence?class=" + "a" * QUERY).status_code == 414


@pytest.mark.parametrize(
    "path",
    ["/scenario/..%2f..%2fetc%2fpasswd.toml/forecast", "/scenario/%2e%2e/forecast", "/static/%2e%2e%2fapp.py"],
)
def test_an_address_that_leads_out_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_other_methods_are_refused(client):
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert client.request(method, "/library").status_code == 405
