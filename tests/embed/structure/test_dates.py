"""Dates and years in every form of the genre."""

from __future__ import annotations

from datetime import date

import pytest

from embed.structure.dates import find_dates, find_years, is_date_line


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-03-28 09:18", date(2024, 3, 28)),
        ("2021/03/29 11:30:01", date(2021, 3, 29)),
        ("2025年12月03日 10:17:19", date(2025, 12, 3)),
        ("2025 年 1 月 17 日", date(2025, 1, 17)),
        ("25.02.2016  10:00", date(2016, 2, 25)),
        ("2025- 01- 16 10: 28", date(2025, 1, 16)),
        ("２０２３年２月８日", date(2023, 2, 8)),
        ("２０２３－０２－０８", date(2023, 2, 8)),
        ("二〇二三年二月二十八日", date(2023, 2, 28)),
        ("二○二二年十月十日", date(2022, 10, 10)),
        ("二OO五年十一月一日", date(2005, 11, 1)),
        ("二零二一年元月初三日", date(2021, 1, 3)),
        ("二〇二四年十二月三十一日", date(2024, 12, 31)),
    ],
)
def test_a_day_is_read_in_every_form(text: str, day: date) -> None:
    assert [found.date for found in find_dates(text)] == [day]


def test_a_month_without_a_day_is_found_but_is_no_day() -> None:
    found = find_dates("更新时间:2025-12")

    assert [(f.year, f.month, f.day, f.date) for f in found] == [(2025, 12, None, None)]


@pytest.mark.parametrize("text", ["2024-13-01", "2024年2月30日", "4.15国家安全教育日", "12.4宪法日", "20230", "1.2.3"])
def test_what_is_no_date_is_not_found(text: str) -> None:
    assert [f.date for f in find_dates(text) if f.date] == []


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("(2025年12月11日)", True),
        ("　　2024年3月8日　", True),
        ("2024年3月8日印发", True),
        ("2024-03-08 09:18:33.0", True),
        ("2019年12月3日星期二", False),
        ("今天是2019年10月31日", False),
        ("2024年3月8日,我镇召开会议。", False),
    ],
)
def test_a_date_line_holds_nothing_but_a_date(line: str, is_one: bool) -> None:
    assert (is_date_line(line) is not None) is is_one


def test_years_are_four_digits_by_themselves_or_chinese_with_their_unit() -> None:
    assert [year for _, year in find_years("2024以来,二〇二三年,12023年,20256月,2025年")] == [2024, 2023, 2025]
