"""Clusters as they are shown over HTTP and on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from embed.structure.report import Role
from service.api.problems import ProblemError
from service.api.views import PassageLine, ReportLine, report_line
from service.clusters import Cluster, Clustering, Count, Place
from service.clusters.editing import changes_of

if TYPE_CHECKING:
    from embed.index import Generation, Store

__all__ = [
    "ClusterChanges",
    "ClusterDetail",
    "ClusterLine",
    "ClusterList",
    "ClusterPassage",
    "GroupLine",
    "cluster_changes",
    "cluster_detail",
    "cluster_list",
    "cluster_passages",
    "found_cluster",
]


@dataclass(frozen=True, slots=True)
class ClusterLine:
    """One cluster in a list. Every count names what it is of: {"number": 35, "of": 41}."""

    id: str
    role: Role
    name: str
    description: str
    passages: int
    reports: Count
    regions: Count
    provinces: Count
    outline: Place
    group: str
    pinned: bool


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group of kinds and the clusters in it."""

    id: str
    name: str
    role: Role
    clusters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClusterList:
    """The clusters, most widespread first; `unclustered` counts passages that stand alone."""

    clusters: tuple[ClusterLine, ...]
    groups: tuple[GroupLine, ...]
    unclustered: dict[str, int]
    reports: int
    generation: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClusterPassage:
    """A passage of a cluster with its report."""

    passage: PassageLine
    report: ReportLine
    similarity: float


@dataclass(frozen=True, slots=True)
class ClusterDetail:
    """One cluster with its numbers, its most central and its most divergent passages."""

    cluster: Cluster
    representative: tuple[ClusterPassage, ...]
    divergent: tuple[ClusterPassage, ...]
    generation: int


@dataclass(frozen=True, slots=True)
class ClusterEvent:
    """What became of a cluster: `born`, `ended`, `split` or `merged`; `others` are ids that it came from or became."""

    kind: str
    cluster: str
    name: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClusterChanges:
    """What the newest clustering of a role changed: `kept` of the `of` ids before it live on."""

    role: str
    generation: int
    before: int | None
    kept: int
    of: int
    events: tuple[ClusterEvent, ...]


def cluster_changes(store: Store, role: Role) -> ClusterChanges:
    """What the newest clustering changed; ProblemError 404 where there is none of this role."""
    found = changes_of(store, role)
    if found is None:
        raise ProblemError(404, f"clusters of role {role} have not been made")
    events = tuple(ClusterEvent(e.kind, e.cluster, found.names.get(e.cluster, ""), e.others) for e in found.events)
    return ClusterChanges(found.role, found.generation, found.before, found.kept, found.of, events)


def cluster_list(clustering: Clustering, roles: list[Role], *, least: int = 1) -> ClusterList:
    """The clusters of these roles (all when empty) that at least `least` reports have."""
    chosen = [found for role, found in clustering.roles.items() if not roles or role in roles]
    lines = [line(c) for found in chosen for c in found.clusters if c.reports.number >= least]
    lines.sort(key=lambda c: (-c.reports.number, -c.passages, c.id))
    return ClusterList(
        clusters=tuple(lines),
        groups=tuple(GroupLine(g.id, g.name, found.role, g.clusters) for found in chosen for g in found.groups),
        unclustered={str(found.role): len(found.unclustered) for found in chosen},
        reports=clustering.reports,
        generation=clustering.generation,
        warnings=clustering.warnings,
    )


def line(cluster: Cluster) -> ClusterLine:
    """One row of a list."""
    return ClusterLine(
        id=cluster.id,
        role=cluster.role,
        name=cluster.name,
        description=cluster.description,
        passages=len(cluster.members),
        reports=cluster.reports,
        regions=cluster.regions,
        provinces=cluster.provinces,
        outline=cluster.outline,
        group=cluster.group,
        pinned=cluster.pinned,
    )


def found_cluster(clustering: Clustering, name: str) -> Cluster:
    """The cluster with this id; ProblemError 404 when there is none."""
    cluster = clustering.cluster(name)
    if cluster is None:
        raise ProblemError(404, f"no cluster has the id {name[:80]!r}", hint="GET /v1/clusters lists them.")
    return cluster


def cluster_passages(generation: Generation, cluster: Cluster, ids: tuple[str, ...]) -> tuple[ClusterPassage, ...]:
    """These members of a cluster, with their reports."""
    similarity = {member.passage: member.similarity for member in cluster.members}
    rows = [generation.row_of(name) for name in ids]
    return tuple(
        ClusterPassage(
            PassageLine(p.id, p.role, round(p.confidence, 3), p.heading, p.start, p.end, p.text),
            report_line(generation.report_at(p.report_row)),
            round(similarity.get(p.id, 0.0), 4),
        )
        for p in generation.passages_at(rows)
    )


def cluster_detail(generation: Generation, clustering: Clustering, name: str) -> ClusterDetail:
    """One cluster; ProblemError 404 when there is none."""
    cluster = found_cluster(clustering, name)
    return ClusterDetail(
        cluster=cluster,
        representative=cluster_passages(generation, cluster, cluster.representative),
        divergent=cluster_passages(generation, cluster, cluster.divergent),
        generation=clustering.generation,
    )
