"""Nearly the same clause with another number, date, unit or polarity."""

from __future__ import annotations

import re

from embed.structure.masking import DetailKind, details
from service.similar.alignment import align
from service.similar.answer import AlignedSpan, Alignment, ClauseMatch, Kind, Operation
from service.similar.findings import Conflict, ConflictKind

__all__ = ["conflicts_in", "conflicts_of_clauses"]

SURE_CLAUSE = 0.8  # similarity of two clauses from which a difference between them is worth a flag
_UNIT = re.compile(
    r"万?(?:亿元|万元|元|人次|人|件次|件|家次|家|户次|户|场次|场|份|个|名|次|公里|平方米|亩|吨|公斤|天|日|个月|月|年|小时|分钟|%|％|‰|百分点)"
)
_SIGNS = '，。；：、！？,.;:!?）)”"'
_NEGATION = re.compile(r"不再|不得|不予|不|未|没有|没|无|非|禁止|停止|取消|严禁")
_OPPOSITES = (
    ("上升", "下降"),
    ("增长", "下降"),
    ("增加", "减少"),
    ("提高", "降低"),
    ("上涨", "下跌"),
    ("增长", "减少"),
    ("升", "降"),
    ("增", "减"),
    ("全部", "部分"),
    ("高于", "低于"),
    ("超过", "不足"),
    ("好转", "恶化"),
)
# Words in which the syllable denies nothing.
_NOT_DENIED = re.compile("不断|不仅|不但|不动产|不同|无论|非常|不良|非法|不法|非遗|无缝|无障碍|非诉|不懈|不定期|不少于")


def conflicts_in(alignment: Alignment) -> tuple[Conflict, ...]:
    """The conflicts of two texts that are copies of each other; none for texts that are only similar."""
    if alignment.kind is Kind.SIMILAR:
        return ()
    return _conflicts(alignment.spans, 0, 0)


def conflicts_of_clauses(clauses: tuple[ClauseMatch, ...]) -> tuple[Conflict, ...]:
    """The conflicts inside clauses that answer each other closely, for texts that are only similar."""
    found: list[Conflict] = []
    for clause in clauses:
        if clause.score >= SURE_CLAUSE:
            spans = align(clause.query_text, clause.hit_text).spans
            found.extend(_conflicts(spans, clause.query_start, clause.hit_start))
    return tuple(found)


def _conflicts(spans: tuple[AlignedSpan, ...], query_from: int, hit_from: int) -> tuple[Conflict, ...]:
    found = []
    for place, span in enumerate(spans):
        kind = _kind_of(span, spans[place - 1] if place else None)
        if kind is not None:
            query, hit = span.query_text.rstrip(_SIGNS), span.hit_text.rstrip(_SIGNS)
            a, b = query_from + span.query_start, hit_from + span.hit_start
            found.append(Conflict(kind, a, a + len(query), b, b + len(hit), query, hit))
    return tuple(found)


def _kind_of(span: AlignedSpan, before: AlignedSpan | None) -> ConflictKind | None:
    if span.operation is Operation.EQUAL:
        return None
    if span.operation is Operation.LOCAL:
        return _local(span.query_text, span.hit_text)
    if _polarity(span.query_text) != _polarity(span.hit_text) or _opposite(span.query_text, span.hit_text):
        return ConflictKind.POLARITY
    follows_number = before is not None and bool(re.search(r"[0-9０-９一二三四五六七八九十百千万]$", before.query_text))
    units = _UNIT.match(span.query_text), _UNIT.match(span.hit_text)
    if follows_number and units[0] and units[1] and units[0].group() != units[1].group():
        return ConflictKind.UNIT
    return None


def _local(query: str, hit: str) -> ConflictKind | None:
    """Dates and numbers are conflicts; another place's name is not."""
    kinds = [{detail.kind for detail in details(text)} for text in (query, hit)]
    for kind, conflict in ((DetailKind.NUMBER, ConflictKind.NUMBER), (DetailKind.DATE, ConflictKind.DATE)):
        if kind in kinds[0] and kind in kinds[1]:
            return conflict
    return None


def _polarity(text: str) -> bool:
    return len(_NEGATION.findall(_NOT_DENIED.sub("", text))) % 2 == 1


def _opposite(query: str, hit: str) -> bool:
    return any((a in query and b in hit) or (b in query and a in hit) for a, b in _OPPOSITES)
