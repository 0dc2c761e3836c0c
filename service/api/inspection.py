"""How one document is understood, without a store."""

from __future__ import annotations

from dataclasses import dataclass

from embed.reading import Removal, SourceDocument, clean
from embed.structure import understand
from embed.structure.report import Metadata, Role, Section

__all__ = ["InspectedPassage", "Inspection", "inspect_upload"]


@dataclass(frozen=True, slots=True)
class InspectedPassage:
    """One passage of a document that is not in the store; `start`/`end` are source offsets."""

    ordinal: int
    role: Role
    confidence: float
    heading: tuple[str, ...]
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """One document as it is understood. `report` is the id that it would have, or has, in the store."""

    report: str
    file: str
    file_kind: str
    encoding: str | None
    characters: int
    metadata: Metadata
    sections: tuple[Section, ...]
    passages: tuple[InspectedPassage, ...]
    removals: tuple[Removal, ...]
    warnings: tuple[str, ...]


def inspect_upload(document: SourceDocument) -> Inspection:
    """Read and understand one document; keeps nothing."""
    report = understand(document, clean(document))
    return Inspection(
        report=report.id,
        file=document.name,
        file_kind=str(document.kind),
        encoding=document.encoding,
        characters=len(document.text),
        metadata=report.metadata,
        sections=report.sections,
        passages=tuple(
            InspectedPassage(p.ordinal, p.role, round(p.role_confidence, 3), p.heading, p.start, p.end, p.text)
            for p in report.passages
        ),
        removals=report.removals,
        warnings=report.warnings,
    )
