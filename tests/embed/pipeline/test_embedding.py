"""Vectors beside the reading: each text once, two calls at a time, kept in parts, errors where the reading stands."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from embed.exceptions import ModelMismatch
from embed.index.prepared import prepare
from embed.index.vectors import VectorBank, text_hash
from embed.models.encoder import Side
from embed.pipeline import embedding
from embed.pipeline.embedding import EmbeddingThread
from embed.pipeline.scanning import Job, passage_texts, scan
from embed.structure.report import Report
from tests.helpers.stores import HashEncoder

GOLD = Path(__file__).parent.parent.parent / "gold" / "dev"
TEXTS = [f"第{n}项举措" * (1 + n % 3) for n in range(20)]
PAIRS = [(text_hash(text), text) for text in TEXTS]


def a_bank(folder: Path) -> VectorBank:
    return VectorBank(folder, "f", 32)


def embed(folder: Path, encoder: HashEncoder, offers: Sequence[Sequence[tuple[bytes, str]]]) -> EmbeddingThread:
    with EmbeddingThread(lambda: a_bank(folder), lambda: encoder, lambda done, total: None) as thread:
        for offer in offers:
            thread.offer(offer)
    return thread


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "_KEEP", 3)
    monkeypatch.setattr(embedding, "_WINDOW", 8)


def test_everything_that_was_offered_has_its_vector_and_identical_texts_are_encoded_once(tmp_path: Path) -> None:
    encoder = HashEncoder()

    thread = embed(tmp_path, encoder, [PAIRS[:12], PAIRS[5:], PAIRS])

    expected = HashEncoder().encode(TEXTS, side=Side.QUERY)
    assert np.array_equal(a_bank(tmp_path).gather([key for key, _ in PAIRS]), expected)
    assert sorted(encoder.encoded) == sorted(TEXTS)
    assert thread.embedded == 20


def test_what_the_store_has_is_not_encoded_again(tmp_path: Path) -> None:
    embed(tmp_path, HashEncoder(), [PAIRS[:7]])
    encoder = HashEncoder()

    thread = embed(tmp_path, encoder, [PAIRS])

    assert sorted(encoder.encoded) == sorted(TEXTS[7:])
    assert (thread.known, thread.embedded) == (7, 13)


class Meeting(HashEncoder):
    """Each call waits until another one has begun."""

    def __init__(self) -> None:
        super().__init__()
        self.together = threading.Barrier(2, timeout=20)

    def encode(self, texts: Sequence[str], *, side: Side) -> NDArray[np.float32]:
        self.together.wait()
        return super().encode(texts, side=side)


def test_a_call_begins_before_the_one_before_it_has_ended(tmp_path: Path) -> None:
    thread = embed(tmp_path, Meeting(), [PAIRS[:12]])

    assert thread.embedded == 12


class Failing(HashEncoder):
    """Fails for the longest texts, which come last."""

    def encode(self, texts: Sequence[str], *, side: Side) -> NDArray[np.float32]:
        if max(map(len, texts)) > 12:
            raise ModelMismatch("no vector for this one")
        return super().encode(texts, side=side)


def test_an_error_of_the_encoder_ends_the_run_and_what_was_encoded_before_it_is_kept(tmp_path: Path) -> None:
    with pytest.raises(ModelMismatch, match="no vector for this one"):
        embed(tmp_path, Failing(), [PAIRS[:6]])

    assert a_bank(tmp_path).missing([key for key, text in PAIRS[:6] if len(text) < 7]) == []


def test_an_error_while_the_model_is_opened_is_raised_where_texts_are_offered(tmp_path: Path) -> None:
    def no_model() -> VectorBank:
        raise ModelMismatch("another model")

    thread = EmbeddingThread(no_model, HashEncoder, lambda done, total: None)
    thread.__enter__()
    thread._thread.join()

    with pytest.raises(ModelMismatch, match="another model"):
        thread.offer(PAIRS[:1])


def test_the_reading_process_gives_the_texts_whose_hashes_the_index_looks_for() -> None:
    scanned = scan(Job(str(GOLD / "r03.txt"), str(GOLD / "r03.txt")))
    report = scanned.results[0]

    assert isinstance(report, Report)
    assert b"".join(key for key, _ in scanned.texts) == prepare(report).hashes
    assert list(scanned.texts) == passage_texts(report)
    assert all(text_hash(text) == key for key, text in scanned.texts)
