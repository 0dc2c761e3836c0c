from __future__ import annotations

import pytest

from embed.exceptions import QueryError
from embed.structure.report import Role
from service.similar.query import LONGEST_TEXT
from service.similar.questions import Form, preferred_roles, understand_text

PROBLEM = [
    "哪些地方缺少执法力量",
    "普法流于形式",
    "数据壁垒",
    "群众遇事不找法的情况多吗，法治观念淡薄",
    "Which counties are short of lawyers?",
    "lack of funding for enforcement",
    "officials do not follow procedures",
]
PRACTICE = [
    "人民调解怎么做",
    "首违不罚清单",
    "如何解决困难群众的法律援助",
    "不动产登记一窗受理",
    "信访积案化解",
    "How do towns organise mediation?",
    "non-litigation dispute resolution",
    "legal aid for low-income residents",
]


@pytest.mark.parametrize("text", PROBLEM)
def test_a_question_about_shortcomings_prefers_problems(text: str) -> None:
    assert preferred_roles(text)[0] is Role.PROBLEM


@pytest.mark.parametrize("text", PRACTICE)
def test_a_question_about_practice_prefers_measures(text: str) -> None:
    assert preferred_roles(text)[0] is Role.MEASURE


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("执法不规范的原因是什么", Role.CAUSE),
        ("下一步打算怎么抓普法", Role.PLAN),
        ("why are case files poor", Role.CAUSE),
    ],
)
def test_causes_and_plans_are_asked_for_by_their_words(text: str, role: Role) -> None:
    assert preferred_roles(text)[0] is role


def test_traditional_text_is_folded_to_simplified() -> None:
    assert understand_text("人民調解怎麼做").text == understand_text("人民调解怎么做").text
    assert understand_text("人民調解怎麼做").terms == understand_text("人民调解怎么做").terms


def test_english_is_told_by_its_letters() -> None:
    assert understand_text("people's mediation (人民调解)").language == "en"
    assert understand_text("推广12345热线APP").language == "zh"


def test_english_terms_are_topics_of_the_genre() -> None:
    assert "@mediation" in understand_text("people's mediation").terms


def test_quoted_words_must_occur() -> None:
    assert understand_text("“解纷超市”怎么建").quoted == ("解纷超市",)
    assert understand_text('"解纷超市"和「说事室」').quoted == ("解纷超市", "说事室")


def test_quoted_english_cannot_occur_in_chinese_reports() -> None:
    assert understand_text('the "three systems" reform').quoted == ()


def test_quotation_marks_inside_a_pasted_passage_ask_for_nothing() -> None:
    text = "全年围绕“三项制度”开展执法检查12次，“双随机、一公开”抽查市场主体320户，整改率百分之百，群众满意度明显提升。"

    asked = understand_text(text)

    assert asked.form is Form.PASSAGE
    assert asked.quoted == ()


def test_a_short_text_or_a_question_is_a_question() -> None:
    assert understand_text("普法").form is Form.QUESTION
    assert understand_text("请问" + "各地都是怎样开展普法宣传活动" * 5 + "的？").form is Form.QUESTION


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        ("   \n", "empty"),
        ("法", "single character"),
        ("2024", "only numbers"),
        ("。，！？", "only numbers"),
        ("１２３", "only numbers"),
    ],
)
def test_a_text_with_nothing_to_look_for_is_refused(text: str, word: str) -> None:
    with pytest.raises(QueryError, match=word):
        understand_text(text)


def test_a_megabyte_of_text_is_refused_with_its_length() -> None:
    with pytest.raises(QueryError, match="1,000,000") as caught:
        understand_text("法" * 1_000_000)
    assert f"{LONGEST_TEXT:,}" in caught.value.message
