"""What a cluster report says, whatever the format: one content model; each format has one writer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from embed.structure.report import Role
from service.clusters.clustering import Count
from service.clusters.statistics import Rate, Trend

__all__ = [
    "Cell",
    "ClusterReport",
    "ClusterRow",
    "CopyFamily",
    "Coverage",
    "CoverageRow",
    "FollowUp",
    "Heat",
    "HeatRow",
    "Item",
    "MapPoint",
    "Open",
    "PassageMap",
    "Quote",
    "ReportCoverage",
    "ReportLine",
    "RoleTable",
    "Spread",
    "SpreadYear",
]


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage as it is cited. `citation` is one line: place, year, title, passage id."""

    passage: str
    text: str
    place: str
    year: int | None
    title: str
    file: str
    start: int
    end: int
    heading: str
    citation: str


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """One cluster in a table of common measures or recurring problems."""

    id: str
    name: str
    name_note: str  # where the name comes from, for people
    description: str
    group: str
    outline: str  # "14 重点领域执法", or the words for "outside the outline"
    outline_confidence: float
    passages: int
    share: Rate  # of reports
    regions: Count
    provinces: Count
    levels: Mapping[str, Rate]
    years: Mapping[int, Rate]
    trend: Trend
    again: tuple[tuple[str, tuple[int, ...]], ...]  # places that have it in two years or more
    again_of: int  # places with reports of two years or more
    copied: int  # members that copy another member
    families: int
    terms: tuple[str, ...]
    support: Count
    representative: tuple[Quote, ...]
    divergent: tuple[Quote, ...]
    passage_ids: tuple[str, ...]
    pinned: bool


@dataclass(frozen=True, slots=True)
class RoleTable:
    """The clusters of one role, most reports first. `passages` counts all that were looked at."""

    role: Role
    title: str
    rows: tuple[ClusterRow, ...]
    passages: int
    alone: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One region of the heat map; a cell is None where the region has no report."""

    region: str
    reports: int
    cells: tuple[Rate | None, ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """Region × measure."""

    columns: tuple[tuple[str, str], ...]  # (cluster id, name)
    rows: tuple[HeatRow, ...]
    by: str  # what the rows are: province, city …
    left_out: int  # regions beyond those shown


@dataclass(frozen=True, slots=True)
class Cell:
    """One cluster in one region and year: how many of the region's reports of that year have it."""

    region: str
    year: int
    role: Role
    cluster: str
    name: str
    share: Rate


@dataclass(frozen=True, slots=True)
class SpreadYear:
    """One year of a diffusion."""

    year: int
    share: Rate
    fresh: int
    total: int
    fresh_provinces: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How one measure spread."""

    cluster: str
    name: str
    first_year: int
    first_places: tuple[str, ...]
    years: tuple[SpreadYear, ...]
    levels: tuple[tuple[str, int], ...]  # level and the first year it was seen there


@dataclass(frozen=True, slots=True)
class MapPoint:
    """One passage on the flat map; `cluster` is the place in `PassageMap.clusters`, −1 for none."""

    x: float
    y: float
    cluster: int
    passage: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class PassageMap:
    """The flat map of one role; `clusters` are (id, name); points may be a sample of `passages`."""

    role: Role
    clusters: tuple[tuple[str, str], ...]
    points: tuple[MapPoint, ...]
    passages: int


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the outline."""

    code: str
    title: str
    part: str
    about: str
    official: bool


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """An item of the outline and the reports with at least one measure, plan or duty under it."""

    item: Item
    reports: Rate
    passages: int


@dataclass(frozen=True, slots=True)
class ReportCoverage:
    """One report: how many official items it mentions, and the codes of those it does not."""

    label: str
    region: str
    year: int | None
    items: Count
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The outline held against the reports."""

    rows: tuple[CoverageRow, ...]
    never: tuple[Item, ...]
    outside: Count  # passages outside the outline, of all measures
    reports: tuple[ReportCoverage, ...]
    regions: tuple[tuple[str, Count], ...]  # region and the official items its reports mention together


@dataclass(frozen=True, slots=True)
class CopyFamily:
    """Passages that share long runs of words, earliest year first."""

    passages: int
    regions: int
    cluster: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Open:
    """A problem without a plan, or a plan without a report, with the nearest candidate if there is one."""

    quote: Quote
    nearest: Quote | None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A kind of problem and the kind of measure that follows it in later years."""

    problem: str
    measure: str
    units: Count
    examples: tuple[tuple[Quote, Quote], ...]


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One report that was counted. A passage's id begins with its report's."""

    id: str
    place: str
    year: int | None
    title: str
    file: str


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """Everything that a writer needs, in the language that was asked for."""

    lang: str
    title: str
    scope: str
    summary: tuple[str, ...]
    tables: tuple[RoleTable, ...]
    heat: Heat | None
    cells: tuple[Cell, ...]  # region × year × cluster, where there is any
    spreads: tuple[Spread, ...]
    maps: tuple[PassageMap, ...]
    coverage: Coverage | None
    distinctive: tuple[Quote, ...]
    reuse: tuple[CopyFamily, ...]
    reuse_count: Count  # passages in copy families, of all
    open_problems: tuple[Open, ...]
    open_problems_count: Count
    open_plans: tuple[Open, ...]
    open_plans_count: Count
    follow_ups: tuple[FollowUp, ...]
    method: tuple[tuple[str, str], ...]
    limits: tuple[str, ...]
    warnings: tuple[str, ...]
    reports: tuple[ReportLine, ...]

    def table(self, role: Role) -> RoleTable | None:
        """The table of a role."""
        return next((table for table in self.tables if table.role is role), None)
