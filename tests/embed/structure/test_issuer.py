"""Organs taken apart, and departments as the subjects of sentences."""

from __future__ import annotations

import pytest

from embed.structure.divisions import find_mentions, load_divisions
from embed.structure.issuer import organ_in_title, parse_organ, subject_organs
from embed.structure.report import Level


@pytest.mark.parametrize(
    ("title", "department"),
    [
        ("平昌县住房和城乡建设局2022年度法治政府建设工作总结", "住房和城乡建设局"),
        ("江油市住房城乡建设委员会关于2022年法治政府建设情况的报告", "住房城乡建设委员会"),
        ("佳县县域经济发展中心2023年法治政府建设情况报告", "县域经济发展中心"),
        ("嘉兴市生态环境局海盐分局2022年法治政府建设工作总结", "生态环境局海盐分局"),
        ("广州市规划和自然资源局增城区分局2023年法治政府建设年度报告", "规划和自然资源局增城区分局"),
        ("中共泾县县委全面依法治县委员会办公室2023年工作总结", "全面依法治县委员会办公室"),
        ("安福县委全面依法治县委员会办公室2023年工作总结", "全面依法治县委员会办公室"),
        ("2023年度法治政府建设年度报告(宁强县水利局)", "水利局"),
        ("上海市静安区建设和管理委员会2023年度法治政府建设情况报告", "建设和管理委员会"),
        ("北京市通州区城市管理委员会2023年度法治政府建设情况报告", "城市管理委员会"),
        ("苏州市吴江生态环境局2023年法治政府建设情况报告", "生态环境局"),
        ("句容市总工会2022年法治建设工作总结", "总工会"),
        ("句容市残疾人联合会2022年法治建设工作总结", "残疾人联合会"),
        ("国家统计局泰兴调查队2023年法治政府建设情况报告", "国家统计局泰兴调查队"),
        ("大兴安岭地区行署林业和草原局2022年法治政府建设情况报告", "林业和草原局"),
    ],
)
def test_a_department_is_named_whole_although_its_name_holds_a_word_of_the_topic(title: str, department: str) -> None:
    organ = organ_in_title(title, load_divisions())

    assert organ is not None
    assert (organ.department, organ.level) == (department, Level.DEPARTMENT)


def test_an_office_of_the_government_speaks_for_the_government() -> None:
    organ = parse_organ("石家庄市人民政府办公厅", load_divisions())

    assert organ is not None
    assert (organ.department, organ.level) == (None, Level.CITY)


def subject(text: str) -> tuple[str | None, str] | None:
    divisions = load_divisions()
    organs = subject_organs(text, 0, len(text), find_mentions(text, divisions), divisions)
    return (organs[0].department, organs[0].kind) if organs else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023年,县农业农村局围绕中心工作依法履职。", ("农业农村局", "县")),
        ("2023年,市人力资源和社会保障局坚持依法行政。", ("人力资源和社会保障局", "市")),
        ("2023年,区市场监管局深入推进依法行政。", ("市场监管局", "区")),
        ("2023年,市场监督管理局认真履行职责。", ("市场监督管理局", "")),
        ("2023年,县发展和改革委员会严格依法行政。", ("发展和改革委员会", "县")),
    ],
)
def test_a_department_that_acts_is_known_by_the_words_of_its_trade(text: str, expected: tuple[str, str]) -> None:
    assert subject(text) == expected


@pytest.mark.parametrize(
    "text", ["2023年,各相关局坚持依法行政。", "2023年,会同公安局开展检查。", "各村委员会认真落实。"]
)
def test_partners_and_offices_of_all_kinds_are_no_subject(text: str) -> None:
    assert subject(text) is None


@pytest.mark.parametrize("verb", ["深化与邻县的协作", "荣获先进称号", "率先开展试点", "圆满完成任务"])
def test_a_place_acts_with_the_verbs_of_the_genre(verb: str) -> None:
    text = f"2023年,来凤县{verb},依法行政。"
    divisions = load_divisions()

    assert [o.text for o in subject_organs(text, 0, len(text), find_mentions(text, divisions), divisions)] == ["来凤县"]
