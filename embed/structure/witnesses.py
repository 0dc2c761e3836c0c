"""Who speaks for a place: every name of a place in a document, weighed by where it stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

from embed.reading.word_finder import Lexicon
from embed.structure.divisions import Divisions, Mention, find_mentions, find_stems
from embed.structure.frame import Frame, FrameLine, LinePart
from embed.structure.issuer import Organ
from embed.structure.page_fields import FieldKind, PageField
from embed.structure.regions import Witness

__all__ = [
    "acting_witnesses",
    "body_witnesses",
    "field_witnesses",
    "line_witnesses",
    "organ_witnesses",
    "stem_witnesses",
]

OPENING = 900
MOST_TEXT = 20000
_LINE_WEIGHTS = {LinePart.TITLE: 10.0, LinePart.SIGNATURE: 10.0, LinePart.ADDRESSEE: 2.0, LinePart.COPY_TO: 2.0}
_FIELD_WEIGHTS = {
    FieldKind.PUBLISHER: 8.0,
    FieldKind.SOURCE: 4.0,
    FieldKind.TITLE: 4.0,
    FieldKind.SITE: 1.5,
}
# Other places that a report speaks of: who was visited, what was learnt from whom, whose office was helped.
_ELSEWHERE_BEFORE = re.compile(
    r"(?:赴|前往|学习|借鉴|推广|来自|邻近|毗邻|对接|联动|携手|考察|参照|对标|支援|援助|驰援|帮扶|结对|聘请|邀请|委托|吸取|"
    r"参加在|参加|远赴|走进)[^。；，,《]{0,4}$"
)
_ELSEWHERE_AFTER = re.compile(
    r"[^。；，,]{0,12}(?:考察|经验|做法|协作|协同|合作协议|合作机制|签订|结对|籍|户籍|学院|大学|交界|接壤|毗邻|"
    r"律师事务所|教授|专家|抗震|地震|疫情|特大暴雨|灾区|召开的|举办的|举行的)|"
    r"[“”\"]*[0-9]{1,2}[·.][0-9]|(?:冬奥|奥运|亚运|世博|进博|峰会|精神|会议|新发地)"
)
_INVITED = re.compile(r"(?:联动|携手|对接|结对|聘请|邀请|委托|参加)[^。；，,《]{0,4}$")
_LOCAL_ORGAN = re.compile(r"(?:人民)?(?:法院|检察院)|司法局|公安局|委党校|人大|政协|公证处|委政法委")
_LISTED_BEFORE = re.compile(r"(?:与|同|和|及|向|从|到|联合|、)$")
_LISTED_AFTER = re.compile(r"[、和与]")
_LOCAL_OFFICE = re.compile(
    r"派出所|司法所|人民法庭|法庭|公巡大队|交警中队|巡逻中队|卫生院|中心校|供电所|税务所|市场监管所|"
    r"财政所|自然资源所"
)
_ACTOR = (
    r"[ \u3000]*(?P<name>[一-鿿]{2,6}?)"
    r"(?=将|坚持|始终|深入|认真|全面|持续|紧紧|积极|严格|立足|聚焦|市委|县委|区委)"
)
_ACTING = re.compile(r"[\n。；,，](?:(?<=[\n。；])|(?<=[0-9]年.)|(?<=[年以]来.)|(?<=下一步.))" + _ACTOR)
_ACTING_FIRST = re.compile(_ACTOR)
_SPEECH = re.compile(
    r"(?:视察|考察|对)(?P<name>[一-鿿]{2,6}?)(?:省|市|自治区)?(?:时|期间)?(?:的)?(?:工作)?(?:作出的?)?(?:系列)?"
    r"重要(?:讲话|指示)"
)
_ZONE = re.compile(r"(?:国家级)?(?:经济技术|高新技术产业|经济|高新技术|新技术|旅游)?开发区|高新区|经开区|保税区|新区")
_IN_NAME = re.compile(r"[^与和及、，,。赴向到]{0,4}")
_TWIN = re.compile(r"(?:开发区|高新区|新区|经开区)[(（]$")
_SIGN = re.compile("[。，；：、\n]")
_SLOGAN = re.compile(r"(?:法治|平安|美丽|幸福|数字|清廉|和谐)(?=[一-鿿]{2,5})")
_SLOGAN_WORDS = frozenset(
    [
        "政府",
        "社会",
        "文化",
        "乡村",
        "队伍",
        "机关",
        "校园",
        "企业",
        "国家",
        "中国",
        "城市",
        "街道",
        "社区",
        "机构",
        "建设",
        "宣传",
        "教育",
        "工作",
        "环境",
        "体系",
        "保障",
        "基层",
        "思维",
        "思想",
        "意识",
        "营商",
        "单位",
        "乡镇",
        "县区",
        "镇街",
        "讲座",
        "阵地",
        "公园",
        "广场",
        "长廊",
        "体检",
        "副校",
        "带头",
        "人才",
        "创建",
        "示范",
        "理念",
        "理论",
        "精神",
        "轨道",
        "方式",
        "能力",
        "素养",
        "力量",
        "元素",
        "氛围",
        "智慧",
        "信仰",
        "实践",
        "引领",
        "先行",
        "惠民",
        "为民",
        "便民",
        "护航",
        "赋能",
        "医院",
        "家庭",
        "交通",
        "市场",
        "网络",
        "稳定",
        "发展",
        "生活",
        "和谐",
        "经济",
    ]
)


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """Bare names that are ordinary words."""
    text = (resources.files("embed.structure.divisions") / "common_words.txt").read_text(encoding="utf-8")
    return frozenset(w for line in text.splitlines() if not line.startswith("#") for w in line.split())


def line_witnesses(text: str, frame: Frame, divisions: Divisions) -> list[Witness]:
    """Names in the title, the signature, the addressee and the copies line."""
    found = []
    for line in frame.lines:
        weight = _LINE_WEIGHTS.get(line.part)
        if weight is None:
            continue
        mentions = find_mentions(text, divisions, line.start, line.end)
        own = line.part in (LinePart.TITLE, LinePart.SIGNATURE)
        found += [Witness(m, weight, _rule(line), own) for m in mentions]
        if line.part is LinePart.TITLE:
            found += _title_stems(text, line, mentions, divisions)
    return found


def _rule(line: FrameLine) -> str:
    return {"title": "title", "signature": "signature", "addressee": "addressee"}.get(line.part.value, "copies line")


def _title_stems(text: str, line: FrameLine, mentions: list[Mention], divisions: Divisions) -> list[Witness]:
    """廉江 in a title without 市; not where a full name stands. 西安高新区 is of the city 西安."""
    taken = [(m.start, m.end) for m in mentions]
    found = []
    for m in find_stems(text, divisions, line.start, line.end):
        if any(a <= m.start < b or a < m.end <= b for a, b in taken):
            continue
        if _TWIN.search(text[line.start : m.start]) and text[m.end : m.end + 1] in (")", "）"):
            found.append(Witness(m, 6.0, "title"))
        elif m.text not in common_words():
            zone = _ZONE.match(text, m.end)
            cities = _cities(m, divisions) if zone else ()
            if cities or not (zone and zone.group() == "新区"):  # 曲江新区 is not in 曲江区
                found.append(Witness(m._replace(rows=cities or m.rows), 3.0, "title"))
    return found


def field_witnesses(fields: list[PageField], divisions: Divisions) -> list[Witness]:
    """Names in the publication lines, the page's breadcrumbs and its footer."""
    found = []
    for field in fields:
        weight = _FIELD_WEIGHTS.get(field.kind)
        if weight is None:
            continue
        for m in find_mentions(field.value[:200], divisions):
            start = field.start + m.start if field.start >= 0 else -1
            moved = Mention(start, start + len(m.text) if start >= 0 else -1, m.text, m.rows, m.full, m.chained)
            own = field.kind is FieldKind.PUBLISHER
            found.append(Witness(moved, weight, field.label or field.kind.value, own, outside=True))
    return found


