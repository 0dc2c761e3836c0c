"""What an encoder is: text in, unit vectors out."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Encoder", "Side"]


class Side(StrEnum):
    """Which prompt of the model a text gets: what is asked with, or what is stored."""

    QUERY = "query"
    PASSAGE = "passage"


class Encoder(Protocol):
    """Turns texts into vectors. Implementations are thread-safe and load nothing at import."""

    @property
    def model(self) -> str:
        """The model's name in models.txt."""
        ...

    @property
    def fingerprint(self) -> str:
        """Names everything that decides the vectors: model, checksum, prompts, pooling and engine. 16 hex digits.

        Vectors of different fingerprints never share an index.
        """
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str], *, side: Side) -> NDArray[np.float32]:
        """Shape (len(texts), dimension), dtype float32, row i for texts[i], each of unit length.

        The result for a text does not depend on the other texts of the call. A text longer than the model's limit
        is split on sentences, and its vector is the length-weighted mean of the parts', normalised: nothing is cut.
        """
        ...

    def query_mean(self, language: str) -> NDArray[np.float32] | None:
        """The mean vector of neutral queries in `zh` or `en`, shape (dimension,), not of unit length.

        Queries of one language share a large common component; what is asked is found in what remains. None where no
        mean was shipped for this model and language.
        """
        ...

    def passage_mean(self) -> NDArray[np.float32] | None:
        """The mean vector of neutral Chinese passages, shape (dimension,), not of unit length; None if not shipped."""
        ...
