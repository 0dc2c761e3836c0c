"""Text made to harm is read to its end."""

from __future__ import annotations

import numpy as np
import pytest

from embed.reading.document import CleanText, FileKind, SourceDocument
from embed.structure.frame import find_frame
from embed.structure.metadata import read_metadata

PIECES = [
    "区县镇街道乡",
    "《",
    "〈《",
    "现将如下",
    "X",
    "-",
    "报告-",
    "报告 ",
    "索 引 号:",
    "（",
    "20232024",
    "附件:1\n",
    "人民政府\n",
]


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_line_of_one_kind_is_read_to_its_end(piece: str) -> None:
    # A pattern that goes back over 400,000 characters would take hours; how time grows is measured in benchmarks.
    text = piece * (400_000 // len(piece))
    source = SourceDocument("x", "0" * 64, FileKind.TEXT, text)
    cleaned = CleanText(text, np.arange(len(text) + 1, dtype=np.int32))

    metadata = read_metadata(source, cleaned, find_frame(cleaned))

    assert metadata.published is None
    assert all(-1 <= found.start <= found.end <= len(text) for found in metadata.evidence)
