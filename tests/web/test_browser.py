"""The pages in a real browser: no error, no breach of the content policy, sliders, saves, and a telephone's width."""

import contextlib
import re

import pytest
from support.browser import browser_path
from support.served import NAME

pytestmark = [pytest.mark.slow, pytest.mark.browser]
SCENARIO = f"/scenario/{NAME}"
LONG = 100_000  # milliseconds: work on a machine that does much else
PAGES = [
    "/library",
    f"{SCENARIO}/forecast",
    f"{SCENARIO}/accounts",
    f"{SCENARIO}/beliefs",
    f"{SCENARIO}/claims",
    f"{SCENARIO}/edit",
    "/evidence",
    "/archive",
    f"{SCENARIO}/whatif",  # the last: it begins work in the background
]


@pytest.fixture(scope="module")
def chromium():
    path = browser_path()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextlib.contextmanager
def page(chromium, width=1200, **more):
    """Yield a page and what was wrong on it: errors of scripts, of the content policy, and requests to elsewhere."""
    context = chromium.new_context(viewport={"width": width, "height": 800}, **more)
    found, wrong = context.new_page(), []
    found.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    found.on("pageerror", lambda e: wrong.append(str(e)))
    found.on("request", lambda r: None if "//127.0.0.1:" in r.url or r.url.startswith("data:") else wrong.append(r.url))
    found.set_default_timeout(LONG)
    try:
        yield found, wrong
    finally:
        context.close()


def opened(found, url):
    """Open a page, and wait until it no longer waits for work."""
    found.goto(url)
    found.wait_for_selector("[data-work]", state="detached")  # the policy lets no predicate be evaluated
    found.wait_for_load_state()


def test_every_page_opens_without_an_error_and_fits_a_telephone(chromium, served):
    address = served[0]
    with page(chromium) as (desk, wrong), page(chromium, 360, has_touch=True) as (phone, also_wrong):
        for path in PAGES:
            opened(desk, address + path)
            assert wrong == [], path
            assert desk.locator("h1").count() == 1
            assert desk.locator("main").count() == 1
            opened(phone, address + path)
            assert also_wrong == [], path
            assert phone.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_everything_that_can_be_used_has_a_name_for_readers_of_screens(chromium, served):
    nameless = """[...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, progress')]
        .filter(e => !(e.textContent.trim() || e.ariaLabel || (e.labels && e.labels.length)))
        .map(e => e.outerHTML)"""
    with page(chromium) as (found, _):
        for path in ("/library", f"{SCENARIO}/whatif", f"{SCENARIO}/edit", "/evidence"):
            opened(found, served[0] + path)
            assert found.evaluate(nameless) == [], path


def test_a_slider_is_moved_by_keys_and_the_exact_answer_arrives(chromium, served):
    with page(chromium) as (found, wrong):
        opened(found, f"{served[0]}{SCENARIO}/whatif?also=talks.walk")
        slider = found.locator(".slider[data-path='talks.walk'] input[type=range]")
        slider.focus()
        for _ in range(5):
            found.keyboard.press("ArrowRight")
        found.wait_for_selector("[data-bars] .badge.exact")
        found.locator("[data-detail] table").first.wait_for()
        said = found.inner_text("[data-bars]")
        moved = float(slider.input_value())
        assert moved > 0.05
        assert re.search(rf"readiness to walk out at {moved:g} instead of 0.05", said)
        assert f"talks.walk={moved:g}" in found.url
        assert f"talks.walk={moved:g}" in found.get_attribute("[data-json]", "href")
        assert wrong == []
        with page(chromium) as (other, _):  # the address is sent to somebody else
            opened(other, found.url)
            other.wait_for_selector("[data-bars] .badge.exact")
            assert other.inner_text("[data-bars]") == said


def test_a_value_that_cannot_be_is_said_where_one_looks(chromium, served):
    with page(chromium) as (found, wrong):
        opened(found, f"{served[0]}{SCENARIO}/whatif?also=talks.walk")
        found.fill(".slider[data-path='talks.walk'] input[type=number]", "-3")
        found.wait_for_selector("[data-failed]:not([hidden])")
        assert "talks.walk" in found.inner_text("[data-failed]")
        found.fill(".slider[data-path='talks.walk'] input[type=number]", "0.05")  # as it was
        found.wait_for_selector("[data-failed]", state="hidden")
        assert wrong == []


def test_an_address_that_leads_nowhere_is_a_page_in_words(chromium, served):
    with page(chromium) as (found, _):
        answer = found.goto(f"{served[0]}/scenario/nothing.toml/forecast")
        assert answer.status == 404
        assert "no scenario is called" in found.inner_text("main").lower()
        assert found.locator("a", has_text="All scenarios").count() == 1


def test_mistakes_are_shown_while_writing_and_a_save_needs_the_token(chromium, served):
    address, token, folder = served
    before = (folder / NAME).read_text()
    with page(chromium) as (found, wrong):
        opened(found, f"{address}{SCENARIO}/edit")
        text = found.input_value("#text")
        assert text == before
        found.fill("#text", text.replace("[talks]", "[tlaks]"))
        found.wait_for_selector("#checked .messages .error")
        line = text[: text.index("[talks]")].count("\n") + 1
        button = found.locator(f"[data-line='{line}']").first
        assert "did you mean 'talks'" in found.inner_text("#checked")
        button.click()
        assert found.evaluate("document.activeElement.id") == "text"
        found.fill("#text", text + "# a note\n")
        found.locator("#checked", has_text="Valid,").wait_for()
        found.click("[data-diff]")
        found.wait_for_selector("#diff .add")
        assert "a note" in found.inner_text("#diff")
        assert wrong == []
        found.fill("#file", "copy.toml")
        found.click("[data-save]")
        found.wait_for_selector("#saved [role=alert]")
        assert "a token is needed" in found.inner_text("#saved")
        assert not (folder / "copy.toml").exists()
        found.fill("#token", token)
        found.click("[data-save]")
        found.wait_for_selector("#saved [data-saved]")
        assert (folder / "copy.toml").read_text() == text + "# a note\n"
        assert (folder / NAME).read_text() == before
        (folder / "copy.toml").unlink()


def test_the_page_is_used_by_keys_only(chromium, served):
    with page(chromium) as (found, _):
        opened(found, f"{served[0]}/library")
        found.keyboard.press("Tab")
        assert found.evaluate("document.activeElement.className") == "skip"
        found.keyboard.press("Enter")
        assert found.evaluate("document.activeElement.id") == "content"


def test_without_scripts_a_what_if_is_a_form(chromium, served):
    with page(chromium, java_script_enabled=False) as (found, _):
        found.goto(f"{served[0]}{SCENARIO}/whatif?also=talks.walk")
        assert found.locator("noscript button").count() == 1
