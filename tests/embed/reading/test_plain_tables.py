"""Statistics tables in plain text become sentences that name row and columns."""

from __future__ import annotations

import pytest

from embed.reading import RemovalReason, clean
from tests.embed.reading.helpers import cleaned, removed, source

LEAD = "全年行政复议应诉情况如下表:\n"
TAIL = "\n社区矫正对象全年无脱管。"
SENTENCES = "复议受理：2022年42件；2023年67件。\n行政应诉：2022年38件；2023年29件。"


@pytest.mark.parametrize(
    "table",
    [
        pytest.param("指标\t2022年\t2023年\n复议受理\t42件\t67件\n行政应诉\t38件\t29件", id="tabs"),
        pytest.param(
            "| 指标 | 2022年 | 2023年 |\n|---|---|---|\n| 复议受理 | 42件 | 67件 |\n| 行政应诉 | 38件 | 29件 |",
            id="bars",
        ),
        pytest.param("指标        2022年   2023年\n复议受理    42件    67件\n行政应诉    38件    29件", id="blanks"),
        pytest.param("指标　　2022年　　2023年\n复议受理　　42件　　67件\n行政应诉　　38件　　29件", id="wide blanks"),
        pytest.param(
            "序号\t指标\t2022年\t2023年\n1\t复议受理\t42件\t67件\n2\t行政应诉\t38件\t29件", id="a column of numbers"
        ),
    ],
)
def test_a_table_of_numbers_is_said_in_sentences(table: str) -> None:
    assert cleaned(LEAD + table + TAIL) == LEAD.replace(":", ":") + SENTENCES + TAIL


def test_years_may_name_columns() -> None:
    table = "指标\t2022\t2023\n复议受理\t42\t67\n行政应诉\t38\t29"

    assert cleaned(LEAD + table).split("\n")[1:] == ["复议受理：2022：42；2023：67。", "行政应诉：2022：38；2023：29。"]


def test_every_cell_knows_where_it_stood() -> None:
    text = LEAD + "指标\t2022年\t2023年\n复议受理\t42件\t67件\n行政应诉\t38件\t29件"
    result = clean(source(text))
    at = result.text.index("67件")

    assert result.source_span(at, at + 3) == (text.index("67件"), text.index("67件") + 3)
    assert removed(text) == [
        (RemovalReason.TABLE, "指标\t2022年\t2023年\n"),
        (RemovalReason.TABLE, "复议受理\t42件\t67件"),
        (RemovalReason.TABLE, "行政应诉\t38件\t29件"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "首页 | 政务公开 | 法治政府\n索引号 | 000123 | 文号\n发布机构 | 司法局 | 日期", id="fields of a page"
        ),
        pytest.param("姓名\t分工\t科室\n甲\t牵头\t法制科\n乙\t配合\t办公室", id="words only"),
        pytest.param("指标\t2022年\t2023年\n复议受理\t42件\t67件", id="one row"),
        pytest.param("  一、主要做法\n  (一)全年办案12件\n  (二)调解89件", id="indented lines"),
    ],
)
def test_what_is_only_aligned_stays(text: str) -> None:
    assert RemovalReason.TABLE not in [reason for reason, _ in removed(text)]
