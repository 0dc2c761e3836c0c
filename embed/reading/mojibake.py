"""Wrongly decoded text and what is left of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from embed.reading.document import RemovalReason
from embed.reading.tracked import Edit

__all__ = ["gloss_edits", "invisible_edits", "punctuation_edits"]

INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufe00-\ufe0f\ufff9-\ufffd\ue000-\uf8ff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]+"
)
SPACES = dict.fromkeys(map(chr, (9, 160, 5760, *range(8192, 8203), 8239, 8287, 12288)), " ")
BREAKS = {"\u2028": "\n", "\u2029": "\n", "\u0085": "\n", "\x0b": "\n", "\r": "\n"}
ONE_TO_ONE = str.maketrans(SPACES | BREAKS)
CRLF = re.compile("\r(?=\n)")
GLOSS = re.compile("(?<=[㐀-鿿])[((（][a-zāáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüńňǹɡ]{1,6}[)）]")
TONES = re.compile("[āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜńňǹ]")
DOUBLED = re.compile("([,，])[,，]+|[,，]+(?=[。；])|([。；])[,，。]+(?=[㐀-鿿])")


def invisible_edits(text: str) -> Iterator[Edit]:
    for match in INVISIBLE.finditer(text):
        yield Edit(match.start(), match.end(), RemovalReason.INVISIBLE)


def gloss_edits(text: str) -> Iterator[Edit]:
    """Pinyin in brackets after characters: 建設(shè). Toneless ones only where toned ones show the habit."""
    matches = list(GLOSS.finditer(text))
    toned = sum(1 for match in matches if TONES.search(match.group()))
    for match in matches:
        if TONES.search(match.group()) or toned >= 3:
            yield Edit(match.start(), match.end(), RemovalReason.PINYIN_GLOSS)


def punctuation_edits(text: str) -> Iterator[Edit]:
    for match in DOUBLED.finditer(text):
        yield Edit(match.start(), match.end(), RemovalReason.MOJIBAKE, match.group(1) or match.group(2) or "")
