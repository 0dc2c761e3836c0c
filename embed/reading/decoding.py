"""Bytes to text: marks, labels, and what the bytes themselves say."""

from __future__ import annotations

import codecs
import re

from embed.exceptions import UnreadableFile

__all__ = ["FREQUENT", "decode", "plausibility"]

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
GB_LABELS = re.compile(r"(?i)^(?:gb_?2312|gbk|gb18030|x-gbk|cp936|ms936|windows-936|gb_2312-80|euc-cn|hz-gb-2312)")

# The most frequent characters of the genre, in both scripts: right decodings are full of them, wrong ones are not.
FREQUENT = frozenset(
    "的一是在和有了中为年政法治府行工作建设人民依执会国全度务进制实推区县镇市乡村化发重大理加强开展服党委"
    "以及对不到方面关于用时公共社主要情况落责任业导管提高完善组织法律学习宣传思想新代特色义领干部群众化解矛盾"
    "纠纷调解信息公开决策合规范监督检查，。、；：“”（）《》一二三四五六七八九十０１２３４５６７８９"
    "為務進實區縣鎮鄉發強開黨關於時會國責業導組織學習傳領幹群眾糾紛調決規範監督檢"
)
# A document of which more than this share of characters cannot be decoded is not a text.
MOST_BROKEN = 0.02
LIKELY_WIDE = 0.15  # plausibility of real text is 0.3 and more
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def decode(data: bytes, label: str | None = None) -> tuple[str, str, tuple[str, ...]]:
    """Text, the encoding that it was read with, and warnings.

    A byte order mark stays in the text as U+FEFF, so that offsets count every code point of the file. Every GB label
    means GB18030, and a label that the bytes contradict is ignored. Raises `UnreadableFile` (`undecodable`,
    `binary`).
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _strict_or_mended(data, encoding)
    wide = _unmarked_utf16(data)
    if wide:
        return _strict_or_mended(data, wide)
    if b"\x00" in data:
        raise UnreadableFile(
            "内容不是文本，含有空字节 · expected text, found zero bytes",
            reason="binary",
            hint="确认文件没有损坏，或另存为 txt、html、docx、pdf · save the report as text, html, docx or pdf",
        )
    try:
        return data.decode("utf-8"), "utf-8", ()
    except UnicodeDecodeError:
        return _decode_legacy(data, label)


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: line feeds, digits and spaces leave zero bytes on one side only."""
    sample = data[:4096]
    if len(sample) < 4 or b"\x00" not in sample:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    texts = {name: sample.decode(name, errors="ignore") for name in ("utf-16-le", "utf-16-be")}
    # Any counter or table of bytes can have its zeros on one side; text has no control characters beside white space.
    possible = [name for name, text in texts.items() if not _CONTROL.search(text)]
    if bool(even) == bool(odd):  # 一 is U+4E00: its zero stands on the other side than those of digits
        likely = max(possible, key=lambda name: plausibility(texts[name]), default="")
        return likely if likely and plausibility(texts[likely]) >= LIKELY_WIDE else None
    encoding = "utf-16-le" if odd else "utf-16-be"
    return encoding if encoding in possible else None


def _strict_or_mended(data: bytes, encoding: str) -> tuple[str, str, tuple[str, ...]]:
    try:
        return data.decode(encoding), encoding, ()
    except UnicodeDecodeError:
        return _mended(data, encoding)


def _mended(data: bytes, encoding: str) -> tuple[str, str, tuple[str, ...]]:
    text = data.decode(encoding, errors="replace")
    broken = text.count("�")
    if broken > max(3, MOST_BROKEN * len(text)):
        raise UnreadableFile(
            f"无法识别文字编码，按 {encoding} 有 {broken} 处不能解码 · "
            f"expected UTF-8, GB18030, Big5 or UTF-16, and {broken} places do not decode as {encoding}",
            reason="undecodable",
            hint="用文字处理软件另存为 UTF-8 · save the file again as UTF-8",
        )
    return text, encoding, (f"{broken} 处字节无法解码 · {broken} undecodable places",)


def _decode_legacy(data: bytes, label: str | None) -> tuple[str, str, tuple[str, ...]]:
    """The most plausible of the encodings in use, by the share of frequent characters in what it gives."""
    tried = ["gb18030", "big5hkscs", "utf-8"]
    if label and not GB_LABELS.match(label):
        named = _known(label)
        if named and named not in tried:
            tried.append(named)
    candidates = []
    for order, encoding in enumerate(tried):
        sample = data[:65536].decode(encoding, errors="replace")
        candidates.append((plausibility(sample), -order, encoding))
    return _strict_or_mended(data, max(candidates)[2])


def _known(label: str) -> str | None:
    try:
        name = codecs.lookup(label.strip()).name
    except (LookupError, ValueError):
        return None
    return None if name.startswith(("utf-16", "utf-32", "utf-7", "iso8859", "cp125", "ascii")) else name


def plausibility(text: str) -> float:
    wide = [c for c in text if ord(c) > 127]
    if not wide:
        return 0.0
    good = sum(1 for c in wide if c in FREQUENT)
    bad = sum(1 for c in wide if c == "�" or "" <= c <= "")
    return (good - 4 * bad) / len(wide)
