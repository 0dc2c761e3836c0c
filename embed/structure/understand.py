"""From the clean text of one document to its `Report`."""

from __future__ import annotations

from embed.reading.document import CleanText, SourceDocument
from embed.structure.facts import Facts
from embed.structure.frame import Frame, LinePart, find_frame
from embed.structure.lines import read_lines
from embed.structure.metadata import read_metadata
from embed.structure.outline import Outline, Paragraph, find_outline
from embed.structure.passages import divide
from embed.structure.report import Passage, Report, Section
from embed.structure.roles import judge

__all__ = ["report_id", "understand"]


def report_id(sha256: str) -> str:
    """The id of a report: "r" and the first 15 hex digits of the SHA-256 of its bytes."""
    return f"r{sha256[:15]}"


def understand(source: SourceDocument, clean: CleanText, facts: Facts | None = None) -> Report:
    """Read metadata, outline, passages and roles of one document.

    `facts` is what a manifest states about the file; it wins over what the text says. Every offset in the result is a
    source offset carried through `clean.origin`. Text of any shape is accepted: an empty document has no passages.
    """
    frame = find_frame(clean)
    metadata = read_metadata(source, clean, frame, facts)
    outline = find_outline(clean.text, read_lines(clean.text, _body_spans(frame)))
    return Report(
        id=report_id(source.sha256),
        file=source.name,
        sha256=source.sha256,
        source_text=source.text,
        metadata=metadata,
        sections=_sections(clean, outline),
        passages=_passages(clean, outline),
        removals=clean.removals,
        warnings=(*source.warnings, *clean.warnings),
    )


def _body_spans(frame: Frame) -> list[tuple[int, int]]:
    return [(line.start, line.end) for line in frame.lines if line.part in (LinePart.BODY, LinePart.CLOSING)]


def _sections(clean: CleanText, outline: Outline) -> tuple[Section, ...]:
    sections = []
    for heading in outline.headings:
        start, end = clean.source_span(heading.start, heading.end)
        sections.append(
            Section(heading.ordinal, heading.parent, heading.depth, heading.number, heading.text, start, end)
        )
    return tuple(sections)


def _passages(clean: CleanText, outline: Outline) -> tuple[Passage, ...]:
    passages: list[Passage] = []
    for paragraph in outline.paragraphs:
        for start, end in divide(clean.text, paragraph.start, paragraph.end):
            passages.append(_passage(clean, outline, paragraph, (start, end), len(passages)))
    return tuple(passages)


def _passage(clean: CleanText, outline: Outline, paragraph: Paragraph, span: tuple[int, int], ordinal: int) -> Passage:
    text = clean.text[span[0] : span[1]]
    path = outline.path(paragraph.section)
    role, confidence = judge(text, path)
    start, end = clean.source_span(*span)
    heading = tuple(h.text for h in path)
    return Passage(ordinal, role, confidence, start, end, text, heading, paragraph.section)
