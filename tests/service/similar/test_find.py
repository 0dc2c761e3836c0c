from __future__ import annotations

import numpy as np
import pytest

from embed.index import Filter, Generation
from embed.structure.report import Level, Role
from service.similar import Direction, GroupBy, Kind, SimilarQuery, find_similar, find_similar_many
from tests.helpers.stores import HashEncoder
from tests.service.similar.conftest import EDITED, ORIGINAL, passage, report


def files(generation: Generation, hits: tuple) -> list[str]:  # type: ignore[type-arg]
    return [hit.citation.file for hit in hits]


def test_a_passage_never_finds_itself(generation: Generation) -> None:
    asked = passage(generation, "anju24.txt")

    answer = find_similar(generation, None, SimilarQuery(passage=asked, k=30, collapse_copies=False))

    assert asked not in [hit.passage for hit in answer.hits]
    assert answer.searched == len(generation.rows()) - 1
    assert answer.exact
    assert answer.generation == generation.number


def test_copies_come_first_and_say_how_they_were_copied(generation: Generation) -> None:
    answer = find_similar(
        generation, None, SimilarQuery(passage=passage(generation, "anju24.txt"), k=3, collapse_copies=False)
    )

    assert [(hit.citation.file, hit.kind) for hit in answer.hits] == [
        ("anju23.txt", Kind.VERBATIM),
        ("lufeng.txt", Kind.VERBATIM),
        ("anda.txt", Kind.EDITED),
    ]
    assert [hit.direction for hit in answer.hits] == [Direction.EARLIER, Direction.UNKNOWN, Direction.LATER]
    assert all(hit.alignment is not None and hit.alignment.kind is hit.kind for hit in answer.hits)


def test_near_copies_fold_into_one_hit(generation: Generation) -> None:
    answer = find_similar(generation, None, SimilarQuery(passage=passage(generation, "anju24.txt"), k=1))

    first = answer.hits[0]
    assert first.citation.file == "anju23.txt"
    assert {also.place for also in first.also_in} == {"云南省楚雄彝族自治州禄丰市", "黑龙江省绥化市安达市"}
    assert first.also_regions == 2


def test_scores_fall_and_stay_between_0_and_100(generation: Generation, hashed: HashEncoder) -> None:
    for query in (
        SimilarQuery(passage=passage(generation, "anju24.txt"), k=30),
        SimilarQuery(text="人民调解怎么做", k=30),
        SimilarQuery(text=ORIGINAL, k=30),
    ):
        scores = [hit.score for hit in find_similar(generation, hashed, query).hits]
        assert scores == sorted(scores, reverse=True)
        assert 0 <= min(scores) <= max(scores) <= 100


def test_the_same_text_again_scores_100_and_is_nearly_the_same(generation: Generation, hashed: HashEncoder) -> None:
    hit = find_similar(generation, hashed, SimilarQuery(text=ORIGINAL, k=1)).hits[0]

    assert (hit.score, hit.word, hit.kind) == (100.0, "几乎相同", Kind.VERBATIM)


def test_a_question_is_never_answered_as_a_copy(generation: Generation, hashed: HashEncoder) -> None:
    answer = find_similar(generation, hashed, SimilarQuery(text="流动调解点", k=10))

    assert {hit.kind for hit in answer.hits} == {Kind.SIMILAR}
    assert "几乎相同" not in {hit.word for hit in answer.hits}


def test_a_question_about_shortcomings_gets_problems_first(generation: Generation, hashed: HashEncoder) -> None:
    assert find_similar(generation, hashed, SimilarQuery(text="缺少法律专业人才", k=1)).hits[0].role is Role.PROBLEM


def test_english_finds_chinese(generation: Generation, hashed: HashEncoder) -> None:
    answer = find_similar(generation, hashed, SimilarQuery(text="vice-principals for rule of law in schools", k=1))

    assert answer.hits[0].text.startswith("在中小学配齐法治副校长")


