"""Text made to hurt costs time in proportion to its length."""

from __future__ import annotations

import time

import pytest

from benchmarks.reading import HOSTILE
from embed.reading import ReadFailure, clean, read_bytes

LENGTH = 200_000
LONGEST_SECONDS = 8.0  # some hundred times what a quadratic pattern would have to beat at this length


@pytest.mark.parametrize("name", HOSTILE)
def test_a_long_hostile_line_is_read_in_time(name: str) -> None:
    unit = HOSTILE[name].encode()
    data = (unit * (LENGTH // len(unit) + 1))[: LENGTH // len(unit) * len(unit)]
    start = time.process_time()

    for result in read_bytes(data, name):
        assert isinstance(result, ReadFailure) or len(clean(result).text) <= LENGTH

    assert time.process_time() - start < LONGEST_SECONDS
