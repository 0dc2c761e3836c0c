"""How officials word things: what opens an item, a cause, a plan, a summary, a measure, and what only leads in.

All patterns have bounded repeats and no nested ones, so that matching takes time linear in the length of the text.
The characters with which a pattern can begin (…_SIGNS) spare most clauses the attempt.
"""

from __future__ import annotations

import re

__all__ = [
    "ACTION",
    "AIM",
    "ANNOUNCEMENT",
    "ASPECT",
    "BEFORE_ITEMS",
    "CAUSE",
    "CAUSE_INSIDE",
    "CLOSING",
    "COUNT",
    "EVALUATION",
    "FALLS",
    "FALLS_SHORT",
    "HAND_OVER",
    "HONOUR",
    "ITEM",
    "ITEM_SIGNS",
    "LACKS",
    "LEADER",
    "LEAD_IN",
    "PLAN",
    "PLAN_SIGNS",
    "REASON",
    "REMEDY",
    "RESULT",
    "SEQUEL",
    "SHORTCOMING",
    "SHORTCOMING_SIGNS",
    "SIGNATURE",
    "STEP",
    "SUMMARY",
    "SUMMARY_SIGNS",
    "TIMED",
    "VERB",
    "WILL",
    "YET",
    "YET_SIGNS",
    "alternatives",
    "item_value",
]

_JOINT = re.compile(r"\\\n\s*")


def alternatives(words: str) -> str:
    """A group that matches any of the patterns, which blanks part; a backslash at the end of a line joins two lines."""
    return "(?:" + "|".join(_JOINT.sub("", words).split()) + ")"


_HAN = "一二三四五六七八九十"
_SOME = r"[^，,。；;：:]"
_FLAWS = alternatives("问题 不足 短板 弱项 差距 薄弱环节 薄弱之处 困难 欠缺 短处 缺陷 情况 现象 状况 局面 情形 毛病")
_THESE = alternatives("这些 这种 这类 这一 这样的 上述 以上 此类 该 存在 出现 产生 有关")

# ---------------------------------------------------------------- items

ITEM = re.compile(
    rf"(?:(?P<han>[{_HAN}])(?:是|要|抓(?=[一-鿿])|靠|看)|其(?P<that>[{_HAN}])(?:[是,，、:：]|在于)"
    rf"|第(?P<nth>[{_HAN}])(?:[是,，、:：]|个?方面)|(?P<word>首先|其次|再次|再者|最后)[是,，、:：要]"
    rf"|(?P<digit>[1-9])[、.．)）](?![0-9])|[(（](?P<paren>[1-9{_HAN}])[)）]|(?P<circle>[①-⑳]))"
)
ITEM_SIGNS = frozenset(_HAN + "其第首再最123456789(（①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")  # what an item can begin with
_WORDS = {"首先": 1, "其次": 2, "再次": 3, "再者": 3, "最后": 0}


def item_value(found: re.Match[str]) -> int:
    """The number of an item's ordinal; 0 for 最后."""
    sign = found.group(found.lastgroup or 0)
    if sign in _WORDS:
        return _WORDS[sign]
    if sign.isascii():
        return int(sign)
    return _HAN.index(sign) + 1 if sign in _HAN else ord(sign) - 0x245F


# ---------------------------------------------------------------- causes

