"""The brief as DOCX, written with python-docx: the same content as the PDF, to be edited further."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from peacetalks.pages.markup import png_of_svg
from peacetalks.pages.printable import printable
from peacetalks.pages.styles import END_COLOURS, END_INKS, END_TEXTS, FAINT_INK, RowKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.document import Document
    from docx.table import _Cell, _Row

    from peacetalks.pages.brief import Brief

MARGIN, WIDTH = 1.8, 17.4  # centimetres: at each side of a page of A4, and between the margins
BAR = 1.1  # centimetres: height of the bar
LEAST_CELL = 0.15  # centimetres: of the bar, so that a small probability is still seen
ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can hold: the same brief gives the same bytes


def docx(b: Brief) -> bytes:
    """Return the brief as a DOCX file."""
    from docx import Document as new_document  # of the extra `report`
    from docx.shared import Cm, Pt

    d = new_document()
    page, normal = d.sections[0], d.styles["Normal"]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(MARGIN)
    normal.font.name, normal.font.size = "Arial", Pt(10)  # type: ignore[attr-defined]
    normal.paragraph_format.space_after = Pt(4)  # type: ignore[attr-defined]
    _text(d, b.title, size=17, bold=True)
    _text(d, b.subtitle, colour=FAINT_INK)
    _card(d, b)
    if b.short:
        _text(d, "In short", bold=True)
        _text(d, b.short)
    _pictures(d, b)
    _table(d, b)
    _text(d, b.source, size=7.5, colour=FAINT_INK)
    about = d.core_properties
    about.title, about.author, about.comments = printable(b.title), "peacetalks", ""
    about.created = about.modified = datetime.combine(b.as_of, time())
    out = io.BytesIO()
    d.save(out)
    return _undated(out.getvalue())


def _text(where: Document | _Cell, text: str, size: float = 0, bold: bool = False, colour: str = "") -> Any:
    """Add a paragraph; in a cell, write into its first."""
    from docx.shared import Pt, RGBColor

    paragraph = where.paragraphs[0] if hasattr(where, "merge") else where.add_paragraph()
    run = paragraph.add_run(printable(text))
    run.bold = bold
    if size:
        run.font.size = Pt(size)
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour.lstrip("#").upper())
    return paragraph


def _card(d: Document, b: Brief) -> None:
    """Add the headline, the bar with its key, and why."""
    from docx.enum.table import WD_ALIGN_VERTICAL
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    _text(d, b.card.headline, size=12.5, bold=True)
    shares = b.card.bar.shares
    shown = [s for s in shares if s.width > 0]
    if shown:
        room = WIDTH - LEAST_CELL * len(shown)
        bar = _grid(d, [LEAST_CELL + room * s.width / 100 for s in shown])
        bar.height = Cm(BAR)
        for s, cell in zip(shown, bar.cells, strict=True):
            _shade(cell, END_COLOURS[s.end])
            cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
            label = s.percent if s.width >= 6 else ""
            _text(cell, label, size=13, bold=True, colour=END_INKS[s.end]).alignment = WD_ALIGN_PARAGRAPH.CENTER
        for s, cell in zip(shares, _grid(d, [WIDTH / len(shares)] * len(shares)).cells, strict=True):
            _text(cell, f"{s.name} {s.percent}", bold=True, colour=END_TEXTS[s.end])
            if s.interval:
                cell.add_paragraph(printable(s.interval))
    _text(d, " ".join((b.card.why, *b.card.notes)))


def _grid(d: Document, widths: Sequence[float]) -> _Row:
    """Add a table of one row and fixed widths without borders, with a small space after it; return the row."""
    from docx.shared import Cm, Pt

    table = d.add_table(1, len(widths))
    table.autofit = False
    for width, column, cell in zip(widths, table.columns, table.rows[0].cells, strict=True):
        column.width = cell.width = Cm(width)
    after = d.add_paragraph()
    after.paragraph_format.space_after = Pt(0)
    after.paragraph_format.line_spacing = Pt(4)
    return table.rows[0]


def _shade(cell: _Cell, colour: str) -> None:
    """Fill a cell with a colour."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shading = OxmlElement("w:shd")
    for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", colour.lstrip("#").upper())):
        shading.set(qn(name), value)
    cell.paragraphs[0].paragraph_format.element.getparent().get_or_add_tcPr().append(shading)


def _pictures(d: Document, b: Brief) -> None:
    """Add the charts beside each other, each below its heading and caption."""
    from docx.shared import Cm

    if not b.pictures:
        return
    each = WIDTH / len(b.pictures)
    for p, cell in zip(b.pictures, _grid(d, [each] * len(b.pictures)).cells, strict=True):
        _text(cell, p.title, bold=True)
        _text(cell, f"\n{p.caption}", size=8.5, colour=FAINT_INK)
        run = cell.add_paragraph().add_run()
        run.add_picture(io.BytesIO(png_of_svg(p.svg)), width=Cm(each - 0.5))
        for drawn in run.font.element.xpath(".//wp:docPr"):
            drawn.set("descr", printable(p.title))


def _table(d: Document, b: Brief) -> None:
    """Add the table of the outcome classes by date."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    table = d.add_table(1, 1 + len(b.days), style="Light List")
    for cell, text in zip(table.rows[0].cells, (b.view.capitalize(), *b.days), strict=True):
        _text(cell, text, size=9, bold=True)
    for row in b.rows:
        main = row.kind is not RowKind.RANGE
        for i, (cell, text) in enumerate(zip(table.add_row().cells, (row.name, *row.cells), strict=True)):
            paragraph = _text(cell, text, size=9, bold=main, colour="" if main else FAINT_INK)
            if i:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    d.add_paragraph()


def _undated(document: bytes) -> bytes:
    """Return a zip file without the time at which it was written."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, ZIP_DATE), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
