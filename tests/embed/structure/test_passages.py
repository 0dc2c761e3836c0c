"""Where a paragraph is divided, and where it must not be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embed.structure.passages import divide
from embed.structure.report import Role
from embed.structure.topics import find_topics
from embed.structure.units import Context, Opening
from tests.helpers.structure import divided, roles_of


def test_ordinals_divide_and_stay_with_their_item() -> None:
    assert divided("一是健全制度。印发办法3个。二是加强培训。培训120人次。") == [
        "一是健全制度。印发办法3个。",
        "二是加强培训。培训120人次。",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "一要充实队伍;|二要创新普法。",
        "其一,队伍不齐。|其二,经费不足。",
        "首先,健全制度。|其次,强化培训。|最后,严格监督。",
        "第一,健全制度。|第二,强化培训。",
        "(1)健全制度;|(2)强化培训。",
        "①健全制度；|②强化培训。",
    ],
)
def test_every_kind_of_ordinal_divides(text: str) -> None:
    assert divided(text.replace("|", "")) == text.split("|")


def test_items_nested_in_items_are_passages_and_the_outer_one_leads_in() -> None:
    text = "一是抓普法。一是举办宣讲5场;二是发放手册1000册。二是抓调解。一是设立调委会12个;二是化解纠纷103件。"
    document = f"某镇2023年工作报告\n一、主要工作\n{text}\n二、不足\n人员不足。\n"

    assert roles_of(document)[:6] == [
        ("background", "一是抓普法。"),
        ("measure", "一是举办宣讲5场;"),
        ("measure", "二是发放手册1000册。"),
        ("background", "二是抓调解。"),
        ("measure", "一是设立调委会12个;"),
        ("measure", "二是化解纠纷103件。"),
    ]


def test_sentences_about_one_measure_stay_together() -> None:
    text = "推进政务公开。完善公开目录,规范公开流程。全年主动公开信息356条,办理依申请公开3件,按期答复率100%。"

    assert divided(text, Role.MEASURE) == [text]


def test_a_sentence_that_opens_another_measure_begins_a_passage() -> None:
    text = (
        "严格落实重大行政决策程序,重大事项集体讨论决定。"
        "全面加强政府信息公开,及时公布各类信息。聘请法律顾问,审查合同12份。"
    )

    assert divided(text, Role.MEASURE) == [part + "。" for part in text.split("。")[:-1]]


def test_a_comma_parts_two_measures_where_a_verb_opens_the_second_and_it_is_counted() -> None:
    assert divided("全年调解各类矛盾纠纷273件,办理行政复议案件5件,维护了群众权益。", Role.MEASURE) == [
        "全年调解各类矛盾纠纷273件,",
        "办理行政复议案件5件,维护了群众权益。",
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("落实村干部法治培训,结合化解矛盾纠纷的案例以案释法。", id="adjunct"),
        pytest.param("梳理权责清单,优化审批流程。", id="short tail"),
        pytest.param("开展宪法宣传,宣讲《未成年人保护法》《行政复议法》。", id="laws named"),
        pytest.param("推进人民调解工作,有效化解信访积案12件。", id="result"),
    ],
)
def test_a_comma_does_not_part_what_belongs_together(text: str) -> None:
    assert divided(text, Role.MEASURE) == [text]


def test_the_short_sentence_that_heads_an_item_is_never_left_alone() -> None:
    text = "二是推进内部审计“严起来”。深化政务公开,全年主动公开信息6729条。"

    assert divided(text, Role.MEASURE) == [text]


def test_semicolons_part_items_that_state_different_things() -> None:
    text = "设立综合窗口5个,办理事项3200件;聘请法律顾问2名,审查合同40份;排查矛盾纠纷200件,化解198件。"

    assert divided(text, Role.MEASURE) == [
        "设立综合窗口5个,办理事项3200件;",
        "聘请法律顾问2名,审查合同40份;",
        "排查矛盾纠纷200件,化解198件。",
    ]


def test_points_behind_a_lead_in_need_no_ordinals() -> None:
    assert divided("明年重点做好两件事:充实执法队伍,补录4人;打造普法品牌,拍摄短视频。", Role.PLAN) == [
        "明年重点做好两件事:",
        "充实执法队伍,补录4人;",
        "打造普法品牌,拍摄短视频。",
    ]


def test_short_statements_of_shortcomings_begin_passages_of_their_own() -> None:
    text = "法治意识待提高。遇事仍凭经验办理。执法队伍待强化。人员业务素质参差不齐。"

    assert divided(text, Role.PROBLEM, own_point=False) == [
        "法治意识待提高。遇事仍凭经验办理。",
        "执法队伍待强化。人员业务素质参差不齐。",
    ]


@pytest.mark.parametrize(
    "cause",
    [
        "究其原因,是编制多年未作调整。",
        "主要原因在于培训不够系统。",
        "成因在于审核多靠兼职。",
        "根子在于宣传没有分类。",
        "症结在于激励不足。",
        "之所以如此,是督促不严。",
        "这与待遇偏低、人才外流有关。",
        "说到底,还是人手太少。",
        "客观上,编制总量有限;主观上,培养力度不大。",
        "出现这些问题,主要是压力没有传导到底。",
        "这些问题的存在,一方面是人少,另一方面是钱少。",
        "上述问题的主要原因:一是专项投入不够;二是骨干轮岗频繁。",
        "激励手段不多也是重要原因之一。",
        "主要是考核偏重笔试,没有和办案联系起来。",
        "主要在于赋权时没有同步划转人员。",
        "主要受区位偏远、待遇不高的制约。",
    ],
)
def test_the_cause_of_a_problem_is_one_passage_of_its_own(cause: str) -> None:
    problem = "执法力量薄弱,案件积压较多。"

    assert divided(problem + cause, Role.PROBLEM) == [problem, cause]


def test_a_cause_behind_a_comma_is_cut_off_and_the_next_item_goes_on() -> None:
    text = "一是复议力量不足,主要原因是编制紧张。二是普法形式单一。"

    assert divided(text, Role.PROBLEM, Role.CAUSE) == [
        "一是复议力量不足,",
        "主要原因是编制紧张。",
        "二是普法形式单一。",
    ]


def test_next_years_work_inside_a_problem_is_a_passage_of_its_own() -> None:
    text = "数据互认不足,群众重复提交材料。2024年,将打通三套系统。"

    assert divided(text, Role.PROBLEM, year=2023) == ["数据互认不足,群众重复提交材料。", "2024年,将打通三套系统。"]
    assert divided(text, Role.PROBLEM, year=2024) == [text]


def test_a_sentence_on_the_kind_of_year_that_comes_opens_the_plans() -> None:
    problem, plan = "专业人才紧缺。", "2025年是“十四五”收官之年,我县将着力提升依法行政水平。"
    text = problem + plan
    context = Context(frozenset({Role.PROBLEM}), year=2024)
    units = divide(text, 0, len(text), find_topics(text), context)

    assert [(text[unit.start : unit.end], unit.opening) for unit in units] == [
        (problem, Opening.START),
        (plan, Opening.PLAN),
    ]


def test_what_takes_up_a_problem_is_a_plan_only_where_problems_stand() -> None:
    text = "数据互认不足。针对这一问题,将打通三套系统。"

    assert divided(text, Role.PROBLEM) == ["数据互认不足。", "针对这一问题,将打通三套系统。"]
    assert divided("群众反映排队时间长。针对这一问题,将窗口增至八个。", Role.MEASURE) == [
        "群众反映排队时间长。针对这一问题,将窗口增至八个。"
    ]


def test_a_shortcoming_in_a_paragraph_on_measures_is_cut_off() -> None:
    text = "全年调解纠纷89件。但也要看到,专业调解员仍然不足。"

    assert divided(text, Role.MEASURE) == ["全年调解纠纷89件。", "但也要看到,专业调解员仍然不足。"]


def test_a_run_that_never_ends_is_cut_into_bounded_pieces() -> None:
    units = divide("加强普法" * 2000, 0, 8000, [])

    assert max(unit.end - unit.start for unit in units) <= 1500
    assert (units[0].start, units[-1].end) == (0, 8000)


@given(st.text(alphabet="一二是，。；：法律顾问普宣传原因但不足将2024年", max_size=120), st.sampled_from(list(Role)))
def test_the_units_cover_the_paragraph_in_order_and_without_gaps(text: str, role: Role) -> None:
    units = divide(text, 0, len(text), find_topics(text), Context(frozenset({role}), 2023))

    assert "".join(text[unit.start : unit.end] for unit in units) == text
    assert all(unit.start < unit.end for unit in units)


@pytest.mark.parametrize(
    "measures",
    [
        ["对照清单清理证明事项16项。", "全年办理行政复议案件21件,纠错3件。"],
        [
            "对照权责清单目录,动态调整权责事项,保留行政权力146项。",
            "18项事项全部进驻政务服务中心,推行一窗受理,平均时限压缩至法定时限的30%。",
        ],
        ["安装执法记录仪15台,案卷全部归档。", "镇政府门户网站公开信息312条。"],
    ],
)
def test_a_sentence_that_counts_a_measure_of_another_kind_is_a_passage_of_its_own(measures: list[str]) -> None:
    assert divided("".join(measures), Role.MEASURE) == measures


def test_a_result_of_the_measure_before_stays_with_it_although_it_is_counted() -> None:
    text = "推行村级说事室,就地调解纠纷120件。全年信访总量因此下降四成,越级访3批次。"

    assert divided(text, Role.MEASURE) == [text]


def test_a_signature_behind_the_last_sentence_closes_the_text() -> None:
    text = "继续抓好法治政府建设。 某县司法局 2024年1月3日"
    units = divide(text, 0, len(text), find_topics(text), Context(frozenset({Role.PLAN})))

    assert [(text[unit.start : unit.end].strip(), unit.opening) for unit in units] == [
        ("继续抓好法治政府建设。", Opening.START),
        ("某县司法局 2024年1月3日", Opening.CLOSING),
    ]
