"""The outline of a report: its headings with their depth, and the paragraphs that stand under each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from embed.structure.headings import heading_roles, is_part, part_name
from embed.structure.lines import Line
from embed.structure.marks import Mark, Scheme
from embed.structure.report import Role
from embed.structure.run_together import run_together
from embed.structure.wording import ITEM

__all__ = ["Heading", "Outline", "Paragraph", "find_outline"]


@dataclass(slots=True)
class Heading:
    """A heading of the clean text.

    `start` is where its number stands, `text` is without number and closing sign; `part` says that it opens a whole
    part of the report although it has no number.
    """

    ordinal: int
    parent: int | None
    depth: int
    mark: Mark | None
    number: str
    text: str
    start: int
    text_start: int
    text_end: int
    part: bool = False
    end: int = 0  # of the whole section


class Paragraph(NamedTuple):
    """A run of body text. `mark` is the number of an item that is no heading; `run_in` is where the heading sentence
    that opens the same line begins, −1 when there is none.
    """

    start: int
    end: int
    section: int | None
    mark: Mark | None = None
    run_in: int = -1


@dataclass(slots=True)
class Outline:
    headings: list[Heading] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)

    def path(self, section: int | None) -> tuple[Heading, ...]:
        """The headings above, outermost first."""
        if section is None:
            return ()
        heading = self.headings[section]
        return (*self.path(heading.parent), heading)


_STOP = re.compile(r"[。！？!?]")
_END_SIGNS = " \u3000。：:；;,，、."
_LONG = 60  # a marked line without any stop is a heading up to this length
_SHORT = 40
_RUN_IN = 36
_RUN_IN_LONG = 100  # … when it ends in 情况
_CLEAR = 14  # characters of a run-in heading that is one whatever its neighbours are
_MOST = 0.6  # share of the items of a list that begin with a heading where one does
_COUNTED = re.compile(
    r"[0-9０-９](?:\.[0-9]{1,4})?[余多万]{0,2}[件次个场份人名起宗户处条项家期所台元%％]|全年|截至|已经|至少|每(?:学期|季度|月|周|年)|逐[项件个]"
)
_NO_HEADING = frozenset("；;《》")  # signs that no heading in a line of text has
_INLINE_ITEM = re.compile(r"[一二三四五六七八九十](?:是|要)|其[一二三四]")
_GLUED = re.compile(r"[^。；;，,：:]{2,24}?(?=(?:一是|一要|其一[是,，]|第一[,，、]))")
# Words that open a text and no heading: 存在的问题和下一步打算当前,我县…
_OPENED = re.compile(
    r"[^。；;，,：:]{4,24}?(?=(?:当前|目前|现阶段|近年来|今年以来|一年来|全年|下一步|下步|接下来|20[0-9]{2}年)(?:[，,]|我[省市县区镇乡局街]))"
)
# A blank beside a number parts no heading from its text: 配合司法所为 9 名社区矫正对象…
_SPACED = re.compile(
    r"([^ \u3000。；;，,：:]{4,24}(?:[，,][^ \u3000。；;，,：:]{4,20})?)[ \u3000]+(?=[^ \u30000-9])(?<![0-9] )"
)
# What a topic sentence that heads a paragraph does not have: the words of a story, of a year or of a number.
_NO_TOPIC = re.compile(r"[0-9０-９《》；;“…：:了已着把被就都我他这那您月日]|年[,，度初底]|以来|期间")
_TOPIC_HEAD = (3, 30)  # characters of a topic sentence with its stop
_HALVES = 3  # characters that the halves of a couplet may differ by
_COLON = re.compile(r"[^。；;，,：:（(“]{2,24}[：:]")


def find_outline(text: str, lines: Sequence[Line]) -> Outline:
    """Decide which lines, or first sentences of lines, are headings, and put the rest under them."""
    builder = _Builder(text)
    lists = _lists(lines)
    alone = _alone(text, lines, lists)
    known = _topic_sentences(text, lines) | run_together(text, lines, lists)
    for index, line in enumerate(lines):
        following = lines[index + 1] if index + 1 < len(lines) else None
        if index in known:
            end = known[index]
        else:
            end = line.body if index in alone else _heading_end(text, line, following, builder.last_item)
        builder.add(line, end)
    return builder.finish(lines[-1].end if lines else 0)


def _lists(lines: Sequence[Line]) -> list[list[int]]:
    """The lines of each list: marks of one scheme, up to the next mark of an outer one or the next first item."""
    groups: dict[Scheme, list[int]] = {}
    closed: list[list[int]] = []
    for index, line in enumerate(lines):
        if line.mark is None:
            continue
        scheme = line.mark.scheme
        ended = [other for other in groups if other > scheme or (other is scheme and line.mark.value == 1)]
        closed += [groups.pop(other) for other in ended]
        groups.setdefault(scheme, []).append(index)
    return [*closed, *groups.values()]


def _alone(text: str, lines: Sequence[Line], groups: Iterable[Sequence[int]]) -> set[int]:
    """Lines whose first sentence looks like a heading while the other items of the list have none.

    One item of a list is not built unlike all the others: there the first sentence belongs to the text.
    """
    alone: set[int] = set()
    for group in groups:
        if len(group) > 1:
            lengths = [_first_sentence(text, lines[index]) for index in group]
            if sum(length != 0 for length in lengths) < _MOST * len(group):  # the items that begin with a heading
                alone.update(index for index, length in zip(group, lengths, strict=True) if length > _CLEAR)
    return alone


def _first_sentence(text: str, line: Line) -> int:
    """The length of the run-in heading of a marked line; 0 without one, 1 for a line that is a heading throughout or
    whose heading names a part.
    """
    body = text[line.body : line.end]
    stop = _STOP.search(body)
    if stop is None or stop.end() >= len(body):
        return 1 if stop is None and len(body) <= _LONG else 0
    if not _run_in(body[: stop.start()], len(body) - stop.end()):
        return 0
    return 1 if heading_roles(body[: stop.start()]) else stop.start()


def _topic_sentences(text: str, lines: Sequence[Line]) -> dict[int, int]:
    """Un-numbered paragraphs that begin with a heading, once in bold: 普法宣传走深走实。全年…; where that ends.

    One such sentence may be prose; where most paragraphs of a section are built so, it is a habit.
    """
    found: dict[int, int] = {}
    run: list[tuple[int, int]] = []
    for index, line in enumerate(lines):
        stop = text.find("。", line.start, line.end) + 1
        if line.mark is None and stop:
            run.append((index, stop if _is_topic_sentence(text[line.start : stop], line.end - stop) else 0))
            if index + 1 < len(lines):
                continue
        heads = [(place, end) for place, end in run if end]
        if len(heads) > 1 and len(heads) >= _MOST * len(run):
            found.update(heads)
        run = []
    return found


def _is_topic_sentence(sentence: str, rest: int) -> bool:
    shortest, longest = _TOPIC_HEAD
    if not shortest < len(sentence) <= longest or rest < max(8, len(sentence) // 2):
        return False
    if _NO_TOPIC.search(sentence) or ITEM.match(sentence):
        return False
    return ("，" not in sentence and "," not in sentence) or _halves_match(sentence[:-1])


def _halves_match(words: str) -> bool:
    """Whether words are a couplet: 聚焦便民利企,优化政务服务."""
    halves = [len(half) for half in words.replace("，", ",").split(",")]
    return len(halves) == 2 and abs(halves[0] - halves[1]) <= _HALVES


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.outline = Outline()
        self.stack: list[Heading] = []
        self.last_item: Scheme | None = None  # of the line before, where that was an item and no heading

    def add(self, line: Line, heading_end: int) -> None:
        section = self.stack[-1].ordinal if self.stack else None
        if heading_end <= line.body:
            if line.mark:  # an item: it closes deeper headings of its own kind, but is none itself
                section = self._above(line.mark.scheme)
            self._paragraph(line.body, line.end, section, line.mark)
            self.last_item = line.mark.scheme if line.mark else None
            return
        self.last_item = None
        heading = self._open(line, heading_end)
        if heading_end < line.end:
            start = heading_end
            while start < line.end and self.text[start] in " \u3000":
                start += 1
            self._paragraph(start, line.end, heading.ordinal, None, line.body)

    def _above(self, scheme: Scheme) -> int | None:
        while self.stack and _scheme(self.stack[-1]) is scheme:
            self.stack.pop()
        return self.stack[-1].ordinal if self.stack else None

    def _paragraph(self, start: int, end: int, section: int | None, mark: Mark | None, run_in: int = -1) -> None:
        if start < end:
            self.outline.paragraphs.append(Paragraph(start, end, section, mark, run_in))

    def _open(self, line: Line, heading_end: int) -> Heading:
        scheme = line.mark.scheme if line.mark else Scheme.PLAIN
        text = self.text[line.body : heading_end].strip(_END_SIGNS)
        run_in = heading_end < line.end and self.text[heading_end - 1] == "。"
        part = line.mark is None and (part_name(text) == len(text) if run_in else is_part(text))
        if part:
            self.stack.clear()
        else:
            same = next((i for i, h in enumerate(self.stack) if _scheme(h) is scheme and not h.part), None)
            if same is not None:
                del self.stack[same:]
        parent = self.stack[-1] if self.stack else None
        number = self.text[line.start : line.mark.end].strip() if line.mark else ""
        heading = Heading(
            ordinal=len(self.outline.headings),
            parent=parent.ordinal if parent else None,
            depth=len(self.stack) + 1,
            mark=line.mark,
            number=" ".join(number.split()),
            text=text,
            start=line.start,
            text_start=line.body,
            text_end=heading_end,
            part=part,
        )
        self.outline.headings.append(heading)
        self.stack.append(heading)
        return heading

    def finish(self, end: int) -> Outline:
        open_ones: list[Heading] = []
        for heading in self.outline.headings:
            while open_ones and open_ones[-1].depth >= heading.depth:
                open_ones.pop().end = heading.start
            open_ones.append(heading)
        for heading in open_ones:
            heading.end = end
        return self.outline


def _scheme(heading: Heading) -> Scheme:
    return heading.mark.scheme if heading.mark else Scheme.PLAIN


def _heads_part(lead: str) -> bool:
    """Whether the words before a colon are the heading of a part: 存在问题:, not the opening of a cause."""
    return is_part(lead) and heading_roles(lead)[0][0] in (Role.PROBLEM, Role.PLAN)


def _heading_end(text: str, line: Line, following: Line | None, last_item: Scheme | None) -> int:
    """Where the heading at the start of a line ends (behind its closing sign); `line.body` when there is none."""
    body = text[line.body : line.end]
    if line.mark is None:
        return line.body + _plain_heading(body, following, line)
    if _INLINE_ITEM.match(body):
        return line.body
    glued = _GLUED.match(body)
    if glued and heading_roles(glued.group()):
        return line.body + glued.end()
    opened = _OPENED.match(body)
    if opened and is_part(opened.group()):
        return line.body + opened.end()
    stop = _STOP.search(body)
    if stop is None:
        return line.body + _unstopped(body, line, following)
    if stop.end() >= len(body):
        titles = line.mark.scheme is not last_item and _titles_below(body, line, following)
        return line.body + (len(body) if titles else _spaced(body))
    return line.body + (stop.end() if _run_in(body[: stop.start()], len(body) - stop.end()) else _spaced(body))


def _unstopped(body: str, line: Line, following: Line | None) -> int:
    """A marked line without a full stop: a heading, a heading and its text parted by a space, or an item."""
    if ";" in body or "；" in body:
        return 0
    if len(body) <= _LONG and _has_text(line, following):
        return len(body)
    return _spaced(body)


def _has_text(line: Line, following: Line | None) -> bool:
    """Whether what follows can stand under this heading: plain text, or a mark of a deeper scheme."""
    if following is None:
        return False
    if following.mark is None or line.mark is None:
        return True
    return following.mark.scheme is not line.mark.scheme


def _titles_below(body: str, line: Line, following: Line | None) -> bool:
    """Whether a single sentence with its full stop is the heading of what follows."""
    if not _has_text(line, following) or following is None:
        return False
    if _COUNTED.search(body):
        return False
    if following.mark and line.mark:
        deeper = following.mark.scheme > line.mark.scheme
        return deeper and (len(body) <= _SHORT or (len(body) <= _RUN_IN_LONG and body[:-1].endswith("情况")))
    if following.end - following.body <= len(body):
        return False
    return len(body) <= _SHORT or (len(body) <= _RUN_IN_LONG and body[:-1].endswith("情况"))


def _run_in(sentence: str, rest: int) -> bool:
    if _COUNTED.search(sentence) or not _NO_HEADING.isdisjoint(sentence):
        return False
    if len(sentence) <= _RUN_IN:
        return rest >= len(sentence) // 2 and sentence.count("，") + sentence.count(",") <= 1
    return len(sentence) <= _RUN_IN_LONG and sentence.endswith("情况")


def _spaced(body: str) -> int:
    """A heading that only a space parts from its text."""
    found = _SPACED.match(body)
    if found is None or len(body) - found.end() < 2 * found.end(1):
        return 0
    return found.end()


def _plain_heading(body: str, following: Line | None, line: Line) -> int:
    """A heading without a number: a short line above text, or known words before a colon."""
    colon = _COLON.match(body)
    if colon and not _INLINE_ITEM.match(body) and _heads_part(colon.group()):
        return colon.end()
    if body[-1] in "：:" and following is not None and part_name(body) == len(body) - 1:
        return len(body)
    if len(body) > _SHORT or _STOP.search(body) or body[-1] in "；;，,：:、" or following is None:
        return 0
    if is_part(body):
        return len(body)
    if following.mark is not None and following.mark.value > 1:
        return 0
    longer = following.end - following.start > (1.4 if _halves_match(body) else 2) * len(body)
    return len(body) if longer or following.mark else 0
