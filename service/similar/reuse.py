"""Where the wording of a whole report also stands: own last year, neighbours, the level above, elsewhere."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from service.similar.alignment import align
from service.similar.answer import Direction, Kind
from service.similar.calibration import of_pairs
from service.similar.cards import card_of, content_rows, distance_of, relation_of
from service.similar.copies import copies_of
from service.similar.explain import citation_of, direction_of
from service.similar.findings import ReuseAnswer, ReusedPassage, ReuseSource, SourceReport
from service.similar.fused import similarities

if TYPE_CHECKING:
    from embed.index.generation import Generation

__all__ = ["reuse"]

MOST_SOURCES = 5
_ORDER = {Direction.EARLIER: 0, Direction.UNKNOWN: 1, Direction.LATER: 2}


def reuse(generation: Generation, report: str) -> ReuseAnswer:
    """Which passages of a report also stand in other reports, and where.

    Raises:
        QueryError: there is no such report.
    """
    looked_at = generation.report_row(report)
    rows = content_rows(generation, looked_at)
    found = copies_of(generation, rows, generation.rows()) if rows else []
    passages = tuple(_reused(generation, row, copies) for row, copies in zip(rows, found, strict=True))
    card = card_of(generation, looked_at)
    kinds = Counter(passage.kind for passage in passages)
    shared = sum(passage.share * len(passage.text) for passage in passages if passage.sources)
    return ReuseAnswer(
        report=card,
        passages=passages,
        sources=_source_reports(generation, looked_at, passages, card.characters),
        verbatim=kinds[Kind.VERBATIM],
        edited=kinds[Kind.EDITED],
        own=kinds[Kind.SIMILAR],
        share=round(shared / max(1, card.characters), 4),
        generation=generation.number,
    )


def _reused(generation: Generation, row: int, copies: list[tuple[int, float]]) -> ReusedPassage:
    passage = generation.passages_at([row])[0]
    sources = [_source(generation, row, other) for other, _ in copies[: 4 * MOST_SOURCES]]
    sources = [s for s in sources if s.kind is not Kind.SIMILAR]
    sources.sort(key=lambda s: (-round(s.share, 1), _ORDER[s.direction], distance_of(s.relation), s.passage))
    return ReusedPassage(
        passage=passage.id,
        role=passage.role,
        text=passage.text,
        kind=sources[0].kind if sources else Kind.SIMILAR,
        share=sources[0].share if sources else 0.0,
        sources=tuple(sources[:MOST_SOURCES]),
    )


def _source(generation: Generation, row: int, other: int) -> ReuseSource:
    mine, theirs = generation.passages_at([row, other])
    my_report, their_report = generation.report_at(mine.report_row), generation.report_at(theirs.report_row)
    alignment = align(mine.text, theirs.text)
    fused = float(similarities(generation, [row], [other])[0, 0])  # type: ignore[arg-type]
    return ReuseSource(
        passage=theirs.id,
        report=theirs.report,
        relation=relation_of(generation, mine.report_row, theirs.report_row),
        kind=alignment.kind,
        direction=direction_of(my_report, their_report),
        share=alignment.query_share,
        score=of_pairs(generation).score(fused),
        alignment=alignment,
        citation=citation_of(theirs, their_report),
    )


def _source_reports(
    generation: Generation, looked_at: int, passages: tuple[ReusedPassage, ...], characters: int
) -> tuple[SourceReport, ...]:
    """The reports that passages were shared with; each passage counts for its likeliest source."""
    first = [(passage, passage.sources[0]) for passage in passages if passage.sources]
    found = []
    for report in {source.report for _, source in first}:
        mine = [(passage, source) for passage, source in first if source.report == report]
        row = generation.report_row(report)
        found.append(
            SourceReport(
                card=card_of(generation, row),
                relation=relation_of(generation, looked_at, row),
                direction=mine[0][1].direction,
                verbatim=sum(source.kind is Kind.VERBATIM for _, source in mine),
                edited=sum(source.kind is Kind.EDITED for _, source in mine),
                share=round(sum(p.share * len(p.text) for p, _ in mine) / max(1, characters), 4),
            )
        )
    return tuple(sorted(found, key=lambda s: (-s.share, s.card.report)))
