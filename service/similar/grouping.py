"""Hits in groups: the best groups, complete, each with its best hits, from the best score of every group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from service.similar.query import GroupBy
from service.similar.ranking import SPARE, Floats, Pool, Ranked, finish
from service.similar.view import Probe, View

if TYPE_CHECKING:
    from embed.index.generation import Generation

__all__ = ["GroupedRows", "Wanted", "group_keys", "group_name", "grouped"]

UNKNOWN = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to group by, how many groups, how many hits of each, and the fused similarity from which hits count."""

    by: GroupBy
    groups: int
    per_group: int
    floor: float


@dataclass(frozen=True, slots=True)
class GroupedRows:
    """One group: its key, its best hits, and how many further rows of the pool reach the floor."""

    key: int
    ranked: Ranked
    more: int


def group_keys(generation: Generation, by: GroupBy, rows: NDArray[np.int32]) -> NDArray[np.int64]:
    """The group of each passage row: a division code, a year, or a report row plus one; 0 where it is unknown."""
    reports = generation.reports
    if by is GroupBy.REPORT:
        return generation.passages.report[rows].astype(np.int64) + 1
    column = {
        GroupBy.PROVINCE: reports.province,
        GroupBy.CITY: _city_or_county(generation),
        GroupBy.COUNTY: reports.county,
        GroupBy.YEAR: reports.year,
    }[by]
    return np.asarray(column)[generation.passages.report[rows]].astype(np.int64)


def _city_or_county(generation: Generation) -> NDArray[np.int64]:
    """Prefectures; a county that its province governs directly stands for one, a municipality for itself."""
    reports = generation.reports
    city = np.where(reports.city > 0, reports.city, reports.county)
    return np.where(city > 0, city, 0).astype(np.int64)


def group_name(generation: Generation, by: GroupBy, key: int, row: int) -> tuple[str, str]:
    """(key, name) of a group for people; `row` is one of its passages."""
    if key == UNKNOWN:
        return "", "不详 · unknown"
    report = int(generation.passages.report[row])
    if by is GroupBy.REPORT:
        stored = generation.report_at(report)
        return stored.id, stored.metadata.title or stored.file
    if by is GroupBy.YEAR:
        return str(key), f"{key}年"
    region = generation.report_at(report).metadata.region
    if by is GroupBy.PROVINCE:
        return str(key), region.province or str(key)
    if by is GroupBy.CITY:
        return str(key), "".join(n for n in (region.province, region.city or region.county) if n) or str(key)
    return str(key), "".join(n for n in (region.province, region.city, region.county) if n) or str(key)


def grouped(view: View, probe: Probe, bonus: Floats, pool: Pool, wanted: Wanted) -> list[GroupedRows]:
    """The best groups of a pool, each with its best hits.

    Groups are ordered by their best hit. The best hit of every group is known before any is left out, so as many
    groups as are wanted come back whenever the pool has them.
    """
    per_group, floor = wanted.per_group, wanted.floor
    keys = group_keys(view.generation, wanted.by, pool.rows)
    order = np.lexsort((pool.rows, -pool.totals, keys))
    starts = np.flatnonzero(np.concatenate([[True], np.diff(keys[order]) != 0])) if len(order) else order
    sizes = np.diff(np.concatenate([starts, [len(order)]]))
    best = pool.totals[order[starts]] if len(starts) else np.empty(0)
    leading = np.lexsort((starts, -best))[: wanted.groups + SPARE]
    members = [order[starts[place] : starts[place] + sizes[place]] for place in leading]
    chosen = [pool.rows[mine[: per_group + SPARE]] for mine in members]
    every = np.unique(np.concatenate(chosen)) if chosen else pool.rows[:0]
    ranked = finish(view, probe, bonus, pool, every)
    keys_of = group_keys(view.generation, wanted.by, ranked.rows)
    found = []
    for mine in members:
        places = np.flatnonzero(keys_of == keys[mine[0]])[:per_group]
        shown = Ranked(ranked.rows[places], ranked.totals[places], ranked.parts.at(places))
        reaching, counted = int((pool.fused[mine] >= floor).sum()), int((shown.parts.fused >= floor).sum())
        found.append(GroupedRows(int(keys[mine[0]]), shown, max(0, reaching - counted)))
    found.sort(key=lambda group: (-float(group.ranked.totals[0]), int(group.ranked.rows[0])))
    return found[: wanted.groups]
