"""A saved web page to text: its visible lines, and which of them stand outside the article."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from embed.exceptions import UnreadableFile
from embed.reading.advertising import without_advertising
from embed.reading.document import Hint
from embed.reading.html_lists import OWN_MARK, list_marks
from embed.reading.html_tables import grid, inner_text, is_data_table
from embed.reading.kinds import refuse
from embed.reading.markup import Element
from embed.reading.tables import table_lines

__all__ = ["HtmlText", "html_label", "read_html"]

META_CHARSET = re.compile(
    rb"(?i)<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-z0-9_\-]{2,20})"
    rb"|<\?xml[^>]{0,100}encoding=[\"']([a-z0-9_\-]{2,20})"
)
SKIPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "select",
        "option",
        "textarea",
        "button",
        "iframe",
        "object",
        "svg",
        "canvas",
        "head",
        "link",
        "meta",
        "map",
        "audio",
        "video",
    ]
)
BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
        "marquee",
    ]
)
HIDDEN = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![.\d])"
    r"|(?:left|top|text-indent|margin-left)\s*:\s*-(?:\d{3,}|\d{2,}em)"
    r"|(?:height|width)\s*:\s*[01](?:px)?\s*;\s*overflow\s*:\s*hidden|overflow\s*:\s*hidden\s*;\s*(?:height|width)\s*:\s*[01](?:px)?\s*(?:;|$)"
)
META_FIELDS = {
    "articletitle": "title",
    "title": "title",
    "og:title": "title",
    "pubdate": "published",
    "publishdate": "published",
    "maketime": "published",
    "firstpublishedtime": "published",
    "article:published_time": "published",
    "contentsource": "source",
    "source": "source",
    "author": "author",
    "siteurl": "url",
    "url": "url",
    "og:url": "url",
    "sitename": "site",
    "columnname": "column",
    "keywords": "keywords",
    "filenum": "document number",
    "indexnumber": "index number",
}
SENTENCE = re.compile("[。；，,]")
TITLE_TAIL = re.compile(r"[_|\-—–]")
MOST_ELEMENTS = 400_000
SHORTEST_TEXT = 16
SIDE_NAME = re.compile(
    r"(?:^|[\s_-])(?:share|bdshare|related|relate|recommend|sidebar|breadcrumb|crumbs?|pagination|pager|prevnext|copyright"
    r"|footer|foot|toolbar|hotnews|xgwz|xgxx|fenxiang)(?:$|[\s_-])"
)
# Columns beside the article; signatures set to the right are called so as well, but have neither heading nor list.
COLUMN_NAME = re.compile(r"(?:^|[\s_-])(?:left|right|side|l|r)(?:$|[\s_-]|\d|bar|box|col|con|menu|nav)")
# What a report is called; a line of this shape above the article is its title when the page's head names none.
TITLE_SHAPE = re.compile(r"法治|依法行政|述法")
NO_TITLE = re.compile(r"[>。；！？]|，.*，|召开|会议|^[一二三四五六七八九十\d（(]{1,4}[、.．）)]|[:：]$")
FARTHEST_TITLE = 12
WHITE = re.compile("[ \t\r\n\f]+")
# Word breaks the lines of its markup between two wide characters, where no blank is meant.
_WIDE = "[⺀-鿿豈-﫿︰-﹏！-～“”‘’…—·]"
SOFT_BREAK = re.compile(rf"(?<=[^\n]{{20}})(?<={_WIDE})\r?\n(?={_WIDE})")
PRE = re.compile(r"(?i)white-space\s*:\s*(?:pre|break)")


@dataclass(slots=True)
class HtmlText:
    """The text of a page, spans of it outside the article, and what its head says."""

    text: str
    outside: tuple[tuple[int, int], ...] = ()
    hints: tuple[Hint, ...] = ()


@dataclass(slots=True)
class _Line:
    text: str
    inside: bool
    hidden: bool
    heading: bool
    link: bool = False


@dataclass(slots=True)
class _Walk:
    """Lines so far and the one under way; `article` is the element that holds the report."""

    article: Element
    weights: dict[Element, int]  # characters of running text in each element
    lines: list[_Line] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    inside: int = 0
    hidden: int = 0
    heading: int = 0
    side: int = 0
    linked: int = 0  # characters of the line under way that belong to links
    in_link: int = 0
    pre: int = 0
    marks: dict[Element, str] = field(default_factory=dict)  # numbers that a browser prints before items of lists
    mark: str = ""  # of the item under way, until its first line

    def flush(self) -> None:
        text = WHITE.sub(" ", "".join(self.parts)).strip(" ")
        self.parts.clear()
        link = self.linked * 2 > len(text)
        for part in text.split("\v"):  # \v stands for <br>
            line = part.strip(" ")
            if line:
                if self.mark and not link and OWN_MARK.match(line) is None:
                    line = self.mark + line
                self.mark = ""
                inside = self.inside > 0 and self.side == 0
                self.lines.append(_Line(line, inside, self.hidden > 0, self.heading > 0, link))
        self.linked = 0

    def add(self, text: str | None) -> None:
        """Text of the line under way as the markup has it."""
        if not text:
            return
        if "\n" in text:
            text = text.replace("\n", "\v") if self.pre else SOFT_BREAK.sub("", text)
        self.parts.append(text)
        self.linked += len(text) if self.in_link else 0


def html_label(data: bytes) -> str | None:
    """The encoding that a page claims for itself, if any."""
    match = META_CHARSET.search(data[:8192])
    if match is None:
        return None
    return (match.group(1) or match.group(2)).decode("ascii")


def read_html(markup: str) -> HtmlText:
    """Text and hints of a page. Linear in its length; never runs or fetches anything."""
    from lxml import etree

    if markup.count("<") > 5 * MOST_ELEMENTS:  # a tree of that many would take gigabytes
        raise _too_many_elements()
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    root = etree.fromstring(markup.encode("utf-8", errors="replace"), parser)
    if root is None:
        raise refuse("empty", "网页里没有文字", "the page holds no text")
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise refuse(
            "too_deep",
            "网页标签嵌套过深",
            "the page nests its elements too deep",
            "只保存正文 · save only the text",
        )
    walk = _Walk(*_article(root), marks=list_marks(root))
    _collect(root, walk)
    hints = tuple(_hints(root))
    return _assembled(walk.lines, hints)


def _collect(root: Element, walk: _Walk) -> None:
    """Visit the tree without recursion: pages nest deeper than Python's stack."""
    stack: list[tuple[Element, bool]] = [(root, False)]
    while stack:
        element, leaving = stack.pop()
        if leaving:
            _leave(element, walk)
            continue
        if not isinstance(element.tag, str) or element.tag in SKIPPED:
            walk.add(element.tail)
            continue
        if element.tag == "table" and is_data_table(element):
            _table(element, walk)
            walk.add(element.tail)
            continue
        _enter(element, walk)
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))


