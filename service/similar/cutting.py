"""A pasted text cut into passages, each answered by itself."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from embed.reading import FileKind, SourceDocument, clean
from embed.structure import understand
from embed.structure.report import Role
from service.similar.questions import Asked, understand_text

__all__ = ["Piece", "cut", "document_of"]

ONE_PIECE = 260  # characters up to which a text of one paragraph is asked with as it is
SHORTEST = 12  # characters below which a piece of a long text is not asked with
_HAN = re.compile(r"[\u3400-\u9fff]")
_PARAGRAPH = re.compile(r"[^\n]+")
_SENTENCES = re.compile(r"[^.!?]+[.!?]*\s*")
LONGEST_ENGLISH = 800


@dataclass(frozen=True, slots=True)
class Piece:
    """One passage of a text: characters start … end − 1 of it. `role` is None where the text is a query of its own."""

    start: int
    end: int
    asked: Asked
    role: Role | None = None


def cut(text: str) -> list[Piece]:
    """Cut a text into passages; a short one stays whole. Nothing is left out but headings and signatures.

    Raises:
        QueryError: there is nothing to look for in it.
    """
    asked = understand_text(text)
    stripped = text.strip()
    paragraphs = [p for p in stripped.split("\n") if p.strip()]
    if len(stripped) <= ONE_PIECE and len(paragraphs) <= 2:
        return [Piece(0, len(text), asked)]
    pieces = _english(text) if asked.language == "en" else _chinese(text)
    return pieces or [Piece(0, len(text), asked)]


def document_of(text: str, name: str = "text") -> SourceDocument:
    """A text as if it had been read from a file."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return SourceDocument(name=name, sha256=digest, kind=FileKind.TEXT, text=text, encoding="utf-8")


def _chinese(text: str) -> list[Piece]:
    source = document_of(text)
    report = understand(source, clean(source))
    return [
        Piece(passage.start, passage.end, understand_text(passage.text), passage.role)
        for passage in report.passages
        if len(_HAN.findall(passage.text)) >= SHORTEST
    ]


def _english(text: str) -> list[Piece]:
    pieces = []
    for paragraph in _PARAGRAPH.finditer(text):
        start = paragraph.start()
        for begin, end in _sentence_runs(paragraph.group()):
            part = text[start + begin : start + end]
            if sum(char.isalpha() for char in part) >= SHORTEST:
                pieces.append(Piece(start + begin, start + end, understand_text(part)))
    return pieces


def _sentence_runs(paragraph: str) -> list[tuple[int, int]]:
    """Runs of whole sentences of up to LONGEST_ENGLISH characters."""
    runs: list[tuple[int, int]] = []
    for match in _SENTENCES.finditer(paragraph):
        if runs and match.end() - runs[-1][0] <= LONGEST_ENGLISH:
            runs[-1] = (runs[-1][0], match.end())
        else:
            runs.append(match.span())
    return runs
