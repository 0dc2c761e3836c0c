"""Injected advertising goes at its own ends and nothing else does; displaced words come back where they are plain."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embed.reading import RemovalReason, clean, read_documents
from embed.reading.advertising import MOST_RUNS, injected_edits
from embed.reading.advertising_words import trigger, triggers
from tests.embed.reading.helpers import cleaned, removed, source


def runs(text: str) -> list[tuple[str, str]]:
    return [(text[edit.start : edit.end], edit.replacement) for edit in injected_edits(text)]


# Names that stand in no list: the ends must come from the words around them.
@pytest.mark.parametrize(
    ("before", "advertising", "after"),
    [
        ("全年组织集中学习六次，", "鑫泰娱乐城官网下载", "覆盖干部三百人次。"),
        ("全年组织集中学习", "汇鑫棋牌_瑞祥电竞投注平台", "六次，覆盖干部三百人次。"),
        ("完善矛盾纠纷排查", "盛宇真人视讯_泰隆百家乐开户", "化解机制，调解成功率达到98%。"),
        ("完善行政执法公示制度。", "时时彩开奖直播_宏泰快三计划", "全年公示信息四百条。"),
        ("推动执法重心下移，", "hg8868体育_宏利彩票网注册", "下沉执法人员12名。"),
        ("投入资金", "老虎机送彩金_鼎盛国际", "60万元用于便民服务中心建设。"),
        ("居民信息“一户一码”", "鼎胜棋牌手机版", "，让数据多跑路。"),
        ("常态化推进扫黑除", "祥龙电竞app_飞腾彩票¥首页", "恶，向公安机关提供线索5条。"),
        ("二、严格规范，", "福满棋牌_澳门金鼎官网", "打造执法品牌"),
        # Everyday words as names, glued between and into words of the report.
        ("现将有关", "红旗体育官网", "情况报告如下"),
        ("制定县政府重大行政决", "雅虎棋牌下载", "策事项目录"),
        ("办理行政", "天空彩票网¥开奖", "复议案件33件"),
        ("健全镇村两级人民调解网络，共排查", "星辰棋牌app下载安装", "矛盾纠纷183件"),
        ("（二）规范", "bet365体育在线", "执法行为"),
        ("切实履行", "泰山娱乐城_真人百家乐", "推进法治建设第一责任人职责"),
    ],
)
def test_a_run_inside_a_sentence_goes_at_its_own_ends(before: str, advertising: str, after: str) -> None:
    assert runs(before + advertising + after) == [(advertising, "")]


@pytest.mark.parametrize(
    "advertising", ["瑞丰体育_中国竞彩网¥在线直播", "hg0088体育在线_足彩网", "百家乐_泰来娱乐官网"]
)
def test_the_word_that_a_run_displaced_comes_back(advertising: str) -> None:
    text = f"以习近平新时代{advertising}特色社会主义思想为引领,深入学习"

    assert runs(text) == [(advertising, "中国")]
    assert cleaned(text) == "以习近平新时代中国特色社会主义思想为引领,深入学习"


def test_a_restored_word_points_into_the_run_that_displaced_it() -> None:
    text = "以习近平新时代瑞丰体育_中国竞彩网¥在线直播特色社会主义思想为引领"
    result = clean(source(text))

    start = result.text.index("新时代")
    assert result.source_span(start, start + len("新时代中国")) == (4, text.index("特色"))
    assert result.source_span(start, start + len("新时代中国特色")) == (4, text.index("社会"))
    assert result.warnings == ("页面被植入广告 1 处 · 1 runs of injected advertising",)


def test_nothing_is_restored_where_the_words_around_fit_together() -> None:
    text = "深入学习贯彻新时代中国特色社会主义思想瑞丰体育_竞彩网官网，推进依法瑞丰体育_竞彩网官网行政"

    assert [replacement for _, replacement in runs(text)] == ["", ""]


@pytest.mark.parametrize(
    ("title", "tail"),
    [
        ("某某省2023年度法治政府建设情况", "-ks8凯发官方网站"),
        ("某某县2023年法治政府建设情况报告", "_足彩app哪个是正规的"),
        ("某某县2023年法治政府建设情况报告", "-hg868体育官网"),
    ],
)
def test_the_tail_of_a_title_goes(title: str, tail: str) -> None:
    assert cleaned(f"{title}{tail}\n一、主要做法") == f"{title}\n一、主要做法"


@pytest.mark.parametrize("head", ["雷速体育_中国足彩网-", "泰山娱乐城官网_", "-大发体育-"])
def test_the_head_of_a_title_goes_with_its_dash(head: str) -> None:
    assert (
        cleaned(f"{head}云岭县2023年法治政府建设情况报告\n一、主要做法")
        == "云岭县2023年法治政府建设情况报告\n一、主要做法"
    )


@pytest.mark.parametrize(
    "line",
    [
        "国产精品久久久久久,亚洲欧美日韩,日本一区二区三区,黄色网站免费观看",
        "老司机精品福利视频_av天堂在线_色综合",
        "麻豆传媒、91视频、天美传媒-免费看片",
    ],
)
def test_a_run_of_pornography_above_the_title_goes(line: str) -> None:
    assert removed(f"{line}\n?\n2023年法治政府建设情况报告")[0] == (RemovalReason.INJECTED, line)


def test_links_of_one_keyword_each_behind_the_signature_are_injected() -> None:
    body = "2023年，我镇在县委、县政府的坚强领导下，深入推进依法行政，现将有关情况报告如下。\n某某镇人民政府"

    assert removed(f"{body}\n棋牌游戏\n真人娱乐\n时时彩计划") == [
        (RemovalReason.INJECTED, word) for word in ("棋牌游戏", "真人娱乐", "时时彩计划")
    ]


def test_the_signature_around_a_run_stays() -> None:
    body = "2023年，我镇在县委、县政府的坚强领导下，深入推进依法行政，现将有关情况报告如下。"

    assert cleaned(f"{body}\n云岭市威尼斯人棋牌_注册送38水利局\n2024年1月12日").endswith(
        "\n云岭市水利局\n2024年1月12日"
    )


def test_one_word_of_betting_is_a_word_of_the_report_whatever_stands_elsewhere() -> None:
    text = "深入推进依法行政，雷速体育_中国足彩网¥在线直播全年开展检查。对足彩、竞彩等场所检查，整治“老虎机”。"

    assert runs(text) == [("雷速体育_中国足彩网¥在线直播", "")]


def test_a_line_of_nothing_but_keywords_goes_whole() -> None:
    line = "亚洲无码_成人视频-国产精品,久久精品、欧美激情_在线直播"

    assert removed(f"{line}\n2023年法治政府建设情况报告")[0] == (RemovalReason.INJECTED, line)


@pytest.mark.parametrize(
    "text",
    [
        "联合文旅、公安部门开展棋牌室专项整治行动，检查棋牌室43家，查处聚众赌博案件5起，收缴老虎机12台。",
        "严厉打击网络赌博、六合彩、跨境赌博等违法犯罪活动，抓获涉案人员37人。",
        "投入体育彩票公益金86万元，新建社区足球场3处、体育公园1个，体育局牵头验收。",
        "依托官方网站、政务新媒体开设普法直播专栏，网络直播带货合规培训12场，在线观看2.3万人次。",
        "指导群众下载注册国家反诈中心APP，全镇注册率达95%，安装下载量突破1.2万。",
        "对辖区娱乐场所、网吧、电竞酒店开展联合检查18次，责令整改7家，其中电竞平台1家。",
        "组织党员干部登录学习强国平台和法宣在线，参加在线学习考试，平台注册率100%。",
        "福利彩票销售网点、体育彩票投注站不得向未成年人售彩，检查投注站21个。",
        "优化国际商事调解平台，服务亚洲国际博览会，澳门企业注册登记实现全程网上办理。",
        "开展足球赛、篮球赛等群众体育活动，文化体育中心全年免费开放，体育平台预约3万人次。",
        "取缔非法六合彩窝点2个，捣毁赌场1处，收缴赌具百家乐牌桌3张。",
        "手机版“掌上办”入口上线，下载量达6万，注册用户4.2万，首页设“一件事”专区。",
        "体育直播、网络游戏等新业态纠纷增多，建议出台在线平台监管细则。",
        "推动皇冠大酒店、银河广场、凤凰社区、金沙江路等重点区域消防整治，开元街道、大发村试点先行。",
        "清理下架违规娱乐APP12款，约谈平台企业5家，G20国际峰会期间安保有力。",
        "红旗村、江山镇、天空社区、春秋社区建成法治文化广场，“泰山杯”“黄河杯”法律知识竞赛闭幕。",
        "企业马德里国际注册商标新增12件，体育在线报名系统建成，真人客服在线解答咨询。",
        "欧美、日韩外商投资企业合规培训6场，评选精品案例，执法终端国产率达100%，一区、二区物业纠纷调解完毕。",
        "在政府网站首页在线观看法治电影、免费观看普法短片，播放量达3万次，整治自拍类违规视频。",
        "妇联组织少妇、老年妇女学习反家暴法，对彩票投注站点张贴警示标语，检查电竞馆、剧本娱乐经营场所。",
        "民警到永利村、太阳城小区开展禁赌宣传，云顶村、恒大华府小区设立法律服务站。",
    ],
)
def test_true_words_of_betting_sport_and_websites_stay(text: str) -> None:
    assert runs(text) == []


def test_full_width_letters_and_zero_width_joints_hide_nothing() -> None:
    text = "推动执法重心下移，ｂｅｔ３６５体\u200b育_必\u200b赢彩票网注册下沉执法人员12名。"

    assert cleaned(text) == "推动执法重心下移，下沉执法人员12名。"


def test_no_report_without_advertising_loses_a_word(gold: Path, seeds: Path) -> None:
    injected = {"r09.txt", "b1.txt", "d4.txt", "e3.txt", "000_6657645b8ea30b7f.txt"}
    files = [*gold.glob("*/*.txt"), *seeds.glob("*.txt")]
    clean_files = [path for path in files if path.name not in injected]

    assert len(clean_files) == len(files) - 6 > 30  # one of them is among the seeds and the annotated ones
    for path in clean_files:
        (document,) = read_documents(path)
        assert clean(document).injected == ()


def test_a_document_of_nothing_but_advertising_costs_a_bounded_number_of_runs() -> None:
    edits = list(injected_edits("泰隆百家乐开户_彩票网，" * (2 * MOST_RUNS)))

    assert len(edits) <= MOST_RUNS


@given(
    st.lists(
        st.sampled_from(
            ["体育", "彩票", "官网", "a", "b12", "app", "体育局", "娱乐城", "真人", "投注", "_", "¥", "政府", "，", "3"]
        )
    ).map("".join)
)
def test_triggers_tried_only_where_they_can_begin_are_all_triggers(text: str) -> None:
    assert [found.span() for found in triggers(text)] == [found.span() for found in trigger().finditer(text)]
