"""Wrongly decoded text: whole lines read with the wrong table, and the remnants of bytes that slipped."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache

from embed.reading.character_sets import CharacterSet, code_points
from embed.reading.decoding import plausibility
from embed.reading.document import RemovalReason
from embed.reading.script import to_simplified
from embed.reading.tracked import Edit, Line

__all__ = ["mojibake_edits", "slip_edits"]

# GB bytes or UTF-8 bytes that were read as Latin-1 or Windows-1252.
NARROW = CharacterSet(("\u0080\u00ff", *"€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œŸŽž"))
# The first two bytes of Han in UTF-8, read as one character of GB18030: a third of such a text, hardly any of another.
UTF8_AS_GB = CharacterSet(
    bytes((first, second)).decode("gb18030") for first in range(0xE4, 0xEA) for second in range(0x80, 0xC0)
)
LOST = "�?\ue000"
LONGEST_LINE = 100_000
LONGEST_SLIP = 60
AMBIGUOUS = "笆濉"
YEAR = re.compile(r"(?<!\d)20[0-2]\d(?=年)")
LINE_START = re.compile(r"(?m)^[?？]{1,4}(?=[一-鿿(（\d“《])")


def mojibake_edits(lines: Sequence[Line]) -> Iterator[Edit]:
    """Lines that were decoded with the wrong table, repaired where that gives plausible Chinese."""
    if not lines:
        return
    codes = code_points("\n".join([line.text for line in lines]))
    narrow, wide = NARROW.places(codes), UTF8_AS_GB.places(codes)
    for line in lines:
        start, end = line.start - lines[0].start, line.end - lines[0].start
        if not 4 <= end - start <= LONGEST_LINE:
            continue
        edit, least = None, max(6, (end - start + 2) // 3)
        if len(narrow) >= least and _between(narrow, start, end) >= least:
            edit = _read_as_latin(line)
        least = (end - start + 7) // 8
        if edit is None and len(wide) >= least and _between(wide, start, end) >= least:
            edit = _read_as_gb(line)
        if edit is not None:
            yield edit


def _between(places: list[int], start: int, end: int) -> int:
    """How many of some places lie in start … end − 1."""
    return bisect_left(places, end) - bisect_left(places, start)


def _read_as_latin(line: Line) -> Edit | None:
    data = bytearray()
    places: list[int] = []
    for i, character in enumerate(line.text):
        if character in LOST:
            continue
        places.append(i)
        for table in ("latin-1", "cp1252"):
            try:
                data += character.encode(table)
                break
            except UnicodeEncodeError:
                continue
        else:
            return None
    for encoding in ("utf-8", "gb18030"):
        edit = _repaired(line, bytes(data), places, encoding)
        if edit is not None:
            return edit
    return None


def _read_as_gb(line: Line) -> Edit | None:
    data = bytearray()
    places: list[int] = []
    for i, character in enumerate(line.text):
        encoded = b"" if character in LOST else character.encode("gb18030", errors="ignore")
        data += encoded
        places += [i] * len(encoded)
    return _repaired(line, bytes(data), places, "utf-8")


def _repaired(line: Line, data: bytes, places: list[int], encoding: str) -> Edit | None:
    """The line decoded anew, if nearly all of it decodes and the result reads like Chinese."""
    text: list[str] = []
    kept: list[int] = []
    position = broken = 0
    lost = -1
    while position < len(data):
        for size in (1, 2, 3, 4):
            try:
                character = data[position : position + size].decode(encoding)
            except UnicodeDecodeError:
                continue
            break
        else:
            broken += position == 0 or position - 1 != lost
            lost = position
            position += 1
            continue
        text.append(character)
        kept.append(places[position])
        position += size
    result = "".join(text)
    if broken * 5 > len(text) or plausibility(result) < max(0.08, plausibility(line.text) + 0.05):
        return None
    return Edit(line.start, line.end, RemovalReason.MOJIBAKE, result, tuple(kept))


@cache
def _slips() -> tuple[tuple[re.Pattern[str], str, int], ...]:
    """Pattern of what a marked run becomes when its first byte is lost, the run, and the byte left over at its end."""
    units = "一二三四五六七八九"
    numbers = [*units, "十", *("十" + unit for unit in units), "二十"]
    runs = [f"（{number}）" for number in numbers]
    plans = [f"“{plan}”" for plan in ("十四五", "十三五", "十二五", "十一五", "十五五", "十五", "八五", "七五")]
    slips: dict[str, tuple[re.Pattern[str], str, int]] = {}
    for run in (*runs, *plans):
        data = run.encode("gb18030")[1:]
        body = [data[i : i + 2].decode("gb18030") for i in range(0, len(data) - 1, 2)]
        if all("\ue000" <= c <= "\uf8ff" for c in body):
            continue  # every character of it was lost
        visible = "".join(c for c in body if not "\ue000" <= c <= "\uf8ff")
        seen = "".join(
            ("" if visible == AMBIGUOUS else f"{re.escape(c)}?") if "\ue000" <= c <= "\uf8ff" else re.escape(c)
            for c in body
        )
        # Where two numbers leave the same remnant, the smaller one is far more frequent.
        slips.setdefault(visible, (re.compile(f"(?:(?m:^)[?？]{{0,4}})?[?？](?P<stop>[。！]?){seen}"), run, data[-1]))
    return tuple(slips[visible] for visible in sorted(slips, key=len, reverse=True))


@cache
def _slip_start() -> re.Pattern[str]:
    """What stands at the head of every match of `_slips`: a question mark, perhaps a stop, the first character left."""
    firsts = {pattern.pattern.rpartition(")")[2][0] for pattern, _, _ in _slips()}
    return re.compile(f"[?？][。！]?[{''.join(sorted(firsts))}]")


def slip_edits(text: str) -> Iterator[Edit]:
    """Numbers and names of plans whose first byte was lost, with the characters that slipped along behind them."""
    if "?" not in text and "？" not in text:
        return
    found = [Edit(m.start(), m.end(), RemovalReason.MOJIBAKE) for m in LINE_START.finditer(text)]
    for pattern, run, left_over in _slips() if _slip_start().search(text) else ():
        for match in pattern.finditer(text):
            if pattern.pattern.endswith(AMBIGUOUS):
                run = _likely_plan(text)
            stop = "。" if match.group("stop") else ""
            end, behind = _resynchronised(text, match.end(), left_over)
            found.append(Edit(match.start(), end, RemovalReason.MOJIBAKE, stop + run + behind))
    done = 0
    for edit in sorted(found, key=lambda edit: (edit.start, -edit.end)):
        if edit.start >= done:
            yield edit
            done = edit.end


def _likely_plan(text: str) -> str:
    """“十五”, “十二五” and “十三五” leave the same remnant: the years of the text decide."""
    years = [int(year) for year in YEAR.findall(text)]
    latest = max(years, default=0)
    return "“十三五”" if latest >= 2016 else "“十二五”" if latest >= 2011 else "“十五”"


def _resynchronised(text: str, position: int, left_over: int) -> tuple[int, str]:
    """Where the slip ends, and the characters that its bytes really were; nothing when no slip goes on."""
    data = bytearray()
    for i in range(position, min(len(text), position + LONGEST_SLIP)):
        encoded = text[i].encode("gb18030", errors="ignore")
        if i == position and (len(encoded) != 2 or encoded[0] != left_over):
            return position, ""
        data += encoded if i > position else encoded[1:]
        if len(encoded) == 1:  # an ASCII letter that is really the second half of a character
            break
        if len(encoded) != 2:
            return position, ""
    else:
        return position, ""
    try:
        return i + 1, to_simplified(data.decode("gb18030"))
    except UnicodeDecodeError:
        return position, ""
