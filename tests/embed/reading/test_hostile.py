"""Text made to hurt is read to its end; how time grows with its length is measured in benchmarks/reading.py."""

from __future__ import annotations

import zlib
from dataclasses import replace

import pytest

from benchmarks.reading import HOSTILE
from embed.reading import Limits, ReadFailure, SourceDocument, clean, read_bytes
from tests.helpers.make_files import make_pdf

LENGTH = 200_000


@pytest.mark.parametrize("name", HOSTILE)
def test_a_long_hostile_line_is_read_to_its_end(name: str) -> None:
    unit = HOSTILE[name].encode()
    data = (unit * (LENGTH // len(unit) + 1))[: LENGTH // len(unit) * len(unit)]

    for result in read_bytes(data, name):
        assert isinstance(result, ReadFailure) or len(clean(result).text) <= LENGTH


def test_a_text_of_more_lines_than_any_real_one_is_refused() -> None:
    (failure,) = read_bytes(b"\n" * 1_000_001 + "依法行政".encode(), "x.txt")

    assert isinstance(failure, ReadFailure)
    assert (failure.reason, failure.message) == (
        "too_large",
        "文字有 1000002 行，上限 1000000 行 · expected at most 1000000 lines, got 1000002",
    )


@pytest.mark.parametrize(("layers", "dictionary"), [(1, b"/FlateDecode"), (2, b"[/FlateDecode/FlateDecode]")])
def test_a_pdf_whose_streams_expand_without_a_bound_is_refused(layers: int, dictionary: bytes) -> None:
    packed = b"BT (A) Tj ET " * 400_000
    for _ in range(layers):
        packed = zlib.compress(packed, 9)
    data = b"%PDF-1.5\n4 0 obj<</Filter " + dictionary + b">>stream\n" + packed + b"\nendstream"

    (failure,) = read_bytes(data, "x.pdf", limits=replace(Limits(), max_bytes=1_000_000))

    assert isinstance(failure, ReadFailure)
    assert failure.reason == "zip_bomb"


def test_pictures_of_a_pdf_may_expand_to_more() -> None:
    packed = zlib.compress(bytes(3_000_000))
    data = make_pdf("依法行政，扎实推进。").replace(
        b"%PDF-1",
        b"%PDF-1.4\n99 0 obj<</Subtype/Image/Filter/FlateDecode>>stream\n" + packed + b"\nendstream\n%PDF-1",
        1,
    )

    (document,) = read_bytes(data, "x.pdf", limits=replace(Limits(), max_bytes=1_000_000))

    assert isinstance(document, SourceDocument), document
