"""The frame: which lines are title, number, addressee, text, signature."""

from __future__ import annotations

import pytest

from embed.structure.frame import LinePart
from tests.helpers.documents import framed

LETTER = """青政呈〔2024〕5号
青川县人民政府
关于2023年度法治政府建设情况的报告
市人民政府:
现将有关情况报告如下。
一、主要做法
（一）健全机制。印发年度要点。
特此报告。
青川县人民政府
二〇二四年二月一日
抄送:县委办公室。
青川县人民政府办公室 2024年2月1日印发
"""


def parts(text: str) -> list[tuple[str, str]]:
    return [(line.part.value, line.text) for line in framed(text)[1].lines]


def test_every_part_of_an_official_letter_is_found() -> None:
    assert [part for part, _ in parts(LETTER)] == [
        "doc_number",
        "title",
        "title",
        "addressee",
        "body",
        "body",
        "body",
        "closing",
        "signature",
        "date",
        "copy_to",
        "copy_to",
    ]


def test_each_line_says_where_it_stands() -> None:
    cleaned, frame = framed(LETTER)

    assert all(cleaned.text[line.start : line.end] == line.text for line in frame.lines)
    assert cleaned.text[slice(*frame.body)].startswith("现将")
    assert cleaned.text[slice(*frame.body)].endswith("印发年度要点。")


def test_a_text_that_begins_with_its_first_sentence_has_no_title() -> None:
    assert {part for part, _ in parts("2023年,在区委、区政府领导下,我镇依法行政。\n一、做法\n开展普法三次。")} == {
        "body"
    }


def test_a_hand_over_sentence_is_no_title() -> None:
    assert parts("现将我镇2023年法治政府建设情况报告如下:\n一、做法\n开展普法三次。")[0][0] == "body"


def test_a_title_broken_in_the_middle_of_its_words_is_one_title() -> None:
    found = parts("某河区水务分局2025年法治政府建设\n情况工作报告\n(2026年1月11日)\n2025年,我局依法治水。")

    assert [part for part, _ in found] == ["title", "title", "date_line", "body"]


def test_an_office_is_an_addressee_too() -> None:
    found = parts("平利县2023年法治政府建设情况报告\n县委全面依法治县委员会办公室：\n2023年,平利县依法行政。")

    assert [part for part, _ in found] == ["title", "addressee", "body"]


def test_a_title_printed_again_is_no_text() -> None:
    found = parts("平利县2023年法治政府建设情况报告\n平利县2023年法治政府建设情况报告\n2023年,平利县依法行政。")

    assert [part for part, _ in found if part in ("title", "body")] == ["title", "body"]


def test_an_addressee_at_the_head_of_the_first_paragraph_is_split_off() -> None:
    found = parts("县委、县政府:2025年,县教育局持续深入学习法治思想,依法治校。")

    assert found == [("addressee", "县委、县政府:"), ("body", "2025年,县教育局持续深入学习法治思想,依法治校。")]


def test_a_title_at_the_head_of_a_text_without_breaks_is_split_off() -> None:
    found = parts("平利县2024年度法治政府建设情况报告 2024年,平利县坚持依法行政,全年培训三次。一、做法。开展普法。")

    assert found[0] == ("title", "平利县2024年度法治政府建设情况报告")
    assert found[1][1].startswith("2024年,平利县")


@pytest.mark.parametrize("blank", ["", " "])
def test_a_signature_at_the_end_of_a_text_without_breaks_is_split_off(blank: str) -> None:
    signed = f"苍溪县水利局{blank}2021年12月20日"
    found = parts(f"苍溪县水利局2021年法治政府建设情况报告\n2021年,我局依法行政。以上报告,请予审示。{blank}{signed}")

    assert found[1:] == [("body", "2021年,我局依法行政。以上报告,请予审示。"), ("signature", signed)]


def test_a_sentence_that_ends_in_a_day_is_no_signature() -> None:
    found = parts("2021年,我局依法行政。培训由水利局于12月开展,止于2021年12月20日")

    assert [part for part, _ in found] == ["body"]


@pytest.mark.parametrize("text", ["", "\n\n", "　", "|", "。"])
def test_a_document_without_words_has_a_frame_all_the_same(text: str) -> None:
    _, frame = framed(text)

    assert frame.of(LinePart.TITLE) == ()


def test_lines_of_one_kind_only_are_still_divided() -> None:
    _, frame = framed("一" * 50_000)

    assert [line.part for line in frame.lines] == [LinePart.BODY]
