"""Statistics tables set in plain text, with tabs, bars or blanks between their columns, as sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from embed.reading.document import RemovalReason
from embed.reading.tables import FIELD_CELL, names_columns, row_pieces
from embed.reading.tracked import Edit, Line

__all__ = ["plain_table_edits"]

# What parts the cells of a line: one tab, a bar with the blanks around it, or a gap that no sentence has.
SEPARATORS = (
    re.compile("\t"),
    re.compile("[ \u3000\t]*[|｜│┃][ \u3000\t]*"),
    re.compile("[ \u3000]*\t[ \u3000\t]*|[ \u3000]{2,}"),
)
RULE = re.compile(r"[-—=+:|｜│┃├┼┤─ \t]{3,}")
RULE_SIGNS = frozenset("-—=+─├")
GAPS = ("\t", "|", "  ", "\u3000\u3000", "｜", "│", "┃")  # one of them stands in every row
LONGEST_LINE = 300
LONGEST_CELL = 40
FEWEST_ROWS = 2
NUMERIC = 0.5  # share of the cells of a statistics table, beside its row names, that hold a number at least
DIGIT = re.compile("[0-9０-９]")


class _Cell(NamedTuple):
    start: int  # in its line
    text: str


_Row = tuple[Line, list[_Cell]]


def plain_table_edits(lines: Sequence[Line]) -> Iterator[Edit]:
    """Rows become sentences that name row and columns, as the tables of pages and Word files do; the line of column
    names goes. Only tables of numbers are known for certain: what else is aligned stays as it is.
    """
    block: list[Line] = []
    for line in lines:
        if _may_be_row(line.text):
            block.append(line)
        elif block:
            yield from _edits(block)
            block = []
    yield from _edits(block)


def _may_be_row(text: str) -> bool:
    if not text or len(text) > LONGEST_LINE or "。" in text:
        return False
    bare = text.strip()
    if any(sign in bare for sign in GAPS):
        return True
    return bare[:1] in RULE_SIGNS and RULE.fullmatch(bare) is not None


def _edits(block: Sequence[Line]) -> Iterator[Edit]:
    """The first way of reading a block of lines that gives a table."""
    if len(block) <= FEWEST_ROWS:
        return
    for separator in SEPARATORS:
        rows = [(line, _cells(line.text, separator)) for line in block if not RULE.fullmatch(line.text)]
        widths = {len(cells) for _, cells in rows}
        if len(widths) == 1 and widths != {1} and _is_statistics(rows):
            yield from _sentences(block, rows)
            return


def _cells(text: str, separator: re.Pattern[str]) -> list[_Cell]:
    begin, end = len(text) - len(text.lstrip(" \u3000\t|｜│┃")), len(text.rstrip(" \u3000|｜│┃"))
    cells = []
    for found in (*separator.finditer(text, begin, end), None):
        stop = found.start() if found else end
        bare = text[begin:stop]
        cells.append(_Cell(begin + len(bare) - len(bare.lstrip()), bare.strip()))
        begin = found.end() if found else end
    return cells


def _is_statistics(rows: Sequence[_Row]) -> bool:
    texts = [[cell.text for cell in cells] for _, cells in rows]
    if len(rows) <= FEWEST_ROWS or not names_columns(texts) or not all(texts[0][1:]):
        return False
    if any(len(cell) > LONGEST_CELL or FIELD_CELL.match(cell) for row in texts for cell in row):
        return False
    data = [cell for row in texts[1:] for cell in row[1:] if cell]
    return sum(map(bool, map(DIGIT.search, data))) >= max(NUMERIC * len(data), 1)


def _sentences(block: Sequence[Line], rows: Sequence[_Row]) -> Iterator[Edit]:
    names = [cell.text for cell in rows[0][1]]
    kept = {line.start: cells for line, cells in rows[1:]}
    for line in block:
        cells = kept.get(line.start)
        if cells is None:  # column names, and the rule below them
            yield Edit(line.start, line.end + 1, RemovalReason.TABLE)
            continue
        sentence, places = "", list[int]()
        for text, column in row_pieces([cell.text for cell in cells], names):
            if column < 0:  # words between the cells stand where the gap between them is
                at = places[-1] if places else 0
                places += [at] * len(text)
            else:
                places += range(cells[column].start, cells[column].start + len(text))
            sentence += text
        if sentence:
            yield Edit(line.start, line.end, RemovalReason.TABLE, sentence, tuple(places))
