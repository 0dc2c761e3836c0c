"""The heat map: which regions report which measures, as rates of their reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from service.cluster_report.content import Cell, Heat, HeatRow
from service.cluster_report.sources import Sources, name_of
from service.clusters.clustering import Cluster
from service.clusters.statistics import rate, reports_of

__all__ = ["cells", "heat"]

COLUMNS = 24
ROWS = 40
ENOUGH_ROWS = 3
MOST_CELLS = 20_000
_DEPTHS = ("province", "city", "county", "town")


def heat(sources: Sources, measures: Sequence[Cluster], reports: Sequence[int]) -> Heat | None:
    """Regions with most reports against the measures of most reports; None where there is nothing to show.

    The rows are provinces if there are at least three, else the next level below that has as many, else the deepest.
    """
    if not reports or not measures:
        return None
    table = sources.generation.reports
    depth = _depth(sources, reports)
    code = np.asarray(getattr(table, depth))
    by_region: dict[int, list[int]] = {}
    for report in reports:
        by_region.setdefault(int(code[report]), []).append(report)
    columns = sorted(measures, key=lambda c: (-c.reports.number, c.id))[:COLUMNS]
    held = [set(reports_of(sources.generation, cluster)) for cluster in columns]
    order = sorted(by_region, key=lambda k: (k == 0, -len(by_region[k]), k))
    rows = []
    for region in order[:ROWS]:
        mine = by_region[region]
        name = _region_name(sources, mine[0], depth) if region else sources.words["unknown_place"]
        cells = tuple(rate(sum(r in there for r in mine), len(mine)) for there in held)
        rows.append(HeatRow(name, len(mine), cells))
    names = tuple((cluster.id, name_of(cluster, sources.words)) for cluster in columns)
    return Heat(names, tuple(rows), depth, max(0, len(order) - ROWS))


def cells(
    sources: Sources, measures: Sequence[Cluster], problems: Sequence[Cluster], reports: Sequence[int]
) -> tuple[Cell, ...]:
    """Region × year × cluster: the rates above nothing, regions as in the heat map, reports without a year left out.

    For each role the clusters of most reports. Ordered by region, year, role and share.
    """
    table = sources.generation.reports
    depth = _depth(sources, reports)
    code, year = np.asarray(getattr(table, depth)), np.asarray(table.year)
    of: dict[tuple[int, int], list[int]] = {}
    for report in reports:
        if code[report] and year[report]:
            of.setdefault((int(code[report]), int(year[report])), []).append(report)
    result = []
    for clusters in (measures, problems):
        for cluster in sorted(clusters, key=lambda c: (-c.reports.number, c.id))[:COLUMNS]:
            held = Counter((int(code[r]), int(year[r])) for r in reports_of(sources.generation, cluster))
            name = name_of(cluster, sources.words)
            for key, number in held.items():
                if key in of:
                    region = _region_name(sources, of[key][0], depth)
                    result.append(
                        (key, Cell(region, key[1], cluster.role, cluster.id, name, rate(number, len(of[key]))))
                    )
    result.sort(key=lambda e: (e[0], str(e[1].role), -e[1].share.count.share, e[1].cluster))
    return tuple(cell for _, cell in result[:MOST_CELLS])


def _depth(sources: Sources, reports: Sequence[int]) -> str:
    table = sources.generation.reports
    best = "province"
    for depth in _DEPTHS:
        known = np.asarray(getattr(table, depth))[list(reports)]
        if len(np.unique(known[known > 0])) >= ENOUGH_ROWS:
            return depth
        if len(np.unique(known[known > 0])) > 0:
            best = depth
    return best


def _region_name(sources: Sources, report: int, depth: str) -> str:
    region = sources.report(report).metadata.region
    names = {"province": (region.province,), "city": (region.city,), "county": (region.city, region.county)}
    parts = names.get(depth, (region.county, region.town))
    return "".join(part for part in parts if part) or sources.place(report)
