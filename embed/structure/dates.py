"""Dates and years as these documents write them: 2024-03-28, 25.02.2016, 二〇二三年二月二十八日, 2025 年 1 月 17 日."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

__all__ = ["FoundDate", "find_dates", "find_years", "is_date_line"]

FIRST_YEAR = 1990
LAST_YEAR = 2049

_DIGITS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")}
_DIGITS |= dict.fromkeys("○零ＯO0Oo０〇", "0")
_DIGITS |= {chr(0xFF10 + i): str(i) for i in range(10)}
_DIGITS |= {str(i): str(i) for i in range(10)}
_WIDE = str.maketrans({chr(0xFF10 + i): str(i) for i in range(10)})

_HAN_YEAR = r"[一二][〇○零ＯOo0九一二三四五六七八]{3}"
_ARABIC = re.compile(
    r"(?<![0-9０-９])(?P<year>(?:19|20|１９|２０)[0-9０-９]{2})"
    r"(?:[ \u3000]{0,2}年[ \u3000]{0,2}(?P<month>[0-9０-９]{1,2})[ \u3000]{0,2}月"
    r"(?:[ \u3000]{0,2}(?P<day>[0-9０-９]{1,2})[ \u3000]{0,2}[日号])?"
    r"|[ ]?(?P<sep>[-/.．－])[ ]?(?P<month2>[0-9０-９]{1,2})"
    r"(?:[ ]?(?P=sep)[ ]?(?P<day2>[0-9０-９]{1,2}))?(?![0-9０-９]))"
)
_DAY_FIRST = re.compile(r"(?<![0-9.])(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>(?:19|20)[0-9]{2})(?![0-9.])")
_HAN = re.compile(
    rf"(?P<year>{_HAN_YEAR})年(?P<month>[正元一二三四五六七八九十]{{1,2}})月(?:(?P<day>[初一二三四五六七八九十廿]{{1,3}})[日号])?"
)
_DATED = re.compile("[12１２一二](?:(?<=1)9|(?<=2)0|(?<=１)９|(?<=２)０|(?<=[一二])[〇○零ＯOo0九一二三四五六七八])")
# The set in front lets the search skip everything else quickly.
_YEAR = re.compile(
    r"(?P<year>[12１２一二](?<![0-9０-９].)(?:(?:(?<=1)9|(?<=2)0|(?<=１)９|(?<=２)０)[0-9０-９]{2}"
    r"|(?<=[一二])[〇○零ＯOo0九一二三四五六七八]{3}(?=年)))(?![0-9０-９])"
)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date with its place in the text that was searched; `day` is None when only year and month are given."""

    start: int
    end: int
    year: int
    month: int
    day: int | None

    @property
    def date(self) -> date | None:
        """The calendar day, or None when no day is given or there is no such day."""
        if self.day is None:
            return None
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None


def find_dates(text: str) -> list[FoundDate]:
    """Every date in the text, in order, with or without a day."""
    if not _DATED.search(text):
        return []
    found = [*_matches(_ARABIC, text), *_matches(_DAY_FIRST, text), *_matches(_HAN, text)]
    return sorted(found, key=lambda f: f.start)


def find_years(text: str) -> list[tuple[int, int]]:
    """(offset, year) of every four-digit or Chinese year in the text."""
    return [(m.start(), y) for m in _YEAR.finditer(text) if FIRST_YEAR <= (y := read_year(m["year"])) <= LAST_YEAR]


def is_date_line(line: str) -> FoundDate | None:
    """The date that a line consists of, brackets, a clock time and blanks aside."""
    bare = line.strip().strip("()（）[]【】〔〕 \u3000")
    dates = find_dates(bare[:40])
    if not dates or dates[0].start != 0:
        return None
    rest = bare[dates[0].end :]
    return dates[0] if _CLOCK.fullmatch(rest) else None


_CLOCK = re.compile(
    r"[ \u3000T]{0,4}(?:[0-2]?[0-9][:：][0-9]{2}(?:[:：][0-9]{2}(?:\.[0-9]{1,3})?)?)?"
    r"[ \u3000]{0,4}(?:印发)?"
)


def read_year(text: str) -> int:
    """The number of a year written in Arabic, full-width or Chinese digits."""
    return int(text) if text.isascii() and text.isdigit() else int("".join(_DIGITS[c] for c in text))


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[FoundDate]:
    for m in pattern.finditer(text):
        groups = m.groupdict()
        month = groups.get("month") or groups.get("month2") or ""
        day = groups.get("day") or groups.get("day2")
        found = FoundDate(m.start(), m.end(), read_year(m["year"]), _small(month), _small(day) if day else None)
        if FIRST_YEAR <= found.year <= LAST_YEAR and 1 <= found.month <= 12 and (day is None or found.date):
            yield found


def _small(text: str) -> int:
    """A number from 1 to 31 in any digits; 0 when it is none."""
    text = text.translate(_WIDE)
    if text.isascii():
        return int(text)
    text = text.replace("廿", "二十").lstrip("初").replace("正", "一").replace("元", "一")
    if "十" not in text:
        return int(_DIGITS[text]) if len(text) == 1 else 0
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return 0
    return (int(_DIGITS[tens]) if tens else 1) * 10 + (int(_DIGITS[ones]) if ones else 0)
