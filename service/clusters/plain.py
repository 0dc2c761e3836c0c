"""Clusterings as plain JSON values."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from service.clusters.clustering import Cluster, Clustering, Count

__all__ = ["plain", "plain_cluster"]


def plain(clustering: Clustering) -> dict[str, Any]:
    """The contract of `bijian clusters --format json`: roles → clusters with passages, groups, unclustered ids."""
    return {
        "generation": clustering.generation,
        "parameters": asdict(clustering.parameters),
        "reports": clustering.reports,
        "warnings": list(clustering.warnings),
        "roles": {
            str(role): {
                "clusters": [plain_cluster(cluster) for cluster in found.clusters],
                "groups": [{"id": g.id, "name": g.name, "clusters": list(g.clusters)} for g in found.groups],
                "unclustered": [left.passage for left in found.unclustered],
                "second": {left.passage: left.second for left in found.unclustered if left.second},
            }
            for role, found in clustering.roles.items()
        },
    }


def plain_cluster(cluster: Cluster) -> dict[str, Any]:
    """One cluster; counts are {"n", "of"}."""
    return {
        "id": cluster.id,
        "label": cluster.name,
        "label_source": str(cluster.name_source),
        "description": cluster.description,
        "group": cluster.group,
        "theme": cluster.theme,
        "outline": asdict(cluster.outline),
        "terms": list(cluster.terms),
        "support": _count(cluster.support),
        "reports": _count(cluster.reports),
        "regions": _count(cluster.regions),
        "provinces": _count(cluster.provinces),
        "levels": {level: _count(count) for level, count in cluster.levels.items()},
        "years": {str(year): _count(count) for year, count in cluster.years.items()},
        "pinned": cluster.pinned,
        "passages": list(cluster.passages),
        "representative": list(cluster.representative),
        "divergent": list(cluster.divergent),
    }


def _count(count: Count) -> dict[str, int]:
    return {"n": count.number, "of": count.of}