def _enter(element: Element, walk: _Walk) -> None:
    if element.tag in BLOCKS:
        walk.flush()
    elif element.tag == "br":
        walk.parts.append("\v")
    walk.inside += element is walk.article
    walk.hidden += _is_hidden(element)
    walk.heading += _is_heading(element)
    walk.side += _is_side(element, walk)
    walk.in_link += element.tag == "a"
    walk.pre += _is_pre(element)
    walk.mark = walk.marks.get(element, walk.mark)
    walk.add(element.text)


def _leave(element: Element, walk: _Walk) -> None:
    if element.tag in BLOCKS:
        walk.flush()
    if element is walk.article or _is_hidden(element) or _is_heading(element) or _is_side(element, walk):
        walk.flush()
    walk.inside -= element is walk.article
    walk.hidden -= _is_hidden(element)
    walk.heading -= _is_heading(element)
    walk.side -= _is_side(element, walk)
    walk.in_link -= element.tag == "a"
    walk.pre -= _is_pre(element)
    walk.mark = "" if element in walk.marks else walk.mark
    walk.add(element.tail)


def _is_hidden(element: Element) -> bool:
    style = element.get("style")
    return element.get("hidden") is not None or element.tag == "marquee" or bool(style and HIDDEN.search(style[:500]))


def _is_pre(element: Element) -> bool:
    style = element.get("style")
    return element.tag == "pre" or bool(style and PRE.search(style[:500]))


def _is_heading(element: Element) -> bool:
    if element.tag in ("h1", "h2"):
        return True
    name = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    return "title" in name and len(name) < 60


def _is_side(element: Element, walk: _Walk) -> bool:
    """Blocks that stand beside an article even where its element holds them; never one with much of its text."""
    if walk.weights.get(element, 0) * 4 > walk.weights.get(walk.article, 0):
        return False
    if element.tag in ("aside", "nav", "footer") or element.get("title") in ("header", "footer"):
        return True
    name = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    if len(name) >= 80 or name == " ":
        return False
    return bool(SIDE_NAME.search(name)) or (bool(COLUMN_NAME.search(name)) and _is_column(element))


def _is_column(element: Element) -> bool:
    """Whether a block has headings or lists of links of its own."""
    found = element.iter("h2", "h3", "h4", "h5", "dt", "li")
    return element.tag in ("div", "td", "section", "ul", "dl") and next(found, None) is not None


def _table(table: Element, walk: _Walk) -> None:
    walk.flush()
    inside = walk.inside > 0 or any(parent is walk.article for parent in table.iterancestors())
    for line in table_lines(grid(table)):
        walk.lines.append(_Line(line, inside, walk.hidden > 0, heading=False))


