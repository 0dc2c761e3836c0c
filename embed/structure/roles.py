"""Which role a passage has: from the headings above, its place, its tense and its wording together.

Each role gets a score; the confidence is the softmax of the best one. Headings and lead-ins weigh most, the opening of
the passage (究其原因, 下一步) decides against them, and single wordings only tip the scale.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from embed.structure.cues import CueCounts
from embed.structure.headings import heading_roles
from embed.structure.outline import Heading
from embed.structure.report import Role
from embed.structure.topics import families
from embed.structure.units import Opening

__all__ = ["HeadingWeights", "Situation", "announced_role", "judge", "section_roles"]

HeadingWeights = dict[Role, float]
_PARTS = frozenset({Role.PROBLEM, Role.PLAN, Role.CAUSE})
_ROLES = tuple(Role)
_PLACE = {role: place for place, role in enumerate(_ROLES)}
_MEASURE, _PROBLEM, _CAUSE, _PLAN, _LEADERSHIP, _ = range(len(_ROLES))
_OPENED = {
    Opening.CAUSE: (_CAUSE, 9.0),
    Opening.PLAN: (_PLAN, 6.0),
    Opening.PROBLEM: (_PROBLEM, 6.0),
    Opening.FLAW: (_PROBLEM, 6.0),
}
_PLAIN = 3.0  # weight of plain wording: 存在的问题
_NO_LEADER = -1.2  # of a measure under the leaders' heading in which no leader does anything
_LONG_HEADING = 20  # a longer heading among measures names a measure, whatever words it holds
_SELF = re.compile(r"本人|我们|我(?![市县区镇乡局街省州旗厅院校委办国])")
_PERSONAL = re.compile(r"第一责任人|亲自")  # said of nobody but the leaders themselves
# A sentence that begins with the leaders: 镇党委书记、镇长坚持…
_SUBJECT = re.compile(
    r"(?:[一二三四五六]是)?[^，,。；;]{0,8}(?:书记|[省市县区镇乡局州盟旗厅]长|主要负责(?:人|同志)|主要领导)(?!牵头)"
)
# 对上述差距，局长没有只听汇报, but not 部分乡镇主要领导重视不够
_LEADERS_ACT = re.compile(
    r"(?![^。；;]{0,16}(?:个别|部分|少数|一些|有的|有些|不少))(?:[对针就][^，,。；;]{2,12}[，,])?"
    r"[^，,。；;]{0,8}(?:书记|[省市县区镇乡局州盟旗厅]长)(?![^。；;]{0,24}(?:不够|不足|不强|不高|不到位|有待))"
)
_PLANS = re.compile(
    r"下一步|下步|今后|明年|来年|将(?!(?:有关|相关|主要|具体)?情况)|重点(?:做好|抓好)|打算|计划|安排|整改|改进措施|对策|针对(?:以上|上述|这些)"
)
_HANDS_OVER = re.compile(r"现[将就]|(?:报告|汇报|总结|通报|公布|公开)如下")
_CAUSES = re.compile(r"原因|成因|根源|根子|症结|之所以")
_PROBLEMS = re.compile(r"不足|问题|短板|薄弱|差距|困难|弱项|难点|短处|距离|难题|毛病|欠账|做得不|没做好|如人意")


class Situation(NamedTuple):
    """All that is known about a passage when its role is judged.

    `headings` is what `section_roles` says, `announced` what a lead-in in front announced; `cues` counts wordings,
    `topics` weighs the kinds of measure in it; `year` is the year reported on; `counts` says how often it counts.
    """

    headings: Mapping[Role, float] = MappingProxyType({})
    announced: Role | None = None
    opening: Opening = Opening.START
    cues: CueCounts = CueCounts()
    topics: Mapping[str, float] = MappingProxyType({})
    year: int | None = None
    counts: int = 0


def section_roles(path: Sequence[Heading]) -> HeadingWeights:
    """The roles that the headings above announce, with their weights.

    A part of problems, causes or plans keeps its points, whatever their headings speak of, unless one of them names
    causes or plans; elsewhere the nearest heading that announces anything decides.
    """
    weights: HeadingWeights = {}
    for heading in path:
        said = dict(heading_roles(heading.text))
        if heading.depth > 1:  # a point of a part has to be plain about being something else
            said = {role: weight for role, weight in said.items() if role not in _PARTS or weight >= _PLAIN}
        inner = set(said) & _PARTS
        if set(weights) & _PARTS:
            if not inner & {Role.CAUSE, Role.PLAN} or Role.MEASURE in said or Role.LEADERSHIP in said:
                continue
        elif weights and inner and len(heading.text) > _LONG_HEADING:
            continue
        weights = said or weights
    return weights


def announced_role(text: str) -> Role | None:
    """The role of what a lead-in announces; None when it does not tell, as in 现将有关情况报告如下."""
    if _HANDS_OVER.search(text):
        return None
    if _CAUSES.search(text):
        return Role.CAUSE
    if _PLANS.search(text):
        return Role.PLAN
    return Role.PROBLEM if _PROBLEMS.search(text) else None


def judge(text: str, situation: Situation) -> tuple[Role, float]:
    """The role of one passage and the confidence in it, 0 … 1."""
    scores = _expected(situation)
    cues = situation.cues
    scores[_PROBLEM] += 0.5 * min(cues.shortfall, 4)
    next_year = situation.year is not None and f"{situation.year + 1}年" in text[:40]
    scores[_PLAN] += 0.6 * min(cues.future, 3) + 1.2 * next_year
    own, other = _shares(situation.topics)
    scores[_MEASURE] += 0.3 * min(cues.done + situation.counts, 3) + 0.5 * min(max(other - 1, 0), 3)
    scores[_LEADERSHIP] += _leaders(text, situation, own)
    best = max(scores)
    total = sum([math.exp(score - best) for score in scores])
    return _ROLES[scores.index(best)], round(1 / total, 3)


def _expected(situation: Situation) -> list[float]:
    """What the headings, a lead-in and the opening of the passage let expect, in the order of the roles."""
    scores = [0.0] * len(_ROLES)
    headings, announced = situation.headings, situation.announced
    scores[_MEASURE] = 1.0 if headings or announced else 2.0
    if announced:
        scores[_PLACE[announced]] += 4.0
    else:
        for role, weight in headings.items():
            scores[_PLACE[role]] += _expectation(role, weight, headings)
    if situation.opening in _OPENED:
        place, weight = _OPENED[situation.opening]
        scores[place] += weight
    return scores


def _expectation(role: Role, weight: float, headings: Mapping[Role, float]) -> float:
    if role is Role.LEADERSHIP:
        return 0.9 * (weight - 1)
    if role is Role.CAUSE and Role.PROBLEM in headings:
        return 1.0
    return 2.5 if len(headings) > 1 else 3.0


def _in_part(situation: Situation) -> bool:
    return situation.announced in _PARTS or not _PARTS.isdisjoint(situation.headings)


@lru_cache(maxsize=1)
def _own_topics() -> frozenset[str]:
    """The kinds of measure that are the leaders' own: leading, planning, assessing."""
    return frozenset(topic for topic, kin in families().items() if "lead" in kin)


