"""The organ that reports: who signs, who stands in the title, who publishes, who is the subject of the sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from embed.structure.divisions import Divisions, Mention, find_mentions, is_within
from embed.structure.report import Level

__all__ = [
    "Organ",
    "SelfWords",
    "organ_in_title",
    "organ_of_session",
    "parse_organ",
    "read_self_words",
    "subject_organs",
]


@dataclass(frozen=True, slots=True)
class Organ:
    """An organ's name taken apart. `department` is its name without its place, None for a government.

    `kind` is the kind of place it governs or belongs to: 省 市 县 区 旗 州 盟 镇, "" when the name does not say.
    """

    text: str
    mentions: tuple[Mention, ...]
    department: str | None
    level: Level | None
    kind: str
    start: int = -1
    end: int = -1
    town: str | None = None  # a town that the table does not list


_DEPARTMENT_END = (
    "局|分局|厅|委员会|管委会|部|中心|支队|大队|总队|法院|检察院|公司|学校|大学|学院|医院|所|处|办公室|"
    "办|站|委|院|署|社|馆|联合会|工会|十字会|协会|调查队|执法队|党校"
)
_DEPARTMENT = re.compile(
    rf"^(?P<generic>省|自治区|市(?![场政容民域级])|州|盟|县(?![域级乡])|区(?![域级划])|[矿郊城]区|新城区|"
    rf"旗)?(?:人民政府|行署|行政公署)?(?P<name>[一-鿿]{{1,24}}?(?:{_DEPARTMENT_END}))(?:党组|党委)?$"
)
_GOVERNMENT = re.compile(
    r"^(?:(?:人民)?政府|市人民政府|委员会|委|党委|县委|区委|市委|省委|州委|旗委|盟委|镇委|乡委|"
    r"街道办事处|办事处|党工委|工委|街道|街|"
    r"(?:人民)?政府办(?:公室|公厅|公)?|党政(?:综合)?办公?室?|行政公署|公署|行署|党委(?:和)?政府|政府网|"
    r"人民政府网|人民政府门户网站|政府门户网站)$"
)
_ZONE_BODY = re.compile(
    r"(?:开发区|高新区|新区|园区|管理区|示范区|经开区|保税区|度假区|风景区|投资区|合作区|[实试]验区|新城)(?:党工委)?$|"
    r"管委会$|(?<![市政设和与])(?<!监督)(?<!综合)管理委员会$"
)
_ORGAN_END = re.compile(
    rf"(?:{_DEPARTMENT_END}|政府|办事处|街道|镇|乡|党委|工委|负责人|镇长|乡长|书记|主任|局长|开发区|新区|高新区|园区|投资区|合作区|[实试]验区|新城)$"
)
_PREFIX = re.compile(r"^(?:中国共产党|中共|关于|《)")
_GENERIC_TOWN = re.compile(
    r"^(?:[一-鿿]{0,3})?(?:镇|乡|街道|苏木)(?:党委|党工委|人民政府|政府|办事处|主要负责人|党政)?"
)
_KIND_OF_NAME = re.compile(r"(自治区|省|地区|自治州|自治县|自治旗|特别行政区|市|区|县|旗|州|盟|街道|镇|乡|苏木)$")
_KINDS = {
    "自治区": "省",
    "自治州": "州",
    "自治县": "县",
    "自治旗": "旗",
    "地区": "盟",
    "街道": "镇",
    "乡": "镇",
    "苏木": "镇",
}
_JOBS = "副?(?:书记|主任|局长|厅长|镇长|乡长|县长|区长|市长|旗长|主要负责人|负责人)"
_JOB = re.compile(rf"(?:党组|党委|党工委)?{_JOBS}(?:[、兼和]{_JOBS})*$")
_SPLIT = re.compile(r"[ \u3000、，,]+")
# Separated offices of a street: 街道党工委、办事处; the name stands once.
_TOWN_OFFICE = re.compile(r"^(?:办事处|党工委|人民政府|政府|党委)$")


def parse_organ(text: str, divisions: Divisions, offset: int = -1) -> Organ | None:
    """Take one organ's name apart; several organs in one line give the last one that stands by itself.

    `offset` is where `text` begins in the clean text, −1 when it stands outside.
    """
    bare = _JOB.sub("", _PREFIX.sub("", text.strip().strip("《》")))
    parts = [p for p in _SPLIT.split(bare) if p]
    while len(parts) > 1 and _TOWN_OFFICE.match(parts[-1]):
        parts.pop()
    if not parts:
        return None
    part = re.sub(r"[(（].{0,12}[)）]$", "", _PREFIX.sub("", parts[-1]))
    mentions = [m for m in find_mentions(part, divisions) if not _inside_word(part, m)]
    if not mentions and not _ORGAN_END.search(part):
        return None
    chain = _last_chain(mentions)
    rest = part[chain[-1].end :] if chain else part
    chain, rest = _branch(part, chain, rest, divisions)
    town = _unlisted_town(rest, chain, divisions)
    department = None if town else _department(rest, chained=bool(chain))
    kind = kind_of(chain[-1], divisions) if chain else _generic_kind(rest)
    start = offset + text.index(part) if offset >= 0 and part in text else -1
    level = Level.TOWNSHIP if town else _level(department, chain, rest, divisions)
    return Organ(part, tuple(chain), department, level, kind, start, start + len(part) if start >= 0 else -1, town)


_BRANCH = re.compile(r"局(?P<stem>[一-鿿]{2,5})(?:分局|生态环境局)$")


def _branch(part: str, chain: list[Mention], rest: str, divisions: Divisions) -> tuple[list[Mention], str]:
    """A bureau's branch lies where its own name says.

    嘉兴市生态环境局海盐分局, 广州市规划局增城区分局, 苏州市吴江生态环境局.
    """
    if not chain or not rest.endswith("局"):
        return chain, rest
    if rest == "分局" and len(chain) > 1 and chain[-2].end < chain[-1].start:
        return chain, part[chain[-2].end :]
    match = _BRANCH.search(rest)
    if match:
        found = _county_in(match["stem"], chain[-1], match.start("stem"), divisions)
        return ([*chain, found], rest) if found else (chain, rest)
    for size in (4, 3, 2):
        found = _county_in(rest[:size], chain[-1], 0, divisions)
        if found and rest[size:].endswith("局") and len(rest) > size + 2:
            return [*chain, found], rest[size:]
    return chain, rest


def _county_in(stem: str, above: Mention, offset: int, divisions: Divisions) -> Mention | None:
    """The county of a prefecture by its bare name, `offset` characters behind the prefecture's."""
    rows = tuple(
        r
        for r in divisions.stems.get(stem, [])
        if divisions.depth(r) == 3 and any(divisions.depth(a) < 3 and is_within(r, a, divisions) for a in above.rows)
    )
    start = above.end + offset
    return Mention(start, start + len(stem), stem, rows, full=False, chained=True) if rows else None


