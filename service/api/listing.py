"""The list of reports: filters, order, pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field, StringConstraints

from embed.index import Filter
from embed.index.selection import report_mask
from embed.structure.report import Level, ReportKind
from service.api.lookup import search_strings
from service.api.reply import cursor, read_cursor
from service.api.schemas import Code, Strict, Year
from service.api.views import ReportPage, report_line

if TYPE_CHECKING:
    from embed.index import Generation

__all__ = ["ReportQuery", "list_reports"]


class ReportQuery(Strict):
    """Which reports to list. Documents of other kinds and repeated reports are listed too, unless left out."""

    q: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        default=None, description="Must occur in title, place, document number or file name.", examples=["荷塘镇"]
    )
    region: list[Code] = Field(default=[], max_length=100, description="Division codes; places below are included.")
    year_from: Year | None = Field(default=None, description="First year reported on.")
    year_to: Year | None = Field(default=None, description="Last year reported on.")
    level: list[Level] = Field(default=[], description="Levels of the reporting organ.")
    kind: list[ReportKind] = Field(default=[], description="Kinds of document.")
    only_reports: bool = Field(default=False, description="Leave out repeated reports and other kinds of document.")
    limit: int = Field(default=50, ge=1, le=500, description="Reports a page.")
    cursor: str | None = Field(default=None, max_length=200, description="`cursor` of the page before.")

    def to_filter(self) -> Filter:
        return Filter(
            regions=tuple(self.region),
            year_from=self.year_from,
            year_to=self.year_to,
            levels=tuple(self.level),
            kinds=tuple(self.kind),
            include_duplicates=not self.only_reports,
            include_other_kinds=not self.only_reports,
        )


def list_reports(generation: Generation, asked: ReportQuery) -> ReportPage:
    """One page. Raises ProblemError 410 for a cursor of another generation."""
    after = read_cursor(asked.cursor, generation.number)
    rows = np.flatnonzero(report_mask(generation.reports, generation.departments, asked.to_filter()))
    if asked.q:
        strings, wanted = search_strings(generation), asked.q.lower()
        rows = np.array([row for row in rows.tolist() if wanted in strings[row]], dtype=np.int64)
    order = np.lexsort((rows, -generation.reports.year[rows].astype(np.int64)))
    page = rows[order][after + 1 : after + 1 + asked.limit]
    last = after + len(page)
    return ReportPage(
        reports=tuple(report_line(generation.report_at(int(row))) for row in page),
        total=len(rows),
        cursor=cursor(generation.number, last) if last + 1 < len(rows) else None,
        generation=generation.number,
    )
