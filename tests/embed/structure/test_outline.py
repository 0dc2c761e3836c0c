"""Headings in every habit and damage, and the depth that they have."""

from __future__ import annotations

import pytest

from tests.helpers.structure import outline_of, roles_of

HEAD = "某镇2023年法治政府建设情况报告\n2023年,某镇认真推进依法行政。现将有关情况报告如下。\n"


def test_the_official_levels_nest_in_their_order() -> None:
    text = HEAD + (
        "一、主要工作\n(一)规范执法\n1.严格程序\n全年办理案件12件,无一被撤销。\n2.公开结果\n处罚决定全部上网公开。\n"
        "(二)化解纠纷\n全年调解纠纷89件。\n二、存在问题\n执法力量不足。\n"
    )

    assert outline_of(text) == [
        (1, "一、", "主要工作"),
        (2, "(一)", "规范执法"),
        (3, "1.", "严格程序"),
        (3, "2.", "公开结果"),
        (2, "(二)", "化解纠纷"),
        (1, "二、", "存在问题"),
    ]


def test_a_report_may_begin_with_bracketed_numbers_at_the_top() -> None:
    text = HEAD + "(一)推进普法\n1.进校园\n宣讲6场。\n(二)规范执法\n2.严程序\n办案3件。\n"

    assert outline_of(text) == [
        (1, "(一)", "推进普法"),
        (2, "1.", "进校园"),
        (1, "(二)", "规范执法"),
        (2, "2.", "严程序"),
    ]


@pytest.mark.parametrize(
    ("line", "number", "heading"),
    [
        pytest.param("(一)强化统筹。坚持把法治建设与中心工作同部署。", "(一)", "强化统筹", id="sentence"),
        pytest.param("(一)强化学习 坚持会前学法,全年组织集体学法12次。", "(一)", "强化学习", id="blank"),
        pytest.param("1、“清单”管起来。梳理权责事项142项。", "1、", "“清单”管起来", id="quoted coinage"),
        pytest.param(
            "(一)2023年党政主要负责人履行推进法治建设第一责任人职责,加强法治政府建设的有关情况。镇长主持会议4次。",
            "(一)",
            "2023年党政主要负责人履行推进法治建设第一责任人职责,加强法治政府建设的有关情况",
            id="long, ends in 情况",
        ),
    ],
)
def test_a_heading_may_run_in_at_the_head_of_its_text(line: str, number: str, heading: str) -> None:
    outline = outline_of(HEAD + "一、工作开展情况\n" + line + "\n")

    assert outline[1:] == [(2, number, heading)]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("(一)全年调解纠纷89件。无一激化。", id="counts"),
        pytest.param("(一)建立台账,逐项对照,缺什么补什么。年内新增示范村2个。", id="several clauses"),
        pytest.param("(一)联合高校开设研修班,三年内让每个中队至少有2人取得资格。", id="whole item"),
    ],
)
def test_a_sentence_that_states_something_is_an_item_and_no_heading(line: str) -> None:
    assert outline_of(HEAD + "一、工作开展情况\n" + line + "\n") == [(1, "一、", "工作开展情况")]


def test_one_item_is_not_headed_where_its_neighbours_are_not() -> None:
    text = HEAD + (
        "一、工作开展情况\n1.全年办理案件12件，无一被撤销，执法质量进一步提高。\n"
        "2.紧盯群众反映强烈的治安问题，扫黑除恶持续高压。打防并举、标本兼治，推动长效常治。\n"
        "3.聘请法律顾问2名，全年审查合同40份，防范了法律风险。\n"
    )

    assert outline_of(text) == [(1, "一、", "工作开展情况")]
    assert "紧盯群众反映强烈的治安问题，扫黑除恶持续高压。打防并举、标本兼治，推动长效常治。" in [
        passage for _, passage in roles_of(text)
    ]


def test_lost_brackets_and_signs_are_known_by_the_order_of_the_numbers() -> None:
    text = HEAD + "一法治建设主要工作\n一)规范执法\n办案12件。\n二)化解纠纷\n调解89件。\n二存在的问题\n人员不足。\n"

    assert outline_of(text) == [
        (1, "一", "法治建设主要工作"),
        (2, "一)", "规范执法"),
        (2, "二)", "化解纠纷"),
        (1, "二", "存在的问题"),
    ]


def test_a_heading_that_is_printed_twice_is_read_once() -> None:
    text = HEAD + "一、主要工作\n一、主要工作\n全年办案12件，无一被撤销。\n二、存在问题\n人员不足。\n"

    assert outline_of(text) == [(1, "一、", "主要工作"), (1, "二、", "存在问题")]
    assert [passage for _, passage in roles_of(text)][1:] == ["全年办案12件，无一被撤销。", "人员不足。"]


def test_a_number_on_its_own_line_belongs_to_the_line_below() -> None:
    assert outline_of(HEAD + "一、\n主要工作\n(一)\n规范执法\n全年办案12件,无一被撤销。\n") == [
        (1, "一、", "主要工作"),
        (2, "(一)", "规范执法"),
    ]