_UNLISTED = re.compile(
    r"(?P<name>[一-鿿]{2,7}(?:街道|镇|(?<!城)乡|苏木))(?:办事处|人民政府|政府|党委|党工委|委员会|党政办公?室?)?$"
)
_NO_NAME = re.compile(r"[各我本全该某]|乡镇|城镇|镇街|村镇|政府|委员")


def _unlisted_town(rest: str, chain: list[Mention], divisions: Divisions) -> str | None:
    """A town's name that the table lacks, behind its county's name or alone."""
    match = _UNLISTED.fullmatch(rest)
    if match is None or _NO_NAME.search(match["name"]) or (chain and depth_of(chain[-1], divisions) == 4):
        return None
    return match["name"]


def _inside_word(text: str, mention: Mention) -> bool:
    return mention.text.endswith(("团", "场")) and mention.end < len(text)


def _last_chain(mentions: list[Mention]) -> list[Mention]:
    """The places that stand side by side at the end: 淮北市烈山区委烈山区人民政府 → 烈山区."""
    if not mentions:
        return []
    chain = [mentions[-1]]
    for mention in reversed(mentions[:-1]):
        if mention.end == chain[0].start or not any(m.text == mention.text for m in chain):
            chain.insert(0, mention)
    return chain


_PARTY = re.compile(r"^委(?=全面|宣传|组织|统战|政法|办|编办|机构|网信|党校|巡察|老干)")  # 县委宣传部


