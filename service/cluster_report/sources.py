"""Where a passage comes from, in words: places, years, titles, citations."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from service.cluster_report.content import Quote
from service.cluster_report.terms import Terms
from service.clusters.clustering import Cluster, NameSource

if TYPE_CHECKING:
    from embed.index import Generation, StoredReport

__all__ = ["LONGEST_QUOTE", "Sources", "name_of", "place_of"]

LONGEST_QUOTE = 400


def place_of(report: StoredReport, words: Terms) -> str:
    """The place and the department of a report, as deep as they are known."""
    metadata = report.metadata
    region = metadata.region
    names = [name for name in (region.province, region.city, region.county, region.town) if name]
    place = "".join(names) or (metadata.issuer or words["unknown_place"])
    return f"{place} {metadata.department}" if metadata.department and names else place


def name_of(cluster: Cluster, words: Terms) -> str:
    """The name in the language of the report; names that people gave or texts have stay as they are."""
    if words.lang == "zh" or cluster.name_source is not NameSource.CATALOGUE:
        return cluster.name
    from service.clusters.themes import catalogue

    english = {theme.code: theme.en for theme in catalogue(cluster.role).themes}
    _, mark, rest = cluster.name.partition("：")
    return f"{english.get(cluster.theme, cluster.name)}{': ' + rest if mark else ''}"


class Sources:
    """Reports and passages of one generation as they are cited; reports are read once."""

    def __init__(self, generation: Generation, words: Terms) -> None:
        self.generation, self.words = generation, words
        self._reports: dict[int, StoredReport] = {}

    def report(self, row: int) -> StoredReport:
        """The report in a row."""
        if row not in self._reports:
            self._reports[row] = self.generation.report_at(row)
        return self._reports[row]

    def place(self, row: int) -> str:
        """The place of the report in a row."""
        return place_of(self.report(row), self.words)

    def label(self, row: int) -> str:
        """One line for a report: place, year."""
        report = self.report(row)
        return f"{self.place(row)} {report.metadata.year or self.words['unknown']}"

    def quote(self, row: int) -> Quote:
        """The passage in a row with its source."""
        passage = self.generation.passages_at([row])[0]
        report = self.report(passage.report_row)
        place, year = self.place(passage.report_row), report.metadata.year
        title = report.metadata.title or report.file.rsplit("/", 1)[-1]
        text = passage.text if len(passage.text) <= LONGEST_QUOTE else passage.text[:LONGEST_QUOTE] + "……"
        parts = self.words.choose(
            f"{place}，{year or '年度不详'}，《{title}》，{passage.id}",
            f"{place}, {year or 'year unknown'}, “{title}”, {passage.id}",
        )
        return Quote(
            passage=passage.id,
            text=text,
            place=place,
            year=year,
            title=title,
            file=report.file,
            start=passage.start,
            end=passage.end,
            heading=" › ".join(passage.heading),
            citation=parts,
        )

    def quote_of(self, passage_id: str) -> Quote:
        """The passage with an id."""
        return self.quote(self.generation.row_of(passage_id))

    @cached_property
    def level_names(self) -> tuple[str, ...]:
        """Names of the levels by their place in the reports' column, the unknown one last (found by −1)."""
        from embed.index.tables import LEVELS

        return (*(str(level) for level in LEVELS), "unknown")
