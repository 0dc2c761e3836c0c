"""What clustering gives: clusters of each role, who is in them, who is left alone and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from embed.structure.report import Role

__all__ = [
    "POOLS",
    "Cluster",
    "Clustering",
    "Count",
    "Group",
    "Leftover",
    "Member",
    "NameSource",
    "Parameters",
    "Place",
    "RoleClusters",
]


POOLS: Mapping[Role, tuple[Role, ...]] = {
    Role.MEASURE: (Role.MEASURE, Role.LEADERSHIP),
    Role.PROBLEM: (Role.PROBLEM,),
    Role.PLAN: (Role.PLAN,),
    Role.CAUSE: (Role.CAUSE,),
}
"""The roles that can be clustered, and the passages each takes in: what leaders did is a kind of measure."""


class NameSource(StrEnum):
    """Where a cluster's name comes from."""

    EXTRACTED = "extracted"  # a phrase of the passages' own headings or texts
    CATALOGUE = "catalogue"  # the catalogue of themes that the passages agree with
    PEOPLE = "people"  # somebody renamed it
    ENDPOINT = "endpoint"  # a language model that was configured


@dataclass(frozen=True, slots=True)
class Count:
    """How many of how many: never a share without its denominator."""

    number: int
    of: int

    @property
    def share(self) -> float:
        """Number / of, 0 where there is nothing to count."""
        return self.number / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in an outline: the item's code and title; `code` is "" outside the outline."""

    code: str
    title: str
    confidence: float  # 0 … 1


@dataclass(frozen=True, slots=True)
class Member:
    """One passage of a cluster.

    similarity: mean similarity to the members. outline: code of the outline's item, "" outside it. family: passages
    with the same number copy one another, −1 for none. x, y: place on the flat map, 0 … 1.
    """

    passage: str
    row: int
    similarity: float
    outline: str
    family: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """Passages of one role that say one kind of thing.

    `members` come in the order of the passages' ids. `representative` are the most central passages of different
    regions, `divergent` the members farthest from the centre; both are passage ids, best first.
    """

    id: str
    role: Role
    name: str
    name_source: NameSource
    description: str
    members: tuple[Member, ...]
    group: str  # id of the group of kinds that it belongs to
    theme: str  # code of the catalogue's theme, "" where there is none
    outline: Place
    terms: tuple[str, ...]  # words that set it apart, strongest first
    support: Count  # members that contain the name's words
    reports: Count
    regions: Count
    provinces: Count
    levels: Mapping[str, Count]  # level → reports of that level
    years: Mapping[int, Count]  # year → reports of that year; 0 stands for unknown
    representative: tuple[str, ...]
    divergent: tuple[str, ...]
    families: tuple[tuple[str, ...], ...] = ()  # passages that copy one another, largest family first
    pinned: bool = False

    @property
    def passages(self) -> tuple[str, ...]:
        """The members' ids, in their order."""
        return tuple(member.passage for member in self.members)

    @property
    def share(self) -> float:
        """The share of reports with at least one member."""
        return self.reports.share


@dataclass(frozen=True, slots=True)
class Group:
    """A group of kinds: clusters that belong to one part of the outline or lie close together."""

    id: str
    name: str
    clusters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leftover:
    """A passage that stands alone, and the cluster that it comes nearest to, if there is any."""

    passage: str
    row: int
    second: str | None
    similarity: float
    outline: str
    family: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class RoleClusters:
    """Clusters of one role, largest first, the groups over them, and the passages that stand alone."""

    role: Role
    clusters: tuple[Cluster, ...]
    groups: tuple[Group, ...]
    unclustered: tuple[Leftover, ...]

    @property
    def passages(self) -> int:
        """How many passages were looked at."""
        return sum(len(cluster.members) for cluster in self.clusters) + len(self.unclustered)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything that decides a clustering, apart from the passages.

    dense_share: weight of the vectors in the fused similarity, the rest is words; 0 … 1.
    fineness: mean similarity that the passages of one cluster have at least. Higher values give more, smaller and
        tighter clusters and leave more passages alone; lower values merge kinds.
    theme_share: weight of the catalogue of themes; 0 leaves it out.
    neighbours: how many neighbours each passage is compared with where not all pairs are.
    """

    dense_share: float = 0.5
    fineness: float = 0.38
    theme_share: float = 0.5
    neighbours: int = 24


@dataclass(frozen=True, slots=True)
class Clustering:
    """One run over one generation."""

    generation: int
    parameters: Parameters
    roles: Mapping[Role, RoleClusters]
    reports: int  # reports that were looked at: no duplicates, no documents that are not reports
    warnings: tuple[str, ...] = field(default=())

    def cluster(self, cluster_id: str) -> Cluster | None:
        """The cluster with this id, whatever its role."""
        for clusters in self.roles.values():
            for cluster in clusters.clusters:
                if cluster.id == cluster_id:
                    return cluster
        return None
