"""The words of the cluster report in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from embed.structure.report import Role
from service.clusters.clustering import Count
from service.clusters.statistics import Rate, Trend

__all__ = ["LANGUAGES", "Terms", "percent", "terms"]

LANGUAGES = ("zh", "en")

_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("法治政府建设年度报告聚类报告", "Cluster report on law-based government"),
    "summary": ("摘要", "Summary"),
    "measures": ("常见举措", "Common measures"),
    "problems": ("存在问题", "Problems"),
    "plans": ("工作打算", "Plans"),
    "causes": ("原因", "Causes"),
    "recurring": ("反复出现的问题", "Recurring problems"),
    "heat": ("地区与举措", "Regions and measures"),
    "diffusion": ("举措的扩散", "How measures spread"),
    "map": ("段落分布图", "Map of passages"),
    "coverage": ("对照《法治政府建设实施纲要（2021—2025年）》", "Held against the outline 2021–2025"),
    "distinctive": ("特色做法", "Distinctive passages"),
    "reuse": ("文字沿用", "Reused wording"),
    "gaps": ("问题、打算与落实", "Problems, plans and what followed"),
    "method": ("方法与局限", "Method and limits"),
    "evidence": ("依据段落", "Evidence"),
    "id": ("编号", "Id"),
    "name": ("名称", "Name"),
    "outline": ("纲要", "Outline"),
    "reports": ("报告", "Reports"),
    "share": ("占比", "Share"),
    "interval": ("95%区间", "95% interval"),
    "regions": ("地区", "Regions"),
    "provinces": ("省份", "Provinces"),
    "levels": ("层级", "Levels"),
    "trend": ("趋势", "Trend"),
    "passages": ("段落", "Passages"),
    "years": ("年度", "Years"),
    "year": ("年度", "Year"),
    "region": ("地区", "Region"),
    "terms": ("区别词", "Terms"),
    "again": ("多年出现的地区", "Places with it in several years"),
    "representative": ("代表段落", "Representative passages"),
    "divergent": ("差异较大的段落", "Divergent passages"),
    "outside": ("纲要之外", "outside the outline"),
    "alone": ("未归类的段落", "Passages left alone"),
    "copied": ("沿用他文的段落", "Copied passages"),
    "item": ("项目", "Item"),
    "about": ("内容", "About"),
    "never": ("没有报告提及的项目", "Items that no report mentions"),
    "first": ("首次出现", "First seen"),
    "fresh": ("新增地区", "New places"),
    "total": ("累计地区", "Places so far"),
    "text": ("段落原文", "Passage"),
    "citation": ("出处", "Source"),
    "missing": ("未提及的项目", "Items not mentioned"),
    "open_problems": ("没有对应打算的问题", "Problems that no plan takes up"),
    "open_plans": ("上年打算、次年报告未提及", "Last year's plans that the next report does not mention"),
    "follow_ups": ("问题与其后的举措", "Problems and the measures that followed"),
    "problem": ("问题", "Problem"),
    "measure": ("举措", "Measure"),
    "nearest": ("最接近的段落", "Nearest passage"),
    "units": ("单位", "Units"),
    "limits": ("局限", "Limits"),
    "few": ("不足5份，仅供参考", "fewer than 5 reports"),
    "none": ("没有", "none"),
    "unknown": ("不详", "unknown"),
    "unknown_place": ("地区不详", "place unknown"),
    "contents": ("目录", "Contents"),
    "support": ("名称依据", "Support of the name"),
    "pinned": ("人工固定", "pinned"),
    "description": ("说明", "Description"),
    "no_data": ("没有这类内容。", "Nothing of this kind."),
    "no_years": ("需要两个以上年度的报告。", "Reports of two or more years are needed."),
    "sample": ("图中为抽样", "a sample is shown"),
    "others": ("另有{n}项未列出", "{n} more not listed"),
    "confidence": ("把握", "Confidence"),
    "file": ("文件", "File"),
    "position": ("起止", "Offsets"),
    "heading": ("标题", "Heading"),
    "of": ("报告总数", "of"),
    "members": ("段落清单", "Members"),
    "passage_id": ("段落编号", "Passage"),
    "report": ("报告", "Report"),
    "by_year": ("地区与年度", "Regions and years"),
    "role": ("类型", "Role"),
    "note": ("提示", "Note"),
}
_LEVELS = {
    "province": ("省级", "province"),
    "city": ("市级", "city"),
    "county": ("县级", "county"),
    "township": ("乡镇（街道）", "township"),
    "department": ("部门", "department"),
    "unknown": ("层级不详", "unknown level"),
}
_TRENDS = {
    Trend.RISING: ("上升 ↗", "rising ↗"),
    Trend.FALLING: ("下降 ↘", "falling ↘"),
    Trend.STEADY: ("平稳 →", "steady →"),
    Trend.UNKNOWN: ("资料不足", "too few data"),
}
_ROLES = {Role.MEASURE: "measures", Role.PROBLEM: "problems", Role.PLAN: "plans", Role.CAUSE: "causes"}


class Terms:
    """The words of one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._place = LANGUAGES.index(lang)

    def __getitem__(self, key: str) -> str:
        return _WORDS[key][self._place]

    def level(self, level: str) -> str:
        return _LEVELS[level][self._place]

    def trend(self, trend: Trend) -> str:
        return _TRENDS[trend][self._place]

    def role(self, role: Role) -> str:
        return self[_ROLES[role]]

    def choose(self, zh: str, en: str) -> str:
        """One of two texts by the language."""
        return (zh, en)[self._place]

    def count(self, count: Count) -> str:
        """35/41."""
        return f"{count.number}/{count.of}"

    def rate(self, rate: Rate) -> str:
        """35/41（85%）, with an asterisk where it rests on few reports."""
        mark = "*" if rate.few else ""
        return f"{self.count(rate.count)}{mark}" + self.choose(f"（{percent(rate)}）", f" ({percent(rate)})")

    def interval(self, rate: Rate) -> str:
        """72%–93%."""
        return f"{rate.low:.0%}–{rate.high:.0%}"


def percent(rate: Rate) -> str:
    """The share in whole percent."""
    return f"{rate.count.share:.0%}"


def terms(lang: str) -> Terms:
    """The words of a language.

    Raises:
        ValueError: a language that is not there.
    """
    return Terms(lang)