def _article(root: Element) -> tuple[Element, dict[Element, int]]:
    """The smallest element that holds nearly all running text outside links, and how much each element holds."""
    weights = _own_weights(root)
    for element in reversed(list(weights)):
        parent = element.getparent()
        if parent in weights:
            weights[parent] += weights[element]
    current = root
    while True:
        heavy = [c for c in current if c in weights and weights[c] * 100 >= 90 * weights[current] > 0]
        if not heavy or heavy[0].tag in ("p", "span", "font", "b", "strong"):
            return current, weights
        current = heavy[0]


def _too_many_elements() -> UnreadableFile:
    return refuse(
        "too_large",
        f"网页元素超过 {MOST_ELEMENTS} 个",
        f"expected a page of at most {MOST_ELEMENTS} elements",
        "只保存正文所在的网页 · save only the page of the report",
    )


def _own_weights(root: Element) -> dict[Element, int]:
    """Characters of running text that stand in each block itself, whatever inline elements cut them into pieces."""
    weights: dict[Element, int] = {}
    owners: dict[Element, Element | None] = {}  # the block that an element's text belongs to; none in a link
    sentences: set[Element] = set()

    def add(owner: Element | None, text: str | None) -> None:
        if owner is not None and text:
            weights[owner] += len(text.strip())
            if SENTENCE.search(text):
                sentences.add(owner)

    for count, element in enumerate(root.iter()):
        if count > MOST_ELEMENTS:
            raise _too_many_elements()
        parent = owners.get(element.getparent())
        add(parent, element.tail)
        if not isinstance(element.tag, str) or element.tag in SKIPPED:
            continue
        weights[element] = 0
        owners[element] = None if element.tag == "a" else element if element.tag in BLOCKS or parent is None else parent
        if element.tag not in BLOCKS and parent is None and element.getparent() in owners:
            owners[element] = None
        add(owners[element], element.text)
    return {e: n if n >= SHORTEST_TEXT and e in sentences else 0 for e, n in weights.items()}


def _hints(root: Element) -> Iterator[Hint]:
    title = root.find(".//title")
    if title is not None and inner_text(title):
        yield Hint("title", without_advertising(inner_text(title)[:300]).strip(" -_—|｜"), "<title>")
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").strip()
        value = WHITE.sub(" ", meta.get("content") or "").strip()
        known = META_FIELDS.get(name.lower())
        if known and value:
            yield Hint(known, without_advertising(value[:300]), f"<meta name={name[:40]}>")
    for link in root.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and link.get("href"):
            yield Hint("url", link.get("href")[:500], "<link rel=canonical>")


def _assembled(lines: list[_Line], hints: tuple[Hint, ...]) -> HtmlText:
    _drop_links_at_the_ends(lines)
    _keep_title(lines, hints)
    outside: list[tuple[int, int]] = []
    position = 0
    for line in lines:
        end = position + len(line.text)
        if line.hidden or not line.inside:
            if outside and outside[-1][1] == position - 1:
                outside[-1] = (outside[-1][0], end)
            else:
                outside.append((position, end))
        position = end + 1
    return HtmlText("\n".join(line.text for line in lines), tuple(outside), hints)


def _drop_links_at_the_ends(lines: list[_Line]) -> None:
    """Lists of links before and behind the running text are navigation, whatever element holds them."""
    for ordered in (lines, lines[::-1]):
        for line in ordered:
            if line.inside and not line.hidden and not line.link:
                break
            line.inside = False


def _keep_title(lines: list[_Line], hints: tuple[Hint, ...]) -> None:
    """The title often stands above the article's own element: draw it in, unless the article repeats it."""
    first = next((i for i, line in enumerate(lines) if line.inside and not line.hidden), None)
    if first is None:
        return
    opening = "".join(_squeezed(line.text) for line in lines[first : first + 6] if "。" not in line.text)
    titled = any(_is_title(line.text) for line in lines[first : first + 6] if line.inside and not line.hidden)
    named = {_squeezed(hint.value) for hint in hints if hint.field == "title"}
    named |= {_squeezed(TITLE_TAIL.split(hint.value)[0]) for hint in hints if hint.field == "title"}
    for i in range(first - 1, -1, -1):
        line, text = lines[i], _squeezed(lines[i].text)
        if line.hidden or not 6 <= len(text) <= 80:
            continue
        if text in named or (line.heading and any(text in name or name in text for name in named if len(name) > 5)):
            line.inside = text not in opening
            return
    for line in reversed(lines[max(0, first - FARTHEST_TITLE) : first]):
        text = _squeezed(line.text)
        if not (line.hidden or line.link or titled) and _is_title(line.text, most=80):
            line.inside = text not in opening
            return


def _is_title(line: str, most: int = 60) -> bool:
    """Whether a line says what a report is called: no sentence, no heading of a part, no trail of links."""
    text = _squeezed(line)
    return 8 <= len(text) <= most and bool(TITLE_SHAPE.search(text)) and not NO_TITLE.search(text)


def _squeezed(text: str) -> str:
    return "".join(text.split())
