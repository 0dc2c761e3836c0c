"""Chinese words of a text, for the lexical side of similarity."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

__all__ = ["words"]

_CONTENT = re.compile(r"^(?:[\u3400-\u9fff]+|[A-Za-z][A-Za-z0-9+.-]*)$")


@lru_cache(maxsize=1)
def _segmenter() -> Any:  # noqa: ANN401 - an untyped extension module
    import rjieba

    return rjieba


def words(text: str) -> list[str]:
    """The words of a simplified text in their order, punctuation and numbers left out, Latin words in lower case."""
    return [word.lower() for word in _segmenter().cut(text) if _CONTENT.match(word)]