def _shares(topics: Mapping[str, float]) -> tuple[int, float]:
    """How many kinds of measure are the leaders' own, and the weight of the heaviest other one."""
    own_topics = _own_topics()
    own, other = 0, 0.0
    for topic, weight in topics.items():
        if topic in own_topics:
            own += 1
        elif weight > other:
            other = weight
    return own, other


def _leaders(text: str, situation: Situation, own: int) -> float:
    """What speaks for the leaders' own duties; `own` kinds of measure are theirs."""
    leaders, duties = min(situation.cues.leader, 3), min(situation.cues.duty, 4)
    evidence = 0.5 * leaders + 0.6 * duties + 0.5 * min(own, 2) + (1.0 if leaders and _SUBJECT.match(text) else 0.0)
    if Role.LEADERSHIP in situation.headings:
        if not evidence and situation.topics:
            return _NO_LEADER
        return evidence + (0.5 if duties and not leaders and _SELF.search(text) else 0.0)
    if leaders and duties >= 3 and not _in_part(situation) and _PERSONAL.search(text):
        return evidence + 1.5
    if leaders >= 2 and _in_part(situation) and _LEADERS_ACT.match(text):
        return evidence + 4.5  # what the leaders did about it
    return evidence * (0.6 if leaders else 0.3)
