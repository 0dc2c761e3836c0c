"""The year reported on, against every other year that a document names."""

from __future__ import annotations

import pytest

from tests.helpers.documents import metadata_of


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("平利县2023年法治政府建设情况报告\n2023年,平利县依法行政。\n平利县人民政府\n2024年2月1日", 2023),
        ("平利县政府2015年依法行政工作情况及2016年工作打算\n一年来,全县依法行政。", 2015),
        ("现将我镇2018年法治政府建设工作报告如下:\n按照2015—2020年规划,2019年将继续推进。", 2018),
        ("2024以来,在县委领导下,我镇依法行政,落实《法治政府建设实施方案(2021-2025年)》。", 2024),
        ("法治政府建设工作报告\n我镇依法行政。\n一、2022年主要工作\n开展普法。\n二、2023年工作计划\n继续普法。", 2022),
        ("法治政府建设情况报告\n我镇依法行政。\n一、主要工作\n开展普法。\n二、2024年工作计划\n继续普法。", 2023),
        ("法治政府建设情况报告\n我镇依法行政,开展普法。\n平利县城关镇人民政府\n2022年1月20日", 2021),
        ("法治政府建设情况报告\n我镇依法行政,开展普法。\n平利县城关镇人民政府\n2022年12月20日", 2022),
        ("平政报〔2021〕3号\n法治政府建设情况报告\n我镇依法行政,开展普法。", 2020),
        ("我街道贯彻党的十九大和党的二十大精神,依法行政。现将有关情况报告如下:", 2022),
        ("我街道学习党的二十大和二十届二中、三中全会精神,依法行政。现将有关情况报告如下:", 2024),
        ("二〇二二年度法治政府建设情况报告\n我镇依法行政。", 2022),
        ("根据《关于报送2022年度法治政府建设情况报告的通知》(2023年1月5日)要求,现将我镇情况报告如下:", 2022),
        ("法治政府建设工作总结\n一年来,我镇2021年获评示范村2个,2022年新增3个。下一步,2023年将继续努力。", 2022),
        ("平利县“十三五”时期法治政府建设工作总结\n五年来,平利县依法行政。", 2020),
        ("法治政府建设情况报告\n一年来我镇依法行政,2019年培训三次,2019年新购设备,2020年将继续努力。", 2019),
    ],
)
def test_the_year_reported_on_is_found(text: str, year: int) -> None:
    assert metadata_of(text).year == year


def test_a_text_without_any_year_has_none() -> None:
    assert metadata_of("我镇坚持依法行政,开展普法宣传。").year is None


def test_what_we_did_in_a_year_is_no_plan_for_it() -> None:
    done = metadata_of("依法行政。按照要求,2022年,我镇坚持依法行政,开展普法宣传。")
    planned = metadata_of("依法行政。按照要求,2022年,我镇将坚持依法行政,开展普法宣传。")

    assert (done.year, planned.year) == (2022, 2021)


def test_other_years_that_speak_for_themselves_are_listed_as_candidates() -> None:
    metadata = metadata_of("平利县2023年法治政府建设情况报告\n现将2022年情况报告如下。\n平利县人民政府\n2024年2月1日")

    assert metadata.year == 2023
    assert [(c.value, c.reason) for c in metadata.candidates if c.field == "year"] == [("2022", "hand-over phrase")]


def test_a_year_after_the_day_of_publication_is_not_believed() -> None:
    text = "平利县2031年法治政府建设情况报告\n2023年,全县依法行政。\n平利县人民政府\n2024年2月1日"

    assert metadata_of(text).year == 2023
