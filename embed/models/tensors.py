"""Read and write safetensors files with numpy alone; reading maps the file and copies nothing."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import ModelCorrupt

__all__ = ["read_tensors", "write_tensors"]

DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U8": "u1",
    "BOOL": "?",
}
NAMES = {np.dtype(code): name for name, code in DTYPES.items() if name != "BF16"}
LONGEST_HEADER = 100_000_000


def write_tensors(path: Path, tensors: Mapping[str, NDArray[np.generic]]) -> None:
    """Write arrays in the order of their names: the same arrays always give the same bytes."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    place = 0
    for name in sorted(tensors):
        array = tensors[name]
        header[name] = {
            "dtype": NAMES[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [place, place + array.nbytes],
        }
        place += array.nbytes
    head = json.dumps(header, separators=(",", ":")).encode("utf-8")
    head += b" " * (-len(head) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(head)) + head)
        for name in sorted(tensors):
            file.write(np.ascontiguousarray(tensors[name]).data)


def read_tensors(path: Path) -> dict[str, NDArray[np.generic]]:
    """Arrays by name, as read-only views of the mapped file. bfloat16 comes as uint16 with the same bits.

    Raises:
        ModelCorrupt: the header or the length is not that of a safetensors file.
    """
    try:
        data = np.memmap(path, np.uint8, mode="r")
        header, start = _header(data)
        return {name: _view(data[start:], entry) for name, entry in header.items()}
    except (ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise ModelCorrupt(f"{path} is not a whole safetensors file: {error}.") from error


def _header(data: NDArray[np.uint8]) -> tuple[dict[str, Any], int]:
    (length,) = struct.unpack("<Q", data[:8].tobytes())
    if length > min(LONGEST_HEADER, data.size - 8):
        raise ValueError(f"a header of {length} bytes in a file of {data.size}")
    header = json.loads(data[8 : 8 + length].tobytes())
    header.pop("__metadata__", None)
    return header, 8 + length


def _view(body: NDArray[np.uint8], entry: dict[str, Any]) -> NDArray[np.generic]:
    start, end = entry["data_offsets"]
    if not 0 <= start <= end <= body.size:
        raise ValueError(f"data from {start} to {end} in {body.size} bytes")
    values: NDArray[np.generic] = body[start:end].view(DTYPES[str(entry["dtype"])])
    return values.reshape(entry["shape"])
