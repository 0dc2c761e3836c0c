"""Two-bit codes, held against those of FAISS and against every other choice of levels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from embed.index import ivf
from embed.index.cells import IvfIndex
from embed.index.rabitq import encode, fits

DIMENSION, CELLS = 24, 8
SIGNS, SECOND = slice(0, 3), slice(15, 18)


def unit_rows(count: int, seed: int = 3) -> NDArray[np.float32]:
    made = np.random.default_rng(seed).standard_normal((count, DIMENSION))
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def coded(vectors: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Codes made by FAISS, and the centre of each vector's cell."""
    quantizer = faiss.IndexFlatIP(DIMENSION)
    quantizer.add(unit_rows(CELLS, 4))
    index: Any = faiss.IndexIVFRaBitQ(quantizer, DIMENSION, CELLS, faiss.METRIC_INNER_PRODUCT, True, 2)
    index.train(vectors)
    centres = quantizer.reconstruct_n(0, CELLS)[quantizer.search(vectors, 1)[1][:, 0]]
    return index.sa_encode(vectors)[:, index.coarse_code_size() :], centres


def bits(codes: NDArray[np.uint8], part: slice) -> NDArray[np.bool_]:
    return np.unpackbits(codes[:, part], axis=1, bitorder="little").astype(bool)


def test_codes_have_the_layout_and_the_meaning_of_those_of_faiss() -> None:
    vectors = unit_rows(500)
    theirs, centres = coded(vectors)
    ours = encode(vectors, centres)

    assert ours.shape == theirs.shape == (500, 3 + 12 + 3 + 8)
    assert fits(theirs, vectors, centres)
    assert fits(ours, vectors, centres)
    assert np.mean(bits(ours, SECOND) == bits(theirs, SECOND)) > 0.85


@pytest.mark.parametrize("at", [0, 6, 9, 13, 16, 21, 24], ids=lambda at: f"byte {at}")
def test_another_layout_is_noticed(at: int) -> None:
    vectors = unit_rows(500)
    theirs, centres = coded(vectors)
    theirs[:, at] = np.roll(theirs[:, at], 1)

    assert not fits(theirs, vectors, centres)
    assert not fits(theirs[:, :-4], vectors, centres)


def test_no_other_number_of_large_differences_points_nearer_to_the_vector() -> None:
    vectors, centres = unit_rows(50), unit_rows(50, 9)
    codes = encode(vectors, centres)
    rest = vectors - centres
    sizes = np.abs(rest)
    large = bits(codes, SECOND) ^ (rest < 0)

    def nearness(chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        levels = np.where(chosen, 1.5, 0.5)
        return np.asarray((levels * sizes).sum(axis=1) / np.linalg.norm(levels, axis=1), np.float64)

    rank = np.argsort(np.argsort(-sizes, axis=1), axis=1)
    best = np.max([nearness(rank < count) for count in range(DIMENSION + 1)], axis=0)
    np.testing.assert_array_equal(bits(codes, SIGNS), rest > 0)
    np.testing.assert_allclose(nearness(large), best, rtol=1e-6)


def test_a_vector_that_is_its_cells_centre_has_a_code_of_finite_numbers() -> None:
    vectors = unit_rows(3)
    codes = encode(vectors, vectors)

    numbers = np.concatenate([codes[:, 3:15], codes[:, 18:]], axis=1).copy().view("<f4")
    np.testing.assert_allclose(numbers, np.array([[-1, 0, 0, 0, 0]] * 3), atol=1e-6)


def test_vectors_next_to_their_centres_say_nothing_about_the_layout() -> None:
    vectors = unit_rows(500)
    theirs, centres = coded(vectors)
    near = np.nextafter(centres, np.float32(2))
    odd = theirs.copy()
    odd[:200, 6] ^= 255

    assert not fits(odd, vectors, centres)
    assert fits(odd, np.concatenate([near[:200], vectors[200:]]), centres)
    assert not fits(theirs, near, centres)


def test_faiss_codes_for_itself_where_its_layout_is_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = unit_rows(3000)
    found = []
    for name, known in (("ours", True), ("theirs", False)):
        (tmp_path / name).mkdir()
        np.save(tmp_path / name / "vectors.npy", vectors)
        monkeypatch.setattr(ivf, "fits", lambda *codes, known=known: known)
        settings = ivf.build_ivf(tmp_path / name, np.zeros(3000, np.int8))
        index = IvfIndex(tmp_path / name, settings)
        found.append(index.search(vectors[:40], 5, bits=None, kept=3000).rows)

    assert (tmp_path / "ours" / "cells.faiss").read_bytes() != (tmp_path / "theirs" / "cells.faiss").read_bytes()
    assert np.mean(found[0] == found[1]) > 0.97