def organ_witnesses(organs: list[Organ], opening_end: int) -> list[Witness]:
    """Places of organs that act in the sentences of the text."""
    found = []
    for organ in organs:
        weight = 6.0 if organ.start < opening_end else 2.0
        found += [Witness(m, weight, "subject of a sentence", own=True) for m in organ.mentions]
    return found


def acting_witnesses(text: str, frame: Frame, divisions: Divisions) -> list[Witness]:
    """Bare names that act at the head of a sentence: 2023年,乌兰浩特将坚持…"""
    start, end = frame.body
    found = []
    end = min(end, start + MOST_TEXT)
    first = _ACTING_FIRST.match(text, 0, end) if start == 0 else None
    for match in (*filter(None, [first]), *_ACTING.finditer(text, first.end() if first else start, end)):
        name = match["name"]
        rows = divisions.stems.get(name)
        if rows and name not in common_words():
            mention = Mention(match.start("name"), match.end("name"), name, tuple(rows), full=False)
            found.append(Witness(mention, 5.0, "subject of a sentence", own=True))
    return found


def body_witnesses(text: str, frame: Frame, mentions: list[Mention]) -> list[Witness]:
    """Names in the running text; those in quoted titles and in the opening count more, places elsewhere hardly."""
    start, _ = frame.body
    quotes = _quotes(text, frame)
    found = []
    share = 1.0
    for index, m in enumerate(mentions):
        if not m.chained:
            last = index
            while last + 1 < len(mentions) and mentions[last + 1].chained:
                last += 1
            share = _share(text, m, mentions[last].end)
        if _quoted(m, quotes):
            weight, rule = (3.0 if m.start < start + 3000 else 1.5), "quoted title"
        elif share < 1:
            weight, rule = (0.2 if share < 0.5 else 1.0), "place elsewhere"
        else:
            weight, rule = (2.0 if m.start < start + OPENING else 1.0), "running text"
        found.append(Witness(m, weight, rule, own=rule == "quoted title" and text[m.start - 1] in "《〈"))
    return found


