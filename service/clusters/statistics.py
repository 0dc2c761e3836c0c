"""What clusters say about reports over regions and years: rates with intervals, trends, recurrence, diffusion, gaps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from service.clusters.clustering import Cluster, Count

if TYPE_CHECKING:
    from embed.index import Generation

__all__ = [
    "FEW",
    "Diffusion",
    "Rate",
    "Recurrence",
    "Trend",
    "Units",
    "Wave",
    "diffusion",
    "rate",
    "recurrence",
    "trend",
    "units_of",
    "wilson",
    "yearly",
]

FEW = 5  # reports in a cell below which a rate is marked as resting on few
Z95 = 1.959963984540054


class Trend(StrEnum):
    """How the share of reports developed between the first and the last year that can be compared."""

    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"
    UNKNOWN = "unknown"  # too few years or reports


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % interval (Wilson 1927), and whether it rests on few reports."""

    count: Count
    low: float
    high: float

    @property
    def few(self) -> bool:
        return self.count.of < FEW


def wilson(number: int, of: int, z: float = Z95) -> tuple[float, float]:
    """The Wilson score interval of number/of; (0, 1) where there is nothing to count."""
    if of == 0:
        return 0.0, 1.0
    p = number / of
    middle = p + z * z / (2 * of)
    half = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def rate(number: int, of: int) -> Rate:
    """A count as a rate."""
    low, high = wilson(number, of)
    return Rate(Count(number, of), round(low, 4), round(high, 4))


def yearly(cluster: Cluster) -> dict[int, Rate]:
    """The share of each known year's reports, years ascending."""
    return {year: rate(count.number, count.of) for year, count in sorted(cluster.years.items()) if year}


def trend(cluster: Cluster) -> Trend:
    """Rising or falling where the intervals of the first and the last year with enough reports do not overlap."""
    enough = [value for value in yearly(cluster).values() if not value.few]
    if len(enough) < 2:
        return Trend.UNKNOWN
    first, last = enough[0], enough[-1]
    if last.low > first.high:
        return Trend.RISING
    return Trend.FALLING if last.high < first.low else Trend.STEADY


@dataclass(frozen=True, slots=True)
class Units:
    """Who reports: one unit is one organ of one place. `of` maps a report row to its unit; None where unknown.

    A unit is (code of the deepest division, number of the department or −1).
    """

    of: Mapping[int, tuple[int, int] | None]
    year: Mapping[int, int]
    followed: int = 0  # units with reports of two years or more

    def series(self) -> dict[tuple[int, int], dict[int, list[int]]]:
        """Unit → year → report rows, years ascending, unknown units and years left out."""
        result: dict[tuple[int, int], dict[int, list[int]]] = {}
        for report in sorted(self.of, key=lambda r: (self.year[r], r)):
            unit, year = self.of[report], self.year[report]
            if unit is not None and year:
                result.setdefault(unit, {}).setdefault(year, []).append(report)
        return result


def units_of(generation: Generation, reports: Iterable[int]) -> Units:
    """The units of some report rows."""
    table = generation.reports
    of: dict[int, tuple[int, int] | None] = {}
    year: dict[int, int] = {}
    for row in reports:
        code = int(table.code[row])
        of[row] = (code, int(table.department[row])) if code else None
        year[row] = int(table.year[row])
    followed = sum(len(years) > 1 for years in Units(of, year).series().values())
    return Units(of, year, followed)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """How a problem comes back. `again`: units with it in two years or more, each with its years, most years first.

    followed: units with reports of two years or more, which is what `again` is counted of.
    """

    again: tuple[tuple[tuple[int, int], tuple[int, ...]], ...]
    followed: int


def recurrence(generation: Generation, cluster: Cluster, units: Units) -> Recurrence:
    """Units that report a problem in two or more years."""
    reports = reports_of(generation, cluster)
    years: dict[tuple[int, int], set[int]] = {}
    for report in reports:
        unit, year = units.of.get(report), units.year.get(report, 0)
        if unit is not None and year:
            years.setdefault(unit, set()).add(year)
    again = [(unit, tuple(sorted(ys))) for unit, ys in years.items() if len(ys) > 1]
    return Recurrence(tuple(sorted(again, key=lambda e: (-len(e[1]), e[0]))), units.followed)


def reports_of(generation: Generation, cluster: Cluster) -> list[int]:
    """Report rows with at least one member, ascending."""
    rows = np.array([member.row for member in cluster.members], dtype=np.int64)
    return [int(r) for r in np.unique(np.asarray(generation.passages.report)[rows])] if len(rows) else []


@dataclass(frozen=True, slots=True)
class Wave:
    """One year of a spread: reports with the measure of that year's reports, places new in it, places so far."""

    year: int
    reports: Count
    fresh: int
    total: int
    fresh_provinces: int


@dataclass(frozen=True, slots=True)
class Diffusion:
    """How a measure spread. `first` are the report rows of the first year; levels: level → first year seen there."""

    first_year: int
    first: tuple[int, ...]
    waves: tuple[Wave, ...]
    levels: Mapping[str, int]


def diffusion(generation: Generation, cluster: Cluster, level_names: Sequence[str]) -> Diffusion | None:
    """First appearance and spread by year, of the reports whose year is known; None where none is."""
    table = generation.reports
    dated = sorted((int(table.year[r]), r) for r in reports_of(generation, cluster) if int(table.year[r]))
    if not dated:
        return None
    seen: set[int] = set()
    provinces: set[int] = set()
    levels: dict[str, int] = {}
    waves = []
    for year in sorted({y for y, _ in dated}):
        mine = [r for y, r in dated if y == year]
        places = {int(table.code[r]) for r in mine} - {0} - seen
        fresh = {int(table.province[r]) for r in mine} - {0} - provinces
        seen |= places
        provinces |= fresh
        for r in mine:
            levels.setdefault(level_names[int(table.level[r])], year)
        waves.append(
            Wave(year, cluster.years.get(year, Count(len(mine), len(mine))), len(places), len(seen), len(fresh))
        )
    first = dated[0][0]
    return Diffusion(first, tuple(r for y, r in dated if y == first), tuple(waves), levels)
