"""What the wording of a heading says about the text below it."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from embed.structure.report import Role

__all__ = ["heading_roles"]

_SHARE = 0.6  # a role that reaches this share of the heaviest one shares the section with it
_LEAST = 2.0
_PLANNED = 3.0
_JOINED = re.compile("[与和及暨、]|以及")  # 存在的问题及下一步打算: both halves count
# Steps that are still to be taken, behind problems or behind what is to come: 存在问题及解决措施, 下一步工作举措
_REMEDY = re.compile("(?:问题|不足|短板|弱项|困难|差距|下一?步|今后|明年)[^采取]{0,14}(?:措施|举措|办法)$")
_SKIP = re.compile("[\\s“”\"'‘’《》<>〈〉()（）,，、:：。.;；]")


class _Row(NamedTuple):
    """A row of the table: `first` and `last` say that the words stand at that end of a heading."""

    place: int  # in the table: rows take effect in its order
    role: Role
    weight: float
    words: str
    first: bool
    last: bool


@lru_cache(maxsize=1)
def _table() -> dict[str, list[_Row]]:
    """Rows by the first two characters of their words, or the only one."""
    rows: dict[str, list[_Row]] = {}
    text = resources.files("embed.structure").joinpath("data/headings.tsv").read_text(encoding="utf-8")
    for place, line in enumerate(text.splitlines()):
        if line and not line.startswith("#"):
            role, weight, words = line.split("\t")
            plain = words.strip("^$")
            row = _Row(place, Role(role), float(weight), plain, words.startswith("^"), words.endswith("$"))
            rows.setdefault(plain[:2], []).append(row)
    return rows


def _found(plain: str) -> list[_Row]:
    """The rows whose words stand in a heading, in the order of the table."""
    table, end = _table(), len(plain)
    found: set[_Row] = set()
    for start in range(end):
        for key in (plain[start : start + 2], plain[start]):
            if key not in table:
                continue
            for row in table[key]:
                at_ends = not (row.first and start) and not (row.last and start + len(row.words) != end)
                if at_ends and plain.startswith(row.words, start):
                    found.add(row)
    return sorted(found)


@lru_cache(maxsize=8192)
def heading_roles(heading: str) -> tuple[tuple[Role, float], ...]:
    """The roles that a heading announces, heaviest first, with their weights; empty when it announces none."""
    plain = _SKIP.sub("", heading)[:120]
    weights: dict[Role, float] = {}
    for row in _found(plain):
        role, weight = row.role, row.weight
        weights[role] = max(weights.get(role, 0.0), weight) if weight > 0 else weights.get(role, 0.0) + weight
    ahead = max(weights.get(Role.PROBLEM, 0.0), weights.get(Role.PLAN, 0.0))
    if ahead >= _LEAST and _REMEDY.search(plain):
        weights.pop(Role.MEASURE, None)
        weights[Role.PLAN] = max(weights.get(Role.PLAN, 0.0), _PLANNED)
    best = max(weights.values(), default=0.0)
    if best < _LEAST:
        return ()
    least = _LEAST if _JOINED.search(heading) else max(_SHARE * best, 1.0)
    kept = [(role, weight) for role, weight in weights.items() if weight >= least]
    return tuple(sorted(kept, key=lambda pair: (-pair[1], pair[0].value)))
