"""Word documents (docx) to text: paragraphs with their automatic numbers, tables as sentences."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from embed.reading.document import Hint
from embed.reading.kinds import refuse
from embed.reading.limits import Limits
from embed.reading.markup import Element, parse_xml
from embed.reading.numerals import chinese_numeral
from embed.reading.packages import Budget, open_package, read_member
from embed.reading.tables import table_lines

__all__ = ["read_docx"]

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
DC = "{http://purl.org/dc/elements/1.1/}"
SKIPPED = frozenset(W + name for name in ("del", "moveFrom", "instrText", "footnoteReference", "rPr", "pPr", "rt"))
DEEPEST_BOX = 8
BOX = W + "txbxContent"
CONTAINERS = frozenset(W + name for name in ("sdt", "sdtContent", "smartTag", "customXml", "ins", "moveTo"))


def read_docx(data: bytes, limits: Limits) -> tuple[str, tuple[Hint, ...]]:
    """Text and hints of a docx. Headers and footers are left out; deleted text of tracked changes too."""
    budget = Budget(limits)
    with open_package(data) as package:
        members = {info.filename: info for info in package.infolist()}
        main = members.get("word/document.xml")
        if main is None:
            raise refuse("corrupt", "docx 里没有正文部分", "the docx has no document part", "重新保存 · save it again")
        root = parse_xml(_plain_namespace(read_member(package, main, budget)))
        numbering = _part(package, members, "word/numbering.xml", budget)
        styles = _part(package, members, "word/styles.xml", budget)
        core = _part(package, members, "docProps/core.xml", budget)
    body = root.find(W + "body")
    if body is None:
        raise refuse("corrupt", "docx 里没有正文", "the docx has no body", "重新保存 · save it again")
    numbers = _Numbers(numbering, styles)
    return "\n".join(_blocks(body, numbers)), tuple(_hints(core))


def _plain_namespace(data: bytes) -> bytes:
    return data.replace(STRICT.encode(), W[1:-1].encode()) if STRICT.encode() in data[:4096] else data


def _part(package: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str, budget: Budget) -> Element | None:
    info = members.get(name)
    return parse_xml(_plain_namespace(read_member(package, info, budget))) if info is not None else None


def _hints(core: Element | None) -> Iterator[Hint]:
    if core is not None:
        title = (core.findtext(DC + "title") or "").strip()
        if title:
            yield Hint("title", title[:300], "docx core properties")


def _blocks(parent: Element, numbers: _Numbers, depth: int = 0) -> Iterator[str]:
    pending = ""  # a paragraph whose end was deleted goes on in the next one
    for child in parent:
        if child.tag == W + "p":
            lines, boxes = _paragraph(child, numbers)
            lines[0] = pending + lines[0]
            pending = lines.pop() if child.find(f"{W}pPr/{W}rPr/{W}del") is not None else ""
            yield from lines
            for box in boxes if depth < DEEPEST_BOX else ():
                yield from _blocks(box, numbers, depth + 1)
        elif child.tag == W + "tbl":
            yield from _table(child, numbers)
        elif child.tag in CONTAINERS:
            yield from _blocks(child, numbers, depth)
    if pending:
        yield pending


def _paragraph(paragraph: Element, numbers: _Numbers) -> tuple[list[str], list[Element]]:
    """The lines of a paragraph, at least one, and the text boxes that are fastened to it."""
    boxes: list[Element] = []
    text = numbers.mark_of(paragraph) + "".join(_runs(paragraph, boxes))
    return [line.strip("\r\n") for line in text.split("\v")], boxes


def _is_hidden(run: Element) -> bool:
    properties = run.find(W + "rPr")
    vanish = properties.find(W + "vanish") if properties is not None else None
    return vanish is not None and vanish.get(W + "val") not in ("0", "false", "off")


def _runs(paragraph: Element, boxes: list[Element]) -> Iterator[str]:
    stack = [iter(paragraph)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
            continue
        if child.tag == W + "t":
            yield (child.text or "").replace("\n", " ").replace("\v", " ")
        elif child.tag == W + "tab":
            yield "\t"
        elif child.tag in (W + "br", W + "cr"):
            yield "\f" if child.get(W + "type") == "page" else "\v"
        elif child.tag == W + "noBreakHyphen":
            yield "-"
        elif child.tag == "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback":
            continue  # the same text again for old programs
        elif child.tag == BOX:
            boxes.append(child)
        elif child.tag == W + "r" and _is_hidden(child):
            continue
        elif child.tag not in SKIPPED and len(stack) < 60:
            stack.append(iter(child))


def _children(parent: Element, name: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, never those of a table inside."""
    for child in parent:
        if child.tag == W + name:
            yield child
        elif child.tag in CONTAINERS:
            yield from _children(child, name)


