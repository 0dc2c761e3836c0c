"""Text made to hurt is read to its end; how time grows with its length is measured in benchmarks/reading.py."""

from __future__ import annotations

import pytest

from benchmarks.reading import HOSTILE
from embed.reading import ReadFailure, clean, read_bytes

LENGTH = 200_000


@pytest.mark.parametrize("name", HOSTILE)
def test_a_long_hostile_line_is_read_to_its_end(name: str) -> None:
    unit = HOSTILE[name].encode()
    data = (unit * (LENGTH // len(unit) + 1))[: LENGTH // len(unit) * len(unit)]

    for result in read_bytes(data, name):
        assert isinstance(result, ReadFailure) or len(clean(result).text) <= LENGTH
