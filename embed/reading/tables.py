"""Tables to sentences that keep the names of their rows and columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["FIELD_CELL", "names_columns", "row_pieces", "table_lines"]

LONGEST_NAME = 24
LONGEST_CELL = 300
NUMBER = re.compile(r"^(?=\D*\d)[\d０-９.,，%％‰/\-—~～万元亿余次件人个份场户+ ]+$")
YEAR = re.compile(r"^(?:19|20)\d{2}$")  # a number that names a column
# Cells of a block of publication fields; such a table is no content.
FIELD_CELL = re.compile(
    r"^[\[【 ]*(?:索 *引 *号|(?:发布|发文|制发)(?:机构|机关|单位)|(?:成文|发布|发文|生成|公开)(?:日期|时间)|"
    r"(?:主题|组配|体裁|信息)分类|公开(?:方式|形式|范围)|发文字号|文 *号|信息名称|名 *称|标 *题|主 *题 *词|有 *效 *性|"
    r"内容概述|信息来源|关 *键 *词)[\]】 ]*[:：]?[\]】 ]*$"
)


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """One line for each row of a table: `行政复议案件：2023年14件；2024年20件。`

    A table of publication fields keeps its cells parted by bars; a table without column names keeps its cells.
    """
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    rows = [row for row in rows if any(row)]
    if not rows:
        return []
    if any(FIELD_CELL.match(cell) for row in rows for cell in row):
        return [" | ".join(cell for cell in row if cell) for row in rows]
    if len(rows) == 1 or max(len(row) for row in rows) == 1 or _is_layout(rows):
        return [cell for row in rows for cell in _distinct(row)]
    names = rows[0] if names_columns(rows) else None
    if names is None:
        return ["；".join(_distinct(row)).rstrip("。；") + "。" for row in rows]
    return [line for line in (_row_line(row, names) for row in rows[1:]) if line]


def _is_layout(rows: Sequence[Sequence[str]]) -> bool:
    return any(len(cell) > LONGEST_CELL for row in rows for cell in row)


def _distinct(row: Sequence[str]) -> list[str]:
    """The cells of a row; a cell that spans columns is repeated in the grid and said once."""
    return [cell for i, cell in enumerate(row) if cell and (i == 0 or cell != row[i - 1])]


def names_columns(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row holds names: all short, none a number, and none repeated below it."""
    first = rows[0]
    if any(len(cell) > LONGEST_NAME or (NUMBER.match(cell) and not YEAR.match(cell)) for cell in first[1:] if cell):
        return False
    return len(first) >= 2 and sum(bool(cell) for cell in first) >= 2 and len(set(first)) > 1


def _row_line(row: Sequence[str], names: Sequence[str]) -> str:
    return "".join([text for text, _ in row_pieces(row, names)])


def row_pieces(row: Sequence[str], names: Sequence[str]) -> list[tuple[str, int]]:
    """The sentence that says a row, in pieces: text and the column that it is the beginning of, −1 for words between
    the cells.
    """
    start = 2 if NUMBER.match(row[0]) and len(row) > 2 and names[0] in ("序号", "编号", "号") else 1
    title = row[start - 1]
    if all(cell == title for cell in row[start:] if cell):
        return [(title, start - 1)] if title else []
    pieces: list[tuple[str, int]] = []
    for i in range(start, len(row)):
        name = names[i] if i < len(names) else ""
        cell = row[i].rstrip("。；")
        if cell and not (i > start and row[i] == row[i - 1] and name == names[i - 1]):
            glue = "" if not name or (NUMBER.match(cell) and not name[-1].isdigit()) else "："
            pieces += [("；" if pieces else "", -1), (name + glue, -1), (cell, i)]
    if not pieces:
        return [(title, start - 1)] if title else []
    if title and not NUMBER.match(title) and title != names[start - 1]:
        pieces = [(title, start - 1), ("：", -1), *pieces]
    return [piece for piece in (*pieces, ("。", -1)) if piece[0]]
