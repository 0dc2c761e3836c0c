"""The course of a report: paragraph after paragraph, what each run of it does there."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from embed.reading.word_finder import Hit
from embed.structure import wording
from embed.structure.cues import count_cues, find_cues
from embed.structure.headings import heading_roles
from embed.structure.outline import Outline, Paragraph
from embed.structure.passages import divide
from embed.structure.report import Role
from embed.structure.roles import HeadingWeights, Situation, announced_role, judge, section_roles
from embed.structure.topics import find_topics, weigh
from embed.structure.units import Context, Opening, Unit

__all__ = ["Run", "read_runs"]

_PARTS = frozenset({Role.PROBLEM, Role.PLAN, Role.CAUSE})
_FLAWED = frozenset({Role.PROBLEM, Role.CAUSE})
_STATES = {Opening.PLAN: Role.PLAN, Opening.PROBLEM: Role.PROBLEM}
_OPENING = re.compile(
    r"如下|领导下|指导下|为指导|为指引|为引领|为统领|为遵循|按照[^。；;]{2,60}(?:要求|部署|通知)|根据[^。；;]{2,60}(?:规定|要求|通知)|贯彻落实|以来|年来[,，]|年[,，]"
)
_HEAD = 16
_PART_SIGNS = frozenset("题足板项差难因源计步打思路措势困")  # one of them stands in every heading of such a part
_LONGEST_OPENING = 900
_OPENING_SHARE = 0.35


class Run(NamedTuple):
    """A passage in clean offsets, with its role and the paragraph that it stands in."""

    start: int
    end: int
    role: Role
    confidence: float
    paragraph: Paragraph


def read_runs(text: str, outline: Outline, *, year: int | None = None, closing: int = -1) -> list[Run]:
    """Divide all paragraphs into passages and judge their roles.

    `year` is the year reported on; `closing` is the clean offset where the closing formula begins, −1 without one.
    """
    reader = _Reader(text, outline, year)
    for index, paragraph in enumerate(outline.paragraphs):
        if 0 <= closing <= paragraph.start:
            reader.runs.append(Run(paragraph.start, paragraph.end, Role.BACKGROUND, 0.95, paragraph))
        else:
            reader.read(index)
    return reader.runs


class _Found:
    """Words with a meaning in the whole text, by place."""

    def __init__(self, hits: Sequence[Hit]) -> None:  # type: ignore[type-arg]
        self.hits = hits
        self.starts = [hit.start for hit in hits]

    def between(self, start: int, end: int) -> Sequence[Hit]:  # type: ignore[type-arg]
        first = bisect_left(self.starts, start)
        return self.hits[first : bisect_left(self.starts, end, first)]


class _Reader:
    def __init__(self, text: str, outline: Outline, year: int | None) -> None:
        self.text = text
        self.outline = outline
        self.year = year
        self.runs: list[Run] = []
        self.topics = _Found(find_topics(text))
        self.cues = _Found(find_cues(text))
        self.counts = [found.end() - 1 for found in wording.COUNT.finditer(text)]  # where anything is counted
        self.opening_end = _opening_end(text, outline)
        self._known: dict[int | None, HeadingWeights] = {}  # by section
        self.section: int | None = None
        self.weights: HeadingWeights = {}
        self.roles_above: frozenset[Role] = frozenset()  # of the headings above the nearest one
        self.own_heading = False
        self.announced: Role | None = None  # by a lead-in, for the rest of the section
        self.announced_here: Role | None = None  # for the rest of the paragraph

    def read(self, index: int) -> None:
        paragraph = self.outline.paragraphs[index]
        if paragraph.section != self.section or index == 0:
            self._enter(paragraph.section)
        self.announced_here = None
        context = Context(
            frozenset({self.announced}) if self.announced else frozenset(self.weights),
            self.year,
            paragraph.mark is not None or self.own_heading,
        )
        keeps_heading = paragraph.run_in >= 0 and not _FLAWED.isdisjoint(self.roles_above)
        start = paragraph.run_in if keeps_heading else paragraph.start
        counts = self.counts[bisect_left(self.counts, start) : bisect_left(self.counts, paragraph.end)]
        hits = self.topics.between(start, paragraph.end)
        units = divide(self.text, start, paragraph.end, hits, context, counts)
        introduces = self._introduces(index, units)
        for position, unit in enumerate(units):
            first, last = position == 0, position == len(units) - 1
            self._take(unit, paragraph, first=first, last=last, introduces=introduces and first)

    def _enter(self, section: int | None) -> None:
        path = self.outline.path(section)
        self.section, self.announced = section, None
        self.weights = self._section_weights(section)
        self.roles_above = frozenset(self._section_weights(path[-1].parent) if path else ())
        self.own_heading = bool(path) and not any(role in _PARTS for role, _ in heading_roles(path[-1].text))

    def _section_weights(self, section: int | None) -> HeadingWeights:
        weights = self._known.get(section)
        if weights is None:
            weights = self._known[section] = section_roles(self.outline.path(section))
        return weights

    def _take(self, unit: Unit, paragraph: Paragraph, *, first: bool, last: bool, introduces: bool) -> None:
        text = self.text[unit.start : unit.end]
        if unit.announces or introduces:
            role, confidence = Role.BACKGROUND, 0.85
            said = announced_role(text)
            self.announced_here = said or self.announced_here
            if said and (paragraph.mark is None or last):
                self.announced = said
        elif self._is_background(unit):
            role, confidence = Role.BACKGROUND, 0.9 if unit.hands_over or unit.opening is Opening.CLOSING else 0.75
        else:
            role, confidence = judge(text, self._situation(unit, text))
            state = _STATES.get(unit.opening)
            if state:
                self.announced_here = state
                self.announced = state if first and paragraph.mark is None else self.announced
        self.runs.append(Run(unit.start, unit.end, role, confidence, paragraph))

    def _situation(self, unit: Unit, text: str) -> Situation:
        own = _own_head(text)
        return Situation(
            headings=own or self.weights,
            announced=None if own else self.announced_here or self.announced,
            opening=unit.opening,
            cues=count_cues(self.cues.between(unit.start, unit.end)),
            topics=weigh(self.topics.between(unit.start, unit.end)),
            year=self.year,
            counts=bisect_left(self.counts, unit.end) - bisect_left(self.counts, unit.start),
        )

    def _is_background(self, unit: Unit) -> bool:
        if unit.end <= self.opening_end or unit.hands_over or unit.opening is Opening.CLOSING:
            return True
        return unit.opening is Opening.SUMMARY and _FLAWED.isdisjoint(self.weights)

    def _introduces(self, index: int, units: Sequence[Unit]) -> bool:
        """Whether the first unit stands at the top of a part of problems or plans, above its points."""
        paragraph = self.outline.paragraphs[index]
        if paragraph.mark or paragraph.run_in >= 0 or _PARTS.isdisjoint(self.weights):
            return False
        if units[0].opening is not Opening.START:
            return False
        if len(units) > 1:
            return units[1].opening is Opening.ITEM
        if index + 1 == len(self.outline.paragraphs):
            return False
        following = self.outline.paragraphs[index + 1]
        if following.section == paragraph.section:
            return following.mark is not None or bool(wording.ITEM.match(self.text, following.start, following.end))
        above = self.outline.headings[following.section] if following.section is not None else None
        return above is not None and above.parent == paragraph.section


def _own_head(text: str) -> HeadingWeights:
    """What the short first sentence of an item says: 第二,存在问题。…"""
    head, stop, rest = text[:_HEAD].partition("。")
    if not stop or _PART_SIGNS.isdisjoint(head):
        return {}
    said = dict(heading_roles(wording.ITEM.sub("", head, count=1))) if rest else {}
    return said if any(role in _PARTS and weight >= 3 for role, weight in said.items()) else {}


def _opening_end(text: str, outline: Outline) -> int:
    """Where the opening of the report ends: what stands before the first heading, or up to the hand-over phrase."""
    paragraphs = outline.paragraphs
    before = [p for p in paragraphs if p.section is None and p.mark is None]
    if not before or before[0] is not paragraphs[0]:
        return 0
    length = before[-1].end - before[0].start
    whole = paragraphs[-1].end - paragraphs[0].start
    if (
        outline.headings
        and _PARTS.isdisjoint(role for role, _ in heading_roles(outline.headings[0].text))
        and length <= max(_LONGEST_OPENING, _OPENING_SHARE * whole)
    ):
        return before[-1].end
    for paragraph in before[:4]:
        found = re.search(r"如下[。：:]", text[paragraph.start : paragraph.end])
        if found:
            return paragraph.start + found.end()
    first = before[0]
    if len(paragraphs) > 1 and _OPENING.search(text[first.start : min(first.end, first.start + 300)]):
        return first.end
    return 0
