"""A report as it was understood: metadata with evidence, outline, passages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from embed.reading.document import Removal

__all__ = [
    "Candidate",
    "Evidence",
    "Level",
    "Metadata",
    "Passage",
    "Region",
    "Report",
    "ReportKind",
    "Role",
    "Section",
]


class Role(StrEnum):
    """What a passage does in its report."""

    MEASURE = "measure"
    PROBLEM = "problem"
    CAUSE = "cause"
    PLAN = "plan"
    LEADERSHIP = "leadership"
    BACKGROUND = "background"


class Level(StrEnum):
    """The level of the organ that reports."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    DEPARTMENT = "department"


class ReportKind(StrEnum):
    """What kind of document it is; the first four are reports, the rest only stand next to them."""

    REPORT = "report"
    HALF_YEAR = "half_year"
    FIVE_YEAR = "five_year"
    DUTY = "述法"
    PLAN = "plan"
    NEWS = "news"
    INTERPRETATION = "interpretation"
    TEMPLATE = "template"
    OTHER = "other"

    @property
    def is_report(self) -> bool:
        return self in (ReportKind.REPORT, ReportKind.HALF_YEAR, ReportKind.FIVE_YEAR, ReportKind.DUTY)


@dataclass(frozen=True, slots=True)
class Region:
    """Where a report is from, by full simplified names; any of them may be None.

    `code` is the code of the deepest division known: 2, 4, 6 or 9 digits (GB/T 2260, towns by the statistics
    bureau's extension), or None when no division is known.
    """

    province: str | None = None
    city: str | None = None
    county: str | None = None
    town: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a metadata field has its value. `start`/`end` are source offsets, −1 when it stands outside the text."""

    field: str
    value: str
    rule: str  # a few words for people: "title", "hand-over phrase", "signature"
    quote: str
    start: int = -1
    end: int = -1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that was considered for a field and not taken, with the reason."""

    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a careful reader concludes about a document; None where the text does not allow a conclusion.

    `title` and `issuer` are quoted in the script of the source; `year` is the year reported on; `department` is the
    organ's name without its place (生态环境局).
    """

    kind: ReportKind = ReportKind.OTHER
    title: str | None = None
    year: int | None = None
    published: date | None = None
    doc_number: str | None = None
    level: Level | None = None
    department: str | None = None
    issuer: str | None = None
    region: Region = Region()
    url: str | None = None
    evidence: tuple[Evidence, ...] = ()
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what is under it. `start`/`end` are source offsets of the whole section, heading included."""

    ordinal: int
    parent: int | None  # ordinal of the section above
    depth: int  # 1 for 一、, 2 for (一) …
    number: str  # the mark as it stands in the clean text: "一、", "(二)", "" for an un-numbered heading
    heading: str  # simplified, without its number
    start: int
    end: int


class Passage(NamedTuple):
    """The smallest self-contained unit that states one thing.

    `start`/`end` are source offsets; `text` is the clean simplified text of exactly that run.
    """

    ordinal: int
    role: Role
    role_confidence: float  # 0 … 1
    start: int
    end: int
    text: str
    heading: tuple[str, ...] = ()  # the headings above, outermost first
    section: int | None = None  # ordinal of the section it stands in


@dataclass(frozen=True, slots=True)
class Report:
    """One document, read and understood."""

    id: str  # "r" and the first 15 hex digits of the SHA-256 of the document's bytes
    file: str
    sha256: str
    source_text: str
    metadata: Metadata
    sections: tuple[Section, ...] = ()
    passages: tuple[Passage, ...] = ()
    removals: tuple[Removal, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    def passage_id(self, ordinal: int) -> str:
        """The id of a passage: the report's id, a dot and the passage's number in document order."""
        return f"{self.id}.{ordinal:03d}"
