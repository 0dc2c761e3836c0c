"""Single characters that do not belong to a report: invisible ones, odd spaces, pinyin glosses, doubled marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from embed.reading.character_sets import CharacterSet
from embed.reading.document import RemovalReason
from embed.reading.tracked import Edit

__all__ = ["CRLF", "ONE_TO_ONE", "gap_edits", "gloss_edits", "invisible_edits", "one_to_one", "punctuation_edits"]

_INVISIBLE = (
    *("\u0000\u0008", "\u000e\u001f", "\u007f\u0084", "\u0086\u009f", "\u00ad", "\u061c", "\u180e", "\u200b\u200f"),
    *("\u202a\u202e", "\u2060\u206f", "\ufeff", "\ufe00\ufe0f", "\ufff9\ufffd", "\ue000\uf8ff"),
    *("\U000e0000\U000e0fff", "\U000f0000\U0010ffff"),
)
INVISIBLE = re.compile(f"[{''.join('-'.join(ends) for ends in _INVISIBLE)}]+")
INVISIBLE_SET = CharacterSet(_INVISIBLE)
SPACES = dict.fromkeys(map(chr, (9, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)), " ")
BREAKS = {"\u2028": "\n", "\u2029": "\n", "\u0085": "\n", "\x0b": "\n", "\r": "\n"}
# Radicals and compatibility forms look like ordinary characters; fonts with a wrong map give them.
LOOKALIKES = {
    chr(code): plain
    for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFA6E), *range(0xFA70, 0xFADA))
    if len(plain := unicodedata.normalize("NFKC", chr(code))) == 1 and plain != chr(code)
}
LOOKALIKES |= dict(
    zip(
        "⼾⾞⾨⾺⿂⿃⿑⿒⿓⾙⾒⾧⾴⾵⾶⻄⻅⻆⻉⻋⻓⻔⻘⻚⻛⻜⻢⻥⻩⺠⻁",
        "户车门马鱼鸟齐齿龙贝见长页风飞西见角贝车长门青页风飞马鱼黄民虎",
        strict=True,
    )
)
ODD = SPACES | BREAKS | LOOKALIKES
ONE_TO_ONE = str.maketrans(ODD)
ODD_SET = CharacterSet(ODD)
FEW = 12
CRLF = re.compile("\r(?=\n)")
GLOSS = re.compile("[(（][a-zāáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüńňǹɡ]{1,6}[)）]")
TONES = re.compile("[āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜńňǹ]")
SYLLABLE = re.compile(
    "(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?(?:a|o|e|ai|ei|ao|ou|an|en|ang|eng|ong|er|i|ia|ie|iao|iu|ian|in|iang|ing|iong"
    "|u|ua|uo|uai|ui|uan|un|uang|ü|üe|ue)"
)
# Word sets a tab between an automatic number and its text.
MARK_GAP = re.compile(
    r"(?m)^(?:[一二三四五六七八九十百]{1,4}、|[(（][一二三四五六七八九十百\d]{1,4}[)）]"
    r"|\d{1,2}(?:[、)）]|[.．](?= *[^\d ])))( +)(?=\S)"
)
GAPS = ("、 ", ") ", "） ", ". ", "． ")
DOUBLED = re.compile("[,，。；][,，。；]+")


def one_to_one(text: str) -> str:
    """Plain spaces, line feeds and characters for those that only look like them, place for place."""
    found = ODD_SET.found_in(text)
    if len(found) > FEW:
        return text.translate(ONE_TO_ONE)
    for character in found:  # none of them becomes another
        text = text.replace(character, ODD[character])
    return text


def invisible_edits(text: str) -> Iterator[Edit]:
    for match in INVISIBLE.finditer(text) if INVISIBLE_SET.meets(text) else ():
        yield Edit(match.start(), match.end(), RemovalReason.INVISIBLE)


def gloss_edits(text: str) -> Iterator[Edit]:
    """Pinyin in brackets after characters: 建設(shè). Toneless ones only where toned ones show the habit."""
    matches = [m for m in GLOSS.finditer(text) if m.start() and "㐀" <= text[m.start() - 1] <= "鿿"]
    toned = sum(1 for match in matches if TONES.search(match.group()))
    for match in matches:
        if TONES.search(match.group()) or (toned >= 3 and SYLLABLE.fullmatch(match.group()[1:-1])):
            yield Edit(match.start(), match.end(), RemovalReason.PINYIN_GLOSS)


def gap_edits(text: str) -> Iterator[Edit]:
    """Blanks between the number of a paragraph and its words."""
    for match in MARK_GAP.finditer(text) if any(gap in text for gap in GAPS) else ():
        yield Edit(match.start(1), match.end(1), None)


def punctuation_edits(text: str) -> Iterator[Edit]:
    """Marks that stand twice, where a character between them was lost: the strongest one stays."""
    for match in DOUBLED.finditer(text):
        run = match.group()
        if len(run) == 2 or run.strip("。"):
            kept = next((mark for mark in run if mark in "。；"), run[0])
            yield Edit(match.start(), match.end(), RemovalReason.MOJIBAKE, kept)
