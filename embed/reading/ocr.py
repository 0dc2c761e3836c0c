"""Scanned pages to text, with the optional extra `ocr`; its models come with it, so no network is needed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from typing import Protocol, cast

from embed.reading.kinds import refuse
from embed.reading.limits import Limits
from embed.reading.pages import PrintedLine, PrintedText, joined_pages
from embed.reading.pdf import open_pdf

__all__ = ["can_recognise", "recognise_pdf"]

SCALE = 2.0  # pixels a point: 144 dots an inch
SURE_ENOUGH = 0.5  # lines that the recogniser trusts less are stamps and seals


class _Page(Protocol):
    """What the recogniser says of one page: four corners, text and trust of each line."""

    boxes: list[list[list[float]]] | None
    txts: list[str] | None
    scores: list[float] | None


class _Recogniser(Protocol):
    def __call__(self, image: object) -> _Page: ...


def can_recognise() -> bool:
    """Whether the optional extra is installed."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


@cache
def _recogniser() -> _Recogniser:
    from rapidocr import RapidOCR

    # The library's own result is a union over what was switched on; with its defaults it is a page of lines.
    return cast("_Recogniser", RapidOCR(params={"Global.log_level": "critical"}))


def recognise_pdf(data: bytes, limits: Limits) -> PrintedText:
    """The text of a scanned pdf, line by line; empty when there is none. Seconds a page."""
    pages: list[list[PrintedLine]] = []
    with open_pdf(data, limits) as document:
        if len(document) > limits.max_scanned_pages:
            raise refuse(
                "too_large",
                f"扫描件有 {len(document)} 页，上限 {limits.max_scanned_pages} 页",
                f"expected at most {limits.max_scanned_pages} scanned pages, got {len(document)}",
                "拆分后再读取 · split the file",
            )
        for page in document:
            width, height = page.get_size()
            scale = min(SCALE, 4_000 / max(width, height, 1.0))
            pages.append(list(_lines(_recogniser()(page.render(scale=scale).to_numpy()))))
            page.close()
    return joined_pages(pages) if any(pages) else PrintedText("")


def _lines(page: _Page) -> Iterator[PrintedLine]:
    """Recognised runs from top to bottom; runs at one height make one line."""
    if page.boxes is None or page.txts is None or page.scores is None:
        return
    runs = sorted(
        (float(box[0][1] + box[2][1]) / 2, float(box[0][0]), float(box[2][0]), text.strip())
        for box, text, score in zip(page.boxes, page.txts, page.scores, strict=True)
        if score >= SURE_ENOUGH and text.strip()
    )
    row: list[tuple[float, float, float, str]] = []
    for run in runs:
        if row and run[0] - row[0][0] > 0.6 * _size(row[0]):
            yield _line(row)
            row = []
        row.append(run)
    if row:
        yield _line(row)


def _size(run: tuple[float, float, float, str]) -> float:
    """The width of a wide character."""
    _, left, right, text = run
    return (right - left) / max(1.0, len(text.encode("gb18030", errors="replace")) / 2)


def _line(row: list[tuple[float, float, float, str]]) -> PrintedLine:
    row = sorted(row, key=lambda run: run[1])
    return PrintedLine(row[0][1], _size(row[0]), " ".join(text for *_, text in row), max(run[2] for run in row))