def _share(text: str, m: Mention, end: int) -> float:
    """How much a name in the text says of its author: all, half when it stands in a list, little when visited.

    `end` is where the chain of names that it begins ends (北京市大兴区).
    """
    before, after = text[max(0, m.start - 12) : m.start], text[end : end + 24]
    if _ELSEWHERE_AFTER.match(after):
        return 0.2
    if _ELSEWHERE_BEFORE.search(before):
        return 1.0 if _INVITED.search(before) and _LOCAL_ORGAN.match(after) else 0.2
    return 0.5 if _LISTED_BEFORE.search(before) or _LISTED_AFTER.match(after) else 1.0


def _quotes(text: str, frame: Frame) -> list[tuple[int, int]]:
    start, end = frame.body
    spans: list[tuple[int, int]] = []
    position = start
    while True:
        opened = text.find("《", position, end)
        if opened < 0:
            return spans
        closed = text.find("》", opened, min(end, opened + 150))
        spans.append((opened, closed if closed >= 0 else min(end, opened + 40)))
        position = spans[-1][1] + 1


def _quoted(m: Mention, quotes: list[tuple[int, int]]) -> bool:
    index = bisect_right(quotes, (m.start, 1 << 40)) - 1
    return index >= 0 and quotes[index][0] <= m.start < quotes[index][1]


def stem_witnesses(text: str, frame: Frame, divisions: Divisions) -> list[Witness]:
    """Bare names: in slogans (法治舒桥), before local offices (马武派出所) and as words of the running text."""
    start, end = frame.body
    end = min(end, start + MOST_TEXT)
    return [
        *_slogan_witnesses(text, start, end, divisions),
        *_office_witnesses(text, start, end, divisions),
        *_word_witnesses(text, start, end, divisions),
        *_zone_witnesses(text, start, end, divisions),
        *_speech_witnesses(text, start, end, divisions),
    ]


def _slogan_witnesses(text: str, start: int, end: int, divisions: Divisions) -> list[Witness]:
    found = []
    for match in _SLOGAN.finditer(text, start, end):
        for size in (5, 4, 3, 2):
            word = text[match.end() : match.end() + size]
            if word[:2] in _SLOGAN_WORDS or word in common_words() or not word.isalpha():
                continue
            after = text[match.end() + size : match.end() + size + 2]
            closed = after[:1] in "”’」，,。、；;》" or after in ("建设", "品牌", "创建", "示范", "工作", "")
            rows = [*divisions.stems.get(word, []), *(divisions.town_stems.get(word, []) if closed else [])]
            if rows:
                found.append(_slogan(match.end(), word, rows))
                break
    return found


