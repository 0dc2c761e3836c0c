"""The official outline held against the reports: what is written about, and what nobody mentions."""

from __future__ import annotations

from collections.abc import Sequence

from embed.structure.report import Role
from service.cluster_report.content import Coverage, CoverageRow, Item, ReportCoverage
from service.cluster_report.sources import Sources
from service.clusters.clustering import Clustering, Count
from service.clusters.outline import outline
from service.clusters.statistics import rate

__all__ = ["coverage"]

MOST_REPORTS = 400
GUIDING = ("1", "2", "3")  # general items: thought, principles, goals; no report has passages about them alone


def coverage(sources: Sources, seen: Clustering, reports: Sequence[int]) -> Coverage | None:
    """Items with the reports that have a measure or a plan under them; None without any report."""
    if not reports or Role.MEASURE not in seen.roles:
        return None
    by_report: dict[int, set[str]] = {report: set() for report in reports}
    passages: dict[str, int] = {}
    outside = total = 0
    for role in (Role.MEASURE, Role.PLAN):
        if role not in seen.roles:
            continue
        for row, code in _placed(seen, role):
            report = int(sources.generation.passages.report[row])
            if code:
                by_report.setdefault(report, set()).add(code)
                passages[code] = passages.get(code, 0) + 1
            if role is Role.MEASURE:
                total += 1
                outside += not code
    rows = []
    for item in _items(sources):
        number = sum(item.code in codes for codes in by_report.values())
        rows.append(CoverageRow(item, rate(number, len(by_report)), passages.get(item.code, 0)))
    official = [row.item for row in rows if row.item.official and row.item.code not in GUIDING]
    never = tuple(row.item for row in rows if row.item in official and not row.reports.count.number)
    return Coverage(
        tuple(rows),
        never,
        Count(outside, total),
        _of_reports(sources, by_report, official),
        _of_regions(sources, by_report, official),
    )


def _placed(seen: Clustering, role: Role) -> list[tuple[int, str]]:
    found = seen.roles[role]
    placed = [(member.row, member.outline) for cluster in found.clusters for member in cluster.members]
    return placed + [(left.row, left.outline) for left in found.unclustered]


def _items(sources: Sources) -> list[Item]:
    choose = sources.words.choose
    return [
        Item(item.code, choose(item.zh, item.en), choose(part.zh, part.en), item.about, item.official)
        for part in outline()
        for item in part.items
    ]


def _of_reports(
    sources: Sources, by_report: dict[int, set[str]], official: Sequence[Item]
) -> tuple[ReportCoverage, ...]:
    result = []
    for report in sorted(by_report)[:MOST_REPORTS]:
        missing = tuple(item.code for item in official if item.code not in by_report[report])
        stored = sources.report(report)
        count = Count(len(official) - len(missing), len(official))
        label = stored.metadata.title or stored.file.rsplit("/", 1)[-1]
        result.append(ReportCoverage(label, sources.place(report), stored.metadata.year, count, missing))
    return tuple(result)


def _of_regions(
    sources: Sources, by_report: dict[int, set[str]], official: Sequence[Item]
) -> tuple[tuple[str, Count], ...]:
    codes = {item.code for item in official}
    regions: dict[str, set[str]] = {}
    for report, mentioned in by_report.items():
        region = sources.report(report).metadata.region
        name = region.province or sources.words["unknown_place"]
        regions.setdefault(name, set()).update(mentioned & codes)
    ordered = sorted(regions.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return tuple((name, Count(len(found), len(codes))) for name, found in ordered)
