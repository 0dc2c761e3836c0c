"""What headings say about the role of the text below them."""

from __future__ import annotations

import pytest

from embed.structure.headings import heading_roles, part_name
from embed.structure.report import Role


def roles(heading: str) -> set[str]:
    return {role.value for role, _ in heading_roles(heading)}


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("主要负责人履行推进法治政府建设第一责任人职责的情况", "leadership"),
        ("加强组织领导,夯实法治基础", "leadership"),
        ("充分发挥“关键少数”的示范引领作用", "leadership"),
        ("2022年度推进法治政府建设的主要举措及成效", "measure"),
        ("主要做法", "measure"),
        ("工作开展情况", "measure"),
        ("存在的主要不足", "problem"),
        ("目前存在的主要问题", "problem"),
        ("薄弱环节", "problem"),
        ("原因分析", "cause"),
        ("产生上述问题的根源", "cause"),
        ("2025年法治政府建设工作规划", "plan"),
        ("下步打算", "plan"),
        ("下一步工作举措", "plan"),
        ("主要措施", "measure"),
        ("统一指导思想,提高政治站位", "background"),
    ],
)
def test_a_heading_announces_one_role(heading: str, role: str) -> None:
    assert roles(heading) == {role}


@pytest.mark.parametrize(
    ("heading", "both"),
    [
        ("存在的问题及下一步工作打算", {"problem", "plan"}),
        ("2024年度法治政府建设存在的问题与原因", {"problem", "cause"}),
        ("领导带头和今后安排", {"leadership", "plan"}),
        ("存在问题及下一步措施", {"problem", "plan"}),
        ("存在问题和解决措施", {"problem", "plan"}),
    ],
)
def test_a_heading_of_two_halves_announces_both(heading: str, both: set[str]) -> None:
    assert roles(heading) == both


@pytest.mark.parametrize(
    "heading",
    [
        "规范行政执法行为,建设执法严明的法治政府",
        "密切跟踪人民群众反映强烈的治安问题",
        "聚焦突出问题整治",
        "坚持问题导向,补齐短板",
        "化解历史遗留问题",
        "",
    ],
)
def test_a_heading_about_a_measure_announces_no_part(heading: str) -> None:
    assert not roles(heading) & {"problem", "cause", "plan"}


def test_blanks_and_signs_in_a_heading_do_not_matter() -> None:
    assert heading_roles("存 在 的 问 题：") == heading_roles("存在的问题")
    assert heading_roles("存在的问题")[0][0] is Role.PROBLEM


@pytest.mark.parametrize(
    "name",
    [
        "存在的问题",
        "存在的主要问题及原因分析",
        "当前存在的不足和下一步工作打算",
        "2025年法治政府建设工作计划",
        "主要做法和成效",
        "推进法治政府建设存在的不足",
        "下一步",
        "整改措施",
        "工作开展情况",
        "原因分析",
    ],
)
def test_the_name_of_a_part_is_known_where_its_text_follows_without_a_sign(name: str) -> None:
    assert part_name(name + "少数干部学法不够", 0) == len(name)


@pytest.mark.parametrize("words", ["执法力量不足", "规范行政执法", "群众办事困难", "完善工作计划"])
def test_a_heading_that_only_ends_like_a_part_does_not_name_one(words: str) -> None:
    assert part_name(words) == 0
