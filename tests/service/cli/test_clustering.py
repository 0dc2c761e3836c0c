"""Clusters that an index run leaves behind, and the names that an endpoint gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from embed.exceptions import StoreError
from embed.index import Store
from embed.pipeline import IndexOutcome
from embed.structure.report import Role
from service.cli.clustering import cheap_enough, keep_clusters
from service.clusters.loading import registry
from tests.helpers.stores import HashEncoder, make_report, make_store


def outcome(*, changed: bool = True, seconds: float = 1.0) -> IndexOutcome:
    return IndexOutcome(generation=1, changed=changed, passages=2, seconds={"read": seconds})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    passages = [(Role.MEASURE, "健全人民调解组织网络，排查化解矛盾纠纷"), (Role.PROBLEM, "基层执法力量薄弱")]
    return make_store(tmp_path / "store", [make_report("a", passages, year=2024)])


def kept(store: Store) -> list[Role]:
    found = []
    for role in (Role.MEASURE, Role.PROBLEM, Role.CAUSE, Role.PLAN):
        with registry(store, role) as clusterings:
            if clusterings.latest() is not None:
                found.append(role)
    return found


def test_a_run_that_changed_something_leaves_clusters_of_every_role(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert keep_clusters(store, outcome(), HashEncoder, threads=1, quiet=False)

    assert kept(store) == [Role.MEASURE, Role.PROBLEM, Role.CAUSE, Role.PLAN]
    assert "聚类 · clusters: " in capsys.readouterr().out


def test_a_run_that_changed_nothing_leaves_the_clusters_alone(store: Store) -> None:
    assert not keep_clusters(store, outcome(changed=False), HashEncoder, threads=1, quiet=True)
    assert kept(store) == []


@pytest.mark.parametrize(
    ("passages", "seconds", "expected"),
    [(4_000, 0.1, True), (4_001, 0.1, False), (100_000, 100.0, True), (100_001, 100.0, False)],
)
def test_clusters_are_made_where_they_take_two_seconds_or_half_of_the_run(
    passages: int, seconds: float, *, expected: bool
) -> None:
    assert cheap_enough(passages, seconds) is expected


def test_clusters_that_cannot_be_made_are_a_note_and_the_run_stands(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> HashEncoder:
        raise StoreError("the disk said no")

    assert not keep_clusters(store, outcome(), broken, threads=1, quiet=False)

    said = capsys.readouterr()
    assert (said.out, "the disk said no" in said.err) == ("", True)
