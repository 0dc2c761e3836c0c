"""Printed lines with places on a page to text whose indents and page breaks survive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["PrintedLine", "joined_pages"]

WIDE_SPACE = "　"
DEEPEST_INDENT = 20


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One line as printed: its left edge and the size of its characters, in any one unit, and its text."""

    left: float
    size: float
    text: str


def joined_pages(pages: Sequence[Sequence[PrintedLine]]) -> str:
    """All pages as text: a form feed on its own line between pages, wide spaces for indents."""
    lefts = Counter(round(line.left) for page in pages for line in page if len(line.text.strip()) >= 12)
    margin = _margin(lefts)
    return "\n\f\n".join("\n".join(_indented(line, margin) for line in page) for page in pages)


def _margin(lefts: Counter[int]) -> float:
    """The left edge of the type area: the leftmost place where more than a stray line begins."""
    if not lefts:
        return 0.0
    total = sum(lefts.values())
    near = {left: sum(lefts[left + step] for step in (-1, 0, 1)) for left in lefts}
    return float(min(left for left, count in near.items() if count * 20 >= total))


def _indented(line: PrintedLine, margin: float) -> str:
    if line.size <= 0:
        return line.text
    indent = round((line.left - margin) / line.size)
    return WIDE_SPACE * min(DEEPEST_INDENT, max(0, indent)) + line.text.strip()
