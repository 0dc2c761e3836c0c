"""The same report in another file gives the same passages and the same metadata."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from embed.reading import SourceDocument, clean, read_bytes
from embed.structure import understand
from embed.structure.report import Report
from tests.helpers.make_files import (
    lines_of,
    make_doc,
    make_docx,
    make_gb18030,
    make_html,
    make_ofd,
    make_pdf,
    make_zip,
)

WIDE_GAP = re.compile(r"(?<=\S)[ 　]{3,}(?=\S)")
NAMES = [f"r{number:02d}" for number in range(12)]
OTHERS = [
    *(f"varied/{letter}{number}" for letter in "acd" for number in (1, 2, 3)),
    "seeds/000_6657645b8ea30b7f",
    "seeds/002_72fd38c4e7144efb",
    "seeds/003_53274d73b52dab04",
]
# Set in lines, these break in a line of fields or at a blank before a number: the page then reads otherwise.
BROKEN_WHEN_PRINTED = {"varied/a1", "varied/d2", "seeds/002_72fd38c4e7144efb"}
MAKERS: dict[str, Callable[[str], bytes]] = {
    "html": lambda text: make_html(text, published=None),
    "docx": make_docx,
    "doc": make_doc,
    "pdf": make_pdf,
    "ofd": make_ofd,
    "gb18030": make_gb18030,
    "zip": lambda text: make_zip({"年度报告/法治政府.txt": text.encode("gb18030")}, name_encoding="gbk"),
}


def _page(body: str, charset: str = "utf-8") -> bytes:
    return f'<html><head><meta charset="{charset}"></head><body>{body}</body></html>'.encode(charset)


def word_page(text: str) -> bytes:
    """As Word saves it: spans, and lines of markup that end between two characters."""
    lines = [html.escape(line) for line in lines_of(text)]
    broken = [re.sub("([一-鿿]{2}.{28}[一-鿿])(?=[一-鿿])", r"\1\n", line) for line in lines]
    return _page("".join(f"<p class=MsoNormal><span>{line}</span><o:p></o:p></p>" for line in broken))


def page_of_breaks(text: str) -> bytes:
    lines = "<br>".join(f"&nbsp;&nbsp;&nbsp;&nbsp;{html.escape(line)}" for line in lines_of(text))
    return _page(f"<div class=nav><a>首页</a></div><div>{lines}</div><p>上一篇：<a>没有了</a></p>", "gb18030")


def page_of_spans(text: str) -> bytes:
    """Every five characters in an element of their own, a title over the article, related news behind."""
    lines = [html.escape(line) for line in lines_of(text)]
    titled = re.fullmatch(".{6,60}法治.{0,20}(?:报告|总结|情况)", lines[0]) is not None
    spans = "".join(
        f"<p>{''.join(f'<span>{line[i : i + 5]}</span>' for i in range(0, len(line), 5))}</p>"
        for line in lines[titled:]
    )
    related = "<div class=related><h4>相关稿件</h4><ul><li><a>某县召开会议部署工作，推进法治建设</a></li></ul></div>"
    return _page(f"{f'<h1>{lines[0]}</h1>' if titled else ''}<div id=zoom>{spans}</div>{related}")


def page_of_blocks(text: str) -> bytes:
    return _page(f"<div id=app>{''.join(f'<div>{html.escape(line)}</div>' for line in lines_of(text))}</div>")


PAGES = {"word": word_page, "breaks": page_of_breaks, "spans": page_of_spans, "blocks": page_of_blocks}


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


@pytest.mark.parametrize("name", [*(f"dev/{name}" for name in NAMES), *OTHERS])
def test_a_report_in_pages_of_every_build_gives_the_same(gold: Path, name: str) -> None:
    text = printed((gold / f"{name}.txt").read_text(encoding="utf-8"))
    expected = read(text.encode())
    makers = PAGES if name.startswith("dev/") else {**MAKERS, **PAGES}

    for kind, make in makers.items():
        if kind in ("pdf", "ofd") and name in BROKEN_WHEN_PRINTED:
            continue
        found = read(make(text))
        assert passages(found) == passages(expected), kind
        assert metadata(found) == metadata(expected), kind


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
