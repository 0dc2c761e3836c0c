"""What a page prints around a report goes, each piece with its reason; what the report says stays."""

from __future__ import annotations

import pytest

from embed.reading import RemovalReason
from tests.embed.reading.helpers import cleaned, removed

BODY = "2023年，我镇在县委、县政府的坚强领导下，深入推进依法行政，现将有关情况报告如下。"
CHROME, FIELD = RemovalReason.CHROME, RemovalReason.PUBLICATION_LINE


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("首页>政务公开>法定主动公开内容", CHROME),
        ("您当前所在位置：首页 >> 信息公开 >> 某某街道", CHROME),
        ("当前位置：首页 / 政务公开 / 法治政府建设报告", CHROME),
        ("搜索 无障碍浏览 繁體版 手机版", CHROME),
        ("字体:[大] [中] [小]", CHROME),
        ("【打印】 【关闭】", CHROME),
        ("大", CHROME),
        ("| |", CHROME),
        ("|", CHROME),
        ("图片1.png", CHROME),
        ("Baidu", CHROME),
        ("[我说两句…]", CHROME),
        ("（此件公开发布）", CHROME),
        ("今天是:2019年10月31日 星期三 农历十月初七", RemovalReason.CLOCK),
        ("2019年12月3日星期二", RemovalReason.CLOCK),
        ("发布时间：2022-01-18 15:42:07    来源：某某街道    字体：【大】【中】【小】    浏览次数：326次", FIELD),
        ("發布時間:2025-04-11 11:55 信息來源:辰溪縣潭灣鎮", FIELD),
        ("浏览次数:信息来源: 区司法局发布时间:2025-11-07 16:34", FIELD),
        ("成文日期: | 2025-02-14 | 发布日期: | 2025-02-14", FIELD),
        ("索 引 号：1150022900912/2026-00012", FIELD),
        ("[ 发布机构 ] 城口县某某乡人民政府", FIELD),
        ("2023-07-10 10:114857阅读", FIELD),
        ("25.02.2016  10:00", FIELD),
        ("2019-04-24 16:30来源: 某省人民政府网 【字体: 打印", FIELD),
        ("文章来源:司法局", FIELD),
        ("来源:", FIELD),
        ("发布人：admin 发布时间：2024/1/20 10:22:00 阅读次数：305", FIELD),
        ("阅读 1203 | 2024-01-20", FIELD),
        ("标签：法治政府 依法行政", FIELD),
        ("您好，欢迎访问某某县人民政府网站", CHROME),
    ],
)
def test_a_line_above_the_text_goes_with_its_reason(line: str, reason: RemovalReason) -> None:
    text = f"{line}\n某某镇2023年度法治政府建设情况报告\n{BODY}"

    assert cleaned(text) == f"某某镇2023年度法治政府建设情况报告\n{BODY}"
    assert removed(text) == [(reason, line)]


@pytest.mark.parametrize(
    "line",
    [
        "附件：某某街道2021年法治政府建设工作台账.docx",
        "相关附件:",
        "上一篇：关于做好春耕生产的通知",
        "责任编辑：张某",
        "主办：某某区人民政府办公室　　冀ICP备05012345号　　网站标识码：1304020008",
        "扫一扫在手机打开当前页",
        "文章录入：admin　责任编辑：admin",
        "上一篇文章： 某某县召开推进会",
        "您是第 123456 位访客",
        "中国政府网 | 某某省人民政府 | 某某市人民政府",
    ],
)
def test_a_line_below_the_text_goes(line: str) -> None:
    assert cleaned(f"{BODY}\n{line}") == BODY


def test_everything_behind_the_list_of_other_pages_goes() -> None:
    text = f"{BODY}\n相关文章\n某县召开法治建设推进会\n某县开展宪法宣传周活动\n"

    assert cleaned(text) == BODY


def test_the_signature_behind_a_list_of_annexes_stays() -> None:
    text = f"{BODY}\n附件：1.台账.docx\n2.统计表.xlsx\n某某镇人民政府\n2024年1月12日"

    assert cleaned(text) == f"{BODY}\n某某镇人民政府\n2024年1月12日"


def test_a_label_alone_on_its_line_takes_its_value_along_in_one_piece() -> None:
    text = f"[ 发文字号 ]\n某委文〔2026〕3号\n[ 发布日期 ] \n2026-02-12\n{BODY}"

    assert removed(text) == [(FIELD, "[ 发文字号 ]\n某委文〔2026〕3号"), (FIELD, "[ 发布日期 ] \n2026-02-12")]


