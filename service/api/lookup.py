"""Ids to rows, with 404 for what is not there; places and reports as people name them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from embed.exceptions import QueryError
from embed.index import ReportTable
from service.api.problems import ProblemError

if TYPE_CHECKING:
    from embed.index import Generation, StoredReport

__all__ = ["known", "passage_row", "place_name", "report_row", "search_strings"]


def report_row(generation: Generation, report: str) -> int:
    """The row of a report; ProblemError 404 when there is none."""
    try:
        return generation.report_row(report)
    except QueryError as error:
        raise ProblemError(404, error.message, hint=error.hint) from error


def passage_row(generation: Generation, passage: str) -> int:
    """The row of a passage; ProblemError 404 when there is none."""
    try:
        return generation.row_of(passage)
    except QueryError as error:
        raise ProblemError(404, error.message, hint=error.hint) from error


def known(generation: Generation, name: str) -> None:
    """Refuse an id of a report or passage that is not there."""
    if "." in name:
        passage_row(generation, name)
    else:
        report_row(generation, name)


def place_name(report: StoredReport) -> str:
    """The full name of a report's place, province first, and its department; "" when nothing is known."""
    region = report.metadata.region
    names = [region.province, region.city, region.county, region.town, report.metadata.department]
    return "".join(name for number, name in enumerate(names) if name and name not in names[:number])


class _Strings:
    """Title, place and file of every report of one generation, made when first asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._table: ReportTable | None = None
        self._strings: list[str] = []

    def of(self, generation: Generation) -> list[str]:
        with self._lock:
            if self._table is not generation.reports:
                self._strings = [self._line(generation, row) for row in range(len(generation.reports))]
                self._table = generation.reports
            return self._strings

    @staticmethod
    def _line(generation: Generation, row: int) -> str:
        report = generation.report_at(row)
        parts = [report.metadata.title, place_name(report), report.metadata.doc_number, report.file]
        return "\n".join(part for part in parts if part).lower()


search_strings = _Strings().of
