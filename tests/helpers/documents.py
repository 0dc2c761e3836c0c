"""A text as a file would bring it, read and understood as far as its metadata."""

from __future__ import annotations

import hashlib

from embed.reading import clean
from embed.reading.document import CleanText, FileKind, SourceDocument
from embed.structure.facts import Facts
from embed.structure.frame import Frame, find_frame
from embed.structure.metadata import read_metadata
from embed.structure.report import Metadata


def source_of(text: str, name: str = "report.txt") -> SourceDocument:
    return SourceDocument(name, hashlib.sha256(text.encode()).hexdigest(), FileKind.TEXT, text, "utf-8")


def framed(text: str) -> tuple[CleanText, Frame]:
    cleaned = clean(source_of(text))
    return cleaned, find_frame(cleaned)


def metadata_of(text: str, facts: Facts | None = None) -> Metadata:
    source = source_of(text)
    cleaned = clean(source)
    return read_metadata(source, cleaned, find_frame(cleaned), facts)


def place_of(text: str) -> str:
    region = metadata_of(text).region
    return "/".join(part or "" for part in (region.province, region.city, region.county, region.town))
