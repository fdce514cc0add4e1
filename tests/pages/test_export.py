"""What a forecast is written as: pictures, charts of their own, and the brief as PDF and DOCX, read back."""

import io
import struct
import zlib
from dataclasses import replace

import pytest
from docx import Document
from pypdf import PdfReader
from support.command_line import run

from peacetalks.errors import PageError
from peacetalks.pages import brief_docx, brief_pdf, export, export_charts
from peacetalks.pages.brief import PICTURES, brief
from peacetalks.pages.forecast_charts import plots

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="5" height="5"/></svg>'


@pytest.fixture(scope="module")
def short(looked):
    return brief(looked)


def words(text):
    """The words of a text, without the lines that a page breaks it into."""
    return " ".join(text.split())


def size_and_pixels(png):
    """Return (width, height) of a PNG and the bytes of its pixels, unfiltered lines and all."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, data = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    return struct.unpack(">II", png[16:24]), zlib.decompress(data)


def said(short):
    """What both files of a brief have to hold."""
    shares = [f"{s.name} {s.percent}" for s in short.card.bar.shares]
    intervals = [s.interval for s in short.card.bar.shares]
    texts = [short.title, short.subtitle, short.card.headline, short.card.why, *short.card.notes, short.short]
    pictures = [t for p in short.pictures for t in (p.title, p.caption)]
    cells = [c for r in short.rows for c in (r.name, *r.cells)]
    return [*texts, *shares, *intervals, *pictures, *short.days, *cells, short.source]


def test_the_brief_has_the_card_two_charts_and_the_table_by_date(short, looked):
    assert len(short.pictures) == PICTURES
    assert sum(s.width for s in short.card.bar.shares) == pytest.approx(100)
    assert len(short.rows) == 6
    assert all(len(r.cells) == len(short.days) == 5 for r in short.rows)
    assert short.source.startswith("peacetalks ")
    assert looked.scenario.digest in short.source
    assert "UCDP" in short.source


def test_the_pdf_is_one_page_with_the_text_of_the_brief_and_the_same_bytes_again(short):
    made = brief_pdf.pdf(short)
    (page,) = PdfReader(io.BytesIO(made)).pages
    assert [round(float(x)) for x in page.mediabox[2:]] == [595, 842]  # A4, in points
    text = words(page.extract_text())
    for expected in said(short):
        assert words(expected) in text
    assert made == brief_pdf.pdf(short)


def test_the_pdf_stays_one_page_however_long_the_text(short):
    made = brief_pdf.pdf(replace(short, short="Much is said about this conflict. " * 200))
    assert len(PdfReader(io.BytesIO(made)).pages) == 1


def test_the_docx_has_the_text_of_the_brief_and_the_same_bytes_again(short):
    made = brief_docx.docx(short)
    d = Document(io.BytesIO(made))
    cells = [c.text for t in d.tables for row in t.rows for c in row.cells]
    text = words("\n".join([*(p.text for p in d.paragraphs), *cells]))
    for expected in said(short):
        assert words(expected) in text
    assert len(d.inline_shapes) == PICTURES
    assert d.core_properties.created.date() == short.as_of
    assert made == brief_docx.docx(short)


def test_text_that_a_program_would_obey_is_written_out(short):
    odd = replace(short, title='#panic("x") *a* _b_ $c$ \\ \x07 <w:p>', short="")
    for text in (
        PdfReader(io.BytesIO(brief_pdf.pdf(odd))).pages[0].extract_text(),
        Document(io.BytesIO(brief_docx.docx(odd))).paragraphs[0].text,
    ):
        assert '#panic("x") *a* _b_ $c$ \\ \\x07 <w:p>' in words(text)


def test_without_a_best_estimate_the_brief_shows_the_model_alone(looked):
    none = replace(looked.pooled, ends=None, record=None, low=None, high=None, reason="A reason for the test.")
    b = brief(replace(looked, pooled=none))
    assert b.view == "model alone"
    assert [r.name for r in b.rows] == [
        "Peace (model alone)", "Still no settlement (model alone)", "More conflict (model alone)",
    ]  # fmt: skip
    text = words(PdfReader(io.BytesIO(brief_pdf.pdf(b))).pages[0].extract_text())
    assert "A reason for the test." in text
    assert b.card.headline in text


@pytest.mark.slow
def test_every_chart_is_written_as_svg_and_png_of_twice_its_size(looked, tmp_path):
    folder, titles = tmp_path / "charts", [p.title for p in plots(looked)] + ["All outcomes over time"]
    assert export.write_charts(looked, folder) == 2 * len(titles)
    names = sorted(p.name for p in folder.iterdir())
    assert names == sorted(
        f"{i}-{export_charts.plain_name(title)}{suffix}"
        for i, title in enumerate(titles, 1)
        for suffix in (".svg", ".png")
    )
    for path in folder.glob("*.png"):
        (width, height), pixels = size_and_pixels(path.read_bytes())
        svg = path.with_suffix(".svg").read_text()
        assert width == pytest.approx(2 * float(svg.split('width="')[1].split('"')[0]), abs=2)
        assert height > 100
        assert all(text in svg for text in ("Korea: armistice talks open, July 1951; as of 10 July 1951.", "<text"))
        assert len(set(pixels)) > 20, "the picture is blank"


def test_charts_are_written_over_old_ones(looked, tmp_path, monkeypatch):
    monkeypatch.setattr(export_charts, "pictures", lambda _: [export_charts.Picture("One chart", "", SVG)])
    (tmp_path / "1-one-chart.svg").write_text("old")
    assert export.write_charts(looked, tmp_path) == 2
    assert (tmp_path / "1-one-chart.svg").read_text() == SVG


def test_what_each_suffix_needs_is_checked_before_anything_is_computed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(export, "find_spec", lambda _: None)
    for name, package in (("r.pdf", "typst"), ("r.docx", "python-docx")):
        with pytest.raises(PageError) as e:
            export.check(tmp_path / name)
        assert str(e.value) == (
            f"cannot write '{name}': that takes {package}, which is not installed; install it with `pip install "
            "'peacetalks[report]'`, or write a .html file and print it"
        )
    code, out, err = run(capsys, "forecast", "korea-1951", "-o", tmp_path / "r.pdf")
    assert (code, out) == (2, "")
    assert "pip install 'peacetalks[report]'" in err
    export.check(tmp_path / "r.png")


def test_a_folder_of_charts_that_cannot_be_is_refused(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    code, _, err = run(capsys, "forecast", "korea-1951", "--charts", tmp_path / "file")
    assert code == 2
    assert "it is a file, not a folder; give another name" in err
    code, _, err = run(capsys, "forecast", "korea-1951", "--charts", tmp_path / "no" / "charts")
    assert code == 2
    assert "there is no folder" in err
