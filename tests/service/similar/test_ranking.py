"""The fast path against a brute-force ranking that is computed here in the plainest way."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse

from benchmarks.synthetic import write_store
from embed.index import ROLES, Generation
from embed.index.topics import TOPIC_MARK
from service.similar import GroupBy, SimilarQuery, find, find_similar, ranking, view
from service.similar.fused import PASSAGE_MIX
from service.similar.ranking import bonus_for_passage

SIZE = 20_000  # the largest store that is scanned in full


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    path: Path = tmp_path_factory.mktemp("many")
    write_store(path, SIZE)
    return Generation(path / "generations" / "1")


@cache
def unit_parts(generation: Generation) -> list[tuple[float, scipy.sparse.csr_matrix]]:
    """The word part and the topic part of every passage, each of unit length, in double precision."""
    weights = generation.lexical.weights(np.arange(len(generation.passages), dtype=np.int32)).astype(float).tocsc()
    topical = np.array([word.startswith(TOPIC_MARK) for word in generation.lexical.vocabulary])
    parts = []
    for share, columns in ((PASSAGE_MIX.lexical, ~topical), (PASSAGE_MIX.topical, topical)):
        part = weights[:, np.flatnonzero(columns)].tocsr()
        norms = np.sqrt(np.asarray(part.multiply(part).sum(axis=1)).ravel())
        parts.append((share, scipy.sparse.diags(1 / np.where(norms == 0, 1, norms)) @ part))
    return parts


def brute_force(generation: Generation, row: int) -> np.ndarray:
    """Every row's total for a query by the passage in `row`: plain products with all rows, in double precision."""
    total = PASSAGE_MIX.dense * (generation.vectors.astype(float) @ generation.vectors[row].astype(float))
    for share, part in unit_parts(generation):
        total += share * (part @ part[row].toarray().ravel())
    bonus = bonus_for_passage(ROLES[generation.passages.role[row]])
    return total + bonus[generation.passages.role]


def top(generation: Generation, row: int, k: int = 10) -> list[str]:
    totals = np.round(brute_force(generation, row), 5)
    totals[row] = -np.inf
    return [generation.passage_id(int(r)) for r in np.lexsort((np.arange(len(totals)), -totals))[:k]]


def found(generation: Generation, row: int) -> list[tuple[str, float]]:
    query = SimilarQuery(passage=generation.passage_id(row), k=10, collapse_copies=False, explain=False)
    hits = find_similar(generation, None, query).hits
    return [(hit.passage, round(hit.raw.fused + hit.raw.role, 5)) for hit in hits]


ROWS = list(range(3, SIZE, 1999))


def test_the_first_ten_are_those_of_brute_force(many: Generation) -> None:
    for row in ROWS:
        totals = np.round(brute_force(many, row), 5)
        totals[row] = -np.inf
        hits = found(many, row)
        assert [score for _, score in hits] == pytest.approx(sorted(totals, reverse=True)[:10], abs=2e-5)
        assert len({name for name, _ in hits} & set(top(many, row))) >= 9  # rounding may swap the tenth


def test_candidates_find_the_first_ten_of_brute_force(many: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "FULL_SCAN", 0)
    monkeypatch.setattr(ranking, "FULL_SCAN", 0)
    monkeypatch.setattr(find, "FULL_SCAN", 0)
    shared = [len({name for name, _ in found(many, row)} & set(top(many, row))) for row in ROWS]

    assert sum(shared) / len(ROWS) >= 9.5


@pytest.mark.parametrize("by", [GroupBy.PROVINCE, GroupBy.COUNTY, GroupBy.YEAR])
def test_groups_are_those_of_every_group_best_also_from_candidates(
    many: Generation, monkeypatch: pytest.MonkeyPatch, by: GroupBy
) -> None:
    query = SimilarQuery(passage=many.passage_id(7), k=1000, group_by=by, explain=False)
    whole = find_similar(many, None, query)
    monkeypatch.setattr(view, "FULL_SCAN", 0)
    monkeypatch.setattr(ranking, "FULL_SCAN", 0)

    quick = find_similar(many, None, query)

    column = {"province": many.reports.province, "county": many.reports.county, "year": many.reports.year}[str(by)]
    assert len(whole.groups) == len(np.unique(column))
    assert [(g.key, g.hits[0].passage) for g in quick.groups] == [(g.key, g.hits[0].passage) for g in whole.groups]


def test_the_order_does_not_depend_on_how_many_are_asked_for(many: Generation) -> None:
    def hits(k: int) -> list[str]:
        query = SimilarQuery(passage=many.passage_id(11), k=k, collapse_copies=False, explain=False)
        return [hit.passage for hit in find_similar(many, None, query).hits]

    assert hits(200)[:10] == hits(10)
    assert hits(50)[:1] == hits(1)


def test_parts_are_the_same_from_blocks_and_from_the_whole(many: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.arange(0, SIZE, 7, dtype=np.int32)
    probe = view.Probe(np.array(many.vectors[5]), *view.view_of(many).bags_of_row(5), PASSAGE_MIX)

    exact = view.view_of(many).parts(probe, rows).fused
    quick = view.view_of(many).quick(probe, rows)

    assert np.allclose(exact, quick, atol=1e-5)
