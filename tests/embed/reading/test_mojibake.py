"""Wrongly decoded text is repaired where it can be, and its remnants go."""

from __future__ import annotations

import pytest

from embed.reading import RemovalReason, clean
from tests.embed.reading.helpers import cleaned, removed, source

LINE = "2023年，我镇推进法治政府建设，完善行政执法制度，加强普法宣传，取得成效。"


@pytest.mark.parametrize("garbled", [LINE.encode("gb18030").decode("latin-1"), LINE.encode().decode("latin-1")])
def test_bytes_read_as_latin_1_come_back_whole(garbled: str) -> None:
    assert cleaned(garbled) == LINE


def test_utf_8_read_as_gb_comes_back_but_for_what_was_lost() -> None:
    garbled = LINE.encode().decode("gb18030", errors="replace")

    assert cleaned(garbled) == LINE.rstrip("。")
    assert removed(garbled) == [(RemovalReason.MOJIBAKE, garbled)]


def test_every_repaired_character_points_at_its_own_bytes() -> None:
    text = clean(source("甲\n" + LINE.encode("gb18030").decode("latin-1")))

    start = text.text.index("法治")
    span = text.source_span(start, start + 2)
    assert source("甲\n" + LINE.encode("gb18030").decode("latin-1")).text[span[0] : span[1] + 1] == "·¨ÖÎ"


def test_ordinary_text_with_accents_is_no_mojibake() -> None:
    text = "引进 Müller、Société Générale 等企业，开展涉外法律服务。"

    assert cleaned(text) == text


@pytest.mark.parametrize(
    ("garbled", "repaired"),
    [
        ("?ㄒ唬", "（一）"),
        ("?ǘ", "（二）"),
        ("?ㄈ", "（三）"),
        ("?ㄋ模", "（四）"),
        ("?ㄎ澹", "（五）"),
        ("?ㄆ撸", "（七）"),
        ("?ò耍", "（八）"),
        ("?ň牛", "（九）"),
        ("?ㄊ", "（十）"),
    ],
)
def test_a_number_whose_first_byte_was_lost_is_restored(garbled: str, repaired: str) -> None:
    assert cleaned(f"主要做法\n{garbled}加强学习") == f"主要做法\n{repaired}加强学习"


def test_characters_that_slipped_along_are_read_anew_until_the_bytes_meet_again() -> None:
    assert cleaned("?。ㄒ唬┩七M依法行政，夯实基础。") == "。（一）推进依法行政，夯实基础。"
    assert cleaned("?ㄒ唬┘訌姺ㄖ谓ㄔO") == "（一）加强法治建设"


def test_a_plan_that_lost_its_characters_is_named_by_the_years_of_the_text() -> None:
    assert cleaned("2006年成效明显?！笆濉睍r期法治建设") == "2006年成效明显。“十五”时期法治建设"
    assert cleaned("2018年成效明显?！笆濉睍r期法治建设") == "2018年成效明显。“十三五”时期法治建设"
    assert cleaned("推进?笆奈濉睍r期法治建设") == "推进“十四五”时期法治建设"


def test_lost_indents_before_a_lost_number_go_with_it() -> None:
    assert cleaned("总则\n???ㄒ唬加强学习。\n?ㄈ严格执法。") == "总则\n（一）加强学习。\n（三）严格执法。"


def test_question_marks_for_lost_indents_go() -> None:
    assert cleaned("??2023年，全镇推进依法行政。\n?（一）学习\n为什么要学法?") == (
        "2023年，全镇推进依法行政。\n（一）学习\n为什么要学法?"
    )


def test_pinyin_glosses_go_and_other_brackets_stay() -> None:
    text = "建設(shè)情況的報(bào)告,關(guān)于干部們(men)學(xué)法,使用平臺(app)和裝備(GPS)"

    assert cleaned(text) == "建设情况的报告,关于干部学法,使用平台(app)和装备(GPS)".replace("干部学", "干部们学")


def test_invisible_characters_and_strange_spaces_go() -> None:
    text = "\ufeff推\u200b进\u00ad依法\u00a0行政\ue5e5，\u3000⼀是加强⽴法"

    assert cleaned(text) == "推进依法 行政， 一是加强立法"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("落实制度,,加强宣传", "落实制度,加强宣传"),
        ("落实制度，。加强宣传", "落实制度。加强宣传"),
        ("落实制度；，加强宣传", "落实制度；加强宣传"),
        ("一是学习。。。二是宣传", "一是学习。。。二是宣传"),
    ],
)
def test_marks_that_stand_twice_stand_once(text: str, result: str) -> None:
    assert cleaned(text) == result


@pytest.mark.parametrize(
    "line",
    [
        "青石桥镇2023年度法治政府建设工作情况报告",
        "市人民政府：",
        "云岭市水利局",
        "某某县司法局工作报告",
        "依法行政",
    ],
)
def test_short_lines_of_utf_8_that_were_read_as_gb_are_repaired(line: str) -> None:
    assert cleaned(line.encode().decode("gb18030", errors="replace")) == line


@pytest.mark.parametrize(
    "line", ["漓江、澧县、溆浦县、渌口区、浔阳区开展执法检查", "錄取名單：鋼鐵企業、鎮街道錢款", "漯河"]
)
def test_rare_characters_of_names_are_no_wrong_table(line: str) -> None:
    assert removed(line) == []
