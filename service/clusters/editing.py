"""What people do to clusters: rename, merge, split, pin. It is recorded in the store and holds after a re-index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embed.exceptions import QueryError
from embed.structure.report import Role
from service.clusters.clustering import Cluster, Clustering, Parameters
from service.clusters.loading import registry

if TYPE_CHECKING:
    from embed.index import Store
    from embed.index.clusterings import ClusterEvent

__all__ = ["Changes", "changes_of", "find_cluster", "merge", "pin", "rename_cluster", "role_of", "split", "unpin"]


@dataclass(frozen=True, slots=True)
class Changes:
    """What the newest clustering of a role changed: `kept` of the `of` ids before it live on. names: id → name."""

    role: str
    generation: int
    before: int | None
    kept: int
    of: int
    events: tuple[ClusterEvent, ...]
    names: Mapping[str, str]


_LETTERS = {"M": Role.MEASURE, "P": Role.PROBLEM, "L": Role.PLAN, "C": Role.CAUSE}
LONGEST_NAME = 60


def role_of(cluster_id: str) -> Role:
    """The role that an id belongs to.

    Raises:
        QueryError: no cluster's id looks like this.
    """
    role = _LETTERS.get(cluster_id[:1])
    if role is None or not cluster_id[1:].isdigit():
        raise QueryError(f"{cluster_id!r} is no cluster's id.", hint="Cluster ids look like M0001 or P0003.")
    return role


def changes_of(store: Store, role: Role, parameters: Parameters | None = None) -> Changes | None:
    """What the newest clustering changed against the one before it; None where there is no clustering yet."""
    with registry(store, role, parameters) as kept:
        latest = kept.latest()
        if latest is None:
            return None
        before = kept.before(latest.number)
        old = set(before.meta["ids"]) if before else set()
        names = {c["id"]: c["name"] for stored in (before, latest) if stored for c in stored.meta["clusters"]}
        return Changes(
            role=str(role),
            generation=latest.generation,
            before=before.generation if before else None,
            kept=len(old & set(latest.meta["ids"])),
            of=len(old),
            events=tuple(kept.events(latest.number)) if before else (),
            names=names,
        )


def find_cluster(clustering: Clustering, cluster_id: str) -> Cluster:
    """The cluster with this id.

    Raises:
        QueryError: there is none.
    """
    role_of(cluster_id)
    cluster = clustering.cluster(cluster_id)
    if cluster is None:
        raise QueryError(
            f"there is no cluster {cluster_id}.",
            hint="`bijian clusters` lists them, `bijian clusters diff` what became.",
        )
    return cluster


def rename_cluster(store: Store, clustering: Clustering, cluster_id: str, name: str) -> None:
    """Give a cluster a name that stays.

    Raises:
        QueryError: no such cluster, or a name that is empty, too long, or another cluster's.
    """
    cluster, name = find_cluster(clustering, cluster_id), " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise QueryError(f"a name has 1 to {LONGEST_NAME} characters, not {len(name)}.")
    others = clustering.roles[cluster.role].clusters
    if any(other.name == name and other.id != cluster_id for other in others):
        raise QueryError(f"another cluster is called {name!r}.", hint="Names are unique among the clusters of a role.")
    _record(store, clustering, cluster_id, "rename", name)


def merge(store: Store, clustering: Clustering, kept: str, others: Sequence[str]) -> None:
    """Put the passages of several clusters under the id of one.

    Raises:
        QueryError: no such cluster, clusters of different roles, or a cluster with itself.
    """
    into = find_cluster(clustering, kept)
    members = list(into.passages)
    for other in dict.fromkeys(others):
        cluster = find_cluster(clustering, other)
        if other == kept or cluster.role is not into.role:
            raise QueryError(f"{other} cannot be merged into {kept}.", hint="Merge different clusters of one role.")
        members += cluster.passages
    _record(store, clustering, kept, "merge", {"clusters": list(others), "passages": sorted(members)})
    _record(store, clustering, kept, "rename", into.name)


def split(store: Store, clustering: Clustering, cluster_id: str, passages: Sequence[str]) -> str:
    """Move passages of a cluster into a cluster of their own; its id.

    Raises:
        QueryError: no such cluster, or passages that are not its members, or all of them.
    """
    cluster = find_cluster(clustering, cluster_id)
    wrong = sorted(set(passages) - set(cluster.passages))
    if wrong:
        raise QueryError(f"passage {wrong[0]} is no member of {cluster_id}.")
    if not passages or len(set(passages)) == len(cluster.members):
        raise QueryError(f"expected some of the {len(cluster.members)} members of {cluster_id}, not all and not none.")
    with registry(store, cluster.role, clustering.parameters) as kept:
        taken = [*kept.known_ids(), *(edit.cluster for edit in kept.edits())]
        fresh = f"{cluster_id[0]}{max(int(i[1:]) for i in taken) + 1:04d}"
    _record(store, clustering, fresh, "split", {"from": cluster_id, "passages": sorted(set(passages))})
    return fresh


def pin(store: Store, clustering: Clustering, cluster_id: str) -> None:
    """Keep the members of a cluster together under its id, whatever comes."""
    cluster = find_cluster(clustering, cluster_id)
    _record(store, clustering, cluster_id, "pin", {"passages": list(cluster.passages)})


def unpin(store: Store, clustering: Clustering, cluster_id: str) -> None:
    """Let a cluster go its own way again: takes back its pin, merge or split."""
    find_cluster(clustering, cluster_id)
    _record(store, clustering, cluster_id, "unpin", None)


def _record(store: Store, clustering: Clustering, cluster_id: str, kind: str, value: object) -> None:
    from embed.index.clusterings import ClusterEdit

    with registry(store, role_of(cluster_id), clustering.parameters) as kept:
        kept.edit([ClusterEdit(kind, cluster_id, value)])
