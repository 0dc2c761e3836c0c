"""A text cut into passages, shown in the short form that tests compare."""

from __future__ import annotations

from embed.reading import clean
from embed.structure import understand
from embed.structure.passages import divide
from embed.structure.report import Report, Role
from embed.structure.topics import find_topics
from embed.structure.units import Context
from tests.helpers.documents import source_of


def report_of(text: str) -> Report:
    source = source_of(text)
    return understand(source, clean(source))


def outline_of(text: str) -> list[tuple[int, str, str]]:
    """(depth, number, heading) of every section."""
    return [(section.depth, section.number, section.heading) for section in report_of(text).sections]


def roles_of(text: str) -> list[tuple[str, str]]:
    """(role, text) of every passage."""
    return [(passage.role.value, passage.text) for passage in report_of(text).passages]


def divided(text: str, *roles: Role, own_point: bool = True, year: int | None = None) -> list[str]:
    """The units of one paragraph under headings that announce `roles`."""
    context = Context(frozenset(roles), year, own_point)
    return [text[unit.start : unit.end] for unit in divide(text, 0, len(text), find_topics(text), context)]
