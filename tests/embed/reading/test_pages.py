"""Lines with places on a page: which of them fill their measure, and what goes on behind them."""

from __future__ import annotations

import hashlib

import pytest

from embed.reading import CleanText, FileKind, RemovalReason, SourceDocument, clean
from embed.reading.pages import PrintedLine, joined_pages

OPENING = "某某县认真落实依法行政各项要求，现将"  # 18 characters fill the measure
HEADING = "一、主要做法"


def printed(*pages: list[str], width: int = 18) -> CleanText:
    """Pages set in type of size 10 from 100 on; a line ends where its characters do, leading blanks indent it."""
    lines = [
        [
            PrintedLine(100 + 10 * (len(t) - len(t.lstrip())), 10, t.strip(), 100 + 10 * len(t))
            for t in [*page, *([] if i else ["顶" * width, "格" * width])]
        ]
        for i, page in enumerate(pages)
    ]
    found = joined_pages(lines)
    digest = hashlib.sha256(found.text.encode()).hexdigest()
    return clean(SourceDocument("x.pdf", digest, FileKind.PDF, found.text, full_lines=found.full))


def test_a_full_line_goes_on_in_the_next_one_however_few_there_are() -> None:
    result = printed([HEADING, OPENING, "有关情况报告如下。", "二、存在问题"])

    assert result.text.split("\n")[:3] == [HEADING, OPENING + "有关情况报告如下。", "二、存在问题"]
    assert result.removals[0].reason is RemovalReason.LINE_BREAK


def test_a_line_with_room_for_what_follows_ends_its_paragraph() -> None:
    assert printed([HEADING, OPENING[:-4], "有关情况报告如下。"]).text.split("\n")[1] == OPENING[:-4]


@pytest.mark.parametrize("unit", ["2021—2025年", "100%；", "《法治"])
def test_a_number_that_found_no_room_went_to_the_next_line_whole(unit: str) -> None:
    before = OPENING[: 18 - len(unit) + 2]

    assert before + unit + "全面落实。" in printed([HEADING, before, unit + "全面落实。"]).text


@pytest.mark.parametrize("following", ["二、存在问题", "（二）严格执法", "　　另起一段。"])
def test_a_heading_or_an_indented_line_begins_a_paragraph(following: str) -> None:
    assert printed([HEADING, OPENING, following]).text.split("\n")[1:3] == [OPENING, following.strip()]


def test_a_full_line_at_the_foot_of_a_page_goes_on_on_the_next_one() -> None:
    result = printed([HEADING, "甲" * 18, OPENING, "— 1 —"], ["有关情况报告如下。", "— 2 —"])

    assert OPENING + "有关情况报告如下。" not in result.text  # the filler of the first page stands between
    assert result.text.endswith("格" * 18 + "有关情况报告如下。")


def test_the_running_head_over_the_first_page_goes_where_the_title_stands_below() -> None:
    title = "某某县2023年法治政府建设情况报告"
    result = printed(
        ["资料汇编", title, OPENING + "。", "- 1 -"], ["资料汇编", "二、问题", "- 2 -"], ["资料汇编", "完"]
    )

    assert result.text.split("\n")[0] == title
    assert "资料汇编" not in result.text


def test_two_columns_are_joined_each_by_its_own_edges() -> None:
    left = ["　　某某县认真落实依法行政各项要求，现", "将有关情况报告如下，请予审议并提出意见。"]
    left += ["　　全年共组织开展学法活动十二次，覆盖", "干部三百人次，测试合格率百分之九十九。"] * 2
    right = [line.replace("全年", "年内") for line in left]
    lines = [
        PrintedLine(at + 10 * (len(t) - len(t.lstrip())), 10, t.strip(), at + 10 * len(t))
        for at, column in ((50, left), (300, right))
        for t in column
    ]
    found = joined_pages([lines])
    result = clean(SourceDocument("x.pdf", "0" * 64, FileKind.PDF, found.text, full_lines=found.full))

    assert result.text.split("\n") == [
        "某某县认真落实依法行政各项要求，现将有关情况报告如下，请予审议并提出意见。",
        *["全年共组织开展学法活动十二次，覆盖干部三百人次，测试合格率百分之九十九。"] * 2,
        "某某县认真落实依法行政各项要求，现将有关情况报告如下，请予审议并提出意见。",
        *["年内共组织开展学法活动十二次，覆盖干部三百人次，测试合格率百分之九十九。"] * 2,
    ]


def test_the_number_of_the_last_page_goes() -> None:
    assert printed([HEADING, OPENING, "1"], ["有关情况报告如下。", "2"]).text.endswith("报告如下。")


def test_a_sentence_that_hands_over_goes_on_behind_a_full_stop_at_the_margin() -> None:
    text = printed([HEADING, "甲" * 17 + "。", "现将有关情况报告如下："]).text

    assert "。现将有关情况报告如下：" in text


def test_a_signature_at_the_edge_of_a_page_is_no_running_head() -> None:
    title = ["某某区水利局", "关于2023年法治政府建设情况的报告"]
    result = printed(
        [*title, OPENING, "- 1 -"],
        ["有关情况报告如下。", "- 2 -"],
        ["某某区水利局", "- 3 -"],
        ["2024 年 1 月 12 日", "- 4 -"],
    )

    assert result.text.startswith("\n".join(title))
    assert result.text.endswith("某某区水利局\n2024 年 1 月 12 日")
