"""The fast engine over a tiny model: what it builds, what it refuses, and that a vector depends on its text alone."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embed.exceptions import ModelCorrupt, ModelError
from embed.models import ModelEntry, Side, open_encoder
from embed.models.bert_folder import BertFolder, as_float32, read_bert_folder, unsupported_reason
from embed.models.bert_graph import build_graph
from embed.models.int8_plan import ChannelRange, plan_int8
from embed.models.openvino_network import OpenVINONetwork, compile_graph
from tests.helpers.tiny_model import HEADS, HIDDEN, LAYERS, PIECES, tiny_folder

TEXTS = ["依法行政", "依法，行政。", "ab ab", "", "依" * 25, "政" * 100, "abab依法行政1"]


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> ModelEntry:
    return tiny_folder(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def reference(bert: BertFolder, ids: np.ndarray) -> np.ndarray:
    """BERT written out in float64, one text, mean pooling, unit length."""

    def weight(name: str) -> np.ndarray:
        return bert.weight(name).astype(np.float64)

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        even = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + bert.epsilon)
        return even * weight(f"{name}.weight") + weight(f"{name}.bias")

    def linear(x: np.ndarray, name: str) -> np.ndarray:
        return x @ weight(f"{name}.weight").T + weight(f"{name}.bias")

    def heads(x: np.ndarray) -> np.ndarray:
        return x.reshape(len(x), HEADS, HIDDEN // HEADS).transpose(1, 0, 2)

    from scipy.special import erf

    x = norm(bert.embed(ids).astype(np.float64), "embeddings.LayerNorm")
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        query, key, value = (heads(linear(x, f"{at}.attention.self.{p}")) for p in ("query", "key", "value"))
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(HIDDEN // HEADS)
        weights = np.exp(scores - scores.max(2, keepdims=True))
        weights /= weights.sum(2, keepdims=True)
        context = (weights @ value).transpose(1, 0, 2).reshape(len(x), HIDDEN)
        x = norm(x + linear(context, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm")
        up = linear(x, f"{at}.intermediate.dense")
        active = up * (1 + erf(up / np.sqrt(2))) / 2
        x = norm(x + linear(active, f"{at}.output.dense"), f"{at}.output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


def test_the_float32_graph_computes_bert(entry: ModelEntry) -> None:
    bert = read_bert_folder(Path(entry.location))
    rng = np.random.default_rng(1)
    ids = [rng.integers(0, len(PIECES), n) for n in (2, 7, 16, 17, 40)]

    vectors = OpenVINONetwork(bert, compile_graph(build_graph(bert), threads=1), threads=1).vectors(ids)

    np.testing.assert_allclose(vectors, [reference(bert, row) for row in ids], atol=2e-6)


def test_the_bytes_of_a_vector_depend_on_its_text_alone(entry: ModelEntry, cache: Path) -> None:
    encoder = open_encoder(entry, cache=cache, engine="openvino", threads=1)
    alone = [encoder.encode([text], side=Side.PASSAGE)[0].tobytes() for text in TEXTS]

    for threads in (1, 2, 3):
        other = open_encoder(entry, cache=cache, engine="openvino", threads=threads)
        for batch in (TEXTS, TEXTS[::-1], TEXTS * 40):
            vectors = other.encode(batch, side=Side.PASSAGE)
            expected = dict(zip(TEXTS, alone, strict=True))
            assert [row.tobytes() for row in vectors] == [expected[text] for text in batch]


def test_many_threads_may_encode_at_once(entry: ModelEntry, cache: Path) -> None:
    encoders = [open_encoder(entry, cache=cache, threads=threads) for threads in (1, 2)]
    expected = encoders[0].encode(TEXTS, side=Side.PASSAGE).tobytes()

    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(encoders[i % 2].encode, TEXTS, side=Side.PASSAGE) for i in range(64)]
        found = {future.result(timeout=60).tobytes() for future in running}

    assert found == {expected}


def test_an_engine_lives_on_after_a_text_that_it_cannot_run(entry: ModelEntry, cache: Path) -> None:
    encoder = open_encoder(entry, cache=cache, threads=1)
    network = encoder._engine._network  # type: ignore[attr-defined]
    expected = encoder.encode(TEXTS, side=Side.PASSAGE).tobytes()

    for _ in range(4):
        with pytest.raises(IndexError):
            network.vectors([np.array([4, 5]), np.array([10**6])])

    assert encoder.encode(TEXTS, side=Side.PASSAGE).tobytes() == expected


def test_every_row_has_unit_length(entry: ModelEntry, cache: Path) -> None:
    vectors = open_encoder(entry, cache=cache).encode(TEXTS, side=Side.QUERY)

    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_auto_takes_the_fast_engine_where_the_model_fits_it(entry: ModelEntry, cache: Path) -> None:
    encoder = open_encoder(entry, cache=cache)

    assert encoder.engine.startswith("openvino-")  # type: ignore[attr-defined]
    assert encoder.fingerprint == open_encoder(entry, cache=cache, engine="openvino").fingerprint


def test_the_fast_engine_imports_no_torch(entry: ModelEntry, cache: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from embed.models import *;"
        f"e = ModelEntry(name='tiny', source={entry.source!r}, licence='MIT', dimension={HIDDEN}, max_tokens=32);"
        f"open_encoder(e, cache=Path({str(cache)!r})).encode(['依法'], side=Side.QUERY);"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers', 'tokenizers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_the_fast_engine_sends_nothing_and_leaves_nothing_in_the_home_of_its_user(
    entry: ModelEntry, cache: Path, tmp_path: Path
) -> None:
    code = (
        "import sys, os; from pathlib import Path; events = [];"
        "sys.addaudithook(lambda event, _: events.append(event) if event in ('socket.connect', 'os.fork') else None);"
        "from embed.models import *;"
        f"e = ModelEntry(name='tiny', source={entry.source!r}, licence='MIT', dimension={HIDDEN}, max_tokens=32);"
        f"open_encoder(e, cache=Path({str(cache)!r})).encode(['依法'], side=Side.QUERY);"
        "print(events, 'openvino' in sys.modules, [m for m in sys.modules if m.startswith('openvino_telemetry')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "[] True []"
    assert list(tmp_path.iterdir()) == []


def test_a_graph_of_another_build_of_openvino_is_compiled_again_with_the_same_result(
    entry: ModelEntry, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from embed.models import openvino_network

    before = open_encoder(entry, cache=cache).encode(TEXTS, side=Side.PASSAGE)
    monkeypatch.setattr(openvino_network, "COMPILED", "model.xml")  # something that cannot be imported

    after = open_encoder(entry, cache=cache).encode(TEXTS, side=Side.PASSAGE)

    assert after.tobytes() == before.tobytes()


def test_a_flipped_byte_in_the_engine_is_found(entry: ModelEntry, cache: Path, tmp_path: Path) -> None:
    open_encoder(entry, cache=cache)
    own = tmp_path / "cache"
    shutil.copytree(cache, own)
    for path in (own / "engines").glob("tiny-*/model.compiled"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    with pytest.raises(ModelCorrupt, match=r"model\.compiled") as caught:
        open_encoder(entry, cache=own)

    assert str(own / "engines") in (caught.value.hint or "")


def test_eight_bits_that_are_too_coarse_are_refused_with_a_warning(
    entry: ModelEntry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from embed.models import openvino_build

    monkeypatch.setattr(openvino_build, "MEAN_FLOOR", 1.1)
    with caplog.at_level(logging.WARNING):
        encoder = open_encoder(entry, cache=tmp_path)

    assert encoder.engine == "openvino-float32-1"  # type: ignore[attr-defined]
    assert "runs in float32" in caplog.text


def test_the_record_says_what_was_measured(entry: ModelEntry, cache: Path) -> None:
    open_encoder(entry, cache=cache)

    record = json.loads(next((cache / "engines").glob("tiny-*/engine.json")).read_text())

    assert record["weights"] in {"int8", "float32"}
    assert 0.9 < record["cosine_min"] <= record["cosine_mean"] <= 1


def test_zero_is_one_of_the_256_levels_and_outliers_move_into_the_weights(entry: ModelEntry) -> None:
    bert = read_bert_folder(Path(entry.location))
    low, high = np.full(HIDDEN, -1, np.float32), np.full(HIDDEN, 1, np.float32)
    high[3] = 100

    plan = plan_int8(bert, {"0.qkv": ChannelRange(low, high)})["0.qkv"]

    step = (plan.high - plan.low) / 255
    assert (plan.low / step) == pytest.approx(round(plan.low / step), abs=1e-6)
    assert plan.divisor[3] > 8 * np.median(plan.divisor)
    assert plan.high < 30


def test_bfloat16_weights_are_read_by_their_bits() -> None:
    bits = np.array([0x3F80, 0xC000, 0x3E20], np.uint16)

    assert as_float32(bits).tolist() == [1.0, -2.0, 0.15625]


@pytest.mark.parametrize(
    ("file", "change", "word"),
    [
        ("config.json", {"model_type": "qwen3"}, "qwen3"),
        ("config.json", {"hidden_act": "relu"}, "relu"),
        ("config.json", {"position_embedding_type": "relative_key"}, "absolute"),
        ("1_Pooling/config.json", {"pooling_mode_mean_tokens": False, "pooling_mode_max_tokens": True}, "pooling"),
        ("1_Pooling/config.json", {"pooling_mode_cls_token": True}, "pooling"),
    ],
)
def test_a_model_that_the_fast_engine_does_not_know_is_refused_with_the_reason(
    entry: ModelEntry, tmp_path: Path, file: str, change: dict[str, object], word: str
) -> None:
    folder = tmp_path / "folder"
    shutil.copytree(entry.location, folder)
    tree = json.loads((folder / file).read_text()) | change
    (folder / file).write_text(json.dumps(tree))
    other = ModelEntry(name="tiny", source=f"folder:{folder}", licence="MIT", dimension=HIDDEN)

    assert word in (unsupported_reason(folder) or "")
    with pytest.raises(ModelError, match=word) as caught:
        open_encoder(other, cache=tmp_path / "cache", engine="openvino")
    assert "--engine torch" in (caught.value.hint or "")


def test_first_token_pooling_is_the_first_token(entry: ModelEntry, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    shutil.copytree(entry.location, folder)
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')

    bert = read_bert_folder(folder)

    assert bert.pooling == "cls"
    ids = np.array([0, 4, 5, 2])
    vectors = OpenVINONetwork(bert, compile_graph(build_graph(bert), threads=1), threads=1).vectors([ids])
    mean = OpenVINONetwork(
        read_bert_folder(Path(entry.location)), compile_graph(build_graph(bert), threads=1), threads=1
    ).vectors([ids])
    assert abs(float((vectors @ mean.T)[0, 0])) < 0.999
