"""Bytes become text with the right table, whatever their label says."""

from __future__ import annotations

import codecs

import pytest

from embed.exceptions import UnreadableFile
from embed.reading import ReadFailure, SourceDocument, read_bytes
from embed.reading.decoding import decode

SIMPLIFIED = "2023年，我镇推进法治政府建设，落实行政执法“三项制度”，现将有关情况报告如下。"
TRADITIONAL = "2023年，本縣推進法治政府建設，落實行政執法責任制，現將有關情況報告如下。"


def only(data: bytes, name: str = "x.txt") -> SourceDocument:
    (document,) = read_bytes(data, name)
    assert isinstance(document, SourceDocument), document
    return document


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_text_in_every_usual_encoding_reads_the_same(encoding: str, said: str) -> None:
    document = only(SIMPLIFIED.encode(encoding))

    assert document.text == SIMPLIFIED
    assert document.encoding == said


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_zero_bytes_of_frequent_characters_do_not_hide_utf_16(encoding: str) -> None:
    text = f"一、主要做法\n（一）一是学法。{SIMPLIFIED}"

    assert decode(text.encode(encoding))[:2] == (text, encoding)


def test_big5_is_told_from_gb18030_by_what_it_says() -> None:
    document = only(TRADITIONAL.encode("big5"))

    assert (document.text, document.encoding) == (TRADITIONAL, "big5hkscs")


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_a_byte_order_mark_decides_and_stays_as_one_character(mark: bytes, encoding: str) -> None:
    assert decode(mark + SIMPLIFIED.encode(encoding))[0] == "\ufeff" + SIMPLIFIED


def test_characters_that_only_gb18030_has_survive_a_gb2312_label() -> None:
    text = "㳇、䢺、镕、〇、¥ 都在 GB18030 里，法治政府建设"

    assert decode(text.encode("gb18030"), "gb2312")[:2] == (text, "gb18030")


def test_a_label_that_the_bytes_contradict_is_ignored() -> None:
    assert decode(SIMPLIFIED.encode("utf-8"), "gb2312")[1] == "utf-8"
    assert decode(SIMPLIFIED.encode("gb18030"), "utf-8")[1] == "gb18030"
    assert decode(SIMPLIFIED.encode("gb18030"), "no-such-table")[1] == "gb18030"


def test_a_few_broken_bytes_are_a_warning() -> None:
    text, encoding, warnings = decode((SIMPLIFIED * 5).encode("gb18030") + b"\xff")

    assert text.startswith(SIMPLIFIED)
    assert encoding == "gb18030"
    assert warnings == ("1 处字节无法解码 · 1 undecodable places",)


def test_bytes_that_are_no_text_are_refused_with_a_reason() -> None:
    with pytest.raises(UnreadableFile) as caught:
        decode(bytes(range(128, 256)) * 8)
    assert caught.value.reason == "undecodable"
    with pytest.raises(UnreadableFile) as caught:
        decode("法".encode() + b"\x00\x00\x00\x00\x01\x02")
    assert caught.value.reason == "binary"


@pytest.mark.parametrize("data", [b"", b"  \n\t\r\n", b"\xef\xbb\xbf \n", b"\x00\x00\x00"])
def test_a_file_without_anything_in_it_is_empty(data: bytes) -> None:
    (failure,) = read_bytes(data, "空.txt")

    assert isinstance(failure, ReadFailure)
    assert (failure.name, failure.reason) == ("空.txt", "empty")
    assert failure.message == "文件是空的 · the file is empty"


def test_bytes_that_count_up_are_binary_and_not_utf_16() -> None:
    with pytest.raises(UnreadableFile) as caught:
        decode(bytes(range(256)) * 40)

    assert caught.value.reason == "binary"
