"""Charts as SVG text: no script, no font of their own, every label escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from service.cluster_report.content import ClusterRow, Heat, PassageMap, Spread
from service.cluster_report.terms import Terms

__all__ = ["PALETTE", "bars", "heat_colour", "passage_map", "spread_chart"]

PALETTE = (
    "#3b6ea5", "#c4622d", "#4f8a4c", "#8a5a9e", "#b5892b", "#2f8f8f", "#b3486b", "#6b7a3a", "#5a6fc0", "#9c6b4e",
)  # fmt: skip
GREY = "#c9cdd2"
BAR_HEIGHT, BAR_WIDTH, NAME_WIDTH = 24, 300, 300
WIDE_CHARACTER, NARROW_CHARACTER = 13, 7
MAP_SIZE = 720
WIDE_FROM = 0x2E7F  # characters above this are as wide as high
LABEL_HEIGHT = 14
LABELLED = 24


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _open(width: float, height: float, label: str, kind: str = "") -> str:
    return (
        f'<svg class="chart {kind}" role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'aria-label="{escape(label, quote=True)}" xmlns="http://www.w3.org/2000/svg">'
    )


def fit(text: str, width: int) -> str:
    """Cut a label so that it fits a width in pixels at 13 pixels a Chinese character."""
    used, kept = 0, list[str]()
    for character in text:
        used += WIDE_CHARACTER if ord(character) > WIDE_FROM else NARROW_CHARACTER
        if used > width - WIDE_CHARACTER:
            return "".join(kept) + "…"
        kept.append(character)
    return text


def bars(rows: Sequence[ClusterRow], words: Terms, *, most: int = 20) -> str:
    """Share of reports of each cluster, with the interval as a line."""
    rows = rows[:most]
    height = BAR_HEIGHT * len(rows) + 22
    width = NAME_WIDTH + BAR_WIDTH + 130
    parts = [_open(width, height, words["share"])]
    for tick in (0, 25, 50, 75, 100):
        x = NAME_WIDTH + BAR_WIDTH * tick / 100
        parts.append(f'<line x1="{_number(x)}" y1="0" x2="{_number(x)}" y2="{height - 18}" class="grid"/>')
        parts.append(f'<text x="{_number(x)}" y="{height - 4}" class="tick" text-anchor="middle">{tick}%</text>')
    for place, row in enumerate(rows):
        y = place * BAR_HEIGHT
        share = row.share
        length = BAR_WIDTH * share.count.share
        low, high = NAME_WIDTH + BAR_WIDTH * share.low, NAME_WIDTH + BAR_WIDTH * share.high
        middle = y + BAR_HEIGHT / 2
        parts.append(
            f'<a href="#{escape(row.id, quote=True)}"><text x="{NAME_WIDTH - 8}" y="{_number(middle + 4)}" '
            f'text-anchor="end" class="name">{escape(fit(row.name, NAME_WIDTH - 8))}</text></a>'
            f'<rect x="{NAME_WIDTH}" y="{_number(y + 5)}" width="{_number(length)}" height="{BAR_HEIGHT - 10}" '
            f'class="bar"/><line x1="{_number(low)}" y1="{_number(middle)}" x2="{_number(high)}" '
            f'y2="{_number(middle)}" class="whisker"/>'
            f'<text x="{NAME_WIDTH + BAR_WIDTH + 10}" y="{_number(middle + 4)}" class="value">'
            f"{escape(words.rate(share))}</text>"
        )
    return "".join(parts) + "</svg>"


def heat_colour(share: float) -> str:
    """The background of a heat map's cell: white for nothing to deep blue for all."""
    start, end = (255, 255, 255), (38, 92, 148)
    mixed = (round(a + (b - a) * share) for a, b in zip(start, end, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def spread_chart(spread: Spread) -> str:
    """Places with the measure so far, year by year."""
    years = spread.years
    width, height, base = max(160, 44 * len(years) + 16), 96, 78
    most = max(year.total for year in years) or 1
    parts = [_open(width, height, spread.name, "small")]
    for place, year in enumerate(years):
        x = 8 + place * 44
        tall = 56 * year.total / most
        fresh = 56 * year.fresh / most
        parts.append(
            f'<rect x="{x}" y="{_number(base - tall)}" width="32" height="{_number(tall - fresh)}" fill="{GREY}" '
            f'transform="translate(0 {_number(fresh)})"/>'
            f'<rect x="{x}" y="{_number(base - tall)}" width="32" height="{_number(fresh)}" fill="{PALETTE[0]}"/>'
            f'<text x="{x + 16}" y="{_number(base - tall - 4)}" class="tick" text-anchor="middle">{year.total}</text>'
            f'<text x="{x + 16}" y="{height - 4}" class="tick" text-anchor="middle">{year.year}</text>'
        )
    return "".join(parts) + "</svg>"


def passage_map(content: PassageMap, words: Terms) -> str:
    """Every passage as a point, clusters by colour and number; a point's tooltip says what and where it is."""
    size, edge = MAP_SIZE, 24
    scale = size - 2 * edge
    parts = [_open(size, size, words["map"], "map")]
    sums: dict[int, list[float]] = {}
    radius = 3.2 if len(content.points) < 800 else 2.0
    for point in content.points:
        x, y = edge + scale * point.x, edge + scale * point.y
        colour = PALETTE[point.cluster % len(PALETTE)] if point.cluster >= 0 else GREY
        name = content.clusters[point.cluster][1] if point.cluster >= 0 else words["alone"]
        tip = f"{name}\n{point.label}\n{point.text}\n{point.passage}"
        parts.append(
            f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{radius}" fill="{colour}">'
            f"<title>{escape(tip)}</title></circle>"
        )
        if point.cluster >= 0:
            entry = sums.setdefault(point.cluster, [0.0, 0.0, 0.0])
            entry[0], entry[1], entry[2] = entry[0] + x, entry[1] + y, entry[2] + 1
    largest = sorted(sums, key=lambda cluster: (-sums[cluster][2], cluster))
    taken: list[tuple[float, float, float]] = []  # middle, height and half width of the labels so far
    for cluster in largest:
        if len(taken) == LABELLED:
            break
        x, y, count = sums[cluster]
        identity, name = content.clusters[cluster]
        short = fit(name, 150)
        half = sum(6.5 if ord(character) > WIDE_FROM else 3.5 for character in short)
        middle, base = min(max(x / count, half + 3), size - half - 3), y / count - 8
        if any(abs(base - b) < LABEL_HEIGHT and abs(middle - m) < half + h for m, b, h in taken):
            continue  # the tooltip names it; two labels on one another name nothing
        taken.append((middle, base, half))
        parts.append(
            f'<a href="#{escape(identity, quote=True)}"><text x="{_number(middle)}" y="{_number(base)}" '
            f'text-anchor="middle" class="place">{escape(short)}</text></a>'
        )
    return "".join(parts) + "</svg>"


def heat_cells(heat: Heat) -> list[list[str]]:
    """Background colours of the heat map's cells, "" where there is no report."""
    return [[heat_colour(cell.count.share) if cell else "" for cell in row.cells] for row in heat.rows]
