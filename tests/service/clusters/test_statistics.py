"""Rates, trends, copy families, the flat map."""

from __future__ import annotations

import numpy as np
import pytest

from service.clusters.copies import copy_families
from service.clusters.layout import flat_map
from service.clusters.statistics import rate, wilson

TEXT = "镇党群服务中心推倒隔断设立综合窗口，各类材料由一个岗位收齐后台分头办理，偏远村由代办员骑车上门收件送证"
OTHER = "行政执法公示、全过程记录和重大执法决定法制审核三项制度全面落实，案卷评查两次，发现瑕疵及时整改"


@pytest.mark.parametrize(
    ("number", "of", "low", "high"),
    [(35, 41, 0.7156, 0.9312), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 2, 0.0945, 0.9055), (0, 0, 0.0, 1.0)],
)
def test_the_interval_is_wilsons(number: int, of: int, low: float, high: float) -> None:
    assert wilson(number, of) == pytest.approx((low, high), abs=5e-5)


def test_a_rate_on_fewer_than_five_reports_says_so() -> None:
    assert rate(2, 4).few
    assert not rate(2, 5).few


def test_copies_are_one_family_though_numbers_and_a_clause_changed() -> None:
    edited = TEXT.replace("偏远村由代办员骑车上门收件送证", "边远自然村配有代办员每周上门")

    assert copy_families([TEXT, OTHER, TEXT.replace("一个", "2个"), edited]).tolist() == [0, -1, 0, 0]


def test_what_copies_nothing_has_no_family() -> None:
    assert copy_families([TEXT, OTHER]).tolist() == [-1, -1]


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["短"], ["123", "456"]])
def test_texts_without_runs_are_no_error(texts: list[str]) -> None:
    assert len(copy_families(texts)) == len(texts)


def test_ten_thousand_equal_texts_are_one_family() -> None:
    assert set(copy_families([TEXT] * 10_000).tolist()) == {0}


def test_a_formula_that_everybody_writes_makes_no_family() -> None:
    formula = "坚持以习近平新时代中国特色社会主义思想为指导深入学习贯彻习近平法治思想"
    texts = [formula + chr(0x4E00 + number) * 3 for number in range(100)]

    assert set(copy_families(texts).tolist()) == {-1}


def test_positions_lie_in_the_unit_square_and_come_out_the_same_again() -> None:
    rng = np.random.default_rng(5)
    points = rng.normal(size=(50, 6)).astype(np.float32)
    label = (np.arange(50) % 4 - 1).astype(np.int32)
    nearest = np.zeros(50, np.int32)
    means = np.array([points[label == k].mean(axis=0) for k in range(3)], np.float32)

    first = flat_map(points, label, nearest, means)

    assert first.min() == 0.0
    assert first.max() == 1.0
    assert np.array_equal(first, flat_map(points, label, nearest, means))


@pytest.mark.parametrize("clusters", [0, 1, 2])
def test_a_map_of_few_clusters_is_no_error(clusters: int) -> None:
    points = np.eye(4, dtype=np.float32)
    label = np.full(4, min(clusters, 1) - 1, np.int32)

    placed = flat_map(points, label, np.full(4, min(clusters, 1) - 1, np.int32), points[:clusters])

    assert placed.shape == (4, 2)
    assert np.isfinite(placed).all()
