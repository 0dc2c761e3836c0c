"""How figures grow with the size of a store: a table, a plot, and what a far larger one needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

FAR = 50_000_000
FROM = 100_000  # sizes from which slopes are taken: below, other costs weigh more
_COLOURS = ("#1f5fa8", "#c0392b", "#2e7d32", "#8e5ea2")
_LINES = (
    ("filtered search, p50 ms", "filtered search, p50 ms"),
    ("filtered search, p99 ms", "filtered search, p99 ms"),
    ("resident memory while serving, MB", "resident memory, MB"),
    ("build of the cells, seconds", "build of the cells, s"),
)


def growth_table(growth: dict[str, Any]) -> list[str]:
    """Markdown: one column a size, one row a figure."""
    names = [name for name, value in next(iter(growth.values())).items() if not isinstance(value, dict)]
    lines = ["| passages | " + " | ".join(f"{int(size):,}" for size in growth) + " |"]
    lines.append("| --- " * (len(growth) + 1) + "|")
    lines += [f"| {name} | " + " | ".join(str(each.get(name, "")) for each in growth.values()) + " |" for name in names]
    return lines


def extrapolated(growth: dict[str, Any]) -> dict[str, str]:
    """What FAR passages need: disk and memory on a straight line through the sizes from FROM on, times by a power."""
    sizes = np.array([int(size) for size in growth if int(size) >= FROM], dtype=float)
    each = [growth[str(int(size))] for size in sizes]

    def straight(name: str) -> float:
        slope, begin = np.polyfit(sizes, [float(one[name]) for one in each], 1)
        return float(begin + slope * FAR)

    def power(name: str) -> tuple[float, float]:
        slope, begin = np.polyfit(np.log(sizes), np.log([max(1e-6, float(one[name])) for one in each]), 1)
        return float(np.exp(begin + slope * np.log(FAR))), float(slope)

    search, search_power = power("filtered search, p50 ms")
    worst, worst_power = power("filtered search, p99 ms")
    cells, cells_power = power("its processor time, seconds")
    return {
        "disk, one generation": f"{each[-1]['bytes a passage on disk'] * FAR / 1e9:.0f} GB",
        "resident memory while serving": f"{straight('resident memory while serving, MB') / 1000:.1f} GB",
        "open": f"{straight('open, seconds'):.2f} s",
        "filtered search, p50": f"{search:.1f} ms (grows with the power {search_power:.2f} of the size)",
        "filtered search, p99": f"{worst:.1f} ms (power {worst_power:.2f})",
        "processor time to build the cells": f"{cells / 3600:.1f} hours (power {cells_power:.2f})",
    }


def write_plot(growth: dict[str, Any], path: Path) -> None:
    """Four figures over the size, both axes logarithmic, as an SVG."""
    width, height, left, top, bottom = 760, 420, 60, 20, 50
    sizes = [int(size) for size in growth]
    values = [[float(growth[str(s)][name]) for s in sizes] for name, _ in _LINES]
    positive = [v for line in values for v in line if v > 0]
    low, high = np.floor(np.log10(min(positive))), np.ceil(np.log10(max(positive)))
    x0, x1 = np.log10(sizes[0]), np.log10(sizes[-1])

    def x(size: float) -> float:
        return float(left + (np.log10(size) - x0) / (x1 - x0) * (width - left - 210))

    def y(value: float) -> float:
        return float(top + (high - np.log10(value)) / (high - low) * (height - top - bottom))

    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif"'
            ' font-size="12" fill="#222"><rect width="100%" height="100%" fill="#fff"/>'
        )
    ]
    for power in range(int(low), int(high) + 1):
        at = y(10.0**power)
        parts.append(f'<path d="M{left} {at:.1f}H{x(sizes[-1]):.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    parts += [f'<text x="{x(size):.1f}" y="{height - 25}" text-anchor="middle">{size:,}</text>' for size in sizes]
    parts.append(f'<text x="{(left + x(sizes[-1])) / 2:.0f}" y="{height - 6}" text-anchor="middle">passages</text>')
    for (_, label), line, colour in zip(_LINES, values, _COLOURS, strict=True):
        points = [(x(s), y(v)) for s, v in zip(sizes, line, strict=True) if v > 0]
        joined = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in points]
        parts.append(f'<text x="{points[-1][0] + 10:.1f}" y="{points[-1][1] + 4:.1f}" fill="{colour}">{label}</text>')
    path.write_text("\n".join([*parts, "</svg>"]) + "\n", encoding="utf-8")
