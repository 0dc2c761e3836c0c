"""BM25 with numbers worked out by hand."""

from __future__ import annotations

from math import log, sqrt
from pathlib import Path

import numpy as np
import pytest

from embed.index.lexical import K1, B, LexicalIndex, build_lexical

TEXTS = [["调解", "纠纷", "调解"], ["普法"], ["调解", "普法", "宣传"], []]


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    assert build_lexical(tmp_path, TEXTS) == 4
    return LexicalIndex(tmp_path)


def score(times: int, length: int, holding: int) -> float:
    mean = 7 / 4
    idf = log(1 + (4 - holding + 0.5) / (holding + 0.5))
    return idf * times * (K1 + 1) / (times + K1 * (1 - B + B * length / mean))


def test_scores_are_those_of_the_formula(index: LexicalIndex) -> None:
    assert index.vocabulary == ["宣传", "普法", "纠纷", "调解"]
    assert index.scores(["调解"]) == pytest.approx([score(2, 3, 2), 0, score(1, 3, 2), 0], rel=1e-6)


def test_the_best_come_first_and_passages_without_the_word_not_at_all(index: LexicalIndex) -> None:
    found = index.top(["普法", "宣传"], 3)

    assert found.rows.tolist() == [[2, 1, -1]]
    assert found.scores[0, :2] == pytest.approx([score(1, 3, 2) + score(1, 3, 1), score(1, 1, 2)], rel=1e-6)


def test_only_rows_within_are_found(index: LexicalIndex) -> None:
    assert index.top(["调解"], 3, within=np.array([0, 1], np.int32)).rows.tolist() == [[0, -1, -1]]
    assert index.top(["调解"], 3, within=np.array([], np.int32)).rows.tolist() == [[-1, -1, -1]]


def test_a_repeated_word_of_the_question_counts_as_often_and_an_unknown_one_not_at_all(index: LexicalIndex) -> None:
    once, twice = index.scores(["调解"]), index.scores(["调解", "没有", "调解"])

    assert twice == pytest.approx(2 * once)


def test_weight_rows_have_unit_length_or_are_empty(index: LexicalIndex) -> None:
    weights = index.weights(np.array([3, 0], np.int32)).toarray()

    first, second = score(2, 3, 2), score(1, 3, 1)
    norm = sqrt(first**2 + second**2)
    assert weights[0].tolist() == [0, 0, 0, 0]
    assert weights[1] == pytest.approx([0, 0, second / norm, first / norm], rel=1e-6)


def test_a_question_of_known_words_has_unit_length(index: LexicalIndex) -> None:
    assert np.linalg.norm(index.query_weights(["调解", "普法", "没有"]).toarray()) == pytest.approx(1.0)
    assert index.query_weights(["没有"]).nnz == 0


def test_the_same_passages_give_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        build_lexical(tmp_path / name, TEXTS)

    files = [{p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in "ab"]
    assert files[0] == files[1]


def test_no_passage_at_all_is_an_index_too(tmp_path: Path) -> None:
    build_lexical(tmp_path, [])
    index = LexicalIndex(tmp_path)

    assert (index.passages, index.vocabulary) == (0, [])
    assert index.top(["调解"], 2).rows.tolist() == [[-1, -1]]
