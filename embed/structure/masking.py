"""Local detail of a text made neutral: names of places, organs and persons, dates and numbers.

What one place wrote and another repeats differs in such detail; it must neither drive similarity nor hide a copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from embed.structure.divisions import find_mentions, load_divisions

__all__ = ["Detail", "DetailKind", "Masked", "details", "mask", "without"]


class DetailKind(StrEnum):
    """What kind of local detail a run of characters is."""

    DATE = "date"
    NUMBER = "number"
    PLACE = "place"
    ORGAN = "organ"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Detail:
    """Characters start … end − 1 of a text are local detail; `text` is what stands there."""

    kind: DetailKind
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with its local detail replaced by one mark each.

    `origin` has shape (len(text) + 1,) and dtype int32: character i of `text` came from character `origin[i]` of the
    text that was masked; the last entry is that text's length.
    """

    text: str
    origin: NDArray[np.int32]
    details: tuple[Detail, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the unmasked text that characters start … end − 1 of the masked one stand for."""
        return int(self.origin[start]), int(self.origin[end])


# One character each, outside of Chinese text, so that an alignment sees one symbol for one detail.
MARKS = {
    DetailKind.DATE: "\u2460",
    DetailKind.NUMBER: "\u2461",
    DetailKind.PLACE: "\u2462",
    DetailKind.ORGAN: "\u2463",
    DetailKind.PERSON: "\u2464",
}

_DIGITS = r"[0-9０-９]"
_HAN_DIGIT = r"[〇○零一二两三四五六七八九十百千万亿]"
_UNIT = (
    "余?(?:个|名|人次|人|场次|场|次|件次|件|家次|家|户次|户|份|批次|批|期|条|项次|起|宗|处|所|辆|台|套|册|本|篇|部|张|块|"
    "小时|分钟|天|日|周|个月|年|公里|平方米|亩|吨|公斤|万元|元|万人次|万份|多名|多人|多件|多场|多次|多户|多家|支|位|轮|成)"
)
_DATE = re.compile(
    rf"(?:{_DIGITS}{{4}}\s?年度?(?:\s?{_DIGITS}{{1,2}}\s?月份?)?(?:\s?{_DIGITS}{{1,2}}\s?[日号])?"
    rf"|[〇○零一二三四五六七八九]{{4}}年"
    rf"|{_DIGITS}{{1,2}}\s?月份?(?:\s?{_DIGITS}{{1,2}}\s?[日号])?|{_DIGITS}{{1,2}}\s?[日号](?=[^线]|$))"
)
_NUMBER = re.compile(
    rf"{_DIGITS}+(?:[.,．，]{_DIGITS}+)*\s?[%％‰]?(?:[余多]?[百千万亿])?[余多]?"
    rf"|百分之{_HAN_DIGIT}{{1,6}}"
    rf"|{_HAN_DIGIT}{{1,8}}(?={_UNIT})"
)
# Numerals that belong to a fixed term of the genre, not to a count.
_FIXED = re.compile(
    "一(?:个中心|件事|次办|次性|次性告知|家之|家人|年来|年一度|人一|条龙|所一|支队伍|起来|日|张网|张图|项一|本账|部分|天|件一|场所|"
    "村一|窗|站式|网通)|三(?:项制度|天两头)|两(?:个维护|个确立|个责任)|十(?:四五|三五|五五)|四(?:个意识|个自信|个亲自)|"
    "二(?:十大|十届)|万(?:家)|百家|千家万户|12345|12348|110|315"
)
_ORGAN = re.compile(
    "(?:本|我)?(?:省|自治区|自治州|市|州|盟|县|区|旗|镇|乡|街道|街|镇街)"
    "(?:人民政府|政府|党委政府|委办公室|政府办公室|府办|政府办|党工委|党委|党政办|办事处|工委|委(?![员托派屈婉])|"
    "人大常委会|人大|政协|纪委监委|纪委|政法委|依法治[省市县区镇街]办|机关|直机关)"
    "|党政办|街道办|区府办|乡党委|镇党委|党工委|办事处"
    "|(?:(?:省|市|州|县|区|旗|镇|乡|街道)|(?<=[报送由经向同与和、，,])上级)(?:法制机构|司法局|司法厅|司法所|法制办)"
)
_TITLES = "书记|镇长|乡长|县长|区长|市长|局长|主任|律师|法官|检察官|教授|老师|同志|所长|会长|副主任|副书记|调解员"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_PERSON = re.compile(
    rf"(?<=[书镇乡县区市局所会律教主任记长师官授员])[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}(?=同志|等同志|主持|带队|带头|率|出席|讲授|[、，,])"
    rf"|[{_SURNAMES}]某某?|(?<=[由请邀、，,])(?!顾问)[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}(?=(?:{_TITLES}))"
    rf"|(?<=顾问)[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}(?=律师)"
)
_OWN_PLACE = re.compile("[我全本各](?:省|自治区|市|州|盟|县|区|旗|镇|乡|街道|局|村)(?!级|域|直|长|委|政|乡|民)")
_KIND_WORDS = ("街道", "地区", "苏木")
_NO_PLACE = ("长治久安", "安康", "大同小异")
UPPER = 2  # the depth of prefectures


def details(text: str) -> tuple[Detail, ...]:
    """The local details of a simplified text, in order and without overlap. Time O(n)."""
    fixed = [match.span() for match in _FIXED.finditer(text)]
    found = [(span, kind) for kind, span in _candidates(text) if not _inside(span, fixed)]
    found.sort(key=lambda item: (item[0][0], -item[0][1]))
    kept: list[Detail] = []
    reached = 0
    for (start, end), kind in found:
        if start >= reached:
            kept.append(Detail(kind, start, end, text[start:end]))
            reached = end
    return tuple(kept)


def mask(text: str) -> Masked:
    """Replace every local detail by the mark of its kind; neighbouring details of one kind become one mark."""
    parts: list[str] = []
    origin: list[int] = []
    cursor = 0
    before: DetailKind | None = None
    found = details(text)
    for detail in found:
        parts.append(text[cursor : detail.start])
        origin.extend(range(cursor, detail.start))
        if detail.start > cursor or detail.kind is not before:
            parts.append(MARKS[detail.kind])
            origin.append(detail.start)
        cursor, before = detail.end, detail.kind
    parts.append(text[cursor:])
    origin.extend(range(cursor, len(text) + 1))
    return Masked("".join(parts), np.array(origin, dtype=np.int32), found)


def without(text: str, kinds: frozenset[DetailKind]) -> str:
    """The text with the details of the given kinds left out."""
    parts: list[str] = []
    cursor = 0
    for detail in details(text):
        if detail.kind in kinds:
            parts.append(text[cursor : detail.start])
            cursor = detail.end
    return "".join(parts) + text[cursor:]


def _candidates(text: str) -> Iterator[tuple[DetailKind, tuple[int, int]]]:
    for kind, pattern in (
        (DetailKind.DATE, _DATE),
        (DetailKind.NUMBER, _NUMBER),
        (DetailKind.ORGAN, _ORGAN),
        (DetailKind.PERSON, _PERSON),
    ):
        for match in pattern.finditer(text):
            yield kind, match.span()
    for span in _places(text):
        yield DetailKind.PLACE, span


def _inside(span: tuple[int, int], fixed: list[tuple[int, int]]) -> bool:
    return any(start <= span[0] < end for start, end in fixed)


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Full names of divisions, bare names of provinces and prefectures, and 我镇, 全区 and their like."""
    divisions = load_divisions()
    for mention in find_mentions(text, divisions):
        if mention.end - mention.start > 2 or mention.text not in _KIND_WORDS:
            yield mention.start, mention.end
    heads, stems, head = _stems()
    for match in head.finditer(text):
        i = match.start()
        for size in heads.get(text[i : i + 2], ()):
            if text[i : i + size] in stems and not text.startswith(_NO_PLACE, i):
                yield i, i + size
                break
    for match in _OWN_PLACE.finditer(text):
        yield match.span()


@lru_cache(maxsize=1)
def _stems() -> tuple[dict[str, tuple[int, ...]], frozenset[str], re.Pattern[str]]:
    """First two characters → sizes of the bare names of provinces and prefectures, longest first; the names; and a
    pattern of two characters that a name may begin with.
    """
    divisions = load_divisions()
    names = {stem for stem, rows in divisions.stems.items() if any(divisions.depth(row) <= UPPER for row in rows)}
    sizes: dict[str, set[int]] = {}
    for name in names:
        sizes.setdefault(name[:2], set()).add(len(name))
    first, second = ("".join(sorted({re.escape(head[place]) for head in sizes})) for place in (0, 1))
    heads = {head: tuple(sorted(found, reverse=True)) for head, found in sizes.items()}
    return heads, frozenset(names), re.compile(f"[{first}](?=[{second}])")
