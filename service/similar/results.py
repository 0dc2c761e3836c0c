"""Rows made into hits: kind, score, evidence, citation; near copies folded together; variety on wish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.similar.alignment import align, kind_of, shared_wording, wording
from service.similar.answer import AlsoIn, Hit, Kind, RawScore, Why
from service.similar.calibration import Calibration
from service.similar.explain import Explainer, citation_of, direction_of, place_of
from service.similar.fused import similarities
from service.similar.questions import Form
from service.similar.ranking import Ranked
from service.similar.requests import Request

__all__ = ["Found", "HitMaker", "found_in", "varied"]

# Parts of the similarity below which no two texts share most of their wording.
COPY_LEXICAL = 0.30
COPY_DENSE = 0.25


@dataclass(frozen=True, slots=True)
class Found:
    """One row that was found, with its scores, and the near copies that were folded into it, by row."""

    row: int
    total: float
    dense: float
    lexical: float
    topical: float
    fused: float
    copies: tuple[tuple[int, Kind], ...] = ()


def found_in(ranked: Ranked, count: int | None = None) -> list[Found]:
    """The first `count` rows of a ranking, best first; all of them by default."""
    parts = ranked.parts
    columns = (ranked.rows, ranked.totals, parts.dense, parts.lexical, parts.topical, parts.fused)
    return [Found(*values) for values in zip(*(column[:count].tolist() for column in columns), strict=True)]


def varied(request: Request, found: Sequence[Found], count: int) -> list[Found]:
    """Reorder so that a hit that says the same as a better one comes later (maximal marginal relevance).

    Carbonell and Goldstein 1998, doi 10.1145/290941.291025. Time O(len(found) · count).
    """
    weight = request.query.diversity
    if weight == 0 or len(found) < 3:
        return list(found)
    rows = np.array([one.row for one in found], dtype=np.int32)
    near = _near(request, rows)
    totals = np.array([one.total for one in found])
    closest = np.full(len(found), -np.inf)
    left = list(range(len(found)))
    order: list[int] = []
    while left and len(order) < count:
        penalty = np.where(np.isfinite(closest), closest, 0.0)
        best = max(left, key=lambda i: (round(float((1 - weight) * totals[i] - weight * penalty[i]), 6), -i))
        order.append(best)
        left.remove(best)
        closest = np.maximum(closest, near[best])
    return [found[i] for i in [*order, *left]]


def _near(request: Request, rows: NDArray[np.int32]) -> NDArray[np.float32]:
    order = np.argsort(rows, kind="stable")
    back = np.argsort(order, kind="stable")
    near = similarities(request.view.generation, rows[order], rows[order])
    return near[back][:, back]


class HitMaker:
    """Makes the hits that people see; one for each query."""

    def __init__(self, request: Request, calibration: Calibration) -> None:
        view, asked = request.view, request.asked_report
        self._request = request
        self._calibration = calibration
        self._asked = view.report_at(asked) if asked >= 0 else None
        self._explainer = Explainer(view, request.probe, request.text) if request.query.explain else None

    def make(self, found: Found) -> Hit:
        """The hit of one row that was found."""
        request, explainer = self._request, self._explainer
        (passage,) = request.view.generation.passages_at([found.row])
        report = request.view.report_at(passage.report_row)
        kind = self._kind(found, passage.text)
        score = self._calibration.score(found.total)
        word, word_en = self._calibration.word(score)
        citation, also = citation_of(passage, report), self._also_in(found)
        return Hit(
            passage=passage.id,
            report=passage.report,
            score=score,
            word=word,
            word_en=word_en,
            kind=kind,
            role=passage.role,
            text=passage.text,
            raw=RawScore(found.dense, found.lexical, found.fused, round(found.total - found.fused, 6)),
            citation=citation,
            why=explainer.why(found.row, passage.text) if explainer else Why(),
            alignment=align(request.text, passage.text) if explainer and kind is not Kind.SIMILAR else None,
            direction=direction_of(self._asked, report),
            also_in=also,
            also_regions=len({one.place for one in also if one.place} - {citation.place}),
        )

    def _kind(self, found: Found, text: str) -> Kind:
        request = self._request
        if request.form is not Form.PASSAGE or not request.text:
            return Kind.SIMILAR
        if found.lexical < COPY_LEXICAL or found.dense < COPY_DENSE:
            return Kind.SIMILAR
        return kind_of(shared_wording(wording(request.text), wording(text)))

    def _also_in(self, found: Found) -> tuple[AlsoIn, ...]:
        view, also = self._request.view, []
        for row, kind in found.copies:
            report = view.report_at(int(view.generation.passages.report[row]))
            metadata, passage = report.metadata, view.generation.passage_id(row)
            also.append(AlsoIn(passage, report.id, place_of(metadata.region), metadata.year, kind))
        return tuple(also)
