"""A region that somebody wrote down (a path of names or a code) as a `Region` of the table."""

from __future__ import annotations

import re
from itertools import pairwise

from embed.structure.divisions.mentions import find_mentions, is_within
from embed.structure.divisions.table import Divisions
from embed.structure.report import Region

__all__ = ["UnknownRegion", "resolve_region"]

_SEPARATOR = re.compile(r"[/\\>|,，、;；\s·\-—]+")
_FILLER = frozenset(("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划", "中国"))
_TOWN = re.compile(r"^[一-鿿]{1,12}(?:镇|乡|街道|苏木|办事处|农场|团)$")


class UnknownRegion(ValueError):
    """The words name no division, or several; the message says which."""


def resolve_region(text: str, divisions: Divisions) -> Region:
    """Find 四川省/眉山市/东坡区/太和镇, 四川省眉山市东坡区, 511402 or 511402102.

    A town that the table lacks is kept by name under its county.

    Raises:
        UnknownRegion: nothing in the table fits, or several divisions do.
    """
    bare = text.strip()
    if bare.isdigit() and bare.isascii():
        return _by_code(bare, divisions)
    parts = [p for p in _SEPARATOR.split(bare) if p and p not in _FILLER]
    if len(parts) == 1:
        parts = _cut(parts[0], divisions)
    if not parts:
        raise UnknownRegion("no name in it")
    return _by_names(parts, divisions)


def _by_code(code: str, divisions: Divisions) -> Region:
    short = code[:9]
    if len(short) == 6:
        short = re.sub(r"(?:00){1,2}$", "", short) if divisions.row_of(short) is None else short
    row = divisions.row_of(short)
    if row is None or len(short) not in (2, 4, 6, 9):
        row = next((r for r, c in enumerate(divisions.codes) if c == short), None)
    if row is None:
        raise UnknownRegion(f"no division has the code {code}")
    return divisions.region(row)


def _cut(text: str, divisions: Divisions) -> list[str]:
    """四川省眉山市东坡区 → its names; the text itself when it is one name."""
    if divisions.full.get(text) or divisions.stems.get(text):
        return [text]
    mentions = find_mentions(text, divisions)
    if not mentions or mentions[0].start != 0 or any(a.end != b.start for a, b in pairwise(mentions)):
        return [text]
    names = [text[m.start : m.end] for m in mentions]
    rest = text[mentions[-1].end :]
    return [*names, rest] if rest else names


def _by_names(parts: list[str], divisions: Divisions) -> Region:
    rows = _lookup(parts[0], divisions)
    if not rows:
        raise UnknownRegion(f"no division is called {parts[0]}")
    for index, part in enumerate(parts[1:], 1):
        inner = [r for r in _lookup(part, divisions) if any(is_within(r, above, divisions) for above in rows)]
        if not inner and index == len(parts) - 1 and _TOWN.match(part):
            return _unlisted_town(part, _single(rows, parts[:index], divisions), divisions)
        if not inner:
            raise UnknownRegion(f"no {part} inside {parts[index - 1]}")
        rows = inner
    return divisions.region(_single(rows, parts, divisions))


def _lookup(name: str, divisions: Divisions) -> list[int]:
    office = re.sub(r"(?:街道)?办事处$", "街道", name)
    return divisions.full.get(name) or divisions.full.get(office) or divisions.stems.get(name) or []


def _single(rows: list[int], parts: list[str], divisions: Divisions) -> int:
    today = [r for r in rows if not divisions.is_former(r)] or rows
    highest = min(divisions.depth(r) for r in today)
    if len(parts) == 1 and sum(divisions.depth(r) == highest for r in today) == 1 and highest < 3:
        return next(r for r in today if divisions.depth(r) == highest)
    if len({divisions.codes[r] for r in today}) > 1:
        regions = [divisions.region(r) for r in today[:5]]
        names = "; ".join("".join(filter(None, (x.province, x.city, x.county, x.town))) for x in regions)
        raise UnknownRegion(f"{'/'.join(parts)} may be {names}: write the places above it as well")
    return today[0]


def _unlisted_town(name: str, row: int, divisions: Divisions) -> Region:
    above = divisions.region(row)
    return Region(above.province, above.city, above.county, name, above.code)
