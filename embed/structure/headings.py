"""What the wording of a heading says about the text below it."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from embed.structure.report import Role

__all__ = ["heading_roles"]

_SHARE = 0.6  # a role that reaches this share of the heaviest one shares the section with it
_LEAST = 2.0
_JOINED = re.compile("[与和及暨、]|以及")  # 存在的问题及下一步打算: both halves count
_SKIP = re.compile("[\\s“”\"'‘’《》<>〈〉()（）,，、:：。.;；]")


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[Role, float, str, bool, bool], ...]:
    rows = []
    text = resources.files("embed.structure").joinpath("data/headings.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            role, weight, words = line.split("\t")
            plain = words.strip("^$")
            rows.append((Role(role), float(weight), plain, words.startswith("^"), words.endswith("$")))
    return tuple(rows)


@lru_cache(maxsize=8192)
def heading_roles(heading: str) -> tuple[tuple[Role, float], ...]:
    """The roles that a heading announces, heaviest first, with their weights; empty when it announces none."""
    plain = _SKIP.sub("", heading)[:120]
    weights: dict[Role, float] = {}
    for role, weight, words, first, last in _table():
        if first and last:
            found = plain == words
        elif first:
            found = plain.startswith(words)
        elif last:
            found = plain.endswith(words)
        else:
            found = words in plain
        if found:
            weights[role] = max(weights.get(role, 0.0), weight) if weight > 0 else weights.get(role, 0.0) + weight
    best = max(weights.values(), default=0.0)
    if best < _LEAST:
        return ()
    least = _LEAST if _JOINED.search(heading) else max(_SHARE * best, 1.0)
    kept = [(role, weight) for role, weight in weights.items() if weight >= least]
    return tuple(sorted(kept, key=lambda pair: (-pair[1], pair[0].value)))
