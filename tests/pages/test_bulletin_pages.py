"""The site of a bulletin: index, map, track record, feed; nothing from outside, readable without a script."""

import base64
import csv
import datetime as dt
import hashlib
import json
import re
import shutil
import tomllib
from dataclasses import replace
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as ET

import pytest
from support.made_bulletins import MOMENT, made_bulletin

from peacetalks.bulletin.make import USUAL, Made
from peacetalks.bulletin.track import track_record
from peacetalks.bulletin.values import Change, Ends, Moves, Part
from peacetalks.conflicts.conflict_years import every_year
from peacetalks.conflicts.find import coverage_end
from peacetalks.pages import world_shapes
from peacetalks.pages.bulletin_feed import feed
from peacetalks.pages.bulletin_index import HEADS, index_html, index_page, script, script_digest
from peacetalks.pages.bulletin_map import BINS, colour_of, locations, states_of, territories, world_map
from peacetalks.pages.bulletin_page import beside
from peacetalks.pages.bulletin_site import HEAD, publish, rows, write_top
from peacetalks.pages.bulletin_track import _scores, track_html, track_page

DAY = dt.date(2019, 1, 1)


@pytest.fixture(scope="module")
def made():
    earlier = tuple(made_bulletin(dt.date(year, 1, 1), seed=1) for year in (2001, 2002, 2003))
    b = made_bulletin(DAY, settings=USUAL.model_copy(update={"pages": True}))
    first = b.forecasts[0]
    change = Change(
        since=dt.date(2003, 1, 1),
        day=dt.date(2020, 1, 1),
        before=Ends(peace=0.5, nowhere=0.4, more_conflict=0.1),
        after=Ends(peace=0.2, nowhere=0.7, more_conflict=0.1),
        parts=[Part(name="past conflicts in its situation", by=Moves(peace=-0.3, nowhere=0.3, more_conflict=0.0))],
        method="views",
        facts=["state: fighting, before truce"],
    )
    moved = [first.model_copy(update={"change": change}), *b.forecasts[1:]]
    b = b.model_copy(update={"forecasts": moved, "previous": dt.date(2003, 1, 1)})
    return Made(b, earlier, track_record(earlier, DAY))


@pytest.fixture(scope="module")
def html(made):
    return index_html(made)