def test_traditional_and_simplified_find_the_same(generation: Generation, hashed: HashEncoder) -> None:
    a = find_similar(generation, hashed, SimilarQuery(text="執法人員持證上崗", k=5))
    b = find_similar(generation, hashed, SimilarQuery(text="执法人员持证上岗", k=5))

    assert [h.passage for h in a.hits] == [h.passage for h in b.hits]


def test_every_hit_has_the_quoted_words(generation: Generation, hashed: HashEncoder) -> None:
    answer = find_similar(generation, hashed, SimilarQuery(text="“流动调解点”怎么办", k=10, collapse_copies=False))

    assert len(answer.hits) == 4
    assert all("流动调解点" in hit.text for hit in answer.hits)


def test_quoted_words_that_nobody_wrote_are_named_in_the_shortfall(generation: Generation, hashed: HashEncoder) -> None:
    answer = find_similar(generation, hashed, SimilarQuery(text="“解纷超市”怎么建"))

    assert answer.hits == ()
    assert answer.shortfall is not None
    assert "解纷超市" in answer.shortfall.reason


def test_own_report_region_and_subordinates_are_left_out_on_wish(generation: Generation) -> None:
    asked = passage(generation, "anju24.txt")

    def found(**options: bool) -> set[str]:
        query = SimilarQuery(passage=asked, k=100, collapse_copies=False, explain=False, **options)
        return set(files(generation, find_similar(generation, None, query).hits))

    assert "anju24.txt" in found()
    assert found(exclude_same_report=True) == found() - {"anju24.txt"}
    assert found(exclude_own_region=True) == found() - {"anju24.txt", "anju23.txt"}
    assert found(same_level_only=True) == found() - {"jingan.txt"}


def test_no_hit_lies_outside_the_filter(generation: Generation, hashed: HashEncoder) -> None:
    where = Filter(regions=("51",), roles=(Role.MEASURE,), year_from=2024, levels=(Level.COUNTY,))

    answer = find_similar(generation, hashed, SimilarQuery(text="人民调解", k=100, where=where, collapse_copies=False))

    assert set(files(generation, answer.hits)) == {"anju24.txt", "chuanshan.txt"}
    assert {hit.role for hit in answer.hits} == {Role.MEASURE}
    assert len(answer.hits) == answer.searched == 5
    assert answer.shortfall is not None
    assert (answer.shortfall.wanted, answer.shortfall.given) == (100, 5)


@pytest.mark.parametrize("by", [g for g in GroupBy if g is not GroupBy.NONE])
def test_groups_are_complete_and_in_the_order_of_their_best_hit(
    generation: Generation, hashed: HashEncoder, by: GroupBy
) -> None:
    answer = find_similar(generation, hashed, SimilarQuery(text="执法人员培训", k=50, group_by=by, per_group=2))

    expected = {"province": 5, "city": 5, "county": 6, "report": 7, "year": 4}[str(by)]
    assert len(answer.groups) == expected
    assert len({group.key for group in answer.groups}) == expected
    best = [group.hits[0].score for group in answer.groups]
    assert best == sorted(best, reverse=True)
    assert all(len(group.hits) == 2 for group in answer.groups)
    assert answer.shortfall is not None
    assert answer.shortfall.given == expected


def test_an_unknown_place_is_a_group_of_its_own(generation: Generation, hashed: HashEncoder) -> None:
    answer = find_similar(generation, hashed, SimilarQuery(text="执法人员培训", k=50, group_by=GroupBy.PROVINCE))

    assert [group.name for group in answer.groups if not group.key] == ["不详 · unknown"]


def test_pages_of_a_list_are_the_list(generation: Generation, hashed: HashEncoder) -> None:
    whole = find_similar(generation, hashed, SimilarQuery(text="执法人员培训", k=12))
    pages, cursor = [], None
    while cursor or not pages:
        page = find_similar(generation, hashed, SimilarQuery(text="执法人员培训", k=3, cursor=cursor))
        pages += [hit.passage for hit in page.hits]
        cursor = page.cursor

    assert pages == [hit.passage for hit in whole.hits]


