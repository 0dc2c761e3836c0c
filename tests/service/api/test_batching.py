"""Encoder calls of concurrent requests are joined, and every caller gets its own vectors or error."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from embed.exceptions import ModelError
from embed.models.encoder import Side
from service.api.batching import MOST_TEXTS, BatchingEncoder


class CountingEncoder:
    """Eight dimensions from the characters of a text; blocks in its first call until it is let go."""

    model = "counting"
    fingerprint = "0" * 16
    dimension = 8

    def __init__(self) -> None:
        self.calls: list[tuple[Side, int]] = []
        self.entered = threading.Event()
        self.go = threading.Event()

    def encode(self, texts: Sequence[str], *, side: Side) -> NDArray[np.float32]:
        self.calls.append((side, len(texts)))
        self.entered.set()
        assert self.go.wait(10)
        if "bad" in texts:
            raise ModelError("bad text")
        return np.array([vector(text) for text in texts], np.float32)

    def query_mean(self, language: str) -> NDArray[np.float32] | None:
        return None

    def passage_mean(self) -> NDArray[np.float32] | None:
        return None


def vector(text: str) -> NDArray[np.float32]:
    row = np.zeros(8, np.float32)
    for c in text:
        row[ord(c) % 8] += 1
    return row / np.linalg.norm(row)


def test_what_waits_while_one_call_runs_is_joined_into_the_next() -> None:
    inner = CountingEncoder()
    encoder = BatchingEncoder(inner)
    with ThreadPoolExecutor(12) as pool:
        first = pool.submit(encoder.encode, ["first"], side=Side.QUERY)
        assert inner.entered.wait(10)
        rest = [pool.submit(encoder.encode, [f"text {i}", f"more {i}"], side=Side.QUERY) for i in range(10)]
        while encoder._waiting.qsize() < 10:
            pass
        inner.go.set()

        np.testing.assert_array_equal(first.result(10), [vector("first")])
        for i, future in enumerate(rest):
            np.testing.assert_array_equal(future.result(10), [vector(f"text {i}"), vector(f"more {i}")])
    encoder.close()

    assert inner.calls == [(Side.QUERY, 1), (Side.QUERY, 20)]
    assert (encoder.calls, encoder.texts) == (2, 21)


def test_the_two_sides_are_never_mixed_and_a_call_has_a_limit() -> None:
    inner = CountingEncoder()
    encoder = BatchingEncoder(inner)
    with ThreadPoolExecutor(80) as pool:
        first = pool.submit(encoder.encode, ["first"], side=Side.QUERY)
        assert inner.entered.wait(10)
        sides = [Side.QUERY if i % 2 else Side.PASSAGE for i in range(70)]
        rest = [pool.submit(encoder.encode, [f"{i}"], side=side) for i, side in enumerate(sides)]
        while encoder._waiting.qsize() < 70:
            pass
        inner.go.set()
        first.result(10)
        for i, future in enumerate(rest):
            np.testing.assert_array_equal(future.result(10), [vector(f"{i}")])
    encoder.close()

    assert sum(size for _, size in inner.calls[1:3]) == MOST_TEXTS
    assert {side for side, _ in inner.calls[1:3]} == {Side.QUERY, Side.PASSAGE}


def test_a_failing_call_reaches_its_callers_and_the_next_one_works() -> None:
    inner = CountingEncoder()
    inner.go.set()
    encoder = BatchingEncoder(inner)

    with pytest.raises(ModelError, match="bad text"):
        encoder.encode(["bad"], side=Side.QUERY)
    np.testing.assert_array_equal(encoder.encode(["good"], side=Side.QUERY), [vector("good")])
    assert encoder.encode([], side=Side.QUERY).shape == (0, 8)
    encoder.close()
