"""An engine without a network: a text is the weighed sum of its pieces' vectors. For a first look at many texts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from embed.exceptions import ModelCorrupt
from embed.models.checksums import verify_folder
from embed.models.entry import ModelEntry, folder_name
from embed.models.locks import build_once
from embed.models.openvino_engine import OpenVINOEngine
from embed.models.piece_cutter import PieceCutter
from embed.models.tensors import read_tensors

__all__ = ["PIECES", "RECORD", "TABLE", "StaticEngine", "StaticModel", "static_folder"]

PIECES, TABLE, RECORD = "pieces.txt", "static.safetensors", "static.json"
RECIPE = 1  # one more whenever the same teacher would give other vectors, or the folder has other files
UNLIMITED = 1 << 30


class StaticModel:
    """Vectors of texts from a table of vectors of pieces.

    Args:
        pieces: in the order of the table.
        scores: their log probabilities, shape (n,).
        vectors: shape (n + 1, dimension), weights included; the last row stands for a text without any known piece.
    """

    def __init__(self, pieces: Sequence[str], scores: NDArray[np.float32], vectors: NDArray[np.float16]) -> None:
        if not len(pieces) == len(scores) == len(vectors) - 1:
            raise ValueError(f"{len(pieces)} pieces, {len(scores)} scores, {len(vectors)} vectors")
        self._cutter = PieceCutter(pieces, scores)
        self._vectors = vectors

    def tokens(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Ids of each text's pieces."""
        return self._cutter.cut(texts)

    def vectors(self, tokens: Sequence[NDArray[np.int32]]) -> NDArray[np.float32]:
        """Shape (len(tokens), dimension), unit rows; a row depends on its own text alone."""
        nothing = np.array([len(self._vectors) - 1], np.int32)
        filled = [ids if len(ids) else nothing for ids in tokens]
        # Only the rows in use are read from the mapped file and widened.
        used, columns = np.unique(np.concatenate([nothing, *filled]), return_inverse=True)
        bounds = np.cumsum([0, *map(len, filled)])
        ones = np.ones(len(columns) - 1, np.float32)
        counts = csr_matrix((ones, columns[1:], bounds), shape=(len(filled), len(used)))
        sums = np.asarray(counts @ self._vectors[used].astype(np.float32))  # row by row, in the text's own order
        norms = np.sqrt(np.einsum("ij,ij->i", sums, sums, dtype=np.float64))
        empty = norms < 1e-12
        sums[empty], norms[empty] = np.eye(1, sums.shape[1], dtype=np.float32), 1.0
        return np.asarray(sums / norms[:, None], np.float32)


class StaticEngine:
    """See `Engine`. Distilled once from another model of models.txt, then opened without any network.

    Args:
        entry: the model, whose source is `distilled:NAME`.
        folder: the sentence-transformers folder of the model that it is distilled from.
        checksums: of that folder's files; another weight is another engine.
        cache: where engines are built.
        threads: cores to build with.

    Raises:
        ModelError: the other model cannot be distilled.
        ModelCorrupt: a file of the engine fails its checksum.
        DiskFull: there is no room to build it.
    """

    limit = UNLIMITED

    def __init__(
        self, entry: ModelEntry, folder: Path, *, checksums: dict[str, str], cache: Path, threads: int
    ) -> None:
        place = static_folder(entry, checksums, cache)
        if not place.is_dir():
            from embed.models.static_build import build_static, read_vocabulary

            teacher = entry.teacher or entry
            build_once(
                place,
                lambda part: build_static(
                    entry,
                    OpenVINOEngine(teacher, folder, checksums=checksums, cache=cache, threads=threads),
                    read_vocabulary(folder / "tokenizer.json"),
                    part,
                ),
            )
        verify_folder(place, stamps=cache / "verified")
        try:
            tensors = read_tensors(place / TABLE)
            pieces = (place / PIECES).read_bytes().decode("utf-8").split("\n")
            self._teacher = str(json.loads((place / RECORD).read_text(encoding="utf-8"))["engine"])
            self._model = StaticModel(pieces, tensors.pop("scores").astype(np.float32), tensors.pop("vectors"))  # type: ignore[arg-type]
        except (ValueError, KeyError, TypeError) as error:
            raise ModelCorrupt(
                f"{place} is damaged: {error}.", hint=f"Delete the folder {place}; it is built again on the next use."
            ) from error
        self.means = {kind: mean.astype(np.float32) for kind, mean in tensors.items()}

    @property
    def name(self) -> str:
        """Such as `static-1-of-openvino-int8-1`."""
        return f"static-{RECIPE}-of-{self._teacher}"

    def tokens(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Ids of each text's pieces; `len` is their number."""
        return self._model.tokens(texts)

    def vectors(self, tokens: Sequence[NDArray[np.int32]]) -> NDArray[np.float32]:
        """Shape (len(tokens), dimension), unit rows."""
        return self._model.vectors(tokens)


def static_folder(entry: ModelEntry, checksums: dict[str, str], cache: Path) -> Path:
    """Where the table that is distilled from a model with these files is built."""
    decides = json.dumps([checksums, RECIPE], sort_keys=True)
    return cache / "engines" / f"{folder_name(entry)}-{hashlib.sha256(decides.encode()).hexdigest()[:12]}"
