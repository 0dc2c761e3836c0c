"""The heat map: which regions report which measures, as rates of their reports."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from service.cluster_report.content import Heat, HeatRow
from service.cluster_report.sources import Sources, name_of
from service.clusters.clustering import Cluster
from service.clusters.statistics import rate, reports_of

__all__ = ["heat"]

COLUMNS = 24
ROWS = 40
ENOUGH_ROWS = 3
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
