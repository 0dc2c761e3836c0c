"""What the comparisons of whole reports, of drafts and of the whole store give back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from embed.structure.report import Role
from service.similar.answer import Alignment, Citation, Direction, Hit, Kind

__all__ = [
    "CompareAnswer",
    "ComparedPair",
    "Conflict",
    "ConflictKind",
    "CopyFamily",
    "DistinctiveAnswer",
    "DistinctivePassage",
    "DraftAnswer",
    "DraftPart",
    "FamiliesAnswer",
    "FamilyMember",
    "Relation",
    "ReportCard",
    "Residue",
    "ReuseAnswer",
    "ReuseSource",
    "ReusedPassage",
    "SourceReport",
    "Template",
]


class Relation(StrEnum):
    """Where a source stands, seen from the report that is looked at."""

    OWN_EARLIER = "own_earlier"  # the same organ's report of an earlier year
    OWN_OTHER = "own_other"  # the same organ's report of the same or a later or an unknown year
    UPPER = "upper"  # a place above
    LOWER = "lower"  # a place below
    NEIGHBOUR = "neighbour"  # the same place above both
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class ReportCard:
    """A report in one line. `passages` and `characters` count what is no background."""

    report: str
    title: str | None
    place: str
    year: int | None
    level: str | None
    file: str
    url: str | None
    passages: int
    characters: int


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """Two passages that answer each other in two reports; `score` is the calibrated 0 … 100."""

    a: str
    b: str
    a_text: str
    b_text: str
    role: Role
    score: float
    word: str
    alignment: Alignment
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class CompareAnswer:
    """Two reports (or two passages) laid side by side; each passage stands in at most one pair.

    shared_a, shared_b: share of each side's characters that stands in verbatim or edited runs of the pairs, 0 … 1.
    direction: of b, seen from a.
    """

    a: ReportCard
    b: ReportCard
    pairs: tuple[ComparedPair, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    shared_a: float
    shared_b: float
    direction: Direction
    generation: int


@dataclass(frozen=True, slots=True)
class ReuseSource:
    """A passage elsewhere that a passage shares its wording with. `share`: of the looked-at passage's characters."""

    passage: str
    report: str
    relation: Relation
    kind: Kind
    direction: Direction
    share: float
    score: float
    alignment: Alignment
    citation: Citation


@dataclass(frozen=True, slots=True)
class ReusedPassage:
    """One passage of the report with its sources, the likeliest first (most shared, then earlier, then nearer)."""

    passage: str
    role: Role
    text: str
    kind: Kind
    share: float
    sources: tuple[ReuseSource, ...]


@dataclass(frozen=True, slots=True)
class SourceReport:
    """A report that passages were shared with, and how much of the looked-at report that is."""

    card: ReportCard
    relation: Relation
    direction: Direction
    verbatim: int
    edited: int
    share: float


@dataclass(frozen=True, slots=True)
class ReuseAnswer:
    """Which passages of a report also stand elsewhere.

    verbatim, edited, own: numbers of passages; `own` are those with no source. `share`: of all characters.
    """

    report: ReportCard
    passages: tuple[ReusedPassage, ...]
    sources: tuple[SourceReport, ...]
    verbatim: int
    edited: int
    own: int
    share: float
    generation: int


@dataclass(frozen=True, slots=True)
class FamilyMember:
    passage: str
    report: str
    place: str
    year: int | None
    kind: Kind  # against the family's first passage


@dataclass(frozen=True, slots=True)
class CopyFamily:
    """Passages that are near copies of each other. The first member is the earliest known one, if there is one."""

    id: str
    members: tuple[FamilyMember, ...]
    reports: int
    regions: int
    years: tuple[int, ...]
    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class FamiliesAnswer:
    """The copy families of a store, the largest first. `pairs`: near-copy pairs found; `passages`: in any family."""

    families: tuple[CopyFamily, ...]
    total: int
    pairs: int
    passages: int
    searched: int
    generation: int


@dataclass(frozen=True, slots=True)
class Residue:
    """A name of another region in a text. `start`/`end` count characters of the checked text."""

    start: int
    end: int
    name: str
    kind: str  # place, organ, leader
    region: str  # the full name of the region that it belongs to
    reason: str


class ConflictKind(StrEnum):
    NUMBER = "number"
    DATE = "date"
    UNIT = "unit"
    POLARITY = "polarity"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Nearly the same clause with another number, date, unit or polarity; spans of the two texts."""

    kind: ConflictKind
    query_start: int
    query_end: int
    hit_start: int
    hit_end: int
    query_text: str
    hit_text: str


@dataclass(frozen=True, slots=True)
class Template:
    """What of a text is common property: national forms, quoted law, slogans.

    share: of its characters, 0 … 1. spans: (start, end) in the text. above: the best score with these parts left out.
    """

    share: float
    spans: tuple[tuple[int, int], ...]
    above: float | None


@dataclass(frozen=True, slots=True)
class DraftPart:
    """One passage of a draft; `start`/`end` are offsets of the checked text."""

    start: int
    end: int
    text: str
    role: Role
    heading: tuple[str, ...]
    hits: tuple[Hit, ...]
    residue: tuple[Residue, ...]
    template: Template
    conflicts: tuple[tuple[str, Conflict], ...]  # (passage id of the hit, what differs)


@dataclass(frozen=True, slots=True)
class DraftAnswer:
    """A draft checked in private: nothing of it is stored.

    place: what the draft says it is about, "" when it does not say. covered: share of its characters that was
    embedded, always 1.0 (background included). verbatim, edited: numbers of parts.
    """

    parts: tuple[DraftPart, ...]
    place: str
    year: int | None
    residue: tuple[Residue, ...]
    verbatim: int
    edited: int
    share: float
    covered: float
    generation: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DistinctivePassage:
    """A passage that has no near neighbour in other regions. `score`: 0 … 100, higher is rarer."""

    passage: str
    report: str
    role: Role
    text: str
    score: float
    nearest: str | None  # passage id of the nearest one in another region
    nearest_score: float
    citation: Citation


@dataclass(frozen=True, slots=True)
class DistinctiveAnswer:
    passages: tuple[DistinctivePassage, ...]
    searched: int
    generation: int
    notes: tuple[str, ...] = ()
