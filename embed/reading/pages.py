"""Printed lines with places on a page to text whose indents and page breaks survive."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from embed.reading.document import RemovalReason
from embed.reading.tracked import Edit, TrackedText

__all__ = ["PrintedLine", "PrintedText", "joined_pages", "printed_edits"]

WIDE_SPACE = "　"
DEEPEST_INDENT = 20
# What a printer keeps together at the head of a line: a number or a word, and the closing marks behind it.
UNIT = re.compile(r"[ 　]*[“‘（《〔【(]*(?:[0-9A-Za-z.,%％/\-—～~]+|.)?[，。；：、！？”’）》】…,.;:!?)]*")
SENTENCE_END = tuple("。！？；：!?;:…”’》）)")
HEADING = re.compile(
    r"第?[一二三四五六七八九十百]{1,4}[、.．章节条]|[(（] ?[一二三四五六七八九十百]{1,4} ?[)）]"
    r"|\d{1,2} ?[、.．](?!\d)|附件"
)
RUN_IN = re.compile(r"[一二三四五六七八九十]{1,2}[是要](?![否求])|[(（] ?\d{1,2} ?[)）]|第[一二三四五六七八九十]+[,，]")
HAND_OVER = re.compile("现(?:将|就|把)")  # the last sentence of an opening, never a paragraph of its own
HANGING = 1.3  # characters that a closing mark may stand out of the measure, and a little
TITLE_END = re.compile(r"(?:法治|依法行政)[^。，]{0,20}(?:报告|总结|情况|汇报)$")
SHORTEST = 12  # characters of a line that tells where the margins are


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One line as printed: its left edge, the size of its characters and its right edge, in any one unit, and its text.

    Without a right edge nothing is known of the measure that the line fills.
    """

    left: float
    size: float
    text: str
    right: float = 0.0


@dataclass(frozen=True, slots=True)
class PrintedText:
    """Text of printed pages; `full` has the offset of the line feed behind each line that fills its measure."""

    text: str
    full: tuple[int, ...] = ()


def joined_pages(pages: Sequence[Sequence[PrintedLine]]) -> PrintedText:
    """All pages as text: a form feed on its own line between pages, wide spaces for indents."""
    columns = [_columns(page) for page in pages]
    areas = _areas(pages, columns)
    parts: list[str] = []
    full: list[int] = []
    position = 0
    for number, (page, numbers) in enumerate(zip(pages, columns, strict=True)):
        if number:
            parts.append("\f")
            position += 2
        for i, line in enumerate(page):
            margin, edge = areas[numbers[i]]
            parts.append(_indented(line, margin))
            position += len(parts[-1])
            if edge and _is_full(line, page[i + 1] if i + 1 < len(page) else None, edge):
                full.append(position)
            position += 1
    if len(pages) > 1:
        parts.append("\f")  # the number of the last page stands before a break as well
    return PrintedText("\n".join(parts), tuple(full))


_Column = tuple[int, int]  # how many columns the page has, and which of them


def _columns(page: Sequence[PrintedLine]) -> list[_Column]:
    """The column of each line of a page: two where a gutter runs between the long lines, with many on either side."""
    long = [line for line in page if len(line.text.strip()) >= SHORTEST and line.right > line.left]
    lefts = sorted({line.left for line in long})
    for before, gutter in pairwise(lefts):
        if gutter - before < SHORTEST * 0.7 * max(line.size for line in long):
            continue
        right = sum(line.left >= gutter for line in long)
        left = sum(line.right <= gutter for line in long)
        if right * 4 >= len(long) and left * 4 >= len(long) and (right + left) * 10 >= 9 * len(long):
            return [(2, int(line.left >= gutter - line.size)) for line in page]
    return [(1, 0)] * len(page)


def _areas(
    pages: Sequence[Sequence[PrintedLine]], columns: Sequence[Sequence[_Column]]
) -> dict[_Column, tuple[float, float]]:
    """The left and the right edge of the type area of each column."""
    lines: dict[_Column, list[PrintedLine]] = {}
    for page, numbers in zip(pages, columns, strict=True):
        for line, number in zip(page, numbers, strict=True):
            lines.setdefault(number, []).append(line)
    areas = {}
    for number, own in lines.items():
        long = [line for line in own if len(line.text.strip()) >= SHORTEST]
        areas[number] = _margin(Counter(round(line.left) for line in long)), _right_edge(long)
    return areas


def _margin(lefts: Counter[int]) -> float:
    """The left edge of the type area: the leftmost place where more than a stray line begins."""
    if not lefts:
        return 0.0
    total = sum(lefts.values())
    near = {left: sum(lefts[left + step] for step in (-1, 0, 1)) for left in lefts}
    return float(min(left for left, count in near.items() if count * 20 >= total))


def _right_edge(lines: Sequence[PrintedLine]) -> float:
    """The right edge of the type area: the farthest that two lines reach, or 0 where no two reach one."""
    rights = sorted((line.right for line in lines if line.right > 0), reverse=True)
    sizes = sorted(line.size for line in lines)
    near = 1.5 * sizes[len(sizes) // 2] if sizes else 0.0
    return next((far for far, next_one in pairwise(rights) if far - next_one <= near), 0.0)


def _is_full(line: PrintedLine, following: PrintedLine | None, edge: float) -> bool:
    """Whether what stands at the head of the next line found no room on this one."""
    if line.size <= 0 or line.right <= 0:
        return False
    unit = UNIT.match(following.text) if following is not None else None
    found = unit.group().strip() if unit else ""
    width = sum(1.0 if ord(c) > 0x2E7F or c in "“”‘’…—" else 0.6 for c in found) if found else 2.0
    width += 2.0 if any(c.isdigit() for c in found) else 0.0  # 100%； and 2025年 stay together
    return edge - line.right < (min(width, 12.0) + HANGING) * line.size


def _indented(line: PrintedLine, margin: float) -> str:
    if line.size <= 0:
        return line.text
    indent = round((line.left - margin) / line.size)
    return WIDE_SPACE * min(DEEPEST_INDENT, max(0, indent)) + line.text.strip()


def printed_edits(work: TrackedText, full: Sequence[int]) -> Iterator[Edit]:
    """Line feeds, and what stands between pages, behind lines that fill their measure and go on in the next line."""
    ends = frozenset(full)
    lines = [line for line in work.lines() if line.text.strip()]
    flush = sum(1 for line in lines if line.text[0] != WIDE_SPACE and line.text[0] != " ")
    indented = 10 * (len(lines) - flush) >= len(lines)  # paragraphs begin with an indent
    for before, line in pairwise(lines):
        if int(work.origin[before.end - 1]) + 1 not in ends or line.text[0] in " " + WIDE_SPACE:
            continue
        if _goes_on(before.text.strip(), line.text.strip(), indented=indented):
            left, right = before.text.rstrip()[-1], line.text[0]
            apart = left.isascii() and right.isascii() and left.isalpha() and right.isalpha()
            yield Edit(before.end, line.start, RemovalReason.LINE_BREAK, " " if apart else "")


def _goes_on(before: str, text: str, *, indented: bool) -> bool:
    ended = before.endswith(SENTENCE_END)
    if HEADING.match(text):
        return indented and not ended
    if RUN_IN.match(text):
        return indented or not ended
    if HAND_OVER.match(text):
        return True
    return indented or not (before.endswith(("。", "：", ":")) or TITLE_END.search(before))
