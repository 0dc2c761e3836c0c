"""The same report in another file gives the same passages and the same metadata."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from embed.reading import SourceDocument, clean, read_bytes
from embed.structure import understand
from embed.structure.report import Report
from tests.helpers.make_files import make_doc, make_docx, make_gb18030, make_html, make_ofd, make_pdf, make_zip

WIDE_GAP = re.compile(r"(?<=\S)[ 　]{3,}(?=\S)")
NAMES = [f"r{number:02d}" for number in range(12)]
MAKERS: dict[str, Callable[[str], bytes]] = {
    "html": lambda text: make_html(text, published=None),
    "docx": make_docx,
    "doc": make_doc,
    "pdf": make_pdf,
    "ofd": make_ofd,
    "gb18030": make_gb18030,
    "zip": lambda text: make_zip({"年度报告/法治政府.txt": text.encode("gb18030")}, name_encoding="gbk"),
}


def read(data: bytes) -> Report:
    (document,) = read_bytes(data, "report")
    assert isinstance(document, SourceDocument), document
    return understand(document, clean(document))


def printed(text: str) -> str:
    """The text as somebody would paste it into a document: wrapped lines joined, no line filled up with blanks."""
    (document,) = read_bytes(text.encode(), "report")
    assert isinstance(document, SourceDocument)
    return clean(document).text if "\n- 1 -\n" in text else WIDE_GAP.sub("\n", text)


def passages(report: Report) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(passage.role, passage.text, passage.heading) for passage in report.passages]


def metadata(report: Report) -> dict[str, object]:
    found = report.metadata
    return {
        "kind": found.kind,
        "title": "".join((found.title or "").split()),
        "year": found.year,
        "published": found.published,
        "number": found.doc_number,
        "level": found.level,
        "department": found.department,
        "issuer": "".join((found.issuer or "").split()),
        "region": found.region,
    }


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("name", NAMES)
def test_a_report_in_another_file_gives_the_same(gold: Path, name: str, kind: str) -> None:
    text = printed((gold / "dev" / f"{name}.txt").read_text(encoding="utf-8"))
    expected = read(text.encode())

    found = read(MAKERS[kind](text))

    assert passages(found) == passages(expected)
    assert metadata(found) == metadata(expected)
    assert len(passages(found)) >= 15


@pytest.mark.parametrize("name", NAMES)
def test_every_passage_stands_where_it_says(gold: Path, name: str) -> None:
    text = printed((gold / "dev" / f"{name}.txt").read_text(encoding="utf-8"))
    for make in MAKERS.values():
        (document,) = read_bytes(make(text), "report")
        assert isinstance(document, SourceDocument)
        result = clean(document)
        for passage in understand(document, result).passages:
            assert passage.text in result.text
            at = result.text.index(passage.text)
            assert 0 <= passage.start < passage.end <= len(document.text)
            assert result.text.count(passage.text) > 1 or result.source_span(at, at + len(passage.text)) == (
                passage.start,
                passage.end,
            )
