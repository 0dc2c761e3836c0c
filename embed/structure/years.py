"""The year that a report is about, against every other year that it names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

from embed.structure.dates import find_years
from embed.structure.frame import Frame, LinePart

__all__ = ["YearFinding", "find_year"]


@dataclass(frozen=True, slots=True)
class YearFinding:
    """A year with the rule that gave it and clean offsets of its quote; −1 where it stands outside the clean text."""

    year: int
    rule: str
    start: int = -1
    end: int = -1


HAND_OVER_REACH = 2500
OPENING_REACH = 40
# Congresses and plenary sessions whose spirit every text of that year invokes; the latest one named dates the text.
# Each with words of which one is in every match.
_EVENTS = (
    (2025, ("二十届",), re.compile(r"二十届四中|二十届[^。]{0,14}四中全会")),
    (2024, ("二十届",), re.compile(r"二十届三中|二十届[^。]{0,8}三中全会")),
    (2023, ("二十届", "主题教育"), re.compile(r"二十届二中|学习贯彻习近平新时代中国特色社会主义思想主题教育")),
    (2022, ("二十大",), re.compile(r"(?:党的)?二十大")),
    (2021, ("十九届", "党史学习"), re.compile(r"十九届六中|十九届[^。]{0,20}六中全会|党史学习教育")),
    (2020, ("十九届",), re.compile(r"十九届五中|十九届[^。]{0,20}五中全会")),
    (2019, ("十九届",), re.compile(r"十九届四中|十九届[^。]{0,20}四中全会")),
    (2018, ("十九届",), re.compile(r"十九届[二三]中|十九届[^。]{0,8}三中全会")),
    (2017, ("十九大",), re.compile(r"(?:党的)?十九大")),
)
_EVENT_WORDS = tuple(dict.fromkeys(word for _, words, _ in _EVENTS for word in words))
_QUOTED = re.compile(r"《[^《》]{0,120}(?:》|$)|〈[^〈〉]{0,80}〉")
_RANGE = re.compile(
    r"[12](?:(?<=1)9|(?<=2)0)[0-9]{2}(?:年?[ ]?[-—–~至到－]{1,2}[ ]?(?:19|20)?[0-9]{2,4}年?|(?:19|20)[0-9]{2}年?)"
)
_PERIOD = re.compile(r"十[一二三四五]五(?=[”\"]?(?:时期|期间|以来|法治|依法|工作))")
_NEXT = re.compile(r"^[年度 ]{0,3}[^。；\n]{0,30}(?:打算|计划|安排|思路|规划|谋划|展望|重点|任务|努力方向)")
_HAND_OVER = re.compile(r"现将|现就|现向|如下|现公开|总结如下|汇报如下")
_NOT_REPORTED = re.compile(r"年(?:版|修订|修正|以来|前|起|底前)")
_TO_COME = re.compile(r"年(?:度)?[,，]?(?:我(?=[^,，。]{0,8}(?:将|要))|将|计划|重点|拟|继续|还将|[^，,]{0,14}将)")
_MONTH = re.compile(r"[ ]?年[ ]?[0-9]{1,2}[ ]?月")  # the day of a notice, not the year reported on
_ASKED = re.compile(
    r"《[^《》]{0,24}(?:报送|上报|提交|编制|撰写|做好|开展)[^《》]{0,16}?(?P<year>20[0-9]{2})年[^《》]{0,40}"
    r"(?:报告|总结|情况|述法|汇报)[^《》]{0,12}(?:通知|函)[^《》]{0,4}》"
)
_HALF = re.compile(r"[。；;!！\n]")


def find_year(text: str, title: str, frame: Frame, published: date | None, issued: int | None) -> list[YearFinding]:
    """Findings in the order of their strength: the first is the answer, the rest are candidates.

    `title` is the simplified title ("" when absent), `published` the date of publication or signature, `issued` the
    year in the document number.
    """
    found = [
        *_in_title(title, frame),
        *_in_hand_over(text, frame),
        *_in_opening(text, frame),
        *_in_notice(text, frame),
        *_in_headings(text, frame),
    ]
    found += _in_body(text, frame)
    if published is not None:
        found.append(YearFinding(published.year - (published.month <= 10), "date of the document"))
    if issued is not None:
        found.append(YearFinding(issued - 1, "document number, minus one"))
    found += _in_events(text, frame)
    latest = max((d for d in (published.year if published else None, issued) if d), default=None)
    return [f for f in found if latest is None or f.year <= latest]


def _plain(text: str) -> str:
    """The text with quoted titles and ranges of years blanked out; offsets stay."""
    for pattern in (_QUOTED, _RANGE):
        text = pattern.sub(_blank, text)
    return text


def _blank(found: re.Match[str]) -> str:
    return "\u3000" * (found.end() - found.start())


def _in_title(title: str, frame: Frame) -> list[YearFinding]:
    lines = frame.of(LinePart.TITLE)
    place = (lines[0].start, lines[-1].end) if lines else (-1, -1)
    plain = _RANGE.sub(_blank, title)
    years = [
        (at, year) for at, year in find_years(plain) if not _NEXT.match(plain[at + 4 :]) or "情况" not in plain[:at]
    ]
    if years:
        return [YearFinding(years[0][1], "title", *place)]
    spans = [m.group() for m in _RANGE.finditer(title)]
    ends = [int(x) for s in spans for x in re.findall(r"(?:19|20)[0-9]{2}", s)]
    ends += [2010 + 5 * "一二三四五".index(p[1]) for p in _PERIOD.findall(title)]
    return [YearFinding(max(ends), "last year of the period in the title", *place)] if ends else []


def _in_hand_over(text: str, frame: Frame) -> list[YearFinding]:
    start, end = frame.body
    end = min(end, start + HAND_OVER_REACH)
    found = []
    opening = text[start:end]
    for match in _HAND_OVER.finditer(opening):
        left = max((m.end() for m in _HALF.finditer(opening, 0, match.start())), default=0)
        right = _HALF.search(opening, match.end())
        sentence = _plain(opening[left : right.start() if right else len(opening)])
        near = sentence[max(0, match.start() - left - 4) :] if match.group().startswith("现") else sentence
        for at, year in [(at, year) for at, year in find_years(near) if not _MONTH.match(near, at + 4)][:1]:
            base = start + left + len(sentence) - len(near)
            found.append(YearFinding(year, "hand-over phrase", base + at, base + at + 4))
        if found:
            break
    return found


def _in_notice(text: str, frame: Frame) -> list[YearFinding]:
    """The year that the notice asks to report on: 《关于报送2022年度法治政府建设情况报告的通知》."""
    start, end = frame.body
    match = _ASKED.search(text, start, min(end, start + HAND_OVER_REACH))
    if match is None:
        return []
    return [YearFinding(int(match["year"]), "notice that asks for the report", match.start("year"), match.end("year"))]


def _in_opening(text: str, frame: Frame) -> list[YearFinding]:
    found = []
    for line in frame.of(LinePart.BODY)[:2]:
        opening = line.text[:OPENING_REACH]
        plain = _plain(opening) if "《" not in opening[:2] else opening
        bare = re.sub(r"^[^:：]{0,24}[:：]", lambda m: "\u3000" * len(m.group()), plain)
        for at, year in find_years(bare)[:1]:
            if at <= 12 and not bare[:at].strip(" \u3000(（“"):
                found.append(YearFinding(year, "first words", line.start + at, line.start + at + 4))
    return found


_HEADING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}(?!年|是|方面|直|贯|手|把|批)[、.．,，]?|[(（][一二三四五六七八九十]{1,3}[)）]|第[一二三四五]部分)"
)


def _in_headings(text: str, frame: Frame) -> list[YearFinding]:
    results, plans = [], []
    for line in frame.of(LinePart.BODY):
        mark = _HEADING.match(line.text)
        if not mark:
            continue
        head = re.split(r"[。…]", line.text[:60])[0]
        for at, year in find_years(_plain(head))[:1]:
            following = head[at + 4 :]
            place = (line.start + at, line.start + at + 4)
            if _NEXT.match(following) and not re.search(r"情况|成效|成果|举措", following):
                plans.append(YearFinding(year - 1, "heading of the plans, minus one", *place))
            else:
                results.append(YearFinding(year, "heading of a part", *place))
    return results[:1] + plans[:1]


def _in_body(text: str, frame: Frame) -> list[YearFinding]:
    """The year that the running text names most often, plans for the next one counted as the year before."""
    start, end = frame.body
    plain = _plain(text[start : min(end, start + 20000)])
    votes: Counter[int] = Counter()
    first: dict[int, int] = {}
    for at, year in find_years(plain):
        after = plain[at + 4 : at + 8]
        if not after.startswith("年") or _NOT_REPORTED.match(after + plain[at + 8 : at + 10]):
            continue
        year -= bool(_TO_COME.match(plain[at + 4 : at + 40].split("。")[0]))
        votes[year] += 1
        first.setdefault(year, start + at)
    if not votes:
        return _quoted_years(text, frame)
    best = max(votes, key=lambda y: (votes[y], y))
    return [YearFinding(best, "year named most often", first[best], first[best] + 4)]


def _quoted_years(text: str, frame: Frame) -> list[YearFinding]:
    """Years inside quoted titles of yearly papers: 《2023年法治政府建设工作要点》."""
    start, end = frame.body
    for match in _QUOTED.finditer(text, start, min(end, start + 4000)):
        quote = _RANGE.sub("", match.group())
        if re.search(r"要点|安排|计划|任务|通知", quote):
            for _, year in find_years(quote)[:1]:
                return [YearFinding(year, "year in a quoted title", match.start(), match.end())]
    return []


def _in_events(text: str, frame: Frame) -> list[YearFinding]:
    start, end = frame.body
    end = min(end, start + 30000)
    said = {word: text.find(word, start, end) >= 0 for word in _EVENT_WORDS}
    for year, words, pattern in _EVENTS:
        match = pattern.search(text, start, end) if any(said[word] for word in words) else None
        if match:
            return [YearFinding(year, "latest congress or campaign that the text names", match.start(), match.end())]
    return []
