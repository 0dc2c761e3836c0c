"""Names of places inside a text."""

from __future__ import annotations

import re
from typing import NamedTuple

from embed.structure.divisions.table import Divisions

__all__ = ["Mention", "find_mentions", "find_stems", "join_chains"]

LONGEST = 15  # 双江拉祜族佤族布朗族傣族自治县
_SUFFIX = re.compile(r"[省市区县州盟旗镇乡道木团场街办](?:(?<=街)(?!道|街道|办事处)|(?<=办)事处|(?<![街办]))")
_TOWN_KIND = re.compile(r"(?:镇|乡|街道|苏木|地区|团|[农林牧]场)$")
_GENERIC = frozenset(
    [
        "城区",
        "郊区",
        "矿区",
        "东区",
        "西区",
        "新城区",
        "老城区",
        "市区",
        "城镇",
        "小城镇",
        "中心镇",
        "新城镇",
        "老城镇",
        "大城镇",
        "文明镇",
        "新镇",
        "中心乡",
        "中心街道",
        "开发区",
        "高新区",
        "新区",
        "工业街道",
        "人民街道",
        "城关镇",
        "城区街道",
        "两城镇",
        "三城镇",
        "东风街道",
        "山区",
        "新县",
    ]
)
_TRUE_TOWNS = frozenset(["城关镇", "新城镇", "老城镇", "城区街道", "工业街道", "人民街道", "东风街道"])
_AFTER_SHORT = re.compile(r"[级域城直乡里内情]")
_BEFORE_SHORT = frozenset("在对将由《〈“(（【是从年度送共于请")
_NO_TOWN = frozenset(["城镇", "新镇", "古乡", "马乡", "新乡", "林场", "农场"])
_TOWN_FOLLOWS = re.compile(
    r"党委|党工委|人民政府|政府|坚持|认真|深入|在|20[0-9]{2}年|紧|围绕|始终|全面|以|法治|依法|持续|严格|积极|按照"
)
_NOT_PLACE_AFTER = re.compile(r"(?:经验|精神|会议|模式|讲话|峰会|公报|论坛|做法|方案》|事件|合作组织)")


class Mention(NamedTuple):
    """A place's name at text[start:end]; `rows` are all divisions it can mean. `full` is false for a bare stem."""

    start: int
    end: int
    text: str
    rows: tuple[int, ...]
    full: bool = True
    chained: bool = False  # stands right behind the name of the place above it
    upper: bool = False  # one of its readings is a county or above


def find_mentions(text: str, divisions: Divisions, start: int = 0, end: int | None = None) -> list[Mention]:
    """Names with their kind word (…县, …街道, …办事处), the longest at each place, in order, without overlap.

    Time is linear in the length of the text.
    """
    found: list[Mention] = []
    floor = start
    for match in _SUFFIX.finditer(text, start, len(text) if end is None else end):
        mention = _ending_at(text, match.end(), floor, match.group(), divisions)
        if mention is None:
            continue
        if found and found[-1].end > mention.start:
            if mention.end - mention.start <= found[-1].end - found[-1].start:
                continue
            found.pop()
        found.append(mention)
        floor = found[-2].end if len(found) > 1 else start  # a longer name may go on: 巴州|区, 嘉定镇|街道, 阿|克旗|乡
    found = join_chains(found, divisions)
    return [m for m in found if m.chained or not _is_doubtful(m, text)]


def _ending_at(text: str, end: int, floor: int, suffix: str, divisions: Divisions) -> Mention | None:
    tail = ""
    if suffix == "办事处":
        end, tail = end - 3, "街道"
        if text[end - 2 : end] == "街道" or text[end - 2 : end] == "地区":
            return None
    elif suffix == "街":
        tail = "道"
    last = text[max(0, end - 3) : end] + tail
    lengths = divisions.lengths.get(last[-3:], 0) | divisions.lengths.get(last[-2:], 0)
    if not lengths:
        return None
    most = min(LONGEST, end - floor)
    while lengths:  # the bit of each length at which a name ends so, the longest first
        length = lengths.bit_length() - 1
        lengths ^= 1 << length
        if not 2 <= length - len(tail) <= most:
            continue
        begin = end - length + len(tail)
        name = text[begin:end] + tail
        rows = divisions.full.get(name)
        if rows:
            if tail and len(name) < 4:
                return None
            upper = any(len(divisions.codes[row]) < 9 for row in rows)
            return Mention(begin, end, name, tuple(rows), upper=upper)
    return None