def _department(rest: str, *, chained: bool) -> str | None:
    rest = rest.strip()
    if (
        not rest
        or _GOVERNMENT.match(rest)
        or _ZONE_BODY.search(rest)
        or re.match(r"(?:区|县|市|镇|街道)?(?:党政|主要)", rest)
    ):
        return None
    if chained and _PARTY.match(rest) and rest.endswith(("办公室", "办", "部", "委", "校")):
        return _PARTY.sub("", rest)
    if re.match(r"^(?:委|政府|党委|街道|镇|乡)", rest) and not rest.endswith(("局", "所", "中心", "站")):
        return None
    match = _DEPARTMENT.match(rest)
    if match is None:
        return None
    name = _PARTY.sub("", match["name"]) if match["generic"] else match["name"]
    if _GOVERNMENT.match(name) or (match["generic"] is None and not chained and name in ("办公室", "委员会", "中心")):
        return None
    if re.search(r"(?:镇|乡|街道)(?:人民政府|党委|办事处)", name):
        return None
    return name


def _generic_kind(rest: str) -> str:
    if _GENERIC_TOWN.match(rest):
        return "镇"
    match = re.match(r"(自治区|省|市|州|盟|县|区|旗)", rest)
    return _KINDS.get(match.group(), match.group()) if match else ""


def kind_of(mention: Mention, divisions: Divisions) -> str:
    """省 市 县 区 旗 州 盟 镇, by the full name of the place."""
    match = _KIND_OF_NAME.search(divisions.names[mention.rows[0]])
    if match is None:
        return "镇" if divisions.depth(mention.rows[0]) == 4 else ""
    return _KINDS.get(match.group(), match.group())


def depth_of(mention: Mention, divisions: Divisions) -> int:
    """The depth that all readings of a mention share, the shallowest when they differ."""
    return min(divisions.depth(row) for row in mention.rows)


def _level(department: str | None, chain: list[Mention], rest: str, divisions: Divisions) -> Level | None:
    if department is not None:
        if chain and depth_of(chain[-1], divisions) == 4:
            return Level.TOWNSHIP
        return Level.DEPARTMENT
    if _ZONE_BODY.search(rest):
        return Level.COUNTY
    if chain:
        depth = depth_of(chain[-1], divisions)
        return (Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWNSHIP)[depth - 1]
    if _GENERIC_TOWN.match(rest):
        return Level.TOWNSHIP
    match = re.match(r"(省|自治区|县|区|旗|州|盟)(?:委|人民政府|政府|党委)", rest)
    if match is None:
        return None
    return {"省": Level.PROVINCE, "自治区": Level.PROVINCE, "州": Level.CITY, "盟": Level.CITY}.get(
        match[1], Level.COUNTY
    )


_TOPIC = re.compile(
    r"关于|[0-9０-９]{4}|二[〇○零]|(?<!依)法治|依法行政|依法治(?!.{1,3}(?:委员会|办))|法制(?!办|局)|落实|推进|贯彻|开展|履行|上半年|年度|"
    r"普法|行政执法(?!局|队|大队|支队|办)|"
    r"党政主要|主要负责|创建|实现|建设(?!局|厅|委|处|和|与|交通|管理|规划|环保|乡|镇|街道|路|村|[东南西北中]路)|印发|“|述法|政府信息|重大|规范性|“?十[二三四]五"
)
_LEADING = re.compile(
    r"^(?:【[^】]{0,12}】|《|\s|关于|上报|报送|呈报|对|(?:19|20)[0-9]{2}[ ]?年?度?|"
    r"[-—–~至]{1,2}(?:20)?[0-9]{2,4}年?|[,，:：]|“十[二三四]五”(?:时期)?)+"
)


_TITLE_END = re.compile(r"(?:[(（](?P<bracket>[^()（）0-9]{4,30})[)）]|——(?P<dash>[^—。]{4,40}))$")


def organ_in_title(title: str, divisions: Divisions) -> Organ | None:
    """The organ that a title begins with, before its topic, or at its end: …总结(宁强县水利局), …——温泉镇."""
    organ = _organ_before_topic(title, divisions)
    end = _TITLE_END.search(title) if organ is None else None
    return _organ_before_topic(end["bracket"] or end["dash"], divisions) if end else organ


def _organ_before_topic(title: str, divisions: Divisions) -> Organ | None:
    lead = _LEADING.match(title)
    start = lead.end() if lead else 0
    topic = _TOPIC.search(title, start)
    head = title[start : topic.start() if topic else len(title)].strip(" \u3000的:：")
    if not topic and len(head) > 40:
        return None
    head = re.split(r"(?<=[政府会局委])[ \u3000]*(?:办公室)?(?=印发)", head)[0]
    if len(head) < 2:
        return None
    organ = parse_organ(head, divisions)
    if organ is not None and not organ.mentions and organ.department is None and organ.level is None:
        return None
    return organ


