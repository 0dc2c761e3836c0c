"""PDF with a text layer to text; a scanned PDF is recognised as such."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from embed.reading.decoding import plausibility
from embed.reading.document import Hint
from embed.reading.kinds import refuse
from embed.reading.limits import MEGABYTE, Limits
from embed.reading.markup import Element
from embed.reading.pages import PrintedLine, joined_pages

__all__ = ["PdfText", "open_pdf", "read_pdf"]

from dataclasses import dataclass

AUTOSPACE = re.compile(
    r"(?<=[一-鿿“”《》，。、；：（）]) (?=[0-9A-Za-z])|(?<=[0-9A-Za-z.%]) (?=[一-鿿“”《》，。、；：（）])"
    r"|(?<=\d\.) (?=\d)|(?<=\d) (?=[.%]|\d)"
)
NARROW = 0.45  # of the size of a character
SIGNS = "“”‘’"
OPENING = "（《“‘〔【〈「『"
DISPLACED = re.compile(f" [{SIGNS}]|[{SIGNS}] ")
BESIDE_SIGN = re.compile(f" *([{SIGNS}]) *")
FEWEST_CHARACTERS = 20  # a page; below this a page of pictures counts as scanned
IMAGE = 3  # FPDF_PAGEOBJ_IMAGE
PACKED = (b"\x78", b"\x68", b"\x58", b"\x48")
STREAM = re.compile(rb"stream\r?\n(?=[\x78\x68\x58\x48])")
LAYERS = 4
PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class PdfText:
    text: str
    hints: tuple[Hint, ...]
    warnings: tuple[str, ...]
    scanned: bool = False
    full_lines: tuple[int, ...] = ()


def _check_streams(data: bytes, limits: Limits) -> None:
    """Expand what is packed, a piece at a time and without keeping it: the library would do so without a bound.

    Pictures are left out, for they are not looked into. Raises `UnreadableFile` (`zip_bomb`).
    """
    for found in STREAM.finditer(data):
        start = found.end()
        about = data[max(0, start - 600) : start]
        if b"/Image" in about[about.rfind(b" obj") + 1 :]:
            continue
        packed = memoryview(data)[start:]
        for _ in range(1 + min(LAYERS, about.count(b"FlateDecode"))):
            size, first = _expanded(packed, limits.max_bytes)
            if size > limits.max_bytes:
                raise refuse(
                    "zip_bomb",
                    f"PDF 里一段数据展开后超过 {limits.max_bytes // MEGABYTE} MB",
                    f"a stream of the pdf expands to more than {limits.max_bytes // MEGABYTE} MB",
                    "重新导出 PDF · export the pdf again",
                )
            if not first.startswith(PACKED):
                break
            packed = memoryview(first)


def _expanded(packed: memoryview, most: int) -> tuple[int, bytes]:
    """How much a packed stream expands to, counted up to a little more than `most`, and its first megabytes."""
    unpacker = zlib.decompressobj()
    kept, size, position = b"", 0, 0
    try:
        while size <= most and not unpacker.eof:
            piece = unpacker.unconsumed_tail or packed[position : position + PIECE]
            if not len(piece):
                break
            position += 0 if unpacker.unconsumed_tail else len(piece)
            found = unpacker.decompress(piece, 4 * MEGABYTE)
            kept = kept or found
            size += len(found)
    except zlib.error:
        pass  # damaged or no packed stream at all: the library stops there as well
    return size, kept


@contextmanager
def open_pdf(data: bytes, limits: Limits) -> Iterator[Element]:
    """A PDF of at most `limits.max_pages` pages. Raises `UnreadableFile` (`encrypted`, `corrupt`, `too_large`)."""
    import pypdfium2 as pdfium

    _check_streams(data, limits)
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise refuse(
                "encrypted",
                "PDF 有密码保护",
                "the pdf is protected by a password",
                "解除密码后再读取 · remove the password",
            ) from error
        raise refuse("corrupt", "PDF 已损坏", "the pdf is damaged", "重新下载 · fetch it again") from error
    try:
        if len(document) > limits.max_pages:
            raise refuse(
                "too_large",
                f"PDF 有 {len(document)} 页，上限 {limits.max_pages} 页",
                f"expected at most {limits.max_pages} pages, got {len(document)}",
                "拆分后再读取 · split the file",
            )
        yield document
    finally:
        document.close()


def read_pdf(data: bytes, limits: Limits) -> PdfText:
    """Text of all pages with indents and form feeds between pages; `scanned` when there are only pictures."""
    import pypdfium2 as pdfium

    with open_pdf(data, limits) as document:
        pages: list[list[PrintedLine]] = []
        pictures = characters = 0
        latest = time.monotonic() + limits.converter_seconds
        for number in range(len(document)):
            if time.monotonic() > latest:
                raise refuse(
                    "timeout",
                    f"读取 PDF 超过 {limits.converter_seconds:g} 秒",
                    f"reading the pdf took more than {limits.converter_seconds:g} seconds",
                    "拆分后再读取 · split the file",
                )
            try:
                page = document[number]
                lines = list(_page_lines(page))
                count = sum(len(line.text.strip()) for line in lines)
                if count < FEWEST_CHARACTERS:
                    pictures += any(True for _ in page.get_objects(filter=[IMAGE], max_depth=3))
                page.close()
            except pdfium.PdfiumError:
                lines, count = [], 0
            pages.append(lines)
            characters += count
            if characters > limits.max_characters:
                raise refuse(
                    "too_large",
                    f"PDF 文字超过 {limits.max_characters} 个",
                    f"expected at most {limits.max_characters} characters",
                    "拆分后再读取 · split the file",
                )
        hints = tuple(_hints(document))
    if characters < FEWEST_CHARACTERS * max(1, len(pages)) and pictures * 2 >= len(pages):
        return PdfText("", hints, (), scanned=True)
    printed = joined_pages(pages)
    return PdfText(printed.text, hints, tuple(_warnings(printed.text)), full_lines=printed.full)


def _hints(document: Element) -> Iterator[Hint]:
    title = str(document.get_metadata_dict(skip_empty=True).get("Title", "")).strip()
    if title:
        yield Hint("title", title[:300], "pdf document information")


def _warnings(text: str) -> Iterator[str]:
    if len(text) > 200 and plausibility(text[:20_000]) < 0.02:
        yield "PDF 的字体映射可能有误，文字不可信 · the pdf's font map looks wrong, its text cannot be trusted"


def _page_lines(page: Element) -> Iterator[PrintedLine]:
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range()
        boxes = textpage.count_chars()
        position = 0
        for raw in text.split("\n"):
            line = raw.rstrip("\r").replace("￾", "")
            stripped = line.strip()
            if stripped:
                first = position + raw.index(stripped[0])
                left, bottom, right, top = textpage.get_charbox(first) if first < boxes else (0, 0, 0, 0)
                size = max(right - left, top - bottom)
                if stripped[0] in OPENING:  # its ink stands in the right half of its place
                    left = textpage.get_charbox(first, loose=True)[0] if first < boxes else 0
                wide = next((p for p in range(first, min(boxes, len(text), first + 12)) if ord(text[p]) > 0x2E7F), None)
                if wide is not None:
                    wide_left, _, wide_right, _ = textpage.get_charbox(wide, loose=True)
                    size = wide_right - wide_left
                if position + len(raw) <= boxes:
                    line = _as_printed(textpage, raw.rstrip("\r"), position, size).replace("\ufffe", "")
                last = min(boxes - 1, position + len(raw.rstrip()) - 1)
                right = max(textpage.get_charbox(at, loose=True)[2] for at in range(max(first, last - 1), last + 1))
                yield PrintedLine(left, size, line, right)
            position += len(raw) + 1
    finally:
        textpage.close()


def _as_printed(textpage: Element, line: str, position: int, size: float) -> str:
    """A line in the order of its places, without blanks that nobody wrote.

    Word processors take quotation marks, digits and letters from another font than Han: the marks may come behind the
    words, with blanks where they stand on the page, and digits stand a little apart.
    """
    if DISPLACED.search(line):
        lefts = [textpage.get_charbox(position + i)[0] for i in range(len(line))]
        if any(before > here for before, here in pairwise(lefts)):
            order = sorted(range(len(line)), key=lambda i: (lefts[i], i))
            return AUTOSPACE.sub("", BESIDE_SIGN.sub(r"\1", "".join(line[i] for i in order)))
    narrow = [m.start() for m in AUTOSPACE.finditer(line) if _is_narrow(textpage, position + m.start(), size)]
    return "".join(character for i, character in enumerate(line) if i not in narrow) if narrow else line


def _is_narrow(textpage: Element, blank: int, size: float) -> bool:
    """Whether a blank is only the gap between two scripts."""
    import pypdfium2.raw as pdfium_c

    before, after = (textpage.get_charbox(blank + step, loose=True) for step in (-1, 1))
    generated = pdfium_c.FPDFText_IsGenerated(textpage, blank) == 1
    return bool(generated and after[0] - before[2] < NARROW * size)
