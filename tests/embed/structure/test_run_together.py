"""Headings that lost the stop between them and their text."""

from __future__ import annotations

import pytest

from tests.helpers.structure import outline_of, roles_of

HEAD = "某镇2023年法治政府建设情况报告\n2023年,某镇认真推进依法行政。现将有关情况报告如下。\n"


@pytest.mark.parametrize(
    ("items", "headings"),
    [
        pytest.param(
            "(一)加强普法全年宣讲6场,发放资料3000份。\n(二)规范执法组织执法人员参加培训4次,12人取证。\n",
            ["加强普法", "规范执法"],
            id="a verb and its object",
        ),
        pytest.param(
            "1、学法用法常态化镇党政领导班子会前学法10次。\n2、矛盾调处多元化建立调解室3个,调处纠纷77件。\n",
            ["学法用法常态化", "矛盾调处多元化"],
            id="what was reached",
        ),
    ],
)
def test_headings_without_a_stop_are_known_where_a_list_is_built_so(items: str, headings: list[str]) -> None:
    assert [heading for _, _, heading in outline_of(HEAD + "一、主要工作\n" + items)][1:] == headings


def test_the_name_of_a_part_is_known_without_a_stop() -> None:
    text = (
        HEAD + "一、主要工作\n全年办案12件。\n二、存在的不足少数干部学法不够深入,运用法治方式解决问题的能力有待提高。\n"
    )

    assert outline_of(text) == [(1, "一、", "主要工作"), (1, "二、", "存在的不足")]
    assert roles_of(text)[-1] == ("problem", "少数干部学法不够深入,运用法治方式解决问题的能力有待提高。")


@pytest.mark.parametrize(
    "items",
    [
        pytest.param(
            "(一)组织干部开展学法活动12次。\n(二)聘请律师审查合同36份。\n", id="one does something to another"
        ),
        pytest.param("(一)认真贯彻落实三项制度，办案12件。\n(二)积极组织开展普法6次。\n", id="adverbs"),
        pytest.param(
            "(一)加强普法全年宣讲6场。\n(二)案卷评查两次，评查案卷60卷。\n(三)聘请顾问2名。\n", id="one of three"
        ),
        pytest.param("(一)存在问题整改到位，反馈的12个问题全部销号。\n(二)全年办案9件。\n", id="a part's name goes on"),
    ],
)
def test_items_that_only_look_so_are_no_headings(items: str) -> None:
    assert outline_of(HEAD + "一、主要工作\n" + items) == [(1, "一、", "主要工作")]


def test_the_name_of_a_part_may_end_in_a_colon_on_its_own_line() -> None:
    text = HEAD + "主要做法:\n全年办案12件,无一被撤销。\n存在问题:\n执法人员不足,人少事多。\n"

    assert outline_of(text) == [(1, "", "主要做法"), (1, "", "存在问题")]


def test_what_stands_before_the_first_part_on_problems_is_not_all_opening() -> None:
    text = (
        "某镇2023年法治政府建设情况报告\n2023年,某镇认真推进依法行政。\n全年开展执法检查38次,整改隐患95处。\n"
        "存在问题:\n执法人员不足,人少事多。\n"
    )

    assert [role for role, _ in roles_of(text)] == ["background", "measure", "problem"]