_SESSION = re.compile(r"在(?P<place>[一-鿿]{1,16}?)第[一二三四五六七八九十0-9]{1,4}届(?:人民代表大会|人大)")


def organ_of_session(line: str, divisions: Divisions, offset: int) -> Organ | None:
    """Whose congress a report was read to: ——2021年3月18日在绥德县第十八届人大常委会第四十一次会议上."""
    match = _SESSION.search(line[:80])
    if match is None:
        return None
    start = offset + match.start("place")
    mentions = [m._replace(start=start + m.start, end=start + m.end) for m in find_mentions(match["place"], divisions)]
    level = _level(None, mentions, match["place"] + "政府", divisions)
    kind = kind_of(mentions[-1], divisions) if mentions else _generic_kind(match["place"])
    return Organ(match["place"], tuple(mentions), None, level, kind, start, start + len(match["place"]))


@dataclass
class SelfWords:
    """How a text speaks of its own author and of those above, counted."""

    own: dict[str, int] = field(default_factory=dict)  # 镇 县 区 市 州 旗 省 局
    above: dict[str, int] = field(default_factory=dict)  # 区委、区政府 → 区

    def top(self) -> str:
        """The word used most for the author, "" when there is none."""
        return max(self.own, key=lambda k: (self.own[k], k)) if self.own else ""


_OWN = re.compile(
    r"(?:我|本)(?P<own>街道|苏木|镇|乡|街|办事处|县|区|市|州|旗|盟|省|局|厅|委(?!员)|中心|支队|大队|"
    r"分局|办(?!事|公|理|案|学|好|得|成|法(?!治))|队(?!伍)|院|站|馆|校|单位|机关|部门)(?!内|长|里|民)"
)
_CHARGED = re.compile(r"受(?P<own>省|市|州|盟|县|区|旗|镇|乡)(?:人民)?政府(?:的)?委托")
_OWN_TOWN = re.compile(
    r"(?P<own>[街镇乡苏](?<![各两个级该].)(?:(?<=[镇乡])|(?<=街)道|(?<=苏)木))(?:党工委|党委|人大|政府(?!服务)|司法所|综合执法|村干部|"
    r"辖区|班子)"
)
_OWN_STREET = re.compile(r"(?:党工委|街道党工委)[、和及](?:街道)?办事处")
_WHOLE = re.compile(
    r"全(?P<own>街道|镇|乡|县|区|市|州|旗|盟|省)(?!国|首[个家批例次创]|率先|第[一二三]|前列|先进|示范|优秀|推广|通报|唯一|平均|排名)"
)
_OWN_OFFICE = re.compile(r"[局委](?:(?<=局)(?<![各关部分].)(?:党组|党委|机关|班子|长办公会|务会)|属(?:各)?单位)")
_OWN_ZONE = re.compile(r"(?:开发区|高新区|经开区|园区|新区|区)(?:党工委|管委会)")
_LED = re.compile(
    r"(?P<above>省|自治区|市|州|盟|县|区|旗)委(?:[、和,，及]?(?:市|州|盟|县|区|旗|省|"
    r"自治区)?(?:人民)?政府)?[^。；，,]{0,16}?(?:领导|指导|统筹|部署|关心|要求|监督)"
)
_PAIR = re.compile(r"(?P<above>省|市|州|盟|县|区|旗)委[、和,，及]?(?P=above)(?:人民)?政府")
_COMMITTEE = re.compile(r"(?P<above>省|市|州|盟|县|区|旗)委(?![员托会])")
_ABOVE = ((_LED, 4), (_PAIR, 2), (_COMMITTEE, 1))
_TOWNS = {"街道": "镇", "乡": "镇", "苏木": "镇", "街": "镇", "办事处": "镇"}
_OFFICES = (
    "分局",
    "办",
    "队",
    "馆",
    "校",
    "局",
    "厅",
    "委",
    "中心",
    "支队",
    "大队",
    "院",
    "站",
    "单位",
    "机关",
    "部门",
)


