from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from embed.exceptions import ModelCorrupt
from embed.models.e5_file import read_e5_file
from tests.helpers.tiny_model import FFN, HIDDEN, LAYERS, PIECES, RULES, e5_bytes, tiny_source


def test_sizes_pieces_and_rules_are_read_as_written(tmp_path: Path) -> None:
    source = tiny_source(tmp_path)

    assert (source.hidden, source.layers, source.ffn) == (HIDDEN, LAYERS, FFN)
    assert source.pieces == PIECES
    assert source.rules == RULES
    assert (source.bos, source.pad, source.eos, source.unk) == (0, 1, 2, 3)
    assert source.epsilon == pytest.approx(1e-12)


def test_a_weight_is_its_nibble_less_eight_times_the_scale_of_its_block(tmp_path: Path) -> None:
    data = e5_bytes()
    name = data.index(b"emb.word")
    _kind, _elements, offset, _size = struct.unpack_from("<BIQQ", data, name + len(b"emb.word"))
    (scale,) = struct.unpack_from("<e", data, offset)
    low_nibble, high_nibble = data[offset + 2 + 5] & 15, data[offset + 2 + 5] >> 4

    words = tiny_source(tmp_path).tensors["embeddings.word_embeddings.weight"]

    assert words.shape == (len(PIECES), HIDDEN)
    assert words[0, 5] == np.float32(scale) * (low_nibble - 8)
    assert words[0, 5 + 16] == np.float32(scale) * (high_nibble - 8)


def test_tensors_carry_the_names_and_shapes_of_bert(tmp_path: Path) -> None:
    tensors = tiny_source(tmp_path).tensors

    assert tensors["encoder.layer.1.intermediate.dense.weight"].shape == (FFN, HIDDEN)
    assert tensors["encoder.layer.1.output.dense.weight"].shape == (HIDDEN, FFN)
    assert tensors["encoder.layer.0.attention.self.value.bias"].shape == (HIDDEN,)
    assert tensors["encoder.layer.0.attention.output.LayerNorm.weight"].shape == (HIDDEN,)
    assert len(tensors) == 5 + 16 * LAYERS


@pytest.mark.parametrize("damage", [b"", b"E5S2" + e5_bytes()[4:], e5_bytes()[:200], e5_bytes()[:-50]])
def test_a_file_of_another_layout_is_refused(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(damage)

    with pytest.raises(ModelCorrupt, match=r"weights\.bin"):
        read_e5_file(path)
