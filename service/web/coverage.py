"""The official outline held against reports: which items are written about, by how many, and by whom not."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embed.index import Filter
from embed.structure.report import Role
from service.api.views import ReportLine, report_line
from service.cluster_report.covering import GUIDING
from service.clusters.clustering import Count
from service.clusters.outline import Item, Part, outline

if TYPE_CHECKING:
    from embed.index import Generation
    from service.clusters import Clustering

__all__ = ["ItemLine", "PartLines", "cover", "uncovered"]

ROLES = (Role.MEASURE, Role.PLAN)
MOST_KINDS = 3  # clusters that are named for an item
MOST_LACKING = 30  # reports that are named for an item


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item: reports with a measure or plan about it, and passages. kinds: (id, name, role) of clusters under it.

    lacking: the first of the reports that have none; `reports.of − reports.number` counts them all.
    """

    item: Item
    reports: Count
    passages: int
    kinds: tuple[tuple[str, str, Role], ...]
    lacking: tuple[ReportLine, ...]


@dataclass(frozen=True, slots=True)
class PartLines:
    """A part of the outline with its items, in the outline's order."""

    part: Part
    items: tuple[ItemLine, ...]


def cover(generation: Generation, clustering: Clustering, where: Filter) -> tuple[PartLines, ...]:
    """Hold the outline against the reports that a filter keeps. Time O(passages)."""
    rows = generation.rows(where)
    kept = np.zeros(len(generation.passages), dtype=bool)
    kept[rows] = True
    report_of = generation.passages.report
    everybody = sorted({int(report) for report in np.unique(report_of[rows])})
    reports: dict[str, set[int]] = defaultdict(set)
    passages: dict[str, int] = defaultdict(int)
    kinds: dict[str, dict[tuple[str, str, Role], int]] = defaultdict(lambda: defaultdict(int))
    for role in ROLES:
        found = clustering.roles.get(role)
        if found is None:
            continue
        placed = [(m.row, m.outline, (c.id, c.name, role)) for c in found.clusters for m in c.members]
        for row, code, kind in [*placed, *((left.row, left.outline, None) for left in found.unclustered)]:
            if code and kept[row]:
                reports[code].add(int(report_of[row]))
                passages[code] += 1
                if kind is not None:
                    kinds[code][kind] += 1

    def line(item: Item) -> ItemLine:
        code = item.code
        most = sorted(kinds[code].items(), key=lambda entry: (-entry[1], entry[0]))[:MOST_KINDS]
        lacking = [row for row in everybody if row not in reports[code]][:MOST_LACKING]
        return ItemLine(
            item,
            Count(len(reports[code]), len(everybody)),
            passages[code],
            tuple(kind for kind, _ in most),
            tuple(report_line(generation.report_at(row)) for row in lacking),
        )

    return tuple(PartLines(part, tuple(line(item) for item in part.items)) for part in outline())


def uncovered(parts: tuple[PartLines, ...]) -> tuple[tuple[ItemLine, ...], int]:
    """The official items that no report writes about, and how many official items there are.

    General items, which no report can have a passage about, are left out of both.
    """
    official = [line for part in parts for line in part.items if line.item.official and line.item.code not in GUIDING]
    return tuple(line for line in official if not line.reports.number), len(official)
