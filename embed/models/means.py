"""Mean vectors of neutral texts, shipped with a model: what all queries of one language have in common."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embed.models.encoder import Encoder, Side
from embed.models.neutral import neutral_passages, neutral_queries

__all__ = ["compute_means", "means_path", "neutral_texts", "read_mean"]


@cache
def read_mean(name: str, kind: str) -> NDArray[np.float32] | None:
    """The mean `kind` (`query-zh`, `query-en` or `passage-zh`) of the set `name`; None where there is none."""
    path = means_path(name)
    if not name or not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as means:
        if kind not in means:
            return None
        mean: NDArray[np.float32] = means[kind].astype(np.float32)
    mean.setflags(write=False)
    return mean


def compute_means(encoder: Encoder) -> dict[str, NDArray[np.float32]]:
    """The mean of each kind, shape (dimension,), rounded to four decimals; not of unit length."""
    return {
        kind: encoder.encode(texts, side=side).astype(np.float64).mean(0).round(4).astype(np.float32)
        for kind, (texts, side) in neutral_texts().items()
    }


def neutral_texts() -> dict[str, tuple[list[str], Side]]:
    """What the mean of each kind is taken over, and on which side."""
    return {
        "query-zh": (neutral_queries("zh"), Side.QUERY),
        "query-en": (neutral_queries("en"), Side.QUERY),
        "passage-zh": (neutral_passages("zh"), Side.PASSAGE),
    }


def means_path(name: str) -> Path:
    """The file of one set of means."""
    return Path(__file__).with_name("data") / f"{name}.npz"
