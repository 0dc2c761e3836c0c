from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from embed.models import Side
from embed.models.text_encoder import TextEncoder
from tests.helpers.tiny_model import tiny_entry

ENTRY = tiny_entry("folder:none", dimension=3, max_tokens=16, query_prompt="q:", passage_prompt="p:")


class CountingEngine:
    """A token a character; a vector from the counts of 甲, 乙 and everything else. Remembers what it was given."""

    name = "counting-1"
    limit = 16

    def __init__(self) -> None:
        self.seen: list[str] = []

    def tokens(self, texts: Sequence[str]) -> Sequence[str]:
        return texts

    def vectors(self, tokens: Sequence[str]) -> NDArray[np.float32]:
        self.seen += tokens
        rows = np.array([[t.count("甲"), t.count("乙"), 1] for t in tokens], np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_each_side_gets_its_own_prompt() -> None:
    engine = CountingEngine()
    encoder = TextEncoder(ENTRY, engine, {})

    encoder.encode(["甲"], side=Side.QUERY)
    encoder.encode(["甲"], side=Side.PASSAGE)

    assert engine.seen == ["q:甲", "p:甲"]


def test_identical_texts_are_embedded_once_and_keep_their_places() -> None:
    engine = CountingEngine()

    vectors = TextEncoder(ENTRY, engine, {}).encode(["甲", "乙", "甲"], side=Side.PASSAGE)

    assert engine.seen == ["p:甲", "p:乙"]
    assert vectors[0].tolist() == vectors[2].tolist()
    assert vectors.argmax(1).tolist()[1] == 1


def test_no_texts_give_no_rows() -> None:
    assert TextEncoder(ENTRY, CountingEngine(), {}).encode([], side=Side.QUERY).shape == (0, 3)


def test_a_long_text_is_the_length_weighted_mean_of_its_parts() -> None:
    engine = CountingEngine()
    encoder = TextEncoder(ENTRY, engine, {})
    text = "甲" * 12 + "。" + "乙" * 6 + "。"

    assert encoder.parts(text, side=Side.PASSAGE) == ["甲" * 12 + "。", "乙" * 6 + "。"]
    vector = encoder.encode(["乙", text], side=Side.PASSAGE)[1]

    first = np.array([12, 0, 1]) / np.sqrt(145)
    second = np.array([0, 6, 1]) / np.sqrt(37)
    mean = 15 * first + 9 * second
    np.testing.assert_allclose(vector, mean / np.linalg.norm(mean), rtol=1e-6)


def test_a_long_text_is_not_changed_by_its_neighbours() -> None:
    text = "甲" * 12 + "。" + "乙" * 6 + "。"
    alone = TextEncoder(ENTRY, CountingEngine(), {}).encode([text], side=Side.PASSAGE)[0]

    for others in (["甲"], ["乙乙乙", text, "丙" * 40]):
        together = TextEncoder(ENTRY, CountingEngine(), {}).encode([*others, text], side=Side.PASSAGE)[-1]
        assert together.tobytes() == alone.tobytes()


def test_the_fingerprint_names_everything_that_decides_vectors() -> None:
    def fingerprint(**changes: object) -> str:
        engine = CountingEngine()
        engine.name = str(changes.pop("engine", engine.name))
        sums = {"model.safetensors": str(changes.pop("sum", "1"))}
        return TextEncoder(replace(ENTRY, **changes), engine, sums).fingerprint  # type: ignore[arg-type]

    same = [fingerprint(), fingerprint(name="renamed"), fingerprint(description="other words")]
    other = [
        fingerprint(query_prompt="Q:"),
        fingerprint(passage_prompt="P:"),
        fingerprint(max_tokens=15),
        fingerprint(engine="other-1"),
        fingerprint(sum="2"),
    ]

    assert len(set(same)) == 1
    assert len({same[0], *other}) == 1 + len(other)
    assert len(same[0]) == 16
    assert set(same[0]) <= set("0123456789abcdef")


def test_a_model_without_shipped_means_has_none() -> None:
    encoder = TextEncoder(ENTRY, CountingEngine(), {})

    assert encoder.query_mean("zh") is None
    assert encoder.passage_mean() is None
