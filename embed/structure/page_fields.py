"""Fields that the page prints around a report: 发布时间, 来源, 发布机构, 文号 … from the publication lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from embed.reading.document import CleanText, RemovalReason, SourceDocument
from embed.reading.script import to_simplified
from embed.structure.dates import FoundDate, find_dates
from embed.structure.frame import Frame, LinePart

__all__ = ["FieldKind", "PageField", "read_page_fields"]


class FieldKind(StrEnum):
    """What a label says about its value."""

    PUBLISHED = "published"  # 发布时间
    DATED = "dated"  # 成文日期, 印发日期: when it was written
    UPDATED = "updated"
    PUBLISHER = "publisher"  # 发布机构: the organ that publishes
    SOURCE = "source"  # 来源: often only who sent it to the site
    NUMBER = "number"  # 文号
    TITLE = "title"  # 名称 in the metadata block
    SITE = "site"  # 主办, breadcrumbs: whose site it is
    OTHER = "other"


_COMPACT = re.compile(r"(20[0-9]{2})([01][0-9])([0-3][0-9])")


@dataclass(frozen=True, slots=True)
class PageField:
    """One value with its place in the source text, −1 when the container states it; `value` is simplified."""

    kind: FieldKind
    label: str
    value: str
    start: int
    end: int

    @property
    def date(self) -> FoundDate | None:
        """The first date in the value; 20240115 is one where nothing else stands."""
        compact = _COMPACT.fullmatch(self.value)
        dates = find_dates("-".join(compact.groups()) if compact else self.value[:60])
        return dates[0] if dates else None


_LABELS = {
    FieldKind.PUBLISHED: "发布时间 发布日期 公开日期 发表时间 上传时间 发稿时间 发布于 发表于 Published",
    FieldKind.DATED: "发文日期 发文时间 成文日期 成文时间 公文生成日期 生成日期 印发日期 制发日期",
    FieldKind.UPDATED: "更新时间 更新日期 修改时间 更新于",
    FieldKind.PUBLISHER: "发布机构 发文机关 发文机构 制发机构 发布单位 公开机构 发文单位 发布机关 责任单位",
    FieldKind.SOURCE: "信息来源 文章来源 内容来源 稿件来源 来源 供稿 作者",
    FieldKind.NUMBER: "发文字号 公文字号 文件编号 文件字号 备注/文号 文号",
    FieldKind.TITLE: "信息名称 文件名称 名称 标题",
    FieldKind.SITE: "主办单位 主办 承办 您当前所在位置 您所在的位置 您的位置 当前位置 所在位置 首页",
    FieldKind.OTHER: (
        "责任编辑 编辑 二审 终审 审核 索引号 信息索引 索号 主题分类 主题词 体裁分类 组配分类 分类 公开目录 "
        "公开形式 公开方式 "
        "公开范围 关键词 内容概述 有效性 效力状态 是否有效 字体 字号 "
        "浏览次数 阅读次数 阅读人次 阅读量 点击数 点击量 点击 浏览 阅读 打印 关闭 分享 "
        "访问量 有效期 失效日期 时效 签发人"
    ),
}
_TIME = "时间 日期"
_KIND_OF = {label: kind for kind, labels in _LABELS.items() for label in labels.split()}
_KIND_OF |= dict.fromkeys(_TIME.split(), FieldKind.PUBLISHED)


def _spaced(label: str) -> str:
    return r"[ \u3000]{0,2}".join(re.escape(c) for c in label)


_LABEL = re.compile(
    "(?P<label>" + "|".join(_spaced(x) for x in sorted(_KIND_OF, key=len, reverse=True)) + r")[ \u3000]{0,3}[\]）)】]?"
    r"[ \u3000]{0,3}(?P<mark>[:：|>]|(?=[ \u3000\t\[])|(?<=于)(?=[12二]))"
)
_DATED_END = re.compile(r"[ \u3000|]{1,6}(?P<day>[12二][0-9０〇○零Oo一二三四五六七八九]{3}[-/.年][^。|]{3,24})$")
_ENDS_IN_DAY = (FieldKind.SOURCE, FieldKind.PUBLISHER)
_COUNTS = frozenset(
    [
        "浏览次数",
        "阅读次数",
        "阅读人次",
        "阅读量",
        "点击数",
        "点击量",
        "点击",
        "浏览",
        "阅读",
        "编辑",
        "责任编辑",
        "字体",
        "字号",
        "访问量",
    ]
)
_CLOCK_LINE = re.compile("今天|今日|现在|星期|农历")
_TRIM = " \u3000\t|[]【】:：>\r\n"
_READ = (RemovalReason.PUBLICATION_LINE, RemovalReason.CHROME)
LONGEST_LINE = 600
MOST_LINES = 200
_HINT_KINDS = {
    "published": FieldKind.PUBLISHED,
    "pubdate": FieldKind.PUBLISHED,
    "source": FieldKind.SOURCE,
    "publisher": FieldKind.PUBLISHER,
    "issuer": FieldKind.PUBLISHER,
    "author": FieldKind.SOURCE,
    "document number": FieldKind.NUMBER,
    "doc_number": FieldKind.NUMBER,
    "title": FieldKind.TITLE,
    "site": FieldKind.SITE,
}


def read_page_fields(source: SourceDocument, clean: CleanText, frame: Frame) -> list[PageField]:
    """The fields of all publication lines, of page chrome and of the container's own metadata, in order."""
    fields: list[PageField] = []
    for removal in [r for r in clean.removals if r.reason in _READ][:MOST_LINES]:
        offset = removal.start
        for line in removal.text[: LONGEST_LINE * 8].split("\n"):
            fields = _joined(fields, _line_fields(line[:LONGEST_LINE], offset, removal.reason))
            offset += len(line) + 1
    for row in frame.of(LinePart.CHROME)[:MOST_LINES]:
        start, end = clean.source_span(row.start, row.end)
        line = source.text[start:end][:LONGEST_LINE]
        found = _line_fields(line, start, RemovalReason.CHROME)
        if len(found) == 1 and not found[0].label and row.end <= frame.body[0] and not _CLOCK_LINE.search(line):
            found = _without_day(replace(found[0], kind=FieldKind.SOURCE))  # 平利县人民政府网 2024-03-15 10:20
            found = [replace(found[0], kind=FieldKind.OTHER), *found[1:]]
        fields += found
    for hint in source.hints:
        kind = _HINT_KINDS.get(hint.field)
        if kind is not None:
            fields.append(PageField(kind, hint.where, to_simplified(hint.value.strip()), -1, -1))
    return fields


