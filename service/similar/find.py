"""Similar passages: from queries to answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import QueryError
from service.similar.answer import Group, Hit, Part, Shortfall, SimilarAnswer
from service.similar.calibration import Calibration, of_pairs, of_scores
from service.similar.cursor import make_cursor, read_cursor
from service.similar.cutting import Piece, cut
from service.similar.folding import Folder
from service.similar.grouping import GroupedRows, Wanted, group_keys, group_name, grouped
from service.similar.query import GroupBy, SimilarQuery
from service.similar.questions import Asked, Form
from service.similar.ranking import NEAREST, Pool, best_of, finish, gather
from service.similar.requests import (
    Request,
    check_query,
    encode_asked,
    request_for_passage,
    request_for_text,
    request_for_vector,
)
from service.similar.results import Found, HitMaker, found_in, varied
from service.similar.view import FULL_SCAN

if TYPE_CHECKING:
    from embed.index.generation import Generation
    from embed.index.neighbours import Neighbours
    from embed.models.encoder import Encoder

__all__ = ["answer_request", "find_similar", "find_similar_many"]

FOLDED = 3  # hits that are looked at for each that is wanted, where near copies may fold away


def find_similar(generation: Generation, encoder: Encoder | None, query: SimilarQuery) -> SimilarAnswer:
    """Find the passages that say what the query says, or answer it.

    `encoder` may be None for a query by passage or by vector.

    Raises:
        QueryError: the query has no meaning for this store; the message says what was expected and what came.
        ModelMismatch: the encoder's vectors, or the query's, are not the store's.
    """
    return find_similar_many(generation, encoder, [query])[0]


def find_similar_many(
    generation: Generation, encoder: Encoder | None, queries: Sequence[SimilarQuery]
) -> list[SimilarAnswer]:
    """Answer several queries; all their texts are encoded together. Each answer is what `find_similar` gives.

    Raises: as `find_similar`; nothing is answered when one query is bad.
    """
    for query in queries:
        check_query(query)
    pieces = {i: cut(query.text) for i, query in enumerate(queries) if query.text is not None}
    flat = [piece for listed in pieces.values() for piece in listed]
    vectors = _encode(generation, encoder, [piece.asked for piece in flat])
    place = 0
    requests: list[list[Request]] = []
    for i, query in enumerate(queries):
        if i in pieces:
            mine = vectors[place : place + len(pieces[i])]
            place += len(pieces[i])
            requests.append(
                [
                    request_for_text(generation, query, piece.asked, vector, piece.role)
                    for piece, vector in zip(pieces[i], mine, strict=True)
                ]
            )
        elif query.passage is not None:
            requests.append([request_for_passage(generation, query)])
        else:
            requests.append([request_for_vector(generation, query)])
    near = _nearest(generation, [request for listed in requests for request in listed])
    answers = []
    for i, (query, listed) in enumerate(zip(queries, requests, strict=True)):
        single = [answer_request(request, near.get(id(request))) for request in listed]
        answers.append(single[0] if len(single) == 1 else _together(generation, query, pieces[i], single))
    return answers


def _nearest(generation: Generation, requests: Sequence[Request]) -> dict[int, Neighbours]:
    """The nearest rows by vector in a large store, looked up together for requests that may find the same rows."""
    batches: dict[int, list[Request]] = {}
    for request in requests:
        if len(request.within) > FULL_SCAN and request.probe.vector is not None:
            batches.setdefault(id(request.selection or request.within), []).append(request)
    found = {}
    for batch in batches.values():
        vectors = np.array([request.probe.vector for request in batch])
        near = generation.search(vectors, NEAREST, within=batch[0].selection or batch[0].within)
        for i, request in enumerate(batch):
            found[id(request)] = replace(near, rows=near.rows[i : i + 1], scores=near.scores[i : i + 1])
    return found


def _encode(generation: Generation, encoder: Encoder | None, asked: Sequence[Asked]) -> NDArray[np.float32]:
    if not asked:
        return np.empty((0, len(generation.mean)), np.float32)
    if encoder is None:
        raise QueryError("a text needs the model; none was opened.", hint="Ask with a passage of the store instead.")
    return encode_asked(generation, encoder, asked)


def _together(
    generation: Generation, query: SimilarQuery, pieces: Sequence[Piece], answers: Sequence[SimilarAnswer]
) -> SimilarAnswer:
    """One answer for a text of several passages."""
    if query.cursor:
        raise QueryError("a text of several passages has no further pages.", hint="Ask with one of its passages.")
    parts = tuple(
        Part(piece.start, piece.end, piece.asked.text, answer.hits, answer.groups)
        for piece, answer in zip(pieces, answers, strict=True)
    )
    best: dict[str, Hit] = {}
    for hit in (hit for answer in answers for hit in answer.hits):
        if hit.passage not in best or hit.score > best[hit.passage].score:
            best[hit.passage] = hit
    ordered = sorted(best.values(), key=lambda hit: (-hit.score, hit.passage))
    return SimilarAnswer(
        hits=tuple(ordered[: query.k]),
        generation=generation.number,
        parts=parts,
        exact=all(answer.exact for answer in answers),
        recall=min((a.recall for a in answers if a.recall is not None), default=None),
        searched=max(answer.searched for answer in answers),
        notes=(f"文本分为 {len(parts)} 段，逐段作答 · the text was cut into {len(parts)} passages, each answered",),
    )


def answer_request(request: Request, near: Neighbours | None = None) -> SimilarAnswer:
    """Answer a query that was made ready; `near` are its nearest rows by vector where they are known."""
    query, generation = request.query, request.view.generation
    offset = read_cursor(query.cursor, generation.number, query) if query.cursor else 0
    needed = (offset + query.k) * (FOLDED if query.collapse_copies or query.diversity else 1)
    pool = gather(request.view, request.probe, request.bonus, request.within, wanted=needed, near=near)
    pool = pool.without(request.hidden)
    searched = len(request.within) - request.hidden_within
    calibration = _calibration(request)
    if query.group_by is GroupBy.NONE:
        listed, more = _list(request, pool, offset, calibration)
        answer = SimilarAnswer(hits=tuple(listed), generation=generation.number)
        given = len(listed)
    else:
        groups, more = _groups(request, pool, offset, calibration)
        hits = tuple(hit for group in groups for hit in group.hits)
        answer = SimilarAnswer(hits=hits, groups=tuple(groups), generation=generation.number)
        given = len(groups)
    return replace(
        answer,
        shortfall=_shortfall(request, given, offset, searched) if given < query.k else None,
        exact=pool.complete,
        recall=pool.recall,
        searched=searched,
        cursor=make_cursor(generation.number, query, offset + query.k) if more else None,
    )


def _calibration(request: Request) -> Calibration:
    if request.form is Form.PASSAGE and request.text:
        return of_pairs(request.view.generation)
    return of_scores(request.view.sample_scores(request.probe))


def _list(request: Request, pool: Pool, offset: int, calibration: Calibration) -> tuple[list[Hit], bool]:
    """The hits from `offset` on, and whether there are more behind them."""
    wanted = offset + request.query.k
    depth = wanted + 1
    folder = Folder(request.view)
    while True:
        looked = depth * (FOLDED if request.query.collapse_copies or request.query.diversity else 1)
        ranked = finish(request.view, request.probe, request.bonus, pool, best_of(pool, looked))
        found = found_in(ranked, looked)
        if request.query.collapse_copies:
            found = folder.fold(found)
        if len(found) > wanted:
            break
        if looked < len(pool.rows):
            depth *= 2
        elif pool.complete:
            break
        else:
            pool = _everything(request)
    found = varied(request, found, wanted)
    chosen = found[offset:wanted]
    maker = HitMaker(request, calibration)
    return [maker.make(one) for one in chosen], len(found) > wanted


def _everything(request: Request) -> Pool:
    """Every passage that may be found: slow in a large store, and only needed when candidates run out."""
    view, generation = request.view, request.view.generation
    fused = view.quick(request.probe, request.within)
    totals = fused + request.bonus[generation.passages.role[request.within]]
    return Pool(request.within, fused, totals, complete=True).without(request.hidden)


def _groups(request: Request, pool: Pool, offset: int, calibration: Calibration) -> tuple[list[Group], bool]:
    query = request.query
    wanted = Wanted(query.group_by, offset + query.k + 1, query.per_group, calibration.similarities[2])
    found = grouped(request.view, request.probe, request.bonus, pool, wanted)
    if not pool.complete and _wanting(found, wanted) and not _covers(request, pool, found, wanted):
        pool = _everything(request)
        found = grouped(request.view, request.probe, request.bonus, pool, wanted)
    chosen = found[offset : offset + query.k]
    maker = HitMaker(request, calibration)
    return [_group(request, one, maker) for one in chosen], len(found) > offset + query.k


def _wanting(found: Sequence[GroupedRows], wanted: Wanted) -> bool:
    return len(found) < wanted.groups or any(len(one.ranked) < wanted.per_group for one in found)


def _covers(request: Request, pool: Pool, found: Sequence[GroupedRows], wanted: Wanted) -> bool:
    """Whether the groups found are as many, and as full, as they can be with every passage looked at."""
    keys = group_keys(request.view.generation, wanted.by, request.within)
    visible = ~np.isin(request.within, request.hidden)
    known, sizes = np.unique(keys[visible], return_counts=True)
    size_of = dict(zip(known.tolist(), sizes.tolist(), strict=True))
    if len(found) < min(wanted.groups, len(known)):
        return False
    return all(len(one.ranked) >= min(wanted.per_group, size_of[one.key]) for one in found)


def _group(request: Request, one: GroupedRows, maker: HitMaker) -> Group:
    generation = request.view.generation
    key, name = group_name(generation, request.query.group_by, one.key, int(one.ranked.rows[0]))
    found: list[Found] = found_in(one.ranked)
    return Group(key, name, tuple(maker.make(each) for each in found), one.more)


def _shortfall(request: Request, given: int, offset: int, searched: int) -> Shortfall | None:
    query = request.query
    what = "组 groups" if query.group_by is not GroupBy.NONE else "条 hits"
    zh, en = what.split()
    if not searched and request.quoted:
        words = "、".join(f"“{w}”" for w in request.quoted)
        reason = f"筛选范围内没有段落含有{words}", f"no passage that the filters leave contains {words}"
    elif not searched:
        reason = "筛选条件没有留下任何段落", "the filters leave no passage"
    elif offset:
        reason = "列表到此为止", "the list ends here"
    else:
        reason = (
            f"筛选后的 {searched} 个段落只有 {given} {zh}",
            f"the {searched} passages that the filters leave make only {given} {en}",
        )
    return Shortfall(query.k, given, *reason)
