"""Every passage points at the exact characters it came from, whatever the text is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embed.reading import clean, read_documents
from embed.reading.document import CleanText, SourceDocument
from embed.structure import understand
from embed.structure.discourse import read_runs
from embed.structure.lines import read_lines
from embed.structure.outline import find_outline
from embed.structure.report import Report
from tests.helpers.documents import source_of
from tests.helpers.structure import report_of

PIECES = [
    "一、主要工作\n",
    "(一)推进普法。",
    "1.",
    "二、存在的问题\n",
    "一是人员不足；",
    "二是经费少。",
    "究其原因，是编制少。",
    "下一步，将加强培训。",
    "全年调解纠纷89件，",
    "現將情況報告如下：",
    "(fǎ)治",
    "\u200b",
    "　　",
    "- 3 -\n",
    "“",
    "》",
    "\n",
    "x",
]


def check(source: SourceDocument, cleaned: CleanText, report: Report) -> None:
    """The offsets are in order, inside the source, and carried over from the clean text."""
    behind = 0
    for passage in report.passages:
        assert 0 <= behind <= passage.start < passage.end <= len(source.text)
        behind = passage.end
        assert 0 <= passage.role_confidence <= 1
        at = cleaned.text.find(passage.text)
        spans = []
        while at >= 0:
            spans.append(cleaned.source_span(at, at + len(passage.text)))
            at = cleaned.text.find(passage.text, at + 1)
        assert (passage.start, passage.end) in spans
    assert [passage.ordinal for passage in report.passages] == list(range(len(report.passages)))
    for section in report.sections:
        assert 0 <= section.start < section.end <= len(source.text)
        assert section.parent is None or section.parent < section.ordinal


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_every_passage_is_found_again_in_the_source(pieces: list[str]) -> None:
    source = source_of("".join(pieces))
    cleaned = clean(source)

    check(source, cleaned, understand(source, cleaned))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_accepted(text: str) -> None:
    source = source_of(text.encode("utf-8", "replace").decode("utf-8"))
    cleaned = clean(source)

    check(source, cleaned, understand(source, cleaned))


def gold_files() -> list[Path]:
    root = Path(__file__).parents[3]
    return sorted([*(root / "tests/gold").glob("*/*.txt"), *(root / "seeds").glob("*.txt")])


@pytest.mark.parametrize("path", gold_files(), ids=lambda path: path.stem)
def test_the_offsets_of_a_whole_report_hold(path: Path) -> None:
    source = next(iter(read_documents(path)))
    assert isinstance(source, SourceDocument)
    cleaned = clean(source)
    report = understand(source, cleaned)

    check(source, cleaned, report)
    assert report == understand(source, cleaned)
    kept = sum(passage.end - passage.start for passage in report.passages)
    assert kept > 0.6 * len(source.text.strip())


@pytest.mark.parametrize(
    ("text", "passages"),
    [
        pytest.param("", 0, id="empty"),
        pytest.param("法", 0, id="one character"),
        pytest.param("。。。，，，", 0, id="only signs"),
        pytest.param("1\n2\n3\n", 0, id="only numbers"),
        pytest.param("一、\n二、\n三、\n", 0, id="only marks"),
    ],
)
def test_texts_without_content_give_what_there_is(text: str, passages: int) -> None:
    assert len(report_of(text).passages) == passages


def test_the_items_of_a_bare_skeleton_are_passages() -> None:
    report = report_of("某乡2023年工作总结\n一、加强普法宣传\n二、规范行政执法\n三、化解矛盾纠纷\n")

    assert [passage.text for passage in report.passages] == ["加强普法宣传", "规范行政执法", "化解矛盾纠纷"]


def test_the_id_is_made_of_the_hash_of_the_bytes() -> None:
    report = report_of("某镇2023年工作报告\n全年调解纠纷89件。\n")

    assert report.id == f"r{report.sha256[:15]}"
    assert report.passage_id(7) == f"{report.id}.007"


HOSTILE = {
    "digits": "1",
    "numerals": "一",
    "items": "一是",
    "marks": "一、",
    "bracketed marks": "(一)",
    "open brackets": "（",
    "open quotes": "“",
    "clauses": "推进法律顾问12件，推进普法宣传12件，",
    "sentences without end": "加强普法；",
    "causes": "主要原因是",
    "years": "2024年，",
    "skeleton": "一、加强\n",
    "short lines": "加强领导\n",
    "ordinals of parts": "第二,存在问题。力量不足,",
    "names of parts": "一、存在的不足少数干部学法不够\n",
    "topic sentences": "普法宣传走深走实。全年办案9件,效果很好。\n",
    "run together": "(一)加强普法全年宣讲6场\n",
}


def runs_of(text: str) -> int:
    spans, start = [], 0
    for line in text.split("\n"):
        if line:
            spans.append((start, start + len(line)))
        start += len(line) + 1
    return len(read_runs(text, find_outline(text, read_lines(text, spans)), year=2023))


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_divided_to_its_end(piece: str) -> None:
    # A pattern that goes back over this length would take hours; how time grows is measured in benchmarks.
    text = (piece * (128_000 // len(piece) + 1))[:128_000]

    assert 0 <= runs_of(text) <= len(text)
