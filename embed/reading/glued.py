"""Pages saved without line breaks: navigation, fields and footer glued to the first and last words of the text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from embed.reading.chrome import ANY_LABEL, DATE, STRONG_LABEL, TIME
from embed.reading.document import RemovalReason
from embed.reading.tracked import Edit, Line
from embed.reading.wordlists import read_sections

__all__ = ["contents_edits", "first_head_edits", "glued_edits", "repeated_edits"]

SHORTEST = 160  # shorter lines are looked at as a whole
HEAD, TAIL = 800, 800
VALUE = (
    rf"(?:{DATE}(?: ?{TIME})?|\d[\d,]{{0,9}} ?次?|[\[【(（]? ?(?:[大中小] ?[\]\[】【 /|]{{0,3}}){{2,3}}[\])】）]?"
    r"|[^ 。，；:：|\d]{0,24})"
)
FIELDS = re.compile(
    rf"[\[【]? ?(?:{STRONG_LABEL}) ?[\]】]? ?[:：|] ?{VALUE}[ |]{{0,4}}"
    rf"(?:[\[【]? ?(?:{ANY_LABEL}) ?[\]】]? ?[:：|] ?{VALUE}[ |\]】]{{0,4}}"
    r"|[\[【(]? ?(?:打印|关闭|收藏|分享)[\]】)]? ?){0,12}"
)
LIKELY = re.compile("(?:时间|日期|来源|机构|机关|次数|字体|索 ?引 ?号|文号|分类) ?[\\]】]? ?[:：|]")
CRUMB_END = re.compile(r"(?:>|»|›|＞) ?[^ >»›＞]{2,20} ")
NAVIGATION = re.compile(r"^(?:首页|当前位置|您当前|您的位置|您所在|网站首页|欢迎)")
FOOT = re.compile(
    r"[ |]?(?:[【\[]? ?(?:打印本页|打印|关闭窗口|关闭|我要纠错) ?[】\]]"
    r"|(?:上一篇|下一篇|上一条|下一条|责任编辑|相关附件|相关文章|相关信息|分享到|主办单位|主办|承办|版权所有|网站标识码)[:：]"
    r"|扫一扫在手机|网站标识码)"
)
FARTHEST_REPEAT = 40
TITLE = re.compile(r"^[^。；：]{0,60}(?:法治|依法行政|述法)[^。；：]{0,40}(?:报告|总结|情况|汇报)[ 　]*$")
CONTENTS = re.compile(r"^[ 　]*目[ 　]{0,8}[录次][ 　]*$")
LEADER = re.compile(r"(?: |[.．·…—-]{2,})[ .．·…—-]{0,200}\d{1,3}$")
FEWEST_ENTRIES = 2
LONGEST_ENTRY = 120
_BUTTON = re.compile(r"[^\s|｜\[\]【】]+")
_BUTTONS = frozenset(read_sections("page_words.txt")["widgets"])


def glued_edits(lines: Sequence[Line]) -> Iterator[Edit]:
    """Runs of fields at the head and of footers at the end of long lines; what stood before the fields is a title."""
    for line in lines:
        if len(line.text) < SHORTEST:
            continue
        done = line.start
        for edit in (*_head(line), *_foot(line)):
            if edit.start >= done:
                yield edit
                done = edit.end


def _head(line: Line) -> Iterator[Edit]:
    fields = FIELDS.search(line.text, 0, HEAD) if LIKELY.search(line.text, 0, HEAD) else None
    if fields is None or "。" in line.text[: fields.start()]:
        return
    before = line.text[: fields.start()]
    crumbs = [match.end() for match in CRUMB_END.finditer(before)]
    if crumbs and NAVIGATION.match(before):
        yield Edit(line.start, line.start + crumbs[-1], RemovalReason.CHROME)
    yield Edit(line.start + fields.start(), line.start + fields.end(), RemovalReason.PUBLICATION_LINE, "\n")


def _foot(line: Line) -> Iterator[Edit]:
    full_stop = line.text.rfind("。")
    if full_stop <= 0:
        return
    begin = max(full_stop, len(line.text) - TAIL)
    match = FOOT.search(line.text, begin)
    start = match.start() if match else _buttons(line.text, begin + 1)
    if start < len(line.text):
        yield Edit(line.start + start, line.end, RemovalReason.CHROME)


def _buttons(text: str, begin: int) -> int:
    """Where the words of buttons begin that end a text (。 打印本页 关闭窗口); its length where there are none."""
    first = len(text)
    for word in reversed(list(_BUTTON.finditer(text, begin))):
        if word.group() not in _BUTTONS:
            break
        first = word.start()
    if first == len(text):
        return first
    start = first
    while start > begin and _BUTTON.match(text[start - 1]) is None:
        start -= 1
    return start if start < first or first == begin else len(text)


def first_head_edits(lines: Sequence[Line], heads: Collection[str]) -> Iterator[Edit]:
    """The running head over the first page, where the title stands below it; `heads` are those of the other pages."""
    full = [line for line in lines[:FARTHEST_REPEAT] if line.text.strip()][:5]
    names = {"".join(head.split()) for head in heads}
    if full and "".join(full[0].text.split()) in names and any(TITLE.search(line.text) for line in full[1:]):
        yield Edit(full[0].start, full[0].end, RemovalReason.RUNNING_HEAD)


def repeated_edits(lines: Sequence[Line]) -> Iterator[Edit]:
    """A title that stands again under the fields of the page, on one line or on two."""
    seen: set[str] = set()
    skip = -1
    head = lines[:FARTHEST_REPEAT]
    for index, line in enumerate(head):
        key = "".join(line.text.split())
        if index <= skip or not key:
            continue
        if "。" in key or len(key) > 90:
            return
        following = next((i for i in range(index + 1, len(head)) if head[i].text.strip()), None)
        both = key + ("".join(head[following].text.split()) if following is not None else "")
        if key in seen:
            yield Edit(line.start, line.end, RemovalReason.REPEATED)
        elif following is not None and both in seen:
            yield Edit(line.start, head[following].end, RemovalReason.REPEATED)
            skip = following
        elif len(key) >= 8:
            seen.add(key)


def contents_edits(lines: Sequence[Line]) -> Iterator[Edit]:
    """A table of contents: its heading, and the lines behind it that lead to a page or stand again below."""
    first = next(
        (i for i, line in enumerate(lines[:FARTHEST_REPEAT]) if "目" in line.text and CONTENTS.match(line.text)), None
    )
    if first is None:
        return
    later: set[str] | None = None
    entries: dict[str, int] = {}
    for i in range(first + 1, len(lines)):
        text = lines[i].text.strip()
        if not text:
            continue
        entry = _entry(text)
        if len(text) > LONGEST_ENTRY or entry in entries:
            break
        if not LEADER.search(text):
            later = {_entry(line.text) for line in lines[i + 1 :]} if later is None else later
            if entry not in later:
                break
        entries[entry] = i
    if len(entries) >= FEWEST_ENTRIES:
        yield Edit(lines[first].start, lines[max(entries.values())].end, RemovalReason.CHROME)


def _entry(text: str) -> str:
    return "".join(LEADER.sub("", text.strip()).split()) if len(text) <= LONGEST_ENTRY else ""