def read_self_words(text: str) -> SelfWords:
    """Count 我镇, 全区, 局党组, 区委、区政府 … in a text; linear in its length."""
    words = SelfWords()
    for match in _OWN.finditer(text):
        _count(words.own, match["own"], 3)
    for match in _CHARGED.finditer(text, 0, 2000):
        _count(words.own, match["own"], 3)
    for match in _OWN_TOWN.finditer(text):
        _count(words.own, match["own"], 1)
    words.own["镇"] = words.own.get("镇", 0) + 2 * len(_OWN_STREET.findall(text[:20000]))
    for match in _WHOLE.finditer(text):
        _count(words.own, match["own"], 1)
    words.own["区"] = words.own.get("区", 0) + len(_OWN_ZONE.findall(text[:20000]))
    _count(words.own, "局", 2 * len(_OWN_OFFICE.findall(text[:20000])))
    _count_above(words.above, text)
    words.above["自治区"] = words.above.get("自治区", 0) + 4 * text.count("自治区党委")
    words.own = {k: v for k, v in words.own.items() if v}
    return words


def _count_above(counts: dict[str, int], text: str) -> None:
    """What the text says of the committee above: each pattern has its 委 behind one of a few characters."""
    done = [0] * len(_ABOVE)
    at = text.find("委", 1)
    while at >= 0:
        start = at - 3 if text.startswith("自治区", at - 3) else at - 1
        for place, (pattern, weight) in enumerate(_ABOVE):
            match = pattern.match(text, start) if start >= done[place] else None
            if match is None and start < at - 1 >= done[place]:
                match = pattern.match(text, at - 1)
            if match:
                counts[match["above"]] = counts.get(match["above"], 0) + weight
                done[place] = match.end()
        at = text.find("委", at + 1)


def _count(counts: dict[str, int], word: str, weight: int) -> None:
    word = _TOWNS.get(word, "局" if word in _OFFICES else word)
    counts[word] = counts.get(word, 0) + weight


_VERB = (
    r"(?:坚持|深入|认真|持续|全面|始终|紧[紧扣密盯]|严格|积极|高度|围绕|牢固|切实|立足|贯彻|聚焦|把|"
    r"以(?!来|外|及)|按照|结合|成立|承接|将|"
    r"地处|位于|创新|扎实|着力|主动|不断|进一步|大力|着眼|锚定|秉持|依托|对照|党政|高质量|稳步|充分|"
    r"对|在|共|已|按|扛牢|压实|强化|"
    r"法治政府建设|法治建设|依法行政|20[0-9]{2}年|上下|一年来|现有|辖|隶属|获评|成功|坚决|统筹|严守|"
    r"落实|自觉|实现|致力|抢抓|狠抓|注重|"
    r"编制|组织|召开|开展|印发|制定|建立|推进|推动|加强|突出|深化|加快|加大|完善|健全|优化|提升|规范|发挥|坚定|牢牢|"
    r"多措|全力|有序|有力|有效|顺利|圆满|荣获|获得|被|入选|先后|累计|依法|聚力|奋力|精心|科学|深刻|系统|常态|一直|"
    r"率先|探索|服务|履行|打造|构建|搭建|实施|遵循|锲而不舍|勇担|勇当|当好|用好|抓好|抓实|做好|做实|筑牢|守住|守牢|公布|严格)"
)
_SUBJECT_TAIL = re.compile(
    r"(?:(?:镇|乡|街道|市|县|区|州|旗|盟|省)?(?:党委|党工委|委|政府|人民政府|办事处|县委|区委|市委|党政领导班子|"
    r"班子)[、和及]?){0,3}" + _VERB
)
_ACTING_OFFICE = re.compile(
    rf"(?P<name>[一-鿿]{{2,14}}?(?:局|委员会|厅|支队|大队|中心|委员会办公室))(?:党组|党委)?(?={_VERB}|[0-9]{{4}}年)"
)
_BEFORE_SUBJECT = re.compile(
    r"(?:^|[。；;，,、:：\n!！”》)…]|现将|现就|推动|全面|有效推动|是|将|领导下|之际|以来|期间|今年|"
    r"一年来)[ \u3000]*$"
)
_SUBJECT_OFFICE = re.compile(
    rf"(?:^|[。；，,:：、\n”]|现将|现就)(?P<generic>省|自治区|市(?![场政容民])|州|盟|县|区|"
    rf"旗)?(?P<name>[一-鿿]{{2,14}}?(?:局|委员会|厅|支队|大队))(?=(?:党组|党委)?{_VERB})"
)
# What the names of departments are put together from; such a name may hold 和, 村 or 市 without naming anybody else.
_TRADE = re.compile(
    r"(?:(?:发展|改革|教育|体育|科学|技术|科技|工业|信息化|信息|民族|宗教|事务|公安|民政|财政|人力|资源|社会|保障|"
    r"自然|规划|生态|环境|保护|环保|住房|城乡|城市|建设|住建|交通|运输|水利|水务|湖泊|农业|农村|农牧|畜牧|兽医|农机|"
    r"商务|经济|贸易|经贸|经信|商业|粮食|文化|旅游|文旅|文物|广电|广播|电视|新闻|出版|卫生|健康|卫健|计划|生育|退役|军人|"
    r"应急|安全|生产|监督|管理|市场|监管|审计|统计|医疗|医保|人社|林业|草原|园林|绿化|综合|行政|执法|审批|服务|政务|"
    r"政府|公共|信访|乡村|振兴|扶贫|开发|大数据|数据|机关|物资|储备|金融|税务|国税|地税|气象|地震|烟草|专卖|盐务|"
    r"人民|防空|海洋|渔业|国土|国有|资产|招商|投资|促进|合作|质量|食品|药品|工商|营商|邮政|消防|救援|能源|港航|"
    r"外事|侨务|移民|史志|档案|房产|市政|市容|公路|航务|口岸|知识产权|电子|网络|中医药|地方|城管|供销|合作|老龄|"
    r"自然保护区|风景名胜区|综治|维稳|司法)[和与及]?){1,8}(?:局|委员会|厅|支队|大队)"
)