def _joined(fields: list[PageField], following: list[PageField]) -> list[PageField]:
    """The fields of one more line; a line without a label is the value of the label that stands alone above it."""
    above = fields[-1] if fields else None
    below = following[0] if len(following) == 1 else None
    if above and below and above.label and not above.value and not below.label and below.value:
        value = PageField(above.kind, above.label, below.value, below.start, below.end)
        return [*fields[:-1], value]
    return fields + following


def _line_fields(line: str, offset: int, reason: RemovalReason) -> list[PageField]:
    text = to_simplified(line) if not line.isascii() else line
    found = list(_LABEL.finditer(text))
    if not found:
        value = text.strip(_TRIM)
        kind = (
            FieldKind.PUBLISHED
            if reason is RemovalReason.PUBLICATION_LINE and find_dates(value[:40])
            else FieldKind.OTHER
        )
        start = offset + (text.index(value) if value else 0)
        return [PageField(kind, "", value, start, start + len(value))] if value else []
    fields = []
    head = text[: found[0].start()].strip(_TRIM)
    if head and find_dates(head[:40]):
        start = offset + text.index(head)
        fields.append(PageField(FieldKind.PUBLISHED, "", head, start, start + len(head)))
    for match, following in zip(found, [*found[1:], None], strict=True):
        end = following.start() if following else len(text)
        value = text[match.end() : end].strip(_TRIM)
        start = text.find(value, match.end()) if value else match.end()
        label = re.sub(r"[ \u3000]", "", match["label"])
        fields += _without_day(PageField(_KIND_OF[label], label, value, offset + start, offset + start + len(value)))
    return fields


def _without_day(field: PageField) -> list[PageField]:
    """来源:平利县司法局 2024-03-15 as two fields: the day of publication has no label of its own."""
    if field.kind not in _ENDS_IN_DAY and field.label not in _COUNTS:
        return [field]
    match = _DATED_END.search(field.value[-40:])
    dates = find_dates(match["day"]) if match else []
    if match is None or not dates or dates[0].start != 0 or dates[0].day is None:
        return [field]
    day = match["day"]
    value = field.value[: -len(match.group())].rstrip(_TRIM)
    return [
        PageField(field.kind, field.label, value, field.start, field.start + len(value)),
        PageField(FieldKind.PUBLISHED, "", day, field.end - len(day), field.end),
    ]
