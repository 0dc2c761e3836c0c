"""Traditional characters to simplified ones, character for character, so that offsets stay."""

from __future__ import annotations

import re
import sys
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embed.reading.character_sets import CharacterSet, code_points
from embed.reading.wordlists import any_of, read_sections

__all__ = ["is_traditional", "simplify", "to_simplified"]

# Written so in simplified names too (於潜镇, 乾安县, 甯, 徵羽): a few of them do not make a text traditional.
ALSO_SIMPLIFIED = frozenset("於乾著藉徵瞭覆夥甯陞昇昃堃淼喆祇鑫馀菸鍾镕苧穀噹甦")

# True Taiwan wording, seen where a page was converted with vocabulary. All pairs keep the length.
TAIWAN_TERMS = {
    "民眾": "群众",
    "程式": "程序",
    "程式化": "程式化",
    "計畫": "计划",
    "規畫": "规划",
    "網路": "网络",
    "資訊": "信息",
    "品質": "质量",
    "數位": "数字",
    "機率": "概率",
    "行動電話": "移动电话",
    "資料庫": "数据库",
    "軟體": "软件",
    "硬體": "硬件",
    "影片": "视频",
    "視訊": "视频",
    "簡訊": "短信",
    "螢幕": "屏幕",
    "列印": "打印",
    "滑鼠": "鼠标",
    "伺服器": "服务器",
    "公車": "公交",
    "專案": "项目",
    "透過": "通过",
}
# 透過, 專案 and 民眾 are ordinary words on the mainland as well; only these show that vocabulary was converted.
TAIWAN_MARKS = re.compile("程式|計畫|網路|資訊|品質|數位化|軟體|伺服器")
_TAIWAN = re.compile("|".join(sorted(TAIWAN_TERMS, key=len, reverse=True)))
# Nobody writes these for anything else: they go back wherever they stand.
CERTAIN_TERMS = {
    "計畫": "计划",
    "規畫": "规划",
    "網路": "网络",
    "政府資訊": "政府信息",
    "資訊公開": "信息公开",
    "資訊化": "信息化",
    "規範性檔案": "规范性文件",
    "檔案精神": "文件精神",
    "政策檔案": "政策文件",
    "人民民眾": "人民群众",
    "程式正當": "程序正当",
    "決策程式": "决策程序",
    "法定程式": "法定程序",
    "數位政府": "数字政府",
    "數位化": "数字化",
    "軟體": "软件",
    "伺服器": "服务器",
}
_CERTAIN = re.compile("|".join(sorted(CERTAIN_TERMS, key=len, reverse=True)))

# 著 is also the simplified form in these.
ZHE = re.compile("著(?<![显卓原论专巨编昭土译遗合所名撰]著)(?![名作述称者书录])")
RARE = re.compile("[乾藉塚濛鮀酇鉅澂濬於洩瀂礐篢磑鮜輋逕馀餘鴜鷺沈沉冢蒙钜]")
HAN = CharacterSet(("㐀䶿", "一鿿", "豈﫿"))
ONLY_TRADITIONAL = CharacterSet(("\x00\U0010ffff",), ALSO_SIMPLIFIED)


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@cache
def _converter() -> _Converter:
    import opencc

    converter: _Converter = opencc.OpenCC("t2s")
    return converter


class _Changes:
    """Which characters the conversion may change: each is tried alone when it is first met."""

    CONTEXT = "著藉瞭覆甦沈坏哩衹"  # changed in some phrases only
    UNKNOWN, SAME, CHANGED = range(3)

    def __init__(self) -> None:
        self._kinds = np.zeros(sys.maxunicode + 1, dtype=np.uint8)
        self._kinds[[ord(character) for character in self.CONTEXT]] = self.CHANGED

    def places(self, text: str) -> list[int]:
        """Where they stand in a text."""
        codes = code_points(text)
        kinds = self._kinds.take(codes)
        if kinds.size and not kinds.min():
            self._try(np.unique(codes[kinds == self.UNKNOWN]))
            kinds = self._kinds.take(codes)
        places: list[int] = np.flatnonzero(kinds == self.CHANGED).tolist()
        return places

    def _try(self, codes: NDArray[np.uint32]) -> None:
        for code in codes.tolist():
            same = 0xD800 <= code < 0xE000 or _converter().convert(chr(code)) == chr(code)
            self._kinds[code] = self.SAME if same else self.CHANGED


