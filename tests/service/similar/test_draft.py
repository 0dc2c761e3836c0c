from __future__ import annotations

from pathlib import Path

import pytest

from embed.exceptions import QueryError
from embed.index import Generation
from embed.structure.report import Region
from service.similar import Kind, check_draft
from service.similar.alignment import align
from service.similar.answer import ClauseMatch
from service.similar.conflicts import conflicts_in, conflicts_of_clauses
from service.similar.residue import foreign_names, foreign_persons, home_of, likely_home
from tests.helpers.stores import HashEncoder
from tests.service.similar.conftest import ORIGINAL

DRAFT = f"""安居区2025年法治政府建设情况报告

2025年，安居区坚持以习近平新时代中国特色社会主义思想为指导，深入学习贯彻习近平法治思想，法治政府建设取得成效。

一、主要举措
（一）化解矛盾纠纷。{ORIGINAL.replace("1286", "1533")}
（二）抓实普法。组织干部走访安化县梅城镇农户，送去法律读本三千册，解答群众咨询近千人次。

二、存在问题
执法力量不足，一人多岗的情况还比较普遍，专业培训跟不上。
"""
HOME = home_of(Region("四川省", "遂宁市", "安居区", None, "510904"))


def files(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(p): (p.stat().st_size, p.stat().st_mtime_ns) for p in folder.rglob("*") if p.is_file()}


def test_a_draft_is_compared_passage_by_passage_and_nothing_is_stored(
    generation: Generation, hashed: HashEncoder
) -> None:
    before = files(generation.folder.parent.parent)

    answer = check_draft(generation, hashed, DRAFT)

    assert files(generation.folder.parent.parent) == before
    assert answer.place == "四川省遂宁市安居区"
    assert answer.year == 2025
    assert answer.covered == 1.0
    copied = [part for part in answer.parts if part.hits[0].kind is not Kind.SIMILAR]
    assert len(copied) == 1
    assert "矛盾纠纷调解中心" in copied[0].text
    assert (answer.verbatim + answer.edited, answer.share > 0) == (1, True)


def test_names_of_another_county_are_residue(generation: Generation, hashed: HashEncoder) -> None:
    residue = check_draft(generation, hashed, DRAFT).residue

    assert [(r.name, r.kind, r.region) for r in residue] == [
        ("安化县", "place", "湖南省益阳市安化县"),
        ("梅城镇", "place", "湖南省益阳市安化县梅城镇"),
    ]
    assert all(DRAFT[r.start : r.end] == r.name for r in residue)


def test_other_numbers_than_the_source_are_flagged(generation: Generation, hashed: HashEncoder) -> None:
    conflicts = [c for part in check_draft(generation, hashed, DRAFT).parts for _, c in part.conflicts]

    assert ("1533", "1286") in [(c.query_text, c.hit_text) for c in conflicts]


def test_formulae_are_told_apart_and_the_rest_compared_without_them(
    generation: Generation, hashed: HashEncoder
) -> None:
    part = next(p for p in check_draft(generation, hashed, DRAFT).parts if "习近平法治思想" in p.text)

    assert part.template.share > 0.15
    assert part.template.above is not None
    assert any("习近平法治思想" in part.text[a:b] for a, b in part.template.spans)


def test_a_home_can_be_given(generation: Generation, hashed: HashEncoder) -> None:
    answer = check_draft(
        generation, hashed, "组织干部走访安化县梅城镇农户，送去法律读本三千册，解答群众咨询。", home="430923"
    )

    assert answer.place == "湖南省益阳市安化县"
    assert answer.residue == ()


def test_a_draft_without_a_place_says_that_names_were_not_looked_for(
    generation: Generation, hashed: HashEncoder
) -> None:
    answer = check_draft(generation, hashed, "组织干部走村入户，送去法律读本三千册，解答群众咨询近千人次。")

    assert (answer.place, answer.residue) == ("", ())
    assert len(answer.notes) == 1


@pytest.mark.parametrize(
    ("draft", "options"),
    [("", {}), (" \n", {}), ("法" * 300_000, {}), ("调解", {"k": 0}), ("调解", {"home": "999999"})],
)
def test_bad_drafts_are_refused(generation: Generation, hashed: HashEncoder, draft: str, options: dict) -> None:  # type: ignore[type-arg]
    with pytest.raises(QueryError):
        check_draft(generation, hashed, draft, **options)


@pytest.mark.parametrize(
    "text",
    [
        "与安化县签订协作协议",
        "赴安化县学习经验",
        "安化县籍务工人员",
        "毗邻的安化县",
        "安居区大兴街道",
        "四川省司法厅",
        "遂宁市中级人民法院",
    ],
)
def test_partners_and_places_of_its_own_are_no_residue(text: str) -> None:
    assert HOME is not None
    assert foreign_names(text, HOME) == []


def test_an_organ_of_another_place_is_residue() -> None:
    assert HOME is not None
    assert [(r.name, r.kind) for r in foreign_names("由安化县应急局组织演练", HOME)] == [("安化县应急局", "organ")]


def test_the_same_person_in_another_regions_copy_is_residue() -> None:
    found = foreign_persons("邀请法律顾问龙思涛律师授课", "请法律顾问龙思涛律师讲课", "广东省湛江市廉江市")

    assert [(r.name, r.kind, r.region) for r in found] == [("龙思涛", "leader", "广东省湛江市廉江市")]


def test_the_place_that_a_text_names_most_is_its_likely_home() -> None:
    home = likely_home("禄丰市司法局组织宣讲。禄丰市人民法院派员参加。安达市也来人。")

    assert home is not None
    assert home.name == "云南省楚雄彝族自治州禄丰市"
    assert likely_home("只提一次禄丰市。") is None


SENTENCE = "全年办理行政复议案件300{1}，纠错率比上年{0}，复议决定全部按期履行，群众满意度达到98%，共投入经费20万元。"


@pytest.mark.parametrize(
    ("a", "b", "kind", "pair"),
    [
        (SENTENCE.format("上升", "件"), SENTENCE.format("下降", "件"), "polarity", ("上升", "下降")),
        (SENTENCE.format("上升", "件"), SENTENCE.format("上升", "人次"), "unit", ("件", "人次")),
        (
            SENTENCE.format("上升", "件"),
            SENTENCE.format("上升", "件").replace("98%", "89%"),
            "number",
            ("98%", "89%"),
        ),
        (
            "自2023年5月起，" + SENTENCE.format("上升", "件"),
            "自2022年5月起，" + SENTENCE.format("上升", "件"),
            "date",
            None,
        ),
    ],
)
def test_conflicts_say_what_differs(a: str, b: str, kind: str, pair: tuple[str, str] | None) -> None:
    conflicts = conflicts_in(align(a, b))

    assert kind in [str(c.kind) for c in conflicts]
    if pair:
        assert pair in [(c.query_text, c.hit_text) for c in conflicts]


def test_texts_in_their_own_words_have_no_conflicts() -> None:
    assert conflicts_in(align("全年调解纠纷36件，化解率98%。", "信访积案化解了十二件，群众满意。")) == ()


def test_clauses_that_answer_each_other_closely_are_looked_at() -> None:
    sure = ClauseMatch(0, 9, 5, 14, "立案处罚案件30件", "立案处罚案件45件", 0.95)

    found = conflicts_of_clauses((sure,))

    assert [(c.query_text, c.hit_text, c.query_start, c.hit_start) for c in found] == [("30", "45", 6, 11)]
    assert conflicts_of_clauses((ClauseMatch(0, 9, 5, 14, "立案处罚案件30件", "立案处罚案件45件", 0.5),)) == ()
