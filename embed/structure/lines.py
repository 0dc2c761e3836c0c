"""Lines of running text: paragraphs as the page shows them, and those that lost their line break."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from embed.structure.headings import part_name
from embed.structure.marks import BARE_NUMBER, Mark, Scheme, han_number, mark_at

__all__ = ["Line", "read_lines"]


class Line(NamedTuple):
    """A paragraph of the clean text, `text[start:end]`, with the numbering mark that it begins with.

    `body` is where its text starts, behind the mark.
    """

    start: int
    end: int
    mark: Mark | None = None

    @property
    def body(self) -> int:
        return self.mark.end if self.mark else self.start


# Where a mark may stand inside a line: behind a stop or a blank; a bracketed Han number anywhere but in 第三条(一);
# 二、 and the like behind a word. The set in front lets the search skip everything else quickly.
_INLINE = re.compile(
    r"[(（一二三四五六七八九十0-9㈠-㈩①-⑳⑴-⒇⒈-⒛](?:(?<=[。；;！？!?：:”\"\s].)"
    r"|(?<=[(（])(?<![第条款项之见至和及与].)(?=[一二三四五六七八九十]{1,3}[)）])"
    r"|(?<=[二三四五六七八九])(?<=[一-鿿”].)(?=、))"
)
# 第二,存在问题。 where an ordinal numbers a whole part; in front of anything else it opens an item of a paragraph.
_ORDINAL = re.compile(
    r"(?:第(?P<nth>[一二三四五六七八九])|(?P<word>首先|其次|再次|最后))[,，、:：][ \u3000]?"
    r"(?=(?P<title>[^,，。；;：:\n]{2,24})(?:[。：:\n]|$))"
)
_WORDS = {"首先": 1, "其次": 2, "再次": 3, "最后": 9}
_NOT_NUMBERED = re.compile(r"[是个项次批年月日些方把线级类期届大体定种直旦样条位名处起支张套站窗网]|[、，,]|五”")
_QUANTITY = re.compile(r"[0-9０-９]{1,4}[月日号时点个件次名万亿%％余多]|[月日号时点个件次名万亿%％余多]")
_SHORT = 45


def read_lines(text: str, spans: Iterable[tuple[int, int]]) -> list[Line]:
    """Divide runs of `text` into lines, each with its mark.

    A run that holds several numbered parts is divided before each mark that goes on from the one before it, so that
    text without any line break still shows its parts. Time is linear in the length of the text.
    """
    lines: list[Line] = []
    before = ""
    ordinals = _ordinals(text)
    places = list(ordinals)
    for start, end in spans:
        whole = text[start:end]
        if whole != before:  # a line printed twice in a row is read once
            lines.extend(_parts(text, start, end, ordinals, places) if ordinals else _divide(text, start, end))
        before = whole
    return _join_bare_marks(text, _settle(text, lines))


def _ordinals(text: str) -> dict[int, Mark]:
    """The ordinals that number whole parts, by place."""
    if "第二" not in text and "其次" not in text:
        return {}
    marks = {}
    for found in _ORDINAL.finditer(text):
        at = found.start()
        if (at == 0 or text[at - 1] in "。；;！\n \u3000") and part_name(found["title"]) == len(found["title"]):
            value = han_number(found["nth"]) if found["nth"] else _WORDS[found["word"]]
            marks[at] = Mark(Scheme.HAN, value, at, found.end())
    return marks


def _parts(text: str, start: int, end: int, ordinals: Mapping[int, Mark], places: Sequence[int]) -> Iterator[Line]:
    """The lines of a run, divided before each ordinal of a part; `places` are those of all ordinals, in order."""
    cuts = places[bisect_right(places, start) : bisect_left(places, end)]
    for left, right in pairwise([start, *cuts, end]):
        lines = _divide(text, left, _end(text, left, right))
        if left in ordinals:
            lines[0] = lines[0]._replace(mark=ordinals[left])
        yield from lines


def _divide(text: str, start: int, end: int) -> list[Line]:
    first = _plausible(text, mark_at(text, start), end)
    cuts = [start]
    expected: dict[Scheme, int] = {}
    if first:
        expected[first.scheme] = first.value + 1
    inside = [_plausible(text, mark_at(text, found.start()), end) for found in _INLINE.finditer(text, start + 1, end)]
    if not any(inside):
        return [Line(start, _end(text, start, end), first)]
    counted = _counted(text, inside)
    for mark in inside:
        if mark is None or mark.value == 0 or mark.start <= cuts[-1] + 1 or not (mark.sure or mark.start in counted):
            continue
        wanted = expected.get(mark.scheme, 1)
        if mark.value == wanted or (mark.value == 1 and _opens(text, mark.start)):
            cuts.append(mark.start)
            expected = {scheme: value for scheme, value in expected.items() if scheme <= mark.scheme}
            expected[mark.scheme] = mark.value + 1
    lines = []
    for index, cut in enumerate(cuts):
        stop = _end(text, cut, cuts[index + 1] if index + 1 < len(cuts) else end)
        lines.append(Line(cut, stop, _plausible(text, mark_at(text, cut), end)))
    return lines


def _end(text: str, start: int, end: int) -> int:
    """Where the text ends without the blanks behind it."""
    while end > start and text[end - 1] in " \u3000\t":
        end -= 1
    return end


def _counted(text: str, marks: Iterable[Mark | None]) -> set[int]:
    """Where the marks stand that lost a bracket, 一) 二) 三), when at least two of them count up from one."""
    runs: dict[Scheme, list[int]] = {}
    for mark in marks:
        if mark and not mark.sure and mark.scheme is Scheme.HAN_PAREN and _opens(text, mark.start):
            starts = runs.setdefault(mark.scheme, [])
            if mark.value == len(starts) + 1:
                starts.append(mark.start)
    return {start for starts in runs.values() if len(starts) > 1 for start in starts}


def _opens(text: str, position: int) -> bool:
    return text[position - 1] in "。；;！？!?：:\n \u3000"


def _plausible(text: str, mark: Mark | None, end: int) -> Mark | None:
    """The mark, doubtful where what follows looks like a number of the running text: 5、6月份, 1、2号楼."""
    if mark is None or mark.end > end:
        return None
    if mark.scheme is Scheme.ARABIC and _QUANTITY.match(text, mark.end):
        return Mark(mark.scheme, mark.value, mark.start, mark.end, sure=False)
    return mark


def _settle(text: str, lines: Sequence[Line]) -> list[Line]:
    """Keep a doubtful mark, or a number that lost its sign, only where it goes on from the mark before it."""
    last: dict[Scheme, int] = {}
    settled: list[Line] = []
    later = _numbers_ahead(text, lines)
    for index, line in enumerate(lines):
        mark = line.mark or _bare(text, line) or _alone(text, line)
        if mark and not mark.sure:
            goes_on = mark.value == last.get(mark.scheme, 0) + 1
            begins = mark.value == 1 and later[index].get(mark.scheme, 0) == 2
            if not ((goes_on and mark.value > 1) or begins):
                mark = None
        if mark:
            last = {scheme: value for scheme, value in last.items() if scheme <= mark.scheme}
            last[mark.scheme] = mark.value
        settled.append(Line(line.start, line.end, mark))
    return settled


def _numbers_ahead(text: str, lines: Sequence[Line]) -> list[dict[Scheme, int]]:
    """For each line the next value of each scheme among the lines behind it that is not 1."""
    ahead: list[dict[Scheme, int]] = []
    current: dict[Scheme, int] = {}
    for line in reversed(lines):
        ahead.append(current)
        mark = line.mark or _bare(text, line)
        if mark and mark.value > 1:
            current = current | {mark.scheme: mark.value}
    return ahead[::-1]


def _bare(text: str, line: Line) -> Mark | None:
    """A Han number at the start of a short line whose sign was lost: 一法治政府建设情况."""
    if line.end - line.start > _SHORT or "。" in text[line.start : line.end]:
        return None
    found = BARE_NUMBER.match(text, line.start, line.end)
    if found is None or _NOT_NUMBERED.match(text, found.end()):
        return None
    mark = mark_at(text[found.start() : found.end()] + "、", 0)
    return Mark(Scheme.HAN, mark.value, line.start, found.end(), sure=False) if mark else None


def _alone(text: str, line: Line) -> Mark | None:
    """A number that fills a line, its sign lost or gone to the next line."""
    number = han_number(text[line.start : line.end]) if line.end - line.start <= 2 else 0
    return Mark(Scheme.ARABIC, number, line.start, line.end) if 0 < number < 40 else None


def _join_bare_marks(text: str, lines: Sequence[Line]) -> list[Line]:
    """A number that stands on a line of its own belongs to the line below it."""
    joined: list[Line] = []
    waiting: Line | None = None
    for line in lines:
        if not any(map(str.isalnum, text[line.start : line.end])):
            continue
        alone = line.mark is not None and line.body >= line.end
        if waiting and waiting.mark and not line.mark:
            head = waiting.mark
            line = Line(waiting.start, line.end, Mark(head.scheme, head.value, head.start, line.start, head.sure))
            waiting = None
        if alone:
            waiting = line
        else:
            joined.append(line)
            waiting = None
    return joined