def test_headings_without_numbers_are_parts_and_their_points() -> None:
    text = HEAD + (
        "主要举措和成效\n规范行政执法\n全面落实三项制度,全年办案45件,无一被撤销。\n"
        "存在的不足\n宣传形式单一,青年群众参与度不高。\n下一步打算\n打造短视频普法品牌,扩大普法的覆盖面。\n"
    )

    assert outline_of(text) == [
        (1, "", "主要举措和成效"),
        (2, "", "规范行政执法"),
        (1, "", "存在的不足"),
        (1, "", "下一步打算"),
    ]


def test_a_part_may_be_named_before_a_colon_or_glued_to_its_first_item() -> None:
    assert outline_of(HEAD + "存在问题和薄弱环节:一是人员不足。二是经费紧张。\n") == [(1, "", "存在问题和薄弱环节")]
    assert outline_of(HEAD + "二、下一步工作计划一是加强普法；二是充实队伍。\n") == [(1, "二、", "下一步工作计划")]


def test_text_without_any_line_break_still_shows_its_parts() -> None:
    text = (
        "2022年，我镇推进依法行政，现将情况报告如下：一、工作开展情况（一）加强领导。镇长主持会议3次。"
        "（二）开展普法。发放资料2000份。二、存在问题执法力量不足。三、下一步计划一是充实队伍。特此报告。"
    )

    assert [row[:2] for row in outline_of(text)] == [(1, "一、"), (2, "（一）"), (2, "（二）"), (1, "三、")]


@pytest.mark.parametrize(
    "line",
    [
        "12.4宪法日期间开展宣传3场。",
        "3·15当天发放资料500份。",
        "6.26禁毒日开展宣传。",
        "十三五规划实施以来,普法经费逐年增加。",
        "一窗通办改革全面铺开,群众办事更方便。",
        "一把手带头讲法治课2次。",
        "三项制度全面落实,执法更加规范。",
        "2024年共受理案件120件。",
        "5、6月份开展执法检查12次。",
    ],
)
def test_a_number_that_looks_like_numbering_stays_in_its_text(line: str) -> None:
    text = HEAD + "一、普法工作\n" + line + "\n二、存在问题\n人员不足。\n"

    assert [heading for _, _, heading in outline_of(text)] == ["普法工作", "存在问题"]
    assert line in [passage for _, passage in roles_of(text)]


def test_a_doubtful_number_in_the_right_place_is_one() -> None:
    text = HEAD + "一、培训\n1.首先制定计划,明确责任。\n2.3月和9月各培训一次,共86人。\n"

    assert [passage for _, passage in roles_of(text)][1:] == [
        "首先制定计划,明确责任。",
        "3月和9月各培训一次,共86人。",
    ]


def test_a_section_ends_where_the_next_of_its_depth_begins() -> None:
    from tests.helpers.structure import report_of

    report = report_of(HEAD + "一、主要工作\n(一)普法\n宣讲6场。\n二、存在问题\n人员不足。\n")
    first, inner, second = report.sections

    assert (first.parent, inner.parent, second.parent) == (None, 0, None)
    assert report.source_text[first.start : first.end] == "一、主要工作\n(一)普法\n宣讲6场。\n"
    assert first.end == second.start
    assert report.source_text[inner.start : inner.end].startswith("(一)普法")
    assert report.source_text[second.start : second.end] == "二、存在问题\n人员不足。"


def test_a_heading_of_a_part_ends_where_the_text_opens_although_no_stop_parts_them() -> None:
    text = HEAD + (
        "一、主要工作开展普法宣传12场,发放资料300份。二、存在的问题和下一步打算当前,我镇工作还有短板,少数村干部对法治工作重视不够;"
        "群众法治意识仍需提高,信访不信法现象依然存在;工作经费保障不足,执法车辆、装备配备不到位。\n"
    )

    assert outline_of(text)[-1] == (1, "二、", "存在的问题和下一步打算")
    assert [said for role, said in roles_of(text) if role == "problem"] == [
        "当前,我镇工作还有短板,少数村干部对法治工作重视不够;",
        "群众法治意识仍需提高,信访不信法现象依然存在;",
        "工作经费保障不足,执法车辆、装备配备不到位。",
    ]


def test_a_heading_keeps_the_words_for_times_that_belong_to_it() -> None:
    text = HEAD + "一、2023年主要工作\n开展普法宣传12场。\n二、下一步工作打算\n加强执法培训。\n"

    assert [heading for _, _, heading in outline_of(text)] == ["2023年主要工作", "下一步工作打算"]


def test_a_blank_beside_a_number_parts_no_heading_from_its_text() -> None:
    text = HEAD + "一、主要工作\n(一)配合司法所为 9 名社区矫正对象安排公益劳动,按月写出评语,帮助找到工作。\n"

    assert outline_of(text) == [(1, "一、", "主要工作")]


