"""Any sentence-transformers folder runs through torch, and gives what the fast engine gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embed.exceptions import ModelCorrupt
from embed.models import Side, open_encoder
from embed.models.bert_folder import read_bert_folder
from embed.models.bert_graph import build_graph
from embed.models.openvino_network import OpenVINONetwork, compile_graph
from embed.models.tokenizers_file import open_tokenizer
from embed.models.torch_engine import token_batches
from tests.helpers.tiny_model import tiny_folder

TEXTS = ["依法行政", "依法，行政。", "ab ab", "", "依" * 25, "政" * 100, "abab依法行政1"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torch_and_the_fast_engine_agree_on_the_same_folder(tmp_path: Path) -> None:
    entry = tiny_folder(tmp_path)
    encoder = open_encoder(entry, cache=tmp_path / "cache", engine="torch", threads=1)

    vectors = encoder.encode(TEXTS, side=Side.PASSAGE)

    bert = read_bert_folder(Path(entry.location))
    tokenizer = open_tokenizer(Path(entry.location), tmp_path)
    short = [i for i, text in enumerate(TEXTS) if len(text) < 30]
    ids = [np.array(row) for row in tokenizer([entry.passage_prompt + TEXTS[i] for i in short])]
    expected = OpenVINONetwork(bert, compile_graph(build_graph(bert), threads=1), threads=1).vectors(ids)
    np.testing.assert_allclose(vectors[short], expected, atol=2e-6)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert encoder.engine == "torch-float32"  # type: ignore[attr-defined]
    # A row depends on its text alone.
    assert encoder.encode(TEXTS[::-1], side=Side.PASSAGE)[::-1].tobytes() == vectors.tobytes()
    # The batches of a GPU, run here on the CPU, give the same rows up to rounding.
    encoder._engine._gpu = True  # type: ignore[attr-defined]
    np.testing.assert_allclose(encoder.encode(TEXTS, side=Side.PASSAGE), vectors, atol=2e-6)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_folder_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    entry = tiny_folder(tmp_path)
    (Path(entry.location) / "model.safetensors").write_bytes(b"damaged")

    with pytest.raises(ModelCorrupt, match="tiny-folder"):
        open_encoder(entry, cache=tmp_path / "cache", engine="torch", threads=1)


@pytest.mark.parametrize(
    ("lengths", "budget", "expected"),
    [
        ([5], 1, [(0, 1)]),
        ([1, 1, 2, 4], 4, [(0, 2), (2, 3), (3, 4)]),
        ([2, 2, 2], 100, [(0, 3)]),
        ([10, 10, 10], 20, [(0, 2), (2, 3)]),
    ],
)
def test_gpu_batches_stay_within_the_token_budget(
    lengths: list[int], budget: int, expected: list[tuple[int, int]]
) -> None:
    assert [(batch.start, batch.stop) for batch in token_batches(lengths, budget)] == expected
