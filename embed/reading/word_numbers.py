"""Automatic numbers of Word 97–2003 documents: list formats, the paragraphs that use them, and their marks."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from embed.reading.numerals import chinese_numeral

__all__ = ["WordNumbers"]

STYLES_AT, PARAGRAPHS_AT, LISTS_AT, OVERRIDES_AT = 0xA2, 0x102, 0x2E2, 0x2EA  # offset and length in the header
PAGE = 512
LEVEL_OF, LIST_OF = 0x260A, 0x460B  # properties of a paragraph: its level, its list
OPERAND = (1, 1, 2, 4, 2, 2, 0, 3)  # bytes behind a property, by its three highest bits; 0 varies
LONG_OPERAND = 0xD608  # of a table's row: its length takes two bytes
CHINESE = frozenset((0x0A, 0x0B, 0x10, 0x21, 0x23, 0x25, 0x27))
CIRCLED = frozenset((0x12, 0x1C))
BRACKETED = 0x1B
UNNUMBERED = frozenset((0x17, 0xFF))
DEEPEST_STYLE = 20
MOST_LEVELS = 9
LONGEST_MARK = 40  # bytes


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    form: int
    text: str  # characters 0 … 8 stand for the numbers of the levels


class WordNumbers:
    """The mark of each paragraph, asked for in the order of the text.

    Whatever is damaged in the tables costs the marks that hang on it and nothing else.
    """

    def __init__(self, main: bytes, table: bytes) -> None:
        self._main = main
        self._lists: list[list[_Level]] = []  # of each use of a list, in the order of their numbers
        self._keys: list[int] = []  # uses of one list go on counting
        self._restarts: dict[int, dict[int, int]] = {}
        self._styles: list[tuple[int, int | None, int | None]] = []  # base, list, level
        self._bounds: list[int] = []
        self._pages: list[int] = []
        self._counters: dict[int, dict[int, int]] = {}
        try:
            self._read_lists(table)
            self._read_styles(_part(main, table, STYLES_AT))
            plan = _part(main, table, PARAGRAPHS_AT)
            count = (len(plan) - 4) // 8
            self._bounds = list(struct.unpack_from(f"<{count + 1}I", plan, 0))
            self._pages = [page & 0x3FFFFF for page in struct.unpack_from(f"<{count}I", plan, 4 * (count + 1))]
        except (struct.error, IndexError, ValueError):
            self._bounds = []

    def mark(self, offset: int) -> str:
        """What Word prints before the paragraph that begins at an offset of the main stream, or nothing."""
        try:
            used, level = self._properties(offset)
        except (struct.error, IndexError):
            return ""
        if used is None or not 1 <= used <= len(self._lists):
            return ""
        levels = self._lists[used - 1]
        if not 0 <= level < len(levels):
            return ""
        counters = self._counters.setdefault(self._keys[used - 1], {})
        for restarted, first in self._restarts.pop(used, {}).items():
            counters[restarted] = first - 1
        counters[level] = counters.get(level, levels[level].start - 1) + 1
        for deeper in [key for key in counters if key > level]:
            del counters[deeper]
        if levels[level].form in UNNUMBERED:
            return ""
        return "".join(
            _numeral(counters.get(ord(c), levels[ord(c)].start), levels[ord(c)].form) if ord(c) < len(levels) else c
            for c in levels[level].text
        )

    def _properties(self, offset: int) -> tuple[int | None, int]:
        """The list and the level of the paragraph at an offset."""
        place = bisect_right(self._bounds, offset) - 1
        if not 0 <= place < len(self._pages):
            return None, 0
        page = self._main[self._pages[place] * PAGE : (self._pages[place] + 1) * PAGE]
        count = page[PAGE - 1]
        run = bisect_right(struct.unpack_from(f"<{count + 1}I", page, 0), offset) - 1
        if not 0 <= run < count:
            return None, 0
        at = 2 * page[4 * (count + 1) + 13 * run]
        if at == 0:
            return self._of_style(0)
        size, start = (2 * page[at] - 1, at + 1) if page[at] else (2 * page[at + 1], at + 2)
        style, used, level = struct.unpack_from("<H", page, start)[0], None, None
        for kind, value in _entries(page[start + 2 : start + size]):
            used = value if kind == LIST_OF else used
            level = value if kind == LEVEL_OF else level
        inherited, own_level = self._of_style(style)
        return inherited if used is None else used, own_level if level is None else level

    def _of_style(self, style: int) -> tuple[int | None, int]:
        used: int | None = None
        level: int | None = None
        for _ in range(DEEPEST_STYLE):
            if style >= len(self._styles) or (used is not None and level is not None):
                break
            style, own_list, own_level = self._styles[style]
            used = own_list if used is None else used
            level = own_level if level is None else level
        return used, level or 0

    def _read_styles(self, sheet: bytes) -> None:
        position = 2 + struct.unpack_from("<H", sheet, 0)[0]
        base_size = struct.unpack_from("<H", sheet, 4)[0]
        for _ in range(struct.unpack_from("<H", sheet, 2)[0]):
            size = struct.unpack_from("<H", sheet, position)[0]
            self._styles.append(_style(sheet[position + 2 : position + 2 + size], base_size))
            position += 2 + size

    def _read_lists(self, table: bytes) -> None:
        at, size = struct.unpack_from("<II", self._main, LISTS_AT)
        if size == 0:
            raise ValueError("expected lists, and there are none")
        count = struct.unpack_from("<H", table, at)[0]
        position = at + 2 + 28 * count  # the levels stand behind the part that the header counts
        levels: dict[int, list[_Level]] = {}
        for i in range(count):
            head = at + 2 + 28 * i
            number = struct.unpack_from("<i", table, head)[0]
            own: list[_Level] = []
            for _ in range(1 if table[head + 26] & 1 else MOST_LEVELS):
                level, position = _level(table, position)
                own.append(level)
            levels[number] = own
        at = struct.unpack_from("<I", self._main, OVERRIDES_AT)[0]
        uses = struct.unpack_from("<I", table, at)[0]
        position = at + 4 + 16 * uses
        for i in range(min(uses, len(table) // 16)):
            number = struct.unpack_from("<i", table, at + 4 + 16 * i)[0]
            self._lists.append(list(levels.get(number, [])))
            self._keys.append(number)
            position = self._read_override(table, position, table[at + 4 + 16 * i + 12])

    def _read_override(self, table: bytes, position: int, count: int) -> int:
        """Levels that one use of a list begins elsewhere or writes otherwise; gives the place behind them."""
        position += 4
        for _ in range(count):
            start, flags = struct.unpack_from("<II", table, position)
            position += 8
            level = flags & 0xF
            if flags & 0x20:
                changed, position = _level(table, position)
                if level < len(self._lists[-1]):
                    self._lists[-1][level] = changed
            if flags & 0x10:
                self._restarts.setdefault(len(self._lists), {})[level] = start
        return position


def _part(main: bytes, table: bytes, at: int) -> bytes:
    start, size = struct.unpack_from("<II", main, at)
    return table[start : start + size]


def _style(style: bytes, base_size: int) -> tuple[int, int | None, int | None]:
    """The base of a style and the list and level that it gives; a base behind all styles means none."""
    if len(style) < base_size + 2:
        return 0xFFF, None, None
    kind_and_base = struct.unpack_from("<H", style, 2)[0]
    if kind_and_base & 0xF != 1:
        return 0xFFF, None, None
    position = base_size + 2 * struct.unpack_from("<H", style, base_size)[0] + 4
    if position + 4 > len(style):
        return kind_and_base >> 4, None, None
    size = struct.unpack_from("<H", style, position)[0]
    found = dict(_entries(style[position + 4 : position + 2 + size]))
    return kind_and_base >> 4, found.get(LIST_OF), found.get(LEVEL_OF)


def _entries(data: bytes) -> Iterator[tuple[int, int]]:
    """Properties and their values; values of varying length are passed over."""
    position = 0
    while position + 3 <= len(data):
        kind = struct.unpack_from("<H", data, position)[0]
        position += 2
        size = OPERAND[kind >> 13]
        if size == 0:
            wide = kind == LONG_OPERAND and position + 2 <= len(data)
            size = struct.unpack_from("<H", data, position)[0] + 1 if wide else data[position] + 1
        if kind in (LIST_OF, LEVEL_OF) and position + size <= len(data):
            yield kind, int.from_bytes(data[position : position + size], "little")
        position += size


def _level(table: bytes, position: int) -> tuple[_Level, int]:
    start, form = struct.unpack_from("<iB", table, position)
    position += 28 + table[position + 24] + table[position + 25]
    length = struct.unpack_from("<H", table, position)[0]
    raw = table[position + 2 : position + 2 + 2 * length]
    return _Level(start, form, raw[:LONGEST_MARK].decode("utf-16-le", errors="replace")), position + 2 + 2 * length


def _numeral(value: int, form: int) -> str:
    if form in CHINESE:
        return chinese_numeral(value)
    if form in CIRCLED and 1 <= value <= 20:
        return chr(0x2460 + value - 1)
    if form == BRACKETED and 1 <= value <= 20:
        return chr(0x2474 + value - 1)
    if form in (3, 4) and 1 <= value <= 26:
        return chr((ord("A") if form == 3 else ord("a")) + value - 1)
    return str(value)
