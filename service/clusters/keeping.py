"""A clustering of one role as it is kept in the catalog: JSON for what is read, arrays for who is where."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from embed.structure.report import Role
from service.clusters.clustering import (
    Cluster,
    Count,
    Group,
    Leftover,
    Member,
    NameSource,
    Parameters,
    Place,
    RoleClusters,
)

if TYPE_CHECKING:
    from embed.index.clusterings import ClusterEdit, StoredClustering
    from embed.index.generation import Generation
    from service.clusters.run import RoleModel

__all__ = ["catalogue_digest", "key_of", "pack", "passages_before", "rename", "series_of", "unpack"]

FORM = 2  # of what is kept; another form is clustered anew


def catalogue_digest() -> str:
    """Digest of the files that decide what themes there are."""
    digest = hashlib.sha256()
    for package, name in (("service.clusters", "data/themes.toml"), ("embed.index", "data/topics.tsv")):
        digest.update(files(package).joinpath(name).read_bytes())
    return digest.hexdigest()[:16]


def series_of(parameters: Parameters) -> str:
    """Clusterings by the same parameters are one series: ids and people's changes live in it."""
    return hashlib.sha256(json.dumps(asdict(parameters), sort_keys=True).encode()).hexdigest()[:16]


def key_of(generation: Generation, edits: list[ClusterEdit]) -> str:
    """Names what decides a clustering beside the generation's number and the series."""
    last = max((edit.number for edit in edits if edit.kind not in ("rename", "named")), default=0)
    parts = (FORM, catalogue_digest(), generation.manifest.model.fingerprint, last)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def pack(
    generation: Generation, found: RoleClusters, model: RoleModel
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """(JSON values, arrays) of a clustering."""
    rows = model.space.rows
    report = np.asarray(generation.passages.report)[rows]
    codes = ["", *sorted({place for place in model.places if place})]
    clusters = []
    for cluster in found.clusters:
        value = {f.name: getattr(cluster, f.name) for f in fields(Cluster) if f.name != "members"}
        clusters.append(json.loads(json.dumps(value, default=asdict)))
    arrays: dict[str, NDArray[Any]] = {
        "row": rows,
        "report": np.asarray(generation.reports.key)[report],
        "ordinal": np.asarray(generation.passages.ordinal)[rows],
        "label": model.assigned.label,
        "second": model.assigned.second,
        "similarity": model.assigned.similarity,
        "place": np.array([codes.index(place) for place in model.places], dtype=np.int16),
        "family": model.families,
        "position": model.positions,
        "means": model.centres.means,
        "examples": model.space.themes.examples,
        "centres": model.space.themes.centres,
    }
    groups = [asdict(group) for group in found.groups]
    meta = {"ids": list(model.ids), "places": codes, "clusters": clusters, "groups": groups}
    return meta | {"examples": model.with_examples}, arrays


def _passage_ids(arrays: Mapping[str, NDArray[Any]]) -> list[str]:
    return [f"r{r:015x}.{o:03d}" for r, o in zip(arrays["report"].tolist(), arrays["ordinal"].tolist(), strict=True)]


def passages_before(kept: StoredClustering) -> dict[str, str]:
    """Passage id → cluster id of a kept clustering."""
    ids = kept.meta["ids"]
    labels = kept.arrays["label"].tolist()
    return {p: ids[k] for p, k in zip(_passage_ids(kept.arrays), labels, strict=True) if k >= 0}


def unpack(role: Role, kept: StoredClustering) -> RoleClusters:
    """The inverse of `pack`."""
    arrays, ids, codes = kept.arrays, kept.meta["ids"], kept.meta["places"]
    passages, positions = _passage_ids(arrays), np.round(arrays["position"].astype(np.float64), 4).tolist()
    rows, similarity = arrays["row"].tolist(), np.round(arrays["similarity"].astype(np.float64), 4).tolist()
    places, families, second = arrays["place"].tolist(), arrays["family"].tolist(), arrays["second"].tolist()
    members: list[list[Member]] = [[] for _ in ids]
    leftovers = []
    for i, label in enumerate(arrays["label"].tolist()):
        rest = (codes[places[i]], families[i], *positions[i])
        if label >= 0:
            members[label].append(Member(passages[i], rows[i], similarity[i], *rest))
        else:
            nearest = ids[second[i]] if second[i] >= 0 else None
            leftovers.append(Leftover(passages[i], rows[i], nearest, similarity[i], *rest))
    place_of = {identity: number for number, identity in enumerate(ids)}
    clusters = tuple(_cluster(value, tuple(members[place_of[value["id"]]])) for value in kept.meta["clusters"])
    groups = tuple(Group(g["id"], g["name"], tuple(g["clusters"])) for g in kept.meta["groups"])
    return RoleClusters(role, clusters, groups, tuple(leftovers))


def _cluster(value: Mapping[str, Any], members: tuple[Member, ...]) -> Cluster:
    return Cluster(
        id=value["id"],
        role=Role(value["role"]),
        name=value["name"],
        name_source=NameSource(value["name_source"]),
        description=value["description"],
        members=members,
        group=value["group"],
        theme=value["theme"],
        outline=Place(**value["outline"]),
        terms=tuple(value["terms"]),
        support=Count(**value["support"]),
        reports=Count(**value["reports"]),
        regions=Count(**value["regions"]),
        provinces=Count(**value["provinces"]),
        levels={level: Count(**count) for level, count in value["levels"].items()},
        years={int(year): Count(**count) for year, count in value["years"].items()},
        representative=tuple(value["representative"]),
        divergent=tuple(value["divergent"]),
        families=tuple(tuple(family) for family in value["families"]),
        pinned=bool(value["pinned"]),
    )


def rename(found: RoleClusters, edits: list[ClusterEdit]) -> RoleClusters:
    """Names that people or an endpoint gave, those of people first, and the mark of what people pinned."""
    names = {edit.cluster: str(edit.value) for edit in edits if edit.kind == "rename"}
    made = {edit.cluster: str(edit.value["name"]) for edit in edits if edit.kind == "named"}
    pinned: set[str] = set()
    for edit in edits:
        pinned = (
            pinned | {edit.cluster}
            if edit.kind == "pin"
            else pinned - ({edit.cluster} if edit.kind == "unpin" else set())
        )
    clusters = []
    for cluster in found.clusters:
        if cluster.id in names:
            cluster = replace(cluster, name=names[cluster.id], name_source=NameSource.PEOPLE)
        elif made.get(cluster.id):
            cluster = replace(cluster, name=made[cluster.id], name_source=NameSource.ENDPOINT)
        clusters.append(replace(cluster, pinned=cluster.id in pinned))
    return replace(found, clusters=tuple(clusters))
