"""Tables of a web page as grids of cells."""

from __future__ import annotations

import re

from embed.reading.markup import Element

__all__ = ["grid", "inner_text", "is_data_table"]

MOST_COLUMNS = 200  # spans multiply: a hostile table of spans is cut off here
WHITE = re.compile("[ \t\r\n\f]+")


def is_data_table(table: Element) -> bool:
    if table.find(".//table") is not None:
        return False
    rows = list(table.iter("tr"))
    if len(rows) < 2 or len(rows) > 2_000:
        return False
    widths = [sum(1 for cell in row if cell.tag in ("td", "th")) for row in rows]
    if max(widths) < 2:
        return False
    return all(len(inner_text(cell)) <= 300 for row in rows for cell in row)


def grid(table: Element) -> list[list[str]]:
    """Cells row by row; a cell that spans rows or columns stands in each of them."""
    rows: list[list[str]] = []
    below: dict[int, tuple[int, str]] = {}
    for row in table.iter("tr"):
        cells: list[str] = []
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            while len(cells) <= MOST_COLUMNS and below.get(len(cells), (0, ""))[0] > 0:
                _carry(cells, below)
            text = inner_text(cell)
            if len(cells) > MOST_COLUMNS:
                break
            down = _span(cell, "rowspan") - 1
            for _ in range(_span(cell, "colspan")):
                if down > 0:
                    below[len(cells)] = (down, text)
                cells.append(text)
        while len(cells) <= MOST_COLUMNS and below.get(len(cells), (0, ""))[0] > 0:
            _carry(cells, below)
        rows.append(cells)
    return rows


def _carry(cells: list[str], below: dict[int, tuple[int, str]]) -> None:
    left, text = below[len(cells)]
    below[len(cells)] = (left - 1, text)
    cells.append(text)


def _span(cell: Element, name: str) -> int:
    value = cell.get(name) or "1"
    return min(50, max(1, int(value))) if value.isdigit() and len(value) < 4 else 1


def inner_text(element: Element) -> str:
    return WHITE.sub(" ", "".join(element.itertext())).strip()
