"""Chinese numerals of automatic numbers."""

from __future__ import annotations

__all__ = ["chinese_numeral"]

DIGITS = "〇一二三四五六七八九"


def chinese_numeral(value: int) -> str:
    """1 … 99 as 一 … 九十九; any other number in digits."""
    if not 0 < value < 100:
        return str(value)
    tens, ones = divmod(value, 10)
    head = "" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十"
    return head + (DIGITS[ones] if ones else "")
