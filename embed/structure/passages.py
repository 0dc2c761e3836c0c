"""Passages: the smallest runs of a report that state one measure, problem, cause or plan."""

from __future__ import annotations

import re

from embed.structure.sentences import find_clauses

__all__ = ["divide"]

_ITEM = re.compile(r"[一二三四五六七八九十](?:是|要)|其[一二三四五六][是,，、]|第[一二三四五六][是,，、]")


def divide(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Divide one paragraph into passages; the spans are in order and do not overlap."""
    spans: list[tuple[int, int]] = []
    begin = start
    for clause in find_clauses(text, start, end):
        if _ITEM.match(text, clause.start) and clause.start > begin:
            spans.append((begin, clause.start))
            begin = clause.start
    spans.append((begin, end))
    return spans
