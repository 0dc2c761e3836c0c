"""Vectors by content: kept once, found again, merged without loss, damage noticed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from embed.exceptions import ModelMismatch, StoreCorrupt
from embed.index.scattered import ScatteredRows
from embed.index.vectors import VectorBank, damaged_segments, text_hash

KEYS = [text_hash(str(n)) for n in range(60)]


def vectors(*numbers: int) -> NDArray[np.float32]:
    return np.array([[n, n + 0.5, -n] for n in numbers], np.float32)


def test_what_was_added_is_found_in_any_order_also_by_another_process(tmp_path: Path) -> None:
    VectorBank(tmp_path, "f", 3).add(KEYS[:5], vectors(0, 1, 2, 3, 4))
    bank = VectorBank(tmp_path, "f", 3)

    assert np.array_equal(bank.gather([KEYS[3], KEYS[0], KEYS[3]]), vectors(3, 0, 3))
    assert bank.missing([KEYS[7], KEYS[1], KEYS[7]]) == [KEYS[7]]
    assert len(bank) == 5


def test_segments_are_merged_and_repeated_keys_kept_once(tmp_path: Path) -> None:
    bank = VectorBank(tmp_path, "f", 3)
    for n in range(30):
        bank.add([KEYS[n], KEYS[(n + 1) % 30]], vectors(n, (n + 1) % 30))
    few = len(list((tmp_path / "f").iterdir()))
    bank.merge()

    assert few < 24
    assert len(list((tmp_path / "f").iterdir())) == 1
    assert len(bank) == 30
    assert np.array_equal(VectorBank(tmp_path, "f", 3).gather(KEYS[:30]), vectors(*range(30)))


def test_a_row_is_written_again_only_when_sixteen_segments_of_its_size_have_come_together(tmp_path: Path) -> None:
    bank = VectorBank(tmp_path, "f", 3)
    written: list[int] = []
    write = bank._write
    bank._write = lambda hashes, blocks: (written.append(len(hashes)), write(hashes, blocks))[1]  # type: ignore[method-assign,assignment]
    keys = [text_hash(str(n)) for n in range(600)]
    for n in range(300):
        bank.add(keys[2 * n : 2 * n + 2], vectors(2 * n, 2 * n + 1))

    assert sorted(s for s in written if s > 2) == [32] * 18 + [512]
    assert np.array_equal(VectorBank(tmp_path, "f", 3).gather(keys), vectors(*range(600)))


def test_what_was_released_is_gathered_as_before(tmp_path: Path) -> None:
    bank = VectorBank(tmp_path, "f", 3)
    bank.add(KEYS[:5], vectors(0, 1, 2, 3, 4))
    before = bank.gather(KEYS[:5])
    bank.release()

    assert np.array_equal(bank.gather(KEYS[:5]), before)


def test_models_do_not_share_vectors(tmp_path: Path) -> None:
    VectorBank(tmp_path, "one", 3).add(KEYS[:1], vectors(1))

    assert VectorBank(tmp_path, "two", 3).missing(KEYS[:1]) == KEYS[:1]
    with pytest.raises(ModelMismatch, match="holds vectors of 3 numbers, expected 4"):
        VectorBank(tmp_path, "one", 4)
    with pytest.raises(ModelMismatch, match="expected vectors of shape"):
        VectorBank(tmp_path, "one", 3).add(KEYS[:1], np.zeros((1, 4), np.float32))


def test_a_missing_vector_is_an_error_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(StoreCorrupt) as refused:
        VectorBank(tmp_path, "f", 3).gather(KEYS[:2])

    assert refused.value.message.startswith("2 vectors are missing in ")
    assert "bijian index" in str(refused.value.hint)


@pytest.mark.parametrize("place", [0, 5, 20, 60, -40, -1])
def test_every_flipped_byte_of_a_segment_is_noticed(tmp_path: Path, place: int) -> None:
    VectorBank(tmp_path, "f", 3).add(KEYS[:2], vectors(1, 2))
    path = next((tmp_path / "f").iterdir())
    data = bytearray(path.read_bytes())
    data[place] ^= 4
    path.write_bytes(data)

    assert damaged_segments(tmp_path) == [path]


@pytest.mark.parametrize("mapped", [True, False])
def test_scattered_rows_are_those_of_the_array_in_the_order_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mapped: bool
) -> None:
    if not mapped:
        monkeypatch.setattr("embed.index.scattered._MAPPED", 0)
    array = np.random.default_rng(1).standard_normal((3000, 8)).astype(np.float32)
    np.save(tmp_path / "v.npy", array)
    scattered = ScatteredRows(tmp_path / "v.npy")
    rows = np.array([2999, 0, 17, 17], np.int64)

    assert np.array_equal(scattered.take(rows), array[rows])
    assert np.array_equal(scattered.take(np.arange(3000)), array)
    assert scattered.take(np.array([], np.int64)).shape == (0, 8)
