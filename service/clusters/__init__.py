"""Common measures, recurring problems: clusters with names, numbers and lasting ids."""

from service.clusters.clustering import (
    POOLS,
    Cluster,
    Clustering,
    Count,
    Group,
    Leftover,
    Member,
    NameSource,
    Parameters,
    Place,
    RoleClusters,
)

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
