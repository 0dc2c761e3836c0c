"""What the wording of a heading says about the text below it."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from embed.structure.report import Role

__all__ = ["heading_roles", "is_part", "part_name"]

_PART_LENGTH = 30  # characters of the longest un-numbered heading of a part
_PARTS = frozenset({Role.PROBLEM, Role.PLAN, Role.CAUSE, Role.MEASURE})
_SHARE = 0.6  # a role that reaches this share of the heaviest one shares the section with it
_LEAST = 2.0
_PLANNED = 3.0
_JOINED = re.compile("[与和及暨、]|以及")  # 存在的问题及下一步打算: both halves count
# Steps that are still to be taken, behind problems or behind what is to come: 存在问题及解决措施, 下一步工作举措
_REMEDY = re.compile("(?:问题|不足|短板|弱项|困难|差距|下一?步|今后|明年)[^采取]{0,14}(?:措施|举措|办法)$")
_SKIP = re.compile("[\\s“”\"'‘’《》<>〈〉()（）,，、:：。.;；]")


class _Row(NamedTuple):
    """A row of the table: `first` and `last` say that the words stand at that end of a heading."""

    place: int  # in the table: rows take effect in its order
    role: Role
    weight: float
    words: str
    first: bool
    last: bool


# The plain names of parts, whole: 存在的主要问题及原因分析, not 执法力量不足.
_FLAWS = "(?:问题|不足|困难|短板|弱项|差距|薄弱环节|难点)(?:之处)?"
_STEPS = (
    "(?:(?:下一?步|下一?阶段|下一?年度?|下半年|今后|明年|来年)的?)?(?:推进)?(?:法治政府建设)?的?(?:主要|重点|努力)?"
    "(?:工作)?的?(?:主要|重点)?(?:打算|计划|安排|思路|规划|举措|措施|方向|谋划|重点)|下一?步(?:工作)?|工作展望|对策建议"
)
_WHY = "(?:产生|存在)?的?(?:主要)?原因(?:分析|剖析)?"
_DONE = (
    "(?:主要|重点|重要|特色|年度|所做)?(?:工作|做法|举措|措施|成效|成果|亮点)(?:开展|推进|完成|落实)?(?:情况)?"
    "(?:[和与及、以]{1,2}(?:取得的?|工作|突出|主要){0,2}(?:成效|成果|做法|成绩|亮点|举措))?|(?:总体|基本|建设|履职)情况"
)
_PART_NAME = re.compile(
    "(?:20[0-9]{2}年度?)?(?:(?:推进|深化|加强)?(?:法治政府建设|依法行政|法治建设|法治工作)(?:工作)?[中的]?)?"
    f"(?:(?:当前|目前|工作中)?[仍还尚]?(?:存在[着的]?)?(?:主要|突出|一些)?{_FLAWS}"
    f"(?:[和与及、以]{{1,2}}(?:(?:主要)?{_FLAWS}|(?:整改|改进)?{_STEPS}|{_WHY}))?"
    f"|(?:整改|改进)?(?:{_STEPS})|(?:问题|不足)?{_WHY}|{_DONE})"
)


@lru_cache(maxsize=1)
def _table() -> dict[str, list[_Row]]:
    """Rows by the first two characters of their words, or the only one."""
    rows: dict[str, list[_Row]] = {}
    text = resources.files("embed.structure").joinpath("data/headings.tsv").read_text(encoding="utf-8")
    for place, line in enumerate(text.splitlines()):
        if line and not line.startswith("#"):
            role, weight, words = line.split("\t")
            plain = words.strip("^$")
            row = _Row(place, Role(role), float(weight), plain, words.startswith("^"), words.endswith("$"))
            rows.setdefault(plain[:2], []).append(row)
    return rows


def _found(plain: str) -> list[_Row]:
    """The rows whose words stand in a heading, in the order of the table."""
    table, end = _table(), len(plain)
    found: set[_Row] = set()
    for start in range(end):
        for key in (plain[start : start + 2], plain[start]):
            if key not in table:
                continue
            for row in table[key]:
                at_ends = not (row.first and start) and not (row.last and start + len(row.words) != end)
                if at_ends and plain.startswith(row.words, start):
                    found.add(row)
    return sorted(found)


@lru_cache(maxsize=8192)
def heading_roles(heading: str) -> tuple[tuple[Role, float], ...]:
    """The roles that a heading announces, heaviest first, with their weights; empty when it announces none."""
    plain = _SKIP.sub("", heading)[:120]
    weights: dict[Role, float] = {}
    for row in _found(plain):
        role, weight = row.role, row.weight
        weights[role] = max(weights.get(role, 0.0), weight) if weight > 0 else weights.get(role, 0.0) + weight
    ahead = max(weights.get(Role.PROBLEM, 0.0), weights.get(Role.PLAN, 0.0))
    if ahead >= _LEAST and _REMEDY.search(plain):
        weights.pop(Role.MEASURE, None)
        weights[Role.PLAN] = max(weights.get(Role.PLAN, 0.0), _PLANNED)
    best = max(weights.values(), default=0.0)
    if best < _LEAST:
        return ()
    least = _LEAST if _JOINED.search(heading) else max(_SHARE * best, 1.0)
    kept = [(role, weight) for role, weight in weights.items() if weight >= least]
    return tuple(sorted(kept, key=lambda pair: (-pair[1], pair[0].value)))


def is_part(text: str) -> bool:
    """Whether a heading opens a whole part of the report, whatever its number, rather than a point of one."""
    return len(text) <= _PART_LENGTH and any(role in _PARTS and weight >= 3 for role, weight in heading_roles(text))


def part_name(text: str, start: int = 0, end: int | None = None) -> int:
    """Where the plain name of a part that begins at `start` ends; `start` when there is none."""
    found = _PART_NAME.match(text, start, len(text) if end is None else end)
    return found.end() if found else start
