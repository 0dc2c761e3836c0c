"""How clusters develop and what of the official outline is covered, as shown over HTTP and on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embed.index import LEVELS, Filter
from embed.structure.report import Role
from service.api.problems import ProblemError
from service.cluster_report.content import Coverage
from service.cluster_report.covering import coverage as hold
from service.cluster_report.sources import Sources
from service.cluster_report.terms import terms
from service.clusters.narrowing import narrow
from service.clusters.statistics import (
    Diffusion,
    Rate,
    Trend,
    diffusion,
    recurrence,
    trend,
    units_of,
    yearly,
)

if TYPE_CHECKING:
    from embed.index import Generation
    from service.clusters import Cluster, Clustering

__all__ = ["ClusterTrend", "Coverage", "Recurring", "cluster_trend", "coverage", "recurring", "trends"]


@dataclass(frozen=True, slots=True)
class ClusterTrend:
    """One cluster over the years. `years`: the share of that year's reports, with its 95 % interval.

    diffusion: first appearance and spread by year, in rows of reports of this generation; None without known years.
    first_reports: ids of the reports of the first year.
    """

    cluster: str
    name: str
    trend: Trend
    years: dict[int, Rate]
    diffusion: Diffusion | None
    first_reports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Return:
    """One organ that reports a problem in several years: its report ids' place by code, department by name."""

    region: str
    department: str | None
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Recurring:
    """A problem that comes back. `followed`: organs with reports of two years or more, which `again` is counted of."""

    cluster: str
    name: str
    again: tuple[Return, ...]
    followed: int


def cluster_trend(generation: Generation, cluster: Cluster) -> ClusterTrend:
    """One cluster over the years."""
    spread = diffusion(generation, cluster, [str(level) for level in LEVELS])
    return ClusterTrend(
        cluster=cluster.id,
        name=cluster.name,
        trend=trend(cluster),
        years=yearly(cluster),
        diffusion=spread,
        first_reports=tuple(generation.report_id(row) for row in spread.first) if spread else (),
    )


def trends(generation: Generation, clustering: Clustering, role: Role, *, least: int) -> list[ClusterTrend]:
    """Every cluster of a role that at least `least` reports have, the most widespread first."""
    found = clustering.roles.get(role)
    if found is None:
        raise ProblemError(422, f"clusters are made of {', '.join(map(str, clustering.roles))}, not of {role}")
    clusters = sorted(found.clusters, key=lambda c: (-c.reports.number, c.id))
    return [cluster_trend(generation, c) for c in clusters if c.reports.number >= least]


def recurring(generation: Generation, clustering: Clustering) -> list[Recurring]:
    """Problems that the same organ reports in two years or more, the one with most such organs first."""
    units = units_of(generation, range(len(generation.reports)))
    result = []
    for cluster in clustering.roles[Role.PROBLEM].clusters:
        found = recurrence(generation, cluster, units)
        if found.again:
            again = tuple(
                Return(_shortest(code), generation.departments[department] if department >= 0 else None, tuple(years))
                for (code, department), years in found.again
            )
            result.append(Recurring(cluster.id, cluster.name, again, found.followed))
    return sorted(result, key=lambda r: (-len(r.again), r.cluster))


def _shortest(padded: int) -> str:
    """A division code without the zeros that pad it to nine digits."""
    text = f"{padded:09d}"
    for digits in (2, 4, 6):
        if not text[digits:].strip("0"):
            return text[:digits]
    return text


def coverage(generation: Generation, clustering: Clustering, where: Filter) -> Coverage:
    """Items of the official outline and the reports that mention them."""
    sources = Sources(generation, terms("zh"))
    reports = np.unique(generation.passages.report[generation.rows(where)]).tolist()
    found = hold(sources, narrow(generation, clustering, where), reports)
    if found is None:
        raise ProblemError(404, "no report that the filter keeps can be placed in the outline")
    return found
