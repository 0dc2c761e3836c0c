"""Every bad question gets a clear answer."""

from __future__ import annotations

import numpy as np
import pytest

from embed.exceptions import ModelMismatch, QueryError
from embed.index import Filter, Generation
from embed.structure.report import Region
from service.similar import SimilarQuery, find_similar
from service.similar.cursor import make_cursor
from tests.helpers.stores import HashEncoder, make_report, make_store
from tests.service.similar.conftest import passage, report


@pytest.mark.parametrize("k", [0, -1, 1001, 1_000_000, True, 2.5, "3"])
def test_k_outside_its_bounds_is_refused(generation: Generation, k: object) -> None:
    with pytest.raises(QueryError, match="k is a whole number from 1 to 1000"):
        find_similar(generation, None, SimilarQuery(passage=passage(generation, "anda.txt"), k=k))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given", [{}, {"text": "调解", "passage": "r0.000"}, {"passage": "r0.000", "vector": np.ones(32)}]
)
def test_exactly_one_question_is_asked(generation: Generation, given: dict) -> None:  # type: ignore[type-arg]
    with pytest.raises(QueryError, match="exactly one of text, passage and vector"):
        find_similar(generation, None, SimilarQuery(**given))


@pytest.mark.parametrize(
    "name", ["nothing", "r000000000000000.000", "", "r0", "../../etc.001", "r000000000000000.99999999999"]
)
def test_an_unknown_passage_is_named(generation: Generation, name: str) -> None:
    with pytest.raises(QueryError, match="no passage"):
        find_similar(generation, None, SimilarQuery(passage=name))


@pytest.mark.parametrize("text", ["", "法", "12345", "。", " \u3000\n"])
def test_a_text_with_nothing_in_it_is_refused(generation: Generation, hashed: HashEncoder, text: str) -> None:
    with pytest.raises(QueryError, match=r"nothing to look for|is empty"):
        find_similar(generation, hashed, SimilarQuery(text=text))


def test_a_text_needs_an_encoder(generation: Generation) -> None:
    with pytest.raises(QueryError, match="needs the model"):
        find_similar(generation, None, SimilarQuery(text="人民调解"))


def test_another_models_encoder_is_refused(generation: Generation) -> None:
    with pytest.raises(ModelMismatch, match="other"):
        find_similar(generation, HashEncoder(model="other"), SimilarQuery(text="人民调解"))


@pytest.mark.parametrize("vector", [np.ones(31), np.ones(64)])
def test_a_vector_of_another_length_is_refused(generation: Generation, vector: np.ndarray) -> None:
    with pytest.raises(ModelMismatch, match="32 numbers"):
        find_similar(generation, None, SimilarQuery(vector=vector))


@pytest.mark.parametrize("vector", [np.zeros(32), np.full(32, np.nan), np.full(32, np.inf)])
def test_a_vector_without_direction_is_refused(generation: Generation, vector: np.ndarray) -> None:
    with pytest.raises(QueryError, match="finite numbers"):
        find_similar(generation, None, SimilarQuery(vector=vector))


def test_years_in_the_wrong_order_are_refused(generation: Generation, hashed: HashEncoder) -> None:
    with pytest.raises(QueryError, match="year_from 2025 lies after year_to 2020"):
        find_similar(generation, hashed, SimilarQuery(text="调解", where=Filter(year_from=2025, year_to=2020)))


@pytest.mark.parametrize(
    "where", [Filter(regions=("51",), exclude_regions=("51",)), Filter(regions=("99",)), Filter(year_from=2100)]
)
def test_filters_that_leave_nothing_say_so(generation: Generation, hashed: HashEncoder, where: Filter) -> None:
    answer = find_similar(generation, hashed, SimilarQuery(text="人民调解", where=where))

    assert answer.hits == ()
    assert answer.searched == 0
    assert answer.shortfall is not None
    assert answer.shortfall.reason_en == "the filters leave no passage"


def test_a_report_that_is_wanted_and_not_wanted_leaves_nothing(generation: Generation, hashed: HashEncoder) -> None:
    name = report(generation, "anda.txt")

    answer = find_similar(
        generation, hashed, SimilarQuery(text="调解", where=Filter(reports=(name,), exclude_reports=(name,)))
    )

    assert answer.hits == ()


@pytest.mark.parametrize("name", ["exclude_own_region", "exclude_subordinates", "same_level_only"])
def test_a_text_has_no_own_region(generation: Generation, hashed: HashEncoder, name: str) -> None:
    with pytest.raises(QueryError, match=f"{name} needs a passage"):
        find_similar(generation, hashed, SimilarQuery(text="人民调解", **{name: True}))


@pytest.mark.parametrize("cursor", ["x", "....", "W10", "bnVsbA", "WzEsMiwzXQ" * 50, "é"])
def test_what_is_no_cursor_is_refused(generation: Generation, hashed: HashEncoder, cursor: str) -> None:
    with pytest.raises(QueryError, match="cursor"):
        find_similar(generation, hashed, SimilarQuery(text="人民调解", cursor=cursor))


def test_a_cursor_of_another_generation_or_question_is_refused(generation: Generation, hashed: HashEncoder) -> None:
    query = SimilarQuery(text="人民调解", k=2)
    other = SimilarQuery(text="人民调解", k=2, cursor=make_cursor(generation.number + 1, query, 2))

    with pytest.raises(QueryError, match="generation"):
        find_similar(generation, hashed, other)
    with pytest.raises(QueryError, match="another question"):
        find_similar(generation, hashed, SimilarQuery(text="普法宣传", cursor=make_cursor(generation.number, query, 2)))


@pytest.mark.parametrize(
    ("name", "value"), [("diversity", 1.5), ("diversity", -0.1), ("per_group", 0), ("per_group", 51)]
)
def test_other_numbers_keep_their_bounds(generation: Generation, hashed: HashEncoder, name: str, value: float) -> None:
    with pytest.raises(QueryError, match=name):
        find_similar(generation, hashed, SimilarQuery(text="人民调解", **{name: value}))  # type: ignore[arg-type]


def test_a_store_of_one_passage_answers(tmp_path, hashed: HashEncoder) -> None:
    from embed.structure.report import Role

    store = make_store(
        tmp_path / "s", [make_report("a.txt", [(Role.MEASURE, "调解纠纷三十件。")], region=Region())], hashed
    )
    with store.current() as one:
        assert len(find_similar(one, hashed, SimilarQuery(text="调解纠纷")).hits) == 1
        answer = find_similar(one, None, SimilarQuery(passage=one.passage_id(0)))
        assert answer.hits == ()
        assert answer.shortfall is not None
