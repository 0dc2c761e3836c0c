"""OFD, the Chinese fixed-layout format (a zip of XML), to text in reading order."""

from __future__ import annotations

import itertools
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from embed.reading.kinds import refuse
from embed.reading.limits import Limits
from embed.reading.markup import Element, parse_xml
from embed.reading.packages import Budget, open_package, read_member
from embed.reading.pages import PrintedLine, PrintedText, joined_pages

__all__ = ["read_ofd"]


@dataclass(frozen=True, slots=True)
class _Piece:
    x: float
    y: float
    size: float
    text: str
    right: float


def read_ofd(data: bytes, limits: Limits) -> PrintedText:
    """Text of all pages, line by line from top to bottom. Raises `UnreadableFile` (`corrupt`, `scanned`, …)."""
    budget = Budget(limits)
    pages: list[list[PrintedLine]] = []
    pictures = 0
    with open_package(data) as package:
        members = {info.filename.lstrip("/"): info for info in package.infolist()}
        for location in _page_locations(package, members, budget, limits):
            root = _part(package, members, location, budget)
            pages.append(list(_lines(root)))
            pictures += root.find(".//{*}ImageObject") is not None
    if not any(pages):
        if pictures:
            raise refuse(
                "scanned",
                "OFD 只有图片，没有文字",
                "the ofd holds pictures and no text",
                "先做文字识别 · recognise its text first",
            )
        raise refuse("empty", "OFD 里没有文字", "the ofd holds no text")
    return joined_pages(pages)


def _part(package: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str, budget: Budget) -> Element:
    info = members.get(name.lstrip("/"))
    if info is None:
        raise refuse("corrupt", f"OFD 缺少 {name}", f"the ofd has no {name}", "重新下载 · fetch it again")
    return parse_xml(read_member(package, info, budget))


def _page_locations(
    package: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], budget: Budget, limits: Limits
) -> Iterator[str]:
    seen: set[str] = set()
    for body in _part(package, members, "OFD.xml", budget).iter("{*}DocRoot"):
        document = (body.text or "").strip().lstrip("/")
        folder = posixpath.dirname(document)
        pages = _part(package, members, document, budget).find(".//{*}Pages")
        for page in pages if pages is not None else ():
            location = page.get("BaseLoc") if isinstance(page.tag, str) else None
            if not location:
                continue
            place = location if location.startswith("/") else posixpath.normpath(posixpath.join(folder, location))
            if place in seen:
                continue
            seen.add(place)
            if len(seen) > limits.max_pages:
                raise refuse(
                    "too_large",
                    f"OFD 超过 {limits.max_pages} 页",
                    f"expected at most {limits.max_pages} pages",
                    "拆分后再读取 · split the file",
                )
            yield place


def _numbers(text: str | None) -> list[float]:
    numbers = []
    for part in (text or "").split():
        try:
            numbers.append(float(part))
        except ValueError:
            return []
    return numbers


def _pieces(root: Element) -> Iterator[_Piece]:
    for item in root.iter("{*}TextObject"):
        boundary = _numbers(item.get("Boundary"))
        if len(boundary) != 4:
            continue
        size = (_numbers(item.get("Size")) or [0.0])[0]
        matrix = _numbers(item.get("CTM"))
        scale = matrix[0] if len(matrix) == 6 and matrix[0] > 0 else 1.0
        for code in item.iter("{*}TextCode"):
            x, y = (_numbers(code.get(axis)) or [0.0] for axis in ("X", "Y"))
            text = (code.text or "").strip("\r\n")
            if text.strip():
                left = boundary[0] + x[0] * scale
                width = _width(code.get("DeltaX"), text, size) * scale
                yield _Piece(left, boundary[1] + y[0] * scale, size * scale, text, left + width)


def _width(steps: str | None, text: str, size: float) -> float:
    """How far a run of text reaches: by its steps, if it has them for all but the last character, else by its kinds."""
    widths = [size * (1.0 if ord(c) > 0x2E7F or c in "“”‘’…—" else 0.5) for c in text]
    found = _steps(steps or "", len(text) - 1)
    return (sum(found) if len(found) == len(text) - 1 > 0 else sum(widths[:-1])) + widths[-1]


def _steps(steps: str, most: int) -> list[float]:
    """Distances between characters; `g 3 5.6` stands for three times 5.6."""
    parts = iter(steps.split()[: 3 * most + 3])
    found: list[float] = []
    for part in parts:
        if part == "g":
            count, step = _numbers(next(parts, "")), _numbers(next(parts, ""))
            found += (step or [0.0]) * min(most, int((count or [0.0])[0]) if (count or [0.0])[0] < most + 1 else most)
        else:
            found += _numbers(part)
    return found[:most]


def _lines(root: Element) -> Iterator[PrintedLine]:
    """Pieces on nearly one height make a line; a wide gap between two pieces is a space."""
    pieces = sorted(_pieces(root), key=lambda piece: (piece.y, piece.x))
    row: list[_Piece] = []
    for piece in pieces:
        if row and abs(piece.y - row[-1].y) > 0.5 * max(row[-1].size, piece.size, 1e-6):
            yield _line(row)
            row = []
        row.append(piece)
    if row:
        yield _line(row)


def _line(row: list[_Piece]) -> PrintedLine:
    row = sorted(row, key=lambda piece: piece.x)
    text = row[0].text
    for before, piece in itertools.pairwise(row):
        text += (" " if before.size and piece.x - before.right > 1.5 * before.size else "") + piece.text
    return PrintedLine(row[0].x, row[0].size, text, max(piece.right for piece in row))