@cache
def _changes() -> _Changes:
    return _Changes()


def to_simplified(text: str) -> str:
    """Simplified characters for traditional ones; every character keeps its place (len(result) == len(text))."""
    places = _changes().places(text)
    if not places:
        return text
    converted = _converted_lines(text, places)
    if converted == text and "著" not in text:
        return text
    return _with_mainland_terms(text, _corrected(text, converted))


def _converted_lines(text: str, places: list[int]) -> str:
    """The text after conversion of the lines in which any of the places stands: no phrase reaches across lines."""
    parts: list[str] = []
    done = 0
    for place in places:
        if place < done:
            continue
        start = text.rfind("\n", done, place) + 1 or done
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        line = text[start:end]
        converted = _converter().convert(line)
        if len(converted) != len(line):
            converted = "".join([_single(character) for character in line])
        parts += (text[done:start], converted)
        done = end
    return "".join((*parts, text[done:]))


def _corrected(text: str, converted: str) -> str:
    """What the conversion leaves or spoils: 著 for 着 in verbs, and names of places that keep a rare character."""
    rare = RARE.search(text) is not None
    if not rare and "著" not in converted:
        return converted
    characters = list(converted)
    for match in ZHE.finditer(converted):
        characters[match.start()] = "着"
    if rare:
        pattern, official = _place_names()
        for match in pattern.finditer(converted):
            name = official[match.group()]
            if text[match.start() : match.end()] in (name, _traditional().convert(name)):
                characters[match.start() : match.end()] = name
    return "".join(characters)


@cache
def _place_names() -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern of the names as the conversion writes them, and the official name for each."""
    official = {}
    for name in read_sections("place_names.txt")["names"]:
        official[_converter().convert(name)] = name
        official[_converter().convert(_traditional().convert(name))] = name
    return re.compile(any_of(official)), official


@cache
def _traditional() -> _Converter:
    import opencc

    converter: _Converter = opencc.OpenCC("s2t")
    return converter


@cache
def _single(character: str) -> str:
    converted = _converter().convert(character)
    return converted if len(converted) == 1 else character


def is_traditional(text: str, simplified: str) -> bool:
    """Whether a text is written in traditional characters, given what `to_simplified` made of it."""
    codes = code_points(text)
    changed = ONLY_TRADITIONAL.count(codes[codes != code_points(simplified)])
    return changed >= 2 and changed * 25 >= HAN.count(codes)


def simplify(text: str) -> tuple[str, bool]:
    """Simplified text of the same length, and whether the source was traditional.

    In a simplified text only lines that are themselves traditional change, so that 於潜镇 keeps its name.
    """
    simplified = to_simplified(text)
    if simplified == text:
        return text, False
    if is_traditional(text, simplified):
        return simplified, True
    lines = []
    for before, after in zip(text.split("\n"), simplified.split("\n"), strict=True):
        lines.append(after if before == after or is_traditional(before, after) else before)
    return "\n".join(lines), False


def _with_mainland_terms(text: str, simplified: str) -> str:
    """Taiwan's words in mainland wording: the certain ones anywhere, the others where two kinds of them stand."""
    simplified = _replaced(text, simplified, _CERTAIN, CERTAIN_TERMS)
    if len(set(TAIWAN_MARKS.findall(text))) < 2:
        return simplified
    return _replaced(text, simplified, _TAIWAN, TAIWAN_TERMS)


def _replaced(text: str, simplified: str, pattern: re.Pattern[str], terms: dict[str, str]) -> str:
    parts: list[str] = []
    done = 0
    for match in pattern.finditer(text):
        parts += (simplified[done : match.start()], terms[match.group()])
        done = match.end()
    return "".join((*parts, simplified[done:])) if parts else simplified
