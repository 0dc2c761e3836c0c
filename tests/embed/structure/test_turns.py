"""Turns: where a paragraph begins to speak of another measure."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from embed.structure.passages import divide
from embed.structure.report import Role
from embed.structure.sentences import find_clauses
from embed.structure.topics import find_topics
from embed.structure.turn_weights import COLUMNS, TurnWeights, read_turn_weights
from embed.structure.turns import Turns, _stakes, _weights_of_paragraph, _weights_seen
from embed.structure.units import Context
from embed.structure.wording import COUNT


def forget_weights() -> None:
    for kept in (_weights_seen, _weights_of_paragraph, _stakes):
        kept.cache_clear()


@pytest.fixture
def _fresh_weights() -> Iterator[None]:
    yield
    forget_weights()


def turns_of(text: str, role: Role = Role.MEASURE) -> Turns:
    counts = [found.end() - 1 for found in COUNT.finditer(text)]
    return Turns(text, find_clauses(text, 0, len(text)), find_topics(text), Context(frozenset({role})), counts)


def divided(text: str, role: Role = Role.MEASURE) -> list[str]:
    units = divide(text, 0, len(text), find_topics(text), Context(frozenset({role})))
    return [text[unit.start : unit.end] for unit in units]


@pytest.mark.parametrize("column", COLUMNS)
def test_every_evidence_has_a_weight_in_every_column(column: str) -> None:
    measures = turns_of("调解纠纷9件。办理法律援助4件。").evidence(1, "。")

    assert measures is not None
    assert set(read_turn_weights().weights[column]) == {*measures, "bias"}


def test_the_evidence_of_a_known_topic_is_no_fresh_one() -> None:
    evidence = turns_of("排查矛盾纠纷9件。调解矛盾纠纷4件。").evidence(1, "。")

    assert evidence is not None
    assert evidence["fresh"] == evidence["fresh kin"] == 0
    assert evidence["known"] == evidence["carry"] > 0


@pytest.mark.parametrize(
    ("role", "clause", "leader", "among_leaders"),
    [
        (Role.LEADERSHIP, "镇长带队督办信访积案3件。", 1.0, 1.0),
        (Role.MEASURE, "党委会议研究普法工作2次。", 1.0, 0.0),
        (Role.LEADERSHIP, "全年督办信访积案3件。", 0.0, 0.0),
        (Role.MEASURE, "市长期开展普法宣传。", 0.0, 0.0),
    ],
)
def test_a_clause_of_which_leaders_are_the_subject_is_evidence(
    role: Role, clause: str, leader: float, among_leaders: float
) -> None:
    evidence = turns_of(f"组织普法宣传9场。{clause}", role).evidence(1, "。")

    assert evidence is not None
    assert (evidence["leader"], evidence["leader among leaders"]) == (leader, among_leaders)


def test_what_the_whole_paragraph_says_is_evidence_at_each_of_its_clauses() -> None:
    turns = turns_of("调解纠纷9件。办理法律援助4件。")
    evidence = turns.evidence(1, "。")

    assert evidence is not None
    assert {name: evidence[name] for name in evidence if name.startswith("paragraph")} == {
        "paragraph": 16 / 200,
        "paragraph long": 0.0,
        "paragraph counts": 0.5,
        "paragraph sentences": 0.5,
        "paragraph topics": 0.5,
        "paragraph by topic": 0.08,
    }


@pytest.mark.parametrize(
    "measures",
    [
        pytest.param(
            ["全年调解各类矛盾纠纷273件,调解成功率98%;", "办理法律援助案件31件,帮助26名农民工讨回工资38.9万元。"],
            id="disputes and legal aid",
        ),
        pytest.param(
            [
                "编制公布行政许可事项清单526项,调整权责事项148项;",
                "推行一网通办,140项高频事项实现跨省通办。",
            ],
            id="lists of powers and services online",
        ),
        pytest.param(
            ["全年审核规范性文件58份,废止11份。", "签订常年法律顾问合同,律师参与谈判14次,审查合同36份。"],
            id="documents and advisers",
        ),
    ],
)
def test_parts_of_a_sentence_that_state_different_measures_are_passages(measures: list[str]) -> None:
    assert divided("".join(measures)) == measures


def test_results_and_examples_stay_with_their_measure() -> None:
    text = "推行人民调解“三级过滤”,全年排查纠纷462件,调解成功451件。两户居民因共墙相持三年,经调解握手言和。"

    assert divided(text) == [text]


@pytest.mark.parametrize(
    ("measure", "flaw"),
    [
        ("对照清单承接赋权事项38项,编制权责清单并公示,", "但其中燃气管理等事项专业性强,技术支撑跟不上。"),
        ("聘请法律顾问审查合同53份,提出意见121条;", "但个别科室把审查当成过场,事后补审时有发生。"),
    ],
)
def test_what_a_measure_lacks_is_a_passage_of_its_own(measure: str, flaw: str) -> None:
    assert divided(measure + flaw) == [measure, flaw]


@pytest.mark.parametrize(
    "text",
    [
        "调解纠纷9件。办理法律援助4件，帮助12人；审查合同36份，废止文件2件。全年信访量下降12%，荣获先进称号。",
        "加强宣传，组织培训3次，开展普法；推进公开，修订制度5项，确保落实。今年以来排查隐患30处。",
        "学习贯彻习近平法治思想。办理法律援助案件31件；推行一窗受理。",
        "落实责任制，书记带队督察2次，约谈4人；局长主持述法，党组会议研究议题6个。镇长接访12次。",
    ],
)
@pytest.mark.parametrize("role", [Role.MEASURE, Role.LEADERSHIP, Role.PLAN])
@pytest.mark.parametrize("sign", ["。", "；", "，"])
@pytest.mark.usefixtures("_fresh_weights")
def test_a_turn_is_decided_as_all_the_evidence_together_says(
    text: str, sign: str, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = read_turn_weights().weights[sign].keys()
    for number in range(20):  # weights of which each can tip the scale
        dice = random.Random(number)
        drawn = TurnWeights({column: {name: dice.uniform(-2, 2) for name in names} for column in COLUMNS})
        monkeypatch.setattr("embed.structure.turns.read_turn_weights", lambda drawn=drawn: drawn)
        forget_weights()
        turns = turns_of(text, role)
        column = turns.column(sign)
        weights = drawn.weights[column]
        for index in range(1, len(turns.clauses)):
            evidence, seen = turns.evidence(index, sign), turns._seen(index, sign)
            assert (evidence is None) is (seen is None)
            if evidence is not None and seen is not None and not evidence["both count"]:
                log_odds = weights["bias"] + sum(weights[name] * value for name, value in evidence.items())
                assert turns._decides(index, column, seen) is (log_odds > 0)


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(
            [
                "将分批选送执法人员到县直部门跟班学习,明年底前力争持证率达到100%,",
                "组建方言普法小分队,把群众关心的法律编成小戏,每村至少演两场。",
            ],
            id="comma, what a step aims at stays with it",
        ),
        pytest.param(
            [
                "每季度组织一次执法案卷交叉互评,把评查结果与队员绩效挂钩;",
                "修订法律顾问管理办法,将参与谈判次数列为续聘条件。",
            ],
            id="semicolon",
        ),
    ],
)
def test_steps_to_be_taken_are_passages_where_plans_stand(steps: list[str]) -> None:
    assert divided("".join(steps), Role.PLAN) == steps


def test_what_a_step_aims_at_is_no_step_of_its_own() -> None:
    text = "加强执法队伍建设,不断提升执法能力,确保执法质量稳步提高。"

    assert divided(text, Role.PLAN) == [text]


def test_shortcomings_of_different_kinds_are_passages() -> None:
    flaws = [
        "法律服务资源不足,全镇没有一家律师事务所,群众打官司要跑三十公里;",
        "普法宣传形式单一,仍以发传单、挂横幅为主,针对性不强;",
        "执法队伍年龄老化,五名队员平均年龄五十一岁,夜间巡查力不从心。",
    ]

    assert divided("".join(flaws), Role.PROBLEM) == flaws


def test_what_a_shortcoming_shows_in_is_no_shortcoming_of_its_own() -> None:
    text = "执法规范化水平不高,部分案卷文书缺项,裁量说理不够充分。"

    assert divided(text, Role.PROBLEM) == [text]


def test_shortcomings_that_semicolons_part_are_passages_in_a_part_without_points() -> None:
    text = "一方面,干部运用法治思维能力不足,习惯于行政命令;另一方面,村级调解组织作用发挥不够,矛盾上交较多。"
    context = Context(frozenset({Role.PROBLEM}), own_point=False)
    units = divide(text, 0, len(text), find_topics(text), context)

    assert [text[unit.start : unit.end] for unit in units] == [text[: text.index("另一")], text[text.index("另一") :]]
