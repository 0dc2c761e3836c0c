"""What a page prints around a report: labels glued, doubled, spaced and empty."""

from __future__ import annotations

import pytest

from embed.reading import clean
from embed.reading.document import Hint
from embed.structure.frame import find_frame
from embed.structure.page_fields import FieldKind, read_page_fields
from tests.helpers.documents import source_of


def fields(line: str) -> list[tuple[str, str]]:
    source = source_of(
        f"平利县2023年法治政府建设情况报告\n{line}\n2023年,平利县坚持依法行政,全年开展普法宣传三十二次。"
    )
    cleaned = clean(source)
    found = read_page_fields(source, cleaned, find_frame(cleaned))
    assert all(source.text[f.start : f.end] == f.value for f in found if f.kind is not FieldKind.OTHER)
    return [(f.kind.value, f.value) for f in found if f.value and f.kind is not FieldKind.OTHER]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("发布时间:2024-02-05 信息来源:平利县司法局", [("published", "2024-02-05"), ("source", "平利县司法局")]),
        ("浏览次数:信息来源: 区司法局发布时间:2025-11-07", [("source", "区司法局"), ("published", "2025-11-07")]),
        ("发布机构: | 平利县司法局", [("publisher", "平利县司法局")]),
        ("成文日期: | 2025-02-14 | 发布日期: | 2025-02-15", [("dated", "2025-02-14"), ("published", "2025-02-15")]),
        ("来源:平利县司法局 2024-03-15 10:00", [("source", "平利县司法局"), ("published", "2024-03-15 10:00")]),
        ("来源:平利县司法局|2024年3月15日", [("source", "平利县司法局"), ("published", "2024年3月15日")]),
        ("作者:司法局 2024-03-15 阅读:30", [("source", "司法局"), ("published", "2024-03-15")]),
        ("阅读:12 2024-03-15", [("published", "2024-03-15")]),
        ("发布于2024-03-15", [("published", "2024-03-15")]),
        ("更新于2024年3月15日", [("updated", "2024年3月15日")]),
        ("平利县人民政府网 2024-03-15 10:20", [("published", "2024-03-15 10:20")]),
        ("今天是:2019年10月31日 星期四", []),
        ("来源:", []),
    ],
)
def test_labels_give_their_values(line: str, expected: list[tuple[str, str]]) -> None:
    assert fields(line) == expected


def test_a_day_in_eight_digits_is_read_behind_its_label() -> None:
    source = source_of(
        "平利县2023年法治政府建设情况报告\n发布时间:20240315\n2023年,平利县坚持依法行政,开展普法宣传三十二次。"
    )
    cleaned = clean(source)
    (found,) = (f for f in read_page_fields(source, cleaned, find_frame(cleaned)) if f.kind is FieldKind.PUBLISHED)

    assert found.date is not None
    assert str(found.date.date) == "2024-03-15"


def test_what_the_container_states_counts_as_a_field() -> None:
    from dataclasses import replace

    source = replace(source_of("平利县坚持依法行政。"), hints=(Hint("published", "2024-02-05", "<meta name=PubDate>"),))
    cleaned = clean(source)
    (found,) = read_page_fields(source, cleaned, find_frame(cleaned))

    assert (found.kind, found.value, found.label, found.start) == (
        FieldKind.PUBLISHED,
        "2024-02-05",
        "<meta name=PubDate>",
        -1,
    )


def test_a_label_on_a_line_of_its_own_has_its_value_on_the_next() -> None:
    pairs = {
        "发文字号": "梁平屏锦府〔2024〕2号",
        "发布机构": "梁平区屏锦镇",
        "成文日期": "2024-01-10",
        "发布日期": "2024-01-11",
    }

    assert fields("\n".join(f"[ {label} ]\n{value}" for label, value in pairs.items())) == [
        ("number", "梁平屏锦府〔2024〕2号"),
        ("publisher", "梁平区屏锦镇"),
        ("dated", "2024-01-10"),
        ("published", "2024-01-11"),
    ]
