"""The cluster report as an Excel workbook: frozen heads, filters, real numbers, no cell that could be a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import islice
from typing import Any

from service.cluster_report.charts import heat_colour
from service.cluster_report.content import ClusterReport, Quote, RoleTable
from service.cluster_report.terms import Terms, terms

__all__ = ["write_excel"]

MOST_MEMBERS = 30_000
LONGEST_CELL = 32_000  # a cell holds 32,767 characters
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SHEET = re.compile(r"[\[\]:*?/\\]")
Cell = str | int | float | None


class _Book:
    """One workbook with its formats; texts are written as texts, whatever they begin with."""

    def __init__(self, buffer: BytesIO) -> None:
        from datetime import datetime

        import xlsxwriter

        self.book = xlsxwriter.Workbook(
            buffer,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        )
        # A fixed date: the same content gives the same bytes.
        self.book.set_properties({"created": datetime(2024, 1, 1), "author": "Bijian", "title": ""})
        font = {"font_name": "等线", "font_size": 10.5, "valign": "top"}
        self.head = self.book.add_format(
            {**font, "bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True, "valign": "vcenter"}
        )
        self.text = self.book.add_format({**font, "text_wrap": True})
        self.number = self.book.add_format({**font, "num_format": "0"})
        self.percent = self.book.add_format({**font, "num_format": "0%"})
        self.title = self.book.add_format({**font, "bold": True, "font_size": 16})
        self._font = font
        self._shades: dict[str, Any] = {}

    def shade(self, colour: str, *, dark: bool) -> Any:  # noqa: ANN401 - xlsxwriter is not typed
        """A format with this background."""
        if colour not in self._shades:
            ink = "#FFFFFF" if dark else "#1D2329"
            self._shades[colour] = self.book.add_format(
                {
                    **self._font,
                    "bg_color": colour,
                    "font_color": ink,
                    "align": "center",
                    "border": 1,
                    "border_color": "#FFFFFF",
                }
            )
        return self._shades[colour]

    def sheet(self, name: str) -> Any:  # noqa: ANN401
        """A new sheet, its name made fit."""
        return self.book.add_worksheet(_SHEET.sub(" ", name)[:31])

    def put(self, sheet: Any, row: int, column: int, value: Cell, form: Any = None) -> None:  # noqa: ANN401
        """Write one cell."""
        if value is None:
            sheet.write_blank(row, column, None, form or self.text)
        elif isinstance(value, str):
            sheet.write_string(row, column, _CONTROL.sub(" ", value)[:LONGEST_CELL], form or self.text)
        elif isinstance(value, float):
            sheet.write_number(row, column, value, form or self.percent)
        else:
            sheet.write_number(row, column, value, form or self.number)

    def table(self, name: str, head: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]]) -> Any:  # noqa: ANN401
        """A sheet with one table: heads with column widths, frozen, filtered, printed on every page."""
        sheet = self.sheet(name)
        for column, (title, width) in enumerate(head):
            sheet.set_column(column, column, width)
            self.put(sheet, 0, column, title, self.head)
        last = 0
        for last, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                self.put(sheet, last, column, value)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(last, 1), len(head) - 1)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet


def write_excel(content: ClusterReport) -> bytes:
    """The file's bytes."""
    words, buffer = terms(content.lang), BytesIO()
    book = _Book(buffer)
    _summary(book, content, words)
    for table in content.tables:
        _clusters(book, table, words)
    _evidence(book, content, words)
    _members(book, content, words)
    _by_year(book, content, words)
    _heat(book, content, words)
    _cells_by_year(book, content, words)
    _spreads(book, content, words)
    _coverage(book, content, words)
    _others(book, content, words)
    _method(book, content, words)
    book.book.close()
    return buffer.getvalue()


def _summary(book: _Book, content: ClusterReport, words: Terms) -> None:
    sheet = book.sheet(words["summary"])
    sheet.set_column(0, 0, 110)
    book.put(sheet, 0, 0, content.title, book.title)
    for row, line in enumerate((content.scope, "", *content.summary, *content.warnings), start=1):
        book.put(sheet, row, 0, line)


