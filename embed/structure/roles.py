"""Which role a passage has: from the headings above, its place, its tense and its wording together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from embed.structure.headings import heading_roles
from embed.structure.outline import Heading
from embed.structure.report import Role

__all__ = ["judge", "section_roles"]

Weights = dict[Role, float]


def section_roles(path: Sequence[Heading]) -> Weights:
    """The roles that the headings above announce, the nearest ones weighing most."""
    weights: Weights = {}
    for heading in path:
        said = heading_roles(heading.text)
        if not said:
            continue
        parts = {role for role, _ in weights.items()}
        if parts & {Role.PROBLEM, Role.PLAN, Role.CAUSE} and said[0][0] not in (Role.PROBLEM, Role.PLAN, Role.CAUSE):
            continue
        weights = dict(said)
    return weights


_CAUSE = re.compile(
    r"究其原因|主要原因|成因在于|原因在于|根子|原因之一|之所以|反过来看|主观原因|问题的产生|这与.{2,40}有关|主要是以往|原因是"
)
_PROBLEM = re.compile(r"有待|不足|不够|欠缺|薄弱|短板|仍存在|仍有差距|不高|不强|不深")
_PLAN = re.compile(r"下一步|明年|今后|将(?!.{0,6}(纳入|作为))")
_BACK = re.compile(
    r"如下[。：:]?$|^特此报告|^专此报告|^以上报告|^总的(?:看|来看|来说)|仍有.{0,10}(?:差距|短板|薄弱之处)[：:。]$"
)


def judge(text: str, path: Sequence[Heading]) -> tuple[Role, float]:
    base = section_roles(path)
    if _BACK.search(text) or not path:
        return Role.BACKGROUND, 0.9
    if Role.PROBLEM in base or Role.CAUSE in base:
        if Role.PLAN in base and _PLAN.search(text):
            return Role.PLAN, 0.7
        if _CAUSE.search(text) or Role.PROBLEM not in base:
            return Role.CAUSE, 0.8
        return Role.PROBLEM, 0.8
    if base:
        return next(iter(base)), 0.8
    return Role.MEASURE, 0.6
