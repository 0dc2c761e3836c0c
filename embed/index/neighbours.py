"""What a search gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Neighbours", "best_rows"]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What a search found, best first; equal scores in the order of rows.

    rows: int32 (queries, k), −1 where there are fewer; scores: float32 (queries, k), −inf there.
    exact: the rows are those of a brute-force scan; else `recall` is the measured share of the true first ten.
    """

    rows: NDArray[np.int32]
    scores: NDArray[np.float32]
    exact: bool = True
    recall: float | None = None


def best_rows(rows: NDArray[np.integer[Any]], scores: NDArray[np.float64], k: int) -> NDArray[np.int64]:
    """Places of the k highest scores in `scores`, best first, equal ones in ascending order of `rows`."""
    places = np.arange(len(scores))
    if len(scores) > k:
        floor = np.partition(scores, len(scores) - k)[len(scores) - k]
        places = np.flatnonzero(scores >= floor)
    order = np.lexsort((rows[places], -scores[places]))[:k]
    chosen: NDArray[np.int64] = places[order]
    return chosen
