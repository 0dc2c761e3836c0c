"""Automatic numbers of old Word documents come from its tables; damage there costs the numbers and nothing else."""

from __future__ import annotations

import random
import struct

import pytest

from embed.reading.word_numbers import WordNumbers

CHINESE, DECIMAL, BULLET = 0x27, 0, 0x17


def level(form: int, text: str, start: int = 1) -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack("<iB", start, form) + bytes(23) + struct.pack("<H", len(text)) + raw


def tables(
    levels: list[bytes],
    paragraphs: list[tuple[int, int | None, int]],
    *,
    uses: int = 1,
    restart: int | None = None,
    styles: list[tuple[int, int, int]] | None = None,
) -> tuple[bytes, bytes]:
    """Main and table stream of a document with one list; each paragraph is 10 bytes long: style, list, level.

    `styles` are the base, the list and the level of each style.
    """
    levels = levels + [level(DECIMAL, "")] * (9 - len(levels))
    lists = struct.pack("<Hi", 1, 77) + bytes(24) + b"".join(levels)
    overrides = struct.pack("<I", uses)
    for use in range(uses):
        overrides += struct.pack("<i", 77) + bytes(8) + bytes([int(restart is not None and use == uses - 1)]) + bytes(3)
    for use in range(uses):
        overrides += bytes(4)
        overrides += struct.pack("<II", restart, 0x10) if restart is not None and use == uses - 1 else b""
    sheet = struct.pack("<HHH", 4, len(styles or []), 10)
    for base, used, at in styles or []:
        properties = struct.pack("<HHHHB", 0, 0x460B, used, 0x260A, at)
        style = struct.pack("<HHHHH", 0, 1 | base << 4, 0, 0, 0) + struct.pack("<H", 0) + bytes(2)
        style += struct.pack("<H", len(properties)) + properties
        sheet += struct.pack("<H", len(style)) + style
    page = bytearray(512)
    page[511] = len(paragraphs)
    end = 500
    for i in range(len(paragraphs) + 1):
        struct.pack_into("<I", page, 4 * i, 1024 + 10 * i)
    for i, (style_of, list_of, at) in enumerate(paragraphs):
        entry = struct.pack("<H", style_of)
        entry += struct.pack("<HHHB", 0x460B, list_of, 0x260A, at) if list_of is not None else b""
        entry = bytes([0, (len(entry) + 1) // 2]) + entry
        end -= len(entry) + len(entry) % 2
        page[end : end + len(entry)] = entry
        page[4 * (len(paragraphs) + 1) + 13 * i] = end // 2
    plan = struct.pack("<III", 1024, 1024 + 10 * len(paragraphs), 1)
    main = bytearray(512) + page
    table = bytearray()
    for at, part in ((0xA2, sheet), (0x102, plan), (0x2E2, lists), (0x2EA, overrides)):
        struct.pack_into("<II", main, at, len(table), len(part))
        table += part
    return bytes(main), bytes(table)


def marks(main: bytes, table: bytes, count: int) -> list[str]:
    numbers = WordNumbers(main, table)
    return [numbers.mark(1024 + 10 * i) for i in range(count)]


OUTLINE = [level(CHINESE, "\x00、"), level(CHINESE, "（\x01）"), level(DECIMAL, "\x02.")]


def test_levels_count_on_and_deeper_ones_begin_anew() -> None:
    used = [(0, 1, 0), (0, 1, 1), (0, 1, 1), (0, None, 0), (0, 1, 2), (0, 1, 0), (0, 1, 1)]

    assert marks(*tables(OUTLINE, used), 7) == ["一、", "（一）", "（二）", "", "1.", "二、", "（一）"]


def test_a_second_use_of_a_list_counts_on_unless_it_begins_anew() -> None:
    used = [(0, 1, 0), (0, 1, 0), (0, 2, 0)]

    assert marks(*tables(OUTLINE, used, uses=2), 3) == ["一、", "二、", "三、"]
    assert marks(*tables(OUTLINE, used, uses=2, restart=1), 3) == ["一、", "二、", "一、"]


def test_a_style_gives_its_list_and_inherits_that_of_its_base() -> None:
    styles = [(0xFFF, 1, 0), (0, 1, 1)]

    assert marks(*tables(OUTLINE, [(0, None, 0), (1, None, 0), (1, None, 0)], styles=styles), 3) == [
        "一、",
        "（一）",
        "（二）",
    ]


@pytest.mark.parametrize(
    ("form", "text", "mark"),
    [(DECIMAL, "(\x00)", "(1)"), (0x12, "\x00", "①"), (0x1B, "\x00", "⑴"), (4, "\x00.", "a."), (BULLET, "●", "")],
)
def test_every_form_of_number(form: int, text: str, mark: str) -> None:
    assert marks(*tables([level(form, text)], [(0, 1, 0)]), 1) == [mark]


def test_damaged_tables_cost_the_numbers_alone() -> None:
    main, table = tables(OUTLINE, [(0, 1, 0), (0, 1, 1)], styles=[(0xFFF, 1, 0)])
    chance = random.Random(5)
    for _ in range(2_000):
        damaged = [bytearray(main), bytearray(table)]
        for part in damaged:
            for _ in range(3):
                part[chance.randrange(len(part))] = chance.randrange(256)
        for mark in marks(bytes(damaged[0]), bytes(damaged[1]), 2):
            assert len(mark) <= 200
    assert marks(main[:600], table[:20], 2) == ["", ""]
