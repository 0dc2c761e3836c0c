"""Reports and passages as they are shown over HTTP and on the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from embed.reading import Removal
from embed.structure.report import Candidate, Evidence, Region, Role, Section
from service.api.lookup import passage_row, place_name, report_row
from service.api.readings import reading_of

if TYPE_CHECKING:
    from embed.index import Generation, Store, StoredReport

__all__ = [
    "PassageLine",
    "PassageView",
    "ReportDetail",
    "ReportLine",
    "ReportPage",
    "passage_view",
    "report_detail",
    "report_line",
]

CONTEXT = 200  # characters of the source on each side of a passage


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One report in a list. `place` is the full name, province first; `corrected` names fields that people set."""

    id: str
    title: str | None
    place: str
    region: Region
    year: int | None
    level: str | None
    kind: str
    department: str | None
    issuer: str | None
    published: date | None
    doc_number: str | None
    file: str
    url: str | None
    passages: int
    duplicate_of: str | None
    corrected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportPage:
    """One page of the list of reports. `total` is exact; `cursor` asks for the next page, None on the last."""

    reports: tuple[ReportLine, ...]
    total: int
    cursor: str | None
    generation: int


@dataclass(frozen=True, slots=True)
class PassageLine:
    """One passage of a report. `start`/`end` are source offsets: code points of the decoded source text."""

    id: str
    role: Role
    confidence: float
    heading: tuple[str, ...]
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class PassageView:
    """One passage with where it stands.

    text: clean and simplified. source: the very characters `start` … `end` − 1 of the source text, before cleaning;
    `before` and `after` are what stands around them.
    """

    passage: PassageLine
    report: ReportLine
    source: str
    before: str
    after: str
    previous: str | None
    next: str | None
    generation: int


@dataclass(frozen=True, slots=True)
class ReportDetail:
    """One report as it was understood: metadata with evidence, outline, passages, what was cleaned away."""

    report: ReportLine
    files: tuple[str, ...]
    sha256: str
    evidence: tuple[Evidence, ...]
    candidates: tuple[Candidate, ...]
    sections: tuple[Section, ...]
    passages: tuple[PassageLine, ...]
    removals: tuple[Removal, ...]
    warnings: tuple[str, ...]
    source_length: int
    generation: int


def report_line(report: StoredReport) -> ReportLine:
    """One row of a list."""
    metadata = report.metadata
    return ReportLine(
        id=report.id,
        title=metadata.title,
        place=place_name(report),
        region=metadata.region,
        year=metadata.year,
        level=str(metadata.level) if metadata.level else None,
        kind=str(metadata.kind),
        department=metadata.department,
        issuer=metadata.issuer,
        published=metadata.published,
        doc_number=metadata.doc_number,
        file=report.file,
        url=metadata.url,
        passages=report.passages,
        duplicate_of=report.duplicate_of,
        corrected=report.corrected,
    )


def passage_lines(generation: Generation, row: int) -> tuple[PassageLine, ...]:
    """The passages of the report in a row, in document order."""
    return tuple(
        PassageLine(p.id, p.role, round(p.confidence, 3), heading=p.heading, start=p.start, end=p.end, text=p.text)
        for p in generation.passages_at(generation.passages_of(row))
    )


def report_detail(store: Store, generation: Generation, report: str) -> ReportDetail:
    """Everything about one report; ProblemError 404 when it is not there."""
    row = report_row(generation, report)
    stored = generation.report_at(row)
    reading = reading_of(store, generation, row)
    return ReportDetail(
        report=report_line(stored),
        files=stored.files,
        sha256=stored.sha256,
        evidence=reading.metadata.evidence,
        candidates=reading.metadata.candidates,
        sections=reading.sections,
        passages=passage_lines(generation, row),
        removals=reading.removals,
        warnings=reading.warnings,
        source_length=len(reading.source_text),
        generation=generation.number,
    )


def passage_view(store: Store, generation: Generation, passage: str, *, context: int = CONTEXT) -> PassageView:
    """One passage with its surroundings; ProblemError 404 when it is not there."""
    row = passage_row(generation, passage)
    (p,) = generation.passages_at([row])
    siblings = generation.passages_of(p.report_row)
    reading = reading_of(store, generation, p.report_row)
    text = reading.source_text
    return PassageView(
        passage=PassageLine(
            p.id, p.role, round(p.confidence, 3), heading=p.heading, start=p.start, end=p.end, text=p.text
        ),
        report=report_line(generation.report_at(p.report_row)),
        source=text[p.start : p.end],
        before=text[max(0, p.start - context) : p.start],
        after=text[p.end : p.end + context],
        previous=generation.passage_id(row - 1) if row - 1 in siblings else None,
        next=generation.passage_id(row + 1) if row + 1 in siblings else None,
        generation=generation.number,
    )