def test_pages_of_groups_are_the_groups(generation: Generation, hashed: HashEncoder) -> None:
    def ask(k: int, cursor: str | None = None):
        query = SimilarQuery(text="执法人员培训", k=k, group_by=GroupBy.REPORT, cursor=cursor)
        return find_similar(generation, hashed, query)

    first = ask(4)
    second = ask(4, first.cursor)

    assert [g.key for g in (*first.groups, *second.groups)] == [g.key for g in ask(7).groups]
    assert second.cursor is None


def test_variety_puts_off_what_was_said_already(generation: Generation) -> None:
    asked = passage(generation, "anju24.txt")

    def order(diversity: float) -> list[str]:
        query = SimilarQuery(passage=asked, k=8, diversity=diversity, collapse_copies=False, explain=False)
        return [hit.passage for hit in find_similar(generation, None, query).hits]

    assert order(0.0)[0] == order(0.7)[0]
    assert order(0.0)[:3] != order(0.7)[:3]


def test_a_long_text_is_cut_and_every_passage_answered(generation: Generation, hashed: HashEncoder) -> None:
    training = "执法人员全部持证上岗，分批参加脱产轮训，考试不合格的调离执法岗位，执法案卷每季度评查一次。"
    text = f"{ORIGINAL}\n{training}\n{EDITED}\n"

    answer = find_similar(generation, hashed, SimilarQuery(text=text * 2, k=2))

    assert len(answer.parts) >= 3
    for part in answer.parts:
        assert len(part.hits) == 2
        assert 0 <= part.start < part.end <= len(text * 2)
    assert answer.parts[0].hits[0].citation.file == "anju23.txt"
    assert answer.notes


def test_a_vector_finds_its_own_passage(generation: Generation, hashed: HashEncoder) -> None:
    from embed.index.wording import PASSAGE_SIDE, embedding_text

    vector = hashed.encode([embedding_text(EDITED, ())], side=PASSAGE_SIDE)[0]

    answer = find_similar(generation, None, SimilarQuery(vector=vector, k=1))

    assert answer.hits[0].citation.file == "anda.txt"
    assert answer.hits[0].raw.dense == pytest.approx(1.0, abs=1e-5)


def test_why_names_words_of_both_texts_and_clauses_that_answer_each_other(
    generation: Generation, hashed: HashEncoder
) -> None:
    hit = find_similar(generation, hashed, SimilarQuery(text="流动调解点", k=1)).hits[0]

    words = [match.word for match in hit.why.words]
    assert "调解" in words
    assert "〔人民调解与矛盾化解〕" in words
    for clause in hit.why.clauses:
        assert hit.text[clause.hit_start : clause.hit_end] == clause.hit_text


def test_a_citation_leads_to_the_very_characters(generation: Generation) -> None:
    hit = find_similar(generation, None, SimilarQuery(passage=passage(generation, "anju24.txt"), k=1)).hits[0]

    assert hit.citation.place == "四川省遂宁市安居区"
    assert hit.citation.year == 2023
    assert hit.citation.heading == ("主要举措",)
    assert hit.citation.end - hit.citation.start == len(hit.text)
    assert hit.report == report(generation, "anju23.txt")


def test_many_queries_are_answered_as_each_alone(generation: Generation, hashed: HashEncoder) -> None:
    queries = [
        SimilarQuery(text="人民调解", k=4),
        SimilarQuery(passage=passage(generation, "lufeng.txt"), k=4),
        SimilarQuery(text="缺少法律人才", k=4, group_by=GroupBy.CITY),
        SimilarQuery(vector=np.asarray(generation.vectors[3]) + generation.mean, k=4),
    ]

    together = find_similar_many(generation, hashed, queries)

    assert together == [find_similar(generation, hashed, query) for query in queries]
