from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from embed.exceptions import ModelCorrupt
from embed.models.tensors import read_tensors, write_tensors

ARRAYS = {
    "b": np.arange(6, dtype=np.float32).reshape(2, 3),
    "a": np.array([1, -2], np.int64),
    "half": np.array([[0.5]], np.float16),
}


def test_the_safetensors_library_reads_what_is_written(tmp_path: Path) -> None:
    write_tensors(tmp_path / "x.safetensors", ARRAYS)

    read = load_file(tmp_path / "x.safetensors")

    assert {name: values.tolist() for name, values in read.items()} == {n: v.tolist() for n, v in ARRAYS.items()}
    assert {name: values.dtype for name, values in read.items()} == {n: v.dtype for n, v in ARRAYS.items()}


def test_what_the_safetensors_library_writes_is_read(tmp_path: Path) -> None:
    save_file(ARRAYS, tmp_path / "x.safetensors")

    read = read_tensors(tmp_path / "x.safetensors")

    assert {name: values.tolist() for name, values in read.items()} == {n: v.tolist() for n, v in ARRAYS.items()}


def test_the_order_of_the_arrays_does_not_change_the_bytes(tmp_path: Path) -> None:
    write_tensors(tmp_path / "x", ARRAYS)
    write_tensors(tmp_path / "y", dict(reversed(ARRAYS.items())))

    assert (tmp_path / "x").read_bytes() == (tmp_path / "y").read_bytes()


def file_of(header: object, body: bytes = b"") -> bytes:
    head = json.dumps(header).encode()
    return struct.pack("<Q", len(head)) + head + body


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 4,
        struct.pack("<Q", 1 << 60) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        file_of({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, b"1234"),
        file_of({"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}, b"12345678"),
        file_of({"a": {"dtype": "Q9", "shape": [1], "data_offsets": [0, 4]}}, b"1234"),
        file_of({"a": {"dtype": "F32", "shape": [1], "data_offsets": [-4, 0]}}, b"1234"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(data)

    with pytest.raises(ModelCorrupt, match=r"x\.safetensors"):
        read_tensors(path)
