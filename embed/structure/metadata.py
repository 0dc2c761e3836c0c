"""Metadata of a document: what a careful reader concludes, each with its evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from embed.reading.document import CleanText, SourceDocument
from embed.structure.authors import Author, find_author
from embed.structure.dates import FoundDate, find_dates
from embed.structure.divisions import Divisions, Mention, find_mentions, load_divisions
from embed.structure.doc_number import find_doc_number, is_doc_number_line
from embed.structure.facts import Facts
from embed.structure.frame import Frame, LinePart
from embed.structure.kinds import find_kind
from embed.structure.page_fields import FieldKind, PageField, read_page_fields
from embed.structure.places import PlaceReader
from embed.structure.report import Candidate, Evidence, Level, Metadata, Region, ReportKind
from embed.structure.title import Title, find_title, quoted, title_beside_chrome, title_of_page
from embed.structure.years import find_year

__all__ = ["read_metadata"]

MOST_TEXT = 20000


def read_metadata(source: SourceDocument, clean: CleanText, frame: Frame, facts: Facts | None = None) -> Metadata:
    """Conclude kind, title, year, dates, document number, level, department, issuer and region of one document.

    What `facts` states is taken over and recorded as evidence "manifest"; a url is only a hint. A field that the text
    does not decide stays None and its candidates are listed.
    """
    return _Reader(source, clean, frame, facts or Facts(), load_divisions()).read()


@dataclass
class _Reader:
    source: SourceDocument
    clean: CleanText
    frame: Frame
    facts: Facts
    divisions: Divisions
    evidence: list[Evidence] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)

    def read(self) -> Metadata:
        fields = read_page_fields(self.source, self.clean, self.frame)
        found = (
            find_title(self.source, self.clean, self.frame) or title_of_page(fields) or title_beside_chrome(self.source)
        )
        title = found.text if found else ""
        number = self._doc_number(fields)
        published = self._published(fields)
        year = self._year(title, published, number)
        mentions = self._mentions()
        author = find_author(self.clean.text, self.frame, found, fields, mentions, self.divisions)
        level, region = self._place(author, mentions, fields, year)
        return Metadata(
            kind=self._kind(title, fields),
            title=self._title(found),
            year=year,
            published=published,
            doc_number=number,
            level=level,
            department=self._department(author, level),
            issuer=self._issuer(author),
            region=region,
            url=self._url(),
            evidence=tuple(self.evidence),
            candidates=tuple(self.candidates),
        )

    def _url(self) -> str | None:
        """The manifest's address, else the one that the page itself states."""
        stated = (hint.value for hint in self.source.hints if hint.field == "url")
        return self.facts.url or next(stated, None)

    def _mentions(self) -> list[Mention]:
        start, end = self.frame.body
        return find_mentions(self.clean.text, self.divisions, start, min(end, start + MOST_TEXT))

    def _title(self, found: Title | None) -> str | None:
        if self.facts.title:
            return self._stated("title", self.facts.title)
        if found is None:
            return None
        raw = self.source.text[found.start : found.end] if found.start >= 0 else found.quoted
        rule = "first lines" if found.start >= 0 else "title of the page"
        self.evidence.append(Evidence("title", found.quoted, rule, raw, found.start, found.end))
        return found.quoted

    def _kind(self, title: str, fields: list[PageField]) -> ReportKind:
        if self.facts.kind:
            self._stated("kind", self.facts.kind.value)
            return self.facts.kind
        found = find_kind(self.clean.text, title, self.frame, fields)
        self._note("kind", found.kind.value, found.rule, found.start, found.end, found.quote)
        return found.kind

    def _doc_number(self, fields: list[PageField]) -> str | None:
        if self.facts.doc_number:
            return self._stated("doc_number", self.facts.doc_number)
        for line in self.frame.of(LinePart.DOC_NUMBER):
            found = is_doc_number_line(line.text)
            if found:
                at = line.start + found.start
                self._note("doc_number", found.text, "line of its own", at, at + found.end - found.start)
                return found.text
        return self._doc_number_run_in() or self._doc_number_field(fields)

    def _doc_number_run_in(self) -> str | None:
        """A number that stands by itself at the head of a longer line: …〔2021〕186号 县委、县政府:2021年,…"""
        for line in (*self.frame.of(LinePart.ADDRESSEE)[:1], *self.frame.of(LinePart.BODY)[:1]):
            found = find_doc_number(line.text[:60])
            if found and found.start == 0 and line.text[found.end : found.end + 1].isspace():
                self._note("doc_number", found.text, "head of a line", line.start, line.start + found.end)
                return found.text
        return None

    def _doc_number_field(self, fields: list[PageField]) -> str | None:
        for page in fields:
            found = find_doc_number(page.value) if page.kind is FieldKind.NUMBER else None
            if found:
                self._note_field("doc_number", found.text, page)
                return found.text
        return None

    def _published(self, fields: list[PageField]) -> date | None:
        if self.facts.published:
            self._stated("published", self.facts.published.isoformat())
            return self.facts.published
        options: list[tuple[date, str, int, int, PageField | None]] = []
        for kind in (FieldKind.PUBLISHED, FieldKind.UPDATED):
            for page in fields:
                day = page.date.date if page.kind is kind and page.date else None
                if day:
                    options.append((day, page.label or "publication line", -1, -1, page))
        options += self._line_dates()
        for page in fields:
            day = page.date.date if page.kind is FieldKind.DATED and page.date else None
            if day:
                options.append((day, page.label, -1, -1, page))
        if not options:
            return None
        day, rule, start, end, source = options[0]
        if source is not None:
            self._note_field("published", day.isoformat(), source)
        else:
            self._note("published", day.isoformat(), rule, start, end)
        for other, reason in {o[0]: o[1] for o in options[1:] if o[0] != day}.items():
            self.candidates.append(Candidate("published", other.isoformat(), reason))
        return day

    def _line_dates(self) -> list[tuple[date, str, int, int, PageField | None]]:
        """Dates under the title and at the signature."""
        options: list[tuple[date, str, int, int, PageField | None]] = []
        for part, rule in ((LinePart.DATE_LINE, "line under the title"), (LinePart.DATE, "date of the signature")):
            for line in reversed(self.frame.of(part)) if part is LinePart.DATE_LINE else self.frame.of(part):
                options += [(day, rule, line.start, line.end, None) for day in _days(find_dates(line.text)[:1])]
        for part in (LinePart.SIGNATURE, LinePart.COPY_TO):
            for line in self.frame.of(part):
                options += [
                    (d, part.value.replace("_", " "), line.start, line.end, None)
                    for d in _days(find_dates(line.text)[-1:])
                ]
        return options

    def _year(self, title: str, published: date | None, number: str | None) -> int | None:
        if self.facts.year:
            self._stated("year", str(self.facts.year))
            return self.facts.year
        issued = is_doc_number_line(number) if number else None
        found = find_year(self.clean.text, title, self.frame, published, issued.year if issued else None)
        if not found:
            return None
        best = found[0]
        self._note("year", str(best.year), best.rule, best.start, best.end)
        for year, rule in {f.year: f.rule for f in reversed(found[1:]) if f.year != best.year}.items():
            self.candidates.append(Candidate("year", str(year), rule))
        return best.year

    def _place(
        self, author: Author, mentions: list[Mention], fields: list[PageField], year: int | None
    ) -> tuple[Level | None, Region]:
        reader = PlaceReader(self.clean.text, self.frame, self.divisions, author, mentions, fields)
        if self.facts.region is not None:
            region = self.facts.region
            self._stated("region", "/".join(filter(None, (region.province, region.city, region.county, region.town))))
            level = self.facts.level or author.level or reader.level_of(region)
            return self._noted_level(level, author), region
        conclusion = reader.conclude(self._url(), year)
        region = conclusion.region
        for witness in conclusion.witnesses[:12]:
            m = witness.mention
            if witness.outside:
                quote = self.source.text[m.start : m.end] if m.start >= 0 else m.text
                self.evidence.append(Evidence("region", m.text, witness.rule, quote, m.start, m.end))
            else:
                self._note("region", m.text, witness.rule, m.start, m.end, m.text)
        for rival, weight in conclusion.rivals:
            name = "".join(filter(None, (rival.province, rival.city, rival.county, rival.town)))
            self.candidates.append(Candidate("region", name, f"weight {weight:g}"))
        if conclusion.open_name:
            self.candidates.append(Candidate("region", conclusion.open_name, "name of several places, not decided"))
        return self._noted_level(self.facts.level or author.level or reader.level_of(region), author), region

    def _noted_level(self, level: Level | None, author: Author) -> Level | None:
        if self.facts.level:
            self._stated("level", self.facts.level.value)
        elif level is not None:
            rule = author.level_rule if author.level else "region"
            organ = author.organ
            start, end = (organ.start, organ.end) if organ and author.level else (-1, -1)
            self._note("level", level.value, rule, start, end, organ.text if organ else "")
        return level

    def _department(self, author: Author, level: Level | None) -> str | None:
        if self.facts.department:
            return self._stated("department", self.facts.department)
        if level is not Level.DEPARTMENT or author.department is None:
            return None
        organ = author.organ
        start, end = (organ.start, organ.end) if organ else (-1, -1)
        self._note("department", author.department, author.level_rule, start, end, author.department)
        return author.department

    def _issuer(self, author: Author) -> str | None:
        if self.facts.issuer:
            return self._stated("issuer", self.facts.issuer)
        if author.issuer is None:
            return None
        found = author.issuer
        if found.outside:
            quote = self.source.text[found.start : found.end] if found.start >= 0 else found.text
        else:
            quote = self._quote(found.start, found.end)
        start, end = (found.start, found.end) if found.outside else self._source_span(found.start, found.end)
        name = quote if found.outside else quoted(self.source, self.clean, found.start, found.end, "\n")
        name = " ".join(line.strip() for line in name.splitlines())
        self.evidence.append(Evidence("issuer", name, found.rule, quote, start, end))
        return name

    def _stated(self, name: str, value: str) -> str:
        self.evidence.append(Evidence(name, value, "manifest", value))
        return value

    def _note(self, name: str, value: str, rule: str, start: int, end: int, quote: str = "") -> None:
        """Record evidence at clean offsets; −1 when it stands outside the text."""
        if 0 <= start < end:
            first, last = self._source_span(start, end)
            quote = self.source.text[first:last][:200]
            self.evidence.append(Evidence(name, value, rule, quote, first, first + len(quote)))
        else:
            self.evidence.append(Evidence(name, value, rule, quote))

    def _note_field(self, name: str, value: str, page: PageField) -> None:
        quote = self.source.text[page.start : page.end] if page.start >= 0 else page.value
        self.evidence.append(Evidence(name, value, page.label or "publication line", quote, page.start, page.end))

    def _source_span(self, start: int, end: int) -> tuple[int, int]:
        return self.clean.source_span(start, end)

    def _quote(self, start: int, end: int) -> str:
        first, last = self._source_span(start, end)
        return self.source.text[first:last]


def _days(dates: list[FoundDate]) -> list[date]:
    return [f.date for f in dates if f.date is not None]
