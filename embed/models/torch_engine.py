"""Any sentence-transformers folder, run by torch."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import MissingDependency, ModelCorrupt

__all__ = ["TorchEngine"]

GPU_TOKENS = 65_536  # padded tokens of one batch


@dataclass(frozen=True, slots=True)
class CountedText:
    """A text and its length in tokens."""

    text: str
    length: int

    def __len__(self) -> int:
        return self.length


class TorchEngine:
    """Runs the folder with sentence-transformers.

    On a CPU in float32, one text at a time: a sum over a padded batch would depend on the neighbours. On a GPU in
    bfloat16, in batches of texts sorted by length, where a vector may differ in the last digits between batches.

    Args:
        folder: a sentence-transformers folder.
        threads: of the CPU.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        torch, library = _libraries()
        torch.set_num_threads(threads)
        self._torch = torch
        self._gpu = bool(torch.cuda.is_available())
        self._lock = Lock()
        try:
            self._model: Any = library.SentenceTransformer(
                str(folder), device="cuda" if self._gpu else "cpu", trust_remote_code=False, local_files_only=True,
                model_kwargs={"dtype": torch.bfloat16 if self._gpu else torch.float32},
            )  # fmt: skip
        except Exception as error:
            raise ModelCorrupt(
                f"sentence-transformers cannot load {folder}: {type(error).__name__}: {error}",
                hint="Check the folder with `bijian models verify`.",
            ) from error
        self._model.eval()

    @property
    def name(self) -> str:
        """`torch-float32` or `torch-bfloat16`."""
        return "torch-bfloat16" if self._gpu else "torch-float32"

    @property
    def limit(self) -> int:
        """Tokens of the longest text."""
        return int(self._model.max_seq_length or 1 << 30)

    def tokens(self, texts: Sequence[str]) -> list[CountedText]:
        """The texts with their number of tokens, special tokens included."""
        rows = self._model.tokenizer(list(texts), truncation=False, verbose=False)["input_ids"]
        return [CountedText(text, len(ids)) for text, ids in zip(texts, rows, strict=True)]

    def vectors(self, tokens: Sequence[CountedText]) -> NDArray[np.float32]:
        """Shape (len(tokens), dimension), unit rows."""
        lengths = np.array([len(text) for text in tokens])
        order = np.argsort(lengths, kind="stable")
        with self._lock:
            batches = self._batches(lengths[order].tolist())
            rows = [self._run([tokens[i].text for i in order[batch]]) for batch in batches]
        result = np.concatenate(rows)
        result /= np.maximum(np.linalg.norm(result, axis=1, keepdims=True), 1e-12)
        restored = np.empty_like(result)
        restored[order] = result
        return restored

    def _batches(self, lengths: list[int]) -> list[slice]:
        if not self._gpu:
            return [slice(i, i + 1) for i in range(len(lengths))]
        return token_batches(lengths, GPU_TOKENS)

    def _run(self, texts: list[str]) -> NDArray[np.float32]:
        vectors = self._model.encode(
            texts, batch_size=len(texts), show_progress_bar=False, convert_to_numpy=False, convert_to_tensor=True
        )
        return np.asarray(vectors.float().cpu().numpy(), np.float32)


def token_batches(lengths: Sequence[int], budget: int) -> list[slice]:
    """Cut ascending lengths into runs whose padded size (longest × count) is within `budget`; one text at least."""
    batches = []
    start = 0
    for end in range(1, len(lengths) + 1):
        if end - start > 1 and lengths[end - 1] * (end - start) > budget:
            batches.append(slice(start, end - 1))
            start = end - 1
    batches.append(slice(start, len(lengths)))
    return batches


def _libraries() -> tuple[Any, Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import sentence_transformers
            import torch
            from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise MissingDependency(
            f"the engine torch needs torch and sentence-transformers, and {error.name} is not installed.",
            hint="Install them: python -m pip install 'bijian[torch]'",
        ) from error
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    return torch, sentence_transformers