def test_a_page_loads_nothing_and_allows_its_own_script_only(html):
    assert re.findall(r"<(?:link|img|iframe|object|embed)[^>]*", html) == ['<link rel="icon" href="data:,"']
    assert not re.search(r"(?:src|href)=\"https?:|url\(|@import", html)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    assert policy.startswith("default-src 'none'; ")
    written = re.search(r"<script>(.*?)</script>", html, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(written.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert (written, script_digest()) == (script(), f"sha256-{digest}")
    assert html.count("<script") == 1


def test_the_table_has_every_conflict_with_what_it_sorts_by(made, html):
    page = index_page(made)
    assert sorted(r.href for r in page.rows) == sorted(f"conflict-{e.conflict}.html" for e in made.bulletin.forecasts)
    for row in page.rows:
        assert len(row.cells) == len(HEADS) - 1
        for head, cell in zip(page.heads[1:], row.cells, strict=True):
            assert (cell.key is not None) == (head.kind == "number")
            assert head.kind == "text" or cell.key == "" or -1 <= float(cell.key) <= 1
    assert html.count('<tr><th scope="row">') == len(page.rows)
    assert html.count("data-sort=") == len(HEADS)


def test_a_state_that_was_coded_later_is_marked_in_page_table_and_text():
    """At 1 January 2003: truces and settlements by the ends of 2002."""
    b = made_bulletin(dt.date(2003, 1, 1))
    marked = [e for e in b.forecasts if e.coded_later]
    assert len(marked) > 1
    page = index_page(Made(b, (), track_record([], b.as_of)))
    shown = {r.name: r.cells[-2].shown for r in page.rows}
    assert {name for name, text in shown.items() if "*" in text} == {e.name for e in marked}
    (line,) = [x for x in page.lines if x.startswith("* ")]
    assert line.startswith(f"* The state of {len(marked)} follows from an end that was coded later: the record codes")
    of = {row[0]: row[HEAD.index("coded_later")] for row in rows(b)}
    assert {i for i, x in of.items() if x == "true"} == {e.conflict for e in marked}
    none = b.model_copy(update={"forecasts": [e for e in b.forecasts if not e.coded_later]})
    assert not [x for x in index_page(Made(none, (), track_record([], b.as_of))).lines if x.startswith("*")]


def test_the_page_of_an_own_scenario_says_that_its_state_was_coded_later():
    b = made_bulletin(dt.date(2003, 1, 1))
    for e in b.forecasts:
        own = beside(b, e.model_copy(update={"source": "mine.toml"}))
        assert any("coded later: the record codes" in x for x in own.about) == e.coded_later


def test_the_track_record_shows_states_coded_later_apart_with_both_counts():
    earlier = [made_bulletin(dt.date(year, 1, 1)) for year in (2002, 2003)]
    t = track_record(earlier, dt.date(2010, 1, 1))
    a = t.ahead[0]
    n, k = len(a.later.scores.scored), len(a.coded_later.scores.scored)
    assert n > k > 1
    page = track_page(t)
    said = rf"12 months ahead, {n} forecasts of \d+ conflicts made for .*; {k} forecasts .* coded later: "
    assert re.match(said, page.finding)
    assert page.finding.count("skill") == 1
    (apart,) = [s for s in page.sections if s.title == "Scores 12 months ahead, of a state that was coded later"]
    assert "held by construction" in apart.text
    assert "Skill 12 months ahead, made for a date in the past" in [s.title for s in page.sections]
    assert "Skill 12 months ahead, of a state that was coded later" not in [s.title for s in page.sections]
    by = next(s for s in page.sections if s.title == "By bulletin, 12 months ahead")
    assert sum(int(r[by.head.index("state coded later")]) for r in by.rows) == k


def test_links_lead_to_files_of_the_bulletin_and_of_the_folder(made, html):
    top = index_html(made, top=True)
    here = {h for h in re.findall(r' href="([^"#]+)"', html) if not h.startswith("data:")}
    there = {h for h in re.findall(r' href="([^"#]+)"', top) if not h.startswith("data:")}
    pages = {f"conflict-{e.conflict}.html" for e in made.bulletin.forecasts}
    others = {"bulletin.json", "bulletin.csv", "map.svg"}
    up = {"feed.xml", "index.html", *(f"{d}-01-01/index.html" for d in (2001, 2002, 2003, 2019))}
    assert here == pages | others | {"track.html"} | {f"../{x}" for x in up}
    assert there == {f"2019-01-01/{x}" for x in pages | others} | {"track.html"} | up


def test_without_pages_a_conflict_leads_to_its_saved_forecast(made):
    bare = made_bulletin(DAY, only=[333])
    m = Made(bare, (), None)
    assert [r.href for r in index_page(m).rows] == ["../archive/333.json"]
    assert [r.href for r in index_page(m, top=True).rows] == ["archive/333.json"]


def test_what_has_moved_is_said_with_what_moved_it(html):
    assert (
        "30 points less than in the bulletin of 1 January 2003 (50%): −30.0 from past conflicts in its situation"
        in html
    )
    assert "in its situation (state: fighting, before truce)" in html


def test_every_state_of_the_record_has_a_shape_or_is_said_to_have_none():
    named = {s for location in every_year()["cluster"].unique() for s in states_of(location)}
    assert named == set(locations())
    assert {k for k, x in locations().items() if not x.key} == {"Comoros", "Grenada"}
    assert all(x.key in world_shapes.shapes() for x in locations().values() if x.key)
    assert all(x.note for x in locations().values() if not x.key)
    names = shapes_by_name()
    other = {"Ivory Coast": "Côte d'Ivoire", "Myanmar (Burma)": "Myanmar", "Serbia (Yugoslavia)": "Serbia"}
    other |= {"South Vietnam": "Vietnam", "Hyderabad": "India", "South Sudan": "S. Sudan", "South Yemen": "Yemen"}
    for state, shape in locations().items():
        if state in names or state in other:
            assert shape.key == names[other.get(state, state)], state


def shapes_by_name():
    """The numbers of the shapes by the names that the source gives them."""
    topology = json.loads((world_shapes.FOLDER / world_shapes.GEOMETRY).read_text(encoding="utf-8"))
    return {g["properties"]["name"]: g.get("id") for g in topology["objects"]["countries"]["geometries"]}


def test_the_geometry_is_the_one_that_its_card_describes():
    card = tomllib.loads((world_shapes.FOLDER / "card.toml").read_text(encoding="utf-8"))
    data = (world_shapes.FOLDER / card["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == card["sha256"]
    assert "no endorsement" in card["boundaries"]


@pytest.mark.slow
def test_the_shapes_are_those_drawn_from_the_geometry():
    assert world_shapes.draw() == world_shapes.shapes(), "run `python -m peacetalks.pages.world_shapes`"


def test_a_country_has_the_colour_of_its_conflict_that_is_least_likely_to_be_at_peace(made):
    m = world_map(made.bulletin)
    by_href = {c.href: c for c in m.countries if c.href}
    india = [e for e in made.bulletin.forecasts if e.location == "India" or "India," in e.location]
    lowest = min(india, key=lambda e: e.ahead(12).best.peace)
    country = by_href[f"conflict-{lowest.conflict}.html"]
    assert country.colour == colour_of(lowest.ahead(12).best.peace)
    assert all(e.name in country.title for e in india)
    assert {c.colour for c in m.countries if c.href} <= {x[2] for x in BINS}


@pytest.mark.parametrize(
    ("number", "year", "shape"),
    [(234, 2019, "275"), (331, 1989, "732"), (330, 1993, "626"), (298, 1989, "516"), (412, 1999, "Kosovo"),
     (275, 1991, "232"), (309, 1999, "728")],
)  # fmt: skip
def test_a_conflict_over_a_territory_that_has_a_shape_is_on_it_too_and_a_note_says_so(number, year, shape):
    """Palestine, Western Sahara, Timor-Leste, Namibia, Kosovo, Eritrea, South Sudan: in the same words for all."""
    b = made_bulletin(dt.date(year, 1, 1), only=[number])
    (e,) = b.forecasts
    m = world_map(b)
    own = next(c for c in m.countries if c.path == world_shapes.shapes()[shape])
    state = next(c for c in m.countries if c.path == world_shapes.shapes()[locations()[e.location].key])
    assert (own.colour, own.title, own.href) == (state.colour, state.title, state.href)
    assert e.name in own.title
    note = f"{e.name}: also on the shape of {territories()[number].name}, which the map's source draws by itself."
    assert m.notes[-1] == note
    assert sum(bool(c.title) for c in m.countries) == 2


def test_territories_are_conflicts_of_the_record_with_shapes_that_are_not_those_of_their_states():
    name_of = dict(every_year().select("id", "name").unique().iter_rows())
    cluster_of = dict(every_year().select("id", "cluster").iter_rows())
    rows = list(csv.DictReader((world_shapes.FOLDER / "territories.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == len(territories())
    for r in rows:
        number = int(r["ucdp"])
        assert name_of[number] == r["conflict"]
        assert r["shape"] in world_shapes.shapes()
        assert r["shape"] not in {locations()[x].key for x in states_of(cluster_of[number])}
    b = made_bulletin(dt.date(2014, 1, 1), only=[309])  # Sudan: government, after South Sudan has a row of its own
    assert not world_map(b).notes


def test_a_state_without_a_shape_is_listed(made):
    first = made.bulletin.forecasts[0].model_copy(update={"location": "Comoros", "name": "Comoros: Anjouan"})
    odd = made.bulletin.forecasts[1].model_copy(update={"location": "Atlantis", "name": "Atlantis: government"})
    m = world_map(made.bulletin.model_copy(update={"forecasts": [first, odd]}))
    assert m.unlisted[0].startswith("Comoros (too small for the map): Comoros: Anjouan: peace ")
    assert m.unlisted[1].startswith("Atlantis (it has no shape in the map's source): Atlantis: government: peace ")
    assert not any(c.href for c in m.countries)


def test_the_feed_is_rss(made):
    """The structure that the specification asks for: version, channel, items with a date and a name that stays."""
    every = [*made.earlier, made.bulletin]
    root = ET.fromstring(feed(every, "https://example.org/peace"))
    assert (root.tag, root.get("version"), [c.tag for c in root]) == ("rss", "2.0", ["channel"])
    channel = root[0]
    assert all(channel.findtext(x) for x in ("title", "link", "description"))
    items = channel.findall("item")
    assert [i.findtext("link") for i in items] == [
        f"https://example.org/peace/{y}-01-01/index.html" for y in (2019, 2003, 2002, 2001)
    ]
    guids = [i.find("guid") for i in items]
    assert all(g.get("isPermaLink") == "false" for g in guids)
    assert len({g.text for g in guids}) == 4
    assert [parsedate_to_datetime(i.findtext("pubDate")) for i in items] == [MOMENT] * 4
    assert "30 points less" in items[0].findtext("description")
    own = channel.find("{http://www.w3.org/2005/Atom}link")
    assert own.get("href") == "https://example.org/peace/feed.xml"
    bare = ET.fromstring(feed(every, None))
    assert bare[0].findtext("link") == "http://localhost/index.html"
    assert bare[0].find("{http://www.w3.org/2005/Atom}link") is None


def test_the_first_page_of_the_folder_is_that_of_the_latest_however_they_were_made(tmp_path):
    """The later one is made first; both are in the feed and in the track record of all."""
    for day in (dt.date(2006, 1, 1), dt.date(2005, 1, 1)):
        b = made_bulletin(day, only=[289, 333])
        publish([Made(b, (), track_record([], day))], tmp_path, "https://example.org/b")
    assert "As of 1 January 2006" in (tmp_path / "index.html").read_text()
    assert "cannot be read" not in (tmp_path / "track.html").read_text()
    assert (tmp_path / "feed.xml").read_text().count("<item>") == 2
    found = json.loads((tmp_path / "track.json").read_text())
    assert found["known_by"] == coverage_end().isoformat()
    assert [x["as_of"] for x in found["ahead"][0]["bulletins"]] == ["2005-01-01", "2006-01-01"]
    assert {s["scenario"] for s in found["ahead"][0]["later"]["scored"]} == {"conflict-289", "conflict-333"}
    (tmp_path / "2005-01-01" / "bulletin.json").write_text("{}")
    write_top(tmp_path)
    said = "Left out, because it cannot be read: 2005-01-01/bulletin.json."
    assert said in (tmp_path / "track.html").read_text()


@pytest.mark.slow
def test_the_page_of_the_track_record_shows_the_scores(made):
    page = track_page(made.track)
    scores = made.track.ahead[0].later.scores
    (table,) = [s for s in page.sections if s.title == "Scores 12 months ahead, made for a date in the past"]
    value = scores.averages["best"]["brier"].value
    assert table.rows[0][1].startswith(f"{value:.3f} (")
    assert f"{len(scores.scored)} forecasts of {len(scores.scenarios)} conflicts" in table.notes[0]
    assert next(s for s in page.sections if s.title.startswith("Not resolved, 12")).rows == tuple(
        (k, str(n)) for k, n in made.track.ahead[0].unresolved.items()
    )
    html = track_html(made.track, (("Bulletin", "index.html"),))
    assert "Content-Security-Policy" in html
    assert "<script" not in html
    assert html.count("Calibration: ") >= 6


def test_without_earlier_bulletins_the_page_says_so():
    assert track_page(track_record([], DAY)).finding == "There is no earlier bulletin."


def test_the_csv_has_every_view_at_every_date(made):
    found = list(rows(made.bulletin))
    assert len(found) == 3 * sum(len(e.at) for e in made.bulletin.forecasts)
    assert all(len(r) == len(HEAD) for r in found)
    assert {r[HEAD.index("view")] for r in found} == {"best", "model", "record"}


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the table is not sorted, no width measured")
def test_in_a_browser_the_table_sorts_by_keyboard_and_a_telephone_scrolls_no_page(made, tmp_path):
    sync_api = pytest.importorskip("playwright.sync_api")
    (tmp_path / "index.html").write_text(index_html(made))
    asked, faults = [], []
    with sync_api.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 400, "height": 800})
        page.on("request", lambda r: asked.append(r.url))
        page.on("console", lambda m: faults.append(m.text))
        page.on("pageerror", lambda e: faults.append(str(e)))
        page.goto((tmp_path / "index.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        peace = page.locator("table.sortable th", has_text="peace").first
        order = "[...document.querySelectorAll('table.sortable tbody tr')].map(r => +r.cells[1].dataset.key)"
        before = page.evaluate(order)
        found = []
        for _ in range(2):
            peace.locator("button").focus()
            page.keyboard.press("Enter")
            found.append((peace.get_attribute("aria-sort"), page.evaluate(order)))
        assert found == [("descending", sorted(before)[::-1]), ("ascending", sorted(before))]
        assert before not in (sorted(before), sorted(before)[::-1])
        page.locator("table.sortable th button").first.press("Space")
        assert page.locator("th[aria-sort]").count() == 1
        names = page.locator("table.sortable tbody th").all_inner_texts()
        assert names == sorted(names, key=str.lower)
        assert page.locator("svg.world a").count() == sum(bool(c.href) for c in world_map(made.bulletin).countries)
        browser.close()
    assert faults == []
    assert [u for u in asked if not u.startswith(("file:", "data:"))] == []


def test_scores_without_intervals_do_not_speak_of_them(made):
    group = made.track.ahead[0].later
    averages = {v: {r: replace(a, low=None) for r, a in rules.items()} for v, rules in group.scores.averages.items()}
    table = _scores("x", replace(group, scores=replace(group.scores, averages=averages)), "")
    assert "95% intervals" not in table.notes[0]
    assert table.notes[0].endswith("Too few conflicts for intervals.")
