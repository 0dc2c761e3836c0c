"""Units: the runs that a paragraph is divided into, and what is known of the paragraph before."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from embed.structure.report import Role

__all__ = ["Context", "Opening", "Unit"]


class Opening(Enum):
    """What made a unit begin."""

    START = "start"  # of the paragraph
    ITEM = "item"  # 一是, 其二
    CAUSE = "cause"
    PLAN = "plan"
    PROBLEM = "problem"  # in a paragraph about something else
    FLAW = "flaw"  # of a measure, in one clause among measures
    SUMMARY = "summary"
    CLOSING = "closing"  # 特此报告
    TOPIC = "topic"  # another measure, problem or plan


class Unit(NamedTuple):
    """A run of the clean text that becomes a passage.

    `announces`: it only leads in what follows; `hands_over`: it ends in a phrase such as 现将情况报告如下.
    """

    start: int
    end: int
    opening: Opening
    announces: bool = False
    hands_over: bool = False


class Context(NamedTuple):
    """What the headings above say of a paragraph.

    `roles` are the roles to expect, `year` is the year reported on; `own_point` says that the paragraph has a heading
    or a number of its own and is not the whole text of a part.
    """

    roles: frozenset[Role] = frozenset()
    year: int | None = None
    own_point: bool = True

    @property
    def expects_problems(self) -> bool:
        return Role.PROBLEM in self.roles or Role.CAUSE in self.roles

    @property
    def only_plans(self) -> bool:
        return Role.PLAN in self.roles and len(self.roles) == 1