def test_a_label_alone_before_the_title_leaves_the_title() -> None:
    text = f"标题\n某某镇2023年度法治政府建设情况报告\n来源\n{BODY}"

    assert "某某镇2023年度法治政府建设情况报告" in cleaned(text)


def test_a_title_printed_again_on_one_line_or_two_goes_once() -> None:
    title = "某某乡人民政府关于2023年法治政府建设情况的报告"
    text = f"{title}\n日期:2024-02-12\n某某乡人民政府\n关于2023年法治政府建设情况的报告\n县委：\n{BODY}"

    assert cleaned(text) == f"{title}\n县委：\n{BODY}"
    assert (RemovalReason.REPEATED, "某某乡人民政府\n关于2023年法治政府建设情况的报告") in removed(text)


@pytest.mark.parametrize(
    "line",
    [
        "时间：全年组织执法检查12次，发现问题8个，全部整改到位。",
        "（2025年12月11日）",
        "2023年12月31日",
        "一、工作情况",
        "来源：群众举报的线索有12条，占全部线索的三成，其余由部门移送。",
        "阅读推广活动12场，参加群众3600人次，青少年占六成以上。",
        "编辑普法读本3种，印发5000册，发到每个村民小组和每所学校。",
    ],
)
def test_lines_of_the_report_stay_although_they_look_like_fields(line: str) -> None:
    text = f"某某镇2023年度法治政府建设情况报告\n{BODY}\n{line}\n{BODY}"

    assert cleaned(text) == text


def test_a_page_without_line_breaks_loses_its_head_and_foot() -> None:
    head = "首页 政务公开 当前位置：首页 > 政务公开 > 法治政府建设 "
    fields = " 发布时间：2022-01-20 15:33 来源：太和镇人民政府 浏览次数：120 字体：[大 中 小] "
    body = BODY + "一、工作开展情况（一）强化学习。组织专题学习12次，参加人数300人次，编印资料2000份。" * 2
    foot = " 上一篇：太和镇公告 下一篇：没有了 【打印】【关闭】 主办：某某区人民政府 网站标识码：5114020001"
    text = f"{head}太和镇2021年法治政府建设年度报告{fields}{body}{foot}"

    assert cleaned(text) == f"太和镇2021年法治政府建设年度报告\n{body}"
    assert removed(text) == [(CHROME, head), (FIELD, fields), (CHROME, foot)]


@pytest.mark.parametrize("buttons", [" 打印本页 关闭窗口", "【打印本页】【关闭】", " | 分享 | 收藏"])
def test_the_buttons_that_end_a_page_without_line_breaks_go(buttons: str) -> None:
    body = "全年调解矛盾纠纷89件,化解87件。" * 12

    assert removed(body + buttons) == [(CHROME, buttons)]
    assert removed(body + "深化放管服改革 推进政务公开、政务服务") == []


@pytest.mark.parametrize("end", ["详见附件[1]", " ", "深化改革【"])
def test_blanks_and_brackets_that_end_a_line_are_no_buttons(end: str) -> None:
    assert removed("全年调解矛盾纠纷89件,化解87件。" * 12 + end) == []


def test_the_lines_behind_a_footer_belong_to_it() -> None:
    footer = ["主办单位：某某市人民政府办公室", "地址：某某市人民路1号", "电话：0791-1234567"]

    assert cleaned("\n".join([BODY, "某某镇人民政府", *footer])) == f"{BODY}\n某某镇人民政府"


def test_advertising_among_links_behind_the_text_is_reported_as_such() -> None:
    text = f"{BODY}\n友情链接：\n鸿泰娱乐城官网_百家乐开户\n某某省人民政府"

    assert removed(text) == [
        (CHROME, "友情链接："),
        (RemovalReason.INJECTED, "鸿泰娱乐城官网_百家乐开户"),
        (CHROME, "某某省人民政府"),
    ]


def test_an_empty_label_leaves_the_addressee() -> None:
    assert cleaned(f"某某镇2023年度法治政府建设情况报告\n索引号：\n县委、县政府：\n{BODY}") == (
        f"某某镇2023年度法治政府建设情况报告\n县委、县政府：\n{BODY}"
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("一、\t加强学习", "一、加强学习"),
        ("（二） 严格执法", "（二）严格执法"),
        ("3. 化解纠纷", "3.化解纠纷"),
        ("3. 5亿元投资到位", "3. 5亿元投资到位"),
        ("落实“一、 二”级响应", "落实“一、 二”级响应"),
    ],
)
def test_the_blank_behind_a_number_that_opens_a_line_goes(line: str, expected: str) -> None:
    assert cleaned(f"{BODY}\n{line}\n{BODY}") == f"{BODY}\n{expected}\n{BODY}"
