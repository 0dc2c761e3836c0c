"""Fuzz targets: whatever the bytes, a reader answers in bounded time with documents or with a failure and its reason.

Each target starts from a real file of its kind and damages it: bytes changed, cut out, doubled or put in. Longer runs:
`python -m pytest tests/fuzz -p no:cacheprovider --hypothesis-seed=random` with `FUZZ_EXAMPLES=2000`.
"""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embed.reading import Limits, ReadFailure, clean, read_bytes
from tests.helpers.make_files import make_doc, make_docx, make_gb18030, make_html, make_ofd, make_pdf, make_zip

TEXT = """某某镇2023年度法治政府建设情况报告
发布时间：2024-01-12 来源：某某镇
2023年，我镇在县委、县政府的坚强领导下，深入推进依法行政，现将有关情况报告如下。
一、主要做法
（一）强化学习。全年组织专题学习6次，参加干部320人次，彩票网_万博体育官网测试合格率达到98%。
"""
LIMITS = replace(Limits(), max_bytes=2_000_000, max_characters=200_000, max_expanded=4_000_000, converter_seconds=5.0)
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
REASONS = {
    "binary", "corrupt", "empty", "encrypted", "needs_converter", "scanned", "timeout", "too_deep", "too_large",
    "undecodable", "unsupported", "zip_bomb",
}  # fmt: skip
TARGETS = {
    "text": make_gb18030(TEXT),
    "utf-16": TEXT.encode("utf-16"),
    "html": make_html(TEXT),
    "lists": "<html><body><pre>甲\n乙</pre><ol start=2><li>一<ol type=a><li value=7><p>学法。</ol></ol><table><tr>"
    "<td colspan=3 rowspan=2>事项<td>2023年</tr><tr><td>9件</tr></table><p>依法行政，扎实推进各项\n工作。".encode(),
    "docx": make_docx(TEXT, [["事项", "2023年"], ["行政复议", "9件"]]),
    "doc": make_doc(TEXT),
    "rtf": rb"{\rtf1\ansi\ansicpg936 \'b7\'a8\'d6\'ce\par \u27861?\u27835?}",
    "pdf": make_pdf(TEXT),
    "ofd": make_ofd(TEXT),
    "zip": make_zip({"甲.txt": TEXT.encode(), "乙.docx": make_docx(TEXT)}, name_encoding="gbk"),
    "mhtml": b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: text/html\r\n\r\n" + make_html(TEXT) + b"\r\n--b--",
}
DAMAGE = st.tuples(
    st.sampled_from(["change", "cut", "double", "insert"]), st.floats(0, 1), st.integers(1, 60), st.binary(max_size=40)
)


def damaged(data: bytes, damages: list[tuple[str, float, int, bytes]]) -> bytes:
    for kind, share, length, new in damages:
        at = int(share * len(data))
        if kind == "change":
            data = data[:at] + new + data[at + len(new) :]
        elif kind == "cut":
            data = data[:at] + data[at + length :]
        elif kind == "double":
            data = data[: at + length] + data[at:]
        else:
            data = data[:at] + new + data[at:]
    return data


def read_all(data: bytes) -> None:
    for result in read_bytes(data, "x", limits=LIMITS):
        if isinstance(result, ReadFailure):
            assert result.reason in REASONS
            assert " · " in result.message
        else:
            assert len(result.text) <= LIMITS.max_characters
            text = clean(result)
            assert len(text.origin) == len(text.text) + 1


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(damages=st.lists(DAMAGE, min_size=1, max_size=6))
def test_a_damaged_file_gives_documents_or_a_reason(target: str, damages: list[tuple[str, float, int, bytes]]) -> None:
    read_all(damaged(TARGETS[target], damages))


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(st.binary(max_size=3_000))
def test_any_bytes_give_documents_or_a_reason(data: bytes) -> None:
    read_all(data)
