"""The cell index of large stores, held against a scan of everything."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from embed.index import Filter, Generation
from embed.index.ivf import TARGET, build_ivf, cells_for
from embed.index.scattered import ScatteredRows
from embed.structure.report import Region, Report, Role
from tests.helpers.stores import HashEncoder, make_report, make_store

DIMENSION = 32
REPORTS, EACH = 300, 10
PROVINCES = ("11", "35", "44", "50", "51")


def themed(rows: int) -> NDArray[np.float32]:
    """Rows around sixty themes, as passages lie."""
    chance = np.random.default_rng(5)
    themes = chance.standard_normal((60, DIMENSION))
    made = themes[chance.integers(0, 60, rows)] + 0.6 * chance.standard_normal((rows, DIMENSION))
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    vectors = themed(REPORTS * EACH)
    reports: list[Report] = []
    for n in range(REPORTS):
        passages = [(list(Role)[i % 3], f"{chr(0x4E00 + n * EACH + i)}事调解") for i in range(EACH)]
        code = PROVINCES[n % len(PROVINCES)]
        reports.append(make_report(f"{n}.txt", passages, year=2015 + n % 10, region=Region(province="某", code=code)))
    patch = pytest.MonkeyPatch()
    patch.setattr("embed.index.builder.EXACT_UP_TO", 1000)
    patch.setattr("embed.index.generation._SCANNED", 20)
    store = make_store(tmp_path_factory.mktemp("ivf") / "empty", [])
    store.add(reports, HashEncoder(DIMENSION), vectors=[vectors[n * EACH : (n + 1) * EACH] for n in range(REPORTS)])
    patch.undo()
    return store.current()


def recall(generation: Generation, where: Filter, k: int = 10) -> float:
    within = generation.select(where)
    queries = generation.vectors[7::61]
    found = generation.search(queries, k, within=within)
    right = generation.search(queries, k, within=within, exact=True)
    assert right.exact
    shared = [
        len(np.intersect1d(a[a >= 0], b[b >= 0])) / max(1, (b >= 0).sum())
        for a, b in zip(found.rows, right.rows, strict=True)
    ]
    return float(np.mean(shared))


def test_the_manifest_says_what_recall_was_measured_and_holds_the_target(generation: Generation) -> None:
    index = generation.manifest.index

    assert (index.kind, index.lists, index.measured_on) == ("ivf", cells_for(REPORTS * EACH), 128)
    assert index.recall is not None
    assert index.recall >= TARGET
    assert {(p.share, p.depth) for p in index.plans} == {(s, d) for s in (1.0, 0.5, 0.2, 0.1, 0.01) for d in (10, 100)}


@pytest.mark.parametrize(
    "where",
    [
        Filter(),
        Filter(year_from=2020, exclude_regions=("51",)),
        Filter(regions=("35",)),
        Filter(roles=(Role.PROBLEM,)),
        Filter(regions=("35",), year_from=2021, year_to=2021),
    ],
    ids=["all", "years and not my province", "a province", "a role", "a province and a year"],
)
def test_filters_lose_no_recall(generation: Generation, where: Filter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embed.index.generation._SCANNED", 20)

    assert recall(generation, where) >= TARGET


@pytest.mark.parametrize("kept", [1, 3, 10, 30, 300, 1500])
def test_k_hits_come_back_if_k_exist_and_none_from_outside(
    generation: Generation, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embed.index.generation._SCANNED", 0)
    rows = np.sort(np.random.default_rng(kept).choice(REPORTS * EACH, kept, replace=False)).astype(np.int32)

    found = generation.search(generation.vectors[:20], 40, within=rows)

    assert not found.exact
    assert ((found.rows >= 0).sum(axis=1) == min(40, kept)).all()
    assert set(found.rows[found.rows >= 0].tolist()) <= set(rows.tolist())


def test_scores_are_those_of_the_scan_and_small_filters_are_scanned(generation: Generation) -> None:
    found = generation.search(generation.vectors[3], 5)
    right = generation.search(generation.vectors[3], 5, exact=True)
    few = generation.search(generation.vectors[3], 5, within=generation.rows()[:50])

    assert np.array_equal(found.rows, right.rows)
    assert np.array_equal(found.scores, right.scores)
    assert found.recall is not None
    assert found.recall >= TARGET
    assert (few.exact, few.recall) == (True, None)


def test_one_by_one_and_together_find_the_same(generation: Generation) -> None:
    together = generation.search(generation.vectors[:50], 10)
    alone = [generation.search(vector, 10).rows for vector in generation.vectors[:50]]

    assert np.array_equal(together.rows, np.concatenate(alone))


def test_neighbours_of_all_rows_leave_each_row_out_and_agree_with_the_scan(generation: Generation) -> None:
    blocks = list(generation.neighbours(5, block=400))
    rows = np.concatenate([r for r, _ in blocks])
    found = np.concatenate([n.rows for _, n in blocks])
    right = generation.search(generation.vectors, 6, exact=True).rows

    assert np.array_equal(rows, generation.rows())
    assert not (found == rows[:, None]).any()
    assert np.mean([len(np.intersect1d(a, b)) / 5 for a, b in zip(found, right, strict=True)]) >= TARGET


def test_the_same_vectors_give_the_same_index_bytes_whatever_the_threads(tmp_path: Path) -> None:
    import faiss

    written = []
    for name, threads in (("a", 1), ("b", 2)):
        (tmp_path / name).mkdir()
        np.save(tmp_path / name / "vectors.npy", themed(4000))
        faiss.omp_set_num_threads(threads)
        settings = build_ivf(tmp_path / name, np.zeros(4000, np.int8))
        written.append(((tmp_path / name / "cells.faiss").read_bytes(), settings))

    assert written[0] == written[1]


def test_a_block_of_stored_rows_ends_where_they_end(tmp_path: Path) -> None:
    vectors = np.arange(20, dtype=np.float32).reshape(5, 4)
    np.save(tmp_path / "vectors.npy", vectors)
    rows = ScatteredRows(tmp_path / "vectors.npy")

    assert len(rows) == 5
    np.testing.assert_array_equal(rows.block(1, 3), vectors[1:3])
    np.testing.assert_array_equal(rows.block(3, 9), vectors[3:])
    assert rows.block(5, 9).shape == (0, 4)
