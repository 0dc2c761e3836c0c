"""Numbering marks: what stands before a heading or an item, in every habit and damage that reports show.

A mark is found by its shape alone; whether the text behind it is a heading, an item or neither is decided by
`embed.structure.outline`, which sees the order of the marks.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

__all__ = ["BARE_NUMBER", "Mark", "Scheme", "han_number", "mark_at"]


class Scheme(IntEnum):
    """A way of numbering; the order is the usual order of levels, outermost first."""

    CHAPTER = 0  # 第一章
    PART = 1  # 第一节
    HAN = 2  # 一、
    HAN_PAREN = 3  # (一) ㈠ 一)
    ARABIC = 4  # 1. 1、 ⒈
    ARABIC_PAREN = 5  # (1) ⑴ 1)
    CIRCLE = 6  # ①
    LETTER = 7  # A.
    BULLET = 8  # ● ◆ ——
    PLAIN = 9  # a heading without a number


class Mark(NamedTuple):
    """A numbering mark; the text behind it starts at `end`.

    `sure` is False where the sign behind the number was lost or is doubtful: only the order of the marks can tell.
    """

    scheme: Scheme
    value: int
    start: int
    end: int
    sure: bool = True


_HAN = "一二三四五六七八九十"
_GAP = "[ \u3000\u00a0\t]"
_MARK = re.compile(
    rf"""(?:
      第(?P<chapter>[{_HAN}]{{1,3}})[章编]
    | 第(?P<part>[{_HAN}]{{1,3}})[节部]分?
    | [(（﹙]{_GAP}{{0,3}}(?P<han_paren>[{_HAN}]{{1,3}}){_GAP}{{0,3}}[)）﹚][、.．,，:：]?
    | (?P<han_half>[{_HAN}]{{1,3}}){_GAP}{{0,2}}[)）]
    | (?P<han_circle>[㈠-㈩])[、.．]?
    | [(（﹙]{_GAP}{{0,3}}(?P<arabic_paren>[0-9０-９]{{1,2}}){_GAP}{{0,3}}[)）﹚][、.．,，:：]?
    | (?P<arabic_half>[0-9０-９]{{1,2}}){_GAP}{{0,2}}[)）]
    | (?P<arabic_circle>[⑴-⒇])
    | (?P<arabic_dot>[⒈-⒛])
    | (?P<circle>[①-⑳])[、.．]?
    | (?P<han>[{_HAN}]{{1,3}}){_GAP}{{0,3}}[、.．,，:：]
    | (?P<arabic>[0-9０-９]{{1,2}}){_GAP}{{0,3}}(?:[、．,，]|\.(?![0-9０-９]))
    | (?P<arabic_tight>[1-9])\.(?=[0-9]{{1,2}}[月日年个名件所])
    | (?P<letter>[A-Z])[.．、](?![A-Za-z0-9])
    | (?P<bullet>[●◆■▲★○◇□▪•◎➢►√※]|——?(?=[ \u3000]{{0,3}}[一-鿿]))
    | (?P<han_space>[{_HAN}]{{1,3}}){_GAP}{{1,4}}(?=[一-鿿])
    ){_GAP}{{0,8}}""",
    re.VERBOSE,
)
_SCHEMES = {
    "chapter": Scheme.CHAPTER,
    "part": Scheme.PART,
    "han_paren": Scheme.HAN_PAREN,
    "han_half": Scheme.HAN_PAREN,
    "han_circle": Scheme.HAN_PAREN,
    "arabic_paren": Scheme.ARABIC_PAREN,
    "arabic_half": Scheme.ARABIC_PAREN,
    "arabic_circle": Scheme.ARABIC_PAREN,
    "arabic_dot": Scheme.ARABIC,
    "circle": Scheme.CIRCLE,
    "han": Scheme.HAN,
    "arabic": Scheme.ARABIC,
    "arabic_tight": Scheme.ARABIC,
    "letter": Scheme.LETTER,
    "bullet": Scheme.BULLET,
    "han_space": Scheme.HAN,
}
_ENCLOSED = {"han_circle": 0x3220, "arabic_circle": 0x2474, "arabic_dot": 0x2488, "circle": 0x2460}
_DOUBTFUL = frozenset({"han_half", "han_space", "arabic_half", "arabic_tight"})
BARE_NUMBER = re.compile(rf"([{_HAN}]{{1,2}})(?=[一-鿿“\"《]|20[0-9])")


def han_number(text: str) -> int:
    """The value of a Han or Arabic numeral up to 99; 0 when it is none."""
    if text.isdigit():
        return int(text)
    tens, found, ones = text.partition("十")
    if not found:
        return _HAN.index(text) + 1 if len(text) == 1 and text in _HAN else 0
    left = _HAN.find(tens) + 1 if tens else 1
    return left * 10 + (_HAN.find(ones) + 1 if ones else 0)


def mark_at(text: str, position: int) -> Mark | None:
    """The numbering mark that starts at `position`, or None."""
    found = _MARK.match(text, position)
    if found is None or found.lastgroup is None:
        return None
    name = found.lastgroup
    sign = found.group(name)
    if name in _ENCLOSED:
        value = ord(sign) - _ENCLOSED[name] + 1
    elif name == "letter":
        value = ord(sign) - ord("A") + 1
    elif name == "bullet":
        value = 0
    else:
        value = han_number(sign)
    return Mark(_SCHEMES[name], value, position, found.end(), name not in _DOUBTFUL)
