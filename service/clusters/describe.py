"""From members to a cluster that people can read: name, sentence, terms, place in the outline, counts, examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embed.structure.report import Role
from service.clusters.clustering import Cluster, Count, Group, Member, NameSource
from service.clusters.naming import central_sentence, distinguishing_terms, heading_phrases, name_from
from service.clusters.outline import OUTSIDE, item_of, outline, place_of
from service.clusters.tally import Scope, scope_of

if TYPE_CHECKING:
    from embed.index import Generation, StoredPassage
    from service.clusters.run import RoleModel

__all__ = ["describe", "group_clusters"]

REPRESENTATIVES = 5
DIVERGENT = 3
LOOKED_AT = 40  # most central passages whose headings and texts name a cluster
THEME_SHARE = 0.4  # mean belief in a theme from which on a cluster is that theme's
LEAST_FOR_DIVERGENT = 6
OUTSIDE_GROUP = "纲要之外的做法"


def describe(generation: Generation, model: RoleModel) -> tuple[Cluster, ...]:
    """The clusters of a role, in the order of their centres."""
    rows, label = model.space.rows, model.assigned.label
    if not model.ids:
        return ()
    scope = scope_of(generation, generation.rows())
    weights = generation.lexical.weights(rows)
    terms = distinguishing_terms(weights, label, len(model.ids), generation.lexical.vocabulary)
    order = np.lexsort((np.arange(len(rows)), label))
    bounds = np.searchsorted(label[order], np.arange(len(model.ids) + 1))
    clusters = [
        _cluster(generation, model, number, order[bounds[number] : bounds[number + 1]], terms[number], scope)
        for number in range(len(model.ids))
    ]
    return _unique_names(clusters)


def _cluster(
    generation: Generation,
    model: RoleModel,
    number: int,
    mine: NDArray[np.int64],
    terms: tuple[str, ...],
    scope: Scope,
) -> Cluster:
    similarity = model.assigned.similarity[mine]
    rows = model.space.rows[mine]
    central = mine[np.lexsort((mine, -similarity))]
    passages = generation.passages_at(model.space.rows[central[:LOOKED_AT]])
    belief = model.space.beliefs[mine].mean(axis=0)
    themes = model.space.themes.catalogue
    theme = themes.themes[int(belief.argmax())] if len(belief) and belief.max() >= THEME_SHARE else None
    reports = np.asarray(generation.passages.report)[rows]
    spread = scope.spread(reports)
    if theme is not None:
        name, source = theme.zh, NameSource.CATALOGUE
        words: Sequence[str] = theme.terms
    else:
        headings = [(p.heading[-1] if p.heading else "", p.report_row) for p in passages]
        name, source = name_from(terms, heading_phrases(headings), [p.text for p in passages[:8]]), NameSource.EXTRACTED
        words = terms
    return Cluster(
        id=model.ids[number],
        role=model.role,
        name=name,
        name_source=source,
        description=central_sentence(passages[0].text, terms),
        members=tuple(
            Member(
                generation.passage_id(int(model.space.rows[i])),
                int(model.space.rows[i]),
                round(float(model.assigned.similarity[i]), 4),
                model.places[i],
                int(model.families[i]),
                round(float(model.positions[i, 0]), 4),
                round(float(model.positions[i, 1]), 4),
            )
            for i in mine.tolist()
        ),
        group="",
        theme=theme.code if theme else "",
        outline=place_of(belief, themes) if len(belief) else OUTSIDE,
        terms=terms,
        support=_support(passages, words),
        reports=spread.reports,
        regions=spread.regions,
        provinces=spread.provinces,
        levels=spread.levels,
        years=spread.years,
        representative=_representative(passages, generation),
        divergent=_divergent(generation, model, central),
        families=_families(generation, model, mine),
    )


def _families(generation: Generation, model: RoleModel, mine: NDArray[np.int64]) -> tuple[tuple[str, ...], ...]:
    """Copy families with at least two members here, largest first."""
    together: dict[int, list[str]] = {}
    for i in mine.tolist():
        if model.families[i] >= 0:
            together.setdefault(int(model.families[i]), []).append(generation.passage_id(int(model.space.rows[i])))
    families = [tuple(family) for family in together.values() if len(family) > 1]
    return tuple(sorted(families, key=lambda family: (-len(family), family)))


def _support(passages: Sequence[StoredPassage], words: Sequence[str]) -> Count:
    """How many of the most central members hold at least one of the words, in their text or heading."""
    held = sum(any(w in p.text or any(w in h for h in p.heading) for w in words) for p in passages)
    return Count(held, len(passages))


def _representative(passages: Sequence[StoredPassage], generation: Generation) -> tuple[str, ...]:
    """The most central passages, one a region first, then one a report, then any."""
    regions: set[int] = set()
    reports: set[int] = set()
    first, second, rest = [], [], []
    for passage in passages:
        region = int(generation.reports.code[passage.report_row])
        if region not in regions and passage.report_row not in reports:
            first.append(passage.id)
        elif passage.report_row not in reports:
            second.append(passage.id)
        else:
            rest.append(passage.id)
        reports.add(passage.report_row)
        if region:
            regions.add(region)
    return tuple([*first, *second, *rest][:REPRESENTATIVES])


def _divergent(generation: Generation, model: RoleModel, central: NDArray[np.int64]) -> tuple[str, ...]:
    if len(central) < LEAST_FOR_DIVERGENT:
        return ()
    return tuple(generation.passage_id(int(model.space.rows[i])) for i in central[: -DIVERGENT - 1 : -1])


def _unique_names(clusters: Sequence[Cluster]) -> tuple[Cluster, ...]:
    """Clusters come largest first: the first keeps a name, later ones get the terms that set them apart."""
    taken: set[str] = set()
    result = []
    for cluster in clusters:
        name, fresh = cluster.name, [t for t in cluster.terms if t not in cluster.name]
        for size in range(1, len(fresh) + 1):
            if name not in taken:
                break
            name = f"{cluster.name}：{'、'.join(fresh[:size][-3:])}"
        number = 2
        while name in taken:
            name, number = f"{cluster.name}（{number}）", number + 1
        taken.add(name)
        result.append(replace(cluster, name=name))
    return tuple(result)


def group_clusters(clusters: Sequence[Cluster]) -> tuple[tuple[Cluster, ...], tuple[Group, ...]]:
    """Put each cluster into the part of the outline it belongs to; groups in the outline's order, the rest last."""
    members: dict[str, list[str]] = {}
    placed = []
    for cluster in clusters:
        item = item_of(cluster.outline.code)
        code = item.part if item else "X"
        identity = f"{_letter(cluster.role)}-{code}"
        members.setdefault(identity, []).append(cluster.id)
        placed.append(replace(cluster, group=identity))
    names = {part.code: part.zh for part in outline()} | {"X": OUTSIDE_GROUP}
    groups: list[Group] = []
    for code, name in names.items():
        identities = sorted(i for i in members if i.split("-", 1)[1] == code)
        groups.extend(Group(identity, name, tuple(members[identity])) for identity in identities)
    return tuple(placed), tuple(groups)


def _letter(role: Role) -> str:
    return str(role)[0].upper()
