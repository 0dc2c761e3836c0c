"""The title of a document, over several lines or absent, in the script of the source."""

from __future__ import annotations

import re

from embed.reading.document import CleanText, SourceDocument
from embed.structure.frame import GENRE, Frame, LinePart
from embed.structure.page_fields import FieldKind, PageField

__all__ = ["Title", "bare_title", "find_title", "quoted", "title_beside_chrome", "title_of_page"]

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Title:
    """`text` is simplified, `quoted` as the source writes it; `start`/`end` are source offsets."""

    text: str
    quoted: str
    start: int
    end: int


_SITE_WORD = (
    r"(?:网|网站|门户|官网|平台|app|APP|App|下载|体育|官方|入口|注册|登录|客户端|娱乐|彩票|手机版|直播|"
    r"人民政府|中心)"
)
_TAIL = re.compile(
    rf"(?<=[一-鿿)）》])[ \u3000]*[-_|—–｜]{{1,3}}[ \u3000]*[^。；，,]{{0,40}}?{_SITE_WORD}[^。；，,]{{0,20}}$"
)
_GENRE_TAIL = re.compile(
    rf"(?P<keep>.*{GENRE}(?:[(（][^()（）]{{1,24}}[)）])?)[ \u3000]*(?!——)[-_|—–｜]{{1,3}}[^《》]{{1,60}}$"
)
_HEAD = re.compile(
    r"^[^-_|—–｜《》。，,]{2,24}(?:网|网站|门户网站|人民政府|平台)[ \u3000]*[-_|"
    r"—–｜]{1,3}[ \u3000]*(?=[^-_|—–｜]{6})"
)

_PAGE_HEAD = 800  # characters at the top of a page in which its title is looked for
# 首页 > 政务公开 > 某镇 某镇2023年法治政府建设情况报告 发布日期:…
_BETWEEN = re.compile(
    rf"[>》›»][ \u3000]?[^\s>》›»]{{2,20}}[ \u3000]+(?P<title>[^\s，。；>]{{6,60}}{GENRE})[ \u3000]+"
    r"(?=(?:发布|发文|成文|时间|日期|来源|信息来源|文章来源|作者|浏览|字号|【)[^。]{0,12}[:：】])"
)


def find_title(source: SourceDocument, clean: CleanText, frame: Frame) -> Title | None:
    """Join the title's lines and cut off what the page or a spammer added at either end."""
    lines = frame.of(LinePart.TITLE)
    if not lines:
        return None
    pieces: list[tuple[int, int]] = []
    for index, line in enumerate(lines):
        start, end = line.start, line.end
        text = clean.text[start:end]
        if index == 0:
            head = _HEAD.match(text)
            start += head.end() if head else 0
        if index == len(lines) - 1:
            end = start + len(bare_title(clean.text[start:end]))
        if end > start:
            pieces.append((start, end))
    if not pieces:
        return None
    text = _joined([clean.text[a:b] for a, b in pieces])
    original = _joined([quoted(source, clean, a, b) for a, b in pieces])
    first, last = clean.source_span(*pieces[0])[0], clean.source_span(*pieces[-1])[1]
    return Title(text, original, first, last)


def title_of_page(fields: list[PageField]) -> Title | None:
    """The title that the page's metadata block or its <title> states, when it is that of a report."""
    for field in fields:
        if field.kind is FieldKind.TITLE and 8 <= len(field.value) <= 120:
            text = bare_title(_HEAD.sub("", field.value))
            if re.search(r"法治|依法|述法", text) and re.search(GENRE + "$", text):
                return Title(text, text, field.start, field.end)
    return None


def title_beside_chrome(source: SourceDocument) -> Title | None:
    """The title of a page saved as one line: between the path of the page and its line of publication."""
    match = _BETWEEN.search(source.text, 0, _PAGE_HEAD)
    if match is None:
        return None
    text = bare_title(match["title"])
    return Title(text, text, match.start("title"), match.start("title") + len(text))


def bare_title(text: str) -> str:
    """A title without the tail of a page title: …报告-某某网, …报告_某某app."""
    match = _GENRE_TAIL.match(text)
    if match:
        return match["keep"].rstrip()
    return _TAIL.sub("", text).rstrip()


def _joined(pieces: list[str]) -> str:
    """Lines of one title; a blank only where an organ's line is followed by another organ's line."""
    text = pieces[0].strip()
    for piece in pieces[1:]:
        text += piece.strip()
    return text


def quoted(source: SourceDocument, clean: CleanText, start: int, end: int, line_break: str = "") -> str:
    """The source behind a clean span without what cleaning removed; `line_break` takes the place of line breaks."""
    first, last = clean.source_span(start, end)
    kept: list[str] = []
    position = first
    for removal in clean.removals:
        if removal.end <= position or removal.start >= last:
            continue
        kept.append(source.text[position : max(position, removal.start)])
        kept.append(removal.replacement)
        position = max(position, removal.end)
    kept.append(source.text[position:last])
    return re.sub(r"\s*\n\s*", line_break, "".join(kept))
