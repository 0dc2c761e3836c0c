"""The frame of a document: which of its clean lines are title, document number, addressee, body, signature …"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from embed.reading.document import CleanText
from embed.structure.dates import find_dates, is_date_line
from embed.structure.doc_number import is_doc_number_line

__all__ = ["Frame", "FrameLine", "LinePart", "find_frame"]


class LinePart(StrEnum):
    """What a run of the clean text is in its document."""

    TITLE = "title"
    DOC_NUMBER = "doc_number"
    DATE_LINE = "date_line"  # the date or session line in brackets under the title
    ADDRESSEE = "addressee"
    BODY = "body"
    CLOSING = "closing"  # 特此报告。
    SIGNATURE = "signature"
    DATE = "date"  # the date of the signature
    ATTACHMENT = "attachment"
    COPY_TO = "copy_to"  # 抄送 and the line of the printing office
    CHROME = "chrome"  # what is left of the page, and the title printed again


class FrameLine(NamedTuple):
    """A run of the clean text, at most one line, without the blanks around it: `clean.text[start:end] == text`."""

    start: int
    end: int
    text: str
    part: LinePart


@dataclass(frozen=True)
class Frame:
    """Every line of the clean text with its part, in order; a line is divided where two parts share it."""

    lines: tuple[FrameLine, ...] = ()

    def of(self, part: LinePart) -> tuple[FrameLine, ...]:
        """The lines of one part, in order."""
        return self._parts.get(part, ())

    @cached_property
    def _parts(self) -> dict[LinePart, tuple[FrameLine, ...]]:
        parts: dict[LinePart, list[FrameLine]] = {}
        for line in self.lines:
            parts.setdefault(line.part, []).append(line)
        return {part: tuple(lines) for part, lines in parts.items()}

    @property
    def body(self) -> tuple[int, int]:
        """Clean offsets of the running text from its first to its last line; (0, 0) when there is none."""
        body = self.of(LinePart.BODY)
        return (body[0].start, body[-1].end) if body else (0, 0)


HEAD_LINES = 24
TAIL_LINES = 30
TITLE_LINES = 4
TITLE_LENGTH = 120
LINE_LENGTH = 90  # a longer line is running text


def _one_of(words: str) -> str:
    return "(?:" + "|".join(words.split()) + ")"


GENRE = _one_of(
    "年度报告 报告 总结 情况 汇报 白皮书 要点 方案 意见 计划 规划 通知 清单 解读 办法 规定 纲要 "
    "工作打算 职责 指引 标准 体系 述职述法 述法 公告 公示 讲话 规则 综述"
)
ORGAN_END = _one_of(
    "委员会 人民政府 政府 党委 县委 区委 市委 省委 镇委 乡委 工委 州委 盟委 旗委 党组 办事处 管委会 街道 街道办 "
    "局 分局 厅 办公室 镇 乡 苏木 县 区 市 中心 支队 大队 总队 委 办 院 所 行署 公署 公司 学校 大学 部"
)
_GENRE_END = re.compile(GENRE + r"(?:[(（][^()（）]{1,24}[)）])?$")
_NUMERAL = "[一二三四五六七八九十]{1,3}"
_HEADING = re.compile(
    rf"(?:{_NUMERAL}[、.．,，)）]|[(（][ ]?{_NUMERAL}[ ]?[)）]|第{_NUMERAL}[章部节,，]|"
    r"[0-9]{1,2}[、.．](?![0-9])|[㈠-㈩①-⑩⑴-⑽])"
)
_HAND_OVER = re.compile(r"如下|现将|现就|现向|特此")
_SENTENCE_END = re.compile(r"[。；;!！…]$")
_SIGNED = re.compile(r"[^。；，,]{4,24}(?:政府|委员会|局|办公室|办事处)[ \u3000]{1,6}20[0-9]{2}[-年/][^。；，,]{3,14}")
_RUN_IN_TITLE = re.compile(
    r"(?P<title>[^。；，,:：]{6,70}?(?:报告|总结|汇报|通知))(?:[ \u3000]+|(?=(?:19|"
    r"20)[0-9]{2}))(?=[^。]{0,80}[，,。])"
)
_ADDRESSED = _one_of("委 府 会 办 局 厅 部 组 院 处 室 主任 代表 同志们? 领导 组长 书记 委员 评委 各位[^。]{0,8}")
_RUN_IN_ADDRESSEE = re.compile(
    r"(?P<organ>[^。；;:：]{1,40}(?:委|政府|委员会|常委会|办公室)[:：])[ \u3000]*(?=[^ \u3000])"
)
_ADDRESSEE = re.compile(rf"[^。；;]{{0,50}}{_ADDRESSED}[ \u3000]*[:：]$")
_LABELLED = re.compile(
    r"(?:信息)?"
    + _one_of(
        "来源 发布 作者 字体 浏览 点击 编辑 责任编辑 索引号 附件 抄送 时间 日期 首页 当前位置 打印 名称 标题 主题词"
    )
)
_ORGAN_LINE = re.compile(
    rf"[^。；;，,：:！!？?“”]{{2,70}}{ORGAN_END}(?:[(（][^()（）]{{0,10}}章[^()（）]{{0,4}}[)）])?$"
)
_CLOSING = re.compile(
    _one_of("特此报告 特此汇报 专此报告 专此汇报 此报告 以上报告 以上汇报 谨此报告 妥否") + r"[^。]{0,24}[。.！!]?$"
)
_COPY_TO = re.compile(
    _one_of("主送 抄送 抄报 报送 分送 发送")
    + r"[ \u3000]{0,4}[:：]|.{2,40}"
    + _one_of("办公室 秘书科 秘书处 党政办")
    + r"[ \u3000].{4,24}印发$|.{0,60}[日号]印发$"
)
_ATTACHMENT = re.compile(r"(?:相关)?附(?:件|表|：|:)(?:[ \u3000]?[0-9一二三]{0,2})(?:[ \u3000]|[:：.、]|$)")
_TAIL_CHROME = re.compile(
    r"[(（](?:此件|联系人|依申请|主动公开|盖章|公章)[^()（）]{0,60}[)）]$|"
    + _one_of(
        "上一[篇条] 下一[篇条] 主办 承办 版权 扫一扫 打印 关闭 分享 责任编辑 编辑 联系人 联系电话 联系方式 "
        "信息公开选项 公开方式 公开属性 签发人"
    )
    + r"[^。]{0,80}$|[|丨\-— _*#]{1,10}$"
)
_LABEL_TAIL = re.compile(
    r"[ \u3000-]{0,6}"
    + _one_of(
        r"索\s{0,3}引\s{0,3}号 分\s{0,3}类 名\s{0,3}称 文\s{0,3}号 主题词 来源 "
        "发文机关 发布机构 发文日期 发布日期 成文日期 标题 有效性 关键词"
    )
    + r"[ \u3000]{0,3}[:：]$"
)
_TOPIC = re.compile(r"法治|依法|法制|述法|普法")
_REPORTS = re.compile(r"报告|总结|汇报|情况")
_BYLINE = re.compile(r"记者|通讯员|本报讯|阅读|^[\W\d_A-Za-z]+$")
_OPENING = re.compile(
    r"(?:[0-9]{4}年?(?:度|以来|[0-9]{1,2}月(?:[0-9]{1,2}日)?)?|本年度|今年以来|一年来|近年来|近日|"
    r"近期)[,，]"
)


def find_frame(clean: CleanText) -> Frame:
    """Find the parts of a document in its clean text; every line with any character in it gets exactly one part."""
    rows = _without_label_tails(_rows(clean.text))
    first = _head_end(rows)
    last = _tail_start(rows, first)
    head = _head(rows[:first])
    body = _body(rows[first:last], titled=any(line.part is LinePart.TITLE for line in head))
    return Frame((*head, *body, *_tail(rows[last:])))


_Row = tuple[int, int, str]


def _rows(text: str) -> list[_Row]:
    """(start, end, text) of every line that is not blank, blanks around it left out."""
    rows, offset = [], 0
    for raw in text.split("\n"):
        bare = raw.strip(" \u3000\t|\r")
        if bare:
            start = offset + raw.index(bare)
            rows.append((start, start + len(bare), bare))
        offset += len(raw) + 1
    return rows


def _without_label_tails(rows: list[_Row]) -> list[_Row]:
    """…年度报告 - 文号: at the head of a page whose fields ran together: the title without the next label."""
    trimmed = []
    for start, _, line in rows[:HEAD_LINES]:
        tail = _LABEL_TAIL.search(line, max(0, len(line) - 40)) if line.endswith((":", "：")) else None
        bare = line[: tail.start()].rstrip() if tail else ""
        line = bare if bare and _topical(bare) > 2 and _GENRE_END.search(bare) else line
        trimmed.append((start, start + len(line), line))
    return [*trimmed, *rows[HEAD_LINES:]]


def _opens_body(line: str) -> bool:
    if _HEADING.match(line) or _RUN_IN_ADDRESSEE.match(line):
        return True
    if len(line) > LINE_LENGTH or _SENTENCE_END.search(line) or "。" in line:
        return True
    if line.startswith("《") and line.endswith("》") and line.count("《") == 1:
        return True
    if line.endswith((":", "：")) and _LABEL_TAIL.search(line[-40:]):
        return False
    return bool(_HAND_OVER.search(line)) or line.endswith((":", "：", ",", "，")) or _clauses(line) >= 2


def _clauses(line: str) -> int:
    """Number of commas outside quoted titles, and one more for an opening such as 2024年,…"""
    commas = sum(line.count(c) for c in "，,")
    return commas + bool(_OPENING.match(line))


def _is_addressee(line: str) -> bool:
    return len(line) <= 60 and not _HAND_OVER.search(line) and bool(_ADDRESSEE.match(line)) and not _HEADING.match(line)


def _head_end(rows: list[_Row]) -> int:
    """How many rows stand before the running text."""
    for index, (_, _, line) in enumerate(rows[:HEAD_LINES]):
        if is_doc_number_line(line) or is_date_line(line) or _SIGNED.fullmatch(line):
            continue
        if _is_addressee(line):
            return index + 1
        if _opens_body(line) and not _is_long_title(line):
            return index
    return min(len(rows), HEAD_LINES) if len(rows) <= HEAD_LINES else 0


def _is_long_title(line: str) -> bool:
    if len(line) > TITLE_LENGTH or _HEADING.match(line) or _SENTENCE_END.search(line) or _HAND_OVER.search(line):
        return False
    return bool(_GENRE_END.search(line)) and ("关于" in line or "《" in line) and _clauses(line) < 2


def _head(rows: list[_Row]) -> list[FrameLine]:
    parts: list[LinePart | None] = []
    for _, _, line in rows:
        if is_doc_number_line(line):
            parts.append(LinePart.DOC_NUMBER)
        elif is_date_line(line) or _SIGNED.fullmatch(line):
            parts.append(LinePart.DATE_LINE)
        elif _is_addressee(line):
            parts.append(LinePart.ADDRESSEE)
        else:
            parts.append(None)
    chosen = _title_rows(rows, parts)
    return [
        FrameLine(start, end, line, LinePart.TITLE if i in chosen else parts[i] or LinePart.CHROME)
        for i, (start, end, line) in enumerate(rows)
    ]


def _title_rows(rows: list[_Row], parts: list[LinePart | None]) -> set[int]:
    """The rows of the title: the first run that ends in a genre word, else the last plain line before the text."""
    plain = [i for i, part in enumerate(parts) if part is None and not _LABELLED.match(rows[i][2])]
    ends = [i for i in plain if _GENRE_END.search(_without_tail(rows[i][2]))]
    if not ends:
        good = [i for i in plain if 4 <= len(rows[i][2]) <= 45 and not _BYLINE.search(rows[i][2])]
        return {max(good, key=lambda i: (_topical(rows[i][2]), len(rows[i][2]), -i))} if good else set()
    best = max(ends, key=lambda i: (_topical(rows[i][2]), -i))
    chosen = [best]
    while len(chosen) < TITLE_LINES and chosen[0] - 1 in plain and _goes_on(rows[chosen[0] - 1][2], rows[chosen[0]][2]):
        chosen.insert(0, chosen[0] - 1)
    return set(chosen)


def _topical(line: str) -> int:
    return 2 * bool(_TOPIC.search(line)) + bool(_REPORTS.search(line))


def _without_tail(line: str) -> str:
    """A title line without what a page or a spammer hung on to it: 报告-某某网, 报告_某某app."""
    return re.sub(r"(?<=[报告总结况点案知单读书])[ \u3000]*[-_|—–][^。]{2,40}$", "", line)


def _goes_on(line: str, following: str) -> bool:
    """Whether a title that `line` begins goes on in `following`."""
    if _GENRE_END.search(line) and not following.startswith(("的", "情况", "工作", "暨", "和", "及")):
        return False
    if following.startswith("——"):
        return True
    if len(line) < 6 and not _ORGAN_LINE.fullmatch(line):
        return False
    if re.match(r"关于|情况|工作|的|和|及|暨|第|报告|年|度|[0-9]{4}|[《〈“]|建设|法治|责任", following):
        return True
    return bool(_ORGAN_LINE.fullmatch(line))


def _body(rows: list[_Row], *, titled: bool) -> list[FrameLine]:
    lines = [FrameLine(start, end, line, LinePart.BODY) for start, end, line in rows]
    if not lines:
        return []
    if not titled:
        lines = [*_split_title(lines[0]), *lines[1:]]
    opening = 1 if lines[0].part is LinePart.TITLE else 0
    lines = [*lines[:opening], *_split_addressee(lines[opening]), *lines[opening + 1 :]]
    return [*lines[:-1], *_split_signature(lines[-1])]


def _split_title(line: FrameLine) -> list[FrameLine]:
    """A text without line breaks: …情况报告 2024年,…"""
    match = _RUN_IN_TITLE.match(line.text)
    if match is None or not _topical(match["title"]) > 1 or _HEADING.match(line.text):
        return [line]
    cut, rest = line.start + match.end("title"), line.start + match.end()
    return [
        FrameLine(line.start, cut, match["title"], LinePart.TITLE),
        FrameLine(rest, line.end, line.text[match.end() :], LinePart.BODY),
    ]


def _split_addressee(line: FrameLine) -> list[FrameLine]:
    """县委、县政府:2025年,… in one line: the addressee and the text behind it."""
    match = _RUN_IN_ADDRESSEE.match(line.text)
    if match is None:
        return [line]
    cut, rest = line.start + match.end("organ"), line.start + match.end()
    return [
        FrameLine(line.start, cut, line.text[: match.end("organ")], LinePart.ADDRESSEE),
        FrameLine(rest, line.end, line.text[match.end() :], LinePart.BODY),
    ]


def _split_signature(line: FrameLine) -> list[FrameLine]:
    """…请予审示。苍溪县自然资源局2021年12月20日 in one line: the text, and who signed it when."""
    cut = max(line.text.rfind(sign, 0, -8) for sign in "。!！") + 1
    tail = line.text[cut:].strip(" \u3000")
    if line.part is not LinePart.BODY or not cut or len(tail) > 60:
        return [line]
    dates = find_dates(tail)
    organ = tail[: dates[-1].start].rstrip(" \u3000") if dates and dates[-1].end == len(tail) else ""
    if not organ or dates[-1].day is None or not _ORGAN_LINE.fullmatch(organ):
        return [line]
    start = line.start + cut + line.text[cut:].index(tail)
    return [
        FrameLine(line.start, line.start + cut, line.text[:cut], LinePart.BODY),
        FrameLine(start, start + len(tail), tail, LinePart.SIGNATURE),
    ]


def _tail_start(rows: list[_Row], first: int) -> int:
    """The index of the first row behind the running text."""
    end = len(rows)
    for _ in range(3):  # signature, list of attachments, signature of the printing office
        last = _skip_tail(rows, first, end)
        opened = next((i for i in range(max(first, end - TAIL_LINES), last) if _is_attachment_list(rows[i:last])), None)
        if opened is None:
            return last
        end = opened
    return _skip_tail(rows, first, end)


def _skip_tail(rows: list[_Row], first: int, end: int) -> int:
    last = end
    while last > first and end - last < TAIL_LINES and _tail_part(rows[last - 1][2]) is not None:
        last -= 1
    return last


def _is_attachment_list(rows: list[_Row]) -> bool:
    """A list under 附件: that runs to the end of the page."""
    if not _ATTACHMENT.match(rows[0][2]):
        return False
    return all(len(line) <= LINE_LENGTH and "。" not in line for _, _, line in rows)


def _tail_part(line: str) -> LinePart | None:
    if _CLOSING.match(line):
        return LinePart.CLOSING
    if len(line) <= 200 and _COPY_TO.match(line):
        return LinePart.COPY_TO
    if is_date_line(line):
        return LinePart.DATE
    if _TAIL_CHROME.match(line):
        return LinePart.CHROME
    if len(line) <= LINE_LENGTH and "。" not in line and _ATTACHMENT.match(line):
        return LinePart.ATTACHMENT
    if len(line) <= 80 and not _HEADING.match(line):
        dates = find_dates(line)
        bare = line[: dates[-1].start].rstrip() if dates and dates[-1].end == len(line) else line
        if _ORGAN_LINE.fullmatch(bare):
            return LinePart.SIGNATURE
    return None


def _tail(rows: list[_Row]) -> list[FrameLine]:
    lines: list[FrameLine] = []
    for start, end, line in rows:
        part = _tail_part(line)
        if part is None:
            part = LinePart.ATTACHMENT if any(x.part is LinePart.ATTACHMENT for x in lines) else LinePart.CHROME
        lines.append(FrameLine(start, end, line, part))
    return lines
