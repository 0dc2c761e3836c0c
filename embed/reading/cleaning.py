"""Source text to clean text: what is not the report goes, with a reason; what stays knows where it stood."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from embed.reading.advertising import injected_edits
from embed.reading.characters import (
    CRLF,
    gap_edits,
    gloss_edits,
    invisible_edits,
    one_to_one,
    punctuation_edits,
)
from embed.reading.chrome import chrome_edits, outside_edits
from embed.reading.document import CleanText, Removal, RemovalReason, SourceDocument
from embed.reading.glued import contents_edits, first_head_edits, glued_edits, repeated_edits
from embed.reading.layout import page_edits, unwrap_edits
from embed.reading.mojibake import mojibake_edits, slip_edits
from embed.reading.pages import printed_edits
from embed.reading.plain_tables import plain_table_edits
from embed.reading.script import simplify
from embed.reading.tracked import Edit, Line, TrackedText

__all__ = ["clean"]

SPACES = re.compile("  +")
LINE_END = re.compile(r"\n\s*")


def clean(source: SourceDocument) -> CleanText:
    """The report inside a source document, in simplified characters, one paragraph a line.

    Every source character is kept, listed in a removal, or white space. Kept characters equal their source
    character, its simplified form, or a plain space. Linear in the length of the text.
    """
    work = TrackedText(source.text)
    work.apply(edit for start, end in source.outside for edit in outside_edits(_lines_of(source.text, start, end)))
    work.apply(mojibake_edits(work.lines()))
    work.apply(slip_edits(work.text))
    work.apply(invisible_edits(work.text))
    work.apply(Edit(m.start(), m.end(), None) for m in CRLF.finditer(work.text))
    work.apply(plain_table_edits(work.lines()))
    work.substitute(one_to_one(work.text))
    work.apply(gloss_edits(work.text))
    simplified, traditional = simplify(work.text)
    work.substitute(simplified)
    work.apply(page_edits(work.lines()))
    heads = [removal.text for removal in work.removals if removal.reason is RemovalReason.RUNNING_HEAD]
    work.apply(first_head_edits(work.lines(), heads) if heads else ())
    work.apply(contents_edits(work.lines()))
    work.apply(glued_edits(work.lines()))
    work.apply(chrome_edits(work.lines()))
    work.apply(repeated_edits(work.lines()))
    work.apply(unwrap_edits(work.lines()))
    if source.full_lines:
        work.apply(printed_edits(work, source.full_lines))
    work.apply(injected_edits(work.text))
    work.apply(punctuation_edits(work.text))
    work.apply(_trim_edits(work))
    work.apply(Edit(m.start(), m.end(), None, " ") for m in SPACES.finditer(work.text))
    work.apply(gap_edits(work.text))
    origin = np.append(work.origin, work.origin[-1] + 1 if len(work.origin) else 0).astype(np.int32)
    removals = work.outermost_removals()
    return CleanText(work.text, origin, removals, traditional, _warnings(removals))


def _lines_of(text: str, start: int, end: int) -> list[Line]:
    lines = []
    for part in text[start:end].split("\n"):
        lines.append(Line(start, start + len(part), part))
        start += len(part) + 1
    return lines


def _warnings(removals: tuple[Removal, ...]) -> tuple[str, ...]:
    injected = sum(1 for removal in removals if removal.reason is RemovalReason.INJECTED)
    return (f"页面被植入广告 {injected} 处 · {injected} runs of injected advertising",) if injected else ()


def _trim_edits(work: TrackedText) -> Iterator[Edit]:
    """White space at both ends of a line, and lines that hold nothing else."""
    text = work.text
    first = len(text) - len(text.lstrip())
    last = len(text.rstrip())
    if first:
        yield Edit(0, first, None)
    for found in LINE_END.finditer(text, first, last):
        start = found.start()
        while text[start - 1].isspace():
            start -= 1
        if found.end() - start > 1:
            yield Edit(start, found.end(), None, "\n")
    if first < last < len(text):
        yield Edit(last, len(text), None)
