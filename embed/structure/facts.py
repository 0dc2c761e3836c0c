"""What a manifest states about a file before it is read; it wins over what the text suggests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from embed.structure.report import Level, Region, ReportKind

__all__ = ["Facts"]


@dataclass(frozen=True, slots=True)
class Facts:
    """Known facts about one file; None where the manifest says nothing. `url` is only a hint for the region."""

    region: Region | None = None
    year: int | None = None
    published: date | None = None
    title: str | None = None
    url: str | None = None
    issuer: str | None = None
    department: str | None = None
    level: Level | None = None
    kind: ReportKind | None = None
    doc_number: str | None = None
