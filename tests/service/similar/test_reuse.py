from __future__ import annotations

from pathlib import Path

import pytest

from embed.exceptions import QueryError
from embed.index import Filter, Generation
from embed.structure.report import Role
from service.similar import Direction, Kind, Relation, compare, copy_families, distinctive, reuse
from service.similar.copies import near_copy_pairs
from service.similar.findings import ConflictKind
from tests.helpers.stores import make_report, make_store
from tests.service.similar.conftest import EDITED, ORIGINAL, PLACES, VERBATIM, passage, report


def test_reuse_names_own_last_year_first_among_equals(generation: Generation) -> None:
    answer = reuse(generation, report(generation, "anju24.txt"))

    first = answer.passages[0]
    assert first.kind is Kind.VERBATIM
    assert first.sources[0].relation is Relation.OWN_EARLIER
    assert first.sources[0].direction is Direction.EARLIER
    assert {source.report for source in first.sources} == {
        report(generation, name) for name in ("anju23.txt", "lufeng.txt", "anda.txt")
    }
    assert answer.sources[0].relation is Relation.OWN_EARLIER
    assert answer.verbatim + answer.edited + answer.own == answer.report.passages == 4


def test_reuse_tells_neighbours_from_elsewhere(generation: Generation) -> None:
    relations = {
        source.citation.file: source.relation
        for one in reuse(generation, report(generation, "chuanshan.txt")).passages
        for source in one.sources
    }

    assert relations["anju24.txt"] is Relation.NEIGHBOUR
    assert relations["lufeng.txt"] is Relation.ELSEWHERE


def test_reuse_of_an_unknown_report_is_refused(generation: Generation) -> None:
    with pytest.raises(QueryError, match="no report"):
        reuse(generation, "r000000000000000")


def test_compare_pairs_every_passage_once(generation: Generation) -> None:
    answer = compare(generation, report(generation, "anju23.txt"), report(generation, "lufeng.txt"))

    assert len(answer.pairs) == 4
    assert len({p.a for p in answer.pairs}) == len({p.b for p in answer.pairs}) == 4
    assert (answer.pairs[0].a_text, answer.pairs[0].b_text) == (ORIGINAL, VERBATIM)
    assert answer.only_a == answer.only_b == ()
    assert answer.direction is Direction.LATER
    assert answer.shared_a > 0.5


def test_compare_flags_other_numbers(generation: Generation) -> None:
    pair = compare(generation, passage(generation, "anju23.txt"), passage(generation, "lufeng.txt")).pairs[0]

    assert [(c.kind, c.query_text, c.hit_text) for c in pair.conflicts if c.kind is ConflictKind.NUMBER][:2] == [
        (ConflictKind.NUMBER, "36", "52"),
        (ConflictKind.NUMBER, "1286", "943"),
    ]


@pytest.mark.parametrize(("a", "b"), [("anju23.txt", "anju23.txt"), ("anju23.txt", None)])
def test_compare_refuses_what_cannot_be_compared(generation: Generation, a: str, b: str | None) -> None:
    left = report(generation, a)
    right = report(generation, b) if b else passage(generation, "anda.txt")
    with pytest.raises(QueryError):
        compare(generation, left, right)


def test_families_hold_all_copies_and_begin_with_the_earliest(generation: Generation) -> None:
    answer = copy_families(generation)

    family = next(f for f in answer.families if f.text == ORIGINAL)
    files = [generation.report_at(generation.report_row(m.report)).file for m in family.members]
    assert files[0] == "anju23.txt"
    assert sorted(files) == ["anda.txt", "anju23.txt", "anju24.txt", "lufeng.txt"]
    assert (family.reports, family.regions, family.years) == (4, 3, (2023, 2024, 2025))
    assert answer.total == len(answer.families)


def test_families_keep_to_the_filter(generation: Generation) -> None:
    answer = copy_families(generation, where=Filter(regions=("51",)))

    assert {m.place for f in answer.families for m in f.members} <= {"四川省遂宁市安居区", "四川省遂宁市船山区"}


@pytest.mark.parametrize(("k", "smallest"), [(0, 2), (5, 1)])
def test_families_refuse_numbers_without_meaning(generation: Generation, k: int, smallest: int) -> None:
    with pytest.raises(QueryError):
        copy_families(generation, k=k, smallest=smallest)


def test_near_copy_pairs_are_those_of_every_pair(generation: Generation) -> None:
    from service.similar.alignment import EDITED as FROM
    from service.similar.alignment import outline, shared_wording

    rows = generation.rows()
    report_of = generation.passages.report
    outlines = [outline(generation.text_of(int(row))) for row in rows]
    expected = {
        (int(a), int(b))
        for i, a in enumerate(rows)
        for j, b in enumerate(rows)
        if i < j and report_of[a] != report_of[b] and shared_wording(outlines[i], outlines[j]) >= FROM
    }

    assert {(a, b) for a, b, _ in near_copy_pairs(generation, rows)} == expected


def test_a_report_without_copies_has_none(tmp_path: Path) -> None:
    texts = [(Role.MEASURE, ORIGINAL)], [(Role.MEASURE, "执法人员全部持证上岗，分批参加脱产轮训，考试不合格的调离。")]
    store = make_store(tmp_path / "s", [make_report("a", texts[0]), make_report("b", texts[1], region=PLACES["anda"])])
    with store.current() as generation:
        answer = reuse(generation, generation.report_id(0))
        assert (answer.verbatim, answer.edited, answer.own, answer.share) == (0, 0, 1, 0.0)
        assert copy_families(generation).families == ()


def test_distinctive_passages_have_no_near_neighbour_in_another_region(tmp_path: Path) -> None:
    alone = "组织退休铁路工人成立护林巡回法律讲堂，骑着摩托沿防火瞭望塔逐站讲解草原法律知识和防火常识。"
    store = make_store(
        tmp_path / "s",
        [
            make_report("a", [(Role.MEASURE, ORIGINAL), (Role.MEASURE, alone)], region=PLACES["anju"]),
            make_report("b", [(Role.MEASURE, VERBATIM)], region=PLACES["lufeng"]),
            make_report("c", [(Role.MEASURE, EDITED)], region=PLACES["anda"]),
            make_report("d", [(Role.MEASURE, alone)], region=PLACES["anju"], year=2023),
        ],
    )
    with store.current() as generation:
        answer = distinctive(generation)
        assert [p.text for p in answer.passages[:2]] == [alone, alone]
        assert answer.passages[0].score > answer.passages[-1].score
        own = distinctive(generation, generation.passages_at([0])[0].report, k=1)
        assert len(own.passages) == 1


def test_distinctive_refuses_a_number_without_meaning(generation: Generation) -> None:
    with pytest.raises(QueryError):
        distinctive(generation, k=0)


def test_a_store_of_one_region_has_nothing_to_compare_with(tmp_path: Path) -> None:
    store = make_store(tmp_path / "s", [make_report("a", [(Role.MEASURE, ORIGINAL)])])
    with store.current() as generation:
        only = distinctive(generation).passages[0]
        assert (only.nearest, only.score) == (None, 100.0)
