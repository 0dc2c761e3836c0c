"""Many queries by passage, answered by several processes that share one memory-mapped generation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from embed.exceptions import BijianError
from service.similar.answer import SimilarAnswer
from service.similar.find import find_similar_many
from service.similar.query import SimilarQuery
from service.similar.requests import check_query

if TYPE_CHECKING:
    from embed.index.generation import Generation
    from embed.models.encoder import Encoder

__all__ = ["BATCH", "find_in_batches"]

BATCH = 256  # queries that are answered together
PROCESSES_FROM = 1024  # queries by passage; below, starting processes costs more than it gives

_opened: list[Generation] = []


def find_in_batches(
    generation: Generation, encoder: Encoder | None, queries: Sequence[SimilarQuery], *, workers: int = 1
) -> Iterator[SimilarAnswer]:
    """Answer queries in their order, BATCH at a time; each answer is what `find_similar` gives.

    workers: processes to use where there are many queries and none is a text. Texts are encoded here, with all cores.

    Raises: as `find_similar`.
    """
    for query in queries:
        check_query(query)
    batches = [queries[begin : begin + BATCH] for begin in range(0, len(queries), BATCH)]
    if workers < 2 or len(queries) < PROCESSES_FROM or any(query.text is not None for query in queries):
        for batch in batches:
            yield from find_similar_many(generation, encoder, batch)
        return
    context = get_context("forkserver")
    with ProcessPoolExecutor(workers, context, initializer=_open, initargs=(generation.folder,)) as pool:
        for answers in pool.map(_answer, batches):
            if isinstance(answers, BijianError):
                pool.shutdown(cancel_futures=True)
                raise answers
            yield from answers


def _open(folder: Path) -> None:
    import faiss

    from embed.index.generation import Generation

    faiss.omp_set_num_threads(1)
    _opened.append(Generation(folder))


def _answer(queries: Sequence[SimilarQuery]) -> list[SimilarAnswer] | BijianError:
    try:
        return find_similar_many(_opened[0], None, queries)
    except BijianError as error:
        return error
