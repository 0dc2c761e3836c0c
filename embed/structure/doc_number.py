"""Document numbers: 遂安委〔2023〕21号, with every bracket and with the brackets lost."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["DocNumber", "find_doc_number", "is_doc_number_line"]

_WORD = r"(?P<word>[一-鿿]{2,14})"
_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
_NUMBER = r"(?P<number>[0-9]{1,4})"
_OPEN, _CLOSE = r"[〔﹝\[【(（［]", r"[〕﹞\]】)）］]"
_BRACKETED = re.compile(
    rf"{_WORD}[ \u3000]{{0,3}}{_OPEN}[ \u3000]?{_YEAR}[ \u3000]?{_CLOSE}[ \u3000]{{0,3}}"
    rf"第?[ \u3000]?{_NUMBER}[ \u3000]?号"
)
_BARE = re.compile(rf"{_WORD}{_YEAR}第?{_NUMBER}号")
_SIGNER = re.compile(r"[ \u3000]*(?:签发人|[(（]?此件).{0,20}")
_NAME = r"(?:发文字号|公文字号|文件编号|文件字号|备注/文号|文[ \u3000]{0,3}号)"
_LABEL = re.compile(
    rf"[(（\[【]?[ \u3000]{{0,3}}{_NAME}[ \u3000]{{0,3}}[)）\]】]?[ \u3000]{{0,3}}[:：|]?[ \u3000|]{{0,6}}"
)


@dataclass(frozen=True, slots=True)
class DocNumber:
    """A document number with its place in the text that was searched. `word` is what stands before the year."""

    start: int
    end: int
    text: str
    word: str
    year: int
    number: int


def is_doc_number_line(line: str) -> DocNumber | None:
    """The number that a line consists of; a label before it and a signer after it are allowed."""
    lead = len(line) - len(line.lstrip())
    label = _LABEL.match(line[lead : lead + 40])
    offset = lead + (label.end() if label else 0)
    rest = line[offset : offset + 80].rstrip()
    m = _BRACKETED.match(rest) or _BARE.match(rest)
    if m is None or (rest[m.end() :].strip() and not _SIGNER.fullmatch(rest[m.end() :])):
        return None
    return _found(m, offset)


def find_doc_number(text: str) -> DocNumber | None:
    """The number that the value of a page's field begins with, or the first one behind a label (文号:…) in a line."""
    lead = len(text) - len(text.lstrip())
    for start in (lead, *(label.end() for label in _LABEL.finditer(text, 0, 4000))):
        m = _BRACKETED.match(text, start) or _BARE.match(text, start)
        if m:
            return _found(m, 0)
    return None


def _found(m: re.Match[str], offset: int) -> DocNumber:
    text = "".join(m.group().split())
    return DocNumber(m.start() + offset, m.end() + offset, text, m["word"], int(m["year"]), int(m["number"]))
