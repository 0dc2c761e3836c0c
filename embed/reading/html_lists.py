"""Numbers that a browser prints before the items of ordered lists, which no text of the page has."""

from __future__ import annotations

import re

from embed.reading.markup import Element
from embed.reading.numerals import chinese_numeral

__all__ = ["OWN_MARK", "list_marks"]

# An item that brings its own number needs no other.
OWN_MARK = re.compile(
    r"第?[一二三四五六七八九十百]{1,4} ?[、.．,，章节条是要]|[(（] ?[一二三四五六七八九十百\d]{1,4} ?[)）]"
    r"|\d{1,3} ?[、.．)）]|[①-⑳㈠-㈩⑴-⒇◆●■]"
)
UNNUMBERED = re.compile(r"(?i)list-style(?:-type)?\s*:[^;]*\b(?:none|disc|circle|square)\b")
HAN = re.compile(r"(?i)list-style(?:-type)?\s*:[^;]*\b(?:cjk-ideographic|(?:simp|trad)-chinese-(?:in)?formal)\b")
LETTERS = re.compile(r"(?i)list-style(?:-type)?\s*:[^;]*\b(?:lower|upper)-(?:alpha|latin|roman)\b")
DEEPEST = 200


def list_marks(root: Element) -> dict[Element, str]:
    """The number of each item of the numbered lists in a page.

    Lists inside lists are the levels of an outline that lost its own kinds of numbers: they get those of the official
    norm, 一、 then （一） then 1. then (1).
    """
    lists = [element for element in root.iter("ol") if not _has(UNNUMBERED, element)]
    if not lists:
        return {}
    depths: dict[Element, int] = {}
    for element in lists:
        above = (parent for steps, parent in enumerate(element.iterancestors()) if steps < DEEPEST)
        depths[element] = next((depths[parent] + 1 for parent in above if parent in depths), 0)
    outline = max(depths.values()) > 0
    marks = {}
    for element, depth in depths.items():
        number = _integer(element.get("start"), 1)
        for item in element.iterchildren("li"):
            number = _integer(item.get("value"), number)
            marks[item] = _mark(element, number, depth if outline else None)
            number += 1
    return marks


def _mark(element: Element, number: int, depth: int | None) -> str:
    if element.get("type") in ("a", "A", "i", "I") or _has(LETTERS, element):
        return f"({number})"
    if _has(HAN, element) or depth == 0:
        return f"{chinese_numeral(number)}、"
    if depth == 1:
        return f"（{chinese_numeral(number)}）"
    return f"({number})" if depth is not None and depth > 2 else f"{number}."


def _has(pattern: re.Pattern[str], element: Element) -> bool:
    style = element.get("style")
    return bool(style and pattern.search(style[:500]))


def _integer(value: str | None, default: int) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 6 else default
