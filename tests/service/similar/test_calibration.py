from __future__ import annotations

import numpy as np
import pytest

from embed.index import Generation
from service.similar.calibration import ANSWER_WORDS, WORDS, Calibration, of_pairs, of_scores


def test_anchors_have_their_scores_and_between_them_it_is_a_line() -> None:
    calibration = Calibration((-0.1, 0.0, 0.1, 0.2, 0.3, 1.0))

    assert [calibration.score(x) for x in (-0.5, -0.1, 0.0, 0.1, 0.2, 0.3, 1.0, 2.0)] == [
        0,
        0,
        10,
        30,
        50,
        65,
        100,
        100,
    ]
    assert calibration.score(0.05) == 20.0


@pytest.mark.parametrize(
    ("score", "word"),
    [(100, "几乎相同"), (90, "几乎相同"), (89.9, "高度相似"), (65, "相似"), (50, "相关"), (0, "关联较弱")],
)
def test_words_follow_the_score(score: float, word: str) -> None:
    assert Calibration((0, 1, 2, 3, 4, 5)).word(score)[0] == word


def test_one_unrelated_pair_in_a_hundred_reaches_50() -> None:
    values = np.random.default_rng(1).normal(0, 0.1, 20_000)

    calibration = of_scores(values)

    share = np.mean([calibration.score(v) >= 50 for v in values])
    assert share == pytest.approx(0.01, abs=0.003)


def test_a_store_with_few_passages_uses_typical_levels(generation: Generation) -> None:
    assert of_pairs(generation).score(1.0) == 100.0
    assert of_scores(np.array([0.3])).score(1.0) == 100.0
    assert of_scores(np.array([])).score(0.02) == 10.0


def test_equal_quantiles_still_make_ascending_anchors() -> None:
    calibration = of_scores(np.zeros(50))

    assert list(calibration.similarities) == sorted(set(calibration.similarities))


def test_calibration_is_made_once(generation: Generation) -> None:
    assert of_pairs(generation) is of_pairs(generation)


def test_words_end_at_zero() -> None:
    assert WORDS[-1][0] == ANSWER_WORDS[-1][0] == 0.0
