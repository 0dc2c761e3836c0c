"""Average linkage over the neighbour graph, the neighbours it starts from, and the assignment that ends it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from service.clusters import neighbours
from service.clusters.assign import Centres, settle
from service.clusters.linkage import agglomerate
from service.clusters.neighbours import nearest


def unit(rows: object) -> NDArray[np.float32]:
    points = np.asarray(rows, dtype=np.float32)
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def bundles(groups: int, each: int, *, noise: float = 0.25, seed: int = 7) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(groups, 32))
    return unit(np.repeat(centres, each, axis=0) + noise * rng.normal(size=(groups * each, 32)))


def partition(labels: NDArray[np.int32]) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}


def test_the_partition_is_that_of_average_linkage_when_every_pair_is_a_neighbour() -> None:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    points = unit(np.random.default_rng(3).normal(size=(60, 8)))
    distance = 1 - points @ points.T
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), "average")

    for fineness in (0.1, 0.3, 0.5, 0.7):
        expected = partition(fcluster(tree, 1 - fineness, "distance"))
        assert partition(agglomerate(points, fineness=fineness, neighbours=59)) == expected


def test_groups_are_found_without_a_number_of_clusters() -> None:
    labels = agglomerate(bundles(12, 9), fineness=0.5, neighbours=5)

    assert labels.tolist() == [group for group in range(12) for _ in range(9)]


def test_a_lonely_point_stays_alone() -> None:
    points = unit([[1, 0, 0], [0.99, 0.1, 0], [0, 0, 1]])

    assert agglomerate(points, fineness=0.5).tolist() == [0, 0, 1]


def test_the_order_of_the_points_does_not_change_the_partition() -> None:
    points = bundles(20, 6, noise=0.6)
    order = np.random.default_rng(1).permutation(len(points))

    shuffled = agglomerate(points[order], fineness=0.4, neighbours=10)
    back = np.empty_like(shuffled)
    back[order] = shuffled

    assert partition(back) == partition(agglomerate(points, fineness=0.4, neighbours=10))


def test_ten_thousand_equal_points_are_one_cluster() -> None:
    points = np.tile(unit([[0.6, 0.8]]), (10_000, 1))

    assert set(agglomerate(points, fineness=0.9).tolist()) == {0}


@pytest.mark.parametrize("rows", [0, 1])
def test_no_point_and_one_point_are_no_error(rows: int) -> None:
    assert agglomerate(np.ones((rows, 4), np.float32), fineness=0.5).tolist() == [0] * rows


def test_points_without_length_stay_alone() -> None:
    assert len(set(agglomerate(np.vstack([np.zeros((1, 3)), np.eye(3)]).astype(np.float32), fineness=0.3))) == 4


def test_a_higher_fineness_never_gives_fewer_clusters() -> None:
    points = bundles(15, 8, noise=0.8)
    counts = [len(set(agglomerate(points, fineness=f).tolist())) for f in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)]

    assert counts == sorted(counts)


def test_neighbours_of_equal_similarity_come_in_the_order_of_rows() -> None:
    points = unit([[1, 0], [0, 1], [0, 1], [0, 1]])

    rows, values = nearest(points, 2)

    assert rows.tolist() == [[1, 2], [2, 3], [1, 3], [1, 2]]
    assert values[1].tolist() == [1.0, 1.0]


def test_asking_for_more_neighbours_than_there_are_gives_all_others() -> None:
    rows, _ = nearest(unit([[1, 0], [0, 1], [1, 1]]), 10)

    assert rows.tolist() == [[2, 1], [2, 0], [0, 1]]


@pytest.mark.parametrize("limit", [10, 100_000])
def test_neighbours_do_not_depend_on_the_number_of_threads(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(neighbours, "EXACT_ROWS", limit)
    points = bundles(60, 70, noise=0.5)

    one, two = nearest(points, 8, threads=1), nearest(points, 8, threads=2)

    assert np.array_equal(one[0], two[0])
    assert np.array_equal(one[1], two[1])


def test_the_approximate_graph_finds_nine_of_ten_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    points = bundles(60, 70, noise=0.5)
    exact, _ = nearest(points, 8)
    monkeypatch.setattr(neighbours, "EXACT_ROWS", 10)

    found, _ = nearest(points, 8)

    shared = sum(len(set(a) & set(b)) for a, b in zip(exact.tolist(), found.tolist(), strict=True))
    assert shared >= 0.9 * exact.size


def test_what_was_clustered_is_assigned_as_new_text_is() -> None:
    points = bundles(10, 8, noise=0.9)

    centres, assigned, _ = settle(points, agglomerate(points, fineness=0.35), 0.35)

    assert np.array_equal(centres.assign(points).label, assigned.label)
    alone = Centres(centres.means, 0.35).assign(points[:1])
    assert alone.label[0] == assigned.label[0]


def test_a_point_below_the_fineness_has_no_cluster_and_names_the_nearest() -> None:
    centres = Centres(np.eye(3, dtype=np.float32), 0.9)

    assigned = centres.assign(unit([[0.8, 0.5, 0.1]]))

    assert assigned.label.tolist() == [-1]
    assert assigned.second.tolist() == [0]
    assert assigned.similarity[0] == pytest.approx(0.8433, abs=1e-4)


def test_a_point_in_a_cluster_names_the_next_best_one() -> None:
    assigned = Centres(np.eye(3, dtype=np.float32), 0.5).assign(unit([[0.9, 0.1, 0.3]]))

    assert (assigned.label.tolist(), assigned.second.tolist()) == ([0], [2])


def test_without_clusters_every_point_is_alone() -> None:
    assigned = Centres(np.empty((0, 3), np.float32), 0.5).assign(np.eye(3, dtype=np.float32))

    assert assigned.label.tolist() == assigned.second.tolist() == [-1, -1, -1]
