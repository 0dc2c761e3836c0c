"""What reading hands on: the source text of a document, and the clean text with a map back to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

__all__ = ["CleanText", "FileKind", "Hint", "Removal", "RemovalReason", "SourceDocument"]


class FileKind(StrEnum):
    """What a file really is, by its content; its name is only a hint."""

    TEXT = "text"
    HTML = "html"
    DOCX = "docx"
    DOC = "doc"
    WPS = "wps"
    PDF = "pdf"
    OFD = "ofd"


@dataclass(frozen=True, slots=True)
class Hint:
    """Something that the container states outside the running text, such as the <title> of a page."""

    field: str  # title, published, source, url, document number …
    value: str
    where: str  # a few words for people: "<meta name=PubDate>", "docx core properties"


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One document as it was found.

    `text` is the decoded source text: for a text file the file itself, for other kinds what the format library
    gives, before any cleaning. All offsets anywhere in Bijian count Unicode code points of this text.
    """

    name: str  # the path as given; a member of an archive is "reports.zip!/2024/a.txt"
    sha256: str  # of this document's own bytes, 64 hex digits
    kind: FileKind
    text: str
    encoding: str | None = None
    hints: tuple[Hint, ...] = ()
    warnings: tuple[str, ...] = ()
    outside: tuple[tuple[int, int], ...] = ()  # spans of `text`, in order, that the page prints around the article
    full_lines: tuple[int, ...] = ()  # offsets of the line feeds behind printed lines that fill their measure


class RemovalReason(StrEnum):
    """Why characters of the source do not stand in the clean text."""

    CHROME = "chrome"  # navigation, widgets, footers of the page
    PUBLICATION_LINE = "publication_line"  # 发布时间 … 来源 …; kept as evidence for the metadata
    CLOCK = "clock"  # the page's own date and time
    PAGE_NUMBER = "page_number"
    RUNNING_HEAD = "running_head"
    INJECTED = "injected"  # advertising put in by somebody who is not the author
    PINYIN_GLOSS = "pinyin_gloss"
    INVISIBLE = "invisible"  # zero-width, private-use and control characters
    LINE_BREAK = "line_break"  # a hard break inside a paragraph
    MOJIBAKE = "mojibake"  # wrongly decoded bytes; `replacement` holds the repair
    TABLE = "table"  # a row set in plain text; `replacement` is the sentence that says it
    REPEATED = "repeated"  # the same heading or metadata block printed again


@dataclass(frozen=True, slots=True)
class Removal:
    """A run of the source that was left out or replaced: `source.text[start:end] == text`."""

    start: int
    end: int
    reason: RemovalReason
    text: str
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class CleanText:
    """Simplified, cleaned text: one paragraph a line, no blank lines, and where each character came from.

    `origin` has shape (len(text) + 1,) and dtype int32; `origin[i]` is the source offset of character i, and the last
    entry is the offset just behind the last kept character. It never decreases.
    """

    text: str
    origin: NDArray[np.int32]
    removals: tuple[Removal, ...] = ()
    traditional: bool = False  # the source was written in traditional characters
    warnings: tuple[str, ...] = field(default=())

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The source offsets that clean characters start … end − 1 came from."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"span {start}:{end} is not inside a text of {len(self.text)} characters")
        return int(self.origin[start]), int(self.origin[end - 1]) + 1

    @property
    def injected(self) -> tuple[Removal, ...]:
        """The advertising that somebody put into the page."""
        return tuple(r for r in self.removals if r.reason is RemovalReason.INJECTED)
