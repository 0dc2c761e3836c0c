from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from embed.exceptions import ModelCorrupt, ModelError
from embed.models import static_build
from embed.models.piece_cutter import Script
from embed.models.static_build import piece_table, read_vocabulary

CHINESE, LATIN = int(Script.CHINESE), int(Script.LATIN)


def tokenizer(folder: Path, pieces: list[list[object]], kind: str = "Unigram") -> Path:
    special = {"<s>": {"ids": [0]}, "</s>": {"ids": [2]}}
    tree = {"model": {"type": kind, "vocab": pieces}, "post_processor": {"special_tokens": special}}
    path = folder / "tokenizer.json"
    path.write_text(json.dumps(tree), encoding="utf-8")
    return path


def test_each_script_is_centred_on_its_own_mean_as_texts_would_use_it() -> None:
    raw = np.array([[3.0, 0.0], [1.0, 0.0], [0.0, 9.0], [0.0, 1.0], [0.0, 0.0]])
    scripts = np.array([CHINESE, CHINESE, LATIN, LATIN])
    probabilities = np.array([0.3, 0.3, 0.3, 0.3])

    table = piece_table(raw, scripts, probabilities, rarity=0.1, evenness=0.0)

    # Every weight is 0.1 / (0.1 + 0.3).
    assert (table[:4] * 4).tolist() == [[1.0, 0.0], [-1.0, 0.0], [0.0, 4.0], [0.0, -4.0]]


def test_frequent_pieces_count_less() -> None:
    raw = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]])
    probabilities = np.array([0.1, 0.3])

    table = piece_table(raw, np.array([CHINESE] * 2), probabilities, rarity=0.1, evenness=0.0).astype(float)

    # Uses of 0.05 and 0.075 put the mean at −0.2; weights of 1/2 and 1/4 follow.
    np.testing.assert_allclose(table[:2], [[0.6, 0.0], [-0.2, 0.0]], atol=1e-3)


def test_even_components_have_the_same_spread_and_keep_their_directions() -> None:
    raw = np.array([[4.0, 0.0], [-4.0, 0.0], [0.0, 1.0], [0.0, -1.0], [0.0, 0.0]])

    table = piece_table(raw, np.array([CHINESE] * 4), np.full(4, 1e-9), evenness=1.0).astype(float)

    np.testing.assert_allclose(table[:4], [[4, 0], [-4, 0], [0, 4], [0, -4]], rtol=1e-3, atol=1e-6)


def test_pieces_that_all_mean_the_same_have_no_direction() -> None:
    raw = np.ones((3, 4))

    assert not piece_table(raw, np.array([CHINESE] * 2), np.array([0.1, 0.1])).any()


def in_one_go(raw: np.ndarray, scripts: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """The table by whole matrices, as the formula is written."""
    weights = 1e-4 / (1e-4 + probabilities)
    use = probabilities * weights
    centred = raw - np.average(raw[:-1], axis=0, weights=use)
    for script in np.unique(scripts):
        members = np.flatnonzero(scripts == script)
        centred[members] = raw[members] - np.average(raw[members], axis=0, weights=use[members])
    chinese = centred[:-1][scripts == CHINESE]
    others = centred[:-1][scripts != CHINESE]
    spreads, axes = np.linalg.eigh(chinese.T @ chinese / len(chinese) + others.T @ others / len(others))
    even = axes * np.maximum(spreads / spreads[-1], 1e-6) ** (-0.375) @ axes.T
    return np.asarray((centred @ even) * np.append(weights, 1.0)[:, None], np.float16)


def pieces_at_random(count: int, dimension: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    made = np.random.default_rng(7)
    raw = (made.normal(size=(count + 1, dimension)) * np.arange(1, dimension + 1)).astype(np.float32)
    return raw, made.integers(1, 4, count), made.dirichlet(np.full(count, 0.1))


@pytest.mark.parametrize("block", [1, 7, 64, 1000])
def test_blocks_of_any_size_give_the_bytes_of_whole_matrices(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static_build, "BLOCK", block)
    raw, scripts, probabilities = pieces_at_random(500, 6)
    before = raw.tobytes()

    table = piece_table(raw, scripts, probabilities)

    assert table.tobytes() == in_one_go(raw.astype(np.float64), scripts, probabilities).tobytes()
    assert raw.tobytes() == before


def test_a_large_vocabulary_is_never_held_in_double_precision() -> None:
    raw, scripts, probabilities = pieces_at_random(80_000, 32)

    tracemalloc.start()
    table = piece_table(raw, scripts, probabilities)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak - table.nbytes < raw.size * 8


def test_pieces_of_one_script_are_kept_and_of_two_forms_the_likelier(tmp_path: Path) -> None:
    pieces: list[list[object]] = [
        ["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0], ["▁", -1.0], ["▁依", -5.0], ["依", -4.0], ["▁法", -6.0],
        ["ab", -7.0], ["▁ab", -6.5], ["12", -8.0], ["，", -2.0], ["法1", -9.0], ["é", -9.0],
    ]  # fmt: skip

    vocabulary = read_vocabulary(tokenizer(tmp_path, pieces))

    assert vocabulary.pieces == ["依", "法", "ab", "▁ab", "12"]
    assert vocabulary.ids.tolist() == [5, 6, 7, 8, 9]
    assert vocabulary.scores.tolist() == [-4.0, -6.0, -7.0, -6.5, -8.0]
    assert (vocabulary.begin, vocabulary.end) == (0, 2)


def test_a_vocabulary_without_probabilities_cannot_be_distilled(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="WordPiece cannot be distilled"):
        read_vocabulary(tokenizer(tmp_path, [["a", 1.0]], kind="WordPiece"))


def test_a_damaged_vocabulary_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{")

    with pytest.raises(ModelCorrupt, match=r"tokenizer\.json"):
        read_vocabulary(tmp_path / "tokenizer.json")
