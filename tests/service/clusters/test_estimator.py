"""The estimator for people who bring vectors."""

from __future__ import annotations

import numpy as np
import pytest

from service.clusters.estimator import LinkageClusters


def vectors(groups: int = 6, each: int = 10) -> np.ndarray:
    rng = np.random.default_rng(2)
    return np.repeat(rng.normal(size=(groups, 24)), each, axis=0) + 0.2 * rng.normal(size=(groups * each, 24))


def test_groups_are_found_and_new_rows_go_to_them() -> None:
    model = LinkageClusters().fit(vectors())

    assert np.bincount(model.labels_).tolist() == [10] * 6
    assert np.array_equal(model.predict(vectors()), model.labels_)


def test_a_shared_offset_changes_nothing_when_centred() -> None:
    rows = vectors()

    assert np.array_equal(LinkageClusters().fit_predict(rows), LinkageClusters().fit_predict(rows * 3.0))


def test_it_can_be_cloned_as_scikit_learn_does() -> None:
    model = LinkageClusters(fineness=0.5)
    copy = LinkageClusters(**model.get_params())

    assert copy.get_params() == model.get_params()
    assert copy.set_params(neighbours=9).neighbours == 9
    with pytest.raises(ValueError, match="fineness"):
        model.set_params(depth=3)


@pytest.mark.parametrize("rows", [np.zeros(3), np.full((2, 2), np.nan)])
def test_rows_that_are_no_vectors_are_refused(rows: np.ndarray) -> None:
    with pytest.raises(ValueError, match="finite"):
        LinkageClusters().fit(rows)


def test_predict_refuses_rows_of_another_width_and_before_fit() -> None:
    with pytest.raises(ValueError, match="fit"):
        LinkageClusters().predict(vectors())
    with pytest.raises(ValueError, match="24"):
        LinkageClusters().fit(vectors()).predict(np.zeros((1, 3)))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_any_rows_are_no_error(count: int) -> None:
    assert LinkageClusters().fit(np.ones((count, 4))).labels_.shape == (count,)
