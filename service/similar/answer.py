"""What comes back: hits with kind, score, evidence and citation; groups; what is missing and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from embed.structure.report import Role

__all__ = [
    "AlignedSpan",
    "Alignment",
    "AlsoIn",
    "Citation",
    "ClauseMatch",
    "Direction",
    "Group",
    "Hit",
    "Kind",
    "Operation",
    "Part",
    "RawScore",
    "Shortfall",
    "SimilarAnswer",
    "Why",
    "WordMatch",
]


class Kind(StrEnum):
    """How a hit is related to what was asked."""

    VERBATIM = "verbatim"  # copied; only names, dates and numbers were changed
    EDITED = "edited"  # copied and reworded in part
    SIMILAR = "similar"  # says something like it in its own words


class Direction(StrEnum):
    """When the hit was written, compared with the passage that was asked with."""

    EARLIER = "earlier"
    LATER = "later"
    UNKNOWN = "unknown"


class Operation(StrEnum):
    """What became of a run of characters between the two texts."""

    EQUAL = "equal"
    LOCAL = "local"  # a name, date or number stands for another one
    REPLACE = "replace"
    INSERT = "insert"  # only in the hit
    DELETE = "delete"  # only in the query


@dataclass(frozen=True, slots=True)
class AlignedSpan:
    """One run of the alignment: characters start … end − 1 of the query text and of the hit's text."""

    operation: Operation
    query_start: int
    query_end: int
    hit_start: int
    hit_end: int
    query_text: str
    hit_text: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two texts laid side by side. The spans cover both texts from end to end, in order.

    query_share, hit_share: the part of each text's characters (punctuation left out) that stands in common runs,
        names, dates and numbers that only changed counted as common; 0 … 1.
    longest: characters of the longest common run.
    """

    kind: Kind
    query_share: float
    hit_share: float
    longest: int
    spans: tuple[AlignedSpan, ...]


@dataclass(frozen=True, slots=True)
class RawScore:
    """The parts that the score was made of; comparable within one generation only."""

    dense: float  # inner product of centred unit vectors, −1 … 1
    lexical: float  # cosine of BM25 weights, 0 … 1
    fused: float
    role: float  # what the preference of roles added or took away


@dataclass(frozen=True, slots=True)
class WordMatch:
    """A word of both texts, and its share of the lexical similarity (the shares of a hit sum to at most 1)."""

    word: str
    share: float


@dataclass(frozen=True, slots=True)
class ClauseMatch:
    """Two clauses that answer each other, as character spans of the two texts. `score` is 0 … 1."""

    query_start: int
    query_end: int
    hit_start: int
    hit_end: int
    query_text: str
    hit_text: str
    score: float


@dataclass(frozen=True, slots=True)
class Why:
    """What carried a hit, the strongest first."""

    words: tuple[WordMatch, ...] = ()
    clauses: tuple[ClauseMatch, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a passage stands. `start`/`end` are source offsets in the file."""

    place: str  # the full name, province first; "" when the report names none
    year: int | None
    title: str | None
    heading: tuple[str, ...]
    start: int
    end: int
    file: str
    url: str | None


@dataclass(frozen=True, slots=True)
class AlsoIn:
    """A near copy of a hit that was folded into it."""

    passage: str
    report: str
    place: str
    year: int | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage that was found.

    score: 0 … 100, the calibrated similarity; `word` says it in Chinese, `word_en` in English.
    kind: in the sense of `Kind`; always `similar` for questions and short phrases.
    alignment: given for verbatim and edited hits, and for every hit of `compare`; else None.
    also_in: near copies folded into this hit; `also_regions` counts their places.
    """

    passage: str
    report: str
    score: float
    word: str
    word_en: str
    kind: Kind
    role: Role
    text: str
    raw: RawScore
    citation: Citation
    why: Why = Why()
    alignment: Alignment | None = None
    direction: Direction = Direction.UNKNOWN
    also_in: tuple[AlsoIn, ...] = ()
    also_regions: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """The best hits of one group. `key` is a division code, report id or year; `more` counts further hits in it.

    A further hit is a passage at least as similar as the calibrated floor of unrelated pairs.
    """

    key: str
    name: str
    hits: tuple[Hit, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Fewer came back than were asked for, and why."""

    wanted: int
    given: int
    reason: str  # for people, in Chinese
    reason_en: str


@dataclass(frozen=True, slots=True)
class Part:
    """One passage of a long text: characters start … end − 1 of the text that was asked with, and its own hits."""

    start: int
    end: int
    text: str
    hits: tuple[Hit, ...]
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class SimilarAnswer:
    """The answer to one query.

    hits: best first, of all groups together where there are groups.
    parts: for a text of several passages, the answer to each; `hits` then holds the best of all parts.
    exact: the ranking equals that of a brute-force scan; else `recall` is the measured share of the true first ten.
    cursor: ask again with it for the following hits; None at the end of the list.
    """

    hits: tuple[Hit, ...]
    generation: int
    groups: tuple[Group, ...] = ()
    parts: tuple[Part, ...] = ()
    shortfall: Shortfall | None = None
    exact: bool = True
    recall: float | None = None
    searched: int = 0  # passages that the filters left
    cursor: str | None = None
    notes: tuple[str, ...] = ()
