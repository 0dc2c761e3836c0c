"""What kind of document it is: a yearly report, or something that only stands next to one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from embed.reading.character_sets import CharacterSet
from embed.structure.frame import Frame, LinePart
from embed.structure.page_fields import FieldKind, PageField
from embed.structure.report import ReportKind

__all__ = ["KindFinding", "find_kind"]


@dataclass(frozen=True, slots=True)
class KindFinding:
    """A kind with the rule that gave it and the words that show it; clean offsets, −1 outside the clean text."""

    kind: ReportKind
    rule: str
    quote: str = ""
    start: int = -1
    end: int = -1


_TITLE_RULES: tuple[tuple[ReportKind, str, re.Pattern[str]], ...] = (
    (ReportKind.INTERPRETATION, "title of an interpretation", re.compile(r"解读|读懂|图解|一图看")),
    (
        ReportKind.OTHER,
        "title of another yearly report",
        re.compile(
            r"信息公开[^。]{0,10}(?:年度)?(?:工作)?报告|审议意见|(?:预算|决算)公开|工作年报|年鉴|考试|"
            r"[试测考习析]题|论文|(?:年度|统计)报?表$|以.{2,12}为[例样]|(?:第三方)?评估报告|(?:督察|督查|考核|审计|调研)(?:情况)?报告$|研究$"
        ),
    ),
    (
        ReportKind.OTHER,
        "title of a verdict or a question",
        re.compile(
            r"(?:考核|督察|督查|评查|测评|评估)[^。]{0,12}(?:通报|反馈(?:意见|情况)?|结果)$|^(?:什么是|为什么|为何|如何|怎样)|[?？]$"
        ),
    ),
    (
        ReportKind.OTHER,
        "title of a list or rule",
        re.compile(
            r"(?:清单|指标体系|(?:工作)?规则|指引|(?:工作|管理|考核|实施)?办法|(?:工作)?制度|职责(?:分工)?|规定|"
            r"标准|细则|公告|公示)$"
        ),
    ),
    (
        ReportKind.PLAN,
        "title of a notice that asks for reports",
        re.compile(r"(?:报送|上报|做好|开展|组织|召开|征集|编制).{2,60}的?(?:通知|函)$"),
    ),
    (ReportKind.PLAN, "title of a notice", re.compile(r"印发.{2,60}的?(?:通知|函)$|(?:通知|决定|批复)$")),
    (
        ReportKind.PLAN,
        "title of a plan",
        re.compile(
            r"(?:工作)?要点$|(?:实施|工作|创建|活动)?方案$|(?:实施|指导)?意见$|(?:工作)?计划$|规划$|"
            r"任务分解|分工$|纲要$|重点(?:工作|任务)$|工作安排$|安排表$|责任书$"
        ),
    ),
)
_REPORT_TITLE = re.compile(r"报告|总结|汇报|情况|白皮书|成效|述法|述职|自查|工作打算$|综述$|回顾$")
_NEWS_TITLE = re.compile(
    r"召开|举行|举办|揭牌|(?:听取|(?<!请)审议(?:通过)?)(?!意见).{0,20}(?:报告|汇报)|组织(?:开展|参加|观看|学习)|调研|视察|赴.{2,12}(?:督|考察|学习)|督导|督察组|专题会|述法会|评议会|"
    r"实现.{2,20}全覆盖|率先|开展.{2,24}活动$|"
    r"(?:发布|公布|印发|出台).{2,30}(?:报告|白皮书|规划|方案)?$|迎接|获评|荣获|启动"
)
_MEETING_TITLE = re.compile(
    r"(?:召开|举行|举办|参加)[^。]{2,40}(?:会|活动|仪式|培训班|讲座)$"
    r"|(?:听取|(?<!请)审议(?:通过)?)(?!意见)[^。]{0,40}(?:报告|汇报)$"
)
_NEWS_OPENING = re.compile(
    r"^[^。，,]{0,6}(?:近日|日前|近期|[0-9]{1,2}月[0-9]{1,2}日(?:上午|下午|晚)?|本报讯|本网讯|讯|"
    r"新华社|(?:本报|本网)?记者)[,，:：\s(（]"
    r"|^[^。]{0,24}(?:本报讯|本网讯|通讯员|记者)|^[^。]{8,80}[,，](?:近日|日前)[,，]"
)
_NEWS_LINE = re.compile(r"^(?:调研|视察|督察|督导|检查|听取)[^。，,]{2,40}(?:情况)?$")
_HALF_YEAR = re.compile(r"上半年|半年(?:度)?(?:工作|法治|依法|[^。]{0,8}(?:总结|报告|汇报))")
_FIVE_YEAR = re.compile(
    r"五年来|五年(?:法治|依法|工作|综述|回顾|总结)|近五年|[“\"]?十[一二三四五][“\"”]?五[”\"]?(?:时期|期间)|"
    r"(?:20[0-9]{2})[-—–~至]{1,2}(?:20)?[0-9]{2}年?"
)
_DUTY_TITLE = re.compile(
    r"述法|述职述廉述法|履行推进法治建设第一责任人(?:职责)?[^。]{0,8}(?:报告|情况|总结)$|"
    r"个人[^。]{0,10}(?:述职|述法)"
)
_BOTH = re.compile(r"(?:情况|报告|总结|建设|工作)(?:暨|及|和|与)")
_DUTY_PHRASE = re.compile(
    r"现(?:将[^。]{0,20})?述法(?:报告)?如下|现将(?:本人|个人|"
    r"我(?![们镇乡街县区市州旗省局委厅办院单]))[^。]{0,40}(?:履行|述法|法治)[^。]{0,40}如下|"
    r"本人[^。]{0,30}述法如下"
)
_FIRST_PERSON = re.compile(
    r"本人|(?<![一-鿿])我(?=[^们镇乡街县区市州旗省局委厅国办院中校单部站所处])|我本人|"
    r"作为[^。，]{2,20}(?:第一责任人|主要负责人)[，,]我"
)
_PLAN_PAPER = re.compile(
    r"^[^。，,《]{0,24}(?:印发|制定|出台)了《[^》]{4,80}(?:方案|规划|要点|意见|计划|纲要|法治政府建设)"
)
_NOTICE_OPENING = re.compile(
    r"(?:事项|如下事项)?通知如下|现(?:将[^。]{2,40})?印发(?:给你们)?|请(?:认真|结合实际)?[^。]{0,10}(?:贯彻|遵照)(?:落实|执行)|"
    r"特制定本(?:方案|要点|计划|办法|清单|规划)|制定本(?:方案|要点|计划|办法)"
)
_EXPLAINS = re.compile(r"^[^。]{0,100}(?:解读如下|进行解读|作(?:如下|以下)解读|(?:政策|文件|文字)解读)")
_EXAM = re.compile(
    r"下列(?:说法|选项|关于|表述|哪|各项)|阅读材料|材料一|结合材料|"
    r"(?:新闻)?发布会[^。]{0,12}发布[^。]{0,12}白皮书|简答|选择题|"
    r"[A-D][.．、][^。]{2,30}[A-D][.．、]"
)
_PAPER = re.compile(
    r"摘[ \u3000]{0,2}要[:：】]|参考文献|基金项目|作者(?:简介|单位)[:：]|"
    r"^(?:[0-9]{4}卷\n)?【[^】\n]{4,40}】[ \u3000]?[一-鿿0-9]"
)
_DISCLOSURE = re.compile(
    r"政府信息公开(?:工作)?(?:年度报告|条例》?(?:第五十条|要求))|现向社会公布[0-9]{4}年度|"
    r"主动公开政府信息情况|收到和处理政府信息公开申请"
)
_TEMPLATE_SIGN = re.compile(
    r"(?:(?<![XxＸ×✕])[XxＸ×✕]{2,8}|(?<![*＊])[*＊]{1,8}|(?<!_)_{2,20}|(?<!＿)＿{2,20}|(?<![○〇])[○〇]{2,8})"
    r"(?=[一-鿿，。、%)])|20[XxＸ×*_]{2}年|某(?:县|市|区|镇|乡|局|街道|单位|办|委|村|同志)"
)
_TEMPLATE_START = re.compile("[XxＸ×✕*＊_＿○〇某]|20(?=[XxＸ×*_])")  # spares all other places the attempt
_TEMPLATE_CHARACTERS = CharacterSet("XxＸ×✕*＊_＿○〇某")
_BLANK_PLACE = re.compile(r"某[县市区镇乡局]|[XxＸ×*＊]{1,3}[县市区镇乡局]|20[XxＸ×*]{2}年")
_TEMPLATE_TITLE = re.compile(r"范文|模板|精选|[(（](?:通用|共)?[0-9一二三四五六七八九十]{1,2}篇[)）]$")
_TEMPLATE_SOURCE = re.compile(r"网友投稿|投稿|范文|文秘|写作网|文库|用户上传|网络整理")
_FUTURE = re.compile(r"(?:要|应当?|须|力争|确保|争取|到20[0-9]{2}年(?:底)?[,，])")
_PAST = re.compile(r"(?:了|已|共|累计|全年|完成|开展[^。]{0,16}[0-9]+(?:余)?(?:次|场|件|人))")
_TOPIC = re.compile(r"法治|依法行政|依法治|法制")
_HALF_YEAR_PHRASE = re.compile(r"上半年[^。]{0,40}如下")
_LIST_LINE = re.compile(r"(?:清单|指标体系|规则|指引|办法)$")
_FIRST_ORGAN = re.compile(r"我(?:镇|乡|街道|局|县|区|市)")
NO_TEXT = KindFinding(ReportKind.OTHER, "no running text")
TEMPLATE_SIGNS = 3


def find_kind(text: str, title: str, frame: Frame, fields: list[PageField]) -> KindFinding:
    """Judge by title, then by template signs, hand-over phrases, opening, tense and quantities."""
    opening = _opening(text, frame)
    special = _template(text, title, frame, fields) or _quoted_paper(title, frame)
    if special:
        return special
    by_title = _by_title(title, frame, opening)
    if by_title:
        return by_title
    return _by_text(text, title, frame, opening)


def _opening(text: str, frame: Frame) -> str:
    start, end = frame.body
    return text[start : min(end, start + 600)]


def _template(text: str, title: str, frame: Frame, fields: list[PageField]) -> KindFinding | None:
    for field in fields:
        if field.kind in (FieldKind.SOURCE, FieldKind.PUBLISHER) and _TEMPLATE_SOURCE.search(field.value):
            return KindFinding(ReportKind.TEMPLATE, "source line of a template site", field.value)
    start, end = frame.body
    lines = frame.of(LinePart.TITLE)
    if _TEMPLATE_TITLE.search(title):
        return KindFinding(ReportKind.TEMPLATE, "title of a template", title, *_title_place(frame))
    blank = _BLANK_PLACE.search(text, lines[0].start, lines[-1].end) if lines else None
    if blank:
        return KindFinding(ReportKind.TEMPLATE, "blank place in the title", blank.group(), blank.start(), blank.end())
    if not _TEMPLATE_CHARACTERS.meets(text):
        return None
    signs = _template_signs(text, start, min(end, start + 20000))
    enough = max(TEMPLATE_SIGNS, (end - start) // 1500)
    if len(signs) >= enough:
        return KindFinding(ReportKind.TEMPLATE, "blanks to fill in", signs[0].group(), signs[0].start(), signs[0].end())
    return None


def _template_signs(text: str, start: int, end: int) -> list[re.Match[str]]:
    """Every blank to fill in, none inside another."""
    signs: list[re.Match[str]] = []
    for place in _TEMPLATE_START.finditer(text, start, end):
        if not signs or place.start() >= signs[-1].end():
            sign = _TEMPLATE_SIGN.match(text, place.start(), end)
            if sign:
                signs.append(sign)
    return signs


def _quoted_paper(title: str, frame: Frame) -> KindFinding | None:
    """印发了《…实施方案》: a sentence about a plan stands where a title would."""
    if not _PLAN_PAPER.search(title):
        return None
    return KindFinding(ReportKind.PLAN, "opening about a paper that was issued", title, *_title_place(frame))


def _title_place(frame: Frame) -> tuple[int, int]:
    lines = frame.of(LinePart.TITLE)
    return (lines[0].start, lines[-1].end) if lines else (-1, -1)


def _by_title(title: str, frame: Frame, opening: str) -> KindFinding | None:
    place = _title_place(frame)
    bare = re.sub(r"[(（][^()（）]{0,30}[)）]$", "", title.strip())
    for kind, rule, pattern in _TITLE_RULES:
        match = pattern.search(bare)
        if match and not (kind is ReportKind.PLAN and "asks" not in rule and _reports_first(bare)):
            return KindFinding(kind, rule, title, *place)
    if not _REPORT_TITLE.search(bare) or _MEETING_TITLE.search(bare):
        match = _NEWS_TITLE.search(bare)
        return KindFinding(ReportKind.NEWS, "title of a news item", title, *place) if match else None
    paper = _PAPER.search(opening)
    if paper:
        return KindFinding(ReportKind.OTHER, "wording of a paper or yearbook", paper.group(), *place)
    if _NEWS_LINE.match(bare):
        return KindFinding(ReportKind.NEWS, "title of a news item", title, *place)
    if _NEWS_OPENING.match(opening) and not re.search(r"(?:报告|总结|汇报)$", bare):
        return KindFinding(ReportKind.NEWS, "opening of a news item", opening[:20], *place)
    return _report_kind(bare, opening, place)


def _reports_first(title: str) -> bool:
    """情况及2016年工作打算: what was done comes before the plan."""
    return bool(re.search(r"(?:情况|总结|报告)(?:及|和|暨|与|以及)", title)) or bool(
        re.search(r"情况的?(?:报告|总结|汇报)", title)
    )


def _report_kind(title: str, opening: str, place: tuple[int, int]) -> KindFinding:
    if _HALF_YEAR.search(title):
        return KindFinding(ReportKind.HALF_YEAR, "half year in the title", title, *place)
    if _FIVE_YEAR.search(title) and not re.search(
        r"(?:19|20)[0-9]{2}年(?!代)", re.sub(r"20[0-9]{2}[-—–~至]{1,2}(?:20)?[0-9]{2}年", "", title)
    ):
        return KindFinding(ReportKind.FIVE_YEAR, "several years in the title", title, *place)
    if _DUTY_TITLE.search(title) and not _BOTH.search(title):
        return KindFinding(ReportKind.DUTY, "title of a duty report", title, *place)
    duty = _DUTY_PHRASE.search(opening)
    if duty:
        return KindFinding(ReportKind.DUTY, "hand-over phrase", duty.group())
    return KindFinding(ReportKind.REPORT, "title of a report", title, *place)


def _by_text(text: str, title: str, frame: Frame, opening: str) -> KindFinding:
    start, end = frame.body
    return (
        _by_opening(opening, start)
        or _by_body(text[start : min(end, start + 8000)], title, frame)
        or KindFinding(ReportKind.REPORT, "wording of a report")
    )


def _by_opening(opening: str, start: int) -> KindFinding | None:
    first = opening.split("\n")[0]
    rules: tuple[tuple[ReportKind, str, re.Match[str] | None], ...] = (
        (ReportKind.INTERPRETATION, "wording of an interpretation", _EXPLAINS.search(opening)),
        (ReportKind.OTHER, "wording of a disclosure report", _DISCLOSURE.search(opening)),
        (ReportKind.OTHER, "wording of a paper or yearbook", _PAPER.search(opening)),
        (ReportKind.OTHER, "wording of an exercise", _EXAM.search(opening)),
        (ReportKind.PLAN, "opening about a paper that was issued", _PLAN_PAPER.search(opening)),
        (ReportKind.PLAN, "wording of a notice or plan", _NOTICE_OPENING.search(opening)),
        (ReportKind.NEWS, "opening of a news item", _NEWS_OPENING.search(opening) or _NEWS_LINE.match(first)),
        (ReportKind.DUTY, "hand-over phrase", _DUTY_PHRASE.search(opening)),
        (ReportKind.HALF_YEAR, "hand-over phrase", _HALF_YEAR_PHRASE.search(opening)),
    )
    for kind, rule, match in rules:
        if match:
            return KindFinding(kind, rule, match.group(), start + match.start(), start + match.end())
    if first == opening.strip() and _LIST_LINE.search(first[:80]):
        return KindFinding(ReportKind.OTHER, "opening of a list or rule", first[:40])
    return None


def _by_body(body: str, title: str, frame: Frame) -> KindFinding | None:
    if not body.strip():
        heads = [line.text for line in frame.lines if line.part in (LinePart.TITLE, LinePart.CHROME)]
        news = next((h for h in heads if _NEWS_TITLE.search(h)), None)
        return KindFinding(ReportKind.NEWS, "title of a news item", news) if news else NO_TEXT
    if len(body) > 300 and not _TOPIC.search(title + body):
        return KindFinding(ReportKind.OTHER, "nothing about law-based government")
    if len(body) > 600 and _is_plan(body):
        return KindFinding(ReportKind.PLAN, "future tense without results")
    persons = len(_FIRST_PERSON.findall(body))
    if persons >= 4 and persons > len(_FIRST_ORGAN.findall(body)):
        return KindFinding(ReportKind.DUTY, "first person throughout")
    return None


def _is_plan(body: str) -> bool:
    """Plans say what is to be done and count nothing."""
    future, past = len(_FUTURE.findall(body)), len(_PAST.findall(body))
    quantities = len(re.findall(r"[0-9]+(?:余|多)?(?:次|场|件|份|人次|名|起|万|个|项|%|％)", body))
    return future > 3 * past and quantities * 400 < len(body)
