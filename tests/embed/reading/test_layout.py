"""Page numbers, running heads and hard line breaks are undone; a text with one paragraph a line stays as it is."""

from __future__ import annotations

import pytest

from embed.reading import RemovalReason
from tests.embed.reading.helpers import cleaned, removed

WRAPPED = """2024年度法治政府建设工作报告

　　过去一年，局党组坚持把依法履职作为工作的生命线，按照全区年度要点
统筹推进各项任务，较好地完成了年初确定的目标。现将主要情况报告如下。
　　一、突出政治引领，夯实依法履职根基
　　（一）坚持学法先行。全年组织专题研学，邀请法官和教师到会讲授新修
订的法律，每次会议开场留出一刻钟由班子成员轮流领读，结合手头案件谈体会
并由办公室建档。
- 1 -
区某某局法治政府建设年度报告
　　（二）理清权力家底。随上位法变动删去十一项、合并六项，现行职权逐一
标明法定依据、承办科室和追责情形，网上目录与科室台账逐条核对一致，市级交
- 2 -
区某某局法治政府建设年度报告
来的处罚权坚持成熟一项接一项。
　　　　　　　　　　　　　　　　　　区某某局
　　　　　　　　　　　　　　　　　　2025年1月17日
- 3 -
"""


def test_a_wrapped_text_gets_its_paragraphs_back_across_pages() -> None:
    assert cleaned(WRAPPED).split("\n") == [
        "2024年度法治政府建设工作报告",
        (
            "过去一年，局党组坚持把依法履职作为工作的生命线，按照全区年度要点统筹推进各项任务，较好地完成了年初确定的目标。"
            "现将主要情况报告如下。"
        ),
        "一、突出政治引领，夯实依法履职根基",
        (
            "（一）坚持学法先行。全年组织专题研学，邀请法官和教师到会讲授新修订的法律，每次会议开场留出一刻钟由班子成员轮流"
            "领读，结合手头案件谈体会并由办公室建档。"
        ),
        (
            "（二）理清权力家底。随上位法变动删去十一项、合并六项，现行职权逐一标明法定依据、承办科室和追责情形，网上目录与"
            "科室台账逐条核对一致，市级交来的处罚权坚持成熟一项接一项。"
        ),
        "区某某局",
        "2025年1月17日",
    ]


def test_page_numbers_and_running_heads_are_listed_one_by_one() -> None:
    listed = [item for item in removed(WRAPPED) if item[0] is not RemovalReason.LINE_BREAK]

    assert listed == [
        (RemovalReason.PAGE_NUMBER, "- 1 -"),
        (RemovalReason.RUNNING_HEAD, "区某某局法治政府建设年度报告"),
        (RemovalReason.PAGE_NUMBER, "- 2 -"),
        (RemovalReason.RUNNING_HEAD, "区某某局法治政府建设年度报告"),
        (RemovalReason.PAGE_NUMBER, "- 3 -"),
    ]


@pytest.mark.parametrize("number", ["- 1 -", "— 12 —", "－3－", "第 3 页", "第3页 共12页", "3 / 12", "Page 4 of 9"])
def test_a_page_number_of_any_make_goes(number: str) -> None:
    assert removed(f"一、主要做法\n{number}\n二、存在问题") == [(RemovalReason.PAGE_NUMBER, number)]


def test_a_bare_number_goes_only_beside_a_page_break() -> None:
    assert cleaned("一、主要做法\n12\n\f\n二、存在问题") == "一、主要做法\n二、存在问题"
    assert cleaned("一、主要做法\n12\n二、存在问题") == "一、主要做法\n12\n二、存在问题"


def test_a_text_without_indents_is_joined_up_to_the_last_short_line() -> None:
    text = (
        "一、主要做法\n"
        "全年组织专题学习六次，邀请律师和法官到会讲授新修订的行政复议法\n"
        "和行政处罚法，参加学习的干部达到三百二十人次，测试合格率百分之\n"
        "九十八，执法人员全部持证上岗，没有发生行政行为被撤销的情形，群\n"
        "众满意度稳步提高。\n"
        "二、存在的问题\n"
        "普法形式仍然单一，对外来务工人员的宣传覆盖不够，个别村级法律顾\n"
        "问作用发挥有限，基层执法力量与承担的任务不相适应，案卷质量参差\n"
        "不齐。\n"
    )

    assert [len(line) for line in cleaned(text).split("\n")] == [6, 102, 7, 65]


