"""The page of a classic game in a browser: a slider moved by the keyboard shows what was computed there."""

import pytest
from support.browser import browser_path

from peacetalks.pages import catalog_page
from peacetalks.pages.catalog_text import number
from peacetalks.questions.catalog_game import classic_game
from peacetalks.questions.catalog_grid import grid, sliders_of


@pytest.fixture(scope="module")
def deterrence():
    """The game with sliders for the ally's reliability and A's cost, and its grid."""
    found = grid("deterrence", sliders=sliders_of("deterrence", keys=["reliable", "cost_a"], points=3))
    return classic_game("deterrence", levels=()), found


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("width", [1200, 400])
def test_a_slider_moved_by_the_keyboard_shows_what_was_computed(tmp_path, deterrence, width):
    from playwright.sync_api import sync_playwright

    path, (game, found) = browser_path(), deterrence
    file = tmp_path / "page.html"
    file.write_text(catalog_page.html(game, found), encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 900})
        wrong, asked = [], []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        page.focus("#slider-0")
        page.keyboard.press("ArrowRight")
        places = (found.sliders[0].start + 1, found.sliders[1].start, found.sliders[2].start)
        row = page.locator("#measures tr").first.locator("td")
        shown = [row.nth(i).inner_text() for i in range(3)]
        first = found.entry.measures[0]
        right = [float(a[(0, *places)]) for a in (found.computed, found.known, found.closed)]
        assert shown == [number(first, round(x, 5)).replace(">99.9%", "100.0%").replace("<0.1%", "0.0%") for x in right]
        assert page.get_attribute("#slider-0", "aria-valuetext") == f"{found.sliders[0].positions[places[0]]:g}"
        assert shown[0] in page.inner_text("#said")
        page.select_option("#against", "0")
        assert "against chance that the ally is reliable" in page.get_attribute("#chart svg", "aria-label")
        page.click("#reset")
        assert row.first.inner_text() == number(first, game.measured[0].computed)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        browser.close()
    assert wrong == []
    assert all(url.startswith(("file:", "data:")) for url in asked)
