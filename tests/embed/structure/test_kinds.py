"""Real reports and what stands next to them."""

from __future__ import annotations

import pytest

from embed.structure.report import ReportKind
from tests.helpers.documents import metadata_of

BODY = "\n2023年,我县坚持依法行政,全年开展普法宣传32次,审查合同15份,调解纠纷120件。"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("平利县2023年法治政府建设情况报告", "report"),
        ("平利县2023年法治政府建设情况", "report"),
        ("2023年平利县法治政府建设白皮书", "report"),
        ("平利县2015年依法行政工作情况及2016年工作打算", "report"),
        ("平利县2023年上半年法治政府建设工作总结", "half_year"),
        ("平利县人民政府关于提请审议2023年法治政府建设情况的报告", "report"),
        ("平利县2023年半年法治政府建设工作总结", "half_year"),
        ("平利县“十三五”时期法治政府建设工作情况报告", "five_year"),
        ("平利县2016—2020年法治政府建设情况报告", "five_year"),
        ("平利县城关镇党委书记2023年述法报告", "述法"),
        ("平利县2023年法治政府建设情况暨党政主要负责人述法报告", "report"),
        ("平利县2023年法治政府建设工作要点", "plan"),
        ("平利县人民政府关于印发《平利县法治政府建设实施方案》的通知", "plan"),
        ("【文字解读】《平利县2023年法治政府建设情况的报告》解读", "interpretation"),
        ("平利县党政主要负责人履行推进法治建设第一责任人职责清单", "other"),
        ("平利县人民政府2023年政府信息公开工作年度报告", "other"),
        ("平利县法治政府建设示范指标体系", "other"),
        ("平利县召开法治政府建设述法会", "news"),
        ("县人大常委会听取和审议2023年法治政府建设情况报告", "news"),
        ("县政府常务会议审议通过法治政府建设情况报告", "news"),
        ("县司法局组织开展法治政府建设专题培训", "news"),
        ("法治政府建设的实践与思考——以平利县为例", "other"),
        ("平利县人大常委会对法治政府建设情况报告审议意见研究处理情况的报告", "other"),
        ("平利县2023年法治建设第三方评估报告", "other"),
        ("法治政府建设年度报告制度研究", "other"),
        ("一图读懂|平利县2023年法治政府建设情况报告", "interpretation"),
        ("平利县2024年法治政府建设重点任务分解表", "plan"),
        ("法治护航——平利县法治政府建设五年综述", "five_year"),
        ("某县2023年法治政府建设情况报告", "template"),
        ("关于2023年度县级部门法治政府建设考核结果的通报", "other"),
        ("法治政府建设督察情况反馈意见", "other"),
        ("什么是法治政府建设年度报告?", "other"),
        ("法治政府建设案例分析题", "other"),
        ("平利县2023年法治政府建设情况通报", "report"),
        ("局法治政府建设工作总结(精选3篇)", "template"),
        ("平利县2023年度法治政府建设暨党政主要负责人履行推进法治建设第一责任人职责情况的报告", "report"),
        ("关于报送2023年度法治政府建设情况报告的通知", "plan"),
        ("平利县人民政府关于印发2023年度法治政府建设情况报告的通知", "report"),
        ("2024年全县法治政府建设重点工作", "plan"),
    ],
)
def test_the_title_tells_the_kind(title: str, kind: str) -> None:
    assert metadata_of(title + BODY).kind == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2022卷\n【加强党对法治政府建设的全面领导】 县委将法治政府建设摆在全局工作重要位置。", "other"),
        ("【法治政府建设】 2021年,全县开展行政执法案卷评查2次。", "other"),
        ("摘要:本文以各地报告为样本,分析法治政府建设。关键词:法治政府", "other"),
        ("近日,某部发布2021年法治政府建设年度报告,总结了全年工作。", "news"),
        ("为提升依法行政水平,推进法治政府建设,近日,我镇组织开展了法治培训。", "news"),
        ("现就《县人民政府2024年法治政府建设情况报告》的背景、主要内容解读如下。", "interpretation"),
        ("各乡镇人民政府:为做好2023年度法治政府建设年度报告工作,现就有关事项通知如下。", "plan"),
        ("现将2025年上半年工作开展情况和下半年工作谋划汇报如下:", "half_year"),
        ("现述法报告如下:本人认真履行第一责任人职责。", "述法"),
        ("为深入推进依法行政,结合我县实际,制定本方案。", "plan"),
        ("2023年,在县委领导下,我镇依法行政,开展普法30次。", "report"),
        ("XX镇2023年开展普法**次,调解纠纷__件,培训XX人次,得到XX肯定,某县某局参加。", "template"),
    ],
)
def test_a_text_without_title_tells_its_kind_by_its_wording(text: str, kind: str) -> None:
    assert metadata_of(text).kind == kind


def test_the_source_line_of_a_template_site_makes_a_template() -> None:
    text = "2023年镇法治政府建设情况报告\n时间:2023-05-07 来源:网友投稿\n我镇坚持依法行政,开展普法30次。"

    assert metadata_of(text).kind is ReportKind.TEMPLATE


def test_a_text_about_something_else_is_no_report() -> None:
    text = "校园运动会纪实\n" + "运动会上同学们奋勇争先,场面热烈。" * 40

    assert not metadata_of(text).kind.is_report


def test_plans_speak_of_the_future_and_count_nothing() -> None:
    text = "\n".join(
        f"{n}要加强法治建设,要健全制度,应当落实责任,力争取得实效,确保任务完成。" for n in "一二三四五六七八九十" * 3
    )

    assert metadata_of(text).kind is ReportKind.PLAN


def test_the_first_person_throughout_makes_a_duty_report() -> None:
    text = "2023年,本人认真履行职责,我带头学法。" + "本人主持会议,我作了部署,推动法治建设。" * 5

    assert metadata_of(text).kind is ReportKind.DUTY
