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
from service.clusters.loading import load
from service.clusters.plain import plain, plain_cluster
from service.clusters.run import cluster

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
    "cluster",
    "load",
    "plain",
    "plain_cluster",
]