def test_marks_without_their_first_bracket_are_found_in_text_without_line_breaks() -> None:
    text = HEAD + (
        "一、主要工作 一)强化领导,压实责任。全年召开专题会议3次,研究解决问题5个。 "
        "二)规范决策,提升水平。聘请法律顾问1名,审查合同36份,提出意见70余条。\n"
    )

    assert outline_of(text)[1:] == [(2, "一)", "强化领导,压实责任"), (2, "二)", "规范决策,提升水平")]


@pytest.mark.parametrize(
    ("first", "second", "third", "numbers"),
    [
        pytest.param(
            "第一,主要工作。", "第二,存在问题。", "第三,下一步打算。", ("第一,", "第二,", "第三,"), id="ordinals"
        ),
        pytest.param("首先,工作情况。", "其次,存在不足。", "最后,今后方向。", ("首先,", "其次,", "最后,"), id="words"),
    ],
)
@pytest.mark.parametrize("end", [pytest.param("\n", id="lines"), pytest.param("", id="one line")])
def test_an_ordinal_numbers_a_part_whose_name_stands_behind_it(
    first: str, second: str, third: str, numbers: tuple[str, ...], end: str
) -> None:
    text = HEAD + end.join(
        [first, "全年调解纠纷89件,无一激化。", second, "执法人员业务素质不高。", third, "镇里将组织轮训两次。"]
    )

    assert [(depth, number) for depth, number, _ in outline_of(text)] == [(1, number) for number in numbers]
    assert [role for role, _ in roles_of(text)][1:] == ["measure", "problem", "plan"]


def test_an_ordinal_before_anything_else_opens_an_item() -> None:
    text = HEAD + "一、存在问题\n第一,执法力量不足。全镇持证人员仅5名。\n第二,宣传形式单一。多以发传单为主。\n"

    assert outline_of(text) == [(1, "一、", "存在问题")]


def test_short_sentences_that_open_most_paragraphs_of_a_section_are_its_headings() -> None:
    text = HEAD + (
        "一、主要工作\n党建引领,凝聚法治合力。党委会专题研究法治工作4次,听取汇报2次。\n"
        "普法宣传走深走实。全年举办法治讲座12场,发放资料3000份。\n"
        "二、存在问题\n执法力量薄弱。全镇持证人员仅有5名,人少事多。\n普法形式单一。仍以发传单、挂横幅为主。\n"
    )

    assert outline_of(text) == [
        (1, "一、", "主要工作"),
        (2, "", "党建引领,凝聚法治合力"),
        (2, "", "普法宣传走深走实"),
        (1, "二、", "存在问题"),
        (2, "", "执法力量薄弱"),
        (2, "", "普法形式单一"),
    ]
    assert [passage for role, passage in roles_of(text) if role == "problem"] == [
        "执法力量薄弱。全镇持证人员仅有5名,人少事多。",
        "普法形式单一。仍以发传单、挂横幅为主。",
    ]


@pytest.mark.parametrize(
    "paragraphs",
    [
        pytest.param("调委会换了班子。全年调解纠纷89件,无一激化。\n窗口增设了专员。全年代办事项120件。\n", id="story"),
        pytest.param("规范执法行为。全年办案12件,无一被撤销。\n年内新建公园2个,群众就近学法。\n", id="one only"),
        pytest.param("一是规范执法。全年办案12件,无一被撤销。\n二是化解纠纷。全年调解89件。\n", id="items"),
    ],
)
def test_a_short_sentence_is_no_heading_where_it_tells_a_story_or_stands_alone(paragraphs: str) -> None:
    assert outline_of(HEAD + "一、主要工作\n" + paragraphs) == [(1, "一、", "主要工作")]


def test_the_heading_of_a_cause_stays_with_it_as_that_of_a_problem_does() -> None:
    text = HEAD + (
        "一、存在的不足和原因\n(一)存在的不足\n1.执法力量薄弱。持证人员仅有5名。\n2.普法形式单一。多以发传单为主。\n"
        "(二)原因分析\n1.学习不够深入。学法多停留在读文件层面。\n2.保障机制不健全。编制少、经费紧。\n"
    )

    assert roles_of(text)[1:] == [
        ("problem", "执法力量薄弱。持证人员仅有5名。"),
        ("problem", "普法形式单一。多以发传单为主。"),
        ("cause", "学习不够深入。学法多停留在读文件层面。"),
        ("cause", "保障机制不健全。编制少、经费紧。"),
    ]


def test_a_couplet_on_its_own_line_heads_a_text_that_is_little_longer() -> None:
    text = HEAD + "一、主要工作\n坚持预防为先,化解矛盾纠纷\n依托综治中心排查矛盾232件,化解229件。\n"

    assert outline_of(text) == [(1, "一、", "主要工作"), (2, "", "坚持预防为先,化解矛盾纠纷")]