def _slogan(start: int, word: str, rows: list[int]) -> Witness:
    """A slogan such as 法治舒桥 names its own author."""
    return Witness(Mention(start, start + len(word), word, tuple(rows), full=False), 2.5, "slogan", own=True)


def _office_witnesses(text: str, start: int, end: int, divisions: Divisions) -> list[Witness]:
    found = []
    for match in _LOCAL_OFFICE.finditer(text, start, end):
        for size in (4, 3, 2):
            word = text[max(start, match.start() - size) : match.start()]
            rows = divisions.town_stems.get(word)
            if rows and len(rows) <= 12 and word not in common_words():
                mention = Mention(match.start() - size, match.start(), word, tuple(rows), full=False)
                found.append(Witness(mention, 2.0, "local office"))
                break
    return found


def _speech_witnesses(text: str, start: int, end: int, divisions: Divisions) -> list[Witness]:
    """习近平总书记对江苏工作重要讲话, 视察重庆重要指示: every organ of a province studies the speeches on it."""
    found = []
    for match in _SPEECH.finditer(text, start, end):
        rows = divisions.stems.get(match["name"], ()) or divisions.full.get(match["name"], ())
        provinces = {row for r in rows if (row := divisions.row_of(divisions.codes[r][:2])) is not None}
        if len(provinces) == 1:
            mention = Mention(match.start("name"), match.end("name"), match["name"], tuple(provinces), full=False)
            found.append(Witness(mention, 2.0, "speech on the province"))
    return found


def _zone_witnesses(text: str, start: int, end: int, divisions: Divisions) -> list[Witness]:
    """北京经济技术开发区 has no code of its own; its name begins with the place around it or its city."""
    found = []
    for match in _ZONE.finditer(text, start, min(end, start + OPENING)):
        first = max(start, match.start() - 9)
        stems = [m for m in find_stems(text, divisions, first, match.start()) if m.text not in common_words()]
        cities = [m for m in stems if _cities(m, divisions) and _IN_NAME.fullmatch(text, m.end, match.start())]
        near = [m for m in stems if m.end == match.start() and match.group() != "新区"]
        for m in cities[:1] or near[:1]:
            rows = _cities(m, divisions) or m.rows
            found.append(Witness(m._replace(rows=rows), 2.5, "name of a zone"))
    return found


def _cities(mention: Mention, divisions: Divisions) -> tuple[int, ...]:
    return tuple(r for r in mention.rows if divisions.depth(r) <= 2)


@lru_cache(maxsize=1)
def _stems(divisions: Divisions) -> Lexicon[None]:
    """Bare names of counties and of what is above them that are no ordinary words."""
    return Lexicon((stem, None) for stem in divisions.stems if stem not in common_words())


def _pieces_with_stems(text: str, start: int, end: int, divisions: Divisions) -> Iterator[tuple[int, int]]:
    """The pieces between signs of text[start:end] in which a bare name stands: no word reaches beyond a sign."""
    done = start
    for hit in _stems(divisions).find(text[start:end]):
        at = start + hit.start
        if at >= done:
            begin = max(done, *(text.rfind(sign, done, at) + 1 for sign in "。，\n"))
            following = _SIGN.search(text, at, end)
            done = following.start() if following else end
            yield begin, done


def _word_witnesses(text: str, start: int, end: int, divisions: Divisions) -> list[Witness]:
    """Words of the text, cut by a segmenter, that are bare names of counties or of what is above them."""
    import rjieba

    found = []
    for begin, stop in _pieces_with_stems(text, start, end, divisions):
        position = begin
        for word in rjieba.cut(text[begin:stop]):
            rows = divisions.stems.get(word) if len(word) > 1 else None
            if rows and word not in common_words():
                found.append(Mention(position, position + len(word), word, tuple(rows), full=False))
            position += len(word)
    return [
        Witness(m, _share(text, m, m.end), "bare name in the text")
        for m in found
        if not re.match(r"经验|精神|会议|模式|讲话|大学|学院", text[m.end : m.end + 2])
        and (_cities(m, divisions) or not text.startswith("新区", m.end))
    ]