_REASON = alternatives("原因 成因 根源 根子 缘由 缘故 症结 病根 诱因 病灶 根由")
_BECAUSE = alternatives("是由于 是因为 源于 缘于 归因于 归结于 归咎于 根源于 起因于")
_IS = alternatives("在于 在 是 有 出在 来自 如下")
_DEEP = alternatives("主要 根本 深层次 深层 重要 客观 主观 具体 直接 内在 外在")
CAUSE = re.compile(
    alternatives(
        rf"""
        (?:主要|问题)?(?:原因|成因|根源)(?:分析|剖析)?[：:] 究其 (?:深究|细究|究|探究)其因 追根溯源 追根究底
        追到根[上子] 归根结底 归根到底 归结起来 细究起来 深究起来
        说到底
        (?:往深里|往深处|往根上|从根上|从根本上|根本上|深层次)(?:看|找|说|讲|挖) 追其根本 反过来看 之所以
        (?:分析|剖析|细究|深究)起来 (?:个中|其中的?)?{_REASON}(?:不外乎|无非|很多|是多方面的|[，,])
        (?:由此|从中|这)?也?(?:反映出|暴露出|折射出) (?:其|这)?背后(?:是|的|[，,]?既|[，,]?有)
        (?:分析|剖析|深究|细究|追究|究|探究|查找|反思|综合分析)(?:起来|其中|其|这些|上述|以上|问题){{0,2}}\
            (?:的|背后的|深层次|主要|根本)?{_REASON}
        (?:其|其中|其中的|究其)?最?{_DEEP}的?(?:{_REASON}|因素)
        (?:一个|其中一个|另一个|还有一个)?[很更最]?(?:重要|主要)?的?{_REASON}[主要就还]{{0,2}}{_IS}
        (?:问题|毛病|症结)[主要就]{{0,2}}(?:出在|在于)
        (?:造成|产生|导致|出现|形成|引起|引发|带来|存在)[了出]?{_THESE}{_SOME}{{0,14}}[，,]?\
            (?:{_REASON}|因素|在于|主要是|主观|客观|既|一方面|一是|主要由于|往往|有)
        {_FLAWS}的{_REASON}[主要就还]{{0,2}}{_IS}
        {_THESE}的?{_FLAWS}?的?[，,]?(?:产生|出现|存在|形成|背后|之所以|反映出|暴露出|主要是?(?:由于|因为|源于|缘于|受)\
            |(?:主要|根本|深层次)?{_REASON})
        {_THESE}?的?{_FLAWS}?[，,]?[主要都既也多]{{0,2}}(?:{_BECAUSE}|与{_SOME}{{2,30}}(?:有关|分不开|相关))
        (?:主要)?是?(?:由于|因为|源于|缘于|受制于|归因于)(?=.{{4}})
        [这此](?:既|也|主要|都|固然|一方面)?(?:与|同|跟|{_BECAUSE}|说明|折射|反映)
        (?:主观|客观)(?:上|方面|原因|因素) 从(?:主观|客观|根源|内因|外因)(?:上|方面|来)?(?:看|说|讲|分析)?
        主要(?:是|在于|受|由)(?![：:一二]|[体表]现|反映|集中|指|包括)
        """
    )
)
REASON = re.compile("原因|成因|根源|根子|症结")
# What makes a whole sentence a cause although it opens like any other: …也是原因之一, 这与…有关.
CAUSE_INSIDE = re.compile(
    alternatives(
        rf"""
        (?:是|也是|为|成为)(?:{_SOME}{{0,12}}){_REASON}(?:之一|所在)?[。；;]?$
        [这此]{_SOME}{{0,6}}[与和同跟][^。；;]{{2,60}}(?:有关|密切相关|直接相关|分不开|不无关系|有很大关系|关系很大)[。；;]?$
        (?:所致|造成的|导致的|引起的)[。；;]?$ (?:导致|造成|引发|形成)了?{_THESE}{_SOME}{{0,8}}[。；;]?$
        (?:可能|主要|多|大多|都|正)?是(?:由于|因为)
        """
    )
)
# The side of things that an earlier sentence named: 对于…方面, 在…方面
ASPECT = re.compile(rf"(?:对于|对|在|针对|就|从|关于){_SOME}{{2,20}}(?:方面|问题|上)[，,]|[一二三四五六]?方面")

# ---------------------------------------------------------------- plans, summaries, lead-ins

