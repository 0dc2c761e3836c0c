"""Text made to harm: the time taken stays in proportion to its length."""

from __future__ import annotations

import time

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


def seconds(text: str) -> float:
    source = SourceDocument("x", "0" * 64, FileKind.TEXT, text)
    cleaned = CleanText(text, np.arange(len(text) + 1, dtype=np.int32))
    start = time.process_time()
    read_metadata(source, cleaned, find_frame(cleaned))
    return time.process_time() - start


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_line_of_one_kind_takes_time_linear_in_its_length(piece: str) -> None:
    seconds(piece * 100)
    short, long = seconds(piece * (40_000 // len(piece))), seconds(piece * (400_000 // len(piece)))

    assert long < 20 * short + 0.3
