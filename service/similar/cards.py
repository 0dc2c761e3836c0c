"""Reports in one line, and how two of them stand to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embed.index.tables import CODE_DIGITS, ROLES
from embed.structure.report import Role
from service.similar.explain import place_of
from service.similar.findings import Relation, ReportCard

if TYPE_CHECKING:
    from embed.index.generation import Generation

__all__ = ["card_of", "content_rows", "relation_of", "same_organ"]

_BACKGROUND = ROLES.index(Role.BACKGROUND)


def content_rows(generation: Generation, report: int) -> list[int]:
    """The rows of a report's passages that are no background; all of them where there is nothing else."""
    rows = list(generation.passages_of(report))
    content = [row for row in rows if generation.passages.role[row] != _BACKGROUND]
    return content or rows


def card_of(generation: Generation, report: int) -> ReportCard:
    """A report in one line."""
    stored = generation.report_at(report)
    metadata = stored.metadata
    rows = content_rows(generation, report)
    return ReportCard(
        report=stored.id,
        title=metadata.title,
        place=place_of(metadata.region) + (metadata.department or ""),
        year=metadata.year,
        level=str(metadata.level) if metadata.level else None,
        file=stored.file,
        url=stored.url,
        passages=len(rows),
        characters=int(generation.passages.length[rows].sum()) if rows else 0,
    )


def same_organ(generation: Generation, a: int, b: int) -> bool:
    """Whether two reports are of the same organ: the same known place, level and department."""
    reports = generation.reports
    return bool(reports.code[a]) and all(
        int(column[a]) == int(column[b]) for column in (reports.code, reports.level, reports.department)
    )


def relation_of(generation: Generation, looked_at: int, other: int) -> Relation:
    """Where the other report stands, seen from the one that is looked at."""
    reports = generation.reports
    if same_organ(generation, looked_at, other):
        mine, theirs = int(reports.year[looked_at]), int(reports.year[other])
        return Relation.OWN_EARLIER if 0 < theirs < mine else Relation.OWN_OTHER
    a, a_depth = int(reports.code[looked_at]), int(reports.depth[looked_at])
    b, b_depth = int(reports.code[other]), int(reports.depth[other])
    if not a_depth or not b_depth:
        return Relation.ELSEWHERE
    if _begins_with(a, b, b_depth) and b_depth < a_depth:
        return Relation.UPPER
    if _begins_with(b, a, a_depth) and a_depth < b_depth:
        return Relation.LOWER
    above = {9: 6, 6: 4, 4: 2}.get(min(a_depth, b_depth), 0)
    return Relation.NEIGHBOUR if above and _begins_with(a, b, above) else Relation.ELSEWHERE


def _begins_with(code: int, other: int, depth: int) -> bool:
    width = 10 ** (CODE_DIGITS - depth)
    return bool(code // width == other // width)


def distance_of(relation: Relation) -> int:
    """How near a source is, the nearest first; breaks ties among equally likely sources."""
    return int(np.argmax([relation is each for each in Relation]))