def test_one_paragraph_a_line_stays_as_it_is() -> None:
    text = "\n".join(
        f"{number}、{heading}\n全年组织专题学习{size}次，" + "落实行政执法三项制度，" * size + "取得成效。"
        for number, heading, size in [("一", "学习", 6), ("二", "决策", 9), ("三", "执法", 5), ("四", "普法", 11)]
    )

    assert cleaned(text) == text


def test_numbers_between_blanks_keep_their_blank_where_a_line_was_broken() -> None:
    lines = [
        "　　局党组全年组织法治专题研学 9 次，其中 4 次请区法院行政庭法官到会，共",
        "12 人次听讲，另有 6 次由班子成员讲授新修订的行政复议法和裁量基准，形成",
        "23 条意见，逐条办结。全局 96 名在编人员证件均在有效期内，全年新办证件",
        "7 本，注销 3 本，培训 17 名新入职队员，补考 2 人，全部通过测试后上岗，",
        "无一例外。",
    ]

    assert "到会，共 12 人次" in cleaned("\n".join(lines))


def wrapped(paragraphs: list[str], width: int, indent: str, page: str, rows: int = 4) -> str:
    """Lines of exactly `width` characters, a page number and a running head after every `rows` of them."""
    lines: list[str] = []
    for paragraph in paragraphs:
        text = indent + paragraph
        lines += [text[at : at + width] for at in range(0, len(text), width)]
    out: list[str] = []
    for number, at in enumerate(range(0, len(lines), rows), start=1):
        out += [*lines[at : at + rows], page.format(number), "某某局法治政府建设年度报告"]
    return "\n".join(out[:-1])


PARAGRAPHS = [
    "过去一年，局党组坚持把依法履职作为工作的生命线，按照全区年度要点统筹推进35项任务，较好地完成了年初确定的目标。",
    "一、突出政治引领，夯实依法履职根基",
    "（一）坚持学法先行。全年组织专题研学9次，邀请法官和教师到会讲授新修订的法律，每次会议开场留出一刻钟领读，并由办公室建档。",
    "（二）理清权力家底。随上位法变动删去11项、合并6项，现行587项逐一标明法定依据、承办科室和追责情形，网上目录与台账一致。",
    "二、差距与不足",
    "个别干部仍存在重结果、轻程序的惯性，接到急难任务时先动手、后补手续，案卷中有3宗缺少审批时间，队伍年龄结构也不合理。",
]


@pytest.mark.parametrize("width", [26, 28, 30, 34, 36, 40])
@pytest.mark.parametrize("indent", ["　　", "    "])
@pytest.mark.parametrize("page", ["- {} -", "— {} —", "第 {} 页"])
def test_a_text_cut_at_any_width_comes_back(width: int, indent: str, page: str) -> None:
    assert cleaned(wrapped(PARAGRAPHS, width, indent, page)) == "\n".join(PARAGRAPHS)


def test_headings_do_not_speak_against_a_margin() -> None:
    text = (
        "平安镇2024年法治政府建设年度报告\n2024年，平安镇全面推进法治政府建设，现将有关情况报\n告如下：\n主要举措和成效\n健全制度\n"
        "修订镇党委和镇政府议事规则，对七件规范性文件逐件开展\n合法性审核。\n提升执法\n"
        "开展执法人员轮训三期，办理行政处罚案件十六件，全部实\n现零复议零诉讼。\n化解纠纷\n"
        "打造说事调解品牌，调处纠纷二百零三件，化解多年信访积\n案四件。\n存在的不足\n"
        "部分村干部法治思维不强，仍然习惯于用多年的老办法来处\n理问题。"
    )

    assert cleaned(text).split("\n") == [
        "平安镇2024年法治政府建设年度报告",
        "2024年，平安镇全面推进法治政府建设，现将有关情况报告如下：",
        "主要举措和成效",
        "健全制度",
        "修订镇党委和镇政府议事规则，对七件规范性文件逐件开展合法性审核。",
        "提升执法",
        "开展执法人员轮训三期，办理行政处罚案件十六件，全部实现零复议零诉讼。",
        "化解纠纷",
        "打造说事调解品牌，调处纠纷二百零三件，化解多年信访积案四件。",
        "存在的不足",
        "部分村干部法治思维不强，仍然习惯于用多年的老办法来处理问题。",
    ]
