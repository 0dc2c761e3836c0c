"""From the clean text of one document to its `Report`."""

from __future__ import annotations

import re

from embed.reading.document import CleanText, SourceDocument
from embed.structure.discourse import Run, read_runs
from embed.structure.facts import Facts
from embed.structure.frame import Frame, LinePart, find_frame
from embed.structure.lines import read_lines
from embed.structure.metadata import read_metadata
from embed.structure.outline import Outline, find_outline
from embed.structure.report import Passage, Report, Section

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
    closing = frame.of(LinePart.CLOSING)
    runs = read_runs(
        clean.text, outline, year=metadata.year or _first_year(clean.text), closing=closing[0].start if closing else -1
    )
    return Report(
        id=report_id(source.sha256),
        file=source.name,
        sha256=source.sha256,
        source_text=source.text,
        metadata=metadata,
        sections=_sections(clean, outline),
        passages=_passages(clean, outline, runs),
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


def _passages(clean: CleanText, outline: Outline, runs: list[Run]) -> tuple[Passage, ...]:
    passages: list[Passage] = []
    above, path = -1, outline.path(None)
    for run in runs:
        start, end = clean.source_span(run.start, run.end)
        section = run.paragraph.section
        if section is not None and section != above:
            above, path = section, outline.path(section)
        headings = tuple([h.text for h in path if h.text_start != run.start]) if section is not None else ()
        text = clean.text[run.start : run.end]
        row = (len(passages), run.role, run.confidence, start, end, text, headings, section)
        passages.append(tuple.__new__(Passage, row))  # half the time of Passage(…), and there are many
    return tuple(passages)


def _first_year(text: str) -> int | None:
    """The first year that the head of the text names: enough to tell this year's work from next year's."""
    found = re.search(r"(20[0-9]{2})(?:年|-)", text[:600])
    return int(found.group(1)) if found else None