def subject_organs(text: str, start: int, end: int, mentions: list[Mention], divisions: Divisions) -> list[Organ]:
    """Organs that act in the sentences of text[start:end]: 桃渚镇坚持…, 现将青阳街道…, 县教育局持续…"""
    organs: list[Organ] = []
    for index, mention in enumerate(mentions):
        if index + 1 < len(mentions) and mentions[index + 1].chained and mentions[index + 1].start == mention.end:
            continue
        first = index
        while first and mentions[first].chained and mentions[first - 1].end == mentions[first].start:
            first -= 1
        chain = mentions[first : index + 1]
        before = text[max(start, chain[0].start - 6) : chain[0].start]
        if first and before.endswith("、") and mentions[first - 1].end == chain[0].start - 1:
            continue  # the end of a list of places, which others name
        if chain[0].start > start and not _BEFORE_SUBJECT.search(before):
            continue
        organ = _acting(text, mention, chain, divisions)
        if organ is not None:
            organs.append(organ)
    if not any(o.department for o in organs):
        for match in _SUBJECT_OFFICE.finditer(text, start, min(end, start + 1200)):
            if not _is_other(match["name"]):
                name, kind = match["name"], _KINDS.get(match["generic"] or "", match["generic"] or "")
                organs.append(Organ(name, (), name, Level.DEPARTMENT, kind, match.start("name"), match.end("name")))
    return organs


_NOT_ONE = re.compile(
    r"我|本|总结|各|相关|有关|该|等|协调|联合|会同|与|和|对|由|经|向|被|镇|乡|街道|领导小组|全面依法|人大|政协|村|居民"
)


def _is_other(name: str) -> bool:
    """Words before 局 that name no department but some of its kind, its partners or those it asks."""
    if _TRADE.fullmatch(name):
        return False
    return bool(_NOT_ONE.search(name)) or name.startswith(("市", "县", "区", "党委", "为", "在", "全"))


_NO_OFFICE = re.compile(r"委(?!全面依法|政法委)|政府|人民|人大|政协")


def _acting(text: str, mention: Mention, chain: list[Mention], divisions: Divisions) -> Organ | None:
    after = text[mention.end : mention.end + 40]
    office = _ACTING_OFFICE.match(after)
    start = chain[0].start
    if office and depth_of(mention, divisions) < 4 and not _NO_OFFICE.match(after):
        name = office["name"]
        whole = text[start : mention.end] + name
        own, rest = _branch(whole, chain, name, divisions)
        kind = kind_of(own[-1], divisions)
        return Organ(whole, tuple(own), _PARTY.sub("", rest), Level.DEPARTMENT, kind, start, start + len(whole))
    handed_over = text[max(0, start - 2) : start] in ("现将", "现就")
    if not handed_over and not _SUBJECT_TAIL.match(after):
        return None
    level = (Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWNSHIP)[depth_of(mention, divisions) - 1]
    kind = kind_of(mention, divisions)
    return Organ(text[start : mention.end], tuple(chain), None, level, kind, start, mention.end)