_NOW = r"(?:以上|上述|这[些一个]?|此|存在的?|前述|查摆(?:出)?的|以上存在的)"
PLAN = re.compile(
    alternatives(
        rf"""
        (?:在)?(?:下一步|下步|接下来|下一阶段|下阶段|下一年度?|今后|往后|未来|明年|来年|新的一年|展望)
        (?:针对|对照|聚焦|围绕){_NOW}(?:的)?{_FLAWS}
        (?:整改|改进|应对|下步|解决)(?:措施|举措|对策|办法|方向|打算)[：:是]
        (?:为此|对此|为解决|为补齐|为破解|对于{_NOW}{_FLAWS}){_SOME}{{0,14}}[，,]?{_SOME}{{0,12}}\
            (?:将|拟|计划|准备|打算|下一步|今后)
        (?:总之|综上)[，,]我{_SOME}{{1,4}}(?:将|要)
        (?:下半年|明年上半年)[，,]?(?:我(?:们|镇|乡|局|区|县|市|街道|委|厅|省|州|旗))?(?:将|拟|计划|打算|重点|要|还要|继续)
        我(?:们|镇|乡|局|区|县|市|街道|委|厅|省|州|旗)?(?:将|拟|计划|打算|准备)\
            (?:继续|进一步|在|从|着力|重点|切实|坚持|持续)
        (?P<year>20[0-9]{{2}})年(?:是[^。；;]{{2,30}}之年|度|我|[，,]|将|拟|计划|要|还将|重点|起|上半年|底前)
        """
    )
)
# What takes up a problem: a plan where problems stand, and part of the story where measures stand.
REMEDY = re.compile(
    r"(?:针对|对照|聚焦|围绕|为此|对此|为解决|为补齐|为破解|对于)(?![^。；;]{0,40}(?:下一步|下步|今后|明年|来年))"
)
PLAN_SIGNS = frozenset("在下接今往未明来新展针对聚围整改应解为总综我2将拟打准力")  # WILL included
SUMMARY = re.compile(
    alternatives(
        rf"""
        总的(?:来)?(?:看|说|讲) 总体(?:上|来)?(?:看|说|讲)? 综上 总之 整体(?:来)?看
        (?:通过|经过)(?:一年|全年|上述|以上|这些|多年|近年|五年|半年){_SOME}{{0,10}}(?:努力|工作|举措|措施|建设|实践)
        (?:一年来|全年|年内)[，,]?(?:全|我|各){_SOME}{{1,10}}(?:法治政府建设|依法行政)[^。；;]{{0,24}}\
            (?:取得|得到|明显|进一步|成效|提升)
        """
    )
)
SUMMARY_SIGNS = frozenset("总综整通经一全年")
HAND_OVER = re.compile(r"如下[：:。]$")
CLOSING = re.compile(
    r"特此|专此|谨此|此(?:报告|汇报|报送|公告)|以上(?:报告|汇报|述法)|妥否|请(?:予)?审[议阅]|请批评指正"
)
# Who signs and when, behind the last sentence of a text without line breaks.
SIGNATURE = re.compile(
    rf"{_SOME}{{2,30}}?(?:政府|委员会|办事处|办公室|[局委厅办]|中心|大队|支队)[ \u3000]*"
    r"20[0-9]{2} ?年 ?[01]?[0-9] ?月 ?(?:[0-3]?[0-9] ?日)?\s*"
)
_THINGS = alternatives("方面 事 事情 实事 大事 重点 工作 任务 问题 不足 举措 措施")
_NUMBER_OF = rf"(?:[二两三四五六七八九十几多][个大方件项点条]?(?:重点|主要|突出)?{_THINGS})"
# A sentence that only announces what follows, closed by a full stop …
LEAD_IN = re.compile(rf"(?:如下|以下[^，,。；;]{{0,10}}|{_NUMBER_OF})[^，,。；;：:”’0-9上]{{0,6}}[：:。]$")
# … or by a colon.
ANNOUNCEMENT = re.compile(
    alternatives(
        f"""如下 以下 {_NUMBER_OF} 主要 表现 体现 重点 着力 {_FLAWS} 距离 原因 成因 根源 打算 计划 工作 任务 做到
        举措 措施
        方面 看到 认识到 安排 思路 方向 统计 数据"""
    )
    + r"[^，,。；;：:]{0,24}[：:]$"
)

# A sentence in front of 一是 that names what the items are: …但仍存在不少问题。
BEFORE_ITEMS = re.compile(rf"(?:{_FLAWS}|{_NUMBER_OF})[^，,。；;：:0-9]{{0,8}}[：:。，,]$")

# ---------------------------------------------------------------- shortcomings

