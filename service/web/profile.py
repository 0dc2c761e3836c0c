"""What a place does, lacks, shares and repeats."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embed.index import Filter
from embed.structure.report import Role
from service.api.cluster_views import ClusterLine, line
from service.api.views import ReportLine, report_line
from service.similar import reuse
from service.web.coverage import cover, uncovered
from service.web.regions import region_list

if TYPE_CHECKING:
    from embed.index import Generation
    from service.clusters import Clustering
    from service.clusters.clustering import Count
    from service.clusters.outline import Item
    from service.similar import ReuseAnswer
    from service.web.regions import RegionNode

__all__ = ["Profile", "profile"]

COMMON = 0.3  # share of all reports from which on a measure that a place lacks is worth a mention
MOST_REUSED = 6  # reports whose wording is compared; the newest ones


@dataclass(frozen=True, slots=True)
class Does:
    """A cluster that the place has passages in."""

    cluster: ClusterLine
    passages: tuple[str, ...]
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lacked:
    """An item of the outline that no report of the place writes about; `others`: of all reports, those that do."""

    item: Item
    others: Count


@dataclass(frozen=True, slots=True)
class Profile:
    """One place. `lacks`: common measures that none of its reports has; `repeats`: problems of two years or more.

    uncovered: of the `official` items of the outline those that the place does not write about.
    """

    place: RegionNode
    above: tuple[RegionNode, ...]
    reports: tuple[ReportLine, ...]
    does: tuple[Does, ...]
    problems: tuple[Does, ...]
    repeats: tuple[Does, ...]
    lacks: tuple[ClusterLine, ...]
    copies: tuple[tuple[ReportLine, ReuseAnswer], ...]
    uncovered: tuple[Lacked, ...]
    official: int


def profile(generation: Generation, clustering: Clustering, code: str) -> Profile | None:
    """The profile of a division and the places below it; None when no report is from there."""
    nodes = {node.code: node for node in region_list(generation)}
    if code not in nodes:
        return None
    rows = generation.rows(Filter(regions=(code,)))
    report_rows = sorted({int(row) for row in generation.passages.report[rows]})
    reports = [report_line(generation.report_at(row)) for row in report_rows]
    mine = {generation.passage_id(int(row)): int(generation.passages.report[row]) for row in rows}
    has: dict[Role, list[Does]] = defaultdict(list)
    lacks: list[ClusterLine] = []
    for role, found in clustering.roles.items():
        for cluster in found.clusters:
            passages = tuple(name for name in cluster.passages if name in mine)
            years = {int(generation.reports.year[mine[name]]) for name in passages} - {0}
            if passages:
                has[role].append(Does(line(cluster), passages, tuple(sorted(years))))
            elif role is Role.MEASURE and cluster.share >= COMMON:
                lacks.append(line(cluster))
    own, official = uncovered(cover(generation, clustering, Filter(regions=(code,))))
    everywhere = {line.item.code: line for part in cover(generation, clustering, Filter()) for line in part.items}
    newest = sorted(reports, key=lambda r: (-(r.year or 0), r.id))[:MOST_REUSED]
    return Profile(
        place=nodes[code],
        above=tuple(nodes[code[:n]] for n in (2, 4, 6) if n < len(code) and code[:n] in nodes),
        reports=tuple(sorted(reports, key=lambda r: (-(r.year or 0), r.place, r.id))),
        does=tuple(has[Role.MEASURE]),
        problems=tuple(has[Role.PROBLEM]),
        repeats=tuple(does for does in has[Role.PROBLEM] if len(does.years) > 1),
        lacks=tuple(sorted(lacks, key=lambda c: (-c.reports.number, c.id))),
        copies=tuple((report, reuse(generation, report.id)) for report in newest),
        uncovered=tuple(Lacked(line.item, everywhere[line.item.code].reports) for line in own),
        official=official,
    )
