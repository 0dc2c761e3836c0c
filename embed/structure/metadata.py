"""Metadata of a document: what a careful reader concludes, each with its evidence."""

from __future__ import annotations

from embed.reading.document import CleanText, SourceDocument
from embed.structure.facts import Facts
from embed.structure.frame import Frame, LinePart
from embed.structure.report import Metadata, ReportKind

__all__ = ["read_metadata"]


def read_metadata(source: SourceDocument, clean: CleanText, frame: Frame, facts: Facts | None = None) -> Metadata:
    """Conclude kind, title, year, dates, document number, level, department, issuer and region of one document."""
    facts = facts or Facts()
    title = "".join(line.text for line in frame.of(LinePart.TITLE)) or None
    kind = facts.kind or ReportKind.REPORT
    return Metadata(kind, facts.title or title, year=facts.year, published=facts.published, url=facts.url)
