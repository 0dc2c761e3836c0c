"""From a clustering to the content of a cluster report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from embed.structure.report import Role
from service.cluster_report.content import (
    ClusterReport,
    ClusterRow,
    CopyFamily,
    FollowUp,
    MapPoint,
    Open,
    PassageMap,
    Quote,
    ReportLine,
    RoleTable,
    Spread,
    SpreadYear,
)
from service.cluster_report.covering import coverage
from service.cluster_report.heating import cells, heat
from service.cluster_report.sentences import limits, method, of_gaps, scope_line, summary
from service.cluster_report.sources import Sources, name_of
from service.cluster_report.terms import Terms, terms
from service.clusters.clustering import Cluster, Clustering, Count, NameSource
from service.clusters.gaps import Gap, gaps, pairs
from service.clusters.narrowing import narrow
from service.clusters.statistics import Units, diffusion, rate, recurrence, trend, units_of, yearly

if TYPE_CHECKING:
    from embed.index import Filter, Generation

__all__ = ["NEEDED_ROLES", "build"]

NEEDED_ROLES = (Role.MEASURE, Role.PROBLEM, Role.PLAN, Role.CAUSE)
SHOWN_ROLES = (Role.MEASURE, Role.PROBLEM, Role.CAUSE, Role.PLAN)
MAPPED_ROLES = (Role.MEASURE, Role.PROBLEM)
REUSED_ROLES = (Role.MEASURE, Role.PROBLEM)
QUOTES = 3
MOST_ROWS = 80  # clusters of a role that are described in full
MOST_SPREADS = 20
MOST_POINTS = 3000
MOST_DISTINCTIVE = 15
MOST_FAMILIES = 15
MOST_OPEN = 20
SHORTEST_DISTINCTIVE = 30
MAP_TEXT = 60


def build(
    generation: Generation,
    clustering: Clustering,
    *,
    where: Filter | None = None,
    lang: str = "zh",
    shown: Sequence[Role] = (),
) -> ClusterReport:
    """The content of the report on a clustering with the roles `NEEDED_ROLES`.

    shown: the roles whose tables are written, by default those of `SHOWN_ROLES` that were clustered.
    where: counts only what the filter keeps; clusters and their ids stay those of the whole store. Time grows with the
    number of passages that are kept (a few seconds for 100,000).
    """
    from embed.index import Filter

    words, shown = terms(lang), tuple(shown) or SHOWN_ROLES
    sources = Sources(generation, words)
    seen = narrow(generation, clustering, where or Filter())
    reports = _reports(generation, where or Filter())
    units = units_of(generation, reports)
    shown = tuple(role for role in shown if role in seen.roles)
    tables = tuple(_table(sources, seen, role, units) for role in shown)
    open_problems, open_plans = gaps(generation, seen, units)
    measures = seen.roles[Role.MEASURE].clusters if Role.MEASURE in seen.roles else ()
    problems = seen.roles[Role.PROBLEM].clusters if Role.PROBLEM in seen.roles else ()
    families, copied = _reuse(sources, seen)
    spreads = _spreads(sources, measures)
    covered = coverage(sources, seen, reports)
    return ClusterReport(
        lang=lang,
        title=words["title"],
        scope=scope_line(sources, seen, reports, where),
        summary=(*summary(words, seen, tables, covered, copied), *of_gaps(words, open_problems, open_plans)),
        tables=tables,
        heat=heat(sources, measures, reports),
        cells=cells(sources, measures, problems, reports),
        spreads=spreads,
        maps=tuple(_map(sources, seen, role) for role in shown if role in MAPPED_ROLES),
        coverage=covered,
        distinctive=_distinctive(sources, seen),
        reuse=families,
        reuse_count=copied,
        open_problems=_open(sources, open_problems.open),
        open_problems_count=open_problems.looked_at,
        open_plans=_open(sources, open_plans.open),
        open_plans_count=open_plans.looked_at,
        follow_ups=_follow_ups(sources, seen, units),
        method=method(words, generation, seen),
        limits=limits(words),
        warnings=seen.warnings,
        reports=_report_lines(sources, reports),
    )


def _report_lines(sources: Sources, reports: Sequence[int]) -> tuple[ReportLine, ...]:
    lines = []
    for row in reports:
        report = sources.report(row)
        title = report.metadata.title or report.file.rsplit("/", 1)[-1]
        lines.append(ReportLine(report.id, sources.place(row), report.metadata.year, title, report.file))
    return tuple(lines)


def _reports(generation: Generation, where: Filter) -> list[int]:
    """Report rows with at least one passage that the filter keeps, ascending."""
    rows = generation.rows(where)
    return [int(r) for r in np.unique(np.asarray(generation.passages.report)[rows])]


def _table(sources: Sources, seen: Clustering, role: Role, units: Units) -> RoleTable:
    found = seen.roles[role]
    ordered = sorted(found.clusters, key=lambda c: (-c.reports.number, -len(c.members), c.id))
    names = {group.id: group.name for group in found.groups}
    rows = tuple(
        _row(sources, cluster, units, names.get(cluster.group, ""), in_full=place < MOST_ROWS)
        for place, cluster in enumerate(ordered)
    )
    return RoleTable(role, sources.words.role(role), rows, found.passages, len(found.unclustered))


def _row(sources: Sources, cluster: Cluster, units: Units, group: str, *, in_full: bool) -> ClusterRow:
    words = sources.words
    again = recurrence(sources.generation, cluster, units)
    quoted = cluster.representative[:QUOTES] if in_full else ()
    return ClusterRow(
        id=cluster.id,
        name=name_of(cluster, words),
        name_note=_name_note(cluster, words),
        description=cluster.description,
        group=group,
        outline=f"{cluster.outline.code} {_item(cluster, words)}" if cluster.outline.code else words["outside"],
        outline_confidence=cluster.outline.confidence,
        passages=len(cluster.members),
        share=rate(cluster.reports.number, cluster.reports.of),
        regions=cluster.regions,
        provinces=cluster.provinces,
        levels={level: rate(c.number, c.of) for level, c in cluster.levels.items()},
        years=yearly(cluster),
        trend=trend(cluster),
        again=tuple((_unit_name(sources, units, unit), years) for unit, years in again.again),
        again_of=again.followed,
        copied=sum(len(family) for family in cluster.families),
        families=len(cluster.families),
        terms=cluster.terms,
        support=cluster.support,
        representative=tuple(sources.quote_of(p) for p in quoted),
        divergent=tuple(sources.quote_of(p) for p in cluster.divergent[: QUOTES - 1]) if in_full else (),
        passage_ids=cluster.passages,
        pinned=cluster.pinned,
    )


def _item(cluster: Cluster, words: Terms) -> str:
    from service.clusters.outline import item_of

    item = item_of(cluster.outline.code)
    return words.choose(cluster.outline.title, item.en if item else cluster.outline.title)


def _name_note(cluster: Cluster, words: Terms) -> str:
    notes = {
        NameSource.CATALOGUE: words.choose("依主题目录命名", "named by the catalogue of themes"),
        NameSource.EXTRACTED: words.choose("取自段落原文", "taken from the passages"),
        NameSource.PEOPLE: words.choose("人工命名", "named by a person"),
        NameSource.ENDPOINT: words.choose("由语言模型命名", "named by a language model"),
    }
    support = words.count(cluster.support)
    return (
        f"{notes[cluster.name_source]}，{support}" if words.lang == "zh" else f"{notes[cluster.name_source]}, {support}"
    )


def _unit_name(sources: Sources, units: Units, unit: tuple[int, int]) -> str:
    row = next(report for report, mine in sorted(units.of.items()) if mine == unit)
    return sources.place(row)


def _spreads(sources: Sources, measures: Sequence[Cluster]) -> tuple[Spread, ...]:
    spreads = []
    for cluster in sorted(measures, key=lambda c: (-c.reports.number, c.id))[:MOST_SPREADS]:
        found = diffusion(sources.generation, cluster, sources.level_names)
        if found is None:
            continue
        years = tuple(
            SpreadYear(w.year, rate(w.reports.number, w.reports.of), w.fresh, w.total, w.fresh_provinces)
            for w in found.waves
        )
        places = tuple(dict.fromkeys(sources.place(row) for row in found.first))
        levels = tuple(sorted(found.levels.items(), key=lambda e: (e[1], e[0])))
        spreads.append(Spread(cluster.id, name_of(cluster, sources.words), found.first_year, places[:6], years, levels))
    return tuple(spreads)


def _map(sources: Sources, seen: Clustering, role: Role) -> PassageMap:
    found = seen.roles[role]
    every = [(m.x, m.y, place, m.row) for place, c in enumerate(found.clusters) for m in c.members]
    every += [(left.x, left.y, -1, left.row) for left in found.unclustered]
    every.sort(key=lambda e: e[3])
    step = max(1, -(-len(every) // MOST_POINTS))
    points = []
    for x, y, place, row in every[::step]:
        report = int(sources.generation.passages.report[row])
        text = sources.generation.text_of(row)
        short = text if len(text) <= MAP_TEXT else text[:MAP_TEXT] + "…"
        points.append(MapPoint(x, y, place, sources.generation.passage_id(row), sources.label(report), short))
    names = tuple((c.id, name_of(c, sources.words)) for c in found.clusters)
    return PassageMap(role, names, tuple(points), len(every))


def _distinctive(sources: Sources, seen: Clustering) -> tuple[Quote, ...]:
    """Measures without a near neighbour elsewhere, the loneliest first; short fragments are no innovations."""
    found = seen.roles.get(Role.MEASURE)
    if found is None:
        return ()
    length = sources.generation.passages.length
    alone = [left for left in found.unclustered if int(length[left.row]) >= SHORTEST_DISTINCTIVE and left.family < 0]
    alone.sort(key=lambda left: (left.similarity, left.passage))
    return tuple(sources.quote(left.row) for left in alone[:MOST_DISTINCTIVE])


def _reuse(sources: Sources, seen: Clustering) -> tuple[tuple[CopyFamily, ...], Count]:
    table = sources.generation.reports
    families: list[tuple[int, int, str, list[int]]] = []
    every = copied = 0
    for role in REUSED_ROLES:
        found = seen.roles.get(role)
        if found is None:
            continue
        together: dict[int, list[tuple[int, str]]] = {}
        for cluster in found.clusters:
            for member in cluster.members:
                together.setdefault(member.family, []).append((member.row, cluster.id))
        for left in found.unclustered:
            together.setdefault(left.family, []).append((left.row, ""))
        every += found.passages
        for number, members in together.items():
            if number < 0 or len(members) < 2:
                continue
            copied += len(members)
            rows = [row for row, _ in members]
            report = [int(sources.generation.passages.report[row]) for row in rows]
            if len(set(report)) > 1:
                order = sorted(range(len(rows)), key=lambda i: (int(table.year[report[i]]) or 9999, rows[i]))
                regions = len({int(table.code[r]) for r in report} - {0})
                families.append((len(rows), regions, members[0][1], [rows[i] for i in order]))
    families.sort(key=lambda f: (-f[0], -f[1], f[3]))
    shown = tuple(
        CopyFamily(size, regions, cluster, tuple(sources.quote(row) for row in rows[:QUOTES]))
        for size, regions, cluster, rows in families[:MOST_FAMILIES]
    )
    return shown, Count(copied, every)


def _open(sources: Sources, found: Sequence[Gap]) -> tuple[Open, ...]:
    ordered = sorted(found, key=lambda gap: (gap.similarity, gap.row))[:MOST_OPEN]
    return tuple(Open(sources.quote(gap.row), sources.quote(gap.best) if gap.best >= 0 else None) for gap in ordered)


def _follow_ups(sources: Sources, seen: Clustering, units: Units) -> tuple[FollowUp, ...]:
    names = {c.id: name_of(c, sources.words) for found in seen.roles.values() for c in found.clusters}
    return tuple(
        FollowUp(
            names[pair.problem],
            names[pair.measure],
            pair.units,
            tuple((sources.quote(a), sources.quote(b)) for a, b in pair.rows[:2]),
        )
        for pair in pairs(sources.generation, seen, units)[:MOST_OPEN]
    )
