"""Document numbers with every bracket, and with the brackets lost."""

from __future__ import annotations

import pytest

from embed.structure.doc_number import find_doc_number, is_doc_number_line


@pytest.mark.parametrize(
    ("line", "number", "year"),
    [
        ("遂安委〔2023〕21号", "遂安委〔2023〕21号", 2023),
        ("河委发﹝2017﹞70号", "河委发﹝2017﹞70号", 2017),
        ("金政发[2025]33号", "金政发[2025]33号", 2025),
        ("石发【2016】23号", "石发【2016】23号", 2016),
        ("黔府发(2018)第7号", "黔府发(2018)第7号", 2018),
        ("镇政发 〔2024〕 7 号", "镇政发〔2024〕7号", 2024),
        ("甘区政办发201756号", "甘区政办发201756号", 2017),
        ("文  号:穗南府办函〔2020〕4号", "穗南府办函〔2020〕4号", 2020),
        ("鞍东政〔2024〕6号                签发人:×××", "鞍东政〔2024〕6号", 2024),
    ],
)
def test_a_line_that_is_a_number_gives_it(line: str, number: str, year: int) -> None:
    found = is_doc_number_line(line)

    assert found is not None
    assert (found.text, found.year) == (number, year)


@pytest.mark.parametrize(
    "line", ["根据国发〔2010〕33号文件要求,我镇开展工作。", "粤府令", "〔2024〕6号", "第12号公告发布"]
)
def test_a_number_inside_a_sentence_belongs_to_somebody_else(line: str) -> None:
    assert is_doc_number_line(line) is None


def test_a_labelled_number_is_found_on_the_page() -> None:
    found = find_doc_number("索引号:123 发文字号: 宜府办字〔2005〕111号 有效性:有效")

    assert found is not None
    assert found.text == "宜府办字〔2005〕111号"


def test_a_number_is_found_at_the_head_of_a_value() -> None:
    found = find_doc_number("大政发〔2024〕12号 有效")

    assert found is not None
    assert found.text == "大政发〔2024〕12号"
    assert find_doc_number("无 大政发〔2024〕12号") is None
