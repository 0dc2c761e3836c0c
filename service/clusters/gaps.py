"""What answers what: problems and plans of a report, plans and the next year's measures, problems and measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embed.structure.report import Role
from service.clusters.clustering import Clustering, Count
from service.clusters.neighbours import steady_blas
from service.clusters.statistics import Units

if TYPE_CHECKING:
    from embed.index import Generation

__all__ = ["Gap", "Gaps", "Pair", "gaps", "pairs"]

ANSWERS = 0.35  # similarity of centred vectors from which on one passage answers another
ANSWERS_UNDER_ITEM = 0.12  # the same where both stand under one item of the outline


@dataclass(frozen=True, slots=True)
class Gap:
    """A passage that nothing answers; `best` is the nearest candidate's row (−1 without one) and its similarity."""

    row: int
    best: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Gaps:
    """Passages without an answer, and how many were looked at."""

    open: tuple[Gap, ...]
    looked_at: Count


@dataclass(frozen=True, slots=True)
class Pair:
    """A problem of one year and a measure of the next by the same unit: how often it was followed up."""

    problem: str
    measure: str
    units: Count  # units with the measure in a following year, of units with the problem and a following report
    rows: tuple[tuple[int, int], ...]  # (a problem passage, the measure passage that follows), a few


def _rows_by_report(generation: Generation, clustering: Clustering, role: Role) -> dict[int, list[tuple[int, str]]]:
    """Report row → (passage row, code of the outline's item) of a role's passages."""
    found = clustering.roles.get(role)
    result: dict[int, list[tuple[int, str]]] = {}
    if found is None:
        return result
    every = [(m.row, m.outline) for c in found.clusters for m in c.members]
    every += [(left.row, left.outline) for left in found.unclustered]
    for row, item in sorted(every):
        result.setdefault(int(generation.passages.report[row]), []).append((row, item))
    return result


def _unanswered(
    generation: Generation, asked: Sequence[tuple[int, str]], answers: Sequence[tuple[int, str]]
) -> list[Gap]:
    if not answers:
        return [Gap(row, -1, 0.0) for row, _ in asked]
    left = np.asarray(generation.vectors[[row for row, _ in asked]], dtype=np.float32)
    right = np.asarray(generation.vectors[[row for row, _ in answers]], dtype=np.float32)
    products: NDArray[np.float32] = np.round(left @ right.T, 5)
    same = np.array([[bool(a) and a == b for _, b in answers] for _, a in asked])
    reached = (products >= ANSWERS) | (same & (products >= ANSWERS_UNDER_ITEM))
    best = products.argmax(axis=1)
    return [
        Gap(asked[i][0], answers[int(best[i])][0], round(float(products[i, best[i]]), 4))
        for i in range(len(asked))
        if not reached[i].any()
    ]


def gaps(generation: Generation, clustering: Clustering, units: Units) -> tuple[Gaps, Gaps]:
    """(problems that no plan of the same report takes up, plans that the unit's next report says nothing about)."""
    problems = _rows_by_report(generation, clustering, Role.PROBLEM)
    plans = _rows_by_report(generation, clustering, Role.PLAN)
    measures = _rows_by_report(generation, clustering, Role.MEASURE)
    with steady_blas():
        first = [g for r in sorted(problems) for g in _unanswered(generation, problems[r], plans.get(r, []))]
        looked = sum(len(rows) for rows in problems.values())
        second: list[Gap] = []
        followed = 0
        for years in units.series().values():
            for before, after in zip(list(years), list(years)[1:], strict=False):
                mine = [entry for r in years[before] for entry in plans.get(r, [])]
                done = [entry for r in years[after] for entry in measures.get(r, [])]
                if after == before + 1 and mine and done:
                    followed += len(mine)
                    second.extend(_unanswered(generation, mine, done))
    return (
        Gaps(tuple(first), Count(len(first), looked)),
        Gaps(tuple(sorted(second, key=lambda g: g.row)), Count(len(second), followed)),
    )


def pairs(generation: Generation, clustering: Clustering, units: Units, *, least: int = 1) -> list[Pair]:
    """Problem clusters and the measure clusters that the same units report in a later year, most followed up first.

    A measure follows up a problem when both clusters stand under one item of the outline.
    """
    problem, measure = clustering.roles.get(Role.PROBLEM), clustering.roles.get(Role.MEASURE)
    if problem is None or measure is None:
        return []
    by_item: dict[str, list[int]] = {}
    for place, cluster in enumerate(measure.clusters):
        if cluster.outline.code:
            by_item.setdefault(cluster.outline.code, []).append(place)
    where = [_by_unit(generation, [m.row for m in c.members], units) for c in measure.clusters]
    last = {unit: max(years) for unit, years in units.series().items()}
    result = []
    for cluster in problem.clusters:
        mine = _by_unit(generation, [m.row for m in cluster.members], units)
        for place in by_item.get(cluster.outline.code, []):
            of = [unit for unit, years in mine.items() if last[unit] > min(years)]
            hits = []
            for unit in of:
                begin = min(mine[unit])
                later = [y for y in where[place].get(unit, {}) if y > begin]
                if later:
                    hits.append((mine[unit][begin], where[place][unit][min(later)]))
            if len(hits) >= least:
                count = Count(len(hits), len(of))
                result.append(Pair(cluster.id, measure.clusters[place].id, count, tuple(sorted(hits)[:5])))
    return sorted(result, key=lambda p: (-p.units.number, p.problem, p.measure))


def _by_unit(generation: Generation, rows: Sequence[int], units: Units) -> Mapping[tuple[int, int], dict[int, int]]:
    """Unit → year → first passage row."""
    result: dict[tuple[int, int], dict[int, int]] = {}
    for row in sorted(rows):
        report = int(generation.passages.report[row])
        unit, year = units.of.get(report), units.year.get(report, 0)
        if unit is not None and year:
            result.setdefault(unit, {}).setdefault(year, row)
    return result
