"""The encoder that everybody gets: prompts, identical texts once, long texts in parts, around one engine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence, Sized
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embed.models.encoder import Side
from embed.models.entry import ModelEntry
from embed.models.means import read_mean
from embed.models.parts import split_text

__all__ = ["Engine", "TextEncoder"]


class Engine(Protocol):
    """Runs the network. A text comes with its prompt already in front; what it becomes has a length in tokens."""

    @property
    def name(self) -> str:
        """Names the engine and its recipe, such as `openvino-int8-1`; part of the fingerprint."""
        ...

    @property
    def limit(self) -> int:
        """Tokens of the longest text, special tokens included."""
        ...

    def tokens(self, texts: Sequence[str]) -> Sequence[Sized]:
        """What `vectors` takes: `len` of each is its number of tokens, special tokens included, nothing cut."""
        ...

    def vectors(self, tokens: Sequence[Any]) -> NDArray[np.float32]:
        """Shape (len(tokens), dimension), unit rows; a row depends on its own text alone."""
        ...


class TextEncoder:
    """An `Encoder` over an `Engine`.

    Args:
        entry: the model.
        engine: what runs it.
        checksums: path → SHA-256 of the model's files, for the fingerprint.
        means: mean vectors of neutral texts by kind, where they come with the engine; else the shipped ones count.
    """

    def __init__(
        self,
        entry: ModelEntry,
        engine: Engine,
        checksums: dict[str, str],
        means: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> None:
        self._entry = entry
        self._means = means
        self._engine = engine
        prompts = [entry.query_prompt, entry.passage_prompt]
        decides = [prompts, self.max_tokens, engine.name, checksums]
        self._fingerprint = hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def model(self) -> str:
        """The model's name in models.txt."""
        return self._entry.name

    @property
    def engine(self) -> str:
        """The engine that runs it, such as `openvino-int8-1`."""
        return self._engine.name

    @property
    def fingerprint(self) -> str:
        """See `Encoder`."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._entry.dimension

    @property
    def max_tokens(self) -> int:
        """Tokens of the longest part that the model sees at once, prompt and special tokens included."""
        return min(self._entry.max_tokens, self._engine.limit)

    def parts(self, text: str, *, side: Side) -> list[str]:
        """The parts that `text` is embedded in, one if it is short enough; joined they are `text`."""

        def lengths(texts: Sequence[str]) -> list[int]:
            return [len(tokens) for tokens in self._tokens(texts, side)]

        return split_text(text, self.max_tokens, lengths)

    def encode(self, texts: Sequence[str], *, side: Side) -> NDArray[np.float32]:
        """See `Encoder`."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        places: dict[str, int] = {}
        rows = np.array([places.setdefault(text, len(places)) for text in texts])
        tokens = list(self._tokens(list(places), side))
        long = [i for i, row in enumerate(tokens) if len(row) > self.max_tokens]
        vectors = self._with_parts(list(places), tokens, long, side) if long else self._engine.vectors(tokens)
        return np.asarray(vectors[rows])

    def _tokens(self, texts: Sequence[str], side: Side) -> Sequence[Sized]:
        prompt = self._entry.prompt(side)
        return self._engine.tokens([prompt + text for text in texts])

    def _with_parts(self, texts: list[str], tokens: list[Sized], long: list[int], side: Side) -> NDArray[np.float32]:
        parts = {i: self._tokens(self.parts(texts[i], side=side), side) for i in long}
        short = [i for i in range(len(texts)) if i not in parts]
        flat = [tokens[i] for i in short] + [part for i in long for part in parts[i]]
        vectors = self._engine.vectors(flat)
        result = np.empty((len(texts), vectors.shape[1]), np.float32)
        result[short] = vectors[: len(short)]
        start = len(short)
        for i in long:
            end = start + len(parts[i])
            weights = np.array([len(part) for part in parts[i]], np.float64)
            mean = weights @ vectors[start:end].astype(np.float64)
            result[i] = mean / max(float(np.linalg.norm(mean)), 1e-12)
            start = end
        return result

    def query_mean(self, language: str) -> NDArray[np.float32] | None:
        """See `Encoder`."""
        return self._mean(f"query-{language}")

    def passage_mean(self) -> NDArray[np.float32] | None:
        """See `Encoder`."""
        return self._mean("passage-zh")

    def _mean(self, kind: str) -> NDArray[np.float32] | None:
        return read_mean(self._entry.means, kind) if self._means is None else self._means.get(kind)
