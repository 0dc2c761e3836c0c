"""A static model over the tiny one: exact sums, the same bytes whatever runs beside a text, and what is refused."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embed.exceptions import ModelCorrupt, ModelMissing
from embed.models import Encoder, ModelEntry, Side, open_encoder, read_models
from embed.models.folder import model_checksums, model_folder, model_state, verify_model
from embed.models.neutral import neutral_passages, neutral_queries
from embed.models.openvino_engine import OpenVINOEngine
from embed.models.static_build import build_static, read_vocabulary
from embed.models.static_engine import StaticModel
from embed.models.tensors import read_tensors
from service.settings import Settings
from tests.helpers.tiny_model import HIDDEN, tiny_folder

TEXTS = ["依法行政", "依法，行政。", "ab ab", "政" * 100, "", "abab依法行政1", "😀", "丂", "依" * 700]


def distilled(teacher: ModelEntry) -> ModelEntry:
    return ModelEntry(
        name="static-tiny", source="distilled:tiny", licence="MIT", dimension=HIDDEN, max_tokens=512, teacher=teacher
    )


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> ModelEntry:
    return distilled(tiny_folder(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory, entry: ModelEntry) -> Path:
    cache = tmp_path_factory.mktemp("cache")
    open_encoder(entry, cache=cache)
    return cache


@pytest.fixture(scope="module")
def static(entry: ModelEntry, cache: Path) -> Encoder:
    return open_encoder(entry, cache=cache)


def test_a_vector_is_the_sum_of_its_pieces_made_a_unit() -> None:
    vectors = np.array([[3, 0, 0], [0, 2, 0], [1, 2, 0], [0, 0, 5]], np.float16)
    model = StaticModel(["依", "法", "政"], np.array([-1, -1, -1], np.float32), vectors)

    found = model.vectors(model.tokens(["依法法", "政，依依", "，", "依", ""]))

    np.testing.assert_allclose(
        found, [[0.6, 0.8, 0], [7 / 53**0.5, 2 / 53**0.5, 0], [0, 0, 1], [1, 0, 0], [0, 0, 1]], rtol=1e-6
    )
    assert found.dtype == np.float32


def test_pieces_that_add_up_to_nothing_still_give_a_unit_vector() -> None:
    model = StaticModel(["依", "法"], np.array([-1, -1], np.float32), np.array([[1, 2], [-1, -2], [0, 0]], np.float16))

    assert model.vectors(model.tokens(["依法", ""])).tolist() == [[1.0, 0.0], [1.0, 0.0]]


def test_the_bytes_of_a_vector_depend_on_its_text_alone(entry: ModelEntry, cache: Path, static: Encoder) -> None:
    shuffled = random.Random(1).sample(TEXTS * 3, 3 * len(TEXTS))
    other = open_encoder(entry, cache=cache, threads=1)

    together = dict(zip(TEXTS, static.encode(TEXTS, side=Side.PASSAGE), strict=True))
    again = dict(zip(shuffled, other.encode(shuffled, side=Side.PASSAGE), strict=True))
    with ThreadPoolExecutor(4) as pool:
        alone = list(pool.map(lambda text: static.encode([text], side=Side.QUERY)[0], TEXTS))

    assert all(together[text].tobytes() == again[text].tobytes() for text in TEXTS)
    assert [vector.tobytes() for vector in alone] == [together[text].tobytes() for text in TEXTS]
    np.testing.assert_allclose(np.linalg.norm(alone, axis=1), 1, atol=1e-6)


def test_building_again_gives_the_same_bytes(entry: ModelEntry, cache: Path, tmp_path: Path) -> None:
    again = open_encoder(entry, cache=tmp_path)

    built, first = (next((place / "engines").glob("static-tiny-*")) for place in (tmp_path, cache))
    assert built.name == first.name
    assert (built / "checksums.json").read_bytes() == (first / "checksums.json").read_bytes()
    assert again.fingerprint == open_encoder(entry, cache=cache).fingerprint


def test_other_weights_have_another_fingerprint_and_so_has_their_teacher(
    static: Encoder, entry: ModelEntry, cache: Path, tmp_path: Path
) -> None:
    assert entry.teacher is not None
    other = open_encoder(distilled(tiny_folder(tmp_path, seed=1)), cache=tmp_path / "cache")
    teacher = open_encoder(entry.teacher, cache=cache, engine="openvino")

    assert len({static.fingerprint, other.fingerprint, teacher.fingerprint}) == 3


def test_its_means_are_those_of_the_neutral_texts(static: Encoder) -> None:
    expected = static.encode(neutral_queries("zh"), side=Side.QUERY).astype(np.float64).mean(0)
    means = [static.query_mean("zh"), static.query_mean("en"), static.passage_mean()]

    assert all(mean is not None and mean.shape == (HIDDEN,) for mean in means)
    np.testing.assert_allclose(static.query_mean("zh"), expected, atol=6e-5)
    assert static.query_mean("fr") is None


def test_it_opens_without_torch_and_without_openvino(entry: ModelEntry, cache: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from embed.models import *; from tests.helpers.tiny_model import *;"
        f"t = tiny_entry({entry.teacher.source!r}); e = ModelEntry(name='static-tiny', source='distilled:tiny',"  # type: ignore[union-attr]
        f"licence='MIT', dimension=HIDDEN, teacher=t); open_encoder(e, cache=Path({str(cache)!r}))"
        ".encode(['依法'], side=Side.QUERY); print({'torch', 'openvino', 'tokenizers'} & set(sys.modules))"
    )
    root = Path(__file__).parents[3]

    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"


def test_a_flipped_byte_in_the_table_is_refused(entry: ModelEntry, cache: Path, tmp_path: Path) -> None:
    own = tmp_path / "cache"
    shutil.copytree(cache, own)
    table = next((own / "engines").glob("static-tiny-*")) / "static.safetensors"
    table.write_bytes(table.read_bytes()[:-1] + bytes([table.read_bytes()[-1] ^ 1]))

    with pytest.raises(ModelCorrupt, match=r"static\.safetensors"):
        open_encoder(entry, cache=own)
    with pytest.raises(ModelCorrupt, match=r"static\.safetensors"):
        verify_model(entry, cache=own)


def test_it_is_buildable_until_it_is_built_and_then_verified(entry: ModelEntry, cache: Path, tmp_path: Path) -> None:
    assert entry.teacher is not None
    assert model_state(entry, cache=tmp_path) == "buildable"
    assert model_state(entry, cache=cache) == "ready"
    assert model_folder(entry, cache=cache) == Path(entry.teacher.location)
    assert any(name.endswith("/static.safetensors") for name in verify_model(entry, cache=cache))
    with pytest.raises(ModelMissing, match="has not been built"):
        verify_model(entry, cache=tmp_path)


@pytest.mark.model
def test_a_first_look_with_the_real_pieces_of_some_texts_finds_what_the_model_finds(
    encoder: Encoder, tmp_path: Path
) -> None:
    """The whole table takes a minute to build; here it has the pieces of the neutral passages alone."""
    entry = read_models()["static-e5-small"]
    assert entry.teacher is not None
    place = Settings.read().cache
    folder = model_folder(entry, cache=place)
    sums = model_checksums(folder, stamps=place / "verified")
    engine = OpenVINOEngine(entry.teacher, folder, checksums=sums, cache=place, threads=2)
    texts = neutral_passages("zh")[::6]
    said = "".join(texts)
    whole = read_vocabulary(folder / "tokenizer.json")
    kept = [i for i, piece in enumerate(whole.pieces) if piece in said]
    some = replace(whole, pieces=[whole.pieces[i] for i in kept], ids=whole.ids[kept], scores=whole.scores[kept])

    build_static(entry, engine, some, tmp_path)
    tensors = read_tensors(tmp_path / "static.safetensors")
    model = StaticModel(some.pieces, tensors["scores"], tensors["vectors"])  # type: ignore[arg-type]
    first = model.vectors(model.tokens(texts))
    full = encoder.encode(texts, side=Side.PASSAGE)

    def order(vectors: np.ndarray) -> np.ndarray:
        centred = vectors - vectors.mean(0)
        centred /= np.linalg.norm(centred, axis=1, keepdims=True)
        scores = centred @ centred.T
        np.fill_diagonal(scores, -1)
        return scores.argsort(1)[:, ::-1]

    near, wanted = order(first)[:, :10], order(full)[:, :3]
    shared = np.mean([len(set(a) & set(b)) / 3 for a, b in zip(near, wanted, strict=True)])
    assert shared >= 0.8
