"""Which cluster of now is which of before, and what people fixed."""

from __future__ import annotations

import numpy as np

from embed.index.clusterings import ClusterEdit, ClusterEvent
from embed.structure.report import Role
from service.clusters.identity import Before, Held, held_groups, hold, keep_ids

BEFORE = Before({"a": "M0001", "b": "M0001", "c": "M0001", "d": "M0002", "e": "M0002"}, frozenset({"M0001", "M0002"}))


def keep(now: list[list[str]], before: Before | None = BEFORE) -> tuple[list[str], list[ClusterEvent]]:
    return keep_ids(Role.MEASURE, now, before, {})


def test_the_first_clusters_are_numbered_in_their_order_and_born() -> None:
    ids, events = keep([["a"], ["b"]], None)

    assert ids == ["M0001", "M0002"]
    assert events == [ClusterEvent("born", "M0001"), ClusterEvent("born", "M0002")]


def test_clusters_keep_their_ids_whatever_their_order_and_newcomers() -> None:
    assert keep([["d", "e", "x", "y"], ["a", "b", "c", "z"]]) == (["M0002", "M0001"], [])


def test_the_larger_part_of_a_split_keeps_the_id() -> None:
    ids, events = keep([["c"], ["a", "b"], ["d", "e"]])

    assert ids == ["M0003", "M0001", "M0002"]
    assert events == [ClusterEvent("split", "M0003", ("M0001",))]


def test_a_merged_cluster_keeps_the_id_it_has_most_of_and_the_other_ends() -> None:
    ids, events = keep([["a", "b", "c", "d", "e"]])

    assert ids == ["M0001"]
    assert events == [ClusterEvent("merged", "M0002", ("M0001",))]


def test_a_cluster_whose_passages_are_gone_ends_and_its_id_is_never_used_again() -> None:
    ids, events = keep([["a", "b", "c"], ["x", "y"]])

    assert ids == ["M0001", "M0003"]
    assert events == [ClusterEvent("born", "M0003"), ClusterEvent("ended", "M0002")]


def test_a_pinned_group_takes_the_newcomers_of_its_cluster_with_it() -> None:
    labels, named = hold(
        np.array([0, 0, 0, 0, 1], np.int32), ["a", "b", "c", "x", "d"], [Held("M0001", frozenset("abc"), True)], BEFORE
    )

    assert labels.tolist() == [2, 2, 2, 2, 1]
    assert named == {2: "M0001"}


def test_a_split_off_group_leaves_the_others_where_they_are() -> None:
    labels, named = hold(
        np.array([0, 0, 0, 0], np.int32), ["a", "b", "c", "x"], [Held("M0009", frozenset("a"), False)], BEFORE
    )

    assert labels.tolist() == [1, 0, 0, 0]
    assert named == {1: "M0009"}


def test_a_later_change_takes_passages_out_of_an_earlier_one_and_unpin_takes_it_back() -> None:
    pin = ClusterEdit("pin", "M0001", {"passages": ["a", "b", "c"]})
    split = ClusterEdit("split", "M0003", {"passages": ["c"]})

    assert held_groups([pin, split]) == [
        Held("M0001", frozenset("ab"), True),
        Held("M0003", frozenset("c"), False),
    ]
    assert held_groups([pin, split, ClusterEdit("unpin", "M0001", None)]) == [Held("M0003", frozenset("c"), False)]


def test_passages_that_are_gone_hold_nothing() -> None:
    labels, named = hold(np.array([0, 0], np.int32), ["x", "y"], [Held("M0001", frozenset("abc"), True)], BEFORE)

    assert (labels.tolist(), named) == ([0, 0], {})
