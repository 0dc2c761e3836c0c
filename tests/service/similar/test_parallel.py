"""Many queries at once, in one process and in several."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from embed.exceptions import QueryError
from embed.index.generation import Generation
from service.similar import SimilarQuery, find_in_batches, find_similar
from service.similar.parallel import BATCH, PROCESSES_FROM
from tests.helpers.stores import make_store
from tests.service.similar.conftest import reports


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    path: Path = tmp_path_factory.mktemp("parallel") / "store"
    make_store(path, reports())
    with Generation(path / "generations" / "1") as generation:
        yield generation


def test_processes_give_the_answers_of_single_queries_in_their_order(stored: Generation) -> None:
    ids = [stored.passage_id(row) for row in range(len(stored.passages))]
    queries = [SimilarQuery(passage=ids[i % len(ids)], k=3) for i in range(PROCESSES_FROM + 1)]
    alone = {query.passage: find_similar(stored, None, query) for query in queries[: len(ids)]}

    answers = list(find_in_batches(stored, None, queries, workers=2))

    assert answers == [alone[query.passage] for query in queries]


def test_few_queries_are_answered_here(stored: Generation) -> None:
    queries = [SimilarQuery(passage=stored.passage_id(0))] * (BATCH + 1)

    assert list(find_in_batches(stored, None, queries, workers=2)) == [find_similar(stored, None, queries[0])] * len(
        queries
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_an_unknown_passage_is_named_wherever_it_is_asked_with(stored: Generation, workers: int) -> None:
    queries = [SimilarQuery(passage=stored.passage_id(0))] * PROCESSES_FROM + [SimilarQuery(passage="r0.001")]

    with pytest.raises(QueryError, match=r"r0\.001"):
        list(find_in_batches(stored, None, queries, workers=workers))
