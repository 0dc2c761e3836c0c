"""The fast engine on a CPU: built once for a folder, then opened in half a second, without torch."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import MissingDependency, ModelCorrupt
from embed.models.bert_folder import read_bert_folder
from embed.models.checksums import verify_folder
from embed.models.entry import ModelEntry, folder_name
from embed.models.locks import build_once
from embed.models.openvino_network import API, OpenVINONetwork, load_graph
from embed.models.tokenizers_file import open_tokenizer

__all__ = ["OpenVINOEngine", "engine_folder"]

CompiledModel: TypeAlias = Any  # openvino.CompiledModel, which has no types of its own

RECIPE = 1  # one more whenever the same weights would give other vectors
SHORT_STEP = 4  # tokens
LAYOUT = 3  # one more whenever the engine's folder has other files


class OpenVINOEngine:
    """See `Engine`.

    Args:
        entry: the model.
        folder: its sentence-transformers folder.
        checksums: of the folder's files; another weight is another engine.
        cache: where engines are built.
        threads: cores to use.

    Raises:
        MissingDependency: openvino is not installed.
        ModelCorrupt: a file of the engine fails its checksum.
        DiskFull: there is no room to build it.
    """

    def __init__(
        self, entry: ModelEntry, folder: Path, *, checksums: dict[str, str], cache: Path, threads: int
    ) -> None:
        self._place = engine_folder(entry, checksums, cache)
        if not self._place.is_dir():
            from embed.models.openvino_build import build_engine

            build_once(self._place, lambda part: build_engine(entry, folder, part))
        verify_folder(self._place, stamps=cache / "verified")
        # The graph loads in C++ while Python reads the vocabulary.
        with ThreadPoolExecutor(1) as pool:
            compiling = pool.submit(_load, self._place, threads)
            self._weights = str(json.loads((self._place / "engine.json").read_text(encoding="utf-8"))["weights"])
            self._bert = read_bert_folder(folder)
            self._tokenizer = open_tokenizer(folder, self._place)
            self._network = OpenVINONetwork(self._bert, compiling.result(), threads=threads)

    @property
    def name(self) -> str:
        """Such as `openvino-int8-1`."""
        return f"openvino-{self._weights}-{RECIPE}"

    @property
    def limit(self) -> int:
        """Tokens of the longest text."""
        return self._bert.limit

    def tokens(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Ids of each text, special tokens included, nothing cut."""
        return [np.array(ids, np.int64) for ids in self._tokenizer(texts)]

    def vectors(self, tokens: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
        """Shape (len(tokens), dimension), unit rows."""
        return self._network.vectors(tokens)

    def short_vectors(self, tokens: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
        """The same for very short texts, padded less: four times as quick, other in the last digits."""
        return self._network.vectors(tokens, step=SHORT_STEP)


def engine_folder(entry: ModelEntry, checksums: dict[str, str], cache: Path) -> Path:
    """Where the engine of these weights is built for the installed openvino."""
    try:
        version = importlib.metadata.version("openvino")
    except importlib.metadata.PackageNotFoundError as error:
        raise MissingDependency(
            "the engine openvino is not installed.", hint="Install it: python -m pip install openvino"
        ) from error
    decides = json.dumps([checksums, entry.query_prompt, entry.passage_prompt, RECIPE, LAYOUT, version], sort_keys=True)
    return cache / "engines" / f"{folder_name(entry)}-{hashlib.sha256(decides.encode()).hexdigest()[:12]}"


def _load(place: Path, threads: int) -> CompiledModel:
    try:
        with API:
            return load_graph(place, threads=threads)
    except RuntimeError as error:
        raise ModelCorrupt(
            f"openvino cannot load {place}: {str(error).splitlines()[0]}",
            hint=f"Delete the folder {place}; it is built again on the next use.",
        ) from error