def _clusters(book: _Book, table: RoleTable, words: Terms) -> None:
    number = [("reports", 8), ("of", 8), ("share", 8)]
    head = [("id", 9), ("name", 34), ("description", 46), ("outline", 24), *number]
    titles = [(words[key], width) for key, width in head]
    low, high = words["interval"] + " ↓", words["interval"] + " ↑"
    rest = [(low, 9), (high, 9), *((words[k], w) for k, w in _REST)]
    rows = (
        [
            row.id,
            row.name,
            row.description,
            row.outline,
            row.share.count.number,
            row.share.count.of,
            float(row.share.count.share),
            float(row.share.low),
            float(row.share.high),
            words.count(row.regions),
            words.count(row.provinces),
            row.passages,
            row.copied,
            len(row.again),
            words.trend(row.trend),
            "、".join(row.terms),
            row.name_note,
        ]
        for row in table.rows
    )
    book.table(table.title, titles + rest, rows)


_REST = (
    ("regions", 9),
    ("provinces", 9),
    ("passages", 8),
    ("copied", 9),
    ("again", 10),
    ("trend", 11),
    ("terms", 30),
    ("support", 22),
)


def _evidence(book: _Book, content: ClusterReport, words: Terms) -> None:
    head = [("id", 9), ("name", 28), ("text", 80), ("region", 26), ("year", 7), ("citation", 46), ("heading", 30)]

    def rows() -> Iterable[Sequence[Any]]:
        for table in content.tables:
            for row in table.rows:
                for kind, quotes in (("representative", row.representative), ("divergent", row.divergent)):
                    for quote in quotes:
                        yield [row.id, f"{row.name}（{words[kind]}）", *_cells(quote)]

    book.table(words["evidence"], [(words[key], width) for key, width in head], rows())


def _members(book: _Book, content: ClusterReport, words: Terms) -> None:
    """Every passage that a cluster counts, by its id, so that each number can be followed."""
    head = [("id", 9), ("name", 34), ("passage_id", 22), ("region", 30), ("year", 7), ("report", 46), ("file", 40)]
    reports = {report.id: report for report in content.reports}

    def rows() -> Iterable[Sequence[Any]]:
        for table in content.tables:
            for row in table.rows:
                for passage in row.passage_ids:
                    report = reports[passage.split(".")[0]]
                    yield [row.id, row.name, passage, report.place, report.year, report.title, report.file]

    every = sum(row.passages for table in content.tables for row in table.rows)
    book.table(words["members"], [(words[key], width) for key, width in head], islice(rows(), MOST_MEMBERS))
    if every > MOST_MEMBERS:
        more = words["others"].format(n=every - MOST_MEMBERS)
        book.put(book.book.get_worksheet_by_name(words["members"]), MOST_MEMBERS + 1, 1, f"{more}：bijian export")


def _cells_by_year(book: _Book, content: ClusterReport, words: Terms) -> None:
    head = [("region", 24), ("year", 7), ("role", 10), ("id", 9), ("name", 34), ("reports", 8), ("of", 8), ("share", 8)]
    titles = [(words[key], width) for key, width in head]
    low, high = words["interval"] + " ↓", words["interval"] + " ↑"
    rows = (
        [
            cell.region,
            cell.year,
            words.role(cell.role),
            cell.cluster,
            cell.name,
            cell.share.count.number,
            cell.share.count.of,
            float(cell.share.count.share),
            float(cell.share.low),
            float(cell.share.high),
            f"* {words['few']}" if cell.share.few else "",
        ]
        for cell in content.cells
    )
    if content.cells:
        book.table(words["by_year"], [*titles, (low, 9), (high, 9), (words["note"], 20)], rows)


def _cells(quote: Quote) -> list[Cell]:
    return [quote.text, quote.place, quote.year, quote.citation, quote.heading]