def join_chains(mentions: list[Mention], divisions: Divisions) -> list[Mention]:
    """Names that stand side by side narrow each other down: in 临沂市河东区 only one 河东区 is left."""
    joined: list[Mention] = []
    for mention in mentions:
        above = joined[-1] if joined and joined[-1].end == mention.start else None
        if above is not None and above.upper:  # nothing lies inside a town
            pairs = [(a, b) for a in above.rows for b in mention.rows if is_within(b, a, divisions)]
            if pairs:
                joined[-1] = above._replace(rows=tuple(dict.fromkeys(a for a, _ in pairs)))
                mention = mention._replace(rows=tuple(dict.fromkeys(b for _, b in pairs)), chained=True)
        joined.append(mention)
    return joined


def is_within(row: int, above: int, divisions: Divisions) -> bool:
    """Whether one division lies inside another, by today's borders."""
    depth = divisions.depth(above)
    if depth >= divisions.depth(row):
        return False
    inner, outer = divisions.chain(row), divisions.chain(above)
    if depth == 3:
        return bool(outer[2]) and inner[2] == outer[2]
    code = divisions.codes[row]
    return inner[depth - 1] == outer[depth - 1] or code.startswith(divisions.codes[above])


def _is_doubtful(mention: Mention, text: str) -> bool:
    """Names that are ordinary words, and two-letter names in the middle of a sentence."""
    if (mention.text in _GENERIC and not _acts(mention, text)) or _NOT_PLACE_AFTER.match(text, mention.end):
        return True
    if len(mention.text) > 2:
        return not (mention.text[-1] in "省市县州盟旗" or _TOWN_KIND.search(mention.text) or mention.upper)
    before = text[mention.start - 1] if mention.start else "\n"
    if mention.text[-1] in "场区城圃" or _AFTER_SHORT.match(text, mention.end):
        return True
    if mention.text[-1] in "镇乡":  # 吉镇: only where a name begins and nothing but its work or its organ follows
        return bool("一" <= before <= "鿿" or mention.text in _NO_TOWN or not _TOWN_FOLLOWS.match(text, mention.end))
    return "一" <= before <= "鿿" and before not in _BEFORE_SHORT


def _acts(mention: Mention, text: str) -> bool:
    """Whether a town with an everyday name begins a sentence as its subject: 2022年,城关镇认真…"""
    before = text[mention.start - 1] if mention.start else "\n"
    begins = not "一" <= before <= "鿿"
    return mention.text in _TRUE_TOWNS and begins and bool(_TOWN_FOLLOWS.match(text, mention.end))


def find_stems(text: str, divisions: Divisions, start: int = 0, end: int | None = None) -> list[Mention]:
    """Bare names of counties and of what is above them (廉江, 乌兰浩特), the longest at each place."""
    end = len(text) if end is None else min(end, len(text))
    heads = _heads(divisions)
    found: list[Mention] = []
    position = start
    while position < end - 1:
        longest = heads.get(text[position : position + 2])
        if longest:
            for size in range(min(longest, end - position), 1, -1):
                rows = divisions.stems.get(text[position : position + size])
                if rows:
                    if not _NOT_PLACE_AFTER.match(text, position + size):
                        word = text[position : position + size]
                        found.append(Mention(position, position + size, word, tuple(rows), full=False))
                    position += size - 1
                    break
        position += 1
    return found


_HEADS: dict[int, dict[str, int]] = {}


def _heads(divisions: Divisions) -> dict[str, int]:
    """First two characters of every stem → length of the longest stem that begins with them."""
    heads = _HEADS.get(id(divisions))
    if heads is None:
        heads = {}
        for stem in divisions.stems:
            heads[stem[:2]] = max(heads.get(stem[:2], 0), len(stem))
        _HEADS.clear()
        _HEADS[id(divisions)] = heads
    return heads
