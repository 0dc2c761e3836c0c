"""A query checked and made ready: the probe, which rows may be found, what roles are preferred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import ModelMismatch, QueryError
from embed.index.filter import Filter
from embed.index.tables import CODE_DIGITS, ROLES
from embed.index.topics import read_topics
from embed.index.wording import PASSAGE_SIDE
from embed.models.encoder import Side
from embed.structure.report import Role
from service.similar.fused import PASSAGE_MIX
from service.similar.query import MOST_RESULTS, SimilarQuery
from service.similar.questions import Asked, Form, understand_text
from service.similar.ranking import Floats, bonus_for_passage, bonus_for_question
from service.similar.view import Bag, Mix, Probe, View, view_of

if TYPE_CHECKING:
    from embed.index.generation import Generation
    from embed.index.selection import Selection
    from embed.models.encoder import Encoder

__all__ = ["MOST_PER_GROUP", "Request", "check_query", "encode_asked", "request_for_passage", "request_for_text"]

QUESTION_MIX = Mix(dense=0.52, lexical=0.26, topical=0.22)
MOST_PER_GROUP = 50
EVERYTHING = Filter()
NO_TERMS = Bag(np.empty(0, np.int32), np.empty(0, np.float32))


@dataclass(frozen=True, slots=True)
class Request:
    """One query, ready to be answered.

    text: what hits are aligned with ("" for a vector). form: what the text looks like. within: ascending rows that
    may be found. hidden: rows of `within` that may not (the asking passage, its report); few. asked_report: row of the
    asking passage's report, −1 without one. quoted: words that must occur. selection: `within` in the form that the
    search by vector takes quickest, where it is the filter's own.
    """

    query: SimilarQuery
    view: View
    probe: Probe
    bonus: Floats
    text: str
    form: Form
    within: NDArray[np.int32]
    hidden: NDArray[np.int32]
    asked_report: int
    quoted: tuple[str, ...] = ()
    selection: Selection | None = None

    @property
    def hidden_within(self) -> int:
        """How many of the hidden rows are among those that the filter keeps."""
        places = np.searchsorted(self.within, self.hidden)
        inside = places < len(self.within)
        return int((self.within[places[inside]] == self.hidden[inside]).sum())


def check_query(query: SimilarQuery) -> None:
    """Refuse what has no meaning, before anything is computed.

    Raises:
        QueryError: the message names the field, what was expected and what came.
    """
    given = [name for name in ("text", "passage", "vector") if getattr(query, name) is not None]
    if len(given) != 1:
        came = " and ".join(given) or "none of them"
        raise QueryError(f"a query has exactly one of text, passage and vector; {came} came.")
    for name, most in (("k", MOST_RESULTS), ("per_group", MOST_PER_GROUP)):
        value = getattr(query, name)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            hint = "Ask for fewer and go on with the cursor." if isinstance(value, int) and value > most else None
            raise QueryError(f"{name} is a whole number from 1 to {most}, not {value!r}.", hint=hint)
    if not 0 <= query.diversity <= 1:
        raise QueryError(f"diversity lies between 0 and 1, not {query.diversity!r}.")
    own = [n for n in ("exclude_own_region", "exclude_subordinates", "same_level_only") if getattr(query, n)]
    if own and query.passage is None:
        raise QueryError(
            f"{own[0]} needs a passage of the store to ask with.",
            hint="Leave places out with the filter's exclude_regions instead.",
        )
    where = query.where
    if where is not None and where.year_from and where.year_to and where.year_from > where.year_to:
        raise QueryError(f"year_from {where.year_from} lies after year_to {where.year_to}: nothing can match.")


def request_for_passage(generation: Generation, query: SimilarQuery) -> Request:
    """Ready a query that asks with a passage of the store."""
    row = generation.row_of(query.passage or "")
    view = view_of(generation)
    words, topics = view.bags_of_row(row)
    probe = Probe(generation.vectors_at(np.array([row], dtype=np.int32))[0], words, topics, PASSAGE_MIX)
    report = int(generation.passages.report[row])
    bonus = _bonus(query.roles, bonus_for_passage(ROLES[generation.passages.role[row]]))
    hidden = np.array([row], dtype=np.int32)
    if query.exclude_same_report:
        hidden = np.array(generation.passages_of(report), dtype=np.int32)
    within = _without_own_places(generation, query, report)
    text = generation.text_of(row)
    chosen = _selection(generation, query, within)
    return Request(query, view, probe, bonus, text, Form.PASSAGE, within, hidden, report, selection=chosen)


def request_for_text(
    generation: Generation, query: SimilarQuery, asked: Asked, vector: NDArray[np.float32], role: Role | None = None
) -> Request:
    """Ready a query that asks with a text; `vector` is centred (`encode_asked`), `role` is the text's own if known."""
    view = view_of(generation)
    words, topics = view.bags_of_terms(asked.terms)
    is_passage = asked.form is Form.PASSAGE
    probe = Probe(vector, words, topics, PASSAGE_MIX if is_passage else QUESTION_MIX)
    own = bonus_for_passage(role) if role is not None else bonus_for_question(asked.roles)
    within = generation.rows(query.where or EVERYTHING)
    for quoted in asked.quoted:
        within = np.intersect1d(within, generation.rows_containing(quoted), assume_unique=True).astype(np.int32)
    empty = np.empty(0, np.int32)
    return Request(
        query,
        view,
        probe,
        _bonus(query.roles, own),
        asked.text,
        asked.form,
        within,
        empty,
        -1,
        asked.quoted,
        _selection(generation, query, within),
    )


