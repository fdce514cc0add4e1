"""Texts reach a terminal, a page and a chart as they are written, and nothing in them is obeyed."""

import io
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import altair as alt
import polars as pl
import pytest
from rich.console import Console

from peacetalks.pages import compare_page, forecast_page, forecast_screen, infer_page, markup, table_page
from peacetalks.pages.printable import UNPRINTABLE, printable, styled
from peacetalks.pages.table_page import Page, Section

WRITTEN = ["[/x]", "[draft 2]", "[bold]", "[red on blue]", ":smile:", "[link=http://x]", "\\[x]", "[", "a & <b>"]
OBEYED = ["\x1b[2J", "\x1b]0;title\x07", "\x9b2J", "\r", "\x08", "\x00", "\u202e", "\ud800", "\uffff", "\u2028"]


@pytest.mark.parametrize("text", WRITTEN)
def test_what_looks_like_markup_is_written_as_it_is(text):
    out = Console(file=io.StringIO(), width=80, force_terminal=False)
    out.print(styled(text))
    assert out.file.getvalue() == text + "\n"
    assert printable(text) == text


@pytest.mark.parametrize("text", OBEYED)
def test_what_a_terminal_would_obey_is_written_out(text):
    assert UNPRINTABLE.search(printable(f"a{text}b")) is None
    assert re.fullmatch(r"a(\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\r|[\[\];\w])+b", printable(f"a{text}b"))
    out = Console(file=io.StringIO(), width=80, force_terminal=True, color_system="truecolor")
    out.print(styled(text))
    assert text not in out.file.getvalue()


def test_letters_of_every_script_line_ends_and_tabs_stay():
    text = "Украина עברית العربية 中文 é\tx\ny"
    assert printable(text) == text


@pytest.mark.parametrize("text", [*WRITTEN, *OBEYED])
def test_pages_of_tables_show_every_text_as_it_is(text):
    plain = Section(text, (text, "b"), ((text, "c"),), text, notes=(text,))
    views = Section(text, ("account", f"{text} 12"), ((text, "c"),), kinds=(table_page_kind(),))
    out = Console(file=io.StringIO(), width=200)
    table_page.show(Page(text, text, (plain, views)), out)
    shown = " ".join(out.file.getvalue().split())
    assert shown.count(" ".join(printable(text).split())) >= 7
    assert UNPRINTABLE.search(out.file.getvalue()) is None
    assert UNPRINTABLE.search(table_page.html(Page(text, text, (plain,)))) is None


def table_page_kind():
    from peacetalks.pages.styles import RowKind

    return RowKind.END


@pytest.mark.parametrize("text", OBEYED)
def test_a_chart_holds_any_label(text):
    """A control character in a label used to end the process from inside the chart library."""
    chart = alt.Chart(pl.DataFrame([{"x": 1, "side": f"a{text.encode('utf-8', 'replace').decode()}"}]))
    drawn = markup.svg_text(chart.mark_point().encode(x="x:Q", color="side:N").properties(title=f"t{text}"))
    ET.fromstring(drawn)
    assert UNPRINTABLE.search(drawn) is None


@pytest.mark.slow
def test_a_forecast_with_such_names_is_shown_and_written(looked):
    """As if the values had not come from a file that was checked."""
    title = "[/x] \x1b[2J \x9b [draft 2]"
    label = "UNC [/north]\x1b]0;t\x07"
    sides = [looked.scenario.sides[0].model_copy(update={"label": label}), *looked.scenario.sides[1:]]
    o = replace(looked, scenario=looked.scenario.model_copy(update={"title": title, "sides": sides}))
    out = Console(file=io.StringIO(), width=80)
    forecast_screen.show(o, out, details=True)
    text = out.file.getvalue()
    assert "[/x] \\x1b[2J \\x9b [draft 2]" in text
    assert "won by UNC [/north]\\x1b]0;t\\x07" in " ".join(text.split())
    for suffix, make in forecast_page.makers(o).items():
        text = make()
        odd = UNPRINTABLE.search(text)
        assert odd is None, (suffix, text[odd.start() - 80 : odd.end() + 20])
    ET.fromstring(forecast_page.makers(o)[".svg"]())


def test_comparisons_and_inferences_with_such_names_are_shown(compared, inferred):
    for value, page_of in ((compared, compare_page.compare_page), (inferred, infer_page.infer_page)):
        odd = value.scenario.model_copy(update={"title": "[/x] \x1b[2J"})
        page = page_of(replace(value, scenario=odd))
        out = Console(file=io.StringIO(), width=80)
        table_page.show(page, out)
        assert "[/x] \\x1b[2J" in out.file.getvalue()
        assert UNPRINTABLE.search(out.file.getvalue()) is None
        assert UNPRINTABLE.search(table_page.html(page)) is None
