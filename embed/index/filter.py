"""Which passages may be found: a filter over reports and passages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, TypeVar

from embed.exceptions import QueryError
from embed.index.outline import ITEMS
from embed.structure.report import Level, ReportKind, Role

__all__ = ["Filter"]

_REGION = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}")
_REPORT = re.compile(r"r[0-9a-f]{15}")
_YEARS = range(1949, 2200)
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Keeps a passage when every part that is set keeps it; a part that is empty or None keeps everything.

    regions: division codes of 2, 4, 6 or 9 digits; keeps reports of these places and of all places below them.
    exclude_regions: leaves out reports of these places and of all places below them; a report whose place is unknown,
        or known only above the code, stays.
    year_from, year_to: the year reported on, both ends included; a report without a year is left out by either.
    roles: roles of passages.
    levels: levels of the reporting organ.
    kinds: kinds of document; naming a kind that is no report lets it in.
    outline: items of the official outline by number (1 … 35, S1 … S6); keeps passages that are about one of them.
    departments: names of departments without their place, in full (生态环境局).
    reports, exclude_reports: ids of reports.
    include_duplicates: also reports that repeat another one.
    include_other_kinds: also plans, news and other documents that are no reports.
    """

    regions: tuple[str, ...] = ()
    exclude_regions: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    roles: tuple[Role, ...] = ()
    levels: tuple[Level, ...] = ()
    kinds: tuple[ReportKind, ...] = ()
    outline: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    exclude_reports: tuple[str, ...] = ()
    include_duplicates: bool = False
    include_other_kinds: bool = False

    def __post_init__(self) -> None:
        for name in ("regions", "exclude_regions"):
            self._set(name, _matching(name, getattr(self, name), _REGION, "a division code of 2, 4, 6 or 9 digits"))
        for name in ("reports", "exclude_reports"):
            self._set(name, _matching(name, getattr(self, name), _REPORT, "a report's id: r and 15 hex digits"))
        self._set("roles", _members("roles", self.roles, Role))
        self._set("levels", _members("levels", self.levels, Level))
        self._set("kinds", _members("kinds", self.kinds, ReportKind))
        self._set("outline", _items(_strings("outline", self.outline)))
        self._set("departments", _strings("departments", self.departments))
        for name in ("year_from", "year_to"):
            _check_year(name, getattr(self, name))

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Filter:
        """Build a filter from plain JSON values: the fields' names as keys, lists or single values.

        Raises:
            QueryError: a key or a value has no meaning; the message names it.
        """
        known = [f.name for f in fields(cls)]
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise QueryError(f"a filter has no field {unknown[0]!r}.", hint=f"Known fields: {', '.join(known)}.")
        values = {name: value for name, value in given.items() if value is not None}
        for name in ("include_duplicates", "include_other_kinds"):
            if not isinstance(values.get(name, False), bool):
                raise QueryError(f"filter field {name!r} is true or false, not {values[name]!r}.")
        return cls(**values)

    @property
    def keeps_everything_searchable(self) -> bool:
        """Nothing is set: all passages of reports that repeat no other one."""
        return self == Filter()


def _strings(name: str, given: object) -> tuple[str, ...]:
    listed = (given,) if isinstance(given, str) else given
    if not isinstance(listed, Iterable) or isinstance(listed, Mapping | bytes):
        raise QueryError(f"filter field {name!r} is a list of strings, not {given!r}.")
    values = tuple(listed)
    for value in values:
        if not isinstance(value, str):
            raise QueryError(f"filter field {name!r} is a list of strings; {value!r} is none.")
    return tuple(sorted(set(values)))


def _matching(name: str, given: object, pattern: re.Pattern[str], expected: str) -> tuple[str, ...]:
    values = _strings(name, given)
    for value in values:
        if not value.isascii() or not pattern.fullmatch(value):
            raise QueryError(f"filter field {name!r} takes {expected}, not {value!r}.")
    return values


def _members(name: str, given: object, kind: type[E]) -> tuple[E, ...]:
    values = _strings(name, given)
    choices = {str(member): member for member in kind}
    for value in values:
        if value not in choices:
            raise QueryError(
                f"filter field {name!r} has the value {value!r}.", hint=f"Expected one of: {', '.join(choices)}."
            )
    return tuple(choices[str(value)] for value in values)


def _items(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if value not in ITEMS:
            raise QueryError(
                f"filter field 'outline' has the value {value!r}.",
                hint="Items of the outline go from 1 to 35, those of our own from S1 to S6.",
            )
    return values


def _check_year(name: str, year: object) -> None:
    if year is None:
        return
    if not isinstance(year, int) or isinstance(year, bool) or year not in _YEARS:
        raise QueryError(f"filter field {name!r} takes a year such as 2024, not {year!r}.")
