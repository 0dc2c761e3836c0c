"""Sentences and clauses of a run of text, and the inline enumerations that stand in it."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Clause", "find_clauses"]


class Clause(NamedTuple):
    """A run up to and with its closing sign; `sign` is that sign: 。 ； ， ： or "" at the end of the run."""

    start: int
    end: int
    sign: str


_SIGN = re.compile(r"[。！？!?；;，,：:…“”‘’《》<>（）()【】〔〕\[\]「」『』]")
_KIND = {
    "。": "。",
    "！": "。",
    "？": "。",
    "!": "。",
    "?": "。",
    "…": "。",
    "；": "；",
    ";": "；",
    "，": "，",
    ",": "，",
    "：": "：",
    ":": "：",
}
_OPEN = {"“": "”", "‘": "’", "《": "》", "（": "）", "(": ")", "【": "】", "〔": "〕", "[": "]", "「": "」", "『": "』"}
_CLOSE = frozenset(_OPEN.values()) | {"）", ")"}
_FAR = 120  # a bracket that is not closed within this many characters is taken for a stray one


def find_clauses(text: str, start: int, end: int) -> list[Clause]:
    """Divide `text[start:end]` at its signs, never inside brackets, quotes or book titles, nor in a number such as
    10,000 or 9:30.
    """
    clauses: list[Clause] = []
    begin, shut, until = start, "", 0
    for found in _SIGN.finditer(text, start, end):
        here = found.start()
        sign = text[here]
        if until and here > until:
            shut, until = "", 0
        if shut:
            if sign == shut or (shut in "）)" and sign in "）)"):
                shut, until = "", 0
                if _stops_inside(text, here, end):
                    clauses.append(Clause(begin, here + 1, "。"))
                    begin = here + 1
            continue
        if sign in _OPEN:
            shut, until = _OPEN[sign], here + _FAR
            continue
        kind = _KIND.get(sign)
        if kind is None or here < begin:
            continue
        stop = here + 1
        if text[here - 1].isdigit() and kind in "，：" and stop < end and text[stop].isdigit():
            continue  # inside a number
        while stop < end and (text[stop] in _CLOSE or (kind == "。" and text[stop] in "。！？!?…")):
            stop += 1
        clauses.append(tuple.__new__(Clause, (begin, stop, kind)))  # half the time of Clause(…), and there are many
        begin = stop
    if begin < end:
        clauses.append(Clause(begin, end, ""))
    return clauses


def _stops_inside(text: str, here: int, end: int) -> bool:
    """Whether a closing quote has the full stop inside and no sign behind: …说,“…早点来。”"""
    return (
        text[here] in "”’"
        and text[here - 1] in "。！？!?"
        and here + 1 < end
        and text[here + 1] not in "，,。；;、）)的"
    )
