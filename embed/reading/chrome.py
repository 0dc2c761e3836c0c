"""What the page puts around a report: navigation, widgets, fields of publication, clocks, footers.

All patterns see simplified text and single lines of bounded length, so the cost stays linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from embed.reading.advertising import is_advertising, is_keyword_line
from embed.reading.characters import ONE_TO_ONE
from embed.reading.document import RemovalReason
from embed.reading.script import to_simplified
from embed.reading.tracked import Edit, Line
from embed.reading.wordlists import read_sections

__all__ = ["ANY_LABEL", "DATE", "STRONG_LABEL", "TIME", "chrome_edits", "outside_edits"]

LONGEST_FIELD_LINE = 400
LONGEST_WIDGET_LINE = 200


_WORDS = read_sections("page_words.txt")
_WIDGET_WORDS = frozenset(_WORDS["widgets"])


def _spaced(labels: Sequence[str]) -> str:
    """An alternative of labels, longest first, whose characters may stand apart (索 引 号)."""
    return "|".join(r"[ ]{0,4}".join(map(re.escape, label)) for label in sorted(labels, key=len, reverse=True))


_OPEN, _CLOSE = r"[\[【〖(（「]", r"[\]】〗)）」]"
STRONG_LABEL = rf"(?:{_spaced(_WORDS['strong labels'])})"
ANY_LABEL = rf"(?:{_spaced(_WORDS['strong labels'] + _WORDS['weak labels'])})"
STRONG_FIELD = re.compile(
    rf"^[ |｜·•※]*{_OPEN}? ?{STRONG_LABEL} ?{_CLOSE}? ?(?:[:：|｜]|$)|^{_OPEN} ?{STRONG_LABEL} ?{_CLOSE}"
)
WEAK_FIELD = re.compile(rf"^[ |｜·•※]*(?:{_OPEN} ?{ANY_LABEL} ?{_CLOSE}|{_OPEN}? ?{ANY_LABEL} ?[:：|｜])")
FIELD_INSIDE = re.compile(rf"{_OPEN}? ?(?:{ANY_LABEL}) ?{_CLOSE}? ?[:：|｜]|{STRONG_LABEL}")
STRONG_INSIDE = re.compile(rf"(?:{STRONG_LABEL}) ?[:：]")
BARE_LABEL = re.compile(rf"^[ |｜]*{_OPEN}? ?({ANY_LABEL}) ?{_CLOSE}? ?[:：|｜]?[ |｜]*$")

DATE = r"(?:(?:19|20)\d{2} ?[-/.年] ?\d{1,2}(?: ?[-/.月] ?\d{1,2} ?日?)?|\d{1,2}\.\d{1,2}\.(?:19|20)\d{2})"
TIME = r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
DATE_VALUE = re.compile(rf"^[ |｜(（]*{DATE}(?: *{TIME})?[ |｜)）]*$")
STAMP_LINE = re.compile(
    rf"^[ |｜]*{DATE} *{TIME}(?!\d*[人名])|^[ |｜]*(?:19|20)\d{{2}}[-/]\d{{1,2}}[-/]\d{{1,2}}(?:\D|$)"
)
COUNT_LINE = re.compile(r"^[ |｜]*(?:阅读|浏览|点击)(?:量|数|次数|人次)? ?\d+ ?次? ?(?:[|｜ ]|$)")
CLOCK = re.compile(
    r"^[ |｜]*(?:(?:今天是|今天|现在是|现在时间|当前时间|北京时间|当前日期) ?[:：]? ?(?:\d|星期|公元)|"
    r"(?:19|20)\d{2} ?年 ?\d{1,2} ?月 ?\d{1,2} ?日,? ?星期|星期[一二三四五六日天] *$|农历)"
)
CRUMBS = re.compile(
    r"(?:当前|所在|现在|您的|你的)(?:所在)?的?位置|首页 ?(?:>|»|›|→|＞|/|\\|-{1,2}>|::)|"
    r"^[^。]{0,40}(?: ?(?:>|»|›|＞)+ ?[^。>»›＞]{2,20}){2}"
)
# Marks that end a sentence may stand alone where a line was broken before them.
ONLY_SIGNS = re.compile(
    r"^(?![。，；：、！？,;:.…”’）)》]+$)[\s|｜_＿—–\-=*·•~～<>«»›/\\+#?？.。,，、:：;；□■◇◆○●►▲△☆★×]+$"
)
IMAGE_NAME = re.compile(r"(?i)^[^ 。，]{0,60}\.(?:png|jpe?g|gif|bmp|webp|svg)(?: ?\([^)]{0,20}\))?$")
FILE_NAME = re.compile(
    r"(?i)^[^。]{1,90}\.(?:docx?|pdf|xlsx?|wps|et|ofd|zip|rar|7z|pptx?|txt)(?: ?[(（][^)）]{0,24}[)）])?$"
)

# Each of them begins with a plain letter: the search skips all else quickly.
FOOTER = re.compile(
    r"网站标识码|ICP备|公网安备|版权所有|C(?i:opyright)|c(?i:opyright)|©|建议使用.{0,12}分辨率|浏览器|技术支持[:：]"
    r"|主办(?:单位)?[:：]|承办(?:单位)?[:：]|协办(?:单位)?[:：]|维护(?:单位)?[:：]|网站地图|站点地图|友情链接|联系我们|关于我们"
    r"|隐私声明|网站声明|法律声明|党政机关网站|政府网站找错|网站.{0,4}支持IPv6|本站.{0,6}IPv6|邮政编码[:：]|邮编[:：]"
    r"|政府网站年度报表|位访[客问]者?|(?:网站|信息|违法和不良信息)举报(?:电话|邮箱)|无障碍(?:辅助)?工具|ICP证"
)
# These end the article: what follows them at the end of a page belongs to the page.
TAIL_MARK = re.compile(
    r"^[ |｜·•※>\[【(（]*(?:[上下]一[篇条则页](?:文章|新闻|信息|内容)?|前一篇|后一篇|上篇|下篇|"
    r"相关(?:附件|文章|阅读|链接|解读|新闻|信息|稿件|文件|报道|推荐|内容|办事指南|政策)|"
    r"推荐阅读|热门文章|热点推荐|最新文章|猜你喜欢|延伸阅读|附件下载|附件|我要纠错|扫一扫|手机扫|网友评论|发表评论|我说两句|返回顶部|返回列表)"
    r" ?(?:[:：\])】）|｜>]|$| )"
)
ANNEX = re.compile(r"^[ ]*附件 ?\d{0,2} ?(?:[:：]|$)")
OFFICIAL_MARK = re.compile(r"^ ?[(（\[【] ?(?:此件|本文|此文)(?:主动|依申请|不予|删减后)?公开[^)）]{0,12}[)）\]】] ?$")
TALK = re.compile(
    r"^(?:欢迎(?:访问|光临|您|来到|关注)|您好[,，]|本(?:网站|站)使用(?i:cookie)|扫一扫|手机扫|微信扫|打开微信|用微信|分享让更多人|"
    r"(?:热门|热搜|搜索)(?:搜索|检索|关键词|词|热词)? ?[:：]|热搜词|"
    r"点击(?:查看|下载|播放|收听)|请(?:选择|输入)|您访问的链接|Baidu$|map$|\[我说两句)"
)

SENTENCES = re.compile("[。；]|[,，][^,，]*[,，]")
# What stands behind an empty label: a title, the line of the addressee, a sentence.
NO_VALUE = re.compile("[。；，]|报告|总结|情况$|[:：]$")
LINKS = re.compile(r"^[^|｜。，；：:\d]{2,16}(?: ?[|｜] ?[^|｜。，；：:\d]{2,16}){2,40}$")
_WIDGET_SPLIT = re.compile(r"[\s|｜/·•:：,，、\[\]【】〖〗()（）<>《》»›＞_\-—]+")
NUMBERED = re.compile(
    r"^(?:第?[一二三四五六七八九十]{1,3}[、.．,，章]|[(（] ?[一二三四五六七八九十\d]{1,3} ?[)）]|\d{1,2}[、.．])"
)


def chrome_edits(lines: Sequence[Line]) -> Iterator[Edit]:
    """Whole lines that belong to the page and not to the report, in order."""
    head, tail = _article_bounds(lines)
    index = 0
    while index < len(lines):
        line = lines[index]
        text = line.text.strip()
        outside = index < head or index > tail
        reason = _reason(text, head=index < head, outside=outside) if text else None
        last = index
        if reason is RemovalReason.PUBLICATION_LINE:
            last = _value_line(lines, index)
        elif index > tail and text and (TAIL_MARK.match(text) if reason is None else FOOTER.search(text)):
            reason, last = RemovalReason.CHROME, _tail_end(lines, index)
        if reason is not None and last > index and reason is RemovalReason.CHROME:
            yield from outside_edits(lines[index : last + 1])
        elif reason is not None:
            yield Edit(line.start, lines[last].end, reason)
        index = last + 1


def outside_edits(lines: Sequence[Line]) -> Iterator[Edit]:
    """Lines that the page prints around its article: all of them go, the fields of publication one by one."""
    pending: Edit | None = None
    index = 0
    while index < len(lines):
        line = lines[index]
        text = to_simplified(line.text.strip().translate(ONE_TO_ONE)) if line.text else ""
        reason = (_reason(text, head=True, outside=True) if text else None) or RemovalReason.CHROME
        if reason is RemovalReason.CHROME and is_advertising(text):
            reason = RemovalReason.INJECTED
        last = _value_line(lines, index) if reason is RemovalReason.PUBLICATION_LINE else index
        if pending is not None and (reason is not pending.reason or reason is RemovalReason.PUBLICATION_LINE):
            yield pending
            pending = None
        if line.start < lines[last].end:
            pending = Edit(pending.start if pending else line.start, lines[last].end, reason)
        index = last + 1
    if pending is not None:
        yield pending


def _article_bounds(lines: Sequence[Line]) -> tuple[int, int]:
    """First and last line that is running text: before and after them weak signs of chrome count."""
    first = next((i for i, line in enumerate(lines) if _is_running_text(line.text)), len(lines))
    last = next((i for i in range(len(lines) - 1, first, -1) if _is_running_text(lines[i].text)), first)
    return first, last if first < len(lines) else -1


def _is_running_text(text: str) -> bool:
    stripped = text.strip()
    if len(stripped) > LONGEST_FIELD_LINE:
        return True
    if len(stripped) < 30 or not SENTENCES.search(stripped):
        return False
    return not (STRONG_FIELD.match(stripped) or TALK.match(stripped) or FOOTER.search(stripped))


def _reason(text: str, *, head: bool, outside: bool) -> RemovalReason | None:
    if len(text) > LONGEST_FIELD_LINE:
        return None
    if not text[0].isalnum() and (ONLY_SIGNS.match(text) or OFFICIAL_MARK.match(text)):
        return RemovalReason.CHROME
    if "." in text and IMAGE_NAME.match(text):
        return RemovalReason.CHROME
    if CLOCK.match(text) and len(text) <= 60:
        return RemovalReason.CLOCK
    if len(text) <= 60 and _only_widgets(text, outside=outside):
        return RemovalReason.CHROME
    if outside and is_keyword_line(text):
        return RemovalReason.INJECTED
    if _is_field_line(text, head=head, outside=outside):
        return RemovalReason.PUBLICATION_LINE
    if len(text) <= LONGEST_WIDGET_LINE and _is_widget(text, outside=outside):
        return RemovalReason.CHROME
    return None


def _is_field_line(text: str, *, head: bool, outside: bool) -> bool:
    if STRONG_FIELD.match(text):
        return outside or "。" not in text
    if head and (STAMP_LINE.match(text) or COUNT_LINE.match(text)):
        return True
    if not outside or "。" in text:
        return False
    colons = text.count(":") + text.count("：")
    if colons >= 2 and len(text) <= LONGEST_WIDGET_LINE and len(STRONG_INSIDE.findall(text)) >= 2:
        return True
    return bool(WEAK_FIELD.match(text)) and (len(text) <= 60 or len(FIELD_INSIDE.findall(text)) >= 2)


def _only_widgets(text: str, *, outside: bool) -> bool:
    tokens = [token for token in _WIDGET_SPLIT.split(text) if token]
    return bool(tokens) and all(token in _WIDGET_WORDS for token in tokens) and (outside or len(tokens) > 1)


def _is_widget(text: str, *, outside: bool) -> bool:
    if ANNEX.match(text) and FILE_NAME.match(text):
        return True
    if not outside:
        return False
    if FOOTER.search(text) or TALK.match(text) or FILE_NAME.match(text):
        return True
    if (CRUMBS.search(text) and "。" not in text) or (("|" in text or "｜" in text) and LINKS.match(text)):
        return True
    tokens = [token for token in _WIDGET_SPLIT.split(text) if token]
    return len(tokens) >= 3 and sum(token in _WIDGET_WORDS for token in tokens) * 2 >= len(tokens)


def _value_line(lines: Sequence[Line], index: int) -> int:
    """The line where the value of a label stands: the same one, or the next where the label stands alone."""
    label = BARE_LABEL.match(lines[index].text.strip())
    following = index + 1
    while following < len(lines) and not lines[following].text.strip():
        following += 1
    if not label or following >= len(lines):
        return index
    value = lines[following].text.strip()
    name = label.group(1).replace(" ", "")
    if name.endswith(("时间", "日期")):
        fits = bool(DATE_VALUE.match(value)) or bool(STAMP_LINE.match(value))
    elif name in ("标题", "名称", "信息名称", "公文名称", "文件名称", "字体", "字号"):
        fits = any(line.text.strip() == value for line in lines[following + 1 :])
    else:
        fits = len(value) <= 30 and not NO_VALUE.search(value) and not NUMBERED.match(value)
    return following if fits and not STRONG_FIELD.match(value) else index


def _tail_end(lines: Sequence[Line], index: int) -> int:
    """An annex may be followed by the signature; any other mark ends the article for good."""
    if lines[index].text.strip().startswith("附件"):
        last = index
        while last + 1 < len(lines) and (
            not lines[last + 1].text.strip() or FILE_NAME.match(lines[last + 1].text.strip())
        ):
            last += 1
        return last
    return len(lines) - 1
