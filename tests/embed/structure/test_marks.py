"""Numbering marks by their shape."""

from __future__ import annotations

import pytest

from embed.structure.marks import Mark, Scheme, han_number, mark_at


@pytest.mark.parametrize(
    ("text", "scheme", "value", "rest"),
    [
        pytest.param("一、工作开展情况", Scheme.HAN, 1, "工作开展情况", id="official level one"),
        pytest.param("十二、附则", Scheme.HAN, 12, "附则", id="twelve"),
        pytest.param("(一)加强领导", Scheme.HAN_PAREN, 1, "加强领导", id="half-width brackets"),
        pytest.param("（二)加强领导", Scheme.HAN_PAREN, 2, "加强领导", id="mixed widths"),
        pytest.param("（ 三 ） 加强领导", Scheme.HAN_PAREN, 3, "加强领导", id="blanks inside and behind"),
        pytest.param("㈣加强领导", Scheme.HAN_PAREN, 4, "加强领导", id="enclosed ideograph"),
        pytest.param("1.普法", Scheme.ARABIC, 1, "普法", id="arabic full stop"),
        pytest.param("２．普法", Scheme.ARABIC, 2, "普法", id="full-width digit"),
        pytest.param("3、普法", Scheme.ARABIC, 3, "普法", id="arabic enumeration comma"),
        pytest.param("⒋普法", Scheme.ARABIC, 4, "普法", id="digit full stop"),
        pytest.param("(5)普法", Scheme.ARABIC_PAREN, 5, "普法", id="arabic brackets"),
        pytest.param("⑹普法", Scheme.ARABIC_PAREN, 6, "普法", id="parenthesized digit"),
        pytest.param("⑦普法", Scheme.CIRCLE, 7, "普法", id="circled digit"),
        pytest.param("第一章 总则", Scheme.CHAPTER, 1, "总则", id="chapter"),
        pytest.param("B.普法", Scheme.LETTER, 2, "普法", id="letter"),
        pytest.param("◆普法", Scheme.BULLET, 0, "普法", id="bullet"),
    ],
)
def test_a_mark_is_known_with_its_value_and_where_its_text_begins(
    text: str, scheme: Scheme, value: int, rest: str
) -> None:
    mark = mark_at(text, 0)

    assert mark is not None
    assert (mark.scheme, mark.value, text[mark.end :], mark.sure) == (scheme, value, rest, True)


@pytest.mark.parametrize("text", ["一)普法", "三 工作安排", "2)普法", "2.3月和9月开展培训"])
def test_a_mark_whose_sign_was_lost_is_doubtful(text: str) -> None:
    mark = mark_at(text, 0)

    assert mark is not None
    assert not mark.sure


@pytest.mark.parametrize(
    "text", ["12.4宪法日宣传", "3·15消费者权益日", "2024年工作", "十三五规划", "1.1.1普法", "普法", ""]
)
def test_numbers_of_the_running_text_are_no_marks(text: str) -> None:
    assert mark_at(text, 0) is None


def test_a_mark_is_looked_for_at_the_given_place_only() -> None:
    assert mark_at("普法1.执法", 2) == Mark(Scheme.ARABIC, 1, 2, 4)
    assert mark_at("普法1.执法", 0) is None


@pytest.mark.parametrize(
    ("text", "value"), [("一", 1), ("十", 10), ("十九", 19), ("二十", 20), ("九十九", 99), ("7", 7), ("甲", 0), ("", 0)]
)
def test_numerals_up_to_ninety_nine_have_a_value(text: str, value: int) -> None:
    assert han_number(text) == value
