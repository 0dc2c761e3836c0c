"""Regions that the store has reports of, as a tree and as profiles."""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from embed.index import Generation

__all__ = ["RegionNode", "region_list", "region_names", "region_tree"]

DEPTHS = ((2, "province"), (4, "city"), (6, "county"), (9, "town"))


@dataclass
class RegionNode:
    """A division with reports in it. `reports` counts those of the places below too."""

    code: str
    name: str
    depth: int
    reports: int = 0
    below: list[RegionNode] = field(default_factory=list)

    def holds(self, codes: Collection[str]) -> bool:
        """Whether one of these places lies below this one."""
        return any(len(code) > len(self.code) and code.startswith(self.code) for code in codes)


@functools.lru_cache(maxsize=2)
def region_names(generation: Generation) -> dict[str, str]:
    """Division code → name, for every place that a report of this generation names."""
    names: dict[str, str] = {}
    table = generation.reports
    columns = [getattr(table, column) for _, column in DEPTHS]
    _, rows = np.unique(np.stack(columns), axis=1, return_index=True)
    for row in rows.tolist():
        region = generation.report_at(row).metadata.region
        for (digits, column), values in zip(DEPTHS, columns, strict=True):
            name = getattr(region, column)
            if values[row] and name:
                names.setdefault(f"{int(values[row]):0{digits}d}", name)
    return names


@functools.lru_cache(maxsize=2)
def region_list(generation: Generation) -> tuple[RegionNode, ...]:
    """All places in tree order: each followed by the places below it, by code."""
    names = region_names(generation)
    nodes = {code: RegionNode(code, name, depth=[2, 4, 6, 9].index(len(code))) for code, name in names.items()}
    table = generation.reports
    for digits, column in DEPTHS:
        codes, counts = np.unique(getattr(table, column), return_counts=True)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
            node = nodes.get(f"{code:0{digits}d}")
            if code and node is not None:
                node.reports += count
    for code, node in nodes.items():
        parent = next((nodes[code[:n]] for n in (6, 4, 2) if n < len(code) and code[:n] in nodes), None)
        if parent is not None:
            parent.below.append(node)
    return tuple(nodes[code] for code in sorted(nodes))


@functools.lru_cache(maxsize=2)
def region_tree(generation: Generation) -> tuple[RegionNode, ...]:
    """The places that no other one with reports lies above, by code; the rest hangs below them."""
    nodes = region_list(generation)
    below = {id(node) for other in nodes for node in other.below}
    return tuple(node for node in nodes if id(node) not in below)