def _by_year(book: _Book, content: ClusterReport, words: Terms) -> None:
    years = sorted({year for table in content.tables for row in table.rows for year in row.years})
    head = [(words["id"], 9), (words["name"], 34)]
    for year in years:
        head += [(f"{year} {words['reports']}", 9), (f"{year} {words['of']}", 8), (f"{year} {words['share']}", 8)]

    def rows() -> Iterable[Sequence[Any]]:
        for table in content.tables:
            for row in table.rows:
                cells: list[Cell] = [row.id, row.name]
                for year in years:
                    rate = row.years.get(year)
                    cells += [rate.count.number, rate.count.of, float(rate.count.share)] if rate else [None] * 3
                yield cells

    if years:
        book.table(words["years"], head, rows())


def _heat(book: _Book, content: ClusterReport, words: Terms) -> None:
    if content.heat is None:
        return
    head = [(words["region"], 24), (words["reports"], 8), *((name, 11) for _, name in content.heat.columns)]
    rows = [[row.region, row.reports] for row in content.heat.rows]
    sheet = book.table(words["heat"], head, rows)
    for place, row in enumerate(content.heat.rows, start=1):
        for column, cell in enumerate(row.cells, start=2):
            if cell is not None:
                form = book.shade(heat_colour(cell.count.share), dark=cell.count.share > 0.55)
                book.put(sheet, place, column, cell.count.number, form)


def _spreads(book: _Book, content: ClusterReport, words: Terms) -> None:
    keys = ("id", "name", "first", "region", "year", "reports", "of", "share", "fresh", "total")
    widths = (9, 34, 9, 40, 7, 8, 8, 8, 9, 9)
    rows = (
        [
            spread.cluster,
            spread.name,
            spread.first_year,
            "；".join(spread.first_places),
            year.year,
            year.share.count.number,
            year.share.count.of,
            float(year.share.count.share),
            year.fresh,
            year.total,
        ]
        for spread in content.spreads
        for year in spread.years
    )
    if content.spreads:
        book.table(words["diffusion"], [(words[k], w) for k, w in zip(keys, widths, strict=True)], rows)


def _coverage(book: _Book, content: ClusterReport, words: Terms) -> None:
    if content.coverage is None:
        return
    keys = (("item", 7), ("name", 32), ("outline", 32), ("about", 46), ("reports", 8), ("of", 8), ("share", 8))
    rows = (
        [
            row.item.code,
            row.item.title,
            row.item.part,
            row.item.about,
            row.reports.count.number,
            row.reports.count.of,
            float(row.reports.count.share),
            row.passages,
        ]
        for row in content.coverage.rows
    )
    book.table(words["outline"], [*((words[k], w) for k, w in keys), (words["passages"], 8)], rows)
    listed = (
        [r.region, r.year, r.label, r.items.number, r.items.of, "、".join(r.missing)] for r in content.coverage.reports
    )
    head = (("region", 30), ("year", 7), ("reports", 46), ("item", 8), ("of", 8), ("missing", 60))
    book.table(words["missing"], [(words[k], w) for k, w in head], listed)


def _others(book: _Book, content: ClusterReport, words: Terms) -> None:
    head = [(words[k], w) for k, w in (("text", 80), ("region", 26), ("year", 7), ("citation", 46), ("heading", 30))]
    if content.distinctive:
        book.table(words["distinctive"], head, (_cells(quote) for quote in content.distinctive))
    if content.reuse:
        rows = (
            [number, family.passages, *_cells(quote)]
            for number, family in enumerate(content.reuse, start=1)
            for quote in family.quotes
        )
        book.table(words["reuse"], [(words["id"], 7), (words["passages"], 8), *head], rows)
    for key, entries in (("open_problems", content.open_problems), ("open_plans", content.open_plans)):
        if entries:
            rows_ = ([*_cells(o.quote), o.nearest.text if o.nearest else None] for o in entries)
            book.table(words[key], [*head, (words["nearest"], 60)], rows_)


def _method(book: _Book, content: ClusterReport, words: Terms) -> None:
    sheet = book.sheet(words["method"])
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 110)
    rows = [*content.method, *((words["limits"], line) for line in content.limits)]
    for row, (name, value) in enumerate(rows):
        book.put(sheet, row, 0, name, book.head)
        book.put(sheet, row, 1, value)
