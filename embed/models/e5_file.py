"""Read `e5-small-q4.bin`: a BERT encoder in blocks of four-bit weights, with its SentencePiece unigram vocabulary."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import ModelCorrupt

__all__ = ["E5File", "read_e5_file"]

MAGIC = b"E5S1"
BLOCK = 32  # weights in a block
BLOCK_BYTES = 18  # one f16 scale, then 16 bytes of two weights each

LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


TABLES = ("emb.word", "emb.pos", "emb.type")


@dataclass(frozen=True, slots=True)
class E5File:
    """What the file holds.

    Attributes:
        hidden, layers, heads, ffn, vocabulary, positions, token_types: the encoder's sizes.
        epsilon: of the layer norms.
        pieces: the unigram pieces, row i is token i.
        scores: log probabilities of the pieces, float32.
        bos, eos, pad, unk: special token ids.
        rules: code point → its replacement, in the file's order.
        tensors: float32 arrays by their names in Hugging Face's BERT.
    """

    hidden: int
    layers: int
    heads: int
    ffn: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    pieces: list[str]
    scores: NDArray[np.float32]
    bos: int
    eos: int
    pad: int
    unk: int
    rules: dict[int, str]
    tensors: dict[str, NDArray[np.float32]]


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def read(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + form, self.data, self.place)
        self.place += struct.calcsize("<" + form)
        return values

    def array(self, dtype: str, count: int) -> NDArray[np.generic]:
        values = np.frombuffer(self.data, dtype, count, self.place)
        self.place += values.nbytes
        return values


def read_e5_file(path: Path) -> E5File:
    """Read and dequantise the whole file (about 470 MB of float32).

    Raises:
        ModelCorrupt: the bytes are not what the layout says.
    """
    data = path.read_bytes()
    if data[:4] != MAGIC:
        raise ModelCorrupt(f"{path.name}: expected the magic {MAGIC!r}, came {data[:4]!r}.")
    try:
        return _parse(_Cursor(data))
    except (struct.error, ValueError, KeyError) as error:
        raise ModelCorrupt(f"{path.name}: the layout is damaged: {error}.") from error


def _parse(cursor: _Cursor) -> E5File:
    cursor.read("4sI")
    sizes = cursor.read("7i")
    (epsilon,) = cursor.read("f")
    (block,) = cursor.read("i")
    if block != BLOCK:
        raise ValueError(f"blocks of {block} weights, expected {BLOCK}")
    count, bos, eos, pad, unk = cursor.read("5i")
    pieces, scores = _vocabulary(cursor, count)
    rules = _rules(cursor)
    hidden, ffn, vocabulary, positions, token_types = sizes[0], sizes[3], sizes[4], sizes[5], sizes[6]
    tensors = _tensors(cursor, hidden, ffn)
    return E5File(
        hidden, sizes[1], sizes[2], ffn, vocabulary, positions, token_types, float(np.float32(epsilon)),
        pieces, scores, bos, eos, pad, unk, rules, tensors,
    )  # fmt: skip


def _vocabulary(cursor: _Cursor, count: int) -> tuple[list[str], NDArray[np.float32]]:
    (length,) = cursor.read("Q")
    offsets = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).astype(np.float32)
    blob = cursor.data[cursor.place : cursor.place + length]
    cursor.place += length
    return [blob[offsets[i] : offsets[i + 1]].decode("utf-8") for i in range(count)], scores


def _rules(cursor: _Cursor) -> dict[int, str]:
    (count, _length) = cursor.read("iI")
    rules = {}
    for _ in range(count):
        code, size = cursor.read("IB")
        rules[code] = "".join(map(chr, cursor.read(f"{size}I")))
    return rules


def _tensors(cursor: _Cursor, hidden: int, ffn: int) -> dict[str, NDArray[np.float32]]:
    (count,) = cursor.read("i")
    tensors = {}
    for _ in range(count):
        (length,) = cursor.read("H")
        name = cursor.data[cursor.place : cursor.place + length].decode("ascii")
        cursor.place += length
        kind, elements, offset, size = cursor.read("BIQQ")
        values = _values(cursor.data, kind, elements, offset, size)
        if name in TABLES or name.endswith((".q.w", ".k.w", ".v.w", ".ao.w", ".fi.w", ".fo.w")):
            values = values.reshape(-1, ffn if name.endswith(".fo.w") else hidden)
        tensors[_hugging_face_name(name)] = values
    return tensors


def _values(data: bytes, kind: int, elements: int, offset: int, size: int) -> NDArray[np.float32]:
    if kind == 0:
        return np.frombuffer(data, "<f4", elements, offset).astype(np.float32)
    if elements % BLOCK or size != elements // BLOCK * BLOCK_BYTES:
        raise ValueError(f"{elements} four-bit weights in {size} bytes")
    blocks = np.frombuffer(data, np.uint8, size, offset).reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    values = np.empty((len(blocks), BLOCK), np.float32)
    values[:, :16] = blocks[:, 2:] & 15
    values[:, 16:] = blocks[:, 2:] >> 4
    values -= 8
    values *= scales
    return values.reshape(-1)


def _hugging_face_name(name: str) -> str:
    if name in EMBEDDING_NAMES:
        return EMBEDDING_NAMES[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{int(layer[1:])}.{LAYER_NAMES[part]}.{'weight' if kind == 'w' else 'bias'}"
