"""What the printed page does to text: page numbers, running heads, and lines broken at the margin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from embed.reading.document import RemovalReason
from embed.reading.tracked import Edit, Line

__all__ = ["page_edits", "unwrap_edits"]

PAGE_BREAK = "\f"
PAGE_NUMBER = re.compile(
    r"^ *(?:[-—–－─~·]{1,2} ?\d{1,4} ?[-—–－─~·]{1,2}|第 ?\d{1,4} ?页(?: ?[,，/]? ?共 ?\d{1,4} ?页)?|"
    r"(?:[Pp]age|P\.) ?\d{1,4}(?: of \d{1,4})?|\d{1,4} ?/ ?\d{1,4}) *$"
)
BARE_NUMBER = re.compile(r"^ *\d{1,4} *$")
MARK = re.compile(
    r"^(?:第?[一二三四五六七八九十百]{1,4}[、.．章节条]|[(（] ?[一二三四五六七八九十百\d]{1,4} ?[)）]|"
    r"\d{1,2} ?[、.．](?!\d)|"
    r"[①-⑳㈠-㈩⑴-⒇◆●■—]|[一二三四五六七八九十]{1,2}[是要](?![否求])|附件|第[一二三四五六七八九十]+[,，、])"
)
ANY_MARK = re.compile("[，。；：、！？,;:]")
TITLE_END = re.compile(r"(?:法治|依法行政).{0,20}(?:报告|总结|情况|汇报) *$")
CLOSING_MARKS = re.compile(r" *[。，；：、！？,;:.…”’）)》]+ *$")
RUN_IN_MARK = re.compile(r"[一二三四五六七八九十]{1,2}[是要]|第[一二三四五六七八九十]+[,，]")
SPACED_NUMBER = re.compile(r"\d [一-鿿]")
TIGHT_NUMBER = re.compile(r"\d[一-鿿]")
SENTENCE_END = tuple("。！？；：!?;:…”’》）)")
LONGEST_RUNNING_HEAD = 60
SIGNED = re.compile(r"^[ 　]*(?:(?:19|20)\d{2}|[二〇○零OＯ一0]{4}) ?年.{1,10}日 *$")
# A margin narrower or wider than this many half-width cells is no margin.
NARROWEST, WIDEST = 24, 140


def page_edits(lines: Sequence[Line]) -> list[Edit]:
    """Page numbers and running heads, whole lines with their line feeds."""
    numbers = {i for i, line in enumerate(lines) if PAGE_NUMBER.match(line.text)}
    breaks = {i for i, line in enumerate(lines) if PAGE_BREAK in line.text}
    numbers |= {i for i, line in enumerate(lines) if BARE_NUMBER.match(line.text) and _beside(lines, i, breaks)}
    heads = _running_heads(lines, numbers, breaks)
    edits = []
    for i in sorted(numbers | heads):
        line, reason = lines[i], RemovalReason.PAGE_NUMBER if i in numbers else RemovalReason.RUNNING_HEAD
        edits.append(Edit(line.start, line.end, reason))
        if i + 1 < len(lines):  # a blank line in its place would part the paragraph that goes on
            edits.append(Edit(line.end, line.end + 1, None))
    return edits


def _beside(lines: Sequence[Line], index: int, marks: set[int]) -> bool:
    """Whether a line stands next to one of the marked lines, blank lines apart."""
    for step in (-1, 1):
        i = index + step
        while 0 <= i < len(lines) and i not in marks and not lines[i].text.strip():
            i += step
        if i in marks:
            return True
    return False


def _running_heads(lines: Sequence[Line], numbers: set[int], breaks: set[int]) -> set[int]:
    keys = {
        i: "".join(line.text.split())
        for i, line in enumerate(lines)
        if i not in numbers and 4 <= len(line.text.strip()) <= LONGEST_RUNNING_HEAD
    }
    counts = Counter(keys.values())
    repeated = {i: key for i, key in keys.items() if counts[key] >= 2 and not key.endswith(SENTENCE_END)}
    marks = numbers | breaks
    heads = {i for i in repeated if marks and _beside(lines, i, marks) and not _is_signed(lines, i, numbers)}
    heads |= {i for i in keys if i not in heads and _splits_a_sentence(lines, i, numbers)}
    seen: Counter[str] = Counter()
    for i, key in repeated.items():
        seen[key] += 1
        if counts[key] >= 3 and seen[key] > 1 and not MARK.match(key):
            heads.add(i)
    return heads


def _is_signed(lines: Sequence[Line], index: int, numbers: set[int]) -> bool:
    """Whether a date stands below a line: then it is the signature, at the edge of a page or not."""
    below = range(index + 1, min(len(lines), index + 7))
    first = next((lines[i].text for i in below if i not in numbers and lines[i].text.strip()), "")
    return SIGNED.match(first) is not None


def _splits_a_sentence(lines: Sequence[Line], index: int, numbers: set[int]) -> bool:
    """Whether a short line without any mark stands behind a page number in the middle of a sentence."""
    text = lines[index].text.strip()
    if (
        index - 2 < 0
        or index - 1 not in numbers
        or index + 1 >= len(lines)
        or ANY_MARK.search(text)
        or MARK.match(text)
    ):
        return False
    before, after = lines[index - 2].text.rstrip(), lines[index + 1].text
    return (
        len(text) < len(before) - 4
        and not before.endswith(SENTENCE_END)
        and len(before.strip()) >= 15
        and bool(after.strip())
        and not MARK.match(after.strip())
        and _indent(after) < 2
    )


_Measure = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class _Margin:
    """How a text is wrapped: the length of a full line in one measure, how far lines fall short of it, its habits."""

    measure: _Measure
    width: int
    slack: int
    indented: bool  # paragraphs begin with an indent
    spaced: bool  # numbers stand between blanks: 9 次


def unwrap_edits(lines: Sequence[Line]) -> Iterator[Edit]:
    """Line feeds inside paragraphs. A text with one paragraph a line has none."""
    margin = _margin(lines)
    previous: Line | None = None
    for line in lines:
        text = line.text
        if not text.strip():
            if PAGE_BREAK not in text and text == "" and previous is not None and line.start - previous.end == 1:
                previous = None if _closed(previous.text) else previous
            continue
        if previous is not None and _continues(previous.text, text, margin):
            yield _join(previous, line, spaced=margin is not None and margin.spaced)
        previous = line


def _closed(text: str) -> bool:
    return text.rstrip().endswith(SENTENCE_END) or len(text.strip()) < 12


def _join(previous: Line, line: Line, *, spaced: bool) -> Edit:
    start = previous.end - (len(previous.text) - len(previous.text.rstrip()))
    end = line.start + (len(line.text) - len(line.text.lstrip()))
    left, right = previous.text.rstrip()[-1], line.text.lstrip()[0]
    apart = left.isascii() and right.isascii() and left.isalpha() and right.isalpha()
    apart = apart or (spaced and bool(re.match(r"\d[一-鿿]|[一-鿿]\d", left + right)))
    return Edit(start, end, RemovalReason.LINE_BREAK, " " if apart else "")


def _cells(text: str) -> int:
    # A wide character has three bytes in UTF-8 and takes two cells, a narrow one has one and takes one.
    text = text.rstrip()
    return (len(text.encode("utf-8", "surrogatepass")) + len(text) + 1) // 2


def _indent(text: str) -> int:
    if not text[:1].isspace():
        return 0
    return _cells(text[: len(text) - len(text.lstrip())] + "x") - 1


def _characters(text: str) -> int:
    return len(text.rstrip())


def _margin(lines: Sequence[Line]) -> _Margin | None:
    """The margin of a wrapped text, or None for a text that is not wrapped."""
    texts = [line.text for line in lines if len(line.text.strip()) >= 4]
    unended = [not text.rstrip().endswith(SENTENCE_END) for text in texts]
    if sum(unended) < 4:
        return None
    # A printer counts cells, a program characters: the measure in which more lines are just full is the right one.
    best: tuple[int, _Measure, int, int, list[int], int] | None = None
    measures: tuple[tuple[_Measure, int, int], ...] = ((_cells, 2, 6), (_characters, 1, 10))
    for measure, exact, loose in measures:
        lengths = list(map(measure, texts))
        width = sorted(lengths)[int(len(texts) * 0.9)]
        slack = max(exact + 2, width // loose)
        off = [abs(n - width) for n, goes_on in zip(lengths, unended, strict=True) if goes_on]
        just_full = sum(1 for n in off if n <= exact)
        if best is None or just_full > best[0]:
            against = sum(1 for n, goes_on in zip(lengths, unended, strict=True) if goes_on and 2 * n > width)
            best = (just_full, measure, width, slack, off, against)
    if best is None:
        return None
    _, measure, width, slack, off, against = best
    full = sum(1 for n in off if n <= slack)
    if not NARROWEST <= width * (1 if measure is _cells else 2) <= WIDEST or full < 4 or full * 2 < against:
        return None
    body = [_indent(text) for text in texts if measure(text) >= width - slack]
    indented = 0 < sum(1 for indent in body if 2 <= indent <= 8) < len(body)
    joined = "\n".join(texts)
    spaced = len(SPACED_NUMBER.findall(joined)) > 3 * len(TIGHT_NUMBER.findall(joined))
    return _Margin(measure, width, slack, indented, spaced)


def _continues(previous: str, text: str, margin: _Margin | None) -> bool:
    if CLOSING_MARKS.match(text):
        return True
    if margin is None:
        return False
    length = margin.measure(previous)
    if length < margin.width - margin.slack * (2 if margin.indented else 1):
        return False
    indent = _indent(text)
    if margin.indented and indent >= 2:
        return False
    ended = previous.rstrip().endswith(SENTENCE_END)
    if MARK.match(text.strip()):
        return (
            margin.indented and bool(RUN_IN_MARK.match(text.strip())) if ended else margin.indented or text[0].isdigit()
        )
    if not margin.indented and TITLE_END.search(previous) and not text.lstrip().startswith("如下"):
        return False
    if not margin.indented and ended and length < margin.width - 1:
        return False
    return indent < 12
