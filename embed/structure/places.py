"""From all that names a place in a document to its region."""

from __future__ import annotations

import re
from dataclasses import replace

from embed.structure.authors import Author
from embed.structure.divisions import Divisions, Mention
from embed.structure.frame import Frame
from embed.structure.hosts import address_witnesses
from embed.structure.page_fields import PageField
from embed.structure.regions import Conclusion, Known, Witness, conclude
from embed.structure.report import Level, Region
from embed.structure.witnesses import (
    OPENING,
    acting_witnesses,
    body_witnesses,
    field_witnesses,
    line_witnesses,
    organ_witnesses,
    stem_witnesses,
)

__all__ = ["PlaceReader"]

SNAPSHOTS = 2  # years between two states of the table: a name last seen in one may have held so much longer
_NOTICE = re.compile(r"《(?:关于)?印发[〈<《][^《》]{4,80}(?:要点|安排|方案|计划)[〉>》]?的?(?:通知)?》")


class PlaceReader:
    """Collects the witnesses of one document and lets them vote; bare names are asked only when full ones fail."""

    def __init__(
        self,
        text: str,
        frame: Frame,
        divisions: Divisions,
        author: Author,
        mentions: list[Mention],
        fields: list[PageField],
    ) -> None:
        self.text = text
        self.frame = frame
        self.divisions = divisions
        self.author = author
        self.mentions = mentions
        self.fields = fields
        self.level = author.level

    def conclude(self, url: str | None, year: int | None) -> Conclusion:
        """The region with its witnesses and rivals."""
        start, _ = self.frame.body
        witnesses = [
            *line_witnesses(self.text, self.frame, self.divisions),
            *organ_witnesses([*self.author.subjects, *self.author.sessions], start + OPENING),
            *self._branch(),
            *acting_witnesses(self.text, self.frame, self.divisions),
            *field_witnesses(self.fields, self.divisions),
            *body_witnesses(self.text, self.frame, self.mentions),
        ]
        witnesses = [_of_its_time(w, year, self.divisions) for w in witnesses]
        known = Known(self.author.level, self.author.kind, self.author.town)
        found = conclude(witnesses, known, self.divisions)
        if url and self._is_open(found):
            witnesses += address_witnesses(url, witnesses, known.kind, self.divisions)
            found = conclude(witnesses, known, self.divisions)
        if self._is_open(found):
            bare = self._outside_mentions(stem_witnesses(self.text, self.frame, self.divisions))
            known = self._with_bare_names(known, bare)
            if url and not any(w.rule.startswith("address") for w in witnesses):
                bare += address_witnesses(url, bare, known.kind, self.divisions)
            found = conclude([*witnesses, *bare], known, self.divisions)
        self.level = known.level
        return replace(found, region=self._in_its_words(found, as_of(found.region, year, self.divisions)))

    def _branch(self) -> list[Witness]:
        """The county that the name of a bureau's branch gives by its bare name: 苏州市吴江生态环境局."""
        organ = self.author.organ
        last = organ.mentions[-1] if organ and organ.mentions else None
        if last is None or last.full:
            return []
        return [Witness(last._replace(start=-1, end=-1), 8.0, "name of a branch", own=True, outside=True)]

    def _in_its_words(self, found: Conclusion, former: Region) -> Region:
        """The county's name of that year, unless the document itself calls it by another of its names alone.

        A district that was merged away since then keeps its own name: 江干区 in 2018.
        """
        said = {w.mention.text for w in found.witnesses if w.mention.full}
        if found.region.county in said and former.county not in said:
            return found.region
        region = found.region
        if former is not region or region.code is None or (region.county or region.city) in said:
            return former
        depth = 3 if region.county else 2
        for row in sorted({r for w in found.witnesses if w.own for r in w.mention.rows}):
            if self.divisions.depth(row) != depth or not self.divisions.is_former(row):
                continue
            name = self.divisions.names[row]
            if name in said and region.code[: 2 * depth] in self.divisions.chain(row):
                code = self.divisions.codes[row] if region.town is None else region.code
                return replace(region, county=name, code=code) if depth == 3 else replace(region, city=name, code=code)
        return former

    def _outside_mentions(self, bare: list[Witness]) -> list[Witness]:
        """Bare names that are no part of a full one: 昌都 in 昌都市 has been heard already."""
        within = {at for m in self.mentions for at in range(m.start, m.end)}
        return [w for w in bare if w.rule != "bare name in the text" or w.mention.start not in within]

    def _only_in_notices(self) -> bool:
        """The place is named only in the title of its government's notice: one of its offices carries that out."""
        start, end = self.frame.body
        text = self.text[start : min(end, start + 2000)]
        notices = [m.span() for m in _NOTICE.finditer(text)]
        spans = [(m.start - start, m.end - start) for m in self.mentions]
        return bool(spans) and all(any(a <= x and y <= b for a, b in notices) for x, y in spans)

    def _with_bare_names(self, known: Known, bare: list[Witness]) -> Known:
        """A slogan with a town's name, or nothing but a town's offices, tell the level when nothing else does."""
        if known.level is not None:
            return known
        if any(w.rule == "name of a zone" for w in bare) and not self.mentions:
            return replace(known, level=Level.COUNTY)
        towns = [w for w in bare if all(self.divisions.depth(r) == 4 for r in w.mention.rows)]
        upper = [w for w in bare if w not in towns and w.weight >= 1]
        if towns and not upper and not self.mentions:
            return replace(known, level=Level.TOWNSHIP, kind=known.kind or _lowest(self.author))
        return known

    def _is_open(self, found: Conclusion) -> bool:
        region = found.region
        if region.province is None:
            return True
        if self.author.level is Level.PROVINCE:
            return False
        if self.author.level is Level.CITY:
            return region.city is None
        if self.author.level in (Level.TOWNSHIP, Level.COUNTY):
            return region.county is None and region.code is not None and len(region.code) < 9
        return region.city is None and region.county is None

    def level_of(self, region: Region) -> Level | None:
        """The level that a region suggests when nothing else names the author."""
        if self.level is not None:
            return self.level
        if region.town:
            return Level.TOWNSHIP
        if region.county and self._only_in_notices():
            return Level.DEPARTMENT
        if region.county:
            return Level.COUNTY
        if region.city:
            return Level.CITY
        return Level.PROVINCE if region.province else None


def _lowest(author: Author) -> str:
    """The kind of county that the text looks up to, 县委 before 市委."""
    return next((k for k in ("县", "区", "旗", "市") if author.words.above.get(k)), "")


def _of_its_time(witness: Witness, year: int | None, divisions: Divisions) -> Witness:
    """Readings of a name that was gone in the year reported on are left out, unless no other is there."""
    mention = witness.mention
    if year is None or len(mention.rows) < 2:
        return witness
    rows = tuple(r for r in mention.rows if (divisions.division(r).until or year) + SNAPSHOTS >= year)
    return witness if not rows or rows == mention.rows else witness._replace(mention=mention._replace(rows=rows))


def as_of(region: Region, year: int | None, divisions: Divisions) -> Region:
    """The county's name in its own year: 大丰市 before 2015, 禄丰县 before 2021."""
    if year is None or region.county is None or region.code is None or len(region.code) < 6:
        return region
    former = divisions.former_county(region.code[:6], year)
    if former is None:
        return region
    name, code = former
    return replace(region, county=name, code=code if region.town is None else region.code)
