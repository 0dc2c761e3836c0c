from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embed.index import Generation
from embed.structure.report import Role
from service.similar.fused import PASSAGE_MIX, neighbours, similarities
from tests.helpers.stores import make_report, make_store

SUBJECTS = ["人民调解", "信访积案", "普法宣传", "执法培训", "政务公开", "法律援助", "应急演练", "社区矫正"]
PLACES = ["村口", "集市", "学校", "工地", "社区", "企业", "广场", "车站"]


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    reports = [
        make_report(
            f"{place}.txt",
            [(Role.MEASURE, f"在{place}开展{subject}，由{place}的干部负责{subject}工作。") for subject in SUBJECTS],
        )
        for place in PLACES
    ]
    path: Path = tmp_path_factory.mktemp("fused") / "store"
    return make_store(path, reports).current()


def test_the_mix_sums_to_one() -> None:
    assert PASSAGE_MIX.dense + PASSAGE_MIX.lexical + PASSAGE_MIX.topical == pytest.approx(1.0)


def test_neighbours_are_those_of_a_sort_over_every_pair(generation: Generation) -> None:
    rows = np.arange(0, len(generation.passages), 2, dtype=np.int32)

    found = neighbours(generation, rows, 5)

    every = similarities(generation, rows, rows)
    np.fill_diagonal(every, -np.inf)
    for i, row in enumerate(every):
        order = np.lexsort((rows, -row))[:5]
        assert found.rows[i].tolist() == rows[order].tolist()
        assert found.scores[i].tolist() == row[order].tolist()
    assert found.exact


def test_candidates_find_what_every_pair_finds(generation: Generation) -> None:
    rows = np.arange(len(generation.passages), dtype=np.int32)

    quick = neighbours(generation, rows, 5, every_pair_up_to=0)

    assert not quick.exact
    assert quick.rows.tolist() == neighbours(generation, rows, 5).rows.tolist()
    assert np.array_equal(quick.scores, neighbours(generation, rows, 5).scores)


def test_a_passage_is_never_its_own_neighbour_and_what_is_missing_is_marked(generation: Generation) -> None:
    rows = np.array([3, 9], dtype=np.int32)

    found = neighbours(generation, rows, 4)

    assert found.rows.tolist() == [[9, -1, -1, -1], [3, -1, -1, -1]]
    assert found.scores[:, 1:].max() == -np.inf


def test_one_passage_has_no_neighbours(generation: Generation) -> None:
    assert neighbours(generation, np.array([0], dtype=np.int32), 3).rows.tolist() == [[-1, -1, -1]]


def test_no_passages_give_no_neighbours(generation: Generation) -> None:
    assert neighbours(generation, np.empty(0, dtype=np.int32), 3).rows.shape == (0, 3)
