"""A draft checked in private: what it resembles, what of another region is left in it, what contradicts its sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import QueryError
from embed.reading import SourceDocument, clean
from embed.structure import understand
from embed.structure.report import Passage, Report
from service.similar.answer import Hit, Kind
from service.similar.calibration import of_pairs
from service.similar.conflicts import conflicts_in, conflicts_of_clauses
from service.similar.cutting import document_of
from service.similar.find import answer_request
from service.similar.findings import Conflict, DraftAnswer, DraftPart, Residue, Template
from service.similar.query import LONGEST_TEXT, SimilarQuery
from service.similar.questions import Form, understand_text
from service.similar.ranking import best_of, finish, gather
from service.similar.requests import encode_asked, request_for_text
from service.similar.residue import Home, foreign_names, foreign_persons, home_of, likely_home
from service.similar.stock import stock_spans

if TYPE_CHECKING:
    from embed.index.generation import Generation
    from embed.models.encoder import Encoder

__all__ = ["check_draft"]

MOST_STOCK = 0.15  # share of formulae from which a passage is compared without them as well
SHORTEST = 2  # characters with a meaning that a passage needs to be looked for


def check_draft(
    generation: Generation,
    encoder: Encoder,
    draft: str | SourceDocument,
    *,
    k: int = 3,
    home: str | None = None,
) -> DraftAnswer:
    """Check a draft against the store; nothing of it is stored.

    home: the code of the division that the draft is about, where it does not say so itself.

    Raises:
        QueryError: the draft is empty or too long, k is no number from 1 to 50, or `home` is no division's code.
    """
    source = document_of(draft, "draft") if isinstance(draft, str) else draft
    if not source.text.strip():
        raise QueryError("the draft is empty.", hint="Give a text or a file with at least one paragraph.")
    if len(source.text) > LONGEST_TEXT:
        raise QueryError(
            f"a draft may have {LONGEST_TEXT:,} characters; this one has {len(source.text):,}.",
            hint="Check its chapters one by one.",
        )
    if not 1 <= k <= 50:
        raise QueryError(f"k is a whole number from 1 to 50, not {k!r}.")
    generation.check_encoder(encoder)
    report = understand(source, clean(source))
    where = _home(report, home)
    passages = [p for p in report.passages if sum(char.isalpha() for char in p.text) >= SHORTEST]
    parts = _parts(generation, encoder, passages, k, where)
    characters = sum(len(part.text) for part in parts)
    copied = [(part, part.hits[0]) for part in parts if part.hits and part.hits[0].kind is not Kind.SIMILAR]
    shared = sum(len(p.text) * hit.alignment.query_share for p, hit in copied if hit.alignment)
    whole = sum(len(p.text) for p in report.passages)
    return DraftAnswer(
        parts=tuple(parts),
        place=where.name if where else "",
        year=report.metadata.year,
        residue=tuple(r for part in parts for r in part.residue),
        verbatim=sum(hit.kind is Kind.VERBATIM for _, hit in copied),
        edited=sum(hit.kind is Kind.EDITED for _, hit in copied),
        share=round(shared / max(1, characters), 4),
        covered=round(characters / whole, 4) if whole else 1.0,
        generation=generation.number,
        notes=()
        if where
        else ("稿件未写明地区，未查外地残留 · the draft names no place; foreign names were not looked for",),
    )


def _home(report: Report, code: str | None) -> Home | None:
    if code is None:
        return home_of(report.metadata.region) or likely_home(report.source_text)
    from embed.structure.divisions import load_divisions

    divisions = load_divisions()
    row = divisions.row_of(code)
    if row is None:
        raise QueryError(f"{code!r} is no division's code.", hint="Give 2, 4, 6 or 9 digits, such as 510904.")
    return home_of(divisions.region(row))


def _parts(
    generation: Generation, encoder: Encoder, passages: Sequence[Passage], k: int, home: Home | None
) -> list[DraftPart]:
    asked = [replace(understand_text(p.text), form=Form.PASSAGE, quoted=()) for p in passages]
    vectors = encode_asked(generation, encoder, asked)
    query = SimilarQuery(text="", k=k)
    parts = []
    for passage, one, vector in zip(passages, asked, vectors, strict=True):
        hits = answer_request(request_for_text(generation, query, one, vector, passage.role)).hits
        conflicts = [(hit.passage, conflict) for hit in hits for conflict in _conflicts(hit)]
        parts.append(
            DraftPart(
                start=passage.start,
                end=passage.end,
                text=passage.text,
                role=passage.role,
                heading=passage.heading,
                hits=hits,
                residue=tuple(_residue(passage, hits, home)),
                template=Template(0.0, (), None),
                conflicts=tuple(conflicts),
            )
        )
    templates = _templates(generation, encoder, passages)
    return [replace(part, template=template) for part, template in zip(parts, templates, strict=True)]


def _conflicts(hit: Hit) -> tuple[Conflict, ...]:
    if hit.alignment is not None:
        return conflicts_in(hit.alignment)
    return conflicts_of_clauses(hit.why.clauses)


def _residue(passage: Passage, hits: Sequence[Hit], home: Home | None) -> list[Residue]:
    """Offsets count characters of the passage's clean text, from the passage's start in the draft."""
    if home is None:
        return []
    found = foreign_names(passage.text, home, passage.start)
    for hit in hits:
        if hit.kind is not Kind.SIMILAR and hit.citation.place and not hit.citation.place.startswith(home.name):
            found += foreign_persons(passage.text, hit.text, hit.citation.place, passage.start)
    return list(dict.fromkeys(found))


def _templates(generation: Generation, encoder: Encoder, passages: Sequence[Passage]) -> list[Template]:
    """What of each passage is common property, and the best score of what remains where that is much."""
    spans = [stock_spans(p.text) for p in passages]
    shares = [sum(e - b for b, e in found) / max(1, len(p.text)) for p, found in zip(passages, spans, strict=True)]
    rests = [_without(p.text, found) for p, found in zip(passages, spans, strict=True)]
    worth = [
        i for i, rest in enumerate(rests) if shares[i] >= MOST_STOCK and sum(c.isalpha() for c in rest) >= SHORTEST
    ]
    asked = [replace(understand_text(rests[i]), form=Form.PASSAGE, quoted=()) for i in worth]
    vectors: NDArray[np.float32] = encode_asked(generation, encoder, asked)
    above: dict[int, float] = {}
    for i, one, vector in zip(worth, asked, vectors, strict=True):
        request = request_for_text(generation, SimilarQuery(text="", k=1), one, vector, passages[i].role)
        pool = gather(request.view, request.probe, request.bonus, request.within, wanted=1)
        best = finish(request.view, request.probe, request.bonus, pool, best_of(pool, 1))
        if len(best):
            above[i] = of_pairs(generation).score(float(best.totals[0]))
    return [Template(round(shares[i], 4), spans[i], above.get(i)) for i in range(len(passages))]


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    kept, cursor = [], 0
    for begin, end in spans:
        kept.append(text[cursor:begin])
        cursor = end
    return "".join([*kept, text[cursor:]])
