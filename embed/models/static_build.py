"""Distil a static model: the vector of every Chinese, Latin or digit piece of a vocabulary, made fit to be added up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import ModelCorrupt, ModelError
from embed.models.checksums import write_checksums
from embed.models.entry import ModelEntry
from embed.models.means import neutral_texts
from embed.models.piece_cutter import START, Script, script_of
from embed.models.static_engine import PIECES, RECORD, TABLE, StaticModel
from embed.models.tensors import write_tensors

__all__ = ["Vocabulary", "build_static", "piece_table", "read_vocabulary"]

RARITY = 1e-4  # a of the weight a / (a + p): a piece as frequent as this counts half
EVENNESS = 0.75  # of the components: 0 leaves their spread as it is, 1 makes all alike
LEAST_SPREAD = 1e-6  # of the largest; what is below counts as this
BLOCK = 8192  # rows that are worked on at once: the table of a large vocabulary is a third of a gigabyte in float64

Vectors = NDArray[np.float64]


class PieceEngine(Protocol):
    """What a static model is distilled from."""

    @property
    def name(self) -> str: ...

    def short_vectors(self, tokens: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
        """Unit rows for very short texts, given as ids."""
        ...


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The pieces that are kept, and where they are in the vocabulary that they come from.

    Attributes:
        pieces: of one script each; `▁` only in front of Latin ones that begin a word.
        ids: shape (n,), in the whole vocabulary.
        scores: log probabilities, shape (n,).
        begin, end: ids in front of and after every text.
    """

    pieces: list[str]
    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    begin: int
    end: int


def build_static(entry: ModelEntry, engine: PieceEngine, vocabulary: Vocabulary, part: Path) -> None:
    """Fill `part` with pieces, their vectors and scores, the means of neutral texts, and a record."""
    frame = [np.array([vocabulary.begin, piece, vocabulary.end]) for piece in vocabulary.ids]
    frame.append(np.array([vocabulary.begin, vocabulary.end]))
    raw = np.concatenate([engine.short_vectors(frame[i : i + BLOCK]) for i in range(0, len(frame), BLOCK)])
    scripts = np.array([script_of(piece.removeprefix(START)) for piece in vocabulary.pieces])
    vectors = piece_table(raw, scripts, np.exp(vocabulary.scores.astype(np.float64)))
    (part / PIECES).write_bytes("\n".join(vocabulary.pieces).encode("utf-8"))
    model = StaticModel(vocabulary.pieces, vocabulary.scores, vectors)
    write_tensors(part / TABLE, {"vectors": vectors, "scores": vocabulary.scores, **_means(model)})
    record = {"model": entry.name, "engine": engine.name, "pieces": len(vocabulary.pieces), "dimension": raw.shape[1]}
    (part / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    write_checksums(part)


def read_vocabulary(tokenizer: Path) -> Vocabulary:
    """The Chinese, Latin and digit pieces of a tokenizer.json; of two that differ in a leading `▁` the likelier one.

    Raises:
        ModelError: it is not a unigram vocabulary.
        ModelCorrupt: it is not valid.
    """
    try:
        tree = json.loads(tokenizer.read_text(encoding="utf-8"))
        if tree["model"]["type"] != "Unigram":
            raise ModelError(
                f"a model with a vocabulary of the kind {tree['model']['type']} cannot be distilled: "
                "its pieces have no probabilities."
            )
        special = tree["post_processor"]["special_tokens"]
        begin, end = (int(special[name]["ids"][0]) for name in ("<s>", "</s>"))
        return _kept(tree["model"]["vocab"], begin, end)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelCorrupt(f"{tokenizer} is not valid: {error}.") from error


def _kept(pieces: Sequence[tuple[str, float]], begin: int, end: int) -> Vocabulary:
    found: dict[str, tuple[int, float]] = {}
    for i, (piece, score) in enumerate(pieces):
        script = script_of(piece.removeprefix(START))
        key = piece if script is Script.LATIN else piece.removeprefix(START)
        if script and (key not in found or found[key][1] < score):
            found[key] = (i, score)
    ids = np.array([i for i, _ in found.values()], np.int64)
    return Vocabulary(list(found), ids, np.array([score for _, score in found.values()], np.float32), begin, end)


def piece_table(
    raw: NDArray[np.float32] | Vectors,
    scripts: NDArray[np.int64],
    probabilities: Vectors,
    *,
    rarity: float = RARITY,
    evenness: float = EVENNESS,
) -> NDArray[np.float16]:
    """Vectors of pieces that can be added up.

    Pieces of one script share a large part that says nothing but the script: each script is centred on its mean, as
    texts would use it. Then the components are made more even: an uneven few would decide every sum. (The rotation is
    undone afterwards, so that equal spreads, whose order is a matter of rounding, do no harm.) Frequent pieces count
    less.

    Args:
        raw: vectors of the pieces, shape (n, d), then one of the empty text.
        scripts: of the pieces, shape (n,).
        probabilities: of the pieces, shape (n,).
        rarity: a of the weight a / (a + p).
        evenness: 0 leaves the components as they are, 1 gives all the same spread.

    Returns:
        Shape (n + 1, d); the last row is the empty text's.
    """
    weights = rarity / (rarity + probabilities)
    use = probabilities * weights
    found, script = np.unique(np.append(scripts, -1), return_inverse=True)  # -1: the empty text's
    means = np.array(
        [_mean(raw, np.flatnonzero(scripts == s) if s >= 0 else np.arange(len(scripts)), use) for s in found]
    )

    def centred(rows: NDArray[np.int64]) -> Vectors:
        return np.asarray(raw[rows] - means[script[rows]], np.float64)

    spreads, axes = np.linalg.eigh(_covariance(centred, scripts == Script.CHINESE, raw.shape[1]))
    largest = max(float(spreads[-1]), 1e-300)
    even = axes * np.maximum(spreads / largest, LEAST_SPREAD) ** (-evenness / 2) @ axes.T
    table = np.empty(raw.shape, np.float16)
    factors = np.append(weights, 1.0)[:, None]
    for block in _blocks(np.arange(len(raw))):
        table[block] = (centred(block) @ even) * factors[block]
    return table


def _blocks(rows: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for begin in range(0, len(rows), BLOCK):
        yield rows[begin : begin + BLOCK]


def _mean(vectors: NDArray[np.float32] | Vectors, rows: NDArray[np.int64], weights: Vectors) -> Vectors:
    """The weighed mean of some rows, added up one after the other, whatever the blocks."""
    total = np.zeros(vectors.shape[1])
    for block in _blocks(rows):
        total = np.vstack([total, vectors[block] * weights[block, None]]).sum(axis=0)
    return np.asarray(total / weights[rows].sum())


def _covariance(centred: Callable[[NDArray[np.int64]], Vectors], chinese: NDArray[np.bool_], dimension: int) -> Vectors:
    """Of the pieces, Chinese ones and all others weighing the same together. centred: gives rows by their places."""
    total = np.zeros((dimension, dimension))
    for rows in (np.flatnonzero(chinese), np.flatnonzero(~chinese)):
        for block in _blocks(rows):
            vectors = centred(block)
            total += vectors.T @ vectors / len(rows)
    return total


def _means(model: StaticModel) -> Mapping[str, NDArray[np.float32]]:
    def mean(texts: Sequence[str]) -> NDArray[np.float32]:
        rows: Any = model.vectors(model.tokens(texts)).astype(np.float64)
        return np.asarray(rows.mean(0).round(4), np.float32)

    return {kind: mean(texts) for kind, (texts, _) in neutral_texts().items()}