def request_for_vector(generation: Generation, query: SimilarQuery) -> Request:
    """Ready a query that asks with a vector of the store's model."""
    vector = np.asarray(query.vector, dtype=np.float32).ravel()
    if vector.shape != generation.mean.shape:
        raise ModelMismatch(f"expected a vector of {len(generation.mean)} numbers, got {len(vector)}.")
    if not np.isfinite(vector).all() or not vector.any():
        raise QueryError("a query vector needs finite numbers, not all of them zero.")
    length = float(np.linalg.norm(vector))
    centred = generation.centre(vector[None, :] / np.float32(length))[0]
    probe = Probe(centred, NO_TERMS, NO_TERMS, Mix(1.0, 0.0, 0.0))
    bonus = _bonus(query.roles, np.zeros(len(ROLES)))
    within, empty = generation.rows(query.where or EVERYTHING), np.empty(0, np.int32)
    return Request(query, view_of(generation), probe, bonus, "", Form.PASSAGE, within, empty, -1)


def _selection(generation: Generation, query: SimilarQuery, within: NDArray[np.int32]) -> Selection | None:
    return (
        generation.select(query.where or EVERYTHING) if within is generation.rows(query.where or EVERYTHING) else None
    )


def _bonus(roles: tuple[Role, ...] | None, own: Floats) -> Floats:
    return own if roles is None else bonus_for_question(roles)


def encode_asked(generation: Generation, encoder: Encoder, asked: Sequence[Asked]) -> NDArray[np.float32]:
    """Vectors of texts, shape (len(asked), d): centred on what texts of their language and form have in common."""
    generation.check_encoder(encoder)
    vectors = np.zeros((len(asked), len(generation.mean)), np.float32)
    for form in Form:
        places = [i for i, one in enumerate(asked) if one.form is form]
        if places:
            side = PASSAGE_SIDE if form is Form.PASSAGE else Side.QUERY
            vectors[places] = encoder.encode([asked[i].embedded for i in places], side=side)
    for i, one in enumerate(asked):
        mean = None if one.form is Form.PASSAGE else _question_mean(encoder, one.language)
        vectors[i] = generation.centre(vectors[i][None, :], mean)[0]
    return vectors


_means: dict[tuple[str, str], NDArray[np.float32]] = {}


def _question_mean(encoder: Encoder, language: str) -> NDArray[np.float32]:
    """What questions of one language have in common: shipped with the model, else measured on the topics' words."""
    shipped = encoder.query_mean(language)
    if shipped is not None:
        return shipped
    key = (encoder.fingerprint, language)
    if key not in _means:
        texts = [
            " ".join(topic.chinese[:6]) if language == "zh" else ", ".join(topic.english[:5]) for topic in read_topics()
        ]
        _means[key] = encoder.encode(texts, side=Side.QUERY).mean(axis=0)
    return _means[key]


def _without_own_places(generation: Generation, query: SimilarQuery, report: int) -> NDArray[np.int32]:
    """The rows that the filter and the query's own exclusions keep."""
    within = generation.rows(query.where or EVERYTHING)
    if not (query.exclude_own_region or query.exclude_subordinates or query.same_level_only):
        return within
    reports = generation.reports
    kept = np.ones(len(reports), dtype=bool)
    code, depth = int(reports.code[report]), int(reports.depth[report])
    if query.exclude_own_region:
        kept &= ~_inside(generation, code, min(depth, 6))
        kept[report] = False
    if query.exclude_subordinates and depth:
        kept &= ~(_inside(generation, code, depth) & (reports.depth > depth))
    if query.same_level_only:
        kept &= reports.level == reports.level[report]
    remaining: NDArray[np.int32] = within[kept[generation.passages.report[within]]]
    return remaining


def _inside(generation: Generation, code: int, depth: int) -> NDArray[np.bool_]:
    """Which reports are of the place with this padded code, known to `depth` digits, or of a place below it."""
    reports = generation.reports
    if not depth:
        return np.zeros(len(reports), dtype=bool)
    width = 10 ** (CODE_DIGITS - depth)
    low = code // width * width
    return np.asarray((reports.depth >= depth) & (reports.code >= low) & (reports.code < low + width))


def asked_of(query: SimilarQuery) -> Asked:
    """What the text of a query asks for."""
    return understand_text(query.text or "")


def filter_of(query: SimilarQuery) -> Filter:
    """The filter of a query, the empty one where none is given."""
    return query.where or Filter()
