"""The cluster report as a Word document: real heading styles, tables whose heads repeat, captions, page numbers."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from service.cluster_report.charts import heat_colour
from service.cluster_report.content import ClusterReport, ClusterRow, Quote, RoleTable
from service.cluster_report.terms import Terms, terms

__all__ = ["write_word"]

ROWS = 40  # of a table; the rest stands in the workbook
IN_FULL = 25  # clusters of a role that are described with their passages
HEAT_COLUMNS = 10
BODY, HEADING = "仿宋", "黑体"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """A text without characters that XML cannot hold."""
    return _CONTROL.sub(" ", text)


class _Paper:
    """One document with its styles."""

    def __init__(self, lang: str) -> None:
        import docx
        from docx.shared import Cm, Pt

        self.document = docx.Document()
        self.lang = lang
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.4)
        section.top_margin = section.bottom_margin = Cm(2.5)
        self._style("Normal", BODY, Pt(11))
        for level, size in ((1, 16), (2, 14), (3, 12)):
            self._style(f"Heading {level}", HEADING, Pt(size))
        self._style("Title", HEADING, Pt(22))
        self._page_numbers(section)

    def _style(self, name: str, font: str, size: Any) -> None:  # noqa: ANN401 - docx lengths
        from docx.oxml.ns import qn
        from docx.shared import RGBColor

        style = self.document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = "Times New Roman", size, RGBColor(0x1D, 0x23, 0x29)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), font)

    def _page_numbers(self, section: Any) -> None:  # noqa: ANN401
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        paragraph = section.footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = paragraph.add_run()
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            element = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                element.set(qn("w:fldCharType"), kind)
            else:
                element.text = text
            run._r.append(element)

    def heading(self, text: str, level: int) -> None:
        self.document.add_heading(clean(text), level)

    def paragraph(self, text: str, style: str | None = None) -> None:
        self.document.add_paragraph(clean(text), style=style)

    def quote(self, quote: Quote) -> None:
        """A passage with its source, indented."""
        from docx.shared import Cm, Pt

        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.left_indent = Cm(0.8)
        paragraph.paragraph_format.space_after = Pt(4)
        paragraph.add_run(clean(quote.text))
        source = paragraph.add_run("\n" + clean(f"— {quote.citation}"))
        source.font.size = Pt(9)

    def table(
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[str]],
        widths: Sequence[float],
        shades: Any = None,  # noqa: ANN401
    ) -> None:
        """A table with lines, a head that repeats on every page, widths in centimetres."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Cm, Pt

        listed = [head, *rows]
        table = self.document.add_table(rows=len(listed), cols=len(head), style="Table Grid")
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        for number, (cells, values) in enumerate(zip(table.rows, listed, strict=True)):
            cells._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            for column, (cell, value) in enumerate(zip(cells.cells, values, strict=True)):
                cell.width = Cm(widths[column])
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(0)
                run = paragraph.add_run(clean(value))
                run.font.size, run.bold = Pt(9), number == 0
                colour = "DCE6F1" if number == 0 else (shades[number - 1][column] if shades else "")
                if colour:
                    fill = OxmlElement("w:shd")
                    for key, setting in (("val", "clear"), ("color", "auto"), ("fill", colour.lstrip("#"))):
                        fill.set(qn(f"w:{key}"), setting)
                    cell._tc.get_or_add_tcPr().append(fill)
        mark = OxmlElement("w:tblHeader")
        mark.set(qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(mark)
        self.document.add_paragraph()

    def save(self) -> bytes:
        """The bytes: dates fixed, so that the same content gives the same file."""
        from datetime import datetime

        properties = self.document.core_properties
        properties.created = properties.modified = datetime(2024, 1, 1)
        properties.author = properties.last_modified_by = "Bijian"
        buffer, steady = BytesIO(), BytesIO()
        self.document.save(buffer)
        with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as target:
            for entry in source.infolist():
                fixed = zipfile.ZipInfo(entry.filename, (2024, 1, 1, 0, 0, 0))
                fixed.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(fixed, source.read(entry))
        return steady.getvalue()


def write_word(content: ClusterReport) -> bytes:
    """The file's bytes."""
    words, paper = terms(content.lang), _Paper(content.lang)
    paper.heading(content.title, 0)
    paper.paragraph(content.scope)
    paper.heading(words["summary"], 1)
    for line in (*content.summary, *content.warnings):
        paper.paragraph(line, "List Bullet")
    for table in content.tables:
        _role(paper, table, words)
    _heat(paper, content, words)
    _spreads(paper, content, words)
    _coverage(paper, content, words)
    _quotes(paper, content, words)
    paper.heading(words["method"], 1)
    paper.table((words["name"], words["about"]), content.method, (4, 12))
    paper.heading(words["limits"], 2)
    for line in content.limits:
        paper.paragraph(line, "List Bullet")
    return paper.save()


def _role(paper: _Paper, table: RoleTable, words: Terms) -> None:
    paper.heading(table.title, 1)
    if not table.rows:
        paper.paragraph(words["no_data"])
        return
    head = [words[k] for k in ("id", "name", "outline", "reports", "interval", "regions", "passages", "trend")]
    rows = (
        (
            row.id,
            row.name,
            row.outline,
            words.rate(row.share),
            words.interval(row.share),
            words.count(row.regions),
            str(row.passages),
            words.trend(row.trend),
        )
        for row in table.rows[:ROWS]
    )
    paper.table(head, rows, (1.6, 3.1, 2.3, 2.6, 2.0, 1.5, 1.3, 1.9))
    paper.paragraph(f"{words['alone']}：{table.alone}/{table.passages}；* {words['few']}")
    for row in table.rows[:IN_FULL]:
        if row.representative:
            _cluster(paper, row, words)


def _cluster(paper: _Paper, row: ClusterRow, words: Terms) -> None:
    paper.heading(f"{row.id} {row.name}", 2)
    paper.paragraph(row.description)
    levels = "；".join(f"{words.level(level)} {words.rate(rate)}" for level, rate in row.levels.items())
    paper.paragraph(f"{words['reports']}：{words.rate(row.share)}；{words['levels']}：{levels}")
    if row.years:
        years = "；".join(f"{year} {words.rate(rate)}" for year, rate in row.years.items())
        paper.paragraph(f"{words['years']}：{years}；{words['trend']}：{words.trend(row.trend)}")
    paper.paragraph(f"{words['support']}：{row.name_note}")
    if row.again:
        again = "；".join(f"{place}（{'、'.join(map(str, years))}）" for place, years in row.again[:8])
        paper.paragraph(f"{words['again']}：{again}")
    for quote in row.representative:
        paper.quote(quote)
    for quote in row.divergent[:1]:
        paper.paragraph(f"{words['divergent']}：")
        paper.quote(quote)


def _heat(paper: _Paper, content: ClusterReport, words: Terms) -> None:
    if content.heat is None:
        return
    paper.heading(words["heat"], 1)
    columns = content.heat.columns[:HEAT_COLUMNS]
    head = [words["region"], words["reports"], *(name for _, name in columns)]
    rows = [
        [row.region, str(row.reports), *(str(c.count.number) if c and c.count.number else "" for c in row.cells)][
            : 2 + len(columns)
        ]
        for row in content.heat.rows
    ]
    # Light shades only: black digits stay readable in print.
    shades = [
        ["", "", *(heat_colour(0.55 * c.count.share) if c and c.count.number else "" for c in row.cells)][
            : 2 + len(columns)
        ]
        for row in content.heat.rows
    ]
    paper.table(head, rows, (2.6, 1.2, *([12.6 / len(columns)] * len(columns))), shades)


def _spreads(paper: _Paper, content: ClusterReport, words: Terms) -> None:
    paper.heading(words["diffusion"], 1)
    if len({year.year for spread in content.spreads for year in spread.years}) < 2:
        paper.paragraph(words["no_years"])
        return
    rows = (
        (
            spread.name,
            f"{spread.first_year} {'；'.join(spread.first_places[:2])}",
            "；".join(f"{year.year}：{words.rate(year.share)}" for year in spread.years),
            str(spread.years[-1].total),
        )
        for spread in content.spreads
    )
    paper.table([words[k] for k in ("name", "first", "years", "total")], rows, (3.8, 4.4, 6.1, 2))


def _coverage(paper: _Paper, content: ClusterReport, words: Terms) -> None:
    if content.coverage is None:
        return
    paper.heading(words["coverage"], 1)
    rows = (
        (row.item.code, row.item.title, row.item.part, words.rate(row.reports), str(row.passages))
        for row in content.coverage.rows
    )
    head = [words[k] for k in ("item", "name", "outline", "reports", "passages")]
    paper.table(head, rows, (1.2, 5.4, 5.4, 3, 1.6))
    never = "、".join(item.title for item in content.coverage.never) or words["none"]
    paper.paragraph(f"{words['never']}：{never}")


def _quotes(paper: _Paper, content: ClusterReport, words: Terms) -> None:
    paper.heading(words["distinctive"], 1)
    for quote in content.distinctive:
        paper.quote(quote)
    if not content.distinctive:
        paper.paragraph(words["no_data"])
    paper.heading(words["reuse"], 1)
    paper.paragraph(words.count(content.reuse_count))
    for family in content.reuse:
        paper.paragraph(f"{family.passages} {words['passages']}，{family.regions} {words['regions']} {family.cluster}")
        for quote in family.quotes:
            paper.quote(quote)
    paper.heading(words["gaps"], 1)
    for key, entries, count in (
        ("open_problems", content.open_problems, content.open_problems_count),
        ("open_plans", content.open_plans, content.open_plans_count),
    ):
        paper.heading(f"{words[key]}（{words.count(count)}）", 2)
        for entry in entries:
            paper.quote(entry.quote)
        if not entries:
            paper.paragraph(words["none"])
    if content.follow_ups:
        paper.heading(words["follow_ups"], 2)
        rows = ((f.problem, f.measure, words.count(f.units)) for f in content.follow_ups)
        paper.table([words[k] for k in ("problem", "measure", "units")], rows, (7, 7, 2.5))
