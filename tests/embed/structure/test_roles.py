"""Roles from heading, lead-in, opening, tense and wording together."""

from __future__ import annotations

import pytest

from embed.structure.outline import Heading
from embed.structure.report import Role
from embed.structure.roles import Situation, announced_role, judge, section_roles
from tests.helpers.structure import report_of, roles_of

HEAD = "某镇2023年法治政府建设情况报告\n2023年,某镇认真推进依法行政。现将有关情况报告如下。\n"


def path(*headings: str) -> list[Heading]:
    return [Heading(i, i - 1 if i else None, i + 1, None, "", text, 0, 0, 0) for i, text in enumerate(headings)]


def role_of(text: str, *headings: str) -> str:
    return judge(text, Situation(headings=section_roles(path(*headings))))[0].value


@pytest.mark.parametrize(
    ("headings", "roles"),
    [
        (["存在的问题", "规范执法行为"], {Role.PROBLEM}),
        (["存在的问题与原因", "原因分析"], {Role.CAUSE}),
        (["2024年工作计划", "加强党的领导"], {Role.PLAN}),
        (["主要举措和成效", "抓住“关键少数”"], {Role.LEADERSHIP}),
        (["加强组织领导", "严格规范执法"], {Role.LEADERSHIP}),
        (["依法全面履行政府职能"], set()),
    ],
)
def test_the_part_that_a_heading_stands_in_wins_over_the_topic_of_the_heading(
    headings: list[str], roles: set[Role]
) -> None:
    assert set(section_roles(path(*headings))) == roles


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("但工作中仍存在一些薄弱之处:", Role.PROBLEM),
        ("造成上述问题的主要原因有:", Role.CAUSE),
        ("针对以上不足,明年重点做好三件事:", Role.PLAN),
        ("现将有关情况报告如下:", None),
        ("主要从三个方面着手:", None),
    ],
)
def test_a_lead_in_announces_what_follows(text: str, role: Role | None) -> None:
    assert announced_role(text) is role


def test_the_confidence_is_a_share_and_falls_with_the_evidence() -> None:
    role, sure = judge("执法力量薄弱。", Situation(headings={Role.PROBLEM: 3.0}))
    _, unsure = judge("执法力量薄弱。", Situation())

    assert role is Role.PROBLEM
    assert 0 < unsure < sure <= 1


def test_problems_announced_at_the_end_of_a_measures_section_are_problems() -> None:
    text = HEAD + (
        "一、主要工作\n(一)化解纠纷。全年调解纠纷89件,无一激化。\n"
        "总的看,全年工作有序开展。但仍有一些薄弱之处:一是专业调解员不足;二是调解经费偏少。\n"
        "针对以上不足,2024年重点做好两件事:选聘调解员6名;列支专项经费。\n"
    )

    assert roles_of(text)[1:] == [
        ("measure", "全年调解纠纷89件,无一激化。"),
        ("background", "总的看,全年工作有序开展。"),
        ("background", "但仍有一些薄弱之处:"),
        ("problem", "一是专业调解员不足;"),
        ("problem", "二是调解经费偏少。"),
        ("background", "针对以上不足,2024年重点做好两件事:"),
        ("plan", "选聘调解员6名;"),
        ("plan", "列支专项经费。"),
    ]


def test_problem_cause_and_plan_may_share_one_item() -> None:
    text = HEAD + (
        "一、存在问题和2024年工作安排\n1.承接能力与下放事项之间仍有落差。成因在于培训偏少。2024年,将逐项签订衔接备忘录。\n"
        "2.数据互认不足,群众重复提交材料。2024年,将打通三套系统。\n"
    )

    assert [role for role, _ in roles_of(text)][1:] == ["problem", "cause", "plan", "problem", "plan"]


def test_leaders_duties_are_known_outside_their_own_part() -> None:
    text = HEAD + (
        "一、主要工作\n1.镇党委书记、镇长认真履行第一责任人职责,对法治建设重要工作亲自部署、亲自过问,听取汇报3次。\n"
        "2.法律顾问审查合同40份,出具法律意见12份。\n"
    )

    assert [role for role, _ in roles_of(text)][1:] == ["leadership", "measure"]


def test_a_measure_under_a_heading_on_leaders_stays_a_measure() -> None:
    text = HEAD + (
        "一、主要负责人履行推进法治建设第一责任人职责情况\n"
        "1.镇长亲自主持召开专题会议4次,研究解决执法用房等问题7个。\n"
        "2.政府合同一律先经法律顾问审查,公职律师全程参与,全年审查合同213份,列席会议37次。\n"
    )

    assert [role for role, _ in roles_of(text)][1:] == ["leadership", "measure"]


@pytest.mark.parametrize(
    "opening",
    [
        "现将有关情况报告如下。",
        "2023年,在县委、县政府的坚强领导下,我镇深入推进依法行政。",
        "以习近平新时代中国特色社会主义思想为指导,我镇扎实推进法治建设。",
    ],
)
def test_the_opening_is_background(opening: str) -> None:
    text = f"某镇2023年工作报告\n{opening}\n一、主要工作\n全年调解纠纷89件。\n"

    assert roles_of(text) == [("background", opening), ("measure", "全年调解纠纷89件。")]


def test_the_closing_formula_is_background() -> None:
    assert roles_of(HEAD + "一、主要工作\n全年调解纠纷89件。\n特此报告。\n")[-1] == ("background", "特此报告。")


def test_text_with_nothing_but_paragraphs_still_has_roles() -> None:
    text = (
        "2020年以来,我乡坚持依法行政,推动法治建设取得新进展。\n"
        "全乡设立调解委员会9个,全年化解矛盾纠纷63件。\n"
        "虽然取得了一定成绩,但仍存在不少问题。一是干部法治观念淡薄。二是法律服务资源不足。\n"
        "究其原因,主要是条件艰苦,留不住人才。\n"
        "今后,我乡将从以下几个方面改进:一是加强学法培训;二是购买法律服务。\n"
    )

    assert [role for role, _ in roles_of(text)] == [
        "background",
        "measure",
        "background",
        "problem",
        "problem",
        "cause",
        "background",
        "plan",
        "plan",
    ]


def test_a_text_of_one_measure_is_a_measure() -> None:
    assert roles_of("聘请法律顾问2名,全年审查合同40份。") == [("measure", "聘请法律顾问2名,全年审查合同40份。")]


def test_a_passage_names_the_headings_above_it() -> None:
    report = report_of(HEAD + "一、主要工作\n(一)化解纠纷\n全年调解纠纷89件。\n")

    assert report.passages[-1].heading == ("主要工作", "化解纠纷")
    assert report.passages[-1].section == 1


@pytest.mark.parametrize(
    ("sentence", "role"),
    [
        ("镇党委书记、镇长没有把问题往下推,书记领走最难的5件。", "leadership"),
        ("对上述差距,局党组书记、局长没有只听汇报。", "leadership"),
        ("部分乡镇书记、镇长对法治工作重视不够。", "problem"),
    ],
)
def test_what_leaders_did_about_the_problems_is_their_duty(sentence: str, role: str) -> None:
    text = HEAD + f"一、主要工作\n全年调解纠纷89件。\n二、还有哪些做得不好\n执法力量不足。\n{sentence}\n"

    assert roles_of(text)[-1] == (role, sentence)
