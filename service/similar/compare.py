"""Two reports, or two passages, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embed.exceptions import QueryError
from service.similar.alignment import EDITED, align, shared_wording, wording
from service.similar.answer import Kind
from service.similar.calibration import of_pairs
from service.similar.cards import card_of, content_rows
from service.similar.conflicts import conflicts_in
from service.similar.explain import direction_of
from service.similar.findings import CompareAnswer, ComparedPair
from service.similar.fused import similarities

if TYPE_CHECKING:
    from embed.index.generation import Generation

__all__ = ["compare"]

LEAST_SCORE = 50.0  # calibrated score from which two passages answer each other; one unrelated pair in a hundred
_LOOKED_AT = 5  # passages of the other report whose wording is compared with each one


def compare(generation: Generation, a: str, b: str) -> CompareAnswer:
    """Lay two reports side by side, or two passages, given by their ids.

    Passages are paired one to one, most wording shared first, then most similar.

    Raises:
        QueryError: an id is unknown, both are the same, or one is a report and the other a passage.
    """
    if a == b:
        raise QueryError(f"{a} was to be compared with itself.", hint="Name two different ids.")
    if ("." in a) != ("." in b):
        raise QueryError("a report can be compared with a report, a passage with a passage.")
    if "." in a:
        left, right = [generation.row_of(a)], [generation.row_of(b)]
        a_row, b_row = (int(generation.passages.report[rows[0]]) for rows in (left, right))
    else:
        a_row, b_row = generation.report_row(a), generation.report_row(b)
        left, right = content_rows(generation, a_row), content_rows(generation, b_row)
    pairs = _pairs(generation, left, right, every="." in a)
    paired_a, paired_b = {p.a for p in pairs}, {p.b for p in pairs}
    a_ids, b_ids = ([p.id for p in generation.passages_at(rows)] for rows in (left, right))
    copied = [p for p in pairs if p.alignment.kind is not Kind.SIMILAR]
    return CompareAnswer(
        a=card_of(generation, a_row),
        b=card_of(generation, b_row),
        pairs=pairs,
        only_a=tuple(i for i in a_ids if i not in paired_a),
        only_b=tuple(i for i in b_ids if i not in paired_b),
        shared_a=_share([(len(p.a_text), p.alignment.query_share) for p in copied], generation, left),
        shared_b=_share([(len(p.b_text), p.alignment.hit_share) for p in copied], generation, right),
        direction=direction_of(generation.report_at(a_row), generation.report_at(b_row)),
        generation=generation.number,
    )


def _share(copied: list[tuple[int, float]], generation: Generation, rows: list[int]) -> float:
    total = int(generation.passages.length[rows].sum()) if rows else 0
    return round(sum(length * share for length, share in copied) / max(1, total), 4)


def _pairs(generation: Generation, left: list[int], right: list[int], *, every: bool) -> tuple[ComparedPair, ...]:
    if not left or not right:
        return ()
    fused = similarities(generation, np.array(left, np.int32), np.array(right, np.int32))
    a_texts = [generation.text_of(row) for row in left]
    b_texts = [generation.text_of(row) for row in right]
    calibration = of_pairs(generation)
    candidates = []
    for i in range(len(left)):
        for j in np.argsort(-fused[i], kind="stable")[:_LOOKED_AT]:
            shared = shared_wording(wording(a_texts[i]), wording(b_texts[j]))
            score = calibration.score(float(fused[i, j]))
            if every or shared >= EDITED or score >= LEAST_SCORE:
                candidates.append((-shared if shared >= EDITED else 0.0, -score, i, int(j)))
    taken_a: set[int] = set()
    taken_b: set[int] = set()
    pairs = []
    for _, score, i, j in sorted(candidates):
        if i not in taken_a and j not in taken_b:
            taken_a.add(i)
            taken_b.add(j)
            pairs.append((i, _pair(generation, left[i], right[j], -score)))
    return tuple(pair for _, pair in sorted(pairs, key=lambda item: item[0]))


def _pair(generation: Generation, a_row: int, b_row: int, score: float) -> ComparedPair:
    a, b = generation.passages_at([a_row, b_row])
    alignment = align(a.text, b.text)
    word, _ = of_pairs(generation).word(score)
    conflicts = conflicts_in(alignment)
    return ComparedPair(a.id, b.id, a.text, b.text, a.role, score, word, alignment, conflicts)