_FALLS = alternatives(
    """有待 待[加提强完改优保规需] 亟[加提强完改优保规需]
    亟[待需须] 需进一步 须进一步 不足 不够 不[高强深严畅实全多准细均力优佳浓广]
    不到位 不平衡
    不充分 不完善 不健全 不规范 不及时 不彻底 不适应 不系统 不明显 不匹配 薄弱 短板 弱项 欠缺 缺乏 缺少 缺失 短缺
    匮乏 紧缺 稀缺
    滞后 单一 参差不齐 流于形式 走过场 脱节 仍然?存在 还存在 依然存在 仍[有需] 还有差距 偏[低弱少慢软] 较[弱低少差慢]
    落后 松懈
    尚未 未能 难以 太少 只有 仅有"""
)
FALLS = re.compile(_FALLS)
# A sentence of a paragraph on measures that turns to what falls short.
_BUT = alternatives("但 但是 然而 不过")
_SEE = alternatives("看到 认识到 意识到 注意到")
SHORTCOMING = re.compile(
    alternatives(
        rf"""
        (?:{_BUT}|同时|与此同时|当然)[，,]?(?:我们|我{_SOME}{{1,3}})?[也还更要应必须]{{1,3}}(?:清醒地?|深刻地?)?{_SEE}
        {_BUT}[^。；;]{{2,60}}{_FALLS} 虽然[^。；;]{{2,60}}[，,]{_BUT} [也还][要应必须]{{1,2}}(?:清醒地?)?看到
        (?:对照|对标|对比|相比|与|同){_SOME}{{2,30}}(?:相比|要求|期盼|期待|标准|目标)?[，,][^。；;]{{0,40}}(?:差距|不足|短板|薄弱)
        (?:目前|当前)?(?:主要|突出|仍|还|依然|也)?存在[的着]?(?:主要|突出|一些|以下|不少)?的?{_FLAWS}
        (?:工作中|我{_SOME}{{1,4}})?[也还仍]然?[存在有]{{1,2}}着?(?:一些|不少|以下|较多)
        (?:个别|部分|少数|一些|有的|有些|不少){_SOME}{{2,24}}[，,]?[^。；;]{{0,30}}{_FALLS}
        """
    )
)
SHORTCOMING_SIGNS = frozenset("但然不同与当虽也还对相目主突仍依存工我个部少一有")
# A clause that takes back something of the measure before it …
YET = re.compile(
    r"(?P<but>但是?(?![^，,。；;]{0,6}(?:也|同时))|然而|不过|可是|遗憾的是|美中不足的是)|由于|受限于|受制于"
    r"|(?:个别|少数|部分|有的|有些|一些)(?=[^，,。；;]{2,})"
)
YET_SIGNS = frozenset("但然不可遗美由受个少部有一")
# … and says what it lacks.
FALLS_SHORT = re.compile(
    _FALLS
    + "|"
    + alternatives(
        """达不到 跟不上 赶不上 没用过 管不了 无法 没有真正 没有完全 不及 不通 未完全 未形成 未全部 不合格 凑数 过场
        走形式 不愿 不敢 不会 不懂 偏[晚多大高] 瓶颈 打折扣 时有发生 居高不下 缺口 空缺 断档
        淡薄 重[^，,。；;]{1,6}轻 应付 偏差 一人多岗 身兼数职 [人案事][多少][人案事][多少] 恐慌 老化 瑕疵
        不一(?=[，,。；;]) 不清 多头 选择性 递减 壁垒 缺位 忙不过来 力不从心 捉襟见肘 不突出 少(?=[，,。；;]) 不信法
        接不住 不及格"""
    )
)
# Work to come, where problems and plans share a part: 将完善…, 拟出台…
WILL = re.compile(r"(?:我[一-鿿]{1,3})?(?:将(?!近)|拟|打算|准备|力争)")
# A clause that goes on with what its subject lacks.
LACKS = re.compile(alternatives("缺乏 缺少 缺失 没有 未 难以 无法 不能 导致 影响 造成 使 存在 仍 还 对"))
# A short sentence that names a shortcoming and is explained by the next: 执法队伍待强化。
EVALUATION = re.compile(rf"{_SOME}{{2,22}}{_FALLS}{_SOME}{{0,8}}。")

# ---------------------------------------------------------------- measures

_ADVERB = alternatives(
    """进一步 持续 不断 深入 积极 全面 大力 扎实 切实 严格 认真 着力 加快 继续 充分 常态化 依法 有效 统筹 稳步 主动
    及时 逐步
    努力 坚决 有序 高效 广泛 定期 精心 重点 每年度? 每学期 每季度 每月 每周 年初 创新 牢固 纵深 全力 坚定 率先 高度
    常年 牢牢 科学"""
)
_VERB = """加强 推进 推动 落实 开展 组织 建立 健全 完善 规范 强化 深化 优化 加大 实施 推行 制定 出台 聘请 指导 打造
    构建 搭建 设立 成立
    配备 召开 举办 化解 排查 调解 处理 办理 办结 受理 审查 审核 清理 公开 执行 培育 选派 投入 购置 做好 抓好 抓实 整治
    查处 打击 发挥 履行"""
_MORE = """提升 提高 加快 坚持 印发 梳理 严格 聘任 配合 创建 创新 印制 发放 贯彻 学习 培养 选聘 招募 安排 纳入 将 把
    对 利用 运用
    抓 做实 做优 做强 压实 接受 自觉接受 听取 带头 引导 扩大 拓宽 畅通 整合 惩治 维护 保障 确保 支持 鼓励 参与 承接
    下放 赋予
    启动 探索 试行 试点 推广 普及 宣传 突出 注重 聚焦 围绕 紧扣 立足 结合 以 按照 在 针对 通过 采取 依托 联合 会同 每
    为 向
    巩固
    夯实 筑牢 严把 严守 压缩 简化 精简 取消 缩短 重视 关注 密切 承办"""
