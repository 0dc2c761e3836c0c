"""Mean vectors of neutral texts, shipped with a model: what all queries of one language have in common."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["read_mean"]


def read_mean(name: str, kind: str) -> NDArray[np.float32] | None:
    """The mean `kind` (`query-zh`, `query-en` or `passage-zh`) of the set `name`; None where there is none."""
    path = Path(__file__).with_name("data") / f"{name}.npz"
    if not name or not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as means:
        return means[kind].astype(np.float32) if kind in means else None
