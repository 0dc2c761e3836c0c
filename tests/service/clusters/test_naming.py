"""Names from the passages' own words: phrases that can stand alone."""

from __future__ import annotations

import pytest

from service.clusters.naming import name_from, phrases_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一方面是镇里待遇和平台有限，留不住人", ["镇里待遇和平台有限", "留不住人"]),
        ("主要是由于编制总量控制", ["编制总量控制"]),
        ("除涉密的个案留下错误示范外，其余公开", ["其余公开"]),
        ("2024年度健全人民调解组织；存在的问题", ["健全人民调解组织"]),
        ("和", []),
    ],
    ids=["one-hand", "reason", "open-end", "year-and-empty", "short"],
)
def test_a_phrase_begins_and_ends_as_a_name_can(text: str, expected: list[str]) -> None:
    assert phrases_of(text) == expected


def test_where_no_phrase_fits_the_terms_are_the_name() -> None:
    assert name_from(("编制", "待遇", "平台"), [], ["的是"]) == "编制、待遇、平台"


def test_a_clause_of_the_most_central_text_is_better_than_a_list_of_words() -> None:
    assert (
        name_from(("错误", "一闹"), [], ["主要是能力不足的干部多,本领恐慌。", "群众习惯一闹就解决。"])
        == "群众习惯一闹就解决"
    )
    assert name_from(("编制", "待遇"), [], ["基层条件艰苦,留不住人。"]) == "基层条件艰苦"