_LINK = r"(?:而且|同时|另外|此外|如(?=[对在]))?[，,]?"
# A verb that begins a measure at the head of a sentence …
ACTION = re.compile(
    rf"{_LINK}(?:我[们镇乡局区县市]?[并还也]?|[一-鿿]{{2,6}}(?:镇|乡|街道|局|区|县|市))?{_ADVERB}{{0,3}}地?"
    + alternatives(f"{_VERB} {_MORE}")
)
# … and behind a comma, where only the plainest verbs count.
VERB = re.compile(rf"{_LINK}{_ADVERB}{{0,3}}地?" + alternatives(_VERB))
# A step to be taken, among plans.
STEP = re.compile(
    rf"{_LINK}(?:将|拟|要|还将|并?计划)?{_ADVERB}{{0,3}}地?"
    + alternatives(
        _VERB
        + """ 编制 谋划 修订 修改 选送 分批选送 组建 完成 拓展 争取 改进 补齐 配齐 配强 充实 招录 招聘 引进 引育 邀请
        分类 评估 理顺 调整 更新 新建 筹建 建设 签订 签约 试点 试行 推广 探索 鼓励 支持 拓宽 畅通 扩大 创新 创建 整合
        引入 用好 盘活 丰富 继续 坚持 紧盯 聚焦 围绕 压实 严格 依托 与 联合 会同 每季度 每半年 每月 每年 每村"""
    )
)
# What a step is for, or how far it is to go: 力争持证率达到100%, 把评查结果与绩效挂钩.
AIM = re.compile(
    alternatives(
        """力争 确保 使 让 实现 做到 达到 形成 把 将 并 且 以 不断 切实 逐步 促进 提高 提升 增强 年底前
        [0-9一二两三]{1,2}年内 为[^，,。；;]{2,30}(?:提供|奠定|作出|贡献|保障)
        (?:推动|推进|努力)[^，,。；;]{2,20}(?:上|迈|再|取得|落地|见效|提升|发展)
        打造 营造 该 由 对 有 做 全面提升 全力"""
    )
)
COUNT = re.compile(r"[0-9０-９](?:\.[0-9]{1,4})?[余多万亿]{0,3}[件次场份个人名起宗户条项处期家元%％册块台篇]")
# A sentence that goes on with the same thing: its results, its details.
SEQUEL = re.compile(
    alternatives(
        rf"""
        其中 并且? 还 也 又 且 从而 进而 确保 做到 切实做到 使 让 有效 有力 营造 形成 实现 达到 引导 促进 据此 为此
        对此 经 该 这
        上述 以上 截至 截止 目前 全年 年内 年底 累计 共 已 均 今年以来 20[0-9]{{2}}年以来 [0-9]+月
        {_SOME}{{1,12}}(?:率|满意度)
        进一步(?:增强|提升|提高|促进|推动|营造|形成) 不断(?:提高|提升|增强) 推动{_SOME}{{0,20}}(?:上|迈|再|取得|落地)
        """
    )
)
# A sequel only by its first words: with another kind of thing that is counted it is a measure of its own.
TIMED = re.compile(r"(?:全年|年内|今年(?:以来)?|20[0-9]{2}年(?:以来)?)(?!.{0,4}(?:累计|共))")
RESULT = re.compile(
    r"(?:下降|减少|少了|降低|压缩|缩短|上升|增长|提高|提升)(?:了|到|至)?[^，,。；;]{0,8}[0-9一二两三四五六七八九十半倍]"
    r"|没有(?:再|一|发生)|无一|未发生|零投诉|零复议"
)
# Leaders, or a session of theirs, as the subject of a clause.
LEADER = re.compile(
    r"[一-鿿]{0,8}?(?:书记|[省市县区镇乡局州盟旗厅]长(?![期效远线])|主要负责(?:人|同志)|主要领导|领导班子|党组会|党委会|常委会|常务会|办公会)"
)
HONOUR = re.compile(
    alternatives(rf"荣获 入选 被评为 获评 蝉联 评为 授予 获得{_SOME}{{2,30}}(?:称号|荣誉|奖) 名列前茅 排名第")
)