def _table(table: Element, numbers: _Numbers) -> Iterator[str]:
    grid: list[list[str]] = []
    layout: list[str] = []
    above: dict[int, str] = {}
    nested = False
    for row in _children(table, "tr"):
        cells: list[str] = []
        for cell in _children(row, "tc"):
            nested = nested or cell.find(W + "tbl") is not None
            lines = [line for line in _blocks(cell, numbers) if line.strip()]
            layout += lines
            text = " ".join(line.strip() for line in lines)
            properties = cell.find(W + "tcPr")
            merge = properties.find(W + "vMerge") if properties is not None else None
            if merge is not None and merge.get(W + "val") != "restart":
                text = above.get(len(cells), text)
            above[len(cells)] = text
            cells += [text] * _width(properties)
        grid.append(cells)
    yield from (layout if nested or any(len(c) > 300 for row in grid for c in row) else table_lines(grid))


def _width(properties: Element | None) -> int:
    span = properties.find(W + "gridSpan") if properties is not None else None
    value = span.get(W + "val") if span is not None else "1"
    return min(60, int(value)) if value and value.isdigit() and int(value) > 0 else 1


class _Numbers:
    """Automatic numbers, which Word keeps apart from the text."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self.levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self.counters: dict[str, dict[int, int]] = {}
        self.of_style: dict[str, tuple[str, int]] = {}
        self.abstract: dict[str, str] = {}
        self.restarts: dict[str, dict[int, int]] = {}  # levels that begin anew where a list is first used
        if numbering is not None:
            self._read(numbering)
        for style in styles.iter(W + "style") if styles is not None else ():
            number = self._number(style.find(f"{W}pPr/{W}numPr"))
            if number:
                self.of_style[style.get(W + "styleId") or ""] = number

    def _read(self, numbering: Element) -> None:
        for abstract in numbering.iter(W + "abstractNum"):
            levels = {}
            for level in abstract.iter(W + "lvl"):
                form, text, start = (level.find(W + name) for name in ("numFmt", "lvlText", "start"))
                first = start.get(W + "val") if start is not None else "1"
                levels[_integer(level.get(W + "ilvl"), 0)] = (
                    (form.get(W + "val") if form is not None else None) or "decimal",
                    (text.get(W + "val") if text is not None else None) or "",
                    _integer(first, 1),
                )
            self.levels[abstract.get(W + "abstractNumId") or ""] = levels
        for number in numbering.iter(W + "num"):
            target = number.find(W + "abstractNumId")
            if target is not None:
                self.abstract[number.get(W + "numId") or ""] = target.get(W + "val") or ""
            for override in number.iter(W + "lvlOverride"):
                first = override.find(W + "startOverride")
                if first is not None:
                    starts = self.restarts.setdefault(number.get(W + "numId") or "", {})
                    starts[_integer(override.get(W + "ilvl"), 0)] = _integer(first.get(W + "val"), 1)

    @staticmethod
    def _number(properties: Element | None) -> tuple[str, int] | None:
        if properties is None:
            return None
        number, level = properties.find(W + "numId"), properties.find(W + "ilvl")
        if number is None:
            return None
        return number.get(W + "val") or "", _integer(level.get(W + "val") if level is not None else None, 0)

    def mark_of(self, paragraph: Element) -> str:
        """The number that Word shows before a paragraph, or nothing."""
        number = self._number(paragraph.find(f"{W}pPr/{W}numPr"))
        if number is None:
            style = paragraph.find(f"{W}pPr/{W}pStyle")
            number = self.of_style.get(style.get(W + "val") or "") if style is not None else None
        if number is None or number[0] == "0":
            return ""
        abstract = self.abstract.get(number[0], "")
        levels, level = self.levels.get(abstract, {}), number[1]
        if level not in levels:
            return ""
        counters = self.counters.setdefault(abstract, {})
        for restarted, first in self.restarts.pop(number[0], {}).items():
            counters[restarted] = first - 1
        counters[level] = counters.get(level, levels[level][2] - 1) + 1
        for deeper in [key for key in counters if key > level]:
            del counters[deeper]
        mark = levels[level][1]
        for other, (form, _, start) in levels.items():
            mark = mark.replace(f"%{other + 1}", _numeral(counters.get(other, start), form))
        return mark if any(c.isalnum() for c in mark) else ""


def _integer(value: str | None, default: int) -> int:
    return int(value) if value and value.isdigit() and len(value) < 6 else default


def _numeral(value: int, form: str) -> str:
    if form in (
        "chineseCounting",
        "chineseCountingThousand",
        "ideographDigital",
        "japaneseCounting",
        "taiwaneseCountingThousand",
    ):
        return chinese_numeral(value)
    if form == "decimalEnclosedCircle" and 1 <= value <= 20:
        return chr(0x2460 + value - 1)
    if form in ("upperLetter", "lowerLetter") and 1 <= value <= 26:
        return chr((ord("A") if form == "upperLetter" else ord("a")) + value - 1)
    return "" if form in ("bullet", "none") else str(value)
